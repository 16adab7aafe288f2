"""Lists packed into one text, such as `1.5,1.0.0;1.6;`, as ordered nodes and back.

What a list looks like is data (`model:DelimitedList` in the ontology): delimiters, parts, and how the time of an item
follows from a start and a length. Nothing else computes with times or splits texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from lxml import etree

from cimrdf.namespaces import MODEL, RDF_TYPE
from cimrdf.turtle import Statements, Vocabulary

_MODEL = Vocabulary(MODEL)


class ListError(ValueError):
    """Items that cannot be packed into one text; the message says why."""


@dataclass(frozen=True, slots=True)
class DelimitedList:
    """How a list is packed. `parts` are the terms of an item's parts in order, the last taking all that follow; `end` is
    the term of the item's time. The other fields are XPath expressions from the element, with their defaults."""

    element: str
    type: str
    item: str
    parts: tuple[str, ...]
    end: str
    item_delimiter: tuple[str, str]
    part_delimiter: tuple[str, str]
    start: str
    length: str
    length_units: tuple[str, str]
    seconds: tuple[tuple[str, Decimal], ...]
    #: What joins the list with what stands around it.
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its position (from 1), the texts of its parts, its time."""

    position: int
    parts: tuple[str, ...]
    end: str | None


def read_lists(graph: Statements) -> list[DelimitedList]:
    """The lists that a graph declares."""
    found = []
    for subject in graph.subjects(RDF_TYPE, _MODEL.DelimitedList):

        def text(name: str, subject: str = subject) -> str:
            return str(graph.value(subject, _MODEL[name]) or "")

        parts = graph.value(subject, _MODEL.parts)
        units = tuple(
            (str(graph.value(unit, _MODEL.name)), Decimal(str(graph.value(unit, _MODEL.seconds)))) for unit in graph.objects(subject, _MODEL.unit)
        )
        found.append(
            DelimitedList(
                text("element"),
                text("type"),
                text("item"),
                tuple(str(part) for part in graph.items(parts)) if parts is not None else (),
                text("end"),
                (text("itemDelimiter"), text("defaultItemDelimiter")),
                (text("partDelimiter"), text("defaultPartDelimiter")),
                text("start"),
                text("length"),
                (text("lengthUnits"), text("defaultLengthUnits")),
                units,
                tuple(sorted(str(key) for key in graph.objects(subject, _MODEL.key))),
            )
        )
    return found


class Surroundings:
    """What stands around a packed list in its document."""

    def __init__(self, spec: DelimitedList, element: etree._Element) -> None:
        self.spec, self.element = spec, element
        #: Elements whose values were read.
        self.used: list[etree._Element] = []
        self.item_delimiter = self._text(*spec.item_delimiter)
        self.part_delimiter = self._text(*spec.part_delimiter)
        self.start = self._text(spec.start, "")
        self.length = self._length()
        for expression in spec.keys:
            self._text(expression, "")

    def find(self, expression: str) -> etree._Element | str | None:
        """The first thing that an expression finds."""
        namespace = etree.QName(self.element).namespace or ""
        found = self.element.xpath(expression, namespaces={"m": namespace}, here=[self.element])
        return found[0] if isinstance(found, list) and found else None

    def _text(self, expression: str, default: str) -> str:
        found = self.find(expression)
        holder = found if isinstance(found, etree._Element) else getattr(found, "getparent", lambda: None)()
        if holder is not None:
            self.used.append(holder)
        if isinstance(found, etree._Element):
            return found.text or default
        return str(found) if found is not None else default

    def _length(self) -> timedelta | None:
        """The length of one item, exact to the microsecond."""
        number = self._text(self.spec.length, "")
        seconds = dict(self.spec.seconds).get(self._text(*self.spec.length_units))
        if not number or seconds is None:
            return None
        try:
            return timedelta(microseconds=int(Decimal(number.strip()) * seconds * 1_000_000)) or None
        except (InvalidOperation, ValueError, OverflowError):
            return None


def unpack(around: Surroundings, text: str) -> list[Item]:
    """The items of a text; an empty one stands for a missing item and only counts."""
    pieces = text.strip().split(around.item_delimiter) if text.strip() else []
    if pieces and not pieces[-1].strip():
        pieces.pop()
    first = parse_time(around.start.strip())
    items = []
    for position, piece in enumerate(pieces, 1):
        if piece.strip():
            end = shift(first, around.length * position) if first is not None and around.length is not None else None
            items.append(Item(position, tuple(part.strip() for part in piece.split(around.part_delimiter)), end))
    return items


def pack(around: Surroundings, items: Sequence[tuple[str | None, tuple[str, ...]]]) -> tuple[str, str | None]:
    """Pack items (time, parts) into one text; returns it with the start of the first item.

    Raises:
        ListError: times are missing, repeated or off the beat, or a part contains a delimiter.
    """
    for _, parts in items:
        for part in parts:
            if around.item_delimiter in part or around.part_delimiter in part:
                raise ListError(f"{part!r} contains a delimiter of the list")
    if all(end is None for end, _ in items):
        return "".join(_piece(around, parts) for _, parts in items), None
    times = []
    for end, parts in items:
        moment = parse_time(end or "")
        if moment is None:
            raise ListError("an item has no time, or one that cannot be read")
        times.append((moment, parts))
    if around.length is None:
        raise ListError("nothing says how long an interval is")
    try:
        times.sort(key=lambda pair: pair[0].moment)
        start = shift(times[0][0], -around.length)
        return _on_the_beat(around, around.length, times), start
    except (TypeError, OverflowError):
        raise ListError("times with and without zone, or beyond the calendar, cannot stand in one list") from None


def _on_the_beat(around: Surroundings, length: timedelta, times: Sequence[tuple[Time, tuple[str, ...]]]) -> str:
    text, first = "", times[0][0].moment
    zones = {moment.zone for moment, _ in times}
    if len(zones) > 1:
        raise ListError("the intervals are stamped in different time zones")
    written = 0
    for moment, parts in times:
        steps, rest = divmod(moment.moment - first, length)
        if rest:
            raise ListError(f"{moment.text} is off the beat of {length}")
        if steps < written:
            raise ListError(f"{moment.text} occurs twice")
        text += around.item_delimiter * (steps - written) + _piece(around, parts)
        written = steps + 1
    return text


def _piece(around: Surroundings, parts: Sequence[str]) -> str:
    return around.part_delimiter.join(parts) + around.item_delimiter


@dataclass(frozen=True, slots=True)
class Time:
    """A dateTime with its lexical form, so that sums are written as their summands were."""

    text: str
    moment: datetime
    digits: str
    zone: str


_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def parse_time(text: str) -> Time | None:
    """Read an xs:dateTime of the years 0001 to 9999; None where it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match.group(1)) + timedelta(microseconds=int(Decimal(match.group(2) or "0") * 1_000_000))
    except ValueError:
        return None
    return Time(text, moment, match.group(2) or "", match.group(3) or "")


def shift(time: Time, by: timedelta) -> str:
    """A time plus a duration, in the lexical form and zone of the time."""
    moment = time.moment + by
    digits = (
        f".{moment.microsecond:06d}"[: len(time.digits)] if time.digits else (f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else "")
    )
    digits += "0" * (len(time.digits) - len(digits))
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + digits + time.zone
