"""Generated messages, translated both ways: nothing raises, the output is valid, and the ledger tells the truth.

`CIMRDF_GENERATED` says how many messages there are in each direction. Each is named by its seed; `tests.building.message`
gives it again.
"""

from __future__ import annotations

import os

import pytest
from lxml import etree

from cimrdf.alignment.rows import LEFT, RIGHT
from cimrdf.findings import Refused
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.translate import translate
from tests.building import PAIRS, Message, message
from tests.fidelity import (
    COUNTS,
    canonical,
    check,
    complaints_about_ledger,
    complaints_about_return,
    first_difference,
    normal_form,
    translated,
)
from tests.fuzz import spoilt

NUMBER = int(os.environ.get("CIMRDF_GENERATED", "60"))
DIRECTIONS = [(pair, side) for pair in PAIRS for side in (LEFT, RIGHT)]
#: Why a schema-valid message may be refused all the same.
REFUSALS = {"output-invalid", "interval-irregular"}
BATCH = 10
#: How many spoilt messages there are.
MUTANTS = 200


def batches() -> list[tuple[str, str, int]]:
    return [(pair, side, start) for pair, side in DIRECTIONS for start in range(0, NUMBER, BATCH)]


def messages(pair: str, side: str, start: int) -> list[Message]:
    return [message(pair, side, seed) for seed in range(start, min(start + BATCH, NUMBER))]


def excused(refusal: Refused, given: Message) -> list[str]:
    """Count a refusal; what is not among the reasons that a valid message may have is a complaint."""
    codes = [str(item.code) for item in refusal.findings if item.severity == "error"]
    COUNTS[f"refused ({', '.join(sorted(set(codes)))})"] += 1
    return [] if set(codes) & REFUSALS else [f"{given}: refused: {refusal}"]


@pytest.mark.parametrize(("pair", "side", "start"), batches())
def test_output_and_ledger(pair: str, side: str, start: int) -> None:
    found = []
    for given in messages(pair, side, start):
        complaints, done = check(given.data, given.source, given.target)
        found += [f"{given}: {complaint}" for complaint in complaints]
        if isinstance(done, Refused):
            found += excused(done, given)
        COUNTS[f"messages to {given.target}"] += 1
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("pair", "side", "start"), batches())
def test_what_the_ledger_says_comes_back(pair: str, side: str, start: int) -> None:
    found = []
    for given in messages(pair, side, start):
        done = translated(given.data, given.target, source_version=given.source)
        if isinstance(done, Refused):
            continue
        try:
            back = translate(*[item.xml for item in done.messages], to=given.source, source_version=given.target)
        except Refused as refusal:
            found += excused(refusal, given)
            continue
        found += [f"{given}: {complaint}" for complaint in complaints_about_return(done.ledger, [item.xml for item in back.messages])]
        COUNTS["ways back"] += 1
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("pair", "side", "start"), batches())
def test_what_is_preserved_comes_back(pair: str, side: str, start: int) -> None:
    found = []
    for given in messages(pair, side, start):
        done = translated(given.data, given.target, source_version=given.source, preserve=True)
        if isinstance(done, Refused):
            continue
        found += [f"{given}: {complaint}" for complaint in complaints_about_ledger(given.data, done.ledger)]
        beside = done.sidecar.encode() if done.sidecar is not None else None
        contents = [item.xml for item in done.messages]
        try:
            back = translate(*contents, to=given.source, source_version=given.target, sidecar=beside)
        except Refused as refusal:
            found += excused(refusal, given)
            continue
        wanted = canonical(normal_form(given.data, load_catalogue()))
        difference = first_difference(wanted, canonical(etree.fromstring(back.xml)))
        found += [f"{given}: {difference}"] if difference else []
        COUNTS["A → B → A"] += 1
    assert not found, "\n".join(found)


@pytest.mark.parametrize("start", range(0, MUTANTS, BATCH))
def test_spoilt_messages_are_read_leniently_or_refused(start: int) -> None:
    found = []
    for seed in range(start, start + BATCH):
        outcome, complaints = spoilt(seed)
        found += [f"python -m tests.fuzz --seed {seed}: {complaint}" for complaint in complaints]
        COUNTS[f"spoilt messages {outcome}"] += 1
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("pair", "side"), DIRECTIONS)
def test_both_stores_agree(pair: str, side: str) -> None:
    pytest.importorskip("pyoxigraph")
    for seed in range(0, NUMBER, 6):
        given = message(pair, side, seed)
        one, other = (translated(given.data, given.target, source_version=given.source, store=store) for store in ("rdflib", "pyoxigraph"))
        if isinstance(one, Refused) or isinstance(other, Refused):
            assert str(one) == str(other), str(given)
            continue
        assert [item.xml for item in one.messages] == [item.xml for item in other.messages], str(given)
        assert one.ledger.to_json() == other.ledger.to_json(), str(given)
        COUNTS["messages through both stores"] += 1
