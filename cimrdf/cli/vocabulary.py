"""`cimrdf vocabulary`: what is loaded, what a term means, and how a schema becomes a vocabulary."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import emit, plural, say, show, table

if TYPE_CHECKING:
    from cimrdf.schema.describe import Description
    from cimrdf.schema.model import Schema

# ---------------------------------------------------------------------- list


def _list(args: argparse.Namespace) -> int:
    from cimrdf.schema.catalogue import load_catalogue

    catalogue = load_catalogue()
    versions = catalogue.versions.values()
    if getattr(args, "json", False):
        emit({"status": 0, "versions": [_version(item.name) for item in versions]})
        return 0
    lines = []
    for item in versions:
        for namespace in item.namespaces or ("",):
            files = " ".join(catalogue.files.get(namespace, ())) if namespace else "(recognised, not loaded)"
            lines.append([item.name, item.label, item.envelope or "", namespace, files])
    show(table(["version", "what it is", "envelope", "namespace", "content model"], lines))
    return 0


def _version(name: str) -> dict[str, object]:
    from cimrdf.schema.catalogue import load_catalogue

    catalogue = load_catalogue()
    item = catalogue.versions[name]
    namespaces = [{"namespace": namespace, "files": list(catalogue.files[namespace])} for namespace in item.namespaces]
    return {
        "name": item.name,
        "label": item.label,
        "family": item.family,
        "envelope": item.envelope,
        "loaded": bool(namespaces),
        "namespaces": namespaces,
    }


# ---------------------------------------------------------------------- show


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("term", metavar="TERM", help="a class, element or property, e.g. Reading, cim-2013:Reading or Reading.value")
    json_option(parser)


def _show(args: argparse.Namespace) -> int:
    from cimrdf.schema.describe import describe

    found = describe(args.term)
    if args.json:
        emit({"status": 0, "term": args.term, "descriptions": [item.to_dict() for item in found]})
    else:
        show("\n\n".join(_description(item) for item in found))
    return 0


def _description(item: Description) -> str:
    lines = [f"{item.term}  ({item.kind} of {item.version}, in {', '.join(item.schemas)})"]
    if item.label:
        lines.append(f"  {item.label}")
    if item.comment:
        lines.append(f"  {item.comment}")
    if item.base:
        lines.append(f"  extends {item.base}")
    if item.members:
        lines.append(
            table(
                ["member", "occurs", "type"],
                [["  " * member.depth + member.name, member.occurs, member.type] for member in item.members],
                indent="  ",
            )
        )
    if item.codes:
        lines.append(f"  codes: {' '.join(item.codes)}")
    if item.used_in:
        lines.append(f"  used in {', '.join(item.used_in)}")
    return "\n".join(lines)


# ---------------------------------------------------------------------- build


def _build_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="XSD or WSDL files; what they include and import is read, too")
    parser.add_argument(
        "--root", action="append", default=[], metavar="N", help="keep only this global element and what it needs; may be given several times"
    )
    parser.add_argument("--strict", metavar="F", help="a Turtle file with the lower bounds of a stricter edition")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT.ttl",
        help="the vocabulary; its content model is written to OUT.model.ttl, other namespaces beside it",
    )
    json_option(parser)


def _build(args: argparse.Namespace) -> int:
    from cimrdf.findings import Refused, finding
    from cimrdf.schema.build import build
    from cimrdf.schema.xsd import SchemaError

    try:
        written = build([Path(name) for name in args.files], Path(args.output), args.root, None if args.strict is None else Path(args.strict))
    except SchemaError as error:
        raise Refused(finding("schema-unreadable", str(error), file=error.file, line=error.line, remedy=error.remedy or None)) from None
    except (ValueError, SyntaxError) as error:
        raise Refused(finding("schema-unreadable", str(error), remedy="Correct the call or the overlay.")) from None
    except OSError as error:
        code = "input-missing" if error.filename in (*args.files, args.strict) else "output-unwritable"
        raise Refused(finding(code, f"{error.filename}: {error.strerror}", file=str(error.filename))) from None
    files = [
        {"file": str(path), "namespace": schema.namespace, "types": len(schema.complex_types) + len(schema.simple_types)}
        for path, schema in written.items()
    ]
    if args.json:
        emit({"status": 0, "files": files})
    else:
        for item in files:
            say(f"{item['file']}: {item['namespace']}, {plural(int(str(item['types'])), 'type')}")
    return 0


# ---------------------------------------------------------------------- diff


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="an XSD, a WSDL or a content model (.model.ttl)")
    parser.add_argument("new", metavar="NEW", help="the same, of the newer version")
    parser.add_argument("-o", "--output", metavar="OUT.ttl", help="write the changes as RDF, too")
    json_option(parser)


def _diff(args: argparse.Namespace) -> int:
    from cimrdf.cli.output import write_files
    from cimrdf.schema.diff import as_graph, as_table, diff

    changes = diff(_schemas(args.old), _schemas(args.new))
    if args.output:
        write_files([(args.output, as_graph(changes).serialize(format="turtle").encode())])
    if args.json:
        emit({"status": 0, "changes": [asdict(change) for change in changes]})
    else:
        if changes:
            show(as_table(changes))
        say(plural(len(changes), "change"))
    return 0


def _schemas(name: str) -> list[Schema]:
    """The content models of a schema file."""
    import rdflib

    from cimrdf.findings import Refused, finding
    from cimrdf.schema.turtle import read_models
    from cimrdf.schema.xsd import SchemaError, read

    path = Path(name)
    try:
        return read_models(rdflib.Graph().parse(path, format="turtle")) if path.suffix == ".ttl" else read([path], {}).schemas
    except SchemaError as error:
        raise Refused(finding("schema-unreadable", str(error), file=error.file, line=error.line, remedy=error.remedy or None)) from None
    except (ValueError, SyntaxError) as error:
        raise Refused(finding("schema-unreadable", str(error), file=name)) from None
    except OSError as error:
        raise Refused(finding("input-missing", f"{name}: {error.strerror}", file=name)) from None


COMMANDS = (
    Command(
        "vocabulary",
        "Shows what is loaded and what a term means, and turns schemas into vocabularies.",
        "cimrdf vocabulary show Reading",
        run=_list,
        notes="Without COMMAND it lists what is loaded.",
        children=(
            Command("list", "Lists the versions with their namespaces and files.", "cimrdf vocabulary list", json_option, _list),
            Command(
                "show",
                "Shows a class with its members in order, an element or a property, and where it is used.",
                "cimrdf vocabulary show Reading",
                _show_arguments,
                _show,
            ),
            Command(
                "build",
                "Writes the vocabulary and the content model of XSD or WSDL files.",
                "cimrdf vocabulary build MeterReadings.xsd -o MeterReadings.ttl",
                _build_arguments,
                _build,
            ),
            Command(
                "diff",
                "Tells what was added, removed, renamed (by a guess) or changed between two versions of a schema.",
                "cimrdf vocabulary diff ontology/cim/2009/MeterReadings.model.ttl ontology/cim/2013/MeterReadings.model.ttl",
                _diff_arguments,
                _diff,
            ),
        ),
    ),
)
