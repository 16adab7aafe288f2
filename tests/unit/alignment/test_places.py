"""Places in the content models."""

from __future__ import annotations

import pytest

from cimrdf.alignment.paths import parse
from cimrdf.alignment.places import Place, PlaceError, Resolver
from cimrdf.namespaces import BASE
from cimrdf.schema.catalogue import load_catalogue

CIM, MSP = BASE + "cim-2013#", BASE + "multispeak-4.1#"


@pytest.fixture(scope="module")
def cim() -> Resolver:
    return Resolver(load_catalogue(), "cim-2013")


@pytest.fixture(scope="module")
def multispeak() -> Resolver:
    return Resolver(load_catalogue(), "multispeak-4.1")


def test_a_literal_is_a_value_of_its_parent(cim: Resolver) -> None:
    place = cim.follow(None, parse("MeterReadings/MeterReading/Readings/value"))
    assert place.predicate == CIM + "Reading.value"
    assert [hop.name for hop in place.hops] == ["MeterReadings", "MeterReading", "Readings"]
    assert [hop.repeatable for hop in place.hops] == [False, True, True]


def test_an_element_with_text_and_attributes_means_its_text(multispeak: Resolver) -> None:
    place = multispeak.follow(None, parse("ReadingChangedNotification/changedMeterReads/meterReading/meterID"))
    assert place.hops[-1].name == "meterID"
    assert place.predicate is not None and place.predicate.endswith(".text")


def test_a_path_goes_on_from_a_context_and_back_up(cim: Resolver) -> None:
    context = cim.follow(None, parse("MeterReadings/MeterReading/Readings"))
    place = cim.follow(context, parse("../Meter/mRID"))
    assert place.plain(0) == "MeterReadings/MeterReading/Meter/mRID"


def test_a_wildcard_leads_to_what_another_schema_declares(cim: Resolver, multispeak: Resolver) -> None:
    assert cim.follow(None, parse("EventMessage/Payload/MeterReadings")).hops[-1].term == CIM + "element-MeterReadings"
    header = multispeak.follow(None, parse("Envelope/Header/MultiSpeakMsgHeader/@MessageID"))
    assert header.predicate == MSP + "MultiSpeakMsgHeader.MessageID"


def test_selections_are_spelled_and_make_hops_of_their_own(cim: Resolver) -> None:
    context = cim.follow(None, parse("MeterReadings/MeterReading/Meter"))
    chosen = cim.follow(context, parse("Names[NameType/name='MeterNo']/name"))
    every = cim.follow(context, parse("Names/name"))
    assert chosen.spelled(2) == "Meter/Names[NameType/name='MeterNo']/name"
    assert chosen.plain(2) == every.spelled(2) == "Meter/Names/name"
    assert chosen.node != every.node


def test_the_object_itself_may_be_selected(multispeak: Resolver) -> None:
    context = multispeak.follow(None, parse("ReadingChangedNotification/changedMeterReads/meterReading/meterID"))
    place = multispeak.follow(Place(context.hops), parse(".[@meterNo]/@utility"))
    assert place.spelled(3) == "meterID[@meterNo]/@utility"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("MeterReadings/MeterReading/Meter/mRIDs", "did you mean mRID?"),
        ("MeterReadings/MeterReading/Readings/value/units", "is a value, it has no"),
        ("MeterReadings/MeterReading/Readings/ReadingType/@reff", "did you mean @ref?"),
        ("MeterReading/Readings", "no document element MeterReading"),
        ("MeterReadings/MeterReading[Readngs]", "did you mean Readings?"),
    ],
)
def test_a_name_that_the_schema_lacks_is_told_with_the_nearest(cim: Resolver, path: str, says: str) -> None:
    with pytest.raises(PlaceError) as error:
        cim.follow(None, parse(path))
    assert says in str(error.value)
