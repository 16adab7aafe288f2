"""Reads a content-model file in slices: only the components that are asked for, with what they refer to.

The files are written one component a paragraph, so a component's paragraph can be found without parsing the rest. A small
message needs a few dozen of a thousand types.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache, cached_property

import rdflib

from cimrdf._files import data_folder
from cimrdf.schema.lists import DelimitedList, read_lists
from cimrdf.schema.model import Schema
from cimrdf.schema.turtle import read_models

_NAME = re.compile(r"<([^<>\s]*)>|([\w.\-]*):([\w.\-%]+)")


class ModelFile:
    """A content-model file; `parse` gives components by the IRIs of their paragraphs."""

    def __init__(self, path: str) -> None:
        self.path = path
        text = (data_folder("ontology") / path).read_text(encoding="utf-8")
        paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
        self._prefixes = dict(re.findall(r"@prefix\s+([\w.\-]*):\s*<([^>]*)>", text))
        self._head = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in self._prefixes.items())
        self._paragraphs: dict[str, str] = {}
        #: Names of global elements and of named types, with the IRIs of their paragraphs.
        self.elements: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.namespace = ""
        for paragraph in paragraphs:
            self._register(paragraph)

    def _register(self, paragraph: str) -> None:
        body = re.sub(r"(?m)^\s*(#.*|@prefix.*)$", "", paragraph).strip()
        match = _NAME.match(body)
        if match is None:
            return
        iri = self._iri(match)
        self._paragraphs[iri] = body
        name = re.search(r'model:name "([^"]*)"', body)
        if re.search(r"\ba model:Schema\b", body):
            found = re.search(r'model:namespace "([^"]*)"', body)
            self.namespace = found.group(1) if found else ""
        elif name and re.search(r"\ba model:Element\b", body):
            self.elements[name.group(1)] = iri
        elif name and re.search(r"\ba model:(Complex|Simple)Type\b", body) and "model:anonymous" not in body:
            self.types[name.group(1)] = iri

    def _iri(self, match: re.Match[str]) -> str:
        whole, prefix, local = match.groups()
        namespace: str = self._prefixes.get(prefix or "", prefix or "")
        return str(whole) if whole is not None else namespace + str(local)

    @property
    def components(self) -> Collection[str]:
        """The IRIs of all paragraphs."""
        return self._paragraphs.keys()

    def parse(self, names: Iterable[str]) -> tuple[Schema | None, tuple[DelimitedList, ...]]:
        """The components of these IRIs and all that they refer to in this file."""
        wanted: dict[str, None] = {iri: None for iri, body in self._paragraphs.items() if re.search(r"\ba model:(Schema|DelimitedList)\b", body)}
        queue = [*wanted, *(name for name in names if name in self._paragraphs)]
        while queue:
            name = queue.pop()
            wanted[name] = None
            queue += [iri for iri in self._references(self._paragraphs[name]) if iri not in wanted]
            queue += [iri for match in _NAME.finditer(self._paragraphs[name]) if (iri := self._iri(match)) in self._paragraphs and iri not in wanted]
        graph = rdflib.Graph()
        graph.parse(data="\n\n".join([self._head, *(self._paragraphs[name] for name in wanted)]), format="turtle")
        schemas = read_models(graph)
        return (schemas[0] if schemas else None), tuple(read_lists(graph))

    def _references(self, body: str) -> list[str]:
        """The global elements of this file that a paragraph's particles refer to."""
        members = re.findall(r"\[ model:element (\S+) [^\]]*?model:reference true", body)
        return [self.elements[name] for member in members if (name := re.split(r"[.:#/>]", member.rstrip(">"))[-1]) in self.elements]

    @cached_property
    def has_lists(self) -> bool:
        """Whether the file declares delimited lists (whose types stand in for those of the schema)."""
        return any("model:DelimitedList" in body for body in self._paragraphs.values())


@cache
def model_file(path: str) -> ModelFile:
    """A file of the installed ontology, read once."""
    return ModelFile(path)
