"""Names and IRIs for schema components, and the error that broken schemas raise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cimrdf.namespaces import BASE


@dataclass(frozen=True, slots=True)
class Bases:
    """Where the IRIs of a target namespace live: its content-model nodes and its terms. Both end in `#`."""

    model: str
    terms: str


class SchemaError(ValueError):
    """A schema document that cannot be used: where, which component, and what to do about it.

    `message` is what is wrong alone; as text it stands between the place and the remedy.
    """

    def __init__(
        self,
        message: str,
        file: str | None = None,
        line: int | None = None,
        component: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message = f"{message} ({component})" if component else message
        self.file = file
        self.line = line
        self.component = component
        self.remedy = remedy
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{place}{': ' if place else ''}{self.message}{'; ' + remedy if remedy else ''}")


def split_name(name: str) -> tuple[str, str]:
    """Split `{namespace}local`.

    >>> split_name("{urn:x}a"), split_name("a")
    (('urn:x', 'a'), ('', 'a'))
    """
    namespace, brace, local = name.rpartition("}")
    return (namespace[1:], local) if brace else ("", local)


def derived_bases(namespace: str) -> Bases:
    """The bases of a namespace for which none are given.

    >>> derived_bases("http://www.w3.org/1999/xlink").terms
    'https://w3id.org/cimrdf/www-w3-org-1999-xlink#'
    """
    bare = re.sub(r"^[a-z]+:/*", "", namespace.lower())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-") or "no-namespace"
    return Bases(f"{BASE}{slug}/model#", f"{BASE}{slug}#")


def code_iri(scheme: str, code: str) -> str:
    """The IRI of an enumeration value: the scheme's, a full stop, and the code with all but letters and digits escaped.

    >>> code_iri("https://w3id.org/cimrdf/x#Kind", "Business mobile")
    'https://w3id.org/cimrdf/x#Kind.Business%20mobile'
    """
    escaped = re.sub(r"[^A-Za-z0-9_-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), code)
    return f"{scheme}.{escaped}"


#: Right spellings of what line breaks have damaged in copies of the CIM profiles; without hyphens they are keys.
_SPELLINGS = {spelling.replace("-", "").lower(): spelling for spelling in ("CIM-generic", "CIM-schema-cim")}


def model_reference(value: str) -> str:
    """The IRI in a `sawsdl:modelReference`; blanks and hyphens that line breaks brought or took are repaired.

    Of several IRIs the first is taken; an empty value gives an empty string.

    >>> model_reference("http://iec.ch/TC57/2010/CIMschema- cim15#Name. name")
    'http://iec.ch/TC57/2010/CIM-schema-cim15#Name.name'
    >>> model_reference("http://iec.ch/TC57/2007/CIMgeneric# Meter")
    'http://iec.ch/TC57/2007/CIM-generic#Meter'
    """
    first = re.split(r"\s+(?=[a-z]+://)", value.strip())[0]
    head, mark, name = re.sub(r"\s+", "", first).partition("#")
    path, slash, segment = head.rpartition("/")
    words = re.fullmatch(r"(.*?)(\d*)", segment)
    assert words is not None
    spelling = _SPELLINGS.get(words[1].replace("-", "").lower())
    return f"{path}{slash}{spelling + words[2] if spelling else segment}{mark}{name}"


@dataclass
class MemberNames:
    """Gives the members of one type their terms. `prefix` is the class IRI and a full stop.

    Elements come first, then attributes, then text and wildcards: a later one that meets a taken name gets a suffix.
    """

    prefix: str
    inherited: Mapping[tuple[str, str], str] = field(default_factory=dict)
    terms: dict[tuple[str, str], str] = field(default_factory=dict)
    wildcards: list[str] = field(default_factory=list)

    def _add(self, kind: str, name: str, suffix: str) -> None:
        key = (kind, name)
        if key in self.terms:
            return
        term = self.inherited.get(key) or self._free(self.prefix + split_name(name)[1], suffix)
        self.terms[key] = term

    def _free(self, term: str, suffix: str) -> str:
        taken = {*self.terms.values(), *self.wildcards}
        if term not in taken:
            return term
        term += suffix
        number, found = 2, term
        while found in taken:
            found, number = f"{term}-{number}", number + 1
        return found

    def add_element(self, name: str) -> None:
        """Name an element; one of the same local name in another namespace gets a suffix."""
        self._add("element", name, "-element")

    def add_attribute(self, name: str) -> None:
        """Name an attribute; `-attribute` is added where an element has the name."""
        self._add("attribute", name, "-attribute")

    def add_text(self) -> None:
        """Name the text of simple content."""
        self._add("content", "text", "-content")

    def add_wildcard(self, word: str) -> None:
        """Name a wildcard: `any` or `anyAttribute`, numbered from the second on."""
        term = self.prefix + word
        if term in self.terms.values():
            term += "-content"
        number, found = 2, term
        while found in self.wildcards:
            found, number = f"{term}-{number}", number + 1
        self.wildcards.append(found)
