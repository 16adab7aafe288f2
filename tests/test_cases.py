"""Runs every case under `tests/cases` on both stores, and holds its messages, ledger and findings to what is expected."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib

import cimrdf
from cimrdf.alignment.compose import Composer, Placed
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

_CONSTANTS = "a constant that a row writes beside a value is both added and a target of the value"
_ORDER = "the order of an entry's targets depends on the store"
_ROWLESS = "the value is dropped without a row"

#: What is known to fail, strictly: test, case (and store), with the reason.
KNOWN: dict[tuple[str, ...], str] = {}


#: Where `--preserve` keeps names and values. The names, and steps that only restore an order, have no source value.
KEPT = re.compile(
    r"/extensionsItem\[\d+\]/ext(Name|Value)\[1\]$|/Header\[1\]/Property\[\d+\]/(Name|Value)\[1\]$|/preserved\[1\]/value\[\d+\](/@name)?$"
)

CASES = files.walk()
#: Cases that pass; of the others only the expectation is tested, strictly.
SOUND = [case for case in CASES if not case.refused and not case.xfail]
ACCEPTED = [case for case in CASES if not case.refused]
REFUSED = [case for case in CASES if case.refused]
BAD_INPUT = [case for case in CASES if case.id.startswith("bad-input/")]


def _params(cases: list[Case], test: str, *stores: str) -> list[Any]:
    """Parameters of a test for cases, on each store if it runs on them."""
    runs = [(case, (store,)) for case in cases for store in stores] if stores else [(case, ()) for case in cases]
    return [pytest.param(case, *store, id="-".join((case.id, *store)), marks=_marks(case, test, *store)) for case, store in runs]


def _marks(case: Case, test: str, *store: str) -> list[pytest.MarkDecorator]:
    reason = (case.xfail if test == "as_expected" else "") or KNOWN.get((test, case.id, *store), "")
    return [pytest.mark.xfail(reason=reason)] if reason else []


@cache
def outcome(case: Case, store: str) -> Outcome:
    if store == "pyoxigraph":
        pytest.importorskip("pyoxigraph")
    return files.run(case, store)


# ---------------------------------------------------------------------- what a case expects


@pytest.mark.parametrize(("case", "store"), _params(ACCEPTED, "as_expected", *STORES))
def test_translates_as_expected(case: Case, store: str, update_expected: bool) -> None:
    got = outcome(case, store)
    if update_expected and not case.xfail:
        _rewrite(case, got)
    assert got.status == case.status, got.findings
    assert [files.canonical(message) for message in got.messages] == [files.canonical(message) for message in files.expected_messages(case)]
    assert got.ledger == files.read_json(case.folder / files.LEDGER)
    assert got.findings == files.read_json(case.folder / files.FINDINGS)
    assert _sidecar(got.sidecar) == _sidecar(_text(case.folder / files.SIDECAR))


@pytest.mark.parametrize(("case", "store"), _params(REFUSED, "as_expected", *STORES))
def test_is_refused_as_expected(case: Case, store: str, update_expected: bool) -> None:
    got = outcome(case, store)
    if update_expected and not case.xfail:
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


@pytest.mark.parametrize("case", _params(SOUND, "accounted"))
def test_every_source_value_is_accounted_for_once(case: Case) -> None:
    got = outcome(case, STORES[0])
    wanted = [
        (prefix + path, _plain(value))
        for prefix, source in _numbered([path.read_bytes() for path in case.inputs])
        for path, value in files.leaves(source)
    ]
    found = [(entry["xpath"].removesuffix("/text()[1]"), _plain(entry["value"])) for entry in got.ledger["entries"]]
    assert Counter(found) == Counter(wanted)
    counts = Counter(entry["outcome"] for entry in got.ledger["entries"]) + Counter(added=len(got.ledger["added"]))
    assert {name: count for name, count in got.ledger["counts"].items() if count} == dict(counts)


def _plain(value: str) -> str:
    return " ".join(value.split())


def _numbered(documents: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Documents with the prefix that tells the places of the second from those of the first."""
    return [("" if number == 1 else f"{number}:", document) for number, document in enumerate(documents, 1)]


@pytest.mark.parametrize("case", _params(SOUND, "rows"))
def test_every_value_that_the_schema_has_is_spoken_for_by_a_row(case: Case) -> None:
    assert [entry["xpath"] for entry in outcome(case, STORES[0]).ledger["entries"] if entry["outcome"] != "unknown" and not entry["rows"]] == []


@pytest.mark.parametrize("case", _params(SOUND, "origin"))
def test_every_target_value_has_its_origin(case: Case) -> None:
    got = outcome(case, STORES[0])
    written = {prefix + path for prefix, message in _numbered(got.messages) for path, _ in files.leaves(message)}
    sourced = {target for entry in got.ledger["entries"] for target in entry["targets"]}
    added = [item["xpath"] for item in got.ledger["added"]]
    rest = written - sourced - set(added)
    assert not [path for path in rest if not (case.preserve and KEPT.search(path))]
    assert set(added) <= written
    assert not sourced & set(added)


@pytest.mark.parametrize("case", _params([case for case in SOUND if case.preserve], "preserve"))
def test_preserve_brings_the_source_back(case: Case) -> None:
    there = outcome(case, STORES[0])
    back = cimrdf.translate(*there.messages, to=there.source_version, sidecar=there.sidecar.encode() if there.sidecar else None)
    assert len(case.inputs) == 1, "what comes back is one message"
    assert files.canonical(back.xml) == files.canonical(case.inputs[0].read_bytes())


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
    """Every row of the pair with each side it can be fired from: a gap from the side that has the value, a constant towards it."""
    composer = Composer(load_pair(PAIR), load_catalogue())
    placed = [item for name in composer.names for item in composer.profile(name) if item.row.kind != "Nest"]
    found = {(compact(item.row.iri), other(target)) for item in placed for target in _targets(item)}
    return found | {(compact(exchange.iri), other(exchange.only) if exchange.only else LEFT) for exchange in load_pair(PAIR).exchanges}


def _targets(item: Placed) -> set[str]:
    """The sides that a placed row can write; for a gap, the side that lacks the value."""
    row, steps = item.row, {LEFT: item.row.to_left, RIGHT: item.row.to_right}
    if row.kind == "Gap":
        has = other(row.lacking or LEFT)
        return {has} if steps[has] else {row.lacking or LEFT}
    able = {side for side in (LEFT, RIGHT) if row.kind == "Correlation" or row.values or steps[side]}
    return {side for side in able if row.only in (None, side) and item.only in (None, side)}


def test_every_row_is_fired_by_a_case() -> None:
    unfired = sorted(f"{name} from the {side}" for name, side in _rows() - _fired())
    print(f"{len(_rows())} rows and sides, {len(unfired)} not fired by any case:", *unfired, sep="\n  ")
    assert unfired == sorted(UNFIRED)


def test_every_row_that_a_case_expects_exists() -> None:
    known = {name for name, _ in _rows()}
    assert sorted(name for name, _ in _fired() - _rows() if name not in known and not name.startswith("https://w3id.org/cimrdf/extension")) == []


# ---------------------------------------------------------------------- the command line


@pytest.mark.parametrize("case", _params(BAD_INPUT, "command"))
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
        (_TOML.replace("= 0", '= "0"'), ["input.xml"], "wrong type of \\['status'\\]"),
        (_TOML, ["input.xml", "expected.xml", "expected.error"], "exclude each other"),
        (_TOML, ["input.xml", "expected.error"], "status 0 does not go with expected.error"),
        (_TOML.replace("= 0", "= 2"), ["input.xml", "expected.xml"], "status 2 does not go with expected messages"),
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
    with pytest.raises(CaseError, match=r"without case.toml: .*two"):
        files.walk(tmp_path)
