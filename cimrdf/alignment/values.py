"""Value maps: SKOS concept schemes with mapping statements, as statements for the rules to look up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import rdflib

from cimrdf._files import data_folder
from cimrdf.alignment.rows import turtle_files
from cimrdf.findings import Refused, finding
from cimrdf.namespaces import MAP, SKOS
from cimrdf.schema.lift import Node, Triple

_MAP, _SKOS = rdflib.Namespace(MAP), rdflib.Namespace(SKOS)


@dataclass(frozen=True, slots=True)
class ValueMap:
    """A value map: codes of each side with their counterparts in each direction, and the statements that say so."""

    iri: str
    label: str
    to_right: dict[str, str]
    to_left: dict[str, str]
    left_codes: tuple[str, ...]
    right_codes: tuple[str, ...]
    triples: tuple[Triple, ...]


@cache
def value_maps() -> dict[str, ValueMap]:
    """Every value map that is installed, by IRI."""
    graph = rdflib.Graph()
    for file in turtle_files(data_folder("alignments") / "values"):
        with file.open("rb") as stream:
            graph.parse(stream, format="turtle")
    return {str(subject): _value_map(graph, subject) for subject in graph.subjects(rdflib.RDF.type, _MAP.ValueMap)}


def _value_map(graph: rdflib.Graph, subject: rdflib.term.Node) -> ValueMap:
    left, right = graph.value(subject, _MAP.left), graph.value(subject, _MAP.right)
    triples = [Triple(Node(subject), MAP + "left", Node(left)), Triple(Node(subject), MAP + "right", Node(right))]
    codes: dict[str, list[str]] = {"left": [], "right": []}
    to_right: dict[str, str] = {}
    to_left: dict[str, str] = {}
    for name, scheme in (("left", left), ("right", right)):
        for concept in graph.subjects(_SKOS.inScheme, scheme):
            notation = str(graph.value(concept, _SKOS.notation))
            codes[name].append(notation)
            triples.append(Triple(Node(concept), SKOS + "inScheme", Node(scheme)))
            triples.append(Triple(Node(concept), SKOS + "notation", notation))
            for relation in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch"):
                for match in graph.objects(concept, _SKOS[relation]):
                    triples.append(Triple(Node(concept), SKOS + relation, Node(match)))
                    across = str(graph.value(match, _SKOS.notation))
                    if relation != "narrowMatch":
                        to_right[notation] = across
                    if relation != "broadMatch":
                        to_left[across] = notation
    label = str(graph.value(subject, rdflib.RDFS.label) or "")
    return ValueMap(str(subject), label, to_right, to_left, tuple(sorted(codes["left"])), tuple(sorted(codes["right"])), tuple(triples))


def value_map_triples(names: Iterable[str]) -> list[Triple]:
    """The statements of some value maps.

    Raises:
        Refused: a row names a value map that does not exist. Without it, values would vanish.
    """
    maps = value_maps() if (wanted := list(names)) else {}
    missing = [name for name in wanted if name not in maps]
    if missing:
        raise Refused(finding("row-dangling", f"there is no value map {', '.join(missing)}"))
    return [triple for name in wanted for triple in maps[name].triples]
