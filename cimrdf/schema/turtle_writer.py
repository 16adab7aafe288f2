"""Writes Turtle in a fixed order and layout, so that a file changes only where its content does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cimrdf.namespaces import PREFIXES
from cimrdf.schema.xsd_names import Bases

_LOCAL = re.compile(r"[A-Za-z0-9_](?:(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}|\.(?!\.))*(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}))?")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_WIDTH = 100

#: A predicate and its objects, all as Turtle.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Document:
    """What a generated file says of itself: IRI bases, version IRI, title, and the file that it was derived from.

    `prefixes` are for the terms of other namespaces; `status` is `published`, `draft` or `reconstructed`.
    """

    bases: Bases
    version: str
    title: str
    source: str
    prefixes: Mapping[str, str] = field(default_factory=dict)
    status: str = "published"

    @property
    def node(self) -> str:
        """The IRI of what is defined here."""
        return self.bases.model.rstrip("#")


@dataclass
class TurtleWriter:
    """Collects statements as text. `prefixes` come before the preset ones."""

    prefixes: Mapping[str, str] = field(default_factory=dict)
    _blocks: list[str] = field(default_factory=list)
    _used: dict[str, str] = field(default_factory=dict)

    def iri(self, iri: str) -> str:
        """An IRI by the longest prefix that leaves a plain local name, else in full."""
        best: tuple[str, str] | None = None
        for prefix, namespace in [*self.prefixes.items(), *PREFIXES.items()]:
            if iri.startswith(namespace) and (best is None or len(namespace) > len(best[1])):
                best = (prefix, namespace)
        if best is None or not _LOCAL.fullmatch(iri[len(best[1]) :]):
            return f"<{iri}>"
        self._used[best[0]] = best[1]
        return f"{best[0]}:{iri[len(best[1]) :]}"

    def declare(self, *namespaces: str) -> None:
        """Declare the prefixes of these namespaces, used or not."""
        for prefix, namespace in [*PREFIXES.items(), *self.prefixes.items()]:
            if namespace in namespaces:
                self._used[prefix] = namespace

    def add(self, subject: str, pairs: Sequence[Pair], *, first: bool = False) -> None:
        """Add one subject with its predicates and objects, behind the others or first of all; pairs without object are left out."""
        lines = [f"{predicate} {value}" for predicate, value in pairs if value]
        self._blocks.insert(0 if first else len(self._blocks), f"{self.iri(subject)} " + " ;\n    ".join(lines) + " .\n")

    def document(self, comments: Iterable[str]) -> str:
        """The whole text: comment lines, the prefixes in use, the statements."""
        head = [f"# {comment}" for comment in comments]
        # A predicate is written with its prefix in the code; find those as well.
        body = "\n".join(self._blocks)
        found = {name: iri for name, iri in PREFIXES.items() if re.search(rf"[\s(\[]{re.escape(name)}:", body)}
        names = {**self._used, **found}
        declared = [f"@prefix {name}: <{iri}> ." for name, iri in sorted(names.items())]
        return "\n".join([*head, "", *declared, "", body])


def text(value: str) -> str:
    """A plain literal."""
    return f'"{value.translate(_ESCAPES)}"'


def collection(items: Sequence[str], indent: str = "    ") -> str:
    """An RDF list: on one line where it is short, else one item a line."""
    line = f"( {' '.join(items)} )" if items else "()"
    if len(line) <= _WIDTH and not any("[" in item for item in items):
        return line
    return "\n".join(["(", *(f"{indent}    {item}" for item in items), f"{indent})"])


def node(pairs: Sequence[Pair]) -> str:
    """A blank node with predicates and objects; pairs without object are left out."""
    return f"[ {' ; '.join(f'{predicate} {value}' for predicate, value in pairs if value)} ]"
