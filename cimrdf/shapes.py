"""Holds a graph to the SHACL shapes of `shapes/`, with pySHACL.

Literals of our graphs are plain; for validation a twin of the graph gets the datatypes of the schema, as they stand.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cimrdf._files import data_folder
from cimrdf.alignment.rows import turtle_files
from cimrdf.findings import Finding, finding
from cimrdf.namespaces import RDF_TYPE, SH, XSD, compact
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.lift import Node
from cimrdf.turtle import Statements, Vocabulary, read_turtle

if TYPE_CHECKING:
    import rdflib

_SH = Vocabulary(SH)

#: Datatypes whose plain form is kept: a string needs none.
_PLAIN = (XSD + "string", XSD + "anySimpleType", XSD + "anyType")

Triples = Iterable[tuple[str, str, str]]


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
def _shapes() -> Statements:
    return read_turtle(*(file.read_bytes() for file in turtle_files(data_folder("shapes"))))


@cache
def _target_classes() -> frozenset[str]:
    return frozenset(_shapes().objects(None, _SH.targetClass))


#: Constraints that are seen to hold without pySHACL, and what says nothing about values.
_SIMPLE = {_SH[name] for name in ("path", "pattern", "minCount", "lessThanOrEquals", "severity", "message")}
#: Times that compare as their texts do, those of one zone among each other.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?")


def _clearly_hold(found: Sequence[tuple[str, str, str]]) -> bool:
    """Whether all shapes hold for certain; where that takes more than reading values, the answer is no, and pySHACL decides."""
    values: dict[tuple[str, str], list[str]] = {}
    for subject, predicate, value in found:
        values.setdefault((subject, predicate), []).append(value)
    shapes = _shapes()
    for shape, target in shapes.subject_objects(_SH.targetClass):
        nodes = [subject for subject, predicate, value in found if predicate == RDF_TYPE and value == target]
        if not nodes:
            continue
        about = shapes.by_subject[shape]
        if any(key.startswith(_SH) and key not in (_SH.targetClass, _SH.property) for key in about):
            return False
        if not all(_clearly_holds(prop, node, values) for prop in about.get(_SH.property, ()) for node in nodes):
            return False
    return True


def _clearly_holds(prop: str, node: str, values: Mapping[tuple[str, str], Sequence[str]]) -> bool:
    shapes = _shapes()
    about = shapes.by_subject[prop]
    if any(key.startswith(_SH) and key not in _SIMPLE for key in about):
        return False
    (path,) = about[_SH.path]
    reached: list[str] = [node]
    for step in shapes.items(path) or [path]:
        reached = [value for item in reached for value in values.get((item, step), ())]
    if any(len(set(reached)) < int(minimum) for minimum in about.get(_SH.minCount, ())):
        return False
    if any(not re.search(pattern, value) for pattern in about.get(_SH.pattern, ()) for value in reached):
        return False
    later = [value for other in about.get(_SH.lessThanOrEquals, ()) for value in values.get((node, other), ())]
    return all(_in_order(value, limit) for value in reached for limit in later)


def _in_order(earlier: str, later: str) -> bool:
    """Whether two times are in order and compare as their texts do."""
    one, other = _TIME.fullmatch(earlier), _TIME.fullmatch(later)
    return one is not None and other is not None and one[1] == other[1] and earlier <= later


def typed_graph(statements: Triples, catalogue: Catalogue) -> rdflib.Graph:
    """A graph whose literals have the datatypes of the schema; lexical forms stay as they are.

    A text that is no value of its datatype stays a string: rdflib cannot compare two such literals.
    """
    import rdflib
    from rdflib import Literal, URIRef

    graph = rdflib.Graph()
    # rdflib logs a traceback for every value outside its type; the shapes say so in their own words.
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    for subject, predicate, value in statements:
        if isinstance(value, Node):
            graph.add((URIRef(subject), URIRef(predicate), URIRef(value)))
            continue
        datatype = catalogue.datatype(predicate)
        plain = Literal(value)
        typed = plain if datatype is None or datatype in _PLAIN else Literal(value, datatype=URIRef(datatype), normalize=False)
        graph.add((URIRef(subject), URIRef(predicate), plain if typed.value is None else typed))
    return graph


def violations(statements: Triples, catalogue: Catalogue) -> list[Violation]:
    """What the shapes have to say about a graph: pySHACL says it, and is asked where a shape does not clearly hold."""
    found = list(statements)
    if not any(predicate == RDF_TYPE and value in _target_classes() for _, predicate, value in found) or _clearly_hold(found):
        return []
    return _violations(found, catalogue)


def _violations(found: Triples, catalogue: Catalogue) -> list[Violation]:
    """The results of pySHACL."""
    import pyshacl
    import rdflib

    sh = rdflib.Namespace(SH)
    shapes = rdflib.Graph()
    for file in turtle_files(data_folder("shapes")):
        shapes.parse(data=file.read_bytes(), format="turtle")
    _, report, _ = pyshacl.validate(typed_graph(found, catalogue), shacl_graph=shapes, inference="none")
    results = []
    for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
        shape = report.value(result, sh.sourceShape)
        value, path = report.value(result, sh.value), report.value(result, sh.resultPath)
        results.append(
            Violation(
                str(report.value(result, sh.focusNode)),
                None if path is None else str(path),
                None if value is None else str(value),
                report.value(result, sh.resultSeverity) == sh.Violation,
                str(report.value(result, sh.resultMessage) or ""),
                str(shape),
            )
        )
    return sorted(results, key=lambda item: (item.node, item.shape, item.value or ""))


def violation_finding(violation: Violation, file: str | None, line: int | None, xpath: str | None, row: str | None) -> Finding:
    """A violation as a finding at a place."""
    found = f" Found {violation.value[:60]!r}." if violation.value is not None else ""
    code = "shape-violated" if violation.violated else "shape-doubtful"
    return finding(code, violation.message + found, file=file, line=line, xpath=xpath, row=row, schema=compact(violation.shape))
