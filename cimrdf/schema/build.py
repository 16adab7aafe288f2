"""Builds the two files of a schema: `X.ttl`, the vocabulary, and `X.model.ttl`, the content model.

`cimrdf vocabulary build` calls this; so do the commands in `ontology/README.md`. Which IRIs a namespace gets is data
(`ontology/bases.ttl`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import rdflib
from rdflib.namespace import DCTERMS

from cimrdf._files import data_folder
from cimrdf.namespaces import BASE, MODEL
from cimrdf.schema.count import count_table
from cimrdf.schema.model import Attribute, Complex, Element, Group, Particle, Schema
from cimrdf.schema.operations import write_operations
from cimrdf.schema.turtle import Document, write_model, write_vocabulary
from cimrdf.schema.xsd import Bases, Reading, read

__all__ = ["KnownNamespace", "apply_strict", "build", "build_operations", "count_table", "known_namespaces"]

_MODEL = rdflib.Namespace(MODEL)


@dataclass(frozen=True, slots=True)
class KnownNamespace:
    """What `ontology/bases.ttl` says of a target namespace; `stem` names its files."""

    bases: Bases
    version: str
    title: str
    stem: str


def known_namespaces(folder: Path | None = None) -> dict[str, KnownNamespace]:
    """The namespaces that have IRIs of their own, by name.

    Drafts have the namespaces of what was published later. `folder`, where the files go, tells which is meant.

    Raises:
        FileNotFoundError: the installation lacks its data.
    """
    graph = rdflib.Graph()
    with (data_folder("ontology") / "bases.ttl").open("rb") as stream:
        graph.parse(stream, format="turtle")
    found: dict[str, KnownNamespace] = {}
    for node, namespace in sorted(graph.subject_objects(_MODEL.namespace)):
        own = graph.value(node, _MODEL.folder)
        if own is None and str(namespace) in found:
            continue
        if own is None or (folder is not None and f"/{folder.as_posix()}".endswith(f"/{own}")):
            found[str(namespace)] = KnownNamespace(
                Bases(str(node), str(graph.value(node, _MODEL.terms))),
                str(graph.value(node, _MODEL.version)),
                str(graph.value(node, DCTERMS.title)),
                str(graph.value(node, _MODEL.stem)),
            )
    return found


def build(files: Sequence[Path], output: Path, roots: Collection[str] = (), strict: Path | None = None) -> dict[Path, Schema]:
    """Write vocabulary and content model of every target namespace in the files, and tell which schema is in which.

    The namespace of the first file goes to `output` (`X.ttl` and `X.model.ttl`), the others beside it. `strict` is an
    overlay: a Turtle file that gives terms the lower bounds of a stricter edition of the schema.

    Raises:
        SchemaError: a schema is broken, or lacks a global element named in `roots`.
        ValueError: `output` is not a `.ttl` file, or the overlay names a term that the schemas do not have.
    """
    if output.suffix != ".ttl" or output.name.endswith(".model.ttl"):
        raise ValueError(f"{output}: the output must be named X.ttl; its content model is then X.model.ttl")
    known = known_namespaces(output.parent)
    reading = read(files, {namespace: item.bases for namespace, item in known.items()}, roots)
    if strict is not None:
        graph = rdflib.Graph().parse(strict, format="turtle")
        reading = replace(reading, schemas=apply_strict(reading.schemas, graph))
    output.parent.mkdir(parents=True, exist_ok=True)
    written: dict[Path, Schema] = {}
    for place, schema in enumerate(reading.schemas):
        document, stem = _document(schema.namespace, known.get(schema.namespace), reading)
        path = output if place == 0 else output.with_name(f"{stem}.ttl")
        path.write_text(write_vocabulary(schema, document, reading), encoding="utf-8")
        model = path.with_suffix(".model.ttl")
        model.write_text(write_model(schema, document), encoding="utf-8")
        written |= {path: schema, model: schema}
    return written


def build_operations(files: Sequence[Path], output: Path) -> int:
    """Write the operations that servers declare, each file (a WSDL, or the schema of an endpoint) being one; returns their number.

    Raises:
        SchemaError: a file is broken.
        ValueError: no version has its files in the output's folder.
    """
    known = known_namespaces(output.parent)
    versions = {
        item.version for item in known.values() if item.version.replace("-", "/").endswith(f"{output.parent.parent.name}/{output.parent.name}")
    }
    if len(versions) != 1:
        raise ValueError(f"{output}: the output must be in the folder of a version, such as multispeak/4.1")
    (version,) = versions
    output.parent.mkdir(parents=True, exist_ok=True)
    text = write_operations(files, f"{version}/operations#", version, {name: item.bases for name, item in known.items() if item.version == version})
    output.write_text(text, encoding="utf-8")
    return text.count(" a model:Operation ;")


def _document(namespace: str, known: KnownNamespace | None, reading: Reading) -> tuple[Document, str]:
    """What the files of a namespace say of themselves, and their stem."""
    source = ", ".join(reading.files.get(namespace, ()))
    bases = reading.bases[namespace]
    prefixes = _prefixes(reading)
    if known is not None:
        return Document(bases, known.version, known.title, source, prefixes), known.stem
    version = bases.terms.rstrip("#")
    return Document(bases, version, namespace, source, prefixes), version.rpartition("/")[2]


def _prefixes(reading: Reading) -> dict[str, str]:
    """A prefix for each of our IRI bases: `multispeak-5.0/gml#` is `multispeak-5.0-gml:`."""
    found = [iri for bases in reading.bases.values() for iri in (bases.terms, bases.model)]
    return {iri.removeprefix(BASE).rstrip("#").replace("/", "-"): iri for iri in sorted(found) if iri.startswith(BASE)}


# ---------------------------------------------------------------------- strict overlay


def apply_strict(schemas: Sequence[Schema], overlay: rdflib.Graph) -> list[Schema]:
    """Put the lower bounds of an overlay (`model:strictMinOccurs`, `model:strictUse` of terms) into content models.

    Raises:
        ValueError: the overlay names a term that is not in the schemas, or another use than required and optional.
    """
    minima = {str(term): int(str(value)) for term, value in overlay.subject_objects(_MODEL.strictMinOccurs)}
    uses = {str(term): str(value) for term, value in overlay.subject_objects(_MODEL.strictUse)}
    wrong = sorted(set(uses.values()) - {"required", "optional"})
    if wrong:
        raise ValueError(f"strict overlay: model:strictUse is {wrong[0]!r}; write required or optional")
    members = [item for schema in schemas for complex_type in schema.complex_types.values() for item in _members(complex_type)]
    elements = {item.term for item in members if isinstance(item, Element)}
    attributes = {item.term for item in members if isinstance(item, Attribute)}
    for term in sorted({*minima} - elements | {*uses} - attributes):
        raise ValueError(f"strict overlay: no element or attribute has the term {term}; correct the overlay")
    return [replace(schema, complex_types={iri: _strict(item, minima, uses) for iri, item in schema.complex_types.items()}) for schema in schemas]


def _members(item: Complex) -> list[Particle | Attribute]:
    return [*(item.content.walk() if item.content is not None else ()), *item.attributes]


def _strict(item: Complex, minima: Mapping[str, int], uses: Mapping[str, str]) -> Complex:
    attributes = tuple(replace(use, strict_required=uses[use.term] == "required") if use.term in uses else use for use in item.attributes)
    content = None if item.content is None else _strict_group(item.content, minima)
    return replace(item, attributes=attributes, content=content)


def _strict_group(group: Group, minima: Mapping[str, int]) -> Group:
    particles: list[Particle] = []
    for particle in group.particles:
        if isinstance(particle, Group):
            particles.append(_strict_group(particle, minima))
        elif isinstance(particle, Element) and particle.term in minima:
            particles.append(replace(particle, strict_min_occurs=minima[particle.term]))
        else:
            particles.append(particle)
    return replace(group, particles=tuple(particles))
