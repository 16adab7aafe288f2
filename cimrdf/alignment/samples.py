"""Generates values: from lists of codes, and by XML Schema type."""

from __future__ import annotations

import random

from cimrdf.alignment.constraints import kind_of
from cimrdf.alignment.members import builtin, enumeration
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.model import Simple
from cimrdf.schema.patterns import matching

__all__ = ["by_type", "matching"]

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
