"""`cimrdf translate` and `cimrdf validate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import DASH, emit, findings_in_words, message_files, plural, print_findings, say, status_of, write_files

if TYPE_CHECKING:
    from cimrdf.engine.ledger import Ledger
    from cimrdf.findings import Finding
    from cimrdf.translate import Translation


def _translate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input",
        nargs="+",
        metavar="IN",
        help="a payload, a 61968-100 message or a SOAP envelope; `-` is standard input; several are parts of one delivery",
    )
    parser.add_argument("--to", required=True, metavar="VERSION", help="the version to write, e.g. multispeak-4.1 or cim-2013")
    parser.add_argument(
        "-o",
        "--output",
        default=DASH,
        metavar="OUT.xml",
        help="where to write; several messages become OUT.xml, OUT-2.xml, … (default: standard output)",
    )
    parser.add_argument("--from", dest="source_version", metavar="VERSION", help="the version to read (default: detected)")
    parser.add_argument(
        "--preserve", action="store_true", help="keep what the target has no field for, in its extension points, its envelope or the sidecar"
    )
    parser.add_argument(
        "--sidecar",
        metavar="S.ttl",
        help="with --preserve: where to write what neither message nor envelope can keep; without: give it back on the return journey",
    )
    parser.add_argument("--ledger", metavar="L.json", help="write what became of every value")
    parser.add_argument(
        "--ledger-values", choices=("all", "none"), default="all", help="`none` leaves values out of --ledger and --explain: they are personal data"
    )
    parser.add_argument("--explain", metavar="E.json", help="write for every value of the output the rows and source values behind it")
    parser.add_argument("--engine", choices=("auto", "graph"), default="auto", help="auto is the graph engine until there is a compiled one")
    parser.add_argument(
        "--store", choices=("rdflib", "pyoxigraph"), help="the triple store of the graph engine (default: pyoxigraph where it is installed)"
    )
    json_option(parser)


def _translate(args: argparse.Namespace) -> int:
    from cimrdf.translate import translate

    options: dict[str, Any] = {"preserve": True, "beside": bool(args.sidecar)} if args.preserve else {}
    if args.sidecar and not args.preserve:
        options["sidecar"] = args.sidecar
    done = translate(*args.input, to=args.to, source_version=args.source_version, store=args.store, **options)
    files = [] if args.json and args.output == DASH else message_files(args.output, done.messages)
    write_files([*files, *_side_files(args, done)])
    status = status_of(done.findings)
    if args.json:
        emit(_report(status, done, files))
    else:
        print_findings(done.findings)
        say(_translated(args, done, [name for name, _ in files]))
    return status


def _side_files(args: argparse.Namespace, done: Translation) -> list[tuple[str, bytes]]:
    """The files beside the messages that were asked for."""
    values = args.ledger_values == "all"
    files = []
    if args.ledger:
        files.append((args.ledger, done.ledger.to_json(values=values).encode()))
    if args.explain:
        explained = [
            {"xpath": item.xpath, **({"value": item.value} if values else {}), "rows": list(item.rows), "sources": list(item.sources)}
            for item in done.explanations
        ]
        files.append((args.explain, (json.dumps(explained, ensure_ascii=False, indent=2) + "\n").encode()))
    if args.preserve and args.sidecar:
        files.append((args.sidecar, (done.sidecar or "# Everything is kept in the messages.\n").encode()))
    return files


def _report(status: int, done: Translation, files: list[tuple[str, bytes]]) -> dict[str, Any]:
    messages = []
    for number, message in enumerate(done.messages):
        place = {"file": files[number][0]} if files else {"xml": message.xml.decode()}
        messages.append({"payload": message.payload, **place})
    return {
        "status": status,
        "from": done.source_version,
        "to": done.target_version,
        "messages": messages,
        "findings": [item.to_dict() for item in done.findings],
        "ledger": done.ledger.counts,
    }


def _translated(args: argparse.Namespace, done: Translation, names: list[str]) -> str:
    payloads = ", ".join(message.payload for message in done.messages)
    place = "" if args.output == DASH else f" written to {', '.join(names)}"
    return (
        f"{done.source_version} → {done.target_version}: {plural(len(done.messages), 'message')} ({payloads}){place}; {ledger_in_words(done.ledger)}"
    )


def ledger_in_words(ledger: Ledger) -> str:
    """The counts of a ledger as a sentence."""
    counts = ledger.counts
    fates = ", ".join(f"{count} {fate}" for fate, count in counts.items() if count and fate != "added")
    added = f"; {counts['added']} added" if counts["added"] else ""
    return f"{plural(ledger.total, 'value')} read: {fates or 'none'}{added}"


# ---------------------------------------------------------------------- validate


def _validate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN", help="the message to judge; `-` is standard input")
    parser.add_argument("--schema", metavar="VERSION", help="the version that the message must be of (default: detected)")
    parser.add_argument("--sarif", metavar="FILE", help="write the findings as SARIF 2.1.0")
    parser.add_argument("--junit", metavar="FILE", help="write the findings as a JUnit report")
    json_option(parser)


def _validate(args: argparse.Namespace) -> int:
    from cimrdf.findings import Refused
    from cimrdf.validate import validate

    try:
        findings, refused = validate(args.input, args.schema), None
    except Refused as refusal:
        findings, refused = refusal.findings, refusal
    _write_reports(args, findings)
    if refused is not None:
        raise refused
    status = status_of(findings)
    if args.json:
        emit({"status": status, "file": args.input, "findings": [item.to_dict() for item in findings]})
    else:
        print_findings(findings)
        say(f"{args.input}: {findings_in_words(findings)}")
    return status


def _write_reports(args: argparse.Namespace, findings: list[Finding]) -> None:
    """SARIF and JUnit reports: also of a document that cannot be read, for that is what they must tell."""
    from cimrdf.reports import junit, sarif

    files = [(args.sarif, sarif(findings))] if args.sarif else []
    if args.junit:
        files.append((args.junit, junit(findings, Path(args.input).name)))
    write_files(files)


COMMANDS = (
    Command(
        "translate",
        "Translates a message to another version, with an account of every value.",
        "cimrdf translate reading.xml --to multispeak-4.1 -o notification.xml --ledger ledger.json",
        _translate_arguments,
        _translate,
        notes="The answer has the wrapping of the input: a payload becomes a payload, a 61968-100 message a SOAP envelope, and the other way round.",
    ),
    Command(
        "validate",
        "Holds a message against its schema (XSD) and its meaning (SHACL), with findings that point at the line.",
        "cimrdf validate reading.xml --sarif findings.sarif",
        _validate_arguments,
        _validate,
    ),
)
