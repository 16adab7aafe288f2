"""`cimrdf vocabulary`: what is loaded, what a term means, and how a schema becomes a vocabulary."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import emit, plural, say, show, table

if TYPE_CHECKING:
    from cimrdf.schema.describe import Description
    from cimrdf.schema.model import Schema

# ---------------------------------------------------------------------- list


def _list(args: argparse.Namespace) -> int:
    from cimrdf.schema.catalogue import load_catalogue

    versions = [_version(name) for name in load_catalogue().versions]
    if getattr(args, "json", False):
        emit({"status": 0, "versions": versions})
        return 0
    lines = []
    for item in versions:
        for place in item["namespaces"] or [{"namespace": "", "status": "", "files": ["(recognised, not loaded)"]}]:
            lines.append([item["name"], item["label"], item["envelope"] or "", place["namespace"], place["status"], " ".join(place["files"])])
    show(table(["version", "what it is", "envelope", "namespace", "status", "content model"], lines))
    return 0


def _version(name: str) -> dict[str, Any]:
    from cimrdf.schema.catalogue import catalogue_of

    catalogue = catalogue_of(name)
    item = catalogue.versions[name]
    namespaces = [
        {"namespace": namespace, "status": catalogue.status(namespace), "files": list(catalogue.files[namespace])} for namespace in item.namespaces
    ]
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
    parser.add_argument("files", nargs="+", metavar="FILE", help="XSD, WSDL, CIM RDF Schema or CIM profile (OWL); what they import is read, too")
    parser.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="N",
        help="keep only this global element (of a CIM model: class or package) and what it needs; may be given several times",
    )
    parser.add_argument("--definitions", metavar="F", help="a table (TSV) of what the terms mean, with the columns term and definition")
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
    from cimrdf.schema.build import build

    strict, definitions = (None if name is None else Path(name) for name in (args.strict, args.definitions))
    with _schema_errors(*args.files, args.strict, args.definitions):
        written = build([Path(name) for name in args.files], Path(args.output), args.root, strict, definitions)
    if args.json:
        emit({"status": 0, "files": [{"file": str(item.path), "namespace": item.namespace, "types": item.types} for item in written]})
    else:
        for item in written:
            say(f"{item.path}: {item.namespace}, {plural(item.types, 'type')}")
    return 0


@contextmanager
def _schema_errors(*inputs: str | None) -> Iterator[None]:
    """Refuse what a schema, or the call, makes impossible. `inputs` tells files that are read from those that are written."""
    from cimrdf.findings import Refused, finding
    from cimrdf.schema.xsd import SchemaError

    try:
        yield
    except SchemaError as error:
        raise Refused(finding("schema-unreadable", error.message, file=error.file, line=error.line, remedy=error.remedy or None)) from None
    except (ValueError, SyntaxError) as error:
        raise Refused(finding("schema-unreadable", str(error), remedy="Correct the call or the file.")) from None
    except OSError as error:
        code = "input-missing" if error.filename in inputs else "output-unwritable"
        raise Refused(finding(code, f"{error.filename}: {error.strerror}", file=str(error.filename))) from None


# ---------------------------------------------------------------------- count


def _count_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="XSD, WSDL or CIM profile (OWL) files; a CIM model (RDF Schema) is for the profiles")
    json_option(parser)


def _count(args: argparse.Namespace) -> int:
    from cimrdf.schema.cim_files import is_model_file
    from cimrdf.schema.count import KINDS, count_models, count_xsd
    from cimrdf.schema.xsd import read

    paths = [Path(name) for name in args.files]
    with _schema_errors(*args.files):
        models = [path for path in paths if is_model_file(path)]
        counted = []
        for path in (path for path in paths if path not in models):
            beside = models if path.suffix not in (".xsd", ".wsdl") else []
            schemas = read([path, *beside], {}).schemas
            counted.append((path, count_xsd([path, *beside], schemas), count_models(schemas)))
    empty = dict.fromkeys(KINDS, 0)
    equal = all(xsd[kind] == rdf[kind] for _, xsd, rdf in counted for kind in KINDS)
    if args.json:
        files = [{"file": str(path), "xsd": {**empty, **xsd}, "rdf": {**empty, **rdf}} for path, xsd, rdf in counted]
        emit({"status": 0 if equal else 1, "equal": equal, "files": files})
    else:
        head = ["file", *(f"{kind} {side}" for kind in KINDS for side in ("XSD", "RDF"))]
        show(table(head, [[path.name, *(str(count[kind]) for kind in KINDS for count in (xsd, rdf))] for path, xsd, rdf in counted]))
        say("every declaration has its term" if equal else "the vocabulary lacks declarations of the schema: please report it with the file")
    return 0 if equal else 1


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

    from cimrdf.schema.turtle import read_models
    from cimrdf.schema.xsd import read

    with _schema_errors(name):
        return read_models(rdflib.Graph().parse(name, format="turtle")) if name.endswith(".model.ttl") else read([Path(name)], {}).schemas


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
                "Writes the vocabulary and the content model of XSD, WSDL and CIM files.",
                "cimrdf vocabulary build MeterReadings.xsd -o MeterReadings.ttl",
                _build_arguments,
                _build,
            ),
            Command(
                "count",
                "Counts what schemas declare, in the schemas themselves and in what is made of them.",
                "cimrdf vocabulary count ontology/cim/2013/profiles/CustomerConfig.ttl",
                _count_arguments,
                _count,
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
