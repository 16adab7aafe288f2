"""Finds the places in the content models that the paths of rows name."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace

from cimrdf.alignment.paths import Condition, Path, Step
from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.lift import text_term
from cimrdf.schema.model import Complex, Element, Root


class PlaceError(ValueError):
    """A path names something that the schema does not have."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A condition on a hop: the terms from the hop's node to a member, and the value or variable it has, or that it is absent."""

    terms: tuple[str, ...]
    value: str | None
    variable: str | None
    absent: bool
    #: The member may be repeated: its first is enough to say that it is there.
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """A node on the way: the property that leads to it, its element's name, its type, and what selects it."""

    variable: str
    term: str
    name: str
    type: str
    class_term: str | None
    repeatable: bool
    position: int | None = None
    selections: tuple[Selection, ...] = ()
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Nodes from a document element on, and a value of the last (`predicate`), if the path ends at one.

    `absolute` places start at a document element of their own instead of extending the row's context.
    """

    hops: tuple[Hop, ...]
    predicate: str | None = None
    leaf_name: str = ""
    leaf_type: str | None = None
    absolute: bool = False

    @property
    def node(self) -> str:
        """The variable of the last node."""
        return self.hops[-1].variable

    @property
    def contradictory(self) -> bool:
        """Whether the path goes through a member that it demands to be absent, so that it never finds anything."""
        return any(
            selection.absent and below.term == selection.terms[0] and len(selection.terms) == 1
            for hop, below in zip(self.hops, self.hops[1:], strict=False)
            for selection in hop.selections
        )

    def spelled(self, start: int) -> str:
        """The path as people write it, from the hop with index `start` on."""
        names = [hop.spelling for hop in self.hops[start:]]
        return "/".join([*names, self.leaf_name] if self.leaf_name else names)

    def plain(self, start: int) -> str:
        """The path without selections."""
        names = [hop.name for hop in self.hops[start:]]
        return "/".join([*names, self.leaf_name] if self.leaf_name else names)


class Resolver:
    """Resolves the paths of one side: a version, with the envelope that carries its messages."""

    def __init__(self, catalogue: Catalogue, version: str) -> None:
        self.catalogue = catalogue
        self.version = catalogue.versions[version]
        envelope = self.version.envelope
        self.namespaces = [*(catalogue.versions[envelope].namespaces if envelope else ()), *self.version.namespaces]

    def root(self, name: str) -> Root:
        """A document element of this side, by name.

        Raises:
            PlaceError: there is none.
        """
        # The namespace of a profile has the name of its document element: no other needs to be read then.
        for namespace in sorted(self.namespaces, key=lambda namespace: name not in namespace):
            root = self.catalogue.root(namespace, name)
            if root is not None:
                return root
        raise PlaceError(f"{self.version.name} has no document element {name}")

    def start(self, name: str) -> Place:
        """The place of a document element."""
        return Place((self._root_hop(self.root(name), "n"),))

    def _root_hop(self, root: Root, prefix: str) -> Hop:
        item = self.catalogue.type(root.type)
        class_term = item.class_term if isinstance(item, Complex) else None
        return Hop(f"{prefix}_{_word(root.name)}", root.term, root.name, root.type, class_term, False, spelling=root.name)

    def follow(self, context: Place | None, path: Path) -> Place:
        """The place that a path leads to from a context; from a document element where there is none.

        Raises:
            PlaceError: a step names nothing that the schema has there.
        """
        steps = list(path.steps)
        place = context
        if place is None:
            place = self.start(steps.pop(0).name)
        for index, step in enumerate(steps):
            place = self._step(place, step, last=index == len(steps) - 1, path=path)
        return self._text(place)

    def absolute(self, path: Path) -> Place:
        """The place of a path that starts at a document element."""
        return replace(self.follow(None, path), absolute=True)

    def _text(self, place: Place) -> Place:
        """A path that ends at a node with text means its text."""
        if place.predicate is not None:
            return place
        last = place.hops[-1]
        item = self.catalogue.type(last.type)
        if not isinstance(item, Complex):
            return replace(place, predicate=text_term(last.term), leaf_type=last.type)
        view = self.catalogue.view(last.type)
        if view.text is None:
            return place
        return replace(place, predicate=view.text_term, leaf_type=view.text)

    def _step(self, place: Place, step: Step, *, last: bool, path: Path) -> Place:
        if place.predicate is not None:
            raise PlaceError(f"{path.text}: {place.leaf_name} is a value, it has no {step.name}")
        if step.name == ".":
            return self._selected(place, step, path)
        if step.name == "..":
            return Place(place.hops[:-1], absolute=place.absolute)
        here = place.hops[-1]
        if not isinstance(self.catalogue.type(here.type), Complex):
            raise PlaceError(f"{path.text}: {here.name} is a value, it has no {step.name}")
        view = self.catalogue.view(here.type)
        if step.name == "*" and view.wildcard is not None:
            return replace(place, predicate=text_term(view.wildcard.term), leaf_name="*")
        if step.name.startswith("@"):
            use = next((use for (_, name), use in view.attributes.items() if name == step.name[1:]), None)
            if use is None:
                raise self._unknown(step.name, view, path)
            return replace(place, predicate=use.term, leaf_name=step.name, leaf_type=use.type)
        member = next((member for (_, name), member in view.elements.items() if name == step.name), None)
        if member is None:
            return replace(place, hops=(*place.hops, self._wild_hop(here, view, step, path)))
        if not self.catalogue.is_node(view, member):
            if not last:
                raise PlaceError(f"{path.text}: {step.name} is a value, it has no members")
            return replace(place, predicate=member.term, leaf_name=member.name, leaf_type=member.type)
        return replace(place, hops=(*place.hops, self._hop(here, view, member, step, path)))

    def _selected(self, place: Place, step: Step, path: Path) -> Place:
        """The object itself, on conditions."""
        here = place.hops[-1]
        selections = tuple(self._selection(here.type, condition, path) for condition in step.conditions)
        spelling = here.spelling + "".join(_spelled(condition) for condition in step.conditions)
        return replace(place, hops=(*place.hops[:-1], replace(here, selections=(*here.selections, *selections), spelling=spelling)))

    def _hop(self, here: Hop, view: View, member: Element, step: Step, path: Path) -> Hop:
        item = self.catalogue.type(member.type)
        variable = f"{here.variable}_{_word(step.name)}"
        selections = tuple(self._selection(member.type, condition, path) for condition in step.conditions)
        spelling = step.name
        if step.position is not None:
            variable, spelling = f"{variable}_{step.position}", f"{spelling}[{step.position}]"
        for condition in step.conditions:
            variable += "_" + _word(condition.value or condition.variable or f"{'no' if condition.absent else 'with'}_{condition.path.plain}")
            spelling += _spelled(condition)
        class_term = item.class_term if isinstance(item, Complex) else None
        return Hop(variable, member.term, step.name, member.type, class_term, member.term in view.repeatable, step.position, selections, spelling)

    def _wild_hop(self, here: Hop, view: View, step: Step, path: Path) -> Hop:
        if view.wildcard is not None:
            for namespace in self.namespaces:
                root = self.catalogue.root(namespace, step.name)
                if root is not None:
                    return self._root_hop(root, here.variable)
        raise self._unknown(step.name, view, path)

    def _selection(self, type_iri: str, condition: Condition, path: Path) -> Selection:
        terms: list[str] = []
        repeatable = False
        for step in condition.path.steps:
            view = self.catalogue.view(type_iri)
            if step.name.startswith("@"):
                found = next((use.term for (_, name), use in view.attributes.items() if name == step.name[1:]), None)
                if found is None:
                    raise self._unknown(step.name, view, path)
                terms.append(found)
                break
            member = next((member for (_, name), member in view.elements.items() if name == step.name), None)
            if member is None:
                raise self._unknown(step.name, view, path)
            terms.append(member.term)
            type_iri, repeatable = member.type, member.term in view.repeatable
        return Selection(tuple(terms), condition.value, condition.variable, condition.absent, repeatable)

    @staticmethod
    def _unknown(name: str, view: View, path: Path) -> PlaceError:
        known = [local for _, local in view.elements] + [f"@{local}" for _, local in view.attributes]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(known) or 'no members'}"
        return PlaceError(f"{path.text}: {view.type.name} has no {name}{hint}")


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text)


def _spelled(condition: Condition) -> str:
    member = condition.path.plain
    if condition.value is not None:
        return f"[{member}='{condition.value}']"
    if condition.variable is not None:
        return f"[{member}=?{condition.variable}]"
    return f"[not({member})]" if condition.absent else f"[{member}]"
