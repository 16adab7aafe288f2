"""Derives a SPARQL rule from a placed row and a direction.

A rule starts at its record, binds the nodes of the source along the row's path, computes values with the row's own SPARQL,
and mints the nodes of the target from them, so that rules join without knowing of each other:

* a node that occurs once hangs on its parent (`parent/name`);
* a repeatable node hangs on the source node it stands for (`source~name`), with the constant that selects it, if any;
* a repeatable node selected by a variable hangs on its parent and the variable's value (`parent/name~value`).

The same parts make a `CONSTRUCT` for anyone's store and a `SELECT` for our engines, which need to know what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from cimrdf.alignment.compose import Placed
from cimrdf.alignment.paths import Path
from cimrdf.alignment.places import Hop, Place, Selection
from cimrdf.alignment.rows import LEFT, RIGHT, Lookup, Pair, Steps, other
from cimrdf.namespaces import PREFIXES, RDF_TYPE, SKOS
from cimrdf.schema.lift import DOCUMENT


@dataclass(frozen=True, slots=True)
class Read:
    """A source statement that a solution used: the node's variable, the property, and the variable or constant of the value."""

    node: str
    predicate: str
    variable: str | None
    constant: str | None = None
    #: The value itself is carried (else it only decided something).
    carried: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A target statement between nodes, and the class of the node that it leads to."""

    subject: str
    predicate: str
    object: str
    class_term: str | None


@dataclass(frozen=True, slots=True)
class Mint:
    """The IRI of a target node: that of another node, a suffix, and perhaps a value made safe for an IRI."""

    node: str
    base: str
    suffix: str
    key: str | None = None

    def expression(self) -> str:
        """The IRI as a SPARQL expression."""
        key = f", ENCODE_FOR_URI(?{self.key})" if self.key else ""
        return f"IRI(CONCAT(STR(?{self.base}), {_literal(self.suffix)}{key}))"

    def iri(self, solution: Mapping[str, str]) -> str | None:
        """The same IRI from a solution; None where a part is unbound."""
        base, key = solution.get(self.base), solution.get(self.key) if self.key else ""
        return None if base is None or key is None else base + self.suffix + quote(key, safe="")


@dataclass(frozen=True, slots=True)
class Write:
    """A target statement with a value: a variable or a constant."""

    node: str
    predicate: str
    variable: str | None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row in one direction, ready to run. `to` is the side it writes."""

    placed: Placed
    to: str
    where: tuple[str, ...]
    mints: tuple[Mint, ...]
    reads: tuple[Read, ...]
    links: tuple[Link, ...]
    writes: tuple[Write, ...]
    #: Properties without which the rule cannot fire.
    needs: frozenset[str]

    @property
    def variables(self) -> list[str]:
        """The variables of the `SELECT`, in a fixed order."""
        made = {mint.node for mint in self.mints}
        names: dict[str, None] = {}
        for name in [
            *(mint.base for mint in self.mints),
            *(mint.key for mint in self.mints),
            *(name for read in self.reads for name in (read.node, read.variable)),
            *(write.variable for write in self.writes),
        ]:
            if name is not None and name not in made:
                names[name] = None
        return list(names)

    def select(self) -> str:
        """The rule as `SELECT` of what was read and computed; the nodes of the target follow by `mints`."""
        body = "\n  ".join(self.where)
        return f"SELECT {' '.join('?' + name for name in self.variables)} WHERE {{\n  {body}\n}}"

    def construct(self) -> str:
        """The rule as `CONSTRUCT` for people: prefixed names, a comment with the row."""
        template = [f"?{link.subject} <{link.predicate}> ?{link.object} ." for link in self.links]
        template += [f"?{link.object} a <{link.class_term}> ." for link in self.links if link.class_term]
        template += [f"?{w.node} <{w.predicate}> {f'?{w.variable}' if w.variable else _literal(w.constant or '')} ." for w in self.writes]
        lines = [*dict.fromkeys(template)]
        body = "\n  ".join([*self.where, *(f"BIND({mint.expression()} AS ?{mint.node})" for mint in self.mints)])
        text = "CONSTRUCT {\n  " + "\n  ".join(lines) + f"\n}} WHERE {{\n  {body}\n}}"
        return _abbreviate(text)


def derive_rules(placed: Sequence[Placed], pair: Pair, to: str) -> list[Rule]:
    """The rules of a profile in one direction, in the order of the rows."""
    by_row: dict[str, list[Placed]] = {}
    for item in placed:
        by_row.setdefault(item.row.iri, []).append(item)
    return [
        _Deriver(item, pair, to, by_row).rule()
        for item in placed
        if item.writes(to) and not any(place.contradictory for _, place in item.places(other(to)))
    ]


class _Deriver:
    def __init__(self, placed: Placed, pair: Pair, to: str, by_row: dict[str, list[Placed]]) -> None:
        self.placed, self.pair, self.to = placed, pair, to
        self.source = other(to)
        self.by_row = by_row
        self.reads: list[Read] = []
        self.needs: set[str] = set()
        self.bound: set[str] = set()
        self.links: dict[Link, None] = {}
        self.writes: list[Write] = []
        self.mints: dict[str, Mint] = {}

    def rule(self) -> Rule:
        where = self._patterns(suffix="")
        self._targets()
        return Rule(
            self.placed,
            self.to,
            tuple(where),
            tuple(self.mints.values()),
            tuple(dict.fromkeys(self.reads)),
            tuple(self.links),
            tuple(self.writes),
            frozenset(self.needs),
        )

    # ------------------------------------------------------------------ the source

    def _patterns(self, suffix: str) -> list[str]:
        """Patterns, computed values and guards; `suffix` renames the value variables (inside MINUS)."""
        placed, row = self.placed, self.placed.row
        lines: list[str] = []
        for place in [*placed.side(self.source).trail, *(place for _, place in placed.places(self.source))]:
            lines += self._hops(place, suffix)
        for path, place in placed.places(self.source):
            if place.predicate is not None:
                name = (path.variable or self.source) + suffix
                lines.append(f"?{place.node} <{place.predicate}> ?{name} .")
                self.needs.add(place.predicate)
                self.reads.append(Read(place.node, place.predicate, name, carried=True))
        for path, place in placed.optional(self.source):
            lines.append(self._optional(path, place, suffix))
        if row.values:
            lines.append(self._lookup(Lookup(row.values, LEFT, RIGHT), suffix))
        for step in self._steps():
            lines.append(self._lookup(step, suffix) if isinstance(step, Lookup) else _rename(self._whole(step), suffix))
        guard = row.when_left if self.source == LEFT else row.when_right
        if guard:
            lines.append(_rename(f"FILTER({guard})", suffix))
        if not suffix:
            lines += self._minus()
        return list(dict.fromkeys(lines))

    def _steps(self) -> Steps:
        return self.placed.row.to_right if self.to == RIGHT else self.placed.row.to_left

    def _whole(self, step: str) -> str:
        """A bare expression stands for the binding of the one variable that the row writes."""
        if re.match(r"\s*(BIND|FILTER)\b", step, re.IGNORECASE):
            return step
        return f"BIND({step} AS ?{self._output()})"

    def _output(self) -> str:
        paths = self.placed.places(self.to)
        return paths[0][0].variable or self.to

    def _hops(self, place: Place, suffix: str) -> list[str]:
        lines = []
        previous: Hop | None = None
        for hop in place.hops:
            if previous is None:
                if hop.class_term:
                    lines.append(f"?{hop.variable} a <{hop.class_term}> .")
                lines.append(f"?{hop.variable} <{DOCUMENT}> ?document .")
            else:
                lines.append(f"?{previous.variable} <{hop.term}> ?{hop.variable} .")
                self.needs.add(hop.term)
            lines += self._selections(hop, suffix)
            previous = hop
        return lines

    def _selections(self, hop: Hop, suffix: str) -> list[str]:
        lines = []
        if hop.position is not None:
            lines.append(f'FILTER(STRENDS(STR(?{hop.variable}), "/{hop.name}.{hop.position}"))')
        for number, selection in enumerate(hop.selections):
            lines.append(self._selection(hop, selection, number, suffix))
        return lines

    def _selection(self, hop: Hop, selection: Selection, number: int, suffix: str) -> str:
        node, patterns = hop.variable, []
        for index, term in enumerate(selection.terms[:-1]):
            following = f"{hop.variable}_s{number}_{index}"
            patterns.append(f"?{node} <{term}> ?{following} .")
            node = following
        last = selection.terms[-1]
        if selection.absent:
            return f"MINUS {{ {' '.join(patterns)} ?{node} <{last}> ?absent{number} . }}"
        if selection.value is None and selection.variable is None:
            value = f"?{hop.variable}_s{number}"
            self.reads.append(Read(node, last, value[1:], carried=False))
            if selection.repeatable:
                patterns.append(f'FILTER(STRENDS(STR({value}), "/{last.rpartition(".")[2]}.1"))')
        elif selection.variable is not None:
            value = f"?{selection.variable}{suffix}"
            self.reads.append(Read(node, last, selection.variable + suffix, carried=False))
        else:
            value = _literal(selection.value or "")
            self.reads.append(Read(node, last, None, selection.value, carried=False))
        self.needs.add(last)
        return " ".join([*patterns, f"?{node} <{last}> {value} ."])

    def _optional(self, path: Path, place: Place, suffix: str) -> str:
        context = self.placed.side(self.source).place
        known = {hop.variable for hop in context.hops} if context is not None else set()
        needs = set(self.needs)
        hops = [line for line in self._hops(place, suffix) if not self._already(line, known)]
        self.needs = needs
        name = (path.variable or self.source) + suffix
        self.reads.append(Read(place.node, place.predicate or "", name, carried=True))
        return "OPTIONAL { " + " ".join([*hops, f"?{place.node} <{place.predicate}> ?{name} ."]) + " }"

    @staticmethod
    def _already(line: str, known: set[str]) -> bool:
        """Whether a hop's pattern only binds nodes that the context has bound."""
        variables = set(re.findall(r"\?(\w+)", line)) - {"document"}
        return variables <= known

    def _lookup(self, lookup: Lookup, suffix: str) -> str:
        value_map = lookup.values
        left, right = f"?{lookup.left}{suffix}", f"?{lookup.right}{suffix}"
        concept = f"?c_{lookup.left}_{lookup.right}"
        relations = ("exactMatch", "closeMatch", "broadMatch" if self.to == RIGHT else "narrowMatch")
        path = "|".join(f"<{SKOS}{name}>" for name in relations)
        # The BIND ends the pattern: engines that order patterns without knowing what is bound would multiply several maps.
        return (
            f"<{value_map}> <{PREFIXES['map']}left> {concept}_s ; <{PREFIXES['map']}right> {concept}_t . "
            f"{concept} <{SKOS}inScheme> {concept}_s ; <{SKOS}notation> {left} ; {path} {concept}_r . "
            f"{concept}_r <{SKOS}inScheme> {concept}_t ; <{SKOS}notation> {right} . "
            f"BIND({concept}_r AS {concept}_found)"
        )

    def _minus(self) -> list[str]:
        lines = []
        for iri in self.placed.row.unless:
            for rival in self.by_row.get(iri, ()):
                if rival.side(self.source) == self.placed.side(self.source) and rival.writes(self.to):
                    inner = _Deriver(rival, self.pair, self.to, {})
                    lines.append("MINUS { " + " ".join(inner._patterns(suffix="_u")) + " }")
        return lines

    # ------------------------------------------------------------------ the target

    def _targets(self) -> None:
        source_places = [place for _, place in self.placed.places(self.source)]
        context = self.placed.side(self.source).place
        nodes = [place.node for place in source_places if not place.absolute] or ([context.node] if context is not None else [])
        anchor = max(nodes, key=len)
        for path, place in self.placed.places(self.to):
            node = self._target_node(place, anchor)
            if place.predicate is not None:
                self.writes.append(Write(node, place.predicate, self._value(path)))

    def _value(self, path: Path) -> str:
        row = self.placed.row
        if row.kind == "Correlation" and not row.values and not self._steps():
            source = self.placed.places(self.source)[0][0]
            return source.variable or self.source
        return path.variable or self.to

    def _target_node(self, place: Place, anchor: str) -> str:
        side = self.placed.side(self.to)
        known = len(side.partners) if not place.absolute else 0
        previous: Hop | None = None
        for index, hop in enumerate(place.hops):
            partner = side.partners[index] if index < known else anchor
            name = "t" + hop.variable[1:]
            if previous is None:
                self.mints[name] = Mint(name, "document", f"~{hop.name}")
                if not place.absolute:
                    self.links[Link("document", hop.term, name, hop.class_term)] = None
            else:
                above = "t" + previous.variable[1:]
                self.mints[name] = self._minted(name, hop, above, partner)
                self.links[Link(above, hop.term, name, hop.class_term)] = None
            self._constants(hop, name)
            previous = hop
        return name

    @staticmethod
    def _minted(name: str, hop: Hop, parent: str, partner: str) -> Mint:
        keyed = next((selection.variable for selection in hop.selections if selection.variable), None)
        if keyed:
            return Mint(name, parent, f"/{hop.name}~", keyed)
        if not hop.repeatable:
            return Mint(name, parent, f"/{hop.name}")
        constants = "".join("~" + quote(selection.value, safe="") for selection in hop.selections if selection.value)
        return Mint(name, partner, f"~{hop.name}{constants}")

    def _constants(self, hop: Hop, name: str) -> None:
        """What selects a node on the way out is written on the way in."""
        for number, selection in enumerate(hop.selections):
            if selection.value is None and selection.variable is None:
                continue
            node = name
            for index, term in enumerate(selection.terms[:-1]):
                following = f"{name}_s{number}_{index}"
                self.mints[following] = Mint(following, node, f"/{term.rpartition('.')[2]}")
                self.links[Link(node, term, following, None)] = None
                node = following
            self.writes.append(Write(node, selection.terms[-1], selection.variable, selection.value))


def _rename(text: str, suffix: str) -> str:
    return re.sub(r"\?(\w+)", rf"?\1{suffix}", text) if suffix else text


def _literal(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _abbreviate(text: str) -> str:
    """Use prefixed names, and say which prefixes are used."""
    used: set[str] = set()

    def short(match: re.Match[str]) -> str:
        iri = match.group(1)
        if iri == RDF_TYPE:
            return "a"
        for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
            local = iri[len(namespace) :]
            if iri.startswith(namespace) and re.fullmatch(r"[A-Za-z_][\w-]*(\.[\w-]+)?", local):
                used.add(prefix)
                return f"{prefix}:{local}"
        return match.group(0)

    body = re.sub(r"<([^<>\s]+)>", short, text)
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in sorted(used)) + body + "\n"


def needed_value_maps(rules: Iterable[Rule]) -> list[str]:
    """The value maps that rules look up."""
    found: dict[str, None] = {}
    for rule in rules:
        row = rule.placed.row
        steps = row.to_right if rule.to == RIGHT else row.to_left
        for name in [row.values, *(step.values for step in steps if isinstance(step, Lookup))]:
            if name:
                found[name] = None
    return list(found)
