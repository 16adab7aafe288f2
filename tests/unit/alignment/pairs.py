"""Small alignments for tests, written as Turtle."""

from __future__ import annotations

from functools import cache

from cimrdf.alignment.compose import Composer
from cimrdf.alignment.coverage import Survey
from cimrdf.alignment.rows import Pair, read_pair
from cimrdf.schema.catalogue import load_catalogue

PAIR = "cim-2013--multispeak-4.1"

_HEAD = """
@prefix :      <https://w3id.org/cimrdf/alignments/cim-2013--multispeak-4.1/Test#> .
@prefix map:   <https://w3id.org/cimrdf/map#> .
@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos:  <http://www.w3.org/2004/02/skos/core#> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix values: <https://w3id.org/cimrdf/values#> .
"""

_PROFILE = """
:MeterReadings a map:Profile ; map:name "MeterReadings" ; map:row :reading .
:reading a map:Nest ; map:use :Reading ;
    map:left "MeterReadings/MeterReading" ; map:right "ReadingChangedNotification/changedMeterReads/meterReading" .
:Reading a map:ClassMapping ; map:row :meter, :values .
:meter a map:Nest ; map:use :Meter ; map:left "Meter" ; map:right "meterID" .
:values a map:Nest ; map:use :Value ; map:left "Readings" ; map:right "readingValues/readingValue" .
"""


def turtle(rows: str) -> bytes:
    """An alignment file with some statements."""
    return (_HEAD + rows).encode()


def pair_of(*, meter: str = "", value: str = "", more: str = "") -> Pair:
    """An alignment with rows of a meter, of a value, and other statements; a row is named by the first word of its line."""
    lists = f":Meter a map:ClassMapping {_listed(meter)} .\n:Value a map:ClassMapping {_listed(value)} .\n"
    return read_pair(PAIR, {"Test.ttl": turtle(_PROFILE + lists + meter + value + more)})


def _listed(rows: str) -> str:
    names = [line.split()[0] for line in rows.splitlines() if line.startswith(":")]
    return f"; map:row {', '.join(names)}" if names else ""


def survey_of(pair: Pair) -> Survey:
    """The survey of an alignment."""
    return Survey(Composer(pair, load_catalogue()))


@cache
def installed() -> Survey:
    """The survey of the alignment that is installed."""
    from cimrdf.alignment.coverage import survey

    return survey(PAIR)
