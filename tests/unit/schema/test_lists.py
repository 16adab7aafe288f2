"""Lists packed into one text, taken apart and packed again."""

from __future__ import annotations

import pytest
from lxml import etree

from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.lists import DelimitedList, ListError, Surroundings, pack, parse_time, shift, unpack

NAMESPACE = "http://www.multispeak.org/Version_4.1_Release"

DOCUMENT = f"""<intervalReads xmlns="{NAMESPACE}">
  <statusDelimiter>,</statusDelimiter><intervalDelimiter>{{delimiter}}</intervalDelimiter>
  <profiles><profile profileID="p"><intervalLength units="{{units}}">{{length}}</intervalLength></profile></profiles>
  <blocks><block><profileID>p</profileID><intervalStart>{{start}}</intervalStart><dB><chs><ch><idx>1</idx><d/></ch></chs></dB></block></blocks>
</intervalReads>"""


@pytest.fixture
def spec() -> DelimitedList:
    catalogue = load_catalogue()
    catalogue.root(NAMESPACE, "IntervalDataNotification")
    found = catalogue.list_of("https://w3id.org/cimrdf/multispeak-4.1#ch.d")
    assert found is not None
    return found


def around(
    spec: DelimitedList, start: str = "2026-01-01T00:00:00Z", length: str = "15", units: str = "Minutes", delimiter: str = ";"
) -> Surroundings:
    root = etree.fromstring(DOCUMENT.format(start=start, length=length, units=units, delimiter=delimiter))
    return Surroundings(spec, next(root.iter(f"{{{NAMESPACE}}}d")))


def test_items_end_one_length_after_the_start(spec: DelimitedList) -> None:
    items = unpack(around(spec), "1,2;5;6,4,8;")
    assert [(item.position, item.parts, item.end) for item in items] == [
        (1, ("1", "2"), "2026-01-01T00:15:00Z"),
        (2, ("5",), "2026-01-01T00:30:00Z"),
        (3, ("6", "4", "8"), "2026-01-01T00:45:00Z"),
    ]


def test_an_empty_item_only_counts(spec: DelimitedList) -> None:
    assert [(item.position, item.end) for item in unpack(around(spec), "1;;3")] == [(1, "2026-01-01T00:15:00Z"), (3, "2026-01-01T00:45:00Z")]


@pytest.mark.parametrize(
    ("start", "length", "units"), [("not a time", "15", "Minutes"), ("2026-01-01T00:00:00Z", "x", "Minutes"), ("2026-01-01T00:00:00Z", "1", "Months")]
)
def test_without_a_readable_start_or_length_items_have_no_time(spec: DelimitedList, start: str, length: str, units: str) -> None:
    assert [item.end for item in unpack(around(spec, start, length, units), "1;2")] == [None, None]


def test_packing_gives_the_text_and_the_start_back(spec: DelimitedList) -> None:
    place = around(spec, start="2026-01-01T00:00:00.000+01:00")
    text = "1.50,1.0.0;;3;"
    items = [(item.end, item.parts) for item in unpack(place, text)]
    assert pack(place, items) == (text, "2026-01-01T00:00:00.000+01:00")


@pytest.mark.parametrize(
    ("times", "says"),
    [
        (["2026-01-01T00:15:00Z", "2026-01-01T00:40:00Z"], "off the beat"),
        (["2026-01-01T00:15:00Z", "2026-01-01T00:15:00Z"], "occurs twice"),
        (["2026-01-01T00:15:00Z", None], "has no time"),
        (["2026-01-01T00:15:00Z", "2026-01-01T00:30:00+01:00"], "different time zones"),
    ],
)
def test_irregular_times_are_refused(spec: DelimitedList, times: list[str | None], says: str) -> None:
    with pytest.raises(ListError, match=says):
        pack(around(spec), [(time, ("1",)) for time in times])


def test_a_delimiter_inside_a_value_is_refused(spec: DelimitedList) -> None:
    with pytest.raises(ListError, match="delimiter"):
        pack(around(spec), [("2026-01-01T00:15:00Z", ("1;2",))])


def test_an_unknown_length_is_refused(spec: DelimitedList) -> None:
    with pytest.raises(ListError, match="how long"):
        pack(around(spec, length=""), [("2026-01-01T00:15:00Z", ("1",))])


@pytest.mark.parametrize("text", ["2026-02-28T23:59:59.5Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00-05:00"])
def test_a_time_shifted_there_and_back_keeps_its_form(text: str) -> None:
    from datetime import timedelta

    time = parse_time(text)
    assert time is not None
    there = parse_time(shift(time, timedelta(minutes=30)))
    assert there is not None
    assert shift(there, timedelta(minutes=-30)) == text
