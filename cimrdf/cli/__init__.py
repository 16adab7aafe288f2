"""The command line. Each module here holds a group of commands; what a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from cimrdf.cli import demo, explore, export, graphs, translate, vocabulary
from cimrdf.cli.command import STATUSES, Command, HelpFormatter, usage
from cimrdf.cli.output import emit, print_findings, refusal_findings

#: Every command, in the order in which `cimrdf --help` lists them.
COMMANDS: tuple[Command, ...] = (
    *demo.COMMANDS,
    *translate.COMMANDS,
    *graphs.COMMANDS,
    *explore.COMMANDS,
    *vocabulary.COMMANDS,
    *export.COMMANDS,
)


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="cimrdf",
        usage="cimrdf COMMAND …",
        description="Translates messages between the IEC CIM and MultiSpeak, and answers questions about the mapping.",
        epilog=f"`cimrdf COMMAND --help` shows a command's options and an example.\n\n{STATUSES}",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    _add(parser, COMMANDS, "command")
    return parser


def _add(parser: argparse.ArgumentParser, commands: Sequence[Command], name: str) -> None:
    group = parser.add_subparsers(dest=name, metavar="COMMAND", title="commands", prog=parser.prog, parser_class=argparse.ArgumentParser)
    for command in commands:
        one = group.add_parser(
            command.name,
            help=command.sentence[0].lower() + command.sentence[1:].rstrip("."),
            description=command.sentence,
            epilog=command.epilog,
            formatter_class=HelpFormatter,
        )
        if command.children:
            _add(one, command.children, f"{name}_{command.name}")
        if command.arguments is not None:
            command.arguments(one)
        one.usage = usage(one, bool(command.children))
        one.set_defaults(run=command.run, parser=one)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = make_parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    if args.version:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"cimrdf {version('cimrdf')}")
        except PackageNotFoundError:
            print("cimrdf (not installed)")
        return 0
    if getattr(args, "run", None) is None:
        getattr(args, "parser", parser).print_help()
        return 2 if argv or sys.argv[1:] else 0
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    from cimrdf.findings import CimrdfError

    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except CimrdfError as refusal:
        status = 2
        findings = refusal_findings(refusal)
        if getattr(args, "json", False):
            emit({"status": status, "findings": [item.to_dict() for item in findings]})
        else:
            print_findings(findings)
            print("refused: nothing was written", file=sys.stderr)
    except BrokenPipeError:
        # The reader has closed standard output: there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


__all__ = ["COMMANDS", "main", "make_parser"]
