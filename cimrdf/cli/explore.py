"""`cimrdf rows`, `coverage`, `gaps`, `lookup` and `check`: questions about the alignments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import emit, findings_in_words, plural, print_findings, say, show, status_of, table

if TYPE_CHECKING:
    from cimrdf.alignment.coverage import TableRow

COLUMNS = ("pair", "profile", "left_path", "right_path", "kind", "transform", "lossless", "confidence", "source")


def _pair_and_profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pair", metavar="P", help="one alignment, e.g. cim-2013--multispeak-4.1 (default: all)")
    parser.add_argument("--profile", metavar="P", help="one profile, e.g. MeterReadings, or Header for the message level (default: all)")


def _known(pair: str | None, profile: str | None) -> None:
    """Refuse names that no alignment has.

    Raises:
        Refused: `not-aligned-yet`.
    """
    from cimrdf.alignment.rows import load_pair, pair_names
    from cimrdf.findings import Refused, finding

    if pair is not None and pair not in pair_names():
        raise Refused(finding("not-aligned-yet", f"there is no alignment {pair!r}; there are {', '.join(pair_names())}"))
    profiles = sorted({name for item in pair_names() if pair in (None, item) for name in load_pair(item).profiles})
    if profile is not None and profile not in profiles:
        raise Refused(finding("not-aligned-yet", f"there is no profile {profile!r}; there are {', '.join(profiles)}"))


# ---------------------------------------------------------------------- rows


def _rows_arguments(parser: argparse.ArgumentParser) -> None:
    _pair_and_profile(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--tsv", action="store_true", help=f"tab-separated, with the columns {' '.join(COLUMNS)}")
    shape.add_argument("--json", action="store_true", help="report everything as one JSON object on standard output")


def _rows(args: argparse.Namespace) -> int:
    from cimrdf.alignment.coverage import table as rows_table

    _known(args.pair, args.profile)
    rows = rows_table(pair=args.pair, profile=args.profile)
    if args.json:
        emit({"status": 0, "rows": [asdict(row) for row in rows]})
    elif args.tsv:
        show("\n".join(["\t".join(COLUMNS), *("\t".join(_cell(getattr(row, name)) for name in COLUMNS) for row in rows)]))
    else:
        lines = [[row.profile, row.kind, _short(row.left_path), _short(row.right_path), row.confidence] for row in rows]
        show(table(["profile", "kind", "left", "right", "sure"], lines))
        say(f"{plural(len(rows), 'row')} of {', '.join(sorted({row.pair for row in rows}))}")
    return 0


def _short(path: str, width: int = 60) -> str:
    """A path for a table: its end says most."""
    if len(path) <= width:
        return path or "–"
    return f"…{path[1 - width :]}"


def _cell(value: object) -> str:
    return " ".join(str("" if value is None else value).split())


# ---------------------------------------------------------------------- coverage and gaps


def _profile_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "profile", nargs="?", metavar="PROFILE", help="one profile, e.g. MeterReadings, or Header for the message level (default: all)"
    )
    parser.add_argument("--pair", metavar="P", help="one alignment, e.g. cim-2013--multispeak-4.1 (default: all)")
    json_option(parser)


def _coverage(args: argparse.Namespace) -> int:
    from cimrdf.alignment.coverage import counts

    _known(args.pair, args.profile)
    lines = counts(args.profile, args.pair)
    if args.json:
        emit({"status": 0, "coverage": [asdict(line) for line in lines]})
        return 0
    heads = ["pair", "profile", "correlation", "transformation", "gap-in-right", "gap-in-left", "leaves", "with a row"]
    cells = [
        [
            line.pair,
            line.profile,
            line.correlation,
            line.transformation,
            line.gap_in_right,
            line.gap_in_left,
            line.leaves,
            _percent(line.covered, line.leaves),
        ]
        for line in lines
    ]
    show(table(heads, cells, right=range(2, 8)))
    return 0


def _percent(part: int, whole: int) -> str:
    return "–" if not whole else f"{100 * part // whole} %"


def _gaps(args: argparse.Namespace) -> int:
    from cimrdf.alignment.coverage import gaps

    _known(args.pair, args.profile)
    rows = gaps(args.profile, args.pair)
    if args.json:
        emit({"status": 0, "gaps": [asdict(row) for row in rows]})
        return 0
    lines: list[str] = []
    for pair in dict.fromkeys(row.pair for row in rows):
        for kind in ("gap-in-right", "gap-in-left"):
            lines += _gap_lines(pair, kind, [row for row in rows if (row.pair, row.kind) == (pair, kind)])
    show("\n".join(lines))
    return 0


def _gap_lines(pair: str, kind: str, rows: Sequence[TableRow]) -> list[str]:
    """The gaps of one side: each row's paths, and its reason below them."""
    left, _, right = pair.partition("--")
    lines = [f"{left if kind == 'gap-in-left' else right} has no counterpart of"]
    for key, found in groupby(rows, key=lambda row: (row.profile, row.row, row.reason)):
        lines += [f"  {key[0]}: {row.left_path or row.right_path}" for row in found]
        lines += [f"      {key[2]}"]
    return [*lines, ""]


# ---------------------------------------------------------------------- lookup


def _lookup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("term", metavar="TERM", help="a class, an element, an attribute, a path or a code, e.g. Meter/mRID or readingValue")
    json_option(parser)


def _lookup(args: argparse.Namespace) -> int:
    from cimrdf.alignment.lookup import lookup, suggestions
    from cimrdf.findings import Refused, finding

    found = lookup(args.term)
    if not found:
        near = ", ".join(suggestions(args.term))
        raise Refused(finding("term-unknown", f"no alignment speaks of {args.term!r}" + (f"; did you mean {near}?" if near else "")))
    if args.json:
        emit({"status": 0, "term": args.term, "counterparts": [asdict(item) for item in found]})
    else:
        show("\n\n".join(str(item) for item in found))
    return 0


# ---------------------------------------------------------------------- check


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    json_option(parser)


def _check(args: argparse.Namespace) -> int:
    from cimrdf.alignment.check import check

    findings = check()
    status = status_of(findings)
    if args.json:
        emit({"status": status, "findings": [item.to_dict() for item in findings]})
    else:
        print_findings(findings)
        say(f"alignments and rules: {findings_in_words(findings)}")
    return status


COMMANDS = (
    Command(
        "lookup", "Tells what a term becomes in the other versions, and by which row.", "cimrdf lookup Readings/value", _lookup_arguments, _lookup
    ),
    Command(
        "coverage",
        "Counts the rows of each profile by kind, and the leaves that have a row.",
        "cimrdf coverage MeterReadings",
        _profile_arguments,
        _coverage,
    ),
    Command("gaps", "Lists what has no counterpart, and why.", "cimrdf gaps MeterReadings", _profile_arguments, _gaps),
    Command(
        "rows",
        "Prints the rows composed into each profile, a reused row once for each place of use.",
        "cimrdf rows --profile MeterReadings --tsv",
        _rows_arguments,
        _rows,
    ),
    Command("check", "Checks every alignment, rule and derived file.", "cimrdf check", _check_arguments, _check),
)
