"""What changed from one version of a schema to another: types, members, enumeration values, document elements.

Types are compared with those of the same name; a type that is written inline where the other version names it is compared in
its place. What went and what came is held against each other, and what looks like a renaming is reported as one.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import rdflib

from cimrdf.namespaces import BASE, MODEL, XSD
from cimrdf.schema.model import UNBOUNDED, Attribute, Complex, Element, Group, Root, Schema, Simple, Wildcard, is_builtin

__all__ = ["Change", "as_graph", "as_table", "diff"]

#: From this similarity on, what went and what came are taken for the same thing under another name.
RENAMED = 0.8


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    `kind` is added, removed, renamed, type, cardinality, order, base, facets or default; `component` is type, element (of a
    document), member or code; `path` names the place in the newer version (in the older one for what was removed).
    `similarity` tells how sure a renaming is, from 0 to 1.
    """

    kind: str
    component: str
    path: str
    before: str = ""
    after: str = ""
    similarity: float | None = None
    old_term: str | None = None
    new_term: str | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """An element or attribute of a type, with the occurrence that the groups around it leave it."""

    name: str
    term: str
    type: str
    occurs: str
    value: str


def diff(old: Sequence[Schema], new: Sequence[Schema]) -> list[Change]:
    """The changes from the old schemas to the new ones, in a fixed order.

    Namespaces need not agree: a type is compared with that of its namespace and name, else with the only one of its name.
    """
    found = _Comparison(old, new).run()
    return sorted(found, key=lambda item: (_COMPONENTS.index(item.component), item.path, _KINDS.index(item.kind), item.before))


_COMPONENTS = ("element", "type", "member", "code")
_KINDS = ("added", "removed", "renamed", "type", "cardinality", "order", "base", "facets", "default")


class _Side:
    """The components of one version."""

    def __init__(self, schemas: Sequence[Schema]) -> None:
        self.types: dict[str, Complex | Simple] = {}
        self.roots: list[Root] = []
        for schema in schemas:
            self.types.update(schema.complex_types)
            self.types.update(schema.simple_types)
            self.roots += schema.roots.values()
        self.names = Counter(root.name for root in self.roots)
        self.named = [item for item in self.types.values() if not item.anonymous]

    def label(self, iri: str) -> str:
        """The name of a type, for people."""
        item = self.types.get(iri)
        if item is None:
            return "xsd:" + iri.removeprefix(XSD) if is_builtin(iri) else iri
        return "(inline)" if item.anonymous else item.name

    def members(self, item: Complex) -> dict[str, _Member]:
        """A type's own members by name, attributes with `@`."""
        found: dict[str, _Member] = {}
        for element, least, most in _leaves(item.content, 1, 1):
            before = found.get(element.name)
            most = UNBOUNDED if before is not None or most is UNBOUNDED else most
            value = " ".join(part for part in (_given(element), "nillable" if element.nillable else "") if part)
            found[element.name] = _Member(element.name, element.term, element.type, f"{least}..{'*' if most is UNBOUNDED else most}", value)
        for use in item.attributes:
            found[f"@{use.name}"] = _Member(f"@{use.name}", use.term, use.type, f"{int(use.required)}..1", _given(use))
        if item.text is not None:
            found["text()"] = _Member("text()", item.text_term or item.class_term, item.text, "1..1", "")
        return found


def _leaves(group: Group | None, least: int, most: int | None) -> Iterator[tuple[Element, int, int | None]]:
    if group is None:
        return
    least *= group.min_occurs if group.kind != "choice" or len(group.particles) == 1 else 0
    most = UNBOUNDED if most is UNBOUNDED or group.max_occurs is UNBOUNDED else most * group.max_occurs
    for particle in group.particles:
        if isinstance(particle, Group):
            yield from _leaves(particle, least, most)
        elif not isinstance(particle, Wildcard):
            own = UNBOUNDED if most is UNBOUNDED or particle.max_occurs is UNBOUNDED else most * particle.max_occurs
            yield particle, least * particle.min_occurs, own


def _given(item: Element | Attribute) -> str:
    """The default or fixed value."""
    return " ".join(f"{word} {value!r}" for word, value in (("default", item.default), ("fixed", item.fixed)) if value is not None)


class _Comparison:
    def __init__(self, old: Sequence[Schema], new: Sequence[Schema]) -> None:
        self.old, self.new = _Side(old), _Side(new)
        self.changes: list[Change] = []
        #: Named types of the old version with what became of them.
        self.became: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()

    def run(self) -> list[Change]:
        went, came = self._match_by_name()
        renamed = self._match_by_likeness(went, came)
        for one, other in self.became.items():
            before, after = self.old.types[one], self.new.types[other]
            if (similarity := renamed.get(one)) is not None:
                self._note(Change("renamed", "type", after.name, before.name, after.name, similarity, one, other))
            self._types(before, after, after.name)
        self._roots()
        inside = {iri for pair in self._seen for iri in pair}
        for item in went:
            if item.iri not in self.became and item.iri not in inside:
                self._note(Change("removed", "type", item.name, item.name, "", None, item.iri))
        kept = set(self.became.values())
        for item in came:
            if item.iri not in kept and item.iri not in inside:
                self._note(Change("added", "type", item.name, "", item.name, None, None, item.iri))
        return list(dict.fromkeys(self.changes))

    def _note(self, change: Change) -> None:
        self.changes.append(change)

    # ------------------------------------------------------------------ which type became which

    def _match_by_name(self) -> tuple[list[Complex | Simple], list[Complex | Simple]]:
        """Match types of one name; what is left on either side."""
        exact = {(item.namespace, item.name): item for item in self.new.named}
        for item in self.old.named:
            if (same := exact.get((item.namespace, item.name))) is not None:
                self.became[item.iri] = same.iri
        went = [item for item in self.old.named if item.iri not in self.became]
        kept = set(self.became.values())
        came = [item for item in self.new.named if item.iri not in kept]
        left, right = _by_name(went), _by_name(came)
        for name, items in left.items():
            if len(items) == 1 and len(right.get(name, ())) == 1:
                self.became[items[0].iri] = right[name][0].iri
        kept = set(self.became.values())
        return [item for item in went if item.iri not in self.became], [item for item in came if item.iri not in kept]

    def _match_by_likeness(self, went: Sequence[Complex | Simple], came: Sequence[Complex | Simple]) -> dict[str, float]:
        """Match types that look like renamings; their similarity by the old type."""
        left = [(item.iri, item.name, _traits(self.old, item)) for item in went]
        right = [(item.iri, item.name, _traits(self.new, item)) for item in came]
        found = {}
        for one, other, similarity in _renamings(left, right):
            self.became[one] = other
            found[one] = similarity
        return found

    # ------------------------------------------------------------------ document elements

    def _roots(self) -> None:
        old, new = _keyed(self.old.roots), _keyed(self.new.roots)
        same = [(key, key, None) for key in old if key in new]
        went = {key: root for key, root in old.items() if key not in new}
        came = {key: root for key, root in new.items() if key not in old}
        left, right = _by_name(went.values()), _by_name(came.values())
        moved = [(_key(left[name][0]), _key(right[name][0]), None) for name in left if len(left[name]) == 1 and len(right.get(name, ())) == 1]
        went = {key: root for key, root in went.items() if key not in {one for one, _, _ in moved}}
        came = {key: root for key, root in came.items() if key not in {other for _, other, _ in moved}}
        renamed = _renamings([_root_candidate(self.old, root) for root in went.values()], [_root_candidate(self.new, root) for root in came.values()])
        for one, other, similarity in [*same, *moved, *renamed]:
            before, after = old[one], new[other]
            path = self._place(after, self.new)
            if similarity is not None:
                self._note(Change("renamed", "element", path, before.name, after.name, similarity, before.term, after.term))
            self._use(before.type, after.type, path, "element", before.term, after.term)
        for key, root in went.items():
            if key not in {one for one, _, _ in renamed}:
                self._note(Change("removed", "element", self._place(root, self.old), root.name, "", None, root.term))
        for key, root in came.items():
            if key not in {other for _, other, _ in renamed}:
                self._note(Change("added", "element", self._place(root, self.new), "", root.name, None, None, root.term))

    @staticmethod
    def _place(root: Root, side: _Side) -> str:
        """The name of a document element, with the end of its namespace where others have the name, too."""
        alone = side.names[root.name] == 1
        return root.name if alone else f"{root.namespace.rstrip('#/').rpartition('/')[2]}:{root.name}"

    # ------------------------------------------------------------------ types

    def _types(self, before: Complex | Simple, after: Complex | Simple, path: str) -> None:
        """Compare two types, at one place."""
        if (before.iri, after.iri) in self._seen:
            return
        self._seen.add((before.iri, after.iri))
        if isinstance(before, Simple) and isinstance(after, Simple):
            self._simple(before, after, path)
        elif isinstance(before, Complex) and isinstance(after, Complex):
            self._complex(before, after, path)
        else:
            kinds = ["simple" if isinstance(item, Simple) else "complex" for item in (before, after)]
            self._note(Change("type", "type", path, kinds[0], kinds[1], None, before.iri, after.iri))

    def _simple(self, before: Simple, after: Simple, path: str) -> None:
        if before.base != after.base:
            self._note(Change("base", "type", path, self.old.label(before.base), self.new.label(after.base), None, before.iri, after.iri))
        facets = [_facets(item) for item in (before, after)]
        if facets[0] != facets[1]:
            self._note(Change("facets", "type", path, facets[0], facets[1], None, before.iri, after.iri))
        went = [code for code in dict.fromkeys(before.enumeration) if code not in after.enumeration]
        came = [code for code in dict.fromkeys(after.enumeration) if code not in before.enumeration]
        renamed = _renamings([(code, code, frozenset()) for code in went], [(code, code, frozenset()) for code in came])
        for one, other, similarity in renamed:
            self._note(Change("renamed", "code", f"{path}={other}", one, other, similarity, before.iri, after.iri))
        for code in went:
            if code not in {one for one, _, _ in renamed}:
                self._note(Change("removed", "code", f"{path}={code}", code, "", None, before.iri, after.iri))
        for code in came:
            if code not in {other for _, other, _ in renamed}:
                self._note(Change("added", "code", f"{path}={code}", "", code, None, before.iri, after.iri))

    def _complex(self, before: Complex, after: Complex, path: str) -> None:
        if self._base(before, self.old) != self._base(after, self.new) and self.became.get(before.base or "") != after.base:
            self._note(
                Change("base", "type", path, self._base(before, self.old), self._base(after, self.new), None, before.class_term, after.class_term)
            )
        old, new = self.old.members(before), self.new.members(after)
        for name in old.keys() & new.keys():
            self._member(old[name], new[name], f"{path}/{name}")
        went = [old[name] for name in old if name not in new]
        came = [new[name] for name in new if name not in old]
        renamed = _renamings(
            [(item.name, item.name, frozenset((self._became(item.type),))) for item in went],
            [(item.name, item.name, frozenset((self.new.label(item.type),))) for item in came],
        )
        for one, other, similarity in renamed:
            self._note(Change("renamed", "member", f"{path}/{other}", one, other, similarity, old[one].term, new[other].term))
            self._member(old[one], new[other], f"{path}/{other}")
        for item in went:
            if item.name not in {one for one, _, _ in renamed}:
                self._note(Change("removed", "member", f"{path}/{item.name}", f"{self.old.label(item.type)} {item.occurs}", "", None, item.term))
        for item in came:
            if item.name not in {other for _, other, _ in renamed}:
                self._note(Change("added", "member", f"{path}/{item.name}", "", f"{self.new.label(item.type)} {item.occurs}", None, None, item.term))
        self._order(list(old), list(new), path, before, after)

    def _order(self, old: list[str], new: list[str], path: str, before: Complex, after: Complex) -> None:
        """The common elements stand in another order (attributes have none)."""
        left = [name for name in old if name in new and not name.startswith("@")]
        right = [name for name in new if name in old and not name.startswith("@")]
        if left != right:
            self._note(Change("order", "type", path, " ".join(left), " ".join(right), None, before.class_term, after.class_term))

    @staticmethod
    def _base(item: Complex, side: _Side) -> str:
        return side.label(item.base) if item.base is not None else ""

    def _became(self, iri: str) -> str:
        """The name in the new version of a type of the old one."""
        return self.new.label(self.became[iri]) if iri in self.became else self.old.label(iri)

    def _member(self, before: _Member, after: _Member, path: str) -> None:
        self._use(before.type, after.type, path, "member", before.term, after.term)
        if before.occurs != after.occurs:
            self._note(Change("cardinality", "member", path, before.occurs, after.occurs, None, before.term, after.term))
        if before.value != after.value:
            self._note(Change("default", "member", path, before.value, after.value, None, before.term, after.term))

    def _use(self, before: str, after: str, path: str, component: str, old_term: str, new_term: str) -> None:
        """Compare the types of two members: named ones by name, inline ones by what is in them."""
        left, right = self.old.types.get(before), self.new.types.get(after)
        inline = (left is not None and left.anonymous) or (right is not None and right.anonymous)
        if inline and left is not None and right is not None and isinstance(left, Complex) == isinstance(right, Complex):
            self._types(left, right, path)
        elif self.became.get(before) != after:
            one, other = (
                (self._effective(self.old, before), self._effective(self.new, after)) if inline else (self._became(before), self.new.label(after))
            )
            if one != other:
                self._note(Change("type", component, path, self.old.label(before), self.new.label(after), None, old_term, new_term))

    @staticmethod
    def _effective(side: _Side, iri: str) -> str:
        """The built-in type that a simple type comes to, with what narrows it."""
        item = side.types.get(iri)
        return f"{item.base} {item.enumeration} {_facets(item)}" if isinstance(item, Simple) else f"{iri} () "


def _key(root: Root) -> str:
    return f"{{{root.namespace}}}{root.name}"


def _keyed(roots: Iterable[Root]) -> dict[str, Root]:
    return {_key(root): root for root in roots}


_Named = TypeVar("_Named", Root, Complex | Simple)


def _by_name(items: Iterable[_Named]) -> dict[str, list[_Named]]:
    found: dict[str, list[_Named]] = {}
    for item in items:
        found.setdefault(item.name, []).append(item)
    return found


def _facets(item: Simple) -> str:
    return " ".join([*(f"{name}={value}" for name, value in item.facets), *(f"pattern={value}" for value in item.patterns)])


# ---------------------------------------------------------------------- likeness

#: A thing that may have been renamed: its key, its name, and what it consists of.
_Candidate = tuple[str, str, frozenset[str]]


def _traits(side: _Side, item: Complex | Simple) -> frozenset[str]:
    return frozenset(item.enumeration) if isinstance(item, Simple) else frozenset(side.members(item))


def _root_candidate(side: _Side, root: Root) -> _Candidate:
    item = side.types.get(root.type)
    return _key(root), root.name, frozenset() if item is None else _traits(side, item)


@lru_cache(maxsize=100_000)
def _words(name: str) -> tuple[str, ...]:
    """The words of a name, small, without the `s` of the plural.

    >>> _words("GetCDDevicesByID")
    ('get', 'cd', 'device', 'by', 'id')
    """
    found = re.findall(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z0-9\s]+", name)
    return tuple(word.lower().removesuffix("s") for word in found)


def _similarity(one: _Candidate, other: _Candidate) -> float:
    """Likeness of names, word by word and letter by letter, raised or lowered by that of contents where both have some."""
    left, right = _words(one[1]), _words(other[1])
    common = sum((Counter(left) & Counter(right)).values())
    names = 2 * common / max(1, len(left) + len(right))
    if len(left) == len(right) == 1 and left != right:
        names = difflib.SequenceMatcher(None, left[0], right[0], autojunk=False).ratio()
    if not one[2] or not other[2] or names < 0.5:
        return names
    contents = len(one[2] & other[2]) / len(one[2] | other[2])
    return 0.7 * names + 0.3 * contents


def _renamings(went: Sequence[_Candidate], came: Sequence[_Candidate]) -> list[tuple[str, str, float]]:
    """Pairs of what went and what came that look the same, best first, each thing once."""
    scored = sorted(
        ((similarity, one[0], other[0]) for one in went for other in came if (similarity := _similarity(one, other)) >= RENAMED),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    found: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for similarity, one, other in scored:
        if one not in found and other not in taken:
            found[one] = (other, round(similarity, 2))
            taken.add(other)
    return [(one, other, similarity) for one, (other, similarity) in found.items()]


# ---------------------------------------------------------------------- as table, as RDF


def as_table(changes: Sequence[Change]) -> str:
    """A table for people, one change a line."""
    rows = [("change", "of", "place", "before", "after", "likeness")]
    rows += [
        (item.kind, item.component, item.path, _short(item.before), _short(item.after), "" if item.similarity is None else f"{item.similarity:.2f}")
        for item in changes
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def as_graph(changes: Sequence[Change], prefixes: Mapping[str, str] | None = None) -> rdflib.Graph:
    """The changes as RDF: one `model:Change` each, linked to the terms before and after."""
    model = rdflib.Namespace(MODEL)
    graph = rdflib.Graph()
    graph.bind("model", model)
    for prefix, namespace in (prefixes or {}).items():
        graph.bind(prefix, namespace)
    for number, change in enumerate(changes, 1):
        node = rdflib.URIRef(f"{BASE}diff#change-{number}")
        graph.add((node, rdflib.RDF.type, model.Change))
        texts = {"changeKind": change.kind, "component": change.component, "path": change.path, "before": change.before, "after": change.after}
        for name, value in texts.items():
            if value:
                graph.add((node, model[name], rdflib.Literal(value)))
        if change.similarity is not None:
            graph.add((node, model.similarity, rdflib.Literal(f"{change.similarity:.2f}", datatype=rdflib.XSD.decimal)))
        for name, term in (("oldTerm", change.old_term), ("newTerm", change.new_term)):
            if term is not None:
                graph.add((node, model[name], rdflib.URIRef(term)))
    return graph
