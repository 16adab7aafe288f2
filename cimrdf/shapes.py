"""Holds a graph to the SHACL shapes of `shapes/`, with pySHACL.

Literals of our graphs are plain; for validation a twin of the graph gets the datatypes of the schema, as they stand.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import rdflib
from rdflib import Literal, URIRef

from cimrdf._files import data_folder
from cimrdf.alignment.rows import turtle_files
from cimrdf.findings import Finding, finding
from cimrdf.namespaces import RDF_TYPE, SH, XSD, compact
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.lift import Node
from cimrdf.turtle import read_turtle

_SH = rdflib.Namespace(SH)

#: Datatypes whose plain form is kept: a string needs none.
_PLAIN = (XSD + "string", XSD + "anySimpleType", XSD + "anyType")

Statements = Iterable[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Violation:
    """One result of a validation: the node, the property and value at fault, and what the shape says."""

    node: str
    predicate: str | None
    value: str | None
    violated: bool
    message: str
    shape: str


@cache
def _shapes() -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in turtle_files(data_folder("shapes")):
        graph += read_turtle(file.read_bytes())
    return graph


@cache
def _target_classes() -> frozenset[str]:
    return frozenset(str(value) for value in _shapes().objects(None, _SH.targetClass))


def typed_graph(statements: Statements, catalogue: Catalogue) -> rdflib.Graph:
    """A graph whose literals have the datatypes of the schema; lexical forms stay as they are."""
    graph = rdflib.Graph()
    # rdflib logs a traceback for every value outside its type; the shapes say so in their own words.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    for subject, predicate, value in statements:
        if isinstance(value, Node):
            graph.add((URIRef(subject), URIRef(predicate), URIRef(value)))
            continue
        datatype = catalogue.datatype(predicate)
        literal = Literal(value) if datatype is None or datatype in _PLAIN else Literal(value, datatype=URIRef(datatype), normalize=False)
        graph.add((URIRef(subject), URIRef(predicate), literal))
    return graph


def violations(statements: Statements, catalogue: Catalogue) -> list[Violation]:
    """What the shapes have to say about a graph; nothing is loaded where no shape concerns it."""
    found = list(statements)
    if not any(predicate == RDF_TYPE and value in _target_classes() for _, predicate, value in found):
        return []
    import pyshacl

    _, report, _ = pyshacl.validate(typed_graph(found, catalogue), shacl_graph=_shapes(), inference="none")
    results = []
    for result in report.subjects(rdflib.RDF.type, _SH.ValidationResult):
        shape = report.value(result, _SH.sourceShape)
        value, path = report.value(result, _SH.value), report.value(result, _SH.resultPath)
        results.append(
            Violation(
                str(report.value(result, _SH.focusNode)),
                None if path is None else str(path),
                None if value is None else str(value),
                report.value(result, _SH.resultSeverity) == _SH.Violation,
                str(report.value(result, _SH.resultMessage) or ""),
                str(shape),
            )
        )
    return sorted(results, key=lambda item: (item.node, item.shape, item.value or ""))


def violation_finding(violation: Violation, file: str | None, line: int | None, xpath: str | None, row: str | None) -> Finding:
    """A violation as a finding at a place."""
    found = f" Found {violation.value[:60]!r}." if violation.value is not None else ""
    code = "shape-violated" if violation.violated else "shape-doubtful"
    return finding(code, violation.message + found, file=file, line=line, xpath=xpath, row=row, schema=compact(violation.shape))
