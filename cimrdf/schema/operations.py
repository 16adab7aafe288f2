"""Reads the operations that web services declare: from WSDLs, or from the schemas of endpoints that have no public WSDL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from cimrdf.namespaces import BASE
from cimrdf.schema.turtle_writer import Pair, TurtleWriter, text
from cimrdf.schema.xsd_names import Bases, SchemaError, derived_bases, split_name

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SOAP = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as one server declares it: names of global elements are `{namespace}local`, empty where there is none."""

    name: str
    input: str
    output: str
    header: str = ""
    action: str = ""


def read_operations(file: Path) -> list[Operation]:
    """The operations of a WSDL 1.1 document; of an XSD its elements `X` that have an `XResponse` beside them.

    Raises:
        SchemaError: the file is not well-formed, is neither, or an operation refers to a message that is not there.
    """
    try:
        root = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    except OSError as error:
        raise SchemaError("the file cannot be read", str(file), remedy="check the path") from error
    except etree.XMLSyntaxError as error:
        raise SchemaError(f"the file is not well-formed XML: {error.msg}", str(file), error.lineno) from error
    if root.tag == _WSDL + "definitions":
        return _Wsdl(file, root).operations()
    if root.tag != _XS + "schema":
        raise SchemaError("neither a WSDL nor a schema", str(file), 1, str(root.tag), "give the WSDL of the server")
    namespace = root.get("targetNamespace", "")
    names = [element.get("name", "") for element in root.iterchildren(_XS + "element")]
    return [Operation(name, f"{{{namespace}}}{name}", f"{{{namespace}}}{name}Response") for name in names if f"{name}Response" in names]


class _Wsdl:
    def __init__(self, file: Path, root: etree._Element) -> None:
        self.file = file
        self.root = root
        self.messages = {item.get("name", ""): item for item in root.iterchildren(_WSDL + "message")}

    def operations(self) -> list[Operation]:
        bindings: dict[str, etree._Element] = {}
        for item in self.root.iterfind(f"{_WSDL}binding/{_WSDL}operation"):
            if any(item.find(name + "operation") is not None for name in _SOAP):
                bindings.setdefault(item.get("name", ""), item)
        found: dict[str, Operation] = {}
        for item in self.root.iterfind(f"{_WSDL}portType/{_WSDL}operation"):
            name = item.get("name", "")
            binding = bindings.get(name)
            if binding is not None:
                found.setdefault(
                    name, Operation(name, self._body(item, "input"), self._body(item, "output"), self._header(binding), self._action(binding))
                )
        return list(found.values())

    def _body(self, operation: etree._Element, direction: str) -> str:
        item = operation.find(_WSDL + direction)
        return "" if item is None else self._element(item, item.get("message", ""), None)

    def _header(self, binding: etree._Element) -> str:
        for name in _SOAP:
            header = binding.find(f"{_WSDL}input/{name}header")
            if header is not None:
                return self._element(header, header.get("message", ""), header.get("part"))
        return ""

    @staticmethod
    def _action(binding: etree._Element) -> str:
        return next((found.get("soapAction", "") for name in _SOAP if (found := binding.find(name + "operation")) is not None), "")

    def _element(self, place: etree._Element, name: str, part: str | None) -> str:
        """The global element of a message (of one of its parts)."""
        message = self.messages.get(name.rpartition(":")[2])
        if message is None:
            raise SchemaError(
                "there is no such message", str(self.file), place.sourceline, name, "mend the WSDL, or ask its publisher for a valid one"
            )
        for item in message.iterchildren(_WSDL + "part"):
            if item.get("element") and part in (None, item.get("name")):
                prefix, _, local = item.get("element", "").rpartition(":")
                return f"{{{item.nsmap.get(prefix or None, '')}}}{local}"
        return ""


def write_operations(files: Sequence[Path], base: str, version: str, bases: Mapping[str, Bases]) -> str:
    """Turtle for the operations of servers, each file being one: an operation that several declare alike stands there once.

    Where servers declare different operations of one name, the server is part of the IRI.

    `base` is that of the IRIs, `bases` tells those of the elements by namespace.

    Raises:
        SchemaError: see `read_operations`.
    """
    servers: dict[Operation, list[str]] = {}
    for file in sorted(files):
        for operation in read_operations(file):
            servers.setdefault(operation, []).append(file.stem)
    out = TurtleWriter({"": base, **{_prefix(item.terms): item.terms for item in bases.values() if item.terms.startswith(BASE)}})
    for name in sorted(file.stem for file in files):
        out.add(base + name, [("a", "model:Server"), ("model:name", text(name)), ("model:role", text(re.sub("_Server$", "", name)))])
    alike = Counter(operation.name for operation in servers)
    for operation in sorted(servers, key=lambda item: (item.name, item.input, item.action)):
        own = f".{servers[operation][0]}" if alike[operation.name] > 1 else ""
        out.add(f"{base}operation-{operation.name}{own}", _pairs(operation, [out.iri(base + name) for name in servers[operation]], bases, out))
    source = f"{len(files)} files: {', '.join(sorted(file.name for file in files)[:2])} ..."
    return out.document([f"Operations of {version}: generated from {source}, do not edit."])


def _prefix(terms: str) -> str:
    return terms.removeprefix(BASE).rstrip("#").replace("/", "-")


def _pairs(operation: Operation, servers: list[str], bases: Mapping[str, Bases], out: TurtleWriter) -> list[Pair]:
    def element(name: str) -> str:
        namespace, local = split_name(name)
        return out.iri(f"{(bases.get(namespace) or derived_bases(namespace)).terms}element-{local}") if name else ""

    return [
        ("a", "model:Operation"),
        ("model:name", text(operation.name)),
        ("model:input", element(operation.input)),
        ("model:output", element(operation.output)),
        ("model:header", element(operation.header)),
        ("model:soapAction", text(operation.action) if operation.action else ""),
        ("model:server", ", ".join(servers)),
    ]
