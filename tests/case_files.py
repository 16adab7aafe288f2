"""Reads a case from its folder, and compares or rewrites what it expects. `tests/README.md` says how to write one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

import cimrdf
from cimrdf.findings import Finding, Refused, has_errors

ROOT = Path(__file__).resolve().parent / "cases"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

ERROR, LEDGER, FINDINGS, SIDECAR = "expected.error", "expected.ledger.json", "expected.findings.json", "expected.sidecar.ttl"
_KEYS = {"title": str, "to": str, "status": int, "source": str, "preserve": bool, "xfail": str}
_OPTIONAL = {"preserve", "xfail"}


class CaseError(Exception):
    """A folder is not a case; the message names the folder and what to do."""


@dataclass(frozen=True)
class Case:
    """One case: `status` is the exit status of `cimrdf translate`, `source` says where the requirement comes from."""

    folder: Path
    id: str
    title: str
    to: str
    status: int
    source: str
    inputs: tuple[Path, ...]
    preserve: bool = False
    xfail: str = ""

    @property
    def refused(self) -> bool:
        return self.status == 2


def numbered(stem: str, number: int) -> str:
    """`expected.xml`, `expected-2.xml`, … as `-o` names them."""
    return f"{stem}.xml" if number == 1 else f"{stem}-{number}.xml"


def load(folder: Path, root: Path = ROOT) -> Case:
    """Read a case.

    Raises:
        CaseError: something is missing, unknown or contradictory.
    """
    name = folder.relative_to(root).as_posix()
    given = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    unknown, missing = given.keys() - _KEYS.keys(), _KEYS.keys() - _OPTIONAL - given.keys()
    if unknown or missing:
        raise CaseError(f"{name}/case.toml: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    wrong = [key for key, value in given.items() if type(value) is not _KEYS[key]]
    if wrong:
        raise CaseError(f"{name}/case.toml: wrong type of {sorted(wrong)}")
    single, several = folder / "input.xml", sorted(folder.glob("input-*.xml"))
    if single.exists() == bool(several):
        raise CaseError(f"{name}: give either input.xml or input-1.xml, input-2.xml, …")
    error, messages = (folder / ERROR).exists(), sorted(folder.glob("expected*.xml"))
    if error and messages:
        raise CaseError(f"{name}: {ERROR} and expected messages exclude each other")
    if error != (given["status"] == 2) and (error or messages):
        raise CaseError(f"{name}: status {given['status']} does not go with {ERROR if error else 'expected messages'}")
    return Case(folder, name, inputs=(single,) if single.exists() else tuple(several), **given)


def walk(root: Path = ROOT) -> list[Case]:
    """Every case under a folder.

    Raises:
        CaseError: there is none, a case is not readable, or a folder with an input is no case.
    """
    found = [load(path.parent, root) for path in sorted(root.glob("**/case.toml"))]
    if not found:
        raise CaseError(f"no case.toml under {root}: is the checkout complete?")
    lost = {path.parent for path in root.glob("**/input*.xml")} - {case.folder for case in found}
    if lost:
        raise CaseError(f"folders without case.toml: {', '.join(str(path) for path in sorted(lost))}")
    return found


# ---------------------------------------------------------------------- what a run gives


@dataclass(frozen=True)
class Outcome:
    """What a translation gave, in the form of the expected files."""

    messages: tuple[bytes, ...]
    ledger: dict[str, Any]
    findings: list[dict[str, Any]]
    sidecar: str | None
    status: int
    source_version: str = ""


def run(case: Case, store: str) -> Outcome:
    """Translate a case's input."""
    try:
        done = cimrdf.translate(*case.inputs, to=case.to, store=store, preserve=case.preserve)
    except Refused as refusal:
        return Outcome((), {}, [_refusal(item) for item in refusal.findings], None, 2)
    messages = tuple(message.xml for message in done.messages)
    findings = [_finding(item) for item in done.findings]
    return Outcome(messages, done.ledger.to_dict(), findings, done.sidecar, int(has_errors(done.findings)), done.source_version)


def _finding(item: Finding) -> dict[str, Any]:
    return {"code": item.code, "severity": str(item.severity), "line": item.line, "xpath": item.xpath, "row": item.row}


def _refusal(item: Finding) -> dict[str, Any]:
    return {"code": item.code, "severity": str(item.severity), "line": item.line, "xpath": item.xpath, "message": item.message}


# ---------------------------------------------------------------------- what is expected


def canonical(data: bytes) -> list[str]:
    """A message as indented lines, one a tag, an attribute or a text, without prefixes, comments, insignificant white space
    and schemaLocation: canonical XML that can be compared and read."""
    return list(_canonical(etree.fromstring(data, _PARSER), ""))


_PARSER = etree.XMLParser(remove_comments=True, remove_pis=True)


def _canonical(element: etree._Element, indent: str) -> Iterator[str]:
    yield f"{indent}{element.tag}"
    indent += "  "
    yield from (f"{indent}@{name}={value!r}" for name, value in sorted(element.attrib.items()) if not str(name).endswith("chemaLocation"))
    for text, child in zip([element.text, *(child.tail for child in element)], [*element, None], strict=True):
        if text and (text.strip() or not len(element)):
            yield f"{indent}{text!r}"
        if child is not None:
            yield from _canonical(child, indent)


def expected_messages(case: Case) -> list[bytes]:
    """The expected messages, in order."""
    numbers = range(1, len(sorted(case.folder.glob("expected*.xml"))) + 1)
    return [(case.folder / numbered("expected", number)).read_bytes() for number in numbers]


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_expected(case: Case, outcome: Outcome) -> None:
    """Rewrite what a case expects."""
    for old in [*case.folder.glob("expected*.xml"), *(case.folder / name for name in (ERROR, LEDGER, FINDINGS, SIDECAR))]:
        old.unlink(missing_ok=True)
    if outcome.status == 2:
        _write_json(case.folder / ERROR, outcome.findings)
        return
    for number, message in enumerate(outcome.messages, 1):
        (case.folder / numbered("expected", number)).write_bytes(message)
    (case.folder / LEDGER).write_text(ledger_lines(outcome.ledger), encoding="utf-8")
    _write_json(case.folder / FINDINGS, outcome.findings)
    if outcome.sidecar is not None:
        (case.folder / SIDECAR).write_text(outcome.sidecar, encoding="utf-8")


def _write_json(path: Path, items: Sequence[object]) -> None:
    path.write_text(_lines(items, "") + "\n", encoding="utf-8")


def ledger_lines(ledger: dict[str, Any]) -> str:
    """A ledger as JSON with one entry a line, so that a difference can be read."""
    parts = [f'  "{name}": {json.dumps(value) if name == "counts" else _lines(value, "  ")}' for name, value in ledger.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(items: Sequence[object], indent: str) -> str:
    if not items:
        return "[]"
    return "[\n" + ",\n".join(f"{indent}  {json.dumps(item, ensure_ascii=False)}" for item in items) + f"\n{indent}]"


# ---------------------------------------------------------------------- values of a document, counted apart from cimrdf


def leaves(data: bytes) -> Iterator[tuple[str, str]]:
    """Every value of a document with its positional path: texts and attributes; schemaLocation, xsi:type and blanks are none.

    Text that stands between elements has the path of the element around it.
    """
    yield from _leaves(etree.fromstring(data, _PARSER), "")


def _leaves(element: etree._Element, above: str) -> Iterator[tuple[str, str]]:
    name = etree.QName(element).localname
    before = sum(1 for item in element.itersiblings(preceding=True) if etree.QName(item).localname == name)
    path = f"{above}/{name}[{before + 1}]"
    for key, value in element.attrib.items():
        local = str(key).rpartition("}")[2]
        if str(value).strip() and (not str(key).startswith(XSI) or local == "nil"):
            yield f"{path}/@{local}", str(value)
    texts = [element.text, *(child.tail for child in element)]
    text = " ".join(piece.strip() for piece in texts if piece and piece.strip())
    if text:
        yield path, text
    for child in element:
        yield from _leaves(child, path)
