"""`cimrdf lift`, `cimrdf lower` and `cimrdf query`."""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import DASH, emit, message_files, plural, print_findings, say, show, status_of, table, write_files

if TYPE_CHECKING:
    from cimrdf.query import Result

_FORMATS = {".ttl": "turtle", ".nt": "nt"}


def _graph_file(name: str) -> str:
    if name != DASH and Path(name).suffix not in _FORMATS:
        raise argparse.ArgumentTypeError(f"{name}: the name of a graph ends in {' or '.join(_FORMATS)}")
    return name


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text}: write NAME=VALUE")
    return name, value


# ---------------------------------------------------------------------- lift


def _lift_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN.xml", help="the message; `-` is standard input")
    parser.add_argument(
        "-o",
        "--output",
        default=DASH,
        type=_graph_file,
        metavar="G.ttl|.nt",
        help="Turtle or N-Triples, by the suffix (default: Turtle to standard output)",
    )
    json_option(parser)


def _lift(args: argparse.Namespace) -> int:
    from cimrdf.documents import lift_document

    lifted = lift_document(args.input)
    text = lifted.graph.serialize(format=_FORMATS.get(Path(args.output).suffix, "turtle"))
    inline = args.json and args.output == DASH
    if not inline:
        write_files([(args.output, text.encode())])
    status = status_of(lifted.findings)
    if args.json:
        place = {"graph": text} if inline else {"file": args.output}
        findings = [item.to_dict() for item in lifted.findings]
        emit({"status": status, "versions": list(lifted.versions), "triples": len(lifted.graph), **place, "findings": findings})
        return status
    print_findings(lifted.findings)
    place_text = "" if args.output == DASH else f" written to {args.output}"
    say(f"{' in '.join(reversed(lifted.versions))}: {plural(len(lifted.graph), 'triple')}{place_text}")
    return status


# ---------------------------------------------------------------------- lower


def _lower_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="G.ttl", help="Turtle or N-Triples of whole messages; `-` is standard input (Turtle)")
    parser.add_argument(
        "-o",
        "--output",
        default=DASH,
        metavar="OUT.xml",
        help="where to write; several messages become OUT.xml, OUT-2.xml, … (default: standard output)",
    )
    json_option(parser)


def _lower(args: argparse.Namespace) -> int:
    from cimrdf.documents import lower_graph, read_graph

    lowered = lower_graph(read_graph(args.input), args.input)
    files = [] if args.json and args.output == DASH else message_files(args.output, lowered.messages)
    write_files(files)
    status = status_of(lowered.findings)
    if args.json:
        messages = [
            {"payload": message.payload, **({"file": files[number][0]} if files else {"xml": message.xml.decode()})}
            for number, message in enumerate(lowered.messages)
        ]
        emit({"status": status, "messages": messages, "findings": [item.to_dict() for item in lowered.findings]})
        return status
    print_findings(lowered.findings)
    place = "" if args.output == DASH else f" written to {', '.join(name for name, _ in files)}"
    say(f"{plural(len(lowered.messages), 'message')} ({', '.join(message.payload for message in lowered.messages)}){place}")
    return status


# ---------------------------------------------------------------------- query


def _query_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="?", metavar="SPARQL", help="the query; left out where --file or --name gives it")
    parser.add_argument(
        "data", nargs="*", metavar="DATA", help="messages (XML) and graphs (.ttl, .nt) to query together with vocabularies and alignments"
    )
    parser.add_argument("--file", metavar="Q.rq", help="read the query from a file; `-` is standard input")
    parser.add_argument("--name", metavar="NAME", help="run one of the named queries; without any query they are listed")
    parser.add_argument(
        "--param",
        action="append",
        type=_parameter,
        default=[],
        metavar="NAME=VALUE",
        help="give a variable of the query a value: an IRI, a prefixed name or a text",
    )
    parser.add_argument("--store", choices=("rdflib", "pyoxigraph"), help="the store that runs the query (default: pyoxigraph where it is installed)")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="report everything as one JSON object on standard output")
    shape.add_argument("--csv", action="store_true", help="solutions as CSV")


def _query(args: argparse.Namespace) -> int:
    from cimrdf.query import named_query, query

    text, data = args.query, list(args.data)
    if (args.file or args.name) and text is not None:
        text, data = None, [text, *data]
    if args.name:
        text = named_query(args.name).text
    elif args.file:
        text = _query_file(args.file)
    if text is None:
        return _list_queries(args)
    result = query(text, *data, store=args.store, parameters=dict(args.param))
    if args.json:
        emit({"status": 0, **result.to_dict()})
    elif args.csv and result.variables:
        show(_csv(result))
    else:
        show(_text(result))
    return 0


def _query_file(name: str) -> str:
    from cimrdf.findings import Refused, finding
    from cimrdf.schema.read import read_bytes

    try:
        return read_bytes(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(finding("query-refused", "the file is not UTF-8 text", file=name)) from None


def _list_queries(args: argparse.Namespace) -> int:
    from cimrdf.query import named_queries

    found = named_queries()
    if args.json:
        emit({"status": 0, "queries": [{"name": item.name, "about": item.about, "parameters": list(item.parameters)} for item in found]})
    else:
        show(table(["name", "parameters", "answers"], [[item.name, " ".join(item.parameters), item.about] for item in found]))
    return 0


def _csv(result: Result) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(result.variables)
    writer.writerows([["" if value is None else value for value in row] for row in result.rows])
    return stream.getvalue()


def _text(result: Result) -> str:
    from cimrdf.namespaces import compact

    if result.graph is not None:
        return str(result.graph.serialize(format="turtle"))
    if result.boolean is not None:
        return "yes" if result.boolean else "no"
    lines: list[list[Any]] = [["" if value is None else compact(value) for value in row] for row in result.rows]
    return f"{table(result.variables, lines)}\n{plural(len(lines), 'solution')}"


COMMANDS = (
    Command(
        "lift",
        "Writes a message as RDF.",
        "cimrdf lift reading.xml -o reading.ttl",
        _lift_arguments,
        _lift,
    ),
    Command(
        "lower",
        "Writes the messages that a graph holds as XML, valid against their schema.",
        "cimrdf lower reading.ttl -o reading-again.xml",
        _lower_arguments,
        _lower,
        notes="Literals keep their lexical forms. What `lift` made of a schema-valid message comes back equal after canonicalization.",
    ),
    Command(
        "query",
        "Asks vocabularies, alignments and data of your own in SPARQL, read-only.",
        "cimrdf query 'SELECT ?row ?why { ?row a map:Gap ; rdfs:comment ?why } LIMIT 3'\ncimrdf query --name counterpart-of --param path=Readings",
        _query_arguments,
        _query,
        notes="The prefixes of the project are preset. Without a query the named queries are listed.",
    ),
)
