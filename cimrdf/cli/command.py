"""What a command is, and how its help looks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

STATUSES = """exit status:
  0  done, no error among the findings
  1  done, with errors among the findings
  2  refused because of the input or the call; nothing was written"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does in one sentence, an example that runs, its arguments, and the function behind it."""

    name: str
    sentence: str
    example: str
    arguments: Callable[[argparse.ArgumentParser], None] | None = None
    run: Callable[[argparse.Namespace], int] | None = None
    children: tuple[Command, ...] = ()
    notes: str = ""

    @property
    def epilog(self) -> str:
        """What stands below the options."""
        parts = [self.notes, "example:\n" + "\n".join(f"  {line}" for line in self.example.splitlines()), STATUSES]
        return "\n\n".join(part for part in parts if part)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width, the same under every version of Python."""

    def __init__(self, prog: str, **_: object) -> None:
        super().__init__(prog, max_help_position=28, width=100)

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):
            # argparse forgets that commands are indented once more.
            self._action_max_length += 2

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return _placeholder(action)
        names = ", ".join(action.option_strings)
        return names if action.nargs == 0 else f"{names} {_placeholder(action)}"

    def _format_action(self, action: argparse.Action) -> str:
        text = super()._format_action(action)
        if isinstance(action, argparse._SubParsersAction):
            # Leave out the line that only says COMMAND.
            return "".join(text.splitlines(keepends=True)[1:])
        return text


def _placeholder(action: argparse.Action) -> str:
    if action.choices is not None and not isinstance(action, argparse._SubParsersAction):
        return "|".join(str(choice) for choice in action.choices)
    name = action.metavar or action.dest.upper()
    return name if isinstance(name, str) else " ".join(name)


def usage(parser: argparse.ArgumentParser, has_children: bool) -> str:
    """The usage line of a command: what must be given, then what may be."""
    if has_children:
        return f"{parser.prog} COMMAND …"
    parts = []
    for action in parser._actions:
        if action.option_strings:
            continue
        name = _placeholder(action)
        parts.append({"+": f"{name}…", "*": f"[{name}…]", "?": f"[{name}]"}.get(str(action.nargs), name))
    for action in parser._actions:
        if not action.option_strings or action.dest == "help":
            continue
        name = action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {_placeholder(action)}"
        parts.append(name if action.required else f"[{name}]")
    lines = [parser.prog]
    for part in parts:
        if len(f"usage: {lines[-1]} {part}") > 100:
            lines.append("      ")
        lines[-1] += f" {part}"
    return "\n".join(lines)


def json_option(parser: argparse.ArgumentParser) -> None:
    """`--json`, for every command that reports."""
    parser.add_argument("--json", action="store_true", help="report everything as one JSON object on standard output")
