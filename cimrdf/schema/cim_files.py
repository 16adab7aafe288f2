"""Reads RDF files into CIM models and CIM profiles, with the local files that they import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.sax import SAXParseException

import rdflib
from rdflib import OWL
from rdflib.plugins.parsers.notation3 import BadSyntax

from cimrdf._files import data_folder
from cimrdf.namespaces import BASE
from cimrdf.schema.cim_model import CimModel, is_model, merge, read_model
from cimrdf.schema.cim_profile import Profile, is_profile
from cimrdf.schema.xsd_names import SchemaError

#: Formats by the end of a file's name; others are no RDF here.
_FORMATS = {".ttl": "turtle", ".owl": "xml", ".rdf": "xml", ".rdfs": "xml", ".nt": "nt"}


#: The files of the installed `ontology/` folder can be imported by these IRIs.
INSTALLED = BASE + "ontology/"


@dataclass(frozen=True, slots=True)
class CimFiles:
    """What RDF files hold: one model, merged from all of them, and the profiles, each with its file."""

    model: CimModel
    profiles: list[tuple[Path, Profile]]


def is_rdf(path: Path) -> bool:
    """Whether a file is read as RDF, by its name."""
    return path.suffix.lower() in _FORMATS


def is_model_file(path: Path) -> bool:
    """Whether a file is a CIM model.

    Raises:
        SchemaError: the file is RDF by its name and cannot be read.
    """
    return is_rdf(path) and is_model(_graph(path))


def read_cim_files(paths: Sequence[Path]) -> CimFiles:
    """Read CIM models and profiles. What an earlier file says of a term of the model holds.

    Files on this machine that a file names with `owl:imports` are read as well; nothing is fetched from a network.

    Raises:
        SchemaError: a file is broken or is neither a model nor a profile; a profile has no model.
    """
    models: list[CimModel] = []
    profiles: list[tuple[Path, rdflib.Graph]] = []
    for path in paths:
        graph = rdflib.Graph()
        found = [_graph(file) for file in _with_imports(path)]
        for part in found:
            if is_model(part):
                models.append(read_model(part))
            else:
                graph += part
        if is_profile(graph):
            profiles.append((path, graph))
        elif not any(is_model(part) for part in found):
            raise SchemaError(
                "neither a CIM model (RDF Schema with cims:multiplicity) nor a CIM profile (OWL with concrete classes)",
                str(path),
                remedy="give the RDF Schema or OWL file that your CIM tool exports",
            )
    if profiles and not models:
        remedy = "give the RDF Schema of the CIM model as well"
        raise SchemaError("the profile restricts a model that was not given", str(profiles[0][0]), remedy=remedy)
    datatypes = rdflib.Graph().parse(data=(data_folder("ontology") / "cim" / "datatypes.ttl").read_bytes(), format="turtle")
    model = merge([*models, read_model(datatypes)])
    return CimFiles(model, [(path, Profile(graph, model, str(path))) for path, graph in profiles])


def _with_imports(path: Path) -> Iterator[Path]:
    """A file and the local files that it imports, each once."""
    waiting, seen = [path.resolve()], set()
    while waiting:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        yield path if file == path.resolve() else file
        waiting += [found for target in _graph(file).objects(None, OWL.imports) if (found := _local_file(str(target))) is not None]


def _local_file(iri: str) -> Path | None:
    """The file that an IRI names on this machine: a file's own, or one of the ontologies that are installed."""
    if iri.startswith(INSTALLED):
        return Path(str(data_folder("ontology"))) / iri.removeprefix(INSTALLED)
    parts = urlsplit(iri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _graph(path: Path) -> rdflib.Graph:
    """A file as a graph.

    Raises:
        SchemaError: the file cannot be read.
    """
    try:
        return rdflib.Graph().parse(path, format=_FORMATS[path.suffix.lower()], publicID=path.resolve().as_uri())
    except OSError as error:
        raise SchemaError("the file cannot be read", str(path), remedy="check the path, and the owl:imports that name it") from error
    except BadSyntax as error:
        raise SchemaError(f"the file is not well-formed Turtle: {error.message}", str(path), error.lines + 1) from error
    except SAXParseException as error:
        raise SchemaError(f"the file is not well-formed RDF/XML: {error.getMessage()}", str(path), error.getLineNumber()) from error
    except (ValueError, rdflib.exceptions.ParserError) as error:
        raise SchemaError(f"the file is not RDF: {error}", str(path)) from error
