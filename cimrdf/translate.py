"""Translates messages from one version to another, through RDF, with every value accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cimrdf.engine.graph import Derived
from cimrdf.engine.job import Explanation, Job, Options
from cimrdf.engine.ledger import Ledger
from cimrdf.engine.reading import read_messages
from cimrdf.findings import Finding, Refused, SeveralMessages, finding, has_errors
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.lower import serialise
from cimrdf.schema.read import read_bytes

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
    messages = [Message(serialise(document.root), document.payload) for document in result.documents]
    return Translation(result.source_version, to, messages, result.ledger, result.findings, result.explanations, result.sidecar, result.derived)
