"""Makes strings that a regular expression matches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


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
