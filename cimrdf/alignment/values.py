"""Value maps: SKOS concept schemes with mapping statements, as statements for the rules to look up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cimrdf._files import data_folder
from cimrdf.alignment.rows import turtle_files
from cimrdf.findings import Refused, finding
from cimrdf.namespaces import MAP, RDF_TYPE, RDFS, SKOS, VALUES
from cimrdf.schema.lift import Node, Triple
from cimrdf.turtle import Statements, read_turtle

_DECLARED = re.compile(r"^values:([\w.-]+)\s+a\s+map:ValueMap\b", re.MULTILINE)


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
def _files() -> dict[str, str]:
    """The names of the files of value maps, by the IRIs that are declared in them: `values:NAME a map:ValueMap` begins each map."""
    found: dict[str, str] = {}
    for file in turtle_files(data_folder("alignments") / "values"):
        found.update(dict.fromkeys((VALUES + name for name in _DECLARED.findall(file.read_text(encoding="utf-8"))), file.name))
    return found


@cache
def _maps_in(name: str) -> dict[str, ValueMap]:
    graph = read_turtle((data_folder("alignments") / "values" / name).read_bytes())
    members: dict[str, list[str]] = {}
    for concept, scheme in graph.subject_objects(SKOS + "inScheme"):
        members.setdefault(scheme, []).append(concept)
    return {subject: _value_map(graph, subject, members) for subject in graph.subjects(RDF_TYPE, MAP + "ValueMap")}


def value_maps() -> dict[str, ValueMap]:
    """Every value map that is installed, by IRI."""
    return {iri: _maps_in(file)[iri] for iri, file in _files().items()}


def _value_map(graph: Statements, subject: str, members: Mapping[str, Sequence[str]]) -> ValueMap:
    (left,), (right,) = graph.objects(subject, MAP + "left"), graph.objects(subject, MAP + "right")
    triples = [Triple(Node(subject), MAP + "left", Node(left)), Triple(Node(subject), MAP + "right", Node(right))]
    codes: dict[str, list[str]] = {"left": [], "right": []}
    to_right: dict[str, str] = {}
    to_left: dict[str, str] = {}
    for name, scheme in (("left", left), ("right", right)):
        for concept in members.get(scheme, ()):
            (notation,) = graph.objects(concept, SKOS + "notation")
            codes[name].append(notation)
            triples.append(Triple(Node(concept), SKOS + "inScheme", Node(scheme)))
            triples.append(Triple(Node(concept), SKOS + "notation", notation))
            for relation in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch"):
                for match in graph.objects(concept, SKOS + relation):
                    triples.append(Triple(Node(concept), SKOS + relation, Node(match)))
                    (across,) = graph.objects(match, SKOS + "notation")
                    if relation != "narrowMatch":
                        to_right[notation] = across
                    if relation != "broadMatch":
                        to_left[across] = notation
    label = graph.value(subject, RDFS + "label") or ""
    return ValueMap(subject, label, to_right, to_left, tuple(sorted(codes["left"])), tuple(sorted(codes["right"])), tuple(triples))


def value_map_triples(names: Iterable[str]) -> list[Triple]:
    """The statements of some value maps; only the files that hold them are read.

    Raises:
        Refused: a row names a value map that does not exist. Without it, values would vanish.
    """
    wanted = list(names)
    missing = [name for name in wanted if name not in _files()]
    if missing:
        raise Refused(finding("row-dangling", f"there is no value map {', '.join(missing)}"))
    return [triple for name in wanted for triple in _maps_in(_files()[name])[name].triples]
