"""Builds the two files of a schema or CIM profile: `X.ttl`, the vocabulary, and `X.model.ttl`, the content model.

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
from cimrdf.schema.cim_files import is_rdf, read_cim_files
from cimrdf.schema.cim_model import CimModel
from cimrdf.schema.cim_vocabulary import write_cim_vocabulary
from cimrdf.schema.definitions import Definitions, read_definitions
from cimrdf.schema.model import Attribute, Complex, Element, Group, Particle, Schema
from cimrdf.schema.operations import write_operations
from cimrdf.schema.turtle import Document, write_model, write_vocabulary
from cimrdf.schema.xsd import Bases, Reading, SchemaError, read
from cimrdf.schema.xsd_names import derived_bases

__all__ = ["KnownNamespace", "Written", "apply_strict", "build", "build_operations", "known_namespaces"]

_MODEL = rdflib.Namespace(MODEL)


@dataclass(frozen=True, slots=True)
class KnownNamespace:
    """What `ontology/bases.ttl` says of a target namespace; `stem` names its files."""

    bases: Bases
    version: str
    title: str
    stem: str
    status: str = "published"


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
                str(graph.value(node, _MODEL.status) or "published"),
            )
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: the namespace whose terms are in it, and how many types (or classes) that has."""

    path: Path
    namespace: str
    types: int


def build(
    files: Sequence[Path], output: Path, roots: Collection[str] = (), strict: Path | None = None, definitions: Path | None = None
) -> list[Written]:
    """Write vocabulary and content model of every target namespace in schemas and profiles, or the vocabulary of a CIM model.

    The namespace of the first file goes to `output` (`X.ttl` and `X.model.ttl`), the others beside it. A CIM model has no
    content model; beside profiles it is what they restrict. `roots` keeps only these global elements (of a CIM model:
    these classes and packages) and what they need. `strict` is an overlay: a Turtle file that gives terms the lower
    bounds of a stricter edition of the schema. `definitions` is a table of what terms mean (see `schema.definitions`).

    Raises:
        SchemaError: a file is broken, or lacks what is named in `roots`.
        ValueError: `output` is not a `.ttl` file, or the overlay names a term that the schemas do not have.
    """
    if output.suffix != ".ttl" or output.name.endswith(".model.ttl"):
        raise ValueError(f"{output}: the output must be named X.ttl; its content model is then X.model.ttl")
    known = known_namespaces(output.parent)
    meanings = Definitions() if definitions is None else read_definitions(definitions)
    if files and all(is_rdf(path) for path in files):
        found = read_cim_files(files)
        if not found.profiles:
            return [_build_model(found.model, files, output, roots, meanings, known)]
    reading = read(files, {namespace: item.bases for namespace, item in known.items()}, roots)
    if strict is not None:
        graph = rdflib.Graph().parse(strict, format="turtle")
        reading = replace(reading, schemas=apply_strict(reading.schemas, graph))
    output.parent.mkdir(parents=True, exist_ok=True)
    written: list[Written] = []
    for place, schema in enumerate(reading.schemas):
        document, stem = _document(schema.namespace, known.get(schema.namespace), reading)
        path = output if place == 0 else output.with_name(f"{stem}.ttl")
        types = len(schema.complex_types) + len(schema.simple_types)
        path.write_text(write_vocabulary(schema, document, reading, meanings), encoding="utf-8")
        model = path.with_suffix(".model.ttl")
        model.write_text(write_model(schema, document), encoding="utf-8")
        written += [Written(path, schema.namespace, types), Written(model, schema.namespace, types)]
    return written


def _build_model(
    model: CimModel, files: Sequence[Path], output: Path, roots: Collection[str], definitions: Definitions, known: Mapping[str, KnownNamespace]
) -> Written:
    """Write the vocabulary of a CIM model: the terms in the namespace of the first file's classes."""
    try:
        kept = model.only(roots) if roots else model
    except KeyError as error:
        remedy = "check the names given with --root against the model"
        raise SchemaError("the model has no class or package of this name", str(files[0]), component=str(error.args[0]), remedy=remedy) from error
    namespace = next(iter(model.classes.values())).iri.rpartition("#")[0] + "#"
    item = known.get(namespace)
    source = ", ".join(sorted({path.name for path in files}))
    if item is None:
        bases = Bases(derived_bases(namespace).model, namespace)
        document = Document(bases, bases.model.rstrip("#"), namespace, source)
    else:
        document = Document(item.bases, item.version, item.title, source, status=item.status)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(write_cim_vocabulary(kept, document, definitions), encoding="utf-8")
    return Written(output, namespace, sum(item.iri.startswith(namespace) for item in kept.classes.values()))


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
        return Document(bases, known.version, known.title, source, prefixes, known.status), known.stem
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
