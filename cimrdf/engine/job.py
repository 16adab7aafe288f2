"""One translation from beginning to end: rules over graphs, messages, judgement, ledger, and what is kept for the way back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import HEADER, LEFT, RIGHT, Exchange, Pair, find_pair, load_pair, other
from cimrdf.alignment.rules import Rule, derive_rules, needed_value_maps
from cimrdf.alignment.values import value_map_triples
from cimrdf.engine.account import Accountant, Gaps, Output, numbered_place
from cimrdf.engine.correspondence import anchors, homes, normal_form, pairs
from cimrdf.engine.difference import BLOCK, ONLY, VALUE, Edit, apply, difference, path_of
from cimrdf.engine.graph import Derived, Firing, Statement, derive
from cimrdf.engine.ledger import Ledger
from cimrdf.engine.messages import Assembler, Received, Sending, detect_version, receive
from cimrdf.engine.preserve import Keeper, Kept, kept_in, numbered, read_sidecar, without_namespaces, write_sidecar
from cimrdf.engine.reading import read_messages
from cimrdf.engine.stores import make_store
from cimrdf.findings import Finding, Refused, finding
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import DOCUMENT, Leaf, Lifted, leaves_of
from cimrdf.schema.lower import Lowered, Written, lower
from cimrdf.schema.validity import Problem, parts, problems
from cimrdf.shapes import violation_finding, violations


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value of the output exists: the rows that made it and the places of the source they read."""

    xpath: str
    value: str
    rows: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """A message of the output while it is made."""

    lowered: Lowered
    payload: str
    enveloped: bool

    @property
    def root(self) -> etree._Element:
        return self.lowered.element


@dataclass(slots=True)
class Result:
    """What a job leaves behind."""

    source_version: str
    documents: list[Document]
    ledger: Ledger
    findings: list[Finding]
    explanations: list[Explanation]
    derived: Derived
    sidecar: str | None


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of a caller: the source version if it is not to be detected, the store, and what is kept or given back.

    `beside` says that what has no place in the messages may be kept in a sidecar.
    """

    source_version: str | None = None
    store: str | None = None
    preserve: bool = False
    sidecar: bytes | None = None
    beside: bool = True


@lru_cache(maxsize=32)
def composer_of(pair: str) -> Composer:
    """The composed rows of a pair."""
    return Composer(load_pair(pair), load_catalogue())


@lru_cache(maxsize=64)
def rules_of(pair: str, profile: str, to: str) -> tuple[Rule, ...]:
    """The rules of a profile in one direction, message-level rows first."""
    composer = composer_of(pair)
    placed = [item for name in dict.fromkeys([HEADER, profile]) if name in composer.names for item in composer.profile(name)]
    return tuple(derive_rules(placed, composer.pair, to))


@dataclass
class Job:
    """A translation of lifted messages, parts of one delivery, to a version."""

    lifted: Sequence[Lifted]
    catalogue: Catalogue
    to: str
    options: Options
    findings: list[Finding] = field(default_factory=list)
    output: Output = field(default_factory=Output)

    def run(self) -> Result:
        """Translate.

        Raises:
            Refused: with findings that say why.
        """
        self.findings = [item for one in self.lifted for item in one.findings]
        self.source_version = self._source_version()
        pair = load_pair(find_pair(self.source_version, self.to))
        target = RIGHT if pair.right == self.to else LEFT
        received = [receive(one, pair, other(target)) for one in self.lifted]
        derived = self._derive(pair, received[0], target)
        assembler = Assembler(composer_of(pair.name), target, received[0].lifted.document, derived.graph)
        exchange = received[0].exchange
        marked = dict.fromkeys(assembler.mark(exchange) if received[0].enveloped else [], exchange.iri)
        documents = [self._document(assembler, sending, path, derived) for sending, path in assembler.sendings(exchange, received[0].enveloped)]
        self._number(documents, derived, pair)
        restored = self._restore(documents)
        for number, document in enumerate(documents, 1):
            self._judge(document.lowered, derived, strict=not restored)
            self._note(document.lowered, number)
        self._hold_to_shapes(derived)
        gaps = self._gaps(pair, received)
        preserved, kept, sidecar = self._keep(documents, received[0].payload.root.name, gaps) if self.options.preserve else ({}, [], None)
        decided = {numbered_place(number, leaf.xpath): compact(one.exchange.iri) for number, one in enumerate(received, 1) for leaf in one.decided}
        accountant = Accountant(
            self.lifted,
            derived.firings,
            self.output,
            gaps,
            decided,
            marked,
            compact(exchange.iri),
            self._payload_paths(exchange),
            preserved,
            restored,
            kept=kept,
        )
        ledger = accountant.ledger()
        return Result(self.source_version, documents, ledger, [*self.findings, *accountant.findings], self._explain(derived), derived, sidecar)

    def _source_version(self) -> str:
        detected = [found for one in self.lifted if (found := detect_version(one, self.catalogue))]
        if not detected:
            detected = [version.name for version in self.catalogue.versions.values() if self._may_carry(version.envelope) and version.namespaces]
        version = self.options.source_version or (detected[0] if detected else self.to)
        if version not in self.catalogue.versions:
            raise Refused(finding("version-unknown", f"there is no version {version!r}; there are {', '.join(self.catalogue.versions)}"))
        if version == self.to:
            raise Refused(finding("not-aligned-yet", f"the message is {self.to} already", file=self.lifted[0].file), others=self.findings)
        return version

    def _may_carry(self, envelope: str | None) -> bool:
        here = self.catalogue.version_of(self.lifted[0].parts[0].root.namespace)
        return here is not None and here.name == envelope

    def _derive(self, pair: Pair, received: Received, target: str) -> Derived:
        rules = self._rules(pair, received, target)
        stray = self._stray(received)
        triples = [triple for one in self.lifted for triple in one.triples if triple.predicate != DOCUMENT or triple.subject not in stray]
        present = {triple.predicate for triple in triples}
        background = value_map_triples(needed_value_maps(rule for rule in rules if rule.needs <= present))
        return derive(triples, background, rules, make_store(self.options.store))

    def _stray(self, received: Received) -> set[str]:
        """The parts that no rule may take for the message's content: what only stands where a schema allows any element, and
        the envelopes of further messages of one delivery, whose identifiers differ from the first's."""
        known = self._payload_paths(received.exchange)
        first = self.lifted[0].parts[0]
        return {str(part.node) for one in self.lifted for part in one.parts if part.path not in known and part is not first}

    @staticmethod
    def _payload_paths(exchange: Exchange) -> frozenset[str]:
        """Where payloads stand, in their envelope and alone."""
        paths = (*exchange.left_payloads, *exchange.right_payloads)
        return frozenset((*paths, *(path.rpartition("/")[2] for path in paths)))

    @staticmethod
    def _rules(pair: Pair, received: Received, target: str) -> list[Rule]:
        """The profile's rules; of the message level those for the envelope that will be written."""
        exchange = received.exchange
        roots = {path.split("/")[0] for path in (exchange.right_payloads if target == RIGHT else exchange.left_payloads)}
        return [
            rule
            for rule in rules_of(pair.name, exchange.profile, target)
            if rule.placed.profile != HEADER
            or (received.enveloped and all(place.absolute or place.hops[0].name in roots for _, place in rule.placed.places(target)))
        ]

    # ------------------------------------------------------------------ writing

    def _document(self, assembler: Assembler, sending: Sending, path: str | None, derived: Derived) -> Document:
        term, node = (sending.term, sending.node) if path is None else assembler.open_envelope(sending, path)
        root = self.catalogue.root_of(term)
        if root is None:
            raise AssertionError(f"{term} is a global element of the target")
        lowered = lower(derived.graph, node, root, self.catalogue)
        if path is not None:
            assembler.close_envelope(sending, path)
        return Document(lowered, sending.payload, path is not None)

    @staticmethod
    def _number(documents: Sequence[Document], derived: Derived, pair: Pair) -> None:
        """Messages made from one have identifiers of their own: a receiver that drops repeated ones must not drop a part."""
        identities = {statement for firing in derived.firings if pair.rows[firing.row].identity for statement in firing.writes}
        for number, document in enumerate(documents[1:], 2):
            for written in document.lowered.written:
                if written.value.strip() and (written.subject, written.predicate, written.value) in identities:
                    text = f"{written.value}-{number}"
                    if written.attribute is None:
                        written.element.text = text
                    else:
                        written.element.set(written.attribute, text)

    def _judge(self, lowered: Lowered, derived: Derived, *, strict: bool) -> None:
        """Values outside their type are left out, with a finding; anything else that is not valid refuses the message.

        A document that was put together again as its sender wrote it is not held to more than its own schema.
        """
        for overflow in lowered.overflows:
            for value in overflow.values:
                statement = (overflow.subject, overflow.predicate, value)
                self.output.refused[statement] = f"{overflow.name} occurs once, and another value was written"
                self._report("member-overflow", f"{overflow.name} occurs once; {value[:60]!r} was not written", statement, derived)
        self._refuse_unpacked(lowered, derived)
        wrong = self._problems(lowered.element, strict=strict)
        for _ in range(3):
            values = [problem for problem in wrong if problem.value]
            for problem in values:
                self._leave_out(lowered, problem.element, problem.attribute, problem.message, derived)
            if not values:
                break
            wrong = self._problems(lowered.element, strict=strict)
        if wrong:
            raise Refused(
                *[finding("output-invalid", item.message, xpath=path_of(item.element), schema=etree.QName(item.element).namespace) for item in wrong],
                others=self.findings,
            )

    def _problems(self, root: etree._Element, *, strict: bool = True) -> list[Problem]:
        return [problem for part in parts(root, self.catalogue) for problem in problems(part, self.catalogue, strict=strict)]

    def _hold_to_shapes(self, derived: Derived) -> None:
        """What the shapes say about the target graph, reported where the values come from."""
        statements = [(s, p, o) for s, properties in derived.graph.index.items() for p, values in properties.items() for o in values]
        for violation in violations(statements, self.catalogue):
            statement = (violation.node, violation.predicate or "", violation.value or "")
            firing = next((firing for firing in derived.firings if statement in firing.writes), None)
            source = self._source_of(firing)
            row = compact(firing.row) if firing is not None else None
            if source is None:
                self.findings.append(violation_finding(violation, self.lifted[0].file, None, None, row))
            else:
                self.findings.append(violation_finding(violation, source[0].file, source[1].line, source[1].xpath, row))

    def _source_of(self, firing: Firing | None) -> tuple[Lifted, Leaf] | None:
        """The first value that a solution of a rule read, with its document."""
        read = {statement for statement, _ in firing.reads} if firing is not None else set()
        for one in self.lifted:
            computed = {source for item in one.derivations if item.statement in read and item.content for source in item.sources}
            for leaf in one.leaves:
                if (str(leaf.subject), leaf.predicate, leaf.value) in read | computed:
                    return one, leaf
        return None

    def _refuse_unpacked(self, lowered: Lowered, derived: Derived) -> None:
        """A list that cannot be packed refuses the message, at the place of the values it is made of."""
        for element, reason in lowered.unpacked:
            written = next((item for item in lowered.written if item.element is element), None)
            before = len(self.findings)
            if written is not None:
                self._report("interval-irregular", reason, (written.subject, written.predicate, written.value), derived)
            if len(self.findings) == before:
                self.findings.append(finding("interval-irregular", reason, xpath=path_of(element)))
        if lowered.unpacked:
            raise Refused(*self.findings)

    def _leave_out(self, lowered: Lowered, element: etree._Element, attribute: str | None, message: str, derived: Derived) -> None:
        for written in [item for item in lowered.written if item.element is element and item.attribute == attribute]:
            statement = (written.subject, written.predicate, written.value)
            self.output.refused[statement] = f"not valid in the target: {message}"
            self._report("value-invalid", message, statement, derived)
        parent = element.getparent()
        if attribute is not None:
            for name in [name for name in element.attrib if str(name).rpartition("}")[2] == attribute]:
                element.attrib.pop(name)
        elif parent is not None:
            parent.remove(element)
        lowered.written[:] = [
            item for item in lowered.written if not (item.element is element and (attribute is None or item.attribute == attribute))
        ]

    def _report(self, code: str, message: str, statement: Statement, derived: Derived) -> None:
        """Report about a target value where its source stands, once."""
        firing = next((firing for firing in derived.firings if statement in firing.writes), None)
        read = {statement for statement, _ in firing.reads} if firing is not None else set()
        for one in self.lifted:
            for leaf in one.leaves:
                known = any(item.code == code and item.xpath == leaf.xpath for item in self.findings)
                if (str(leaf.subject), leaf.predicate, leaf.value) in read and not known and firing is not None:
                    self.findings.append(finding(code, message, file=one.file, line=leaf.line, xpath=leaf.xpath, row=compact(firing.row)))

    def _note(self, lowered: Lowered, number: int) -> None:
        for written in lowered.written:
            if written.value.strip() and self._stands(written, lowered):
                place = path_of(written.element) + (f"/@{written.attribute}" if written.attribute else "")
                self.output.places.setdefault((written.subject, written.predicate, written.value), []).append(numbered_place(number, place))

    @staticmethod
    def _stands(written: Written, lowered: Lowered) -> bool:
        """Whether a value is still where it was written; what was put back may have taken its place."""
        if written.element.getroottree().getroot() is not lowered.element:
            return False
        names = {str(name).rpartition("}")[2] for name in written.element.attrib}
        return written.attribute in names if written.attribute is not None else bool(written.element.text or len(written.element))

    # ------------------------------------------------------------------ what is kept, and what is given back

    @staticmethod
    def _targets(edit: Edit, place: str) -> tuple[str, ...]:
        """The places of the values that an edit puts back."""
        if edit.kind == BLOCK:
            return tuple(xpath for xpath, _, _ in leaves_of(etree.fromstring(edit.value), place))
        return (place,) if edit.kind == VALUE else ()

    def _restore(self, documents: list[Document]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Put back what the messages (or the sidecar) keep; returns the places of the kept values with row and target."""
        kept: list[tuple[int, Kept, etree._Element | None]] = []
        for number, one in enumerate(self.lifted, 1):
            known = anchors(one, [document.lowered for document in documents])
            for item in kept_in(one.parts[0].element, self.catalogue, self.to):
                kept.append((number, item, None if item.owner is None else known.get(item.owner)))
        edits = [(None, edit) for edit in (read_sidecar(self.options.sidecar, self.to) if self.options.sidecar else [])]
        usable = [(anchor, item.edit) for _, item, anchor in kept if anchor is not None or item.owner is None]
        usable.sort(key=lambda pair: pair[0] is not None)
        only = next((edit.value for _, edit in [*edits, *usable] if edit.kind == ONLY), None)
        if only is not None:
            documents[:] = sorted(documents, key=lambda document: document.payload != only)[:1]
        if edits or usable:
            apply(documents[0].root, [*edits, *usable], self.catalogue)
        restored: dict[str, tuple[str, tuple[str, ...]]] = {}
        for number, item, anchor in kept:
            if anchor is not None or item.owner is None:
                start = "" if anchor is None else path_of(anchor)
                target = self._targets(item.edit, start + numbered(item.edit.path))
                restored |= dict.fromkeys((numbered_place(number, place) for place in item.places), (compact(item.point), target))
        return restored

    def _keep(self, documents: Sequence[Document], payload: str, gaps: Gaps) -> tuple[dict[Statement, str], list[tuple[str, str, str]], str | None]:
        """Keep what the way back would not give; returns the kept statements with their places, their labels, and the sidecar."""
        source = self.lifted[0]
        wanted = normal_form(source, self.catalogue)
        edits = self._edits(documents, wanted, payload)
        places = homes(wanted, [document.lowered for document in documents])
        keeper = Keeper(self.catalogue, self.source_version)
        secret = [edit for edit in edits if self._confidential(edit, gaps)]
        public = [edit for edit in edits if edit not in secret]
        homeless = [*secret, *keeper.place(public, places, documents[0].root if documents[0].enveloped else None)]
        for document in documents:
            self._parts_valid(document)
        if homeless and not self.options.beside:
            text = f"{len(homeless)} values have no place in the output to be kept in"
            self.findings.append(finding("preserve-without-place", text, file=source.file, xpath=numbered(homeless[0].path)))
            homeless = []
        statements = self._kept_statements(keeper, documents, wanted, homeless)
        return statements, self._labels(keeper, documents), write_sidecar(homeless, self.source_version) if homeless else None

    @staticmethod
    def _labels(keeper: Keeper, documents: Sequence[Document]) -> list[tuple[str, str, str]]:
        """What names the kept values in the output: place, text and row."""
        numbers = {document.root: number for number, document in enumerate(documents, 1)}
        return [
            (numbered_place(numbers[element.getroottree().getroot()], path_of(element) + (f"/@{name}" if name else "")), text, compact(iri))
            for element, name, text, iri in keeper.labels
        ]

    @staticmethod
    def _confidential(edit: Edit, gaps: Gaps) -> bool:
        """Whether a row says that a value must not stand in another message."""
        path = re.sub(r"\[\d+\]", "", edit.path).strip("/")
        found = gaps.find([path])
        inside = leaves_of(etree.fromstring(edit.value), path) if edit.kind == BLOCK else ()
        rows = [found, *(gaps.find([re.sub(r"\[\d+\]", "", xpath)]) for xpath, _, _ in inside)]
        return any(row is not None and row.row.confidential for row in rows)

    def _parts_valid(self, document: Document) -> None:
        wrong = self._problems(document.root)
        if wrong:
            raise Refused(*[finding("output-invalid", item.message, xpath=path_of(item.element)) for item in wrong], others=self.findings)

    def _kept_statements(self, keeper: Keeper, documents: Sequence[Document], wanted: Lowered, homeless: Sequence[Edit]) -> dict[Statement, str]:
        statements = {
            path_of(item.element) + (f"/@{item.attribute}" if item.attribute else ""): (item.subject, item.predicate, item.value)
            for item in wanted.written
        }
        numbers = {document.root: number for number, document in enumerate(documents, 1)}
        found: dict[Statement, str] = {}
        for edit, holder in keeper.placed:
            number = numbers[holder.getroottree().getroot()]
            found |= dict.fromkeys(self._kept_by(edit, statements), numbered_place(number, path_of(holder)))
        for edit in homeless:
            found |= dict.fromkeys(self._kept_by(edit, statements), "sidecar")
        return found

    @staticmethod
    def _kept_by(edit: Edit, statements: Mapping[str, Statement]) -> list[Statement]:
        """The statements whose values an edit keeps."""
        path = without_namespaces(edit.path)
        if edit.kind == BLOCK:
            return [statement for place, statement in statements.items() if place == path or place.startswith(f"{path}/")]
        return [statements[path]] if edit.kind == VALUE and path in statements else []

    def _edits(self, documents: Sequence[Document], wanted: Lowered, payload: str) -> list[Edit]:
        """Walk the way back, and tell what it does not give."""
        texts = [etree.tostring(document.root, xml_declaration=True, encoding="UTF-8") for document in documents]
        try:
            received = read_messages(texts, self.catalogue)
            back = Job(received, self.catalogue, self.source_version, Options(source_version=self.to, store=self.options.store)).run()
        except Refused as refusal:
            text = f"the way back is refused, so nothing could be kept: {refusal}"
            self.findings.append(finding("preserve-without-place", text, file=self.lifted[0].file))
            return []
        returned = min(back.documents, key=lambda document: document.payload != payload)
        partners = pairs(wanted, [document.lowered for document in documents], received, returned.lowered)
        edits = difference(wanted.element, returned.root, partners, self.catalogue)
        several = len(back.documents) > len(self.lifted)
        return [Edit(ONLY, "/", payload), *edits] if several else edits

    # ------------------------------------------------------------------ the account

    def _gaps(self, pair: Pair, received: Sequence[Received]) -> Gaps:
        composer = composer_of(pair.name)
        names = [name for name in dict.fromkeys([HEADER, *(one.exchange.profile for one in received)]) if name in composer.names]
        return Gaps([item for name in names for item in composer.profile(name)], LEFT if pair.left == self.source_version else RIGHT)

    def _explain(self, derived: Derived) -> list[Explanation]:
        leaves = {
            (str(leaf.subject), leaf.predicate, leaf.value): numbered_place(number, leaf.xpath)
            for number, one in enumerate(self.lifted, 1)
            for leaf in one.leaves
        }
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
