"""The standards' own schemas, compiled by libxml2 alone: what they accept does not depend on cimrdf."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

MESSAGE = "http://iec.ch/TC57/2011/schema/message"
READINGS = "http://iec.ch/TC57/2011/MeterReadings#"
MULTISPEAK = "http://www.multispeak.org/Version_4.1_Release"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

_XS = "{http://www.w3.org/2001/XMLSchema}"


@cache
def message_schema(reference: Path) -> etree.XMLSchema:
    """The envelope of IEC 61968-100."""
    return etree.XMLSchema(etree.parse(reference / "iec61968-100/full/Message.xsd"))


@cache
def readings_schema(reference: Path) -> etree.XMLSchema:
    """The profile MeterReadings of IEC 61968-9, edition 2."""
    return etree.XMLSchema(etree.parse(reference / "cim/ed2/MeterReadings.xsd"))


@cache
def multispeak_schema(reference: Path, server: str, folder: Path) -> etree.XMLSchema:
    """The schemas inside a server's WSDL; they are written to `folder`, for their imports name no file."""
    wsdl = etree.parse(reference / f"multispeak/4.1.6/wsdl/{server}.wsdl")
    schemas = list(wsdl.iter(f"{_XS}schema"))
    names = {schema.get("targetNamespace", ""): f"{server}-{number}.xsd" for number, schema in enumerate(schemas)}
    for schema in schemas:
        for item in schema.iter(f"{_XS}import"):
            if item.get("namespace") in names:
                item.set("schemaLocation", names[item.get("namespace", "")])
        (folder / names[schema.get("targetNamespace", "")]).write_bytes(etree.tostring(schema))
    return etree.XMLSchema(etree.parse(folder / names[MULTISPEAK]))


def errors(schema: etree.XMLSchema, element: etree._Element) -> list[str]:
    """What a schema has against an element, taken out of its message."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return [] if schema.validate(alone) else [f"line {error.line}: {error.message}" for error in schema.error_log]


def multispeak_errors(schema: etree.XMLSchema, message: bytes) -> list[str]:
    """What a server's schema has against the header and the body of a SOAP message (or against a payload alone)."""
    root = etree.fromstring(message)
    if etree.QName(root).namespace != SOAP:
        return errors(schema, root)
    names = [etree.QName(child).localname for child in root]
    blocks = [block for block in root.iterchildren("{*}Header", "{*}Body") for block in block if etree.QName(block).namespace == MULTISPEAK]
    found = [] if names in (["Header", "Body"], ["Body"]) else [f"the envelope holds {names}"]
    if not [block for block in blocks if etree.QName(block).localname.endswith("Notification")]:
        found.append("the body holds no notification")
    return found + [error for block in blocks for error in errors(schema, block)]


def cim_errors(reference: Path, message: bytes) -> list[str]:
    """What the official schemas have against a 61968-100 message and its payload (or against a payload alone)."""
    root = etree.fromstring(message)
    payloads = [root] if root.tag == f"{{{READINGS}}}MeterReadings" else list(root.iter(f"{{{READINGS}}}MeterReadings"))
    found = [] if root in payloads else errors(message_schema(reference), root)
    if not payloads:
        found.append("the message holds no MeterReadings")
    return found + [error for payload in payloads for error in errors(readings_schema(reference), payload)]
