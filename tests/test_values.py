"""The value maps of `alignments/values`: that they parse, hold together and look up one code from one code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib import RDF, SKOS, Literal, URIRef

from cimrdf.namespaces import MAP, VALUES

FILES = sorted((Path(__file__).parent.parent / "alignments" / "values").glob("*.ttl"))
UOM_COUNT = 183  # values of `uom` in MultiSpeak 4.1.6
TO_RIGHT = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch)
TO_LEFT = (SKOS.exactMatch, SKOS.closeMatch, SKOS.narrowMatch)
MATCHES = (*TO_RIGHT, SKOS.narrowMatch)


@cache
def values() -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in FILES:
        graph.parse(file)
    return graph


def concepts(scheme: URIRef) -> dict[str, URIRef]:
    found = {str(values().value(c, SKOS.notation)): URIRef(str(c)) for c in values().subjects(SKOS.inScheme, scheme)}
    assert len(found) == len(list(values().subjects(SKOS.inScheme, scheme))), f"a notation stands twice in {scheme}"
    return found


def sides(name: str) -> tuple[URIRef, URIRef]:
    left, right = (values().value(URIRef(VALUES + name), URIRef(MAP + side)) for side in ("left", "right"))
    return URIRef(str(left)), URIRef(str(right))


def map_names() -> list[str]:
    return sorted(str(m).removeprefix(VALUES) for m in values().subjects(RDF.type, URIRef(MAP + "ValueMap")))


def pairs(name: str, relations: tuple[URIRef, ...]) -> Iterator[tuple[str, str]]:
    left, right = sides(name)
    known = {concept: code for code, concept in concepts(right).items()}
    for code, concept in concepts(left).items():
        for relation in relations:
            for match in values().objects(concept, relation):
                yield code, known[URIRef(str(match))]  # a match outside the right scheme is a KeyError


def look_up(name: str) -> tuple[dict[str, str], dict[str, str]]:
    return dict(pairs(name, TO_RIGHT)), {r: left for left, r in pairs(name, TO_LEFT)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_parses_the_same_in_both_libraries(file: Path) -> None:
    ours = pyoxigraph.parse(path=file, format=pyoxigraph.RdfFormat.TURTLE)
    assert len(rdflib.Graph().parse(file)) == len(set(ours)) > 0


def test_notations_are_plain() -> None:
    for concept in values().subjects(RDF.type, SKOS.Concept):
        (notation,) = values().objects(concept, SKOS.notation)
        assert isinstance(notation, Literal) and notation.language is None and notation.datatype is None, concept
        assert len(list(values().objects(concept, SKOS.inScheme))) == 1, concept


@pytest.mark.parametrize("name", map_names())
def test_map_is_functional_both_ways(name: str) -> None:
    for scheme in sides(name):
        assert (scheme, RDF.type, SKOS.ConceptScheme) in values() and concepts(scheme)
    forward, back = list(pairs(name, TO_RIGHT)), list(pairs(name, TO_LEFT))
    assert forward and len({left for left, _ in forward}) == len(forward)
    assert len({right for _, right in back}) == len(back)


@pytest.mark.parametrize("name", map_names())
def test_a_code_without_counterpart_says_why(name: str) -> None:
    reached = {code for code, _ in pairs(name, MATCHES)}, {code for _, code in pairs(name, MATCHES)}
    for scheme, found in zip(sides(name), reached, strict=True):
        for code, concept in concepts(scheme).items():
            assert code in found or values().value(concept, SKOS.note), concept


def test_statements_are_made_on_the_left() -> None:
    lefts = {sides(name)[0] for name in map_names()}
    for relation in MATCHES:
        assert {values().value(s, SKOS.inScheme) for s in values().subjects(relation)} <= lefts


def test_every_unit_of_measure_is_listed() -> None:
    assert len(concepts(sides("unit-of-measure")[1])) == UOM_COUNT


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("unit-of-measure", "3.72", "kWh"), ("unit-of-measure", "-3.38", "mW"), ("unit-of-measure", "6.38", "MW"),
        ("unit-of-measure", "0.5", "Amps"), ("unit-of-measure", "2.119", "ccf"), ("reading-behaviour", "0.4", "6.7"),
        ("reading-period", "0.2", "2"), ("reading-period", "11.0", "11"), ("measurement-kind", "12", "0.12"),
        ("flow-direction", "19", "19"), ("unit", "72", "72"), ("message-context", "STUDY", "Study"),
        ("reading-quality-system", "2", "2"), ("field-name", "0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0", "PosKWh"),
    ],
)  # fmt: skip
def test_looks_up_both_ways(name: str, left: str, right: str) -> None:
    forward, back = look_up(name)
    assert (forward[left], back[right]) == (right, left)


@pytest.mark.parametrize(("name", "right", "left"), [("unit-of-measure", "V RMS", "0.29"), ("reading-behaviour", "0.4", "0.4")])
def test_looks_up_one_way(name: str, right: str, left: str) -> None:
    forward, back = look_up(name)
    assert back[right] == left and forward[left] != right
