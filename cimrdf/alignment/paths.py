"""Paths of rows, spelled as in XPath: `Meter/Names[NameType/name='MeterNo']/name`, `../profiles/profile[@profileID=?id]`.

A path goes from the object that the row's class mapping is about. A step may select: the first of a list (`[1]`), those
whose member has a value (`[path='constant']`, `[path=?variable]`), has one at all (`[path]`), or lacks
one (`[not(path)]`). `AS ?name` after a path
names the variable that its value is bound to in the row's expressions. A path that begins with `/` starts at a document
element instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class PathError(ValueError):
    """A path cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A selection by a member: its value is a constant or bound to a variable; else it must be there, or be `absent`."""

    path: Path
    value: str | None = None
    variable: str | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `name` is an element's local name, `@name` an attribute, `..` the parent, `.` the object itself (its text)."""

    name: str
    position: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A path as written, its steps, and the variable it binds."""

    text: str
    steps: tuple[Step, ...]
    variable: str | None = None

    @property
    def plain(self) -> str:
        """The path without selections.

        >>> parse("Names[NameType/name='MeterNo']/name AS ?number").plain
        'Names/name'
        """
        return "/".join(step.name for step in self.steps)


_TOKEN = re.compile(r"""\s*(?:(?P<up>\.\.)|(?P<name>@?[\w.\-]+|\*)|(?P<string>'[^']*')|(?P<variable>\?\w+)|(?P<mark>[\[\]/=()]))""")


def parse(text: str) -> Path:
    """Read a path.

    >>> [step.name for step in parse("ReadingType/@ref AS ?ref").steps]
    ['ReadingType', '@ref']

    Raises:
        PathError: the text is no path; the message shows where it stops making sense.
    """
    body, separator, variable = text.partition(" AS ")
    if separator and not re.fullmatch(r"\?\w+", variable.strip()):
        raise PathError(f"{text!r}: after AS comes a variable such as ?name")
    tokens = _tokens(body.removeprefix("/"), text)
    steps, rest = _steps(tokens, text)
    if rest:
        raise PathError(f"{text!r}: {rest[0]!r} is not expected here")
    return Path(body.strip(), steps, variable.strip()[1:] if separator else None)


def _tokens(body: str, text: str) -> list[str]:
    tokens, position = [], 0
    body = body.rstrip()
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            raise PathError(f"{text!r}: cannot read {body[position:]!r}")
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


def _steps(tokens: list[str], text: str) -> tuple[tuple[Step, ...], list[str]]:
    steps: list[Step] = []
    while tokens:
        if not re.fullmatch(r"\.\.|\*|@?[\w.\-]+", tokens[0]):
            raise PathError(f"{text!r}: a step cannot begin with {tokens[0]!r}")
        name, tokens = tokens[0], tokens[1:]
        step = Step(name)
        while tokens and tokens[0] == "[":
            step, tokens = _selection(step, tokens[1:], text)
        steps.append(step)
        if not tokens or tokens[0] != "/":
            break
        tokens = tokens[1:]
        if not tokens:
            raise PathError(f"{text!r}: ends with /")
    return tuple(steps), tokens


def _selection(step: Step, tokens: list[str], text: str) -> tuple[Step, list[str]]:
    if len(tokens) > 1 and tokens[0].isdigit() and tokens[1] == "]":
        return Step(step.name, int(tokens[0]), step.conditions), tokens[2:]
    absent = tokens[:2] == ["not", "("]
    inner, rest = _steps(tokens[2:] if absent else tokens, text)
    path = Path("/".join(part.name for part in inner), inner)
    if absent and rest[:2] == [")", "]"]:
        condition, rest = Condition(path, absent=True), rest[2:]
    elif rest[:1] == ["]"]:
        condition, rest = Condition(path), rest[1:]
    elif len(rest) > 2 and rest[0] == "=" and rest[2] == "]":
        value = rest[1]
        condition = Condition(path, variable=value[1:]) if value.startswith("?") else Condition(path, value=value.strip("'"))
        rest = rest[3:]
    else:
        raise PathError(f"{text!r}: a selection is [1], [path='value'], [path=?variable], [path] or [not(path)]")
    return Step(step.name, step.position, (*step.conditions, condition)), rest
