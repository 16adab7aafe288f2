"""Findings in the formats that other tools read: SARIF 2.1.0 for code scanning, JUnit for continuous integration."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from cimrdf.findings import CATALOGUE, Finding, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ASSUMPTION: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: Characters that XML 1.0 cannot hold.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sarif(findings: Sequence[Finding]) -> bytes:
    """Findings as a SARIF 2.1.0 log of one run."""
    codes = sorted({item.code for item in findings})
    driver = {"name": "cimrdf", "informationUri": "https://w3id.org/cimrdf/", "rules": [_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(item, codes.index(item.code)) for item in findings]}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return (json.dumps(log, ensure_ascii=False, indent=2) + "\n").encode()


def _rule(code: str) -> dict[str, Any]:
    kind = CATALOGUE[code]
    return {
        "id": code,
        "shortDescription": {"text": kind.meaning},
        "help": {"text": kind.remedy},
        "defaultConfiguration": {"level": _LEVELS[kind.severity]},
    }


def _result(item: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": _LEVELS[item.severity],
        "message": {"text": f"{item.message}\n{item.remedy}".strip()},
    }
    location: dict[str, Any] = {}
    if item.file and item.file != "-":
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(item.file).as_posix())}}
        if item.line:
            place["region"] = {"startLine": item.line}
        location["physicalLocation"] = place
    if item.xpath:
        location["logicalLocations"] = [{"fullyQualifiedName": item.xpath, "kind": "attribute" if "/@" in item.xpath else "element"}]
    if location:
        result["locations"] = [location]
    extra = {name: value for name, value in (("row", item.row), ("schema", item.schema)) if value}
    return result | ({"properties": extra} if extra else {})


def junit(findings: Sequence[Finding], name: str) -> bytes:
    """Findings as a JUnit report: a test case for each, and one that passes where there is none.

    Errors fail their case; other findings are told in its output.
    """
    errors = sum(1 for item in findings if item.severity is Severity.ERROR)
    counts = {"tests": str(len(findings) or 1), "failures": str(errors), "errors": "0", "skipped": "0"}
    root = ElementTree.Element("testsuites", {"name": "cimrdf", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(name), **counts})
    if not findings:
        ElementTree.SubElement(suite, "testcase", {"classname": _clean(name), "name": "valid"})
    for item in findings:
        place = item.xpath or (f"line {item.line}" if item.line else "document")
        case = ElementTree.SubElement(suite, "testcase", {"classname": _clean(name), "name": _clean(f"{item.code} at {place}")})
        text = _clean(f"{item}\n{item.remedy}".strip())
        if item.severity is Severity.ERROR:
            ElementTree.SubElement(case, "failure", {"type": item.code, "message": _clean(item.message)}).text = text
        else:
            ElementTree.SubElement(case, "system-out").text = text
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
