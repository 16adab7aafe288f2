"""Reads the SPARQL of rows as far as checks need: its statements, the variables they use, the patterns of guards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A `BIND` (with the variable it binds) or a `FILTER`."""

    expression: str
    variable: str | None

    @property
    def inputs(self) -> set[str]:
        """The variables that the expression reads."""
        return set(re.findall(r"\?(\w+)", _QUOTED.sub("", self.expression)))


_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_KEYWORD = re.compile(r"\b(BIND|FILTER)\s*\(", re.IGNORECASE)
_AS = re.compile(r"(.*)\bAS\s+\?(\w+)\s*$", re.IGNORECASE | re.DOTALL)
_REGEX = re.compile(r"(!?)\s*REGEX\s*\(\s*(?:STR\s*\(\s*)?\?(\w+)\s*\)?\s*,\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.IGNORECASE)


def statements(step: str, output: str = "") -> list[Statement]:
    """The statements of a step; a bare expression binds `output`.

    >>> [(one.variable, one.expression) for one in statements("FILTER(REGEX(?a, '(')) BIND(CONCAT(?a, ')') AS ?b)")]
    [(None, "REGEX(?a, '(')"), ('b', "CONCAT(?a, ')')")]
    """
    found, at = [], 0
    while match := _KEYWORD.search(step, at):
        end = _closing(step, match.end())
        body, at = step[match.end() : end], end + 1
        named = _AS.match(body) if match.group(1).upper() == "BIND" else None
        found.append(Statement(named.group(1).strip(), named.group(2)) if named else Statement(body, None))
    return found or [Statement(step, output)]


def _closing(text: str, at: int) -> int:
    """Where the parenthesis that was opened before a position is closed."""
    depth = 1
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    return len(text)


def patterns(expression: str) -> Iterator[tuple[str, str]]:
    """Variables and the regular expressions that a guard demands of them.

    >>> list(patterns("REGEX(?a, '^[0-9]+$') && !REGEX(?b, 'x')"))
    [('a', '^[0-9]+$')]
    """
    for match in _REGEX.finditer(expression):
        if not match.group(1):
            yield match.group(2), match.group(3)[1:-1].replace("\\\\", "\\")
