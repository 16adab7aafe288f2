"""Generates messages from content models: schema-valid, awkward on purpose, and the same again for the same seed.

`Generator.instance` makes one; `Generator.covering` goes on until every type, every member (present and absent), every
branch, code and wildcard that a root reaches was hit. `Generator.hits` says what was.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from lxml import etree

from cimrdf.namespaces import XSI
from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.goals import Goals, branch, code, member_goal, type_goal, wildcard_goal
from cimrdf.schema.lexical import Values
from cimrdf.schema.lists import DelimitedList, Surroundings
from cimrdf.schema.model import Attribute, Complex, Element, Group, Particle, Root, Simple, Wildcard, is_builtin

#: The namespace of generated foreign content.
FOREIGN = "urn:example:foreign"
_XML = "http://www.w3.org/XML/1998/namespace"
_BLOCKS = (
    '<x:note xmlns:x="urn:example:foreign" x:kind="1" plain="&lt;2&gt;"><x:inner> kept &amp; well </x:inner><x:empty/></x:note>',
    '<note xmlns="urn:example:foreign">some <b>mixed</b> text<i/> here</note>',
    '<n:a xmlns:n="urn:example:foreign" xmlns:q="urn:example:names"><n:name>q:local</n:name><b xmlns=""/></n:a>',
    '<empty xmlns="urn:example:foreign"/>',
    '<x:value xmlns:x="urn:example:foreign" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:s="http://www.w3.org/2001/XMLSchema" i:type="s:decimal">12.50</x:value>',
)


@dataclass(frozen=True, slots=True)
class Padding:
    """White space around a value that means nothing: the value as it is without."""

    element: etree._Element
    attribute: str | None
    value: str


class Generator:
    """Makes instances of global elements. The same catalogue, seed and calls give the same instances.

    Args:
        strict: hold the instances to the stricter lower bounds where the content model knows them.
        official: at wildcards that ask for strict validation write only what the version itself declares.
        size: about how many elements an instance may have; `depth` how deep it may be nested.
    """

    def __init__(self, catalogue: Catalogue, seed: int = 0, *, strict: bool = True, official: bool = False, size: int = 120, depth: int = 16) -> None:
        self.catalogue, self.seed = catalogue, seed
        self.strict, self.official, self.size, self.depth = strict, official, size, depth
        self.chance = random.Random(seed)
        self.values = Values(catalogue, self.chance)
        self.goals = Goals(catalogue, strict=strict)
        #: What was hit; see `cimrdf.schema.goals`.
        self.hits: set[str] = set()
        #: White space that was put around values of the last instance.
        self.paddings: list[Padding] = []
        self._covering = False
        #: While covering: how far each type is from goals that were not hit, and the members on the way there, innermost last.
        self._far: dict[str, int] = {}
        self._focus: list[str | None] = []
        self._left = 0
        self._version: tuple[str, ...] = ()
        self._packed: list[tuple[DelimitedList, etree._Element]] = []

    def instance(self, namespace: str, name: str) -> etree._Element:
        """One instance of a global element.

        Raises:
            KeyError: the namespace declares no such element.
        """
        root = self.catalogue.root(namespace, name)
        if root is None:
            raise KeyError(f"{{{namespace}}}{name}")
        version = self.catalogue.version_of(namespace)
        self._version = version.namespaces if version is not None else (namespace,)
        self._left = self.chance.choice((self.size // 6, self.size // 2, self.size, self.size))
        self.paddings, self._packed = [], []
        element = etree.Element(f"{{{namespace}}}{name}", nsmap=self._nsmap(namespace))
        self._fill(element, root.type, 0)
        for packed, inside in self._packed:
            Packer(self, packed, inside).write()
        return element

    def covering(self, namespace: str, name: str) -> Iterator[etree._Element]:
        """Instances until all that the element reaches was hit, or chance finds no more (see `missing`)."""
        root = self.catalogue.root(namespace, name)
        idle, made = 0, 0
        while root is not None and idle < 40 and self.missing(namespace, name):
            if made % 5 == 0 or idle:
                self._far = self.goals.distances(root.type, self.hits)
            before, made = len(self.hits), made + 1
            self._covering, self._focus = True, []
            element = self.instance(namespace, name)
            self._covering = False
            yield element
            idle = idle + 1 if len(self.hits) == before else 0

    def missing(self, namespace: str, name: str) -> set[str]:
        """The goals of a global element that were not hit yet."""
        root = self.catalogue.root(namespace, name)
        return set() if root is None else set(self.goals.reached(root.type)) - self.hits

    def trim(self) -> None:
        """Take the white space away that was put around values of the last instance."""
        for padding in self.paddings:
            if padding.attribute is None:
                padding.element.text = padding.value
            else:
                padding.element.set(padding.attribute, padding.value)

    # ------------------------------------------------------------------ decisions

    @property
    def _deepest(self) -> int:
        return self.depth * 2 if self._covering else self.depth

    def _nsmap(self, namespace: str) -> dict[str | None, str]:
        """Usually a default namespace, sometimes a prefix."""
        return {self.chance.choice((None, None, "p")): namespace} if namespace else {}

    def _hit(self, goal: str) -> None:
        self.hits.add(goal)

    def _wants(self, goal: str) -> bool:
        return self._covering and goal not in self.hits

    def _present(self, owner: str, term: str, likely: float) -> bool:
        """Whether an optional part is there. While covering: what was not hit yet, and what leads to more of it."""
        if self._covering and self._focus[-1] == term:
            return not self._wants(member_goal(owner, term, False)) or self.chance.random() < 0.6
        if self._left <= 0:
            return False
        if self._covering:
            return self._wants(member_goal(owner, term, True))
        return self.chance.random() < likely

    def _lead(self, view: View) -> str | None:
        """The member of a type that is nearest to something that was not hit yet."""
        far = {member.term: self._distance(member) for member in view.elements.values() if member.max_occurs != 0}
        nearest = min(far.values(), default=1000)
        return self.chance.choice([term for term, steps in far.items() if steps == nearest]) if nearest < 1000 else None

    def _distance(self, member: Element) -> int:
        types = [root.type for root in self.goals.standing_for(member)] or [member.type]
        return min(self._far.get(type_iri, 1000) for type_iri in types)

    def _times(self, item: Particle, least: int) -> int:
        """How often a particle that is there occurs."""
        most = least + 3 if item.max_occurs is None else item.max_occurs
        if self._left <= 0 or most <= 1:
            return max(least, 1)
        return min(most, max(least, self.chance.choice((1, 1, 2, 3))))

    # ------------------------------------------------------------------ content

    def _fill(self, element: etree._Element, declared: str, depth: int) -> None:
        self._left -= 1
        item = None if is_builtin(declared) else self.catalogue.type(declared)
        if not isinstance(item, Complex):
            self._text(element, declared)
            return
        chosen = self._derived(element, item)
        packed = self.catalogue.list_of(chosen.iri)
        if packed is not None:
            self._packed.append((packed, element))
            return
        self._hit(type_goal(chosen.iri))
        view = self.catalogue.view(chosen.iri)
        if self._covering:
            on_the_way = not self._focus or self._focus[-1] is not None
            self._focus.append(self._lead(view) if on_the_way and depth < self._deepest else None)
        self._attributes(element, view)
        if view.text is not None:
            self._text(element, view.text)
        elif view.content is not None:
            self._group(element, view, view.content, (), depth)
        if self._covering:
            self._focus.pop()

    def _derived(self, element: etree._Element, item: Complex) -> Complex:
        """The declared type, or one derived from it, named by `xsi:type`."""
        others = self.goals.derived(item.iri)
        if others and (item.abstract or self.chance.random() < 0.3):
            near = min((self._far.get(other.iri, 1000) for other in others), default=0)
            fresh = [other for other in others if self._covering and self._far.get(other.iri, 1000) == near]
            chosen = self.chance.choice(fresh or others)
            if chosen.namespace not in element.nsmap.values():
                etree.cleanup_namespaces(
                    element, top_nsmap={"t": chosen.namespace}, keep_ns_prefixes=["t", *(name for name in element.nsmap if name)]
                )
            prefix = next(p for p, n in element.nsmap.items() if n == chosen.namespace)
            element.set(f"{{{XSI}}}type", f"{prefix}:{chosen.name}" if prefix else chosen.name)
            return chosen
        return item

    def _text(self, element: etree._Element, type_iri: str) -> None:
        value = self._value(type_iri, element)
        element.text = self.values.padded(type_iri, value)
        if element.text != value:
            self.paddings.append(Padding(element, None, value))

    def _value(self, type_iri: str, element: etree._Element) -> str:
        """A value of a simple type, codes that were not hit yet first."""
        item = None if is_builtin(type_iri) else self.catalogue.type(type_iri)
        if isinstance(item, Simple) and item.enumeration:
            fresh = [value for value in item.enumeration if self._wants(code(item.iri, value))]
            value = self.chance.choice(fresh or item.enumeration)
            self._hit(code(item.iri, value))
            return value
        if type_iri.endswith("#QName"):
            prefix = self.chance.choice([name for name in element.nsmap if name] or [""])
            return f"{prefix}:local" if prefix else "local"
        return self.values.make(type_iri)

    def _attributes(self, element: etree._Element, view: View) -> None:
        owner = view.type.iri
        for use in view.attributes.values():
            required = use.strict_required if self.strict and use.strict_required is not None else use.required
            if required or self._attribute_present(owner, use):
                value = use.fixed if use.fixed is not None else self._value(use.type, element)
                name = f"{{{use.namespace}}}{use.name}" if use.namespace else use.name
                element.set(name, self.values.padded(use.type, value))
                if element.get(name) != value:
                    self.paddings.append(Padding(element, name, value))
                self._hit(member_goal(owner, use.term, True))
            else:
                self._hit(member_goal(owner, use.term, False))
        if view.any_attribute is not None:
            self._open_attributes(element, view.any_attribute, owner)

    def _attribute_present(self, owner: str, use: Attribute) -> bool:
        if self._wants(member_goal(owner, use.term, True)) or (self._covering and self._far.get(use.type) == 0):
            return True
        return not self._wants(member_goal(owner, use.term, False)) and self.chance.random() < 0.4

    def _open_attributes(self, element: etree._Element, wildcard: Wildcard, owner: str) -> None:
        if self.official and wildcard.process_contents == "strict":
            self._hit(wildcard_goal(owner, wildcard.term, "foreign"))
            return
        goal = wildcard_goal(owner, wildcard.term, "foreign")
        if self._wants(goal) or self.chance.random() < 0.15:
            self._hit(goal)
            if wildcard.namespaces in ("##any", "##other"):
                element.set(f"{{{FOREIGN}}}mark", self.values.make("http://www.w3.org/2001/XMLSchema#string"))
                if wildcard.namespaces == "##any" and self.chance.random() < 0.3:
                    element.set("undeclared", "1")
            elif _XML in wildcard.namespaces:
                element.set(f"{{{_XML}}}lang", "de-AT")

    # ------------------------------------------------------------------ particles

    def _group(self, element: etree._Element, view: View, group: Group, place: tuple[int, ...], depth: int) -> None:
        led = self._covering and self._focus[-1] is not None and _holds(group, self._focus[-1])
        if group.min_occurs == 0 and not led and (self._left <= 0 or self.chance.random() < 0.3):
            return
        for _ in range(self._times(group, group.min_occurs)):
            if group.kind == "choice":
                numbers = range(len(group.particles))
                fresh = [number for number in numbers if self._wants(branch(view.type.iri, place, number))]
                number = self.chance.choice(fresh or numbers)
                if self._covering and self._focus[-1] is not None and not fresh:
                    number = next((index for index in numbers if _holds(group.particles[index], self._focus[-1])), number)
                elif self._left <= 0 or depth >= self._deepest:
                    number = min(numbers, key=lambda index: self.goals.height_of(group.particles[index]))
                self._hit(branch(view.type.iri, place, number))
                self._particle(element, view, group.particles[number], (*place, number), depth)
            else:
                for number, particle in enumerate(group.particles):
                    self._particle(element, view, particle, (*place, number), depth)

    def _particle(self, element: etree._Element, view: View, particle: Particle, place: tuple[int, ...], depth: int) -> None:
        if isinstance(particle, Group):
            self._group(element, view, particle, place, depth)
        elif isinstance(particle, Wildcard):
            self._wildcard(element, view.type.iri, particle, depth)
        else:
            self._element(element, view.type.iri, particle, depth)

    def _element(self, parent: etree._Element, owner: str, member: Element, depth: int) -> None:
        least = member.strict_min_occurs if self.strict and member.strict_min_occurs is not None else member.min_occurs
        optional = least == 0
        if (
            member.max_occurs == 0
            or (optional and self.goals.unwritable(member))
            or (optional and (depth >= self._deepest or not self._present(owner, member.term, 0.55)))
        ):
            self._hit(member_goal(owner, member.term, False))
            return
        self._hit(member_goal(owner, member.term, True))
        declared = member
        for _ in range(self._times(member, least)):
            member = self._standing_for(declared)
            child = _below(parent, member.namespace, member.name)
            goal = member_goal(owner, declared.term, True) + " nil"
            if member.nillable and (self._wants(goal) or (not self._covering and self.chance.random() < 0.15)):
                self._hit(goal)
                self._nil(child, member)
            elif member.fixed is not None:
                child.text = member.fixed
            elif member.default is not None and self.chance.random() < 0.1:
                child.text = ""
            else:
                self._fill(child, member.type, depth + 1)

    def _standing_for(self, member: Element) -> Element:
        """The member, or while covering the nearest of the global elements that may stand for it."""
        roots = self.goals.standing_for(member)
        if not roots:
            return member
        near = min(self._far.get(root.type, 1000) for root in roots)
        root = self.chance.choice([root for root in roots if not self._covering or self._far.get(root.type, 1000) == near])
        return replace(member, name=root.name, namespace=root.namespace, type=root.type)

    def _nil(self, element: etree._Element, member: Element) -> None:
        """A nil element: without content, with attributes all the same."""
        element.set(f"{{{XSI}}}nil", self.chance.choice(("true", "1")))
        item = None if is_builtin(member.type) else self.catalogue.type(member.type)
        if isinstance(item, Complex):
            self._attributes(element, self.catalogue.view(item.iri))

    # ------------------------------------------------------------------ wildcards

    @cached_property
    def _known_roots(self) -> list[Root]:
        found = [root for namespace in sorted(self.catalogue.files) for _, root in sorted(self.catalogue.roots(namespace).items())]
        return [root for root in found if not root.abstract]

    def _wildcard(self, element: etree._Element, owner: str, wildcard: Wildcard, depth: int) -> None:
        goals = {kind: wildcard_goal(owner, wildcard.term, kind) for kind in ("known", "foreign", "absent")}
        wanted = [kind for kind, goal in goals.items() if self._wants(goal)]
        if wildcard.min_occurs == 0 and (self._left <= 0 or (not wanted and self.chance.random() < 0.6) or wanted[:1] == ["absent"]):
            self._hit(goals["absent"])
            return
        possible = self.goals.kinds(owner, wildcard)
        kinds = [kind for kind in wanted if kind in possible] or possible
        for _ in range(self._times(wildcard, wildcard.min_occurs)):
            kind = self.chance.choice(kinds or ["absent"])
            roots = (
                self._roots_for(wildcard, etree.QName(element).namespace or "")
                if kind != "foreign" and depth < self._deepest // (1 if wanted else 2)
                else []
            )
            self._hit(goals["absent"])
            if roots:
                self._hit(goals["known"])
                self._known(element, self.chance.choice(roots), depth)
            elif "foreign" in possible and not (self.official and wildcard.process_contents == "strict"):
                self._hit(goals["foreign"])
                named = [name for name in wildcard.namespaces.split() if not name.startswith("##") and self.goals.is_foreign(name)]
                element.append(etree.fromstring(self.chance.choice(_BLOCKS).replace(FOREIGN, self.chance.choice(named or [FOREIGN]))))
            else:
                self._hit(goals["foreign"])

    def _roots_for(self, wildcard: Wildcard, here: str) -> list[Root]:
        own = self.official and wildcard.process_contents == "strict"
        found = [
            root for root in self._known_roots if root.namespace in self._version or not (own or (self.official and self.goals.has_heirs(root.type)))
        ]
        if wildcard.namespaces == "##other":
            return [root for root in found if root.namespace != here]
        if wildcard.namespaces == "##any":
            return found
        return [root for root in found if root.namespace in wildcard.namespaces.replace("##targetNamespace", here).split()]

    def _known(self, parent: etree._Element, root: Root, depth: int) -> None:
        left, self._left = self._left, min(self._left, 12)
        child = etree.SubElement(parent, f"{{{root.namespace}}}{root.name}", nsmap=self._nsmap(root.namespace))
        self._fill(child, root.type, depth + 2)
        self._left = left - 4


class Packer:
    """Writes the text of a packed list: most of the time as what stands around it says, sometimes garbage."""

    def __init__(self, generator: Generator, packed: DelimitedList, element: etree._Element) -> None:
        self.generator, self.chance, self.packed, self.element = generator, generator.chance, packed, element

    def write(self) -> None:
        if self.chance.random() < 0.15:
            self.element.text = self.chance.choice(("", ";;;", "garbage", "1;2", ",,;", "1.5,1.0.0;1.6;", " 1 ; 2 ;"))
            return
        self._link()
        self._set(self.packed.item_delimiter[0], self.chance.choice((";", "|", "/")))
        self._set(self.packed.part_delimiter[0], self.chance.choice((",", "~", "^")))
        self._set(self.packed.length, self.chance.choice(("15", "30", "60", "15.0", "1")))
        around = Surroundings(self.packed, self.element)
        pieces = [self._piece(around) for _ in range(self.chance.randint(1, 6))]
        self.element.text = "".join(piece + around.item_delimiter for piece in pieces)

    def _piece(self, around: Surroundings) -> str:
        if self.chance.random() < 0.15:
            return ""
        parts = [self.chance.choice(("1.5", "0", "12.50", "-0.1", "1E3"))]
        parts += [self.chance.choice(("1.0.0", "3.8.0", "0.0.0", "2.7.1")) for _ in range(self.chance.choice((0, 0, 1, 2)))]
        return around.part_delimiter.join(parts)

    def _set(self, expression: str, value: str) -> None:
        found = Surroundings(self.packed, self.element).find(expression)
        if isinstance(found, etree._Element) and self.chance.random() < 0.9:
            self._write(found, value)

    def _write(self, element: etree._Element, value: str) -> None:
        element.text = value
        self.generator.paddings = [item for item in self.generator.paddings if item.element is not element or item.attribute is not None]

    def _link(self) -> None:
        """Give the object that the length is read from the key that this list looks for, most of the time."""
        match = re.fullmatch(r"(.+?)\[@(\w+)=\$here/(.+?)\](/.+)", self.packed.length)
        if match is None or self.chance.random() < 0.1:
            return
        around = Surroundings(self.packed, self.element)
        key, holder = around.find(match.group(3)), around.find(match.group(1))
        if isinstance(key, etree._Element) and isinstance(holder, etree._Element):
            self._write(key, holder.get(match.group(2)) or key.text or "1")
            holder.set(match.group(2), key.text or "")


def _holds(particle: Particle, term: str) -> bool:
    if isinstance(particle, Group):
        return any(_holds(inner, term) for inner in particle.particles)
    return particle.term == term


def _below(parent: etree._Element, namespace: str, name: str) -> etree._Element:
    """A new child; lxml itself writes no `xmlns=""` below a default namespace."""
    if namespace or None not in parent.nsmap:
        return etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name)
    parent.append(etree.fromstring(f'<{name} xmlns=""/>'))
    return parent[-1]
