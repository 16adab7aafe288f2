"""Makes SKOS concepts from lists of numbers and names, and links terms to the canonical model by name.

What each list is stands in `ontology/codes/schemes.ttl`. Called by the commands in `ontology/README.md`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import rdflib
from rdflib import RDF, SKOS

from cimrdf.namespaces import MODEL, SAWSDL
from cimrdf.schema.turtle_writer import Pair, TurtleWriter, text
from cimrdf.schema.xsd_names import code_iri

_MODEL = rdflib.Namespace(MODEL)
_REFERENCE = rdflib.URIRef(SAWSDL + "modelReference")

#: Notes of a list that people who rely on a code should read.
_DOUBT = re.compile("so in ESPI|ESPI lists|ESPI prints")

#: The model files of the reference, by the name that the links are grouped under.
_MODELS = ("cim14_pycim.ttl", "cim15_pycim.ttl", "cim17_merged_iec61968.ttl", "cim17v40_full.ttl", "cim18v15.ttl")


def build_codes(lists: Path, output: Path) -> dict[Path, int]:
    """Write the concepts of the schemes in `output/schemes.ttl` from the lists they name; tells how many are in which file.

    Raises:
        ValueError: a scheme names a list that has no such part.
    """
    graph = rdflib.Graph().parse(output / "schemes.ttl")
    groups: dict[str, list[rdflib.term.Node]] = {}
    for scheme in graph.subjects(RDF.type, SKOS.ConceptScheme):
        if graph.value(scheme, _MODEL.codeFile) is not None:
            groups.setdefault(str(scheme).partition("#")[0] + "#", []).append(scheme)
    written: dict[Path, int] = {}
    for base, schemes in sorted(groups.items()):
        ordered = sorted(schemes, key=lambda scheme: int(str(graph.value(scheme, _MODEL.position))))
        out = TurtleWriter({base.rstrip("#").rpartition("/")[2]: base})
        count = sum(_add_scheme(out, str(scheme), _rows(lists, graph, scheme)) for scheme in ordered)
        path = output / f"{base.rstrip('#').rpartition('/')[2]}.ttl"
        files = sorted({str(graph.value(scheme, _MODEL.codeFile)) for scheme in schemes})
        path.write_text(out.document([f"Codes: generated from {', '.join(files)} by the schemes in schemes.ttl, do not edit."]), encoding="utf-8")
        written[path] = count
    return written


def _rows(lists: Path, graph: rdflib.Graph, scheme: rdflib.term.Node) -> list[tuple[str, str, str]]:
    """Code, name and note of a scheme's rows: the first column of a list says which part a row belongs to."""
    part = str(graph.value(scheme, _MODEL.codePart))
    path = lists / str(graph.value(scheme, _MODEL.codeFile))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [(row[1], row[2], row[3] if len(row) > 3 else "") for row in csv.reader(stream) if row and row[0] == part]
    if not rows:
        raise ValueError(f"{path}: no row is of the part {part}, which {scheme} names")
    return rows


def _add_scheme(out: TurtleWriter, scheme: str, rows: Iterable[tuple[str, str, str]]) -> int:
    """Add the concepts of a scheme; a code that has several names stands there once, marked."""
    names: dict[str, list[str]] = {}
    notes: dict[str, str] = {}
    for code, name, note in rows:
        names.setdefault(code, []).append(name)
        if _DOUBT.search(note):
            notes[code] = note
    for code, found in names.items():
        duplicate = len(found) > 1
        note = f"the source gives {len(found)} names to this number" if duplicate else notes.get(code, "")
        doubtful = duplicate or (code in notes and "corrected" not in note)
        pairs: list[Pair] = [
            ("a", "skos:Concept"),
            ("skos:notation", text(code)),
            ("skos:prefLabel", text(found[0])),
            ("skos:altLabel", ", ".join(text(name) for name in found[1:])),
            ("skos:inScheme", out.iri(scheme)),
            ("skos:broader", _category(out, scheme, code)),
            ("model:confidence", text("LOW") if doubtful else ""),
            ("skos:editorialNote", text(note) if note else ""),
        ]
        out.add(code_iri(scheme, code), pairs)
    return len(names)


def _category(out: TurtleWriter, scheme: str, code: str) -> str:
    """The category of a quality code."""
    base, mark, _ = scheme.partition("#categoryIndex")
    return out.iri(code_iri(f"{base}#category", code.partition(".")[0])) if mark else ""


# ---------------------------------------------------------------------- canonical model


def build_canonical(models: Path, ontology: Path, output: Path) -> int:
    """Link the terms of the CIM profiles to those of the canonical models that have the same name, and these to later ones.

    Only names that both have count, class included: `Meter.serialNumber` is not the `Asset.serialNumber` that it comes from.
    A canonical term is linked to the next edition that has its name. Returns the number of links.
    """
    known = _names(models / name for name in _MODELS)
    out = TurtleWriter({"cim-2009": "https://w3id.org/cimrdf/cim-2009#"})
    count = 0
    for term in sorted({*_referring(ontology), *_canonical(ontology)}):
        namespace, _, name = term.partition("#")
        later = [*known][[*known].index(f"{namespace}#") + 1 :] if f"{namespace}#" in known else [*known]
        links = [other + name for other in later if name in known[other]]
        if f"{namespace}#" in known:
            del links[1:]
        if links:
            out.add(term, [("skos:exactMatch", ", ".join(out.iri(link) for link in links))])
            count += len(links)
    about = "Terms of the CIM profiles in the canonical models, and of these in later ones: generated from the names that both have, do not edit."
    output.write_text(out.document([about]), encoding="utf-8")
    return count


def _canonical(ontology: Path) -> set[str]:
    """The classes and properties of the canonical models that are here."""
    graphs = [rdflib.Graph().parse(file) for file in sorted((ontology / "cim/canonical").glob("*.ttl"))]
    return {str(term) for graph in graphs for term in graph.subjects(rdflib.RDFS.isDefinedBy)}


def _names(files: Iterable[Path]) -> Mapping[str, set[str]]:
    """The local names that files declare, by namespace; the files have one subject a paragraph and one namespace of their own."""
    found: dict[str, set[str]] = {}
    for file in files:
        content = file.read_text(encoding="utf-8")
        namespace = re.search(r"^@prefix cim: <(.*)> \.$", content, re.MULTILINE)
        if namespace is None:
            raise ValueError(f"{file}: it declares no prefix cim")
        found.setdefault(namespace[1], set()).update(re.findall(r"^cim:([\w.-]+) a ", content, re.MULTILINE))
    return found


def _referring(ontology: Path) -> set[str]:
    """The classes and properties of the published CIM profiles whose schema names a canonical counterpart."""
    terms: set[str] = set()
    for file in [
        path for folder in ("cim/2009", "cim/2013") for path in sorted((ontology / folder).glob("*.ttl")) if not path.name.endswith(".model.ttl")
    ]:
        graph = rdflib.Graph().parse(file)
        terms |= {str(term) for term in graph.subjects(_REFERENCE) if (term, RDF.type, SKOS.Concept) not in graph}
    return terms
