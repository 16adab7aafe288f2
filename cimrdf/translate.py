"""Translates messages from one version to another, through RDF, with every value accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from cimrdf.engine.graph import Derived
from cimrdf.engine.job import Explanation, Job, Options
from cimrdf.engine.ledger import Ledger
from cimrdf.findings import Finding, Refused, SeveralMessages, finding, has_errors
from cimrdf.namespaces import BASE
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import Lifted, lift
from cimrdf.schema.read import parse, read_bytes
from cimrdf.schema.validity import problems

if TYPE_CHECKING:
    import rdflib


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the output: its XML (UTF-8 bytes with declaration) and the name of its payload."""

    xml: bytes
    payload: str


@dataclass(slots=True)
class Translation:
    """What a translation gives back: messages, ledger, findings, explanations and the target graph.

    `sidecar` is Turtle to be given back on the return journey; None where nothing needs it.
    """

    source_version: str
    target_version: str
    messages: list[Message]
    ledger: Ledger
    findings: list[Finding]
    explanations: list[Explanation]
    sidecar: str | None
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


def document_iri(data: bytes) -> str:
    """The IRI of a document: it depends on its bytes only, so that the same message always gives the same graph."""
    return f"{BASE}message/{hashlib.sha256(data).hexdigest()[:16]}"


def read_message(source: str | Path | bytes, catalogue: Catalogue, document: str | None = None, prefix: str = "") -> Lifted:
    """Read and lift one message; deviations from its schema are findings.

    Raises:
        Refused: the input cannot be read, or its document element is not known.
    """
    name = "-" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else read_bytes(source)
    lifted = lift(parse(data, name), catalogue, document or document_iri(data), name, prefix)
    lifted.normalise()
    _judge_input(lifted, catalogue)
    return lifted


def read_messages(sources: Sequence[str | Path | bytes], catalogue: Catalogue) -> list[Lifted]:
    """Read and lift the messages of one delivery, so that their rules share one document.

    Raises:
        Refused: as `read_message`.
    """
    if len(sources) == 1:
        return [read_message(sources[0], catalogue)]
    contents = [source if isinstance(source, bytes) else read_bytes(source) for source in sources]
    document = document_iri(b"".join(contents))
    lifted = []
    for number, (source, data) in enumerate(zip(sources, contents, strict=True), 1):
        one = read_message(data, catalogue, document, f"{number}/")
        one.file = "-" if isinstance(source, bytes) else str(source)
        lifted.append(one)
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
    preserve: bool = False,
    sidecar: str | Path | bytes | None = None,
    beside: bool = True,
) -> Translation:
    """Translate a message (a path, `-` for standard input, or bytes) to another version.

    Several sources are parts of one delivery, such as the readings and the intervals that one message became.

    Args:
        to: the version to write, e.g. `multispeak-4.1`.
        source_version: the version to read; detected by namespace and structure where it is None.
        store: `rdflib` or `pyoxigraph`; None takes what is installed.
        preserve: keep what the target has no field for, so that the way back gives the source again.
        sidecar: what an earlier translation could only keep beside its messages (`Translation.sidecar`).
        beside: what has no place in the messages may be kept in `Translation.sidecar`; without, it is dropped and reported.

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
    given = sidecar if sidecar is None or isinstance(sidecar, bytes) else read_bytes(sidecar)
    options = Options(source_version, store, preserve, given, beside)
    result = Job(read_messages(sources, catalogue), catalogue, to, options).run()
    messages = [Message(_serialise(document.root), document.payload) for document in result.documents]
    return Translation(result.source_version, to, messages, result.ledger, result.findings, result.explanations, result.sidecar, result.derived)


def _serialise(root: etree._Element) -> bytes:
    # lxml would drop an `xmlns=""`, and a prefix that only a qualified name uses.
    if all(etree.QName(element).namespace for element in root.iter() if isinstance(element.tag, str)):
        etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(_used_prefixes(root)))
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _used_prefixes(root: etree._Element) -> set[str]:
    """Prefixes that values may use: those of names inside texts and attributes."""
    declared = {prefix for element in root.iter() for prefix in element.nsmap if prefix}
    found = set()
    for element in root.iter():
        for value in (element.text or "", *map(str, element.attrib.values())):
            prefix = value.strip().partition(":")[0]
            if prefix in declared:
                found.add(prefix)
    return found
