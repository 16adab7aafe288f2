"""Validates one message: its schema (XSD) and its meaning (SHACL), with findings that point into the XML."""

from __future__ import annotations

from pathlib import Path

from cimrdf.engine.reading import read_message
from cimrdf.findings import Finding, Refused, finding
from cimrdf.schema.catalogue import catalogue_of, load_catalogue
from cimrdf.schema.lift import Lifted
from cimrdf.shapes import Violation, violation_finding, violations


def validate(source: str | Path | bytes, schema: str | None = None) -> list[Finding]:
    """The findings of one message: what its schema and the shapes say; empty where all is well.

    Args:
        source: a path, `-` for standard input, or the bytes of the document.
        schema: the version that the message must be of, e.g. `cim-2013`; any that is loaded where it is None.

    >>> import cimrdf
    >>> cimrdf.validate(cimrdf.example("meter-readings-cim-2013.xml"))
    []

    Raises:
        Refused: the document cannot be read, or is not of the version asked for.
    """
    catalogue = load_catalogue() if schema is None else catalogue_of(schema)
    if schema is not None and schema not in catalogue.versions:
        raise Refused(finding("version-unknown", f"there is no version {schema!r}; there are {', '.join(catalogue.versions)}"))
    lifted = read_message(source, catalogue)
    versions = [found.name for part in lifted.parts if (found := catalogue.version_of(part.root.namespace)) is not None]
    if schema is not None and schema not in versions:
        first = lifted.parts[0]
        message = f"the message is of {' and '.join(dict.fromkeys(versions))}, not of {schema}"
        place = lifted.xpaths[first.node]
        raise Refused(finding("root-unknown", message, file=lifted.file, line=first.element.sourceline, xpath=place), others=lifted.findings)
    statements = [(triple.subject, triple.predicate, triple.object) for triple in lifted.triples]
    return [*lifted.findings, *(_finding(item, lifted) for item in violations(statements, catalogue))]


def _finding(violation: Violation, lifted: Lifted) -> Finding:
    """A violation as a finding, at the value in the document, else at its object."""
    leaf = next(
        (leaf for leaf in lifted.leaves if (leaf.subject, leaf.predicate, leaf.value) == (violation.node, violation.predicate, violation.value)), None
    )
    node = next((node for node in lifted.xpaths if node == violation.node), None)
    xpath = leaf.xpath if leaf is not None else lifted.xpaths[node] if node is not None else None
    line = leaf.line if leaf is not None else lifted.elements[node].sourceline if node is not None else None
    return violation_finding(violation, lifted.file, line, xpath, None)
