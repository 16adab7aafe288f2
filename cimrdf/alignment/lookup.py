"""Looks a term up: where it stands in each version, and what its values become in the others, by which row."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import rdflib

from cimrdf._files import data_folder
from cimrdf.alignment.compose import Placed
from cimrdf.alignment.coverage import Survey, is_within, payload_paths, spelled, survey
from cimrdf.alignment.members import Member
from cimrdf.alignment.rows import LEFT, RIGHT, other, pair_names, turtle_files
from cimrdf.namespaces import compact, expand


@dataclass(frozen=True, slots=True)
class Use:
    """A row that speaks of a place: in which alignment and profile, the place of use, and what it says, for people."""

    row: str
    pair: str
    profile: str
    kind: str
    version: str
    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A place that a term names: its version, path from the document element, term, definition, cardinality, and rows."""

    version: str
    path: str
    term: str
    definition: str
    occurs: str
    rows: tuple[Use, ...]

    def __str__(self) -> str:
        head = f"{self.version} {self.path} ({compact(self.term)}, {self.occurs})"
        lines = [head, *([f"  {self.definition}"] if self.definition else [])]
        return "\n".join([*lines, *(f"  {use.sentence}  [{compact(use.row)}]" for use in self.rows)])


def lookup(term: str) -> list[Counterpart]:
    """Where a term stands and what becomes of it; empty where no alignment knows it (see `suggestions`).

    `term` is a local name (`mRID`, `@ref`), the end of a path (`Meter/mRID`), a prefixed term (`cim-2013:Reading.value`)
    or its IRI. Case matters only where both spellings exist.

    >>> found = lookup("readingValue/value")
    >>> found[0].version, found[0].rows[0].path
    ('multispeak-4.1', 'MeterReading/Readings/value')
    """
    places = list(_places())
    found = [place for place in places if _names(place[3], term)]
    found = found or [place for place in places if _names(place[3], term, fold=True)]
    merged: dict[tuple[str, str], Counterpart] = {}
    for known, profile, side, member in found:
        version = known.pair.left if side == LEFT else known.pair.right
        before = merged.get((version, member.path))
        uses = dict.fromkeys([*(before.rows if before else ()), *_uses(known, profile, side, member)])
        rows = tuple(sorted(uses, key=lambda use: use.kind.startswith("gap")))
        merged[version, member.path] = Counterpart(version, member.path, member.term, definitions().get(member.term, ""), member.occurs, rows)
    return list(merged.values())


def suggestions(term: str) -> list[str]:
    """Names near one that no alignment knows, best first."""
    names = {name for _, _, _, member in _places() for name in (member.name, compact(member.term))}
    last = term.rpartition("/")[2]
    folded = {name.casefold(): name for name in sorted(names)}
    near = difflib.get_close_matches(last.casefold(), folded, n=5, cutoff=0.6)
    return [folded[name] for name in near]


def _places() -> Iterator[tuple[Survey, str, str, Member]]:
    for name in pair_names():
        known = survey(name)
        for profile in known.composer.names:
            for side in (LEFT, RIGHT):
                yield from ((known, profile, side, member) for member in known.members(profile, side))


def _names(member: Member, term: str, *, fold: bool = False) -> bool:
    """Whether a term names a place."""
    folded = str.casefold if fold else str
    if expand(term) != term or term.startswith("http"):
        return folded(member.term) == folded(expand(term))
    wanted, path = folded(term.strip("/")), folded(member.path)
    return path == wanted or path.endswith(f"/{wanted}") or path.endswith(f"/@{wanted}")


@cache
def definitions() -> dict[str, str]:
    """Our definitions of terms, by IRI. The files have one term a paragraph, so only paragraphs with a definition are read."""
    found: dict[str, str] = {}
    for file in turtle_files(data_folder("ontology")):
        if file.name.endswith(".model.ttl"):
            continue
        head, *paragraphs = file.read_text(encoding="utf-8").split("\n\n")
        chosen = [part for part in paragraphs if "rdfs:comment" in part or part.startswith("@prefix")]
        if chosen:
            graph = rdflib.Graph().parse(data="\n\n".join([head, *chosen]), format="turtle")
            found.update((str(subject), " ".join(str(text).split())) for subject, text in graph.subject_objects(rdflib.RDFS.comment))
    return found


# ---------------------------------------------------------------------- what rows say


def _uses(known: Survey, profile: str, side: str, member: Member) -> Iterator[Use]:
    read = any(item.row.kind not in ("Gap", "Nest") and member.path in known.named(item, side) for item in known.rows(profile))
    for item in known.rows(profile):
        if any(place.contradictory for one in (LEFT, RIGHT) for _, place in item.places(one)):
            continue
        stands = any(place.plain(0) == member.path for _, place in (*item.places(side), *item.optional(side)))
        around = item.row.kind == "Gap" and is_within(member.path, {place.plain(0): None for _, place in item.places(side)})
        if stands or around or (item.row.kind != "Nest" and member.path in known.named(item, side)):
            yield from _use(known, item, side, stands=stands, read=read)
    if member.path in known.chosen(profile, side):
        yield from _exchanges(known, side, member)


def _use(known: Survey, item: Placed, side: str, *, stands: bool, read: bool) -> Iterator[Use]:
    row, across = item.row, other(side)
    version = known.pair.left if across == LEFT else known.pair.right
    path = spelled(item, across)
    kind = f"gap-in-{row.lacking}" if row.kind == "Gap" else row.kind.lower()
    for sentence in _sentences(item, side, version, _listed(path), stands=stands):
        if read and sentence.startswith("has no"):
            sentence = f"where no other row applies, {sentence}"
        yield Use(row.iri, known.pair.name, item.profile, kind, version, path, sentence)


def _listed(paths: str) -> str:
    """Paths for a sentence: many are told by the shortest and their number."""
    parts = sorted(paths.split(), key=len)
    return " and ".join(parts) if len(parts) <= 2 else f"{parts[0]} and {len(parts) - 1} more"


def _sentences(item: Placed, side: str, version: str, path: str, *, stands: bool) -> Iterator[str]:
    row, across = item.row, other(side)
    how = f" by the value map {compact(row.values)}" if row.values else " by its rule"
    loss = "" if row.lossless else ", which does not come back exactly"
    if row.kind == "Gap":
        if row.lacking == across:
            yield f"has no counterpart in {version}: {row.comment}"
        if item.writes(side):
            yield f"is written as a constant, for {version} has no counterpart: {row.comment}"
    elif row.kind == "Nest":
        one_way = {None: "corresponds to", side: "is made from", across: "becomes"}[row.only]
        yield f"{one_way} {path} in {version}"
    elif not stands:
        yield f"decides which value {version} {path} stands for"
    elif row.kind == "Correlation" and not row.values:
        yield f"is carried as {path} in {version}"
    else:
        if item.writes(across):
            yield f"becomes {path} in {version}{how}{loss}"
        if item.writes(side) and not item.writes(across):
            yield f"is made from {path} in {version}{how}{loss}"


def _exchanges(known: Survey, side: str, member: Member) -> Iterator[Use]:
    across = other(side)
    version = known.pair.left if across == LEFT else known.pair.right
    for exchange in known.pair.exchanges:
        conditions = exchange.left_conditions if side == LEFT else exchange.right_conditions
        value = next((item.value for item in conditions if item.path == member.path), None)
        if value is not None:
            names = " or ".join(path.rpartition("/")[2] for path in payload_paths(exchange, across))
            sentence = f"with the value {value!r} chooses {names} in {version}"
            yield Use(exchange.iri, known.pair.name, "Header", "transformation", version, names, sentence)
