"""Turtle as plain statements, read with pyoxigraph where it is installed (some twenty times faster), else with rdflib.

Rows, value maps, shapes and the catalogue are read in this way, so that a small translation needs no RDF library but a store.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field

_FAST = importlib.util.find_spec("pyoxigraph") is not None
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


class Term(str):
    """An IRI or a blank node; every other `str` is a literal, by its lexical form."""

    __slots__ = ()


class Vocabulary(str):
    """A namespace whose terms are its attributes or items.

    >>> Vocabulary("urn:x#").name, Vocabulary("urn:x#")["title"]
    ('urn:x#name', 'urn:x#title')
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Term:
        if name.startswith("__"):
            raise AttributeError(name)
        return Term(self + name)

    def __getitem__(self, name: object) -> Term:
        return Term(self + str(name))


@dataclass(slots=True)
class Statements:
    """Statements by subject and by predicate, in the order of their coming."""

    _objects: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _pairs: dict[str, list[tuple[Term, str]]] = field(default_factory=dict)

    def add(self, subject: Term, predicate: str, value: str) -> None:
        """Add one statement."""
        self._objects.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self._pairs.setdefault(predicate, []).append((subject, value))

    def value(self, subject: str, predicate: str) -> str | None:
        """One object of a subject and predicate, if there is any."""
        return next(iter(self.objects(subject, predicate)), None)

    def objects(self, subject: str | None, predicate: str) -> list[str]:
        """The objects of a predicate, of one subject or of all."""
        if subject is None:
            return [value for _, value in self._pairs.get(predicate, ())]
        return self._objects.get(subject, {}).get(predicate, [])

    def subjects(self, predicate: str, value: str) -> list[Term]:
        """The subjects that have a value."""
        return [subject for subject, found in self._pairs.get(predicate, ()) if found == value]

    def subject_objects(self, predicate: str) -> list[tuple[Term, str]]:
        """The subjects and objects of a predicate."""
        return self._pairs.get(predicate, [])

    def items(self, head: str) -> list[str]:
        """The items of an RDF list."""
        found: list[str] = []
        step: str | None = head
        while step is not None and step != _RDF + "nil":
            found += self.objects(step, _RDF + "first")
            step = self.value(step, _RDF + "rest")
        return found

    def __iter__(self) -> Iterator[tuple[Term, str, str]]:
        for predicate, pairs in self._pairs.items():
            for subject, value in pairs:
                yield subject, predicate, value

    @property
    def by_subject(self) -> dict[str, dict[str, list[str]]]:
        """The objects of each subject, by predicate."""
        return self._objects


def read_turtle(*sources: bytes) -> Statements:
    """Read Turtle documents into one; their blank nodes stay apart.

    Raises:
        SyntaxError: one of them is not Turtle.
    """
    found = Statements()
    for data in sources:
        for subject, predicate, value in _fast(data) if _FAST else _slow(data):
            found.add(subject, predicate, value)
    return found


def _fast(data: bytes) -> Iterator[tuple[Term, str, str]]:
    import pyoxigraph

    literal, blank = pyoxigraph.Literal, pyoxigraph.BlankNode
    for triple in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE):
        subject, value = triple.subject, triple.object
        yield (
            Term(f"_:{subject.value}" if isinstance(subject, blank) else subject.value),
            triple.predicate.value,
            value.value if isinstance(value, literal) else Term(f"_:{value.value}" if isinstance(value, blank) else value.value),
        )


def _slow(data: bytes) -> Iterator[tuple[Term, str, str]]:
    import rdflib

    def term(node: rdflib.term.Node) -> Term:
        return Term(f"_:{node}" if isinstance(node, rdflib.BNode) else str(node))

    for subject, predicate, value in rdflib.Graph().parse(data=data, format="turtle"):
        yield term(subject), str(predicate), str(value) if isinstance(value, rdflib.Literal) else term(value)
