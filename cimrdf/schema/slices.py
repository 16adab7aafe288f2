"""Reads a content-model file in slices: only the components that are asked for, with what they refer to.

The files are written one component a paragraph, so a component's paragraph can be found without parsing the rest. A small
message needs a few dozen of a thousand types.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

from cimrdf._files import data_folder
from cimrdf.schema.lists import DelimitedList, read_lists
from cimrdf.schema.model import Root, Schema
from cimrdf.schema.turtle_reader import read_models, read_text
from cimrdf.turtle import read_turtle

_NAME = re.compile(r"<([^<>\s]*)>|([\w.\-]*):([\w.\-%]+)")
_KIND = re.compile(r"\s+a\s+model:(\w+)")
_OWN_NAME = re.compile(r'model:name "([^"]*)"')
_STATUS = re.compile(r'model:status "([^"]*)"')
_NAMESPACE = re.compile(r'model:namespace "([^"]*)"')
_HEAD = re.compile(r"(?m)^\s*(#.*|@prefix.*)$")
_PREFIX = re.compile(r"@prefix\s+([\w.\-]*):\s*<([^>]*)>")


@cache
def prefixes_of(path: str) -> dict[str, str]:
    """The prefixes that a file declares, read without the rest: among them are the bases of its IRIs."""
    found: dict[str, str] = {}
    with (data_folder("ontology") / path).open(encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("@prefix"):
                found.update(_PREFIX.findall(line))
            elif found and line.strip() and not line.startswith("#"):
                break
    return found


class ModelFile:
    """A content-model file; `parse` gives components by the IRIs of their paragraphs."""

    def __init__(self, path: str) -> None:
        self.path = path
        text = (data_folder("ontology") / path).read_text(encoding="utf-8")
        self._prefixes = prefixes_of(path)
        self._head = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in self._prefixes.items())
        self._paragraphs: dict[str, str] = {}
        #: The paragraphs that every slice needs.
        self._always: list[str] = []
        #: Whether the file declares delimited lists (whose types stand in for those of the schema).
        self.has_lists = False
        #: Names of global elements and of named types, with the IRIs of their paragraphs.
        self.elements: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.namespace = ""
        #: `published`, `draft` or `reconstructed`.
        self.status = ""
        for paragraph in text.split("\n\n"):
            self._register(paragraph.strip())

    def _register(self, paragraph: str) -> None:
        if paragraph.startswith(("#", "@prefix")):
            paragraph = _HEAD.sub("", paragraph).strip()
        match = _NAME.match(paragraph)
        if match is None:
            return
        iri = self._iri(match)
        self._paragraphs[iri] = paragraph
        kind = _KIND.match(paragraph, match.end())
        word = kind.group(1) if kind is not None else ""
        if word == "Element" or (word in ("ComplexType", "SimpleType") and "model:anonymous" not in paragraph):
            name = _OWN_NAME.search(paragraph)
            if name is not None:
                (self.elements if word == "Element" else self.types)[name.group(1)] = iri
        elif word == "Schema":
            self._always.append(iri)
            found = _NAMESPACE.search(paragraph)
            self.namespace = found.group(1) if found else ""
            found = _STATUS.search(paragraph)
            self.status = found.group(1) if found else ""
        elif word == "DelimitedList":
            self._always.append(iri)
            self.has_lists = True

    def _iri(self, match: re.Match[str]) -> str:
        whole, prefix, local = match.groups()
        return str(whole) if whole is not None else self._prefixes.get(prefix or "", prefix or "") + str(local)

    @property
    def components(self) -> Collection[str]:
        """The IRIs of all paragraphs."""
        return self._paragraphs.keys()

    def parse(self, names: Iterable[str]) -> tuple[Schema | None, tuple[DelimitedList, ...]]:
        """The components of these IRIs and all that they refer to in this file."""
        wanted = dict.fromkeys((*self._always, *(name for name in names if name in self._paragraphs)))
        queue = list(wanted) if len(wanted) < len(self._paragraphs) else []
        while queue:
            body = self._paragraphs[queue.pop()]
            for iri in (*self._references(body), *map(self._iri, _NAME.finditer(body))):
                if iri not in wanted and iri in self._paragraphs:
                    wanted[iri] = None
                    queue.append(iri)
        text = "\n\n".join([self._head, *(self._paragraphs[name] for name in wanted)])
        if not self.has_lists:
            return next(iter(read_text(text)), None), ()
        graph = read_turtle(text.encode())
        return next(iter(read_models(graph)), None), tuple(read_lists(graph))

    def roots(self) -> dict[str, Root]:
        """All global elements, without the types that they have."""
        names = [name for name in self._always if not self.has_lists] + list(self.elements.values())
        schemas = read_text("\n\n".join([self._head, *(self._paragraphs[name] for name in names)])) if self.elements else []
        return {name: root for schema in schemas for name, root in schema.roots.items()}

    def _references(self, body: str) -> list[str]:
        """The global elements of this file that a paragraph's particles refer to."""
        members = re.findall(r"\[ model:element (\S+) [^\]]*?model:reference true", body)
        return [self.elements[name] for member in members if (name := re.split(r"[.:#/>]", member.rstrip(">"))[-1]) in self.elements]


@cache
def model_file(path: str) -> ModelFile:
    """A file of the installed ontology, read once."""
    return ModelFile(path)
