"""Reads messages for translation: parsed, lifted, and held to their schema, with findings for what deviates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from cimrdf.findings import Finding, finding
from cimrdf.namespaces import BASE
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import Lifted, lift
from cimrdf.schema.read import parse, read_bytes
from cimrdf.schema.validity import problems

#: What says that a message is not as its schema wants it.
_DEVIATIONS = {"element-unknown", "attribute-unknown", "element-repeated", "schema-invalid", "value-invalid"}


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
    lifted = _judged(data, name, catalogue, document or document_iri(data), prefix)
    for version in catalogue.draft_versions if catalogue.drafts is None and _deviates(lifted) else ():
        lifted.findings += _fits_draft(data, lifted, version)
    return lifted


def _judged(data: bytes, name: str, catalogue: Catalogue, document: str, prefix: str = "") -> Lifted:
    lifted = lift(parse(data, name), catalogue, document, name, prefix)
    lifted.normalise()
    _judge_input(lifted, catalogue)
    return lifted


def _deviates(lifted: Lifted) -> bool:
    return any(item.code in _DEVIATIONS for item in lifted.findings)


def _fits_draft(data: bytes, lifted: Lifted, version: str) -> Iterator[Finding]:
    """What is said where a message deviates from the published schema and not from a draft in the same namespace."""
    catalogue = load_catalogue(version)
    shared = [part for part in lifted.parts if part.root.namespace in catalogue.draft_versions[version]]
    if shared and not _deviates(_judged(data, lifted.file, catalogue, lifted.document)):
        part = shared[0]
        message = f"the {part.root.name} fits {catalogue.versions[version].label} ({version}) and not what was published; it was read as published"
        yield finding("version-assumed", message, file=lifted.file, line=part.element.sourceline, xpath=lifted.xpaths[part.node])


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
