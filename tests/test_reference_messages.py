"""Real messages, there and back, judged by the standards' own schemas; skipped where the reference data are absent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

import cimrdf
from cimrdf.findings import Refused, Severity
from cimrdf.translate import Translation
from tests import case_files as files
from tests.official_schemas import READINGS, cim_errors, multispeak_errors, multispeak_schema

#: The servers whose schemas declare the notifications that readings become.
SERVERS = ("CB_Server", "MDM_Server", "NOT_Server")

#: Messages with readings: what they become, and the findings (codes with their number).
ALIGNED = {
    "cim/epri-iop/Meter_On_Demand_Meter_Read_02_MeterReadingsResponseMessage.xml": (
        ["ReadingChangedNotification"],
        {"namespace-variant": 3, "code-illegal": 1},
    ),
    "cim/epri-iop/Meter_Disconnect_Reconnect_06_MeterReadingsResponseMessage.xml": (
        ["ReadingChangedNotification"],
        {"namespace-variant": 3, "code-illegal": 1},
    ),
    "cim/epri-iop/Meter_Scheduled_Meter_Read_03_CreatedMeterReadings.xml": (
        ["ReadingChangedNotification"],
        {"namespace-variant": 3, "code-without-counterpart": 2},
    ),
    "cim/other/HES-CHT_EventMessage_created_MeterReadings_LP.xml": (["IntervalDataNotification"], {}),
}

#: Every other message of the same folders, and the code it is refused with.
REFUSED = {
    "cim/epri-iop/Meter_Disconnect_Reconnect_01_CreateMeterServiceRequests.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Disconnect_Reconnect_03_CreateEndDeviceControls.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Disconnect_Reconnect_04_EndDeviceControlsResponseMessage.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Disconnect_Reconnect_09_MeterServiceRequestsResponseMessage.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Disconnect_Reconnect_12_ChangedMeterServiceRequests.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_On_Demand_Meter_Read_01_GetMeterReadings.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Scheduled_Meter_Read_01_CreateMeterReadSchedule.xml": "not-aligned-yet",
    "cim/epri-iop/Meter_Scheduled_Meter_Read_02_MeterReadScheduleResponseMessage.xml": "not-aligned-yet",
    "cim/epri-iop/Outage_Management_01_CreatedEndDeviceEvents.xml": "not-aligned-yet",
    "cim/other/ENCOURAGE_EndDeviceControls.xml": "root-unknown",
    "cim/other/HES-AmiWeb_RequestMessage_create_EndDeviceControls.xml": "not-aligned-yet",
    "cim/other/HES-AmiWeb_RequestMessage_get_MeterReadings.xml": "not-aligned-yet",
    "cim/other/cim4_CreateEndDeviceControls.xml": "not-aligned-yet",
    "cim/other/cim4_EndDeviceControlsResponseMessage.xml": "not-aligned-yet",
}

aligned = pytest.mark.parametrize("name", ALIGNED, ids=[Path(name).stem for name in ALIGNED])


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("schemas")


def _there(reference: Path, name: str, *, preserve: bool = False) -> Translation:
    return cimrdf.translate(reference / "samples" / name, to="multispeak-4.1", preserve=preserve)


def test_every_message_of_the_folders_has_an_expectation(reference: Path) -> None:
    folder = reference / "samples"
    found = {path.relative_to(folder).as_posix() for name in ("cim/epri-iop", "cim/other") for path in (folder / name).glob("*.xml")}
    assert found == ALIGNED.keys() | REFUSED.keys()


@aligned
def test_readings_become_notifications(reference: Path, name: str) -> None:
    payloads, codes = ALIGNED[name]
    done = _there(reference, name)
    assert [message.payload for message in done.messages] == payloads
    assert Counter(finding.code for finding in done.findings) == codes
    assert done.ok


@pytest.mark.parametrize("server", SERVERS)
@aligned
def test_notifications_are_valid_for_the_servers_that_take_them(reference: Path, schemas: Path, server: str, name: str) -> None:
    schema = multispeak_schema(reference, server, schemas)
    assert [error for message in _there(reference, name).messages for error in multispeak_errors(schema, message.xml)] == []


@aligned
def test_the_ledger_adds_up(reference: Path, name: str) -> None:
    done = _there(reference, name)
    source = Counter(path for path, _ in files.leaves((reference / "samples" / name).read_bytes()))
    assert Counter(entry.xpath for entry in done.ledger.entries) == source
    target = {path for path, _ in files.leaves(done.xml)}
    sourced, added = {path for entry in done.ledger.entries for path in entry.targets}, {item.xpath for item in done.ledger.added}
    assert target == sourced | added
    assert not [entry for entry in done.ledger.entries if entry.outcome == "unknown"]
    assert not [entry for entry in done.ledger.entries if not entry.rows]


@aligned
def test_what_comes_back_is_valid(reference: Path, name: str) -> None:
    back = cimrdf.translate(_there(reference, name).xml, to="cim-2013")
    assert cim_errors(reference, back.xml) == []


@aligned
def test_what_comes_back_after_preserve_is_the_payload_that_was_sent(reference: Path, name: str) -> None:
    there = _there(reference, name, preserve=True)
    back = cimrdf.translate(there.xml, to="cim-2013", sidecar=there.sidecar.encode() if there.sidecar else None)
    assert cim_errors(reference, back.xml) == []
    assert _payload(back.xml) == _payload((reference / "samples" / name).read_bytes())


def _payload(message: bytes) -> list[str]:
    (payload,) = etree.fromstring(message).iter(f"{{{READINGS}}}MeterReadings")
    return files.canonical(etree.tostring(payload, with_tail=False))


def test_the_mixed_envelope_is_read_as_the_published_one(reference: Path) -> None:
    name = "cim/epri-iop/Meter_Scheduled_Meter_Read_03_CreatedMeterReadings.xml"
    variants = [finding for finding in _there(reference, name).findings if finding.code == "namespace-variant"]
    assert {finding.severity for finding in variants} == {Severity.WARNING}
    assert "/CreatedMeterReadings[1]" in {finding.xpath for finding in variants}


@pytest.mark.parametrize("name", REFUSED, ids=[Path(name).stem for name in REFUSED])
def test_other_profiles_are_refused_by_name(reference: Path, name: str) -> None:
    with pytest.raises(Refused) as caught:
        _there(reference, name)
    assert [finding.code for finding in caught.value.findings if finding.severity is Severity.ERROR] == [REFUSED[name]]


# ---------------------------------------------------------------------- the messages that the cases expect

CASES = [case for case in files.walk() if not case.refused]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_what_a_case_expects_is_valid_by_the_official_schemas(reference: Path, schemas: Path, case: files.Case) -> None:
    messages = files.expected_messages(case)
    if case.to == "cim-2013":
        assert [error for message in messages for error in cim_errors(reference, message)] == []
    else:
        schema = multispeak_schema(reference, "CB_Server", schemas)
        assert [error for message in messages for error in multispeak_errors(schema, message)] == []
