"""Generates values: from regular expressions, from lists of codes, and by XML Schema type."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cimrdf.alignment.constraints import kind_of
from cimrdf.alignment.members import builtin, enumeration
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.model import Simple

_BY_KIND: dict[str, tuple[str, ...]] = {
    "text": ("A7", "007", "a b", "Zähler-1", "x/y?z=1#2", "12.50", "<&>\"'"),
    "integer": ("0", "1", "42", "-3", "007"),
    "decimal": ("0", "12.50", "-0.1", "100"),
    "float": ("0", "1.5", "-2.25E3"),
    "boolean": ("true", "false", "1", "0"),
    "dateTime": ("2024-02-29T23:59:59Z", "2013-01-05T10:00:00.000-05:00", "2013-01-05T10:00:00"),
    "date": ("2024-02-29", "2013-01-05Z"),
    "time": ("23:59:59", "00:00:00Z"),
    "duration": ("PT900S", "P1D", "PT15M"),
}


def by_type(catalogue: Catalogue, type_iri: str | None, chance: random.Random) -> list[str]:
    """Values of a simple type: all its codes, or some that its patterns or its built-in base allow."""
    allowed = enumeration(catalogue, type_iri)
    if allowed:
        return list(allowed)
    item = catalogue.type(type_iri) if type_iri else None
    if isinstance(item, Simple) and item.patterns:
        return [matching(item.patterns[0], chance) for _ in range(8)]
    return list(_BY_KIND.get(kind_of(builtin(catalogue, type_iri)), _BY_KIND["text"]))


def matching(pattern: str, chance: random.Random) -> str:
    """A string that a regular expression of SPARQL or XML Schema matches.

    Read are literals, escapes, classes, groups, alternatives and quantifiers: what rows may use.

    >>> import re
    >>> bool(re.fullmatch("(a|b)[0-9]{2}[.]-?x+", matching("^(a|b)[0-9]{2}[.]-?x+$", random.Random(1))))
    True
    """
    reader = _Reader(pattern, 0)
    return "".join(make(chance) for make in reader.alternatives())


_Maker = Callable[[random.Random], str]
_ESCAPES = {"d": "0123456789", "w": "abcXYZ019_", "s": " ", "D": "abc-", "W": " -/", "S": "aZ0", "i": "abcXYZ_", "c": "abcXYZ019_-."}
_ANY = "abcXYZ019 .-_"


@dataclass
class _Reader:
    """Reads a pattern from a position on into makers of strings."""

    text: str
    at: int

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _next(self) -> str:
        character = self._peek()
        self.at += 1
        return character

    def alternatives(self) -> list[_Maker]:
        """Read up to the end of the pattern or group."""
        options = [self._sequence()]
        while self._peek() == "|":
            self._next()
            options.append(self._sequence())
        return [lambda chance: "".join(make(chance) for make in chance.choice(options))]

    def _sequence(self) -> list[_Maker]:
        makers: list[_Maker] = []
        while self._peek() not in ("", "|", ")"):
            atom = self._atom()
            if atom is not None:
                makers.append(_repeated(atom, *self._quantifier()))
        return makers

    def _atom(self) -> _Maker | None:
        character = self._next()
        if character in "^$":
            return None
        if character == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
            inner = self.alternatives()
            self._next()
            return inner[0]
        if character == "[":
            return _one_of(self._class())
        if character == "\\":
            escaped = self._next()
            return _one_of(_ESCAPES.get(escaped, escaped))
        return _one_of(_ANY if character == "." else character)

    def _class(self) -> str:
        negated = self._peek() == "^"
        self.at += negated
        found = ""
        while self._peek() not in ("", "]") or not found:
            character = self._next()
            if character == "\\":
                escaped = self._next()
                found += _ESCAPES.get(escaped, escaped)
            elif self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self._next()
                found += "".join(map(chr, range(ord(character), ord(self._next()) + 1)))
            else:
                found += character
        self._next()
        return "".join(sorted(set(_ANY) - set(found))) or "~" if negated else found

    def _quantifier(self) -> tuple[int, int]:
        character = self._peek()
        if character in ("*", "+", "?"):
            self._next()
            return {"*": (0, 3), "+": (1, 3), "?": (0, 1)}[character]
        if character == "{":
            inside, _, rest = self.text[self.at + 1 :].partition("}")
            self.at = len(self.text) - len(rest)
            least, comma, most = inside.partition(",")
            return int(least), int(most) if most else int(least) + (2 if comma else 0)
        return 1, 1


def _one_of(characters: str) -> _Maker:
    return lambda chance: chance.choice(characters)


def _repeated(make: _Maker, least: int, most: int) -> _Maker:
    return lambda chance: "".join(make(chance) for _ in range(chance.randint(least, most)))


def cycled(values: list[str], count: int) -> Iterator[str]:
    """Values again and again, so many in all."""
    for number in range(count):
        yield values[number % len(values)]
