"""Translates messages from one version to another, through RDF, with every value accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from cimrdf.alignment.compose import Composer, Placed
from cimrdf.alignment.rows import LEFT, RIGHT, Pair, find_pair, load_pair, other
from cimrdf.alignment.rules import Rule, derive_rules, needed_value_maps
from cimrdf.alignment.values import value_map_triples
from cimrdf.engine.account import Accountant, Gaps, Output
from cimrdf.engine.graph import Derived, Statement, derive
from cimrdf.engine.ledger import Ledger
from cimrdf.engine.messages import Assembler, Received, Sending, detect_version, receive
from cimrdf.engine.stores import make_store
from cimrdf.findings import Finding, Refused, SeveralMessages, finding, has_errors
from cimrdf.namespaces import BASE, compact
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import Lifted, lift
from cimrdf.schema.lower import Lowered, Written, lower
from cimrdf.schema.read import parse, read_bytes
from cimrdf.schema.validity import problems

if TYPE_CHECKING:
    import rdflib

#: The profile of message-level rows.
HEADER = "Header"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the output: its XML (UTF-8 bytes with declaration) and the name of its payload."""

    xml: bytes
    payload: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value of the output exists: the rows that made it and the places of the source they read."""

    xpath: str
    value: str
    rows: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(slots=True)
class Translation:
    """What a translation gives back: messages, ledger, findings, explanations and the target graph."""

    source_version: str
    target_version: str
    messages: list[Message]
    ledger: Ledger
    findings: list[Finding]
    explanations: list[Explanation]
    _derived: Derived = field(repr=False)

    @property
    def xml(self) -> bytes:
        """The one message.

        Raises:
            SeveralMessages: the translation made several; look at `messages`.
        """
        if len(self.messages) != 1:
            names = ", ".join(message.payload for message in self.messages)
            raise SeveralMessages(f"{len(self.messages)} messages were made ({names}): use .messages")
        return self.messages[0].xml

    @property
    def ok(self) -> bool:
        """Whether no finding is of severity error."""
        return not has_errors(self.findings)

    @property
    def graph(self) -> rdflib.Graph:
        """The target graph."""
        from cimrdf.convert import to_rdflib

        return to_rdflib(self._derived.graph)


@lru_cache(maxsize=32)
def _composer(pair: str) -> Composer:
    return Composer(load_pair(pair), load_catalogue())


@lru_cache(maxsize=64)
def rules_of(pair: str, profile: str, to: str) -> tuple[Rule, ...]:
    """The rules of a profile in one direction, message-level rows first."""
    composer = _composer(pair)
    placed = [*composer.profile(HEADER), *composer.profile(profile)] if HEADER in composer.names else list(composer.profile(profile))
    return tuple(derive_rules(placed, composer.pair, to))


def document_iri(data: bytes) -> str:
    """The IRI of a document: it depends on its bytes only, so that the same message always gives the same graph."""
    return f"{BASE}message/{hashlib.sha256(data).hexdigest()[:16]}"


def read_message(source: str | Path | bytes, catalogue: Catalogue, document: str | None = None) -> Lifted:
    """Read and lift one message; deviations from its schema are findings.

    Raises:
        Refused: the input cannot be read, or its document element is not known.
    """
    name = "-" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else read_bytes(source)
    lifted = lift(parse(data, name), catalogue, document or document_iri(data), name)
    lifted.normalise()
    _judge_input(lifted, catalogue)
    return lifted


def _judge_input(lifted: Lifted, catalogue: Catalogue) -> None:
    known = {item.xpath for item in lifted.findings if item.code != "namespace-variant"}
    for part in lifted.parts:
        for problem in problems(part.element, catalogue):
            xpath = lifted.xpath(problem.element)
            if problem.attribute and problem.value:
                xpath = f"{xpath}/@{problem.attribute}"
            if xpath in known or (problem.attribute and f"{xpath}/@{problem.attribute}" in known):
                continue
            code = "value-invalid" if problem.value else "schema-invalid"
            lifted.findings.append(
                finding(code, problem.message, file=lifted.file, line=problem.element.sourceline, xpath=xpath, schema=part.root.namespace)
            )


def translate(
    *sources: str | Path | bytes,
    to: str,
    source_version: str | None = None,
    store: str | None = None,
) -> Translation:
    """Translate a message (a path, `-`, or bytes) to another version.

    Several sources are parts of one message, such as the readings and the intervals of one delivery.

    >>> import cimrdf
    >>> done = cimrdf.translate(cimrdf.example("meter-readings-cim-2013.xml"), to="multispeak-4.1")
    >>> done.ok, done.messages[0].payload
    (True, 'ReadingChangedNotification')

    Raises:
        Refused: with findings that say why; nothing was made.
    """
    catalogue = load_catalogue()
    if to not in catalogue.versions:
        raise Refused(finding("version-unknown", f"there is no version {to!r}; there are {', '.join(catalogue.versions)}"))
    document = None if len(sources) == 1 else f"{BASE}message/" + hashlib.sha256(repr(sources).encode()).hexdigest()[:16]
    lifted = [read_message(source, catalogue, document) for source in sources]
    return _Job(lifted, catalogue, to, source_version, store).run()


class _Job:
    def __init__(self, lifted: Sequence[Lifted], catalogue: Catalogue, to: str, source_version: str | None, store: str | None) -> None:
        self.lifted, self.catalogue, self.to, self.store = lifted, catalogue, to, store
        self.findings: list[Finding] = [item for one in lifted for item in one.findings]
        self.source_version = source_version or next((found for one in lifted if (found := detect_version(one, catalogue))), None)
        self.output = Output()

    def run(self) -> Translation:
        pair, received = self._receive()
        side = other(self._to_side(pair))
        first = received[0]
        rules = self._rules(pair, first, other(side))
        triples = [triple for one in self.lifted for triple in one.triples]
        present = {triple.predicate for triple in triples}
        background = value_map_triples(needed_value_maps(rule for rule in rules if rule.needs <= present))
        derived = derive(triples, background, rules, make_store(self.store))
        composer = _composer(pair.name)
        assembler = Assembler(composer, other(side), first.lifted.document, derived.graph)
        marked = dict.fromkeys(assembler.mark(first.exchange) if first.enveloped else [], first.exchange.iri)
        messages = [self._message(assembler, sending, path, derived, number) for number, (sending, path) in enumerate(assembler.sendings(first.exchange, first.enveloped), 1)]
        placed: list[Placed] = [item for name in dict.fromkeys([HEADER, *(one.exchange.profile for one in received)]) for item in composer.profile(name)]
        accountant = Accountant(
            self.lifted,
            derived.firings,
            self.output,
            Gaps(placed, side),
            {leaf.xpath: compact(one.exchange.iri) for one in received for leaf in one.decided},
            marked,
        )
        ledger = accountant.ledger()
        findings = [*self.findings, *accountant.findings]
        return Translation(self.source_version or "", self.to, messages, ledger, findings, self._explain(derived), derived)

    def _receive(self) -> tuple[Pair, list[Received]]:
        if self.source_version is None:
            # An envelope around nothing: any pair of the target knows what its verb and noun would be.
            self.source_version = next(
                (v.name for v in self.catalogue.versions.values() if v.envelope and any(self.catalogue.version_of(p.root.namespace).name == v.envelope for p in self.lifted[0].parts[:1]) and v.namespaces),  # type: ignore[union-attr]
                self.to,
            )
        if self.source_version == self.to:
            raise Refused(finding("not-aligned-yet", f"the message is {self.to} already", file=self.lifted[0].file), others=self.findings)
        pair = load_pair(find_pair(self.source_version, self.to))
        side = other(self._to_side(pair))
        return pair, [receive(one, pair, side) for one in self.lifted]

    def _to_side(self, pair: Pair) -> str:
        return RIGHT if pair.right == self.to else LEFT

    @staticmethod
    def _rules(pair: Pair, received: Received, to: str) -> list[Rule]:
        """The profile's rules; of the message level those for the envelope that will be written."""
        exchange = received.exchange
        roots = {path.split("/")[0] for path in (exchange.right_payloads if to == RIGHT else exchange.left_payloads)}
        chosen = []
        for rule in rules_of(pair.name, exchange.profile, to):
            if rule.placed.profile != HEADER:
                chosen.append(rule)
            elif received.enveloped and all(place.absolute or place.hops[0].name in roots for _, place in rule.placed.places(to)):
                chosen.append(rule)
        return chosen

    # ------------------------------------------------------------------ writing

    def _message(self, assembler: Assembler, sending: Sending, path: str | None, derived: Derived, number: int) -> Message:
        term, node = (sending.term, sending.node) if path is None else assembler.open_envelope(sending, path)
        root = self.catalogue.root_of(term)
        if root is None:
            raise AssertionError(f"{term} is a global element of the target")
        lowered = lower(derived.graph, node, root, self.catalogue)
        if path is not None:
            assembler.close_envelope(sending, path)
        self._judge_output(lowered, derived)
        self._note(lowered, number)
        etree.cleanup_namespaces(lowered.element)
        etree.indent(lowered.element, "  ")
        xml = etree.tostring(lowered.element, xml_declaration=True, encoding="UTF-8")
        return Message(xml + b"\n", sending.payload)

    def _judge_output(self, lowered: Lowered, derived: Derived) -> None:
        """Values outside their type are left out, with a finding; anything else that is not valid refuses the message."""
        for overflow in lowered.overflows:
            for value in overflow.values:
                self.output.refused[(overflow.subject, overflow.predicate, value)] = f"{overflow.name} occurs once, and another value was written"
                self._report("member-overflow", f"{overflow.name} occurs once; {value[:60]!r} was not written", (overflow.subject, overflow.predicate, value), derived)
        self._refuse_unpacked(lowered, derived)
        for _ in range(3):
            wrong = [problem for part in self._parts(lowered.element) for problem in problems(part, self.catalogue, strict=True)]
            values = [problem for problem in wrong if problem.value]
            if not wrong:
                return
            if not values:
                break
            for problem in values:
                self._leave_out(lowered, problem.element, problem.attribute, problem.message, derived)
        raise Refused(
            *[finding("output-invalid", problem.message, xpath=_xpath(problem.element), schema=etree.QName(problem.element).namespace) for problem in wrong],
            others=self.findings,
        )

    def _refuse_unpacked(self, lowered: Lowered, derived: Derived) -> None:
        """A list that cannot be packed refuses the message, at the place of the values it is made of."""
        for element, reason in lowered.unpacked:
            written = next((item for item in lowered.written if item.element is element), None)
            before = len(self.findings)
            if written is not None:
                self._report("interval-irregular", reason, (written.subject, written.predicate, written.value), derived)
            if len(self.findings) == before:
                self.findings.append(finding("interval-irregular", reason, xpath=_xpath(element)))
        if lowered.unpacked:
            raise Refused(*self.findings)

    def _parts(self, element: etree._Element) -> list[etree._Element]:
        """The element, and those inside it that belong to another schema and are declared globally there."""
        found = [element]
        for item in element.iter():
            name = etree.QName(item)
            parent = item.getparent()
            if parent is not None and name.namespace != etree.QName(parent).namespace and self.catalogue.root(name.namespace or "", name.localname):
                found.append(item)
        return found

    def _leave_out(self, lowered: Lowered, element: etree._Element, attribute: str | None, message: str, derived: Derived) -> None:
        for written in [item for item in lowered.written if item.element is element and item.attribute == attribute]:
            lowered.written.remove(written)
            statement = (written.subject, written.predicate, written.value)
            self.output.refused[statement] = f"not valid in the target: {message}"
            self._report("value-invalid", message, statement, derived)
        parent = element.getparent()
        if attribute is not None:
            element.attrib.pop(next(name for name in element.attrib if str(name).rpartition("}")[2] == attribute))
        elif parent is not None:
            parent.remove(element)
            lowered.written[:] = [item for item in lowered.written if item.element is not element]

    def _report(self, code: str, message: str, statement: Statement, derived: Derived) -> None:
        """Report about a target value where its source stands, once."""
        for firing in derived.firings:
            if statement in firing.writes:
                for (node, predicate, value), _ in firing.reads:
                    for one in self.lifted:
                        for leaf in one.leaves:
                            if (leaf.subject, leaf.predicate, leaf.value) == (node, predicate, value):
                                if not any(item.code == code and item.xpath == leaf.xpath for item in self.findings):
                                    self.findings.append(finding(code, message, file=one.file, line=leaf.line, xpath=leaf.xpath, row=compact(firing.row)))
                return

    def _note(self, lowered: Lowered, number: int) -> None:
        prefix = "" if number == 1 else f"{number}:"
        for written in lowered.written:
            if written.value.strip():
                self.output.places.setdefault((written.subject, written.predicate, written.value), []).append(prefix + _place(written))

    def _explain(self, derived: Derived) -> list[Explanation]:
        leaves = {(str(leaf.subject), leaf.predicate, leaf.value): leaf.xpath for one in self.lifted for leaf in one.leaves}
        makers: dict[Statement, list[tuple[str, tuple[str, ...]]]] = {}
        for firing in derived.firings:
            sources = tuple(leaves[read] for read, _ in firing.reads if read in leaves)
            for statement in firing.writes:
                makers.setdefault(statement, []).append((compact(firing.row), sources))
        found = []
        for statement, places in self.output.places.items():
            made = makers.get(statement, [])
            rows = tuple(dict.fromkeys(row for row, _ in made))
            sources = tuple(dict.fromkeys(path for _, paths in made for path in paths))
            found += [Explanation(place, statement[2], rows, sources) for place in places]
        return found


def _place(written: Written) -> str:
    return _xpath(written.element) + (f"/@{written.attribute}" if written.attribute else "")


def _xpath(element: etree._Element) -> str:
    steps: list[str] = []
    here: etree._Element | None = element
    while here is not None:
        before = sum(1 for _ in here.itersiblings(here.tag, preceding=True))
        steps.append(f"{etree.QName(here).localname}[{before + 1}]")
        here = here.getparent()
    return "/" + "/".join(reversed(steps))
