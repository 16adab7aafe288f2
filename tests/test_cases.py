"""Runs every case under `tests/cases` on both stores, and holds its messages, ledger and findings to what is expected."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib

import cimrdf
from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import LEFT, RIGHT, load_pair, other
from cimrdf.engine.stores import STORES
from cimrdf.findings import Refused
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import load_catalogue
from tests import case_files as files
from tests.case_files import Case, CaseError, Outcome

PAIR = "cim-2013--multispeak-4.1"

#: Rows that no case fires, with the reason why none can. Everything else is an error, and so is a name here that does fire.
UNFIRED: dict[str, str] = {}


CASES = files.walk()
ACCEPTED = [case for case in CASES if not case.refused]
REFUSED = [case for case in CASES if case.refused]
BAD_INPUT = [case for case in CASES if case.id.startswith("bad-input/")]


def _params(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=case.id, marks=[pytest.mark.xfail(reason=case.xfail)] if case.xfail else []) for case in cases]


@cache
def outcome(case: Case, store: str) -> Outcome:
    if store == "pyoxigraph":
        pytest.importorskip("pyoxigraph")
    return files.run(case, store)


# ---------------------------------------------------------------------- what a case expects


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("case", _params(ACCEPTED))
def test_translates_as_expected(case: Case, store: str, update_expected: bool) -> None:
    got = outcome(case, store)
    if update_expected:
        _rewrite(case, got)
    assert got.status == case.status, got.findings
    assert [files.pretty(message) for message in got.messages] == [files.pretty(message) for message in files.expected_messages(case)]
    assert got.ledger == files.read_json(case.folder / files.LEDGER)
    assert got.findings == files.read_json(case.folder / files.FINDINGS)
    assert _sidecar(got.sidecar) == _sidecar(_text(case.folder / files.SIDECAR))


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("case", _params(REFUSED))
def test_is_refused_as_expected(case: Case, store: str, update_expected: bool) -> None:
    got = outcome(case, store)
    if update_expected:
        _rewrite(case, got)
    assert got.status == case.status, [finding["code"] for finding in got.findings]
    assert got.findings == files.read_json(case.folder / files.ERROR)


def _rewrite(case: Case, got: Outcome) -> None:
    files.write_expected(case, got)
    pytest.fail(f"{case.id}: what is expected was rewritten; read every line against the rows")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _sidecar(turtle: str | None) -> frozenset[Any] | None:
    """A sidecar as a set of statements that do not depend on the names of blank nodes."""
    if turtle is None:
        return None
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    return frozenset(frozenset((str(name), str(value)) for name, value in graph.predicate_objects(node)) for node in set(graph.subjects()))


# ---------------------------------------------------------------------- what holds for every case


@pytest.mark.parametrize("case", _params(ACCEPTED))
def test_every_source_value_is_accounted_for_once(case: Case) -> None:
    got = outcome(case, STORES[0])
    wanted = Counter(leaf for path in case.inputs for leaf in files.leaves(path.read_bytes()))
    found = Counter((entry["xpath"], " ".join(entry["value"].split())) for entry in got.ledger["entries"])
    assert found == Counter({(path, " ".join(value.split())): count for (path, value), count in wanted.items()})
    counts = Counter(entry["outcome"] for entry in got.ledger["entries"]) + Counter(added=len(got.ledger["added"]))
    assert {name: count for name, count in got.ledger["counts"].items() if count} == dict(counts)


@pytest.mark.parametrize("case", _params(ACCEPTED))
def test_every_target_value_has_its_origin(case: Case) -> None:
    got = outcome(case, STORES[0])
    prefixes = ["", *(f"{number}:" for number in range(2, len(got.messages) + 1))]
    written = {prefix + path for prefix, message in zip(prefixes, got.messages, strict=True) for path, _ in files.leaves(message)}
    sourced = {target for entry in got.ledger["entries"] for target in entry["targets"]}
    added = [item["xpath"] for item in got.ledger["added"]]
    assert written - sourced - set(added) == _names_of_kept(got)
    assert set(added) <= written
    assert not sourced & set(added)


def _names_of_kept(got: Outcome) -> set[str]:
    """Places that say which value is kept beside them; the value's own place is among the targets."""
    return set() if not any(entry["outcome"] == "preserved" for entry in got.ledger["entries"]) else got.ledger.get("names", set())


@pytest.mark.parametrize("case", _params([case for case in ACCEPTED if case.preserve]))
def test_preserve_brings_the_source_back(case: Case) -> None:
    there = outcome(case, STORES[0])
    back = cimrdf.translate(*there.messages, to=there.source_version, sidecar=there.sidecar.encode() if there.sidecar else None)
    assert len(case.inputs) == 1, "what comes back is one message"
    assert files.pretty(back.xml) == files.pretty(case.inputs[0].read_bytes())


# ---------------------------------------------------------------------- rows


def _fired() -> set[tuple[str, str]]:
    """Rows that the expected ledgers name, with the side they were fired from."""
    found = set()
    for case in ACCEPTED:
        side = LEFT if case.to == load_pair(PAIR).right else RIGHT
        ledger = files.read_json(case.folder / files.LEDGER)
        found |= {(row, side) for entry in ledger["entries"] for row in entry["rows"]} | {(item["row"], side) for item in ledger["added"]}
    return found


def _rows() -> set[tuple[str, str]]:
    """Every row of the pair with each side it can be fired from: a gap from the side that has the value, or as a constant towards it."""
    composer = Composer(load_pair(PAIR), load_catalogue())
    found = set()
    for item in (placed for name in composer.names for placed in composer.profile(name) if placed.row.kind != "Nest"):
        row, name = item.row, compact(item.row.iri)
        if row.kind == "Gap":
            has = other(row.lacking or LEFT)
            constant = row.to_left if has == LEFT else row.to_right
            sides = {other(has)} if constant else {has}
        else:
            sides = {other(item.only)} if item.only else {LEFT, RIGHT}
        found |= {(name, side) for side in sides}
    return found | {(compact(exchange.iri), other(exchange.only) if exchange.only else LEFT) for exchange in load_pair(PAIR).exchanges}


def test_every_row_is_fired_by_a_case() -> None:
    unfired = sorted(f"{name} from the {side}" for name, side in _rows() - _fired())
    print(f"{len(_rows())} rows and sides, {len(unfired)} not fired by any case:", *unfired, sep="\n  ")
    assert unfired == sorted(UNFIRED)


def test_every_row_that_a_case_expects_exists() -> None:
    known = {name for name, _ in _rows()}
    assert sorted(name for name, _ in _fired() - _rows() if name not in known and not name.startswith("https://w3id.org/cimrdf/extension")) == []


# ---------------------------------------------------------------------- the command line


@pytest.mark.parametrize("case", _params(BAD_INPUT))
def test_bad_input_on_the_command_line(case: Case, tmp_path: Path) -> None:
    pytest.importorskip("cimrdf.cli")
    out = tmp_path / "out.xml"
    command = [sys.executable, "-m", "cimrdf", "translate", *map(str, case.inputs), "--to", case.to, "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == case.status, done.stderr
    assert "Traceback" not in done.stderr
    assert out.exists() == (case.status < 2)
    assert list(tmp_path.iterdir()) == ([out] if case.status < 2 else [])
    for finding in files.read_json(case.folder / (files.ERROR if case.refused else files.FINDINGS)):
        assert finding["code"] in done.stderr


# ---------------------------------------------------------------------- texts too long to be kept as files


def _with_comment(text: str) -> bytes:
    message = (files.ROOT / "meter-readings/minimal/input.xml").read_text(encoding="utf-8")
    return re.sub("<value>[^<]*</value>", f"<value>{text}</value>", message, count=1).encode()


def test_a_text_of_a_megabyte_is_carried() -> None:
    text = "7" * 1_000_000
    assert f"<value>{text}</value>".encode() in cimrdf.translate(_with_comment(text), to="multispeak-4.1").xml


def test_a_text_of_eleven_megabytes_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        cimrdf.translate(_with_comment("7" * 11_000_000), to="multispeak-4.1")
    assert [finding.code for finding in caught.value.findings] == ["xml-limit"]


# ---------------------------------------------------------------------- the reader of cases

_TOML = 'title = "a"\nto = "cim-2013"\nstatus = 0\nsource = "b"\n'


@pytest.mark.parametrize(
    ("toml", "names", "message"),
    [
        (None, [], "no case.toml"),
        (_TOML, [], "give either input.xml or"),
        (_TOML, ["input.xml", "input-1.xml"], "give either input.xml or"),
        (_TOML + "stat = 1\n", ["input.xml"], "unknown keys \\['stat'\\]"),
        ('title = "a"\n', ["input.xml"], "missing keys"),
        (_TOML.replace("0", '"0"'), ["input.xml"], "wrong type of \\['status'\\]"),
        (_TOML, ["input.xml", "expected.xml", "expected.error"], "exclude each other"),
        (_TOML, ["input.xml", "expected.error"], "status 0 does not go with expected.error"),
        (_TOML.replace("0", "2"), ["input.xml", "expected.xml"], "status 2 does not go with expected messages"),
    ],
)
def test_a_folder_that_is_no_case_is_refused(tmp_path: Path, toml: str | None, names: list[str], message: str) -> None:
    folder = tmp_path / "topic" / "case"
    folder.mkdir(parents=True)
    if toml is not None:
        (folder / "case.toml").write_text(toml)
    for name in names:
        (folder / name).touch()
    with pytest.raises(CaseError, match=message):
        files.walk(tmp_path)


def test_an_input_without_case_is_refused(tmp_path: Path) -> None:
    for name in ("one/case.toml", "one/input.xml", "two/input.xml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_TOML)
    with pytest.raises(CaseError, match="without case.toml: .*two"):
        files.walk(tmp_path)
