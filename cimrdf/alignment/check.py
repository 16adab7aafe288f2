"""`cimrdf check`: holds every alignment against the schemas, against itself, and against what is derived from it.

Each finding names the file and the row, says what is wrong and what would be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from cimrdf._files import data_folder
from cimrdf.alignment.compose import Composer, Placed
from cimrdf.alignment.constraints import SIDES, Constraints, about, lookups, steps_to
from cimrdf.alignment.coverage import Survey
from cimrdf.alignment.expressions import statements
from cimrdf.alignment.inverse import check_inverses
from cimrdf.alignment.paths import PathError, parse
from cimrdf.alignment.places import PlaceError
from cimrdf.alignment.rows import LEFT, RIGHT, ClassMapping, Exchange, Lookup, Pair, Profile, Row, RowError, load_pair, other, pair_names
from cimrdf.alignment.rules import derive_rules
from cimrdf.alignment.values import value_maps
from cimrdf.findings import Finding, finding, has_errors
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import Catalogue, load_catalogue


def check(pair: str | None = None) -> list[Finding]:
    """Check one alignment or all that are installed, the files derived from them, and the ontologies."""
    from cimrdf.ontology_check import check_ontologies

    findings: list[Finding] = []
    for name in pair_names() if pair is None else (pair,):
        try:
            findings += check_pair(load_pair(name))
        except RowError as error:
            findings.append(_row_error("row-malformed", error))
            continue
        findings += stale_files(name)
    return findings + list(check_ontologies())


def check_pair(pair: Pair, catalogue: Catalogue | None = None) -> list[Finding]:
    """Check an alignment that was read.

    Where a row cannot be placed, that is all that is said: what would follow from it is no news.
    """
    catalogue = catalogue or load_catalogue()
    findings = [*_dangling(pair, catalogue), *_unused(pair)]
    if has_errors(findings):
        return findings
    survey = Survey(Composer(pair, catalogue))
    findings += [item for profile in survey.composer.names for item in _malformed(survey, profile)]
    if has_errors(findings):
        return findings
    for profile in survey.composer.names:
        findings += Constraints(survey, profile).findings()
    return [*dict.fromkeys(findings), *check_inverses(survey)]


def _row_error(code: str, error: RowError) -> Finding:
    message = str(error).removeprefix(f"{error.file}: {error.row}: ")
    name = compact(error.row) if error.row else None
    return finding(code, f"{name}: {message}" if name else message, file=error.file, row=name)


# ---------------------------------------------------------------------- terms


def _dangling(pair: Pair, catalogue: Catalogue) -> Iterator[Finding]:
    """Names of things that are not there. A profile is composed again without the row that failed, so that all are told."""
    seen: set[str] = set()
    rest = replace(pair)
    while True:
        composer = Composer(rest, catalogue)
        error = next((error for name in composer.names if (error := _composing(composer, name))), None)
        if error is None:
            break
        yield _row_error("row-dangling", error)
        if error.row in seen:
            break
        seen.add(error.row)
        rest = _without(rest, error.row)
    yield from _dangling_names(pair)
    for exchange in pair.exchanges:
        yield from _dangling_exchange(exchange, pair, Composer(pair, catalogue))


def _composing(composer: Composer, profile: str) -> RowError | None:
    try:
        composer.profile(profile)
    except RowError as error:
        return error
    return None


def _without(pair: Pair, row: str) -> Pair:
    """The alignment without one row."""

    def kept(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(item for item in rows if item.iri != row)

    mappings: dict[str, ClassMapping] = {iri: replace(item, rows=kept(item.rows)) for iri, item in pair.class_mappings.items()}
    profiles: dict[str, Profile] = {name: replace(item, rows=kept(item.rows)) for name, item in pair.profiles.items()}
    return replace(pair, class_mappings=mappings, profiles=profiles)


def _dangling_names(pair: Pair) -> Iterator[Finding]:
    for row in pair.rows.values():
        for iri in [*row.unless, *([row.rest_of] if row.rest_of else [])]:
            if iri not in pair.rows:
                yield about(row, "row-dangling", f"map:unless or map:restOf names {compact(iri)}, which is no row")
        for name in dict.fromkeys(lookup.values for to in SIDES for lookup in lookups(row, to)):
            if name not in value_maps():
                known = ", ".join(sorted(compact(iri) for iri in value_maps()))
                yield about(row, "row-dangling", f"looks up {compact(name)}, which is no value map of alignments/values; there are {known}")


def _dangling_exchange(exchange: Exchange, pair: Pair, composer: Composer) -> Iterator[Finding]:
    if exchange.profile not in pair.profiles:
        known = ", ".join(sorted(pair.profiles))
        yield about(exchange, "row-dangling", f"map:profile names {exchange.profile}, which is no profile; there are {known}")
    conditions = {LEFT: exchange.left_conditions, RIGHT: exchange.right_conditions}
    payloads = {LEFT: exchange.left_payloads, RIGHT: exchange.right_payloads}
    for side in SIDES:
        for path in [*payloads[side], *(item.path for item in conditions[side])]:
            try:
                composer.resolvers[side].follow(None, parse(path))
            except (PlaceError, PathError) as error:
                yield about(exchange, "row-dangling", f"map:{side}Payload or map:{side}Condition: {error}")


def _unused(pair: Pair) -> Iterator[Finding]:
    """Rows of the alignment that no profile leads to; classes are shared, and need not be used by every alignment."""
    reached: set[str] = set()
    waiting = [row for profile in pair.profiles.values() for row in profile.rows]
    while waiting:
        row = waiting.pop()
        if row.iri not in reached:
            reached.add(row.iri)
            mapping = pair.class_mappings.get(row.use or "")
            waiting += mapping.rows if mapping is not None else ()
    for row in pair.rows.values():
        if row.iri not in reached and f"/{pair.name}/" in row.iri:
            text = "is used by no profile, so it does nothing; name it in the map:row of a profile or class mapping, or remove it"
            yield about(row, "row-unused", text)


# ---------------------------------------------------------------------- SPARQL


def _malformed(survey: Survey, profile: str) -> Iterator[Finding]:
    """Transformations whose SPARQL cannot be read, or whose variables have no value."""
    placed = survey.composer.profile(profile)
    seen: set[tuple[str, str]] = set()
    for to in SIDES:
        for rule in derive_rules(placed, survey.pair, to):
            row = rule.placed.row
            if (row.iri, to) in seen:
                continue
            seen.add((row.iri, to))
            key = f"map:to{to.capitalize()}"
            for name in _unbound(rule.placed, to):
                remedy = f"bind it by a path (AS ?{name}), a look-up or BIND"
                yield about(row, "row-malformed", f"{key} uses or writes ?{name}, to which nothing gives a value; {remedy}")
            for text in _texts(row, to):
                if problem := _syntax(text):
                    yield about(row, "row-malformed", f"{key} is not SPARQL: {problem} in {' '.join(text.split())[:80]}")


def _texts(row: Row, to: str) -> list[str]:
    """What a row says in SPARQL for one direction, each as something that can stand in a group."""
    steps = [step for step in steps_to(row, to) if isinstance(step, str)]
    texts = [step if statements(step)[0].variable != "" else f"BIND({step} AS ?value)" for step in steps]
    guard = row.when_left if to == RIGHT else row.when_right
    return [*texts, *([f"FILTER({guard})"] if guard else [])]


@cache
def _syntax(text: str) -> str:
    """What is wrong with a piece of SPARQL; empty where nothing is."""
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parseQuery(f"SELECT * WHERE {{ {text} }}")
    except Exception as error:  # the parser raises what its grammar library happens to raise
        return " ".join(str(error).split())[:120]
    return ""


def _unbound(item: Placed, to: str) -> list[str]:
    """Variables of a direction that have no value."""
    row, source = item.row, other(to)
    if row.kind == "Correlation":
        return []
    bound = {path.variable or source for path, _ in (*item.places(source), *item.optional(source))}
    places = [*item.side(source).trail, *(place for _, place in item.places(source))]
    bound |= {selection.variable for place in places for hop in place.hops for selection in hop.selections if selection.variable}
    for lookup in lookups(row, to):
        bound |= {lookup.left, lookup.right}
    output = (item.places(to)[0][0].variable or to) if item.places(to) else to
    found = [one for step in steps_to(row, to) if not isinstance(step, Lookup) for one in statements(step, output)]
    bound |= {one.variable for one in found if one.variable}
    wanted = [name for one in found for name in sorted(one.inputs)]
    wanted += [path.variable or to for path, place in item.places(to) if place.predicate is not None]
    wanted += [selection.variable for _, place in item.places(to) for hop in place.hops for selection in hop.selections if selection.variable]
    return [name for name in dict.fromkeys(wanted) if name not in bound]


# ---------------------------------------------------------------------- derived files


def stale_files(pair: str) -> Iterator[Finding]:
    """Committed rules that differ from what the rows give."""
    from cimrdf.alignment.export import rule_files

    folder = data_folder("alignments") / pair
    derived = rule_files(pair)
    committed = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".rq")}
    for name in sorted({*derived, *committed}):
        file = f"alignments/{pair}/{name}"
        if name not in committed:
            yield finding("derived-stale", "is missing; the rows give it", file=file)
        elif name not in derived:
            yield finding("derived-stale", "is derived from no row any more; remove it", file=file)
        elif derived[name] != committed[name]:
            line = _first_difference(derived[name], committed[name])
            yield finding("derived-stale", "differs from what the rows give", file=file, line=line)


def _first_difference(one: str, two: str) -> int:
    lines = zip(one.splitlines(), two.splitlines(), strict=False)
    return next((number for number, (left, right) in enumerate(lines, 1) if left != right), min(one.count("\n"), two.count("\n")) + 1)
