"""The reference page of the command line, made from the help texts: `python -m cimrdf.cli.reference docs/cli.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from cimrdf.cli import COMMANDS, make_parser

_HEAD = """# The command line

Made from `cimrdf --help` and its like by `make derive`; do not edit.

Findings go to standard error: a line `file:line: severity code: message at xpath`, and below it what to do. Output files are written whole
or not at all. `-` stands for standard input or output; that a reader closes standard output early is no error.
"""


def markdown() -> str:
    """The page."""
    parser = make_parser()
    sections = [f"## cimrdf {name}\n\n```text\n{one.format_help().rstrip()}\n```\n" for name, one in _parsers(parser, "")]
    contents = "\n".join(f"- [{command.name}](#cimrdf-{command.name}): {command.sentence}" for command in COMMANDS)
    return "\n".join([_HEAD, contents + "\n", *sections])


def _parsers(parser: argparse.ArgumentParser, above: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield f"{above}{name}", one
                yield from _parsers(one, f"{above}{name} ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
