"""Makes values of simple types in lexical forms that are valid but awkward: `+1`, `-0`, `INF`, `12.50`, times without zone.

For generated messages; nothing is made on the road of a real one.
"""

from __future__ import annotations

import random
import re
from decimal import Decimal, InvalidOperation

from cimrdf.namespaces import XSD
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.model import Simple, is_builtin
from cimrdf.schema.patterns import matching

_STRINGS = (
    "A7",
    "12.50",
    "007",
    "a b",
    "  kept  ",
    "Zähler-1",
    "日本語",
    "\U0001f50c",
    "<&>\"'",
    "]]>",
    "&amp;",
    "x/y?z=1#2",
    "a\tb\nc",
    "{urn:x}y",
    "\\u0041",
    "@ref",
    "1.0.0",
    "",
    "true",
    "e\u0301\u00a0\u200b",
    "'''\"\"\"",
    "?x . <http://x> ;",
    "long " * 40,
)
_TOKENS = ("A7", "a-b.c", "x1", "_y", "Zähler")
_DATES = ("2024-02-29", "2013-01-05", "1999-12-31", "0001-01-01", "12013-06-07", "-0044-03-15")
_TIMES = ("00:00:00", "23:59:59", "10:30:00.5", "10:30:00.000", "01:02:03.123456", "12:00:00.120")
_ZONES = ("", "Z", "+01:00", "-05:00", "+14:00", "-00:00", "+05:30")
_FORMS: dict[str, tuple[str, ...]] = {
    "string": _STRINGS,
    "anySimpleType": _STRINGS,
    "anyType": _STRINGS,
    "normalizedString": ("A7", " a  b ", "", "12.50"),
    "token": ("A7", "a b", ""),
    "anyURI": ("http://example.org/a?b=c&d=e#f", "urn:x:y", "../a%20b", "", "mailto:a@b.c"),
    "boolean": ("true", "false", "1", "0"),
    "decimal": ("0", "-0", "+1", "12.50", ".5", "5.", "-0.100", "123456789012345678901234567890.5"),
    "float": ("0", "-0", "+1", "12.50", "1E3", "-2.25e-3", "INF", "-INF", "NaN", ".5", "1E+05", "16777217.1"),
    "integer": ("0", "-0", "+1", "007", "42", "-3", "123456789012345678901234567890"),
    "int": ("0", "-0", "+1", "007", "42", "-3", "2147483647", "-2147483648"),
    "byte": ("0", "+1", "007", "-128", "127"),
    "nonNegativeInteger": ("0", "-0", "+1", "007", "42"),
    "positiveInteger": ("1", "+1", "007", "42"),
    "nonPositiveInteger": ("0", "-0", "-1", "-007"),
    "negativeInteger": ("-1", "-007"),
    "unsignedByte": ("0", "1", "007", "255"),
    "duration": ("PT900S", "P1D", "PT15M", "-P1Y2M3DT4H5M6.70S", "P0D", "PT0.5S"),
    "gYear": ("2024", "2024Z", "12013"),
    "gYearMonth": ("2024-02", "2024-02+01:00"),
    "gMonthDay": ("--02-29", "--12-31Z"),
    "gMonth": ("--02", "--12Z"),
    "gDay": ("---29", "---01Z"),
    "hexBinary": ("", "0aFF", "00"),
    "base64Binary": ("", "QUJD", "QQ=="),
    "language": ("en", "de-AT", "x-private"),
}
_SAME = {
    "double": "float",
    "long": "int",
    "short": "byte",
    "unsignedInt": "unsignedByte",
    "unsignedLong": "unsignedByte",
    "unsignedShort": "unsignedByte",
}
#: Types whose white space is kept as it stands.
_KEEPING = frozenset(("string", "normalizedString", "anySimpleType", "anyType"))


class Values:
    """Makes values of simple types; `chance` decides."""

    def __init__(self, catalogue: Catalogue, chance: random.Random) -> None:
        self.catalogue, self.chance = catalogue, chance
        #: How many xs:ID values there are: they are unique in a document.
        self._ids = 0

    def make(self, type_iri: str) -> str:
        """A valid value of a simple type, built in or declared."""
        if is_builtin(type_iri):
            return self._builtin(type_iri.removeprefix(XSD))
        item = self.catalogue.type(type_iri)
        assert isinstance(item, Simple), f"{type_iri} is a simple type"
        if item.enumeration:
            return self.chance.choice(item.enumeration)
        for _ in range(50):
            value = self._free(item)
            if _allowed(item, value):
                return value
        return _forced(item)

    def padded(self, type_iri: str, value: str) -> str:
        """The value with white space around it where that means nothing; else the value itself."""
        base = type_iri
        item = self.catalogue.type(type_iri)
        if isinstance(item, Simple):
            if item.enumeration or item.patterns or item.facets or item.item or item.members:
                return value
            base = item.base
        if base.removeprefix(XSD) in _KEEPING or self.chance.random() > 0.08:
            return value
        return self.chance.choice((" ", "\n  ", "\t")) + value + self.chance.choice((" ", "\n", ""))

    def _free(self, item: Simple) -> str:
        if item.patterns:
            return matching(item.patterns[0], self.chance)
        if item.item is not None:
            return " ".join(re.sub(r"\s", "", self.make(item.item)) or "x" for _ in range(self.chance.randint(0, 3)))
        if item.members:
            return self.make(self.chance.choice(item.members))
        return self.make(item.base)

    def _builtin(self, name: str) -> str:
        choice = self.chance.choice
        if name == "ID":
            self._ids += 1
            return f"id-{self._ids}"
        if name == "dateTime":
            return f"{choice(_DATES)}T{choice(_TIMES)}{choice(_ZONES)}"
        if name == "date":
            return choice(_DATES) + choice(_ZONES)
        if name == "time":
            return choice(_TIMES) + choice(_ZONES)
        name = _SAME.get(name, name)
        return choice(_FORMS.get(name, _TOKENS))


def _allowed(item: Simple, value: str) -> bool:
    """Whether a value keeps the facets that can be decided here."""
    for name, bound in item.facets:
        if name in ("length", "minLength", "maxLength"):
            size, limit = len(value), int(bound)
            if (name == "length" and size != limit) or (name == "minLength" and size < limit) or (name == "maxLength" and size > limit):
                return False
        elif name in ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive"):
            try:
                number, edge = Decimal(value), Decimal(bound)
            except InvalidOperation:
                continue
            if name.startswith("min") and (number < edge or (name == "minExclusive" and number == edge)):
                return False
            if name.startswith("max") and (number > edge or (name == "maxExclusive" and number == edge)):
                return False
        elif name in ("totalDigits", "fractionDigits"):
            digits = value.strip("+-").lstrip("0")
            counted = digits.partition(".")[2] if name == "fractionDigits" else digits.replace(".", "")
            if len(counted) > int(bound):
                return False
    return True


def _forced(item: Simple) -> str:
    """A value on the edge of the facets, where chance found none."""
    facets = dict(item.facets)
    size = facets.get("length") or facets.get("minLength") or facets.get("maxLength")
    if size is not None:
        return "7" * int(size)
    return facets.get("minInclusive") or facets.get("maxInclusive") or "1"
