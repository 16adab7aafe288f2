"""What terms mean: one line for each, in our own words, from tables beside the vocabularies (`definitions.tsv`).

A table has the columns `term` and `definition`. A term is the local name of a class (`Meter`) or property
(`Meter.serialNumber`); `*` stands for any part of a name, and `{}` in the definition for what the last one stood for: `*.timeStamp`, `ArrayOf*`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cimrdf.schema.xsd_names import SchemaError

_HEADER = ["term", "definition"]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Definitions by term, and those of patterns, the one with most letters first."""

    exact: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()

    def of(self, term: str, stands_for: str | None = None) -> str:
        """The definition of a term by its own name, by the model element it stands for, or by a pattern; else nothing.

        Both are IRIs or local names.
        """
        name = term.rpartition("#")[2]
        model_name = "" if stands_for is None else stands_for.rpartition("#")[2]
        found = self.exact.get(name) or self.exact.get(model_name)
        if found is not None:
            return found
        for pattern, definition in self.patterns:
            match = pattern.fullmatch(name)
            if match is not None:
                return definition.replace("{}", match[match.re.groups])
        return ""


def read_definitions(path: Path) -> Definitions:
    """Read a table of definitions.

    Raises:
        SchemaError: a line has not two columns, or a term has two definitions.
    """
    exact: dict[str, str] = {}
    patterns: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SchemaError("the file cannot be read", str(path), remedy="check the path") from error
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if number == 1 and cells == _HEADER:
            continue
        if len(cells) != 2 or number == 1 or not all(cells):
            wanted = "the header 'term', 'definition'" if number == 1 else "a term and its definition"
            raise SchemaError(f"the line has not two columns, {wanted}", str(path), number, remedy="separate them by one tab")
        term, definition = cells
        table = patterns if "*" in term else exact
        if term in table:
            raise SchemaError("the term has a definition already", str(path), number, term, "keep one of them")
        table[term] = definition
    ordered = sorted(patterns.items(), key=lambda item: (-len(item[0]), item[0]))
    return Definitions(exact, tuple((re.compile(re.escape(term).replace(r"\*", "([^.]+)")), definition) for term, definition in ordered))
