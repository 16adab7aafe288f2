"""What a set of generated messages should hit: types, members present and absent, branches, codes, wildcards."""

from __future__ import annotations

from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.model import Complex, Element, Group, Particle, Root, Simple, Wildcard, is_builtin


def type_goal(iri: str) -> str:
    """A complex type was written."""
    return f"type {iri}"


def member_goal(owner: str, term: str, present: bool) -> str:
    """A member (element or attribute) of a type was there, or was not."""
    return f"member {owner} {term} {'present' if present else 'absent'}"


def branch(owner: str, place: tuple[int, ...], number: int) -> str:
    """A branch of a choice was taken."""
    return f"branch {owner} {'.'.join(map(str, place))} {number}"


def code(type_iri: str, value: str) -> str:
    """A code of an enumeration was written."""
    return f"code {type_iri} {value}"


def wildcard_goal(owner: str, term: str, kind: str) -> str:
    """A wildcard held a `known` root, a `foreign` block or attribute, or was `absent`."""
    return f"wildcard {owner} {term} {kind}"


class Heirs:
    """The types that extend others, and the global elements that stand for others, found once for each version."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._members: dict[str, list[Root]] = {}
        self._children: dict[tuple[str, ...], dict[str, list[Complex]]] = {}

    def elements(self, member: Element) -> list[Root]:
        """The concrete global elements that may stand where a particle refers to one: itself first."""
        if not member.reference:
            return []
        root = self.catalogue.root(member.namespace, member.name)
        if root is None:
            return []
        version = self.catalogue.version_of(root.namespace)
        if version is not None and root.term not in self._members:
            self._members.setdefault(root.term, [])
            for other in (other for name in version.namespaces for other in self.catalogue.roots(name).values()):
                if other.substitution_group is not None and other not in self._members.setdefault(other.substitution_group, []):
                    self._members[other.substitution_group].append(other)
        found, waiting = [], [root]
        while waiting:
            here = waiting.pop()
            found.append(here)
            waiting += [other for other in self._members.get(here.term, []) if other not in found]
        return [other for other in found if not other.abstract]

    def of(self, item: Complex) -> list[Complex]:
        """The concrete named types that extend a type, directly or not, in the namespaces of its version."""
        version = self.catalogue.version_of(item.namespace)
        names = version.namespaces if version is not None else (item.namespace,)
        if names not in self._children:
            children: dict[str, list[Complex]] = {}
            for schema in (schema for name in names for schema in self.catalogue.schemas(name)):
                for found in schema.complex_types.values():
                    children.setdefault(found.base or "", []).append(found)
            self._children[names] = children
        below, waiting = [], [item.iri]
        while waiting:
            heirs = self._children[names].get(waiting.pop(), [])
            below += heirs
            waiting += [heir.iri for heir in heirs]
        return [heir for heir in below if not heir.abstract and not heir.anonymous]


class Goals:
    """The goals that each type has and reaches. Known roots at wildcards are not followed."""

    def __init__(self, catalogue: Catalogue, *, strict: bool) -> None:
        self.catalogue, self.strict = catalogue, strict
        self._own: dict[str, tuple[set[str], set[str]]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._heights: dict[str, int] = {}
        self._heirs = Heirs(catalogue)
        self._derived: dict[str, list[Complex]] = {}

    def derived(self, type_iri: str) -> list[Complex]:
        """The types that may stand for a type by `xsi:type`."""
        if type_iri not in self._derived:
            self._derived[type_iri] = self._heirs.of(self.catalogue.view(type_iri).type)
        return self._derived[type_iri]

    def reached(self, type_iri: str) -> frozenset[str]:
        """All goals of a type and of the types below it."""
        if type_iri not in self._reached:
            found: set[str] = set()
            seen: set[str] = set()
            waiting = [type_iri]
            while waiting:
                here = waiting.pop()
                if here not in seen:
                    seen.add(here)
                    goals, below = self._goals_of(here)
                    found |= goals
                    waiting += below
            self._reached[type_iri] = frozenset(found)
        return self._reached[type_iri]

    def distances(self, type_iri: str, hits: set[str]) -> dict[str, int]:
        """How many steps each type below a type is from one with goals of its own that were not hit; others are left out."""
        above: dict[str, set[str]] = {}
        found: dict[str, int] = {}
        seen, waiting = {type_iri}, [type_iri]
        while waiting:
            here = waiting.pop()
            goals, below = self._goals_of(here)
            if not goals <= hits:
                found[here] = 0
            for other in below:
                above.setdefault(other, set()).add(here)
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        ring = list(found)
        for distance in range(1, len(seen)):
            ring = list(dict.fromkeys(higher for here in ring for higher in above.get(here, ()) if higher not in found))
            found.update(dict.fromkeys(ring, distance))
            if not ring:
                break
        return found

    def _goals_of(self, type_iri: str) -> tuple[set[str], set[str]]:
        """A type's own goals, and the types of its members."""
        if type_iri not in self._own:
            item = None if is_builtin(type_iri) else self.catalogue.type(type_iri)
            if isinstance(item, Simple):
                self._own[type_iri] = {code(item.iri, value) for value in item.enumeration}, set()
            elif item is None or self.catalogue.list_of(type_iri) is not None:
                self._own[type_iri] = set(), set()
            else:
                self._own[type_iri] = self._complex(self.catalogue.view(type_iri))
        return self._own[type_iri]

    def _complex(self, view: View) -> tuple[set[str], set[str]]:
        owner = view.type.iri
        goals = set() if view.type.abstract else {type_goal(owner)}
        below = {heir.iri for heir in self.derived(owner)}
        if view.type.abstract:
            return goals, below
        for use in view.attributes.values():
            goals.add(member_goal(owner, use.term, True))
            if not (use.required or (self.strict and use.strict_required)):
                goals.add(member_goal(owner, use.term, False))
            below.add(use.type)
        if view.any_attribute is not None:
            goals.add(wildcard_goal(owner, view.any_attribute.term, "foreign"))
        if view.text is not None:
            below.add(view.text)
        if view.content is not None:
            self._group(owner, view.content, (), goals, below)
        return goals, below

    def _group(self, owner: str, group: Group, place: tuple[int, ...], goals: set[str], below: set[str]) -> None:
        for number, particle in enumerate(group.particles):
            if group.kind == "choice":
                goals.add(branch(owner, place, number))
            if isinstance(particle, Group):
                self._group(owner, particle, (*place, number), goals, below)
            elif isinstance(particle, Wildcard):
                goals |= {wildcard_goal(owner, particle.term, kind) for kind in self.kinds(owner, particle)}
                goals |= {wildcard_goal(owner, particle.term, "absent")} if particle.min_occurs == 0 else set()
            elif particle.max_occurs != 0:
                least = particle.strict_min_occurs if self.strict and particle.strict_min_occurs is not None else particle.min_occurs
                goals |= {member_goal(owner, particle.term, False)} if least == 0 else set()
                if not self.unwritable(particle):
                    goals.add(member_goal(owner, particle.term, True))
                    goals |= {member_goal(owner, particle.term, True) + " nil"} if particle.nillable else set()
                    below |= {root.type for root in self.standing_for(particle)} or {particle.type}

    def kinds(self, owner: str, wildcard: Wildcard) -> list[str]:
        """What may stand at a wildcard of a type: a `known` root, a `foreign` block."""
        if wildcard.namespaces in ("##any", "##other"):
            return ["known", "foreign"]
        names = wildcard.namespaces.replace("##targetNamespace", self.catalogue.view(owner).type.namespace).split()
        known = ["known"] if any(map(self.catalogue.roots, names)) else []
        return [*known, "foreign"] if any(self.is_foreign(name) for name in names) else known

    def is_foreign(self, namespace: str) -> bool:
        """Whether nothing is known of a namespace."""
        return namespace not in self.catalogue.files and self.catalogue.recognise(namespace) is None

    def has_heirs(self, type_iri: str) -> bool:
        """Whether types that extend others may stand below a type."""
        seen, waiting = {type_iri}, [type_iri]
        while waiting:
            here = waiting.pop()
            if not is_builtin(here) and isinstance(self.catalogue.type(here), Complex) and self.derived(here):
                return True
            below = self._goals_of(here)[1] - seen
            seen |= below
            waiting += below
        return False

    def standing_for(self, member: Element) -> list[Root]:
        """The global elements that may stand for a member that refers to one."""
        return self._heirs.elements(member)

    def unwritable(self, member: Element) -> bool:
        """Whether nothing can stand for a member."""
        return self.impossible(member.type) or (member.reference and not self.standing_for(member))

    def impossible(self, type_iri: str) -> bool:
        """Whether nothing can be of a type: it is abstract, and no type extends it."""
        item = None if is_builtin(type_iri) else self.catalogue.type(type_iri)
        return isinstance(item, Complex) and item.abstract and not self.derived(type_iri)

    # ------------------------------------------------------------------ how deep the smallest instance is

    def height_of(self, particle: Particle) -> int:
        """How many levels the smallest content of a particle needs."""
        if particle.min_occurs == 0 or isinstance(particle, Wildcard):
            return 0
        if isinstance(particle, Element):
            return 1 + self._height(particle.type)
        heights = [self.height_of(inner) for inner in particle.particles]
        return min(heights, default=0) if particle.kind == "choice" else max(heights, default=0)

    def _height(self, type_iri: str) -> int:
        if type_iri not in self._heights:
            self._heights[type_iri] = 1000
            item = None if is_builtin(type_iri) else self.catalogue.type(type_iri)
            content = self.catalogue.view(type_iri).content if isinstance(item, Complex) else None
            self._heights[type_iri] = self.height_of(content) if content is not None else 0
        return self._heights[type_iri]
