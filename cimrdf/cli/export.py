"""`cimrdf export`: derived artefacts for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import emit, plural, say, show, write_files


def _rules_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pair", metavar="P", help="one alignment, e.g. cim-2013--multispeak-4.1 (default: all)")
    parser.add_argument("-o", "--output", metavar="DIR", help="write DIR/PAIR/PROFILE.to-FAMILY.rq (default: to standard output)")
    json_option(parser)


def _rules(args: argparse.Namespace) -> int:
    from cimrdf.alignment.export import rule_files
    from cimrdf.alignment.rows import pair_names
    from cimrdf.findings import Refused, finding

    if args.pair is not None and args.pair not in pair_names():
        raise Refused(finding("not-aligned-yet", f"there is no alignment {args.pair!r}; there are {', '.join(pair_names())}"))
    found = {f"{pair}/{name}": text for pair in pair_names() if args.pair in (None, pair) for name, text in rule_files(pair).items()}
    if args.output is None:
        if args.json:
            emit({"status": 0, "files": [{"file": name, "text": text} for name, text in found.items()]})
        else:
            show("\n".join(found.values()))
        return 0
    files = [(Path(args.output) / name, text) for name, text in found.items()]
    try:
        for folder in {path.parent for path, _ in files}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(finding("output-unwritable", f"cannot make the folder {error.filename}: {error.strerror}", file=args.output)) from None
    write_files([(str(path), text.encode()) for path, text in files])
    if args.json:
        emit({"status": 0, "files": [{"file": str(path)} for path, _ in files]})
    else:
        say(f"{plural(len(files), 'file')} written below {args.output}")
    return 0


COMMANDS = (
    Command(
        "export",
        "Writes what is derived from the alignments in the formats of other tools.",
        "cimrdf export rules --pair cim-2013--multispeak-4.1 -o rules",
        children=(
            Command(
                "rules",
                "Writes the rules of each profile and direction as SPARQL CONSTRUCT queries.",
                "cimrdf export rules --pair cim-2013--multispeak-4.1 -o rules",
                _rules_arguments,
                _rules,
                notes="In a file, queries stand one after the other, each below a line that names its row; a line `# ---` divides them.",
            ),
        ),
    ),
)
