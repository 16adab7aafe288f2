"""Rows as they stand in `alignments/**/*.ttl`, read into objects and checked for their form.

`docs/row-model.md` describes the terms; `alignments/README.md` shows how to add a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources.abc import Traversable

from cimrdf._files import data_folder
from cimrdf.alignment.paths import Path, PathError, parse
from cimrdf.findings import CimrdfError, Refused, finding
from cimrdf.namespaces import DCTERMS, MAP, RDF_TYPE, RDFS, SEMAPV, SKOS, SSSOM
from cimrdf.turtle import Statements, Term, Vocabulary, read_turtle

_MAP = Vocabulary(MAP)
_SSSOM = Vocabulary(SSSOM)

#: Keys that a row, a class mapping, a profile, an exchange or a pair may have; any other is an error.
KNOWN_KEYS = frozenset(
    _MAP[name]
    for name in [
        "left",
        "right",
        "leftOptional",
        "rightOptional",
        "relation",
        "use",
        "toRight",
        "toLeft",
        "values",
        "whenLeft",
        "whenRight",
        "unless",
        "only",
        "lossless",
        "lacking",
        "confidential",
        "identity",
        "finding",
        "restOf",
        "row",
        "profile",
        "name",
        "exchange",
        "leftPayload",
        "rightPayload",
        "leftCondition",
        "rightCondition",
        "steps",
        "leftCode",
        "rightCode",
        "order",
    ]
)

LEFT, RIGHT = "left", "right"

#: The profile of message-level rows.
HEADER = "Header"


class RowError(CimrdfError):
    """A row cannot be read. `row` and `file` say which, the message what is wrong and what would be right."""

    def __init__(self, row: str, file: str, message: str) -> None:
        self.row, self.file = row, file
        super().__init__(f"{file}: {row}: {message}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A look-up in a value map between two variables of a row's expressions."""

    values: str
    left: str
    right: str


#: A direction of a transformation: SPARQL (`BIND`, `FILTER`) and look-ups, in order.
Steps = tuple[str | Lookup, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One statement about one pair of terms (or about a term without counterpart).

    Attributes:
        kind: `Correlation`, `Transformation`, `Gap` or `Nest` (a structural row that uses a class mapping).
        left, right: the paths it reads and writes, from the object of its class mapping.
        relation: the SKOS mapping property, as IRI.
        only: the one direction it works in, `left` or `right` being the side it writes; None for both.
        lacking: for a gap, the side without counterpart.
        identity: the value names the message; each further message that one becomes gets a number behind it.
        confidential: the value is a secret; it is never kept in another message.
        reports: the finding code for values that end here, for rest rows that tell.
    """

    iri: str
    kind: str
    file: str
    left: tuple[Path, ...] = ()
    right: tuple[Path, ...] = ()
    left_optional: tuple[Path, ...] = ()
    right_optional: tuple[Path, ...] = ()
    relation: str | None = None
    use: str | None = None
    to_right: Steps = ()
    to_left: Steps = ()
    values: str | None = None
    when_left: str | None = None
    when_right: str | None = None
    unless: tuple[str, ...] = ()
    only: str | None = None
    lossless: bool = True
    lacking: str | None = None
    reports: str | None = None
    rest_of: str | None = None
    confidential: bool = False
    identity: bool = False
    confidence: float | None = None
    justification: str = SEMAPV + "ManualMappingCuration"
    source: str = ""
    comment: str = ""

    @property
    def name(self) -> str:
        """The local name of the row's IRI."""
        return self.iri.rpartition("#")[2].rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ClassMapping:
    """Rows about one class on each side, written once and used by profiles and other class mappings."""

    iri: str
    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The rows of one profile: structural rows from the document elements of the payloads on."""

    iri: str
    name: str
    rows: tuple[Row, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A value that a message must have (read) or gets (written)."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Which message on the left goes with which on the right: a verb and noun with an operation, and its envelopes."""

    iri: str
    file: str
    profile: str
    order: int
    left_payloads: tuple[str, ...]
    right_payloads: tuple[str, ...]
    left_conditions: tuple[Condition, ...]
    right_conditions: tuple[Condition, ...]
    confidence: float | None
    source: str
    comment: str
    only: str | None


@dataclass
class Pair:
    """An alignment: the two versions, the profiles, the exchanges, and the class mappings by IRI."""

    name: str
    left: str
    right: str
    profiles: dict[str, Profile] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    class_mappings: dict[str, ClassMapping] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)


def turtle_files(folder: Traversable) -> Iterator[Traversable]:
    """Turtle files below a folder, in a fixed order."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from turtle_files(entry)
        elif entry.name.endswith(".ttl"):
            yield entry


@cache
def pair_names() -> tuple[str, ...]:
    """The alignments that are installed, by the names of their folders."""
    return tuple(sorted(entry.name for entry in data_folder("alignments").iterdir() if entry.is_dir() and "--" in entry.name))


def find_pair(one: str, other: str) -> str:
    """The alignment between two versions, in either order.

    Raises:
        Refused: `not-aligned-yet`.
    """
    for name in (f"{one}--{other}", f"{other}--{one}"):
        if name in pair_names():
            return name
    raise Refused(finding("not-aligned-yet", f"there is no alignment between {one} and {other}; there are {', '.join(pair_names())}"))


@cache
def load_pair(name: str) -> Pair:
    """Read an alignment: its folder and the class mappings that all pairs share.

    Raises:
        RowError: a row cannot be read.
    """
    left, _, right = name.partition("--")
    reader = _Reader(Pair(name, left, right))
    root = data_folder("alignments")
    shared = root / "classes"
    for file in [*(turtle_files(shared) if shared.is_dir() else ()), *turtle_files(root / name)]:
        reader.read(file)
    return reader.finish()


def read_pair(name: str, files: Mapping[str, bytes]) -> Pair:
    """Read an alignment from Turtle in hand: file names and their bytes.

    Raises:
        RowError: a row cannot be read.
    """
    left, _, right = name.partition("--")
    reader = _Reader(Pair(name, left, right))
    for file, data in files.items():
        reader.parse(file, data)
    return reader.finish()


class _Reader:
    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.graphs: list[tuple[str, Statements]] = []

    def read(self, file: Traversable) -> None:
        self.parse(file.name, file.read_bytes())

    def parse(self, file: str, data: bytes) -> None:
        try:
            graph = read_turtle(data)
        except SyntaxError as error:
            raise RowError("", file, f"is not Turtle: {' '.join(str(error).split())[:200]}") from None
        self._refuse_unknown_keys(graph, file)
        self.graphs.append((file, graph))

    def finish(self) -> Pair:
        for file, graph in self.graphs:
            for kind in ("Correlation", "Transformation", "Gap", "Nest"):
                for subject in graph.subjects(RDF_TYPE, _MAP[kind]):
                    self.pair.rows[str(subject)] = self._row(graph, subject, kind, file)
        for file, graph in self.graphs:
            for subject in graph.subjects(RDF_TYPE, _MAP.ClassMapping):
                label = str(graph.value(subject, RDFS + "label") or "")
                self.pair.class_mappings[str(subject)] = ClassMapping(str(subject), label, self._rows(graph, subject, file))
            for subject in graph.subjects(RDF_TYPE, _MAP.Profile):
                name = str(graph.value(subject, _MAP.name))
                comment = str(graph.value(subject, RDFS + "comment") or "")
                self.pair.profiles[name] = Profile(str(subject), name, self._rows(graph, subject, file), comment)
            for subject in graph.subjects(RDF_TYPE, _MAP.Exchange):
                self.pair.exchanges.append(self._exchange(graph, subject, file))
        self.pair.exchanges.sort(key=lambda exchange: (exchange.order, exchange.iri))
        return self.pair

    @staticmethod
    def _refuse_unknown_keys(graph: Statements, file: str) -> None:
        import difflib

        for subject, predicate, _ in graph:
            if predicate.startswith(MAP) and predicate not in KNOWN_KEYS:
                local = str(predicate)[len(MAP) :]
                near = difflib.get_close_matches(local, [str(key)[len(MAP) :] for key in KNOWN_KEYS], n=1)
                raise RowError(str(subject), file, f"unknown key map:{local}" + (f"; did you mean map:{near[0]}?" if near else ""))

    def _rows(self, graph: Statements, subject: str, file: str) -> tuple[Row, ...]:
        rows = []
        for item in graph.objects(subject, _MAP.row):
            if str(item) not in self.pair.rows:
                raise RowError(str(subject), file, f"names the row {item}, which does not exist or has no kind")
            rows.append(self.pair.rows[str(item)])
        return tuple(sorted(rows, key=lambda row: row.iri))

    def _row(self, graph: Statements, subject: str, kind: str, file: str) -> Row:
        def one(name: str) -> str | None:
            value = graph.value(subject, _MAP[name])
            return None if value is None else str(value)

        def paths(name: str) -> tuple[Path, ...]:
            try:
                return tuple(sorted((parse(str(value)) for value in graph.objects(subject, _MAP[name])), key=lambda path: path.text))
            except PathError as error:
                raise RowError(str(subject), file, str(error)) from None

        only, lacking = one("only"), one("lacking")
        confidence = graph.value(subject, _SSSOM.confidence)
        lossless = graph.value(subject, _MAP.lossless)
        justification = graph.value(subject, _SSSOM.mapping_justification)
        row = Row(
            str(subject), kind, file, paths("left"), paths("right"), paths("leftOptional"), paths("rightOptional"),
            one("relation"), one("use"), self._steps(graph, subject, "toRight", file), self._steps(graph, subject, "toLeft", file),
            one("values"), one("whenLeft"), one("whenRight"), tuple(sorted(str(item) for item in graph.objects(subject, _MAP.unless))),
            None if only is None else only[len(MAP) :].removeprefix("to").lower(),
            lossless is None or str(lossless) == "true",
            None if lacking is None else lacking[len(MAP) :],
            one("finding"), one("restOf"), one("confidential") == "true", one("identity") == "true",
            None if confidence is None else float(str(confidence)),
            str(justification) if justification else SEMAPV + "ManualMappingCuration",
            str(graph.value(subject, DCTERMS + "source") or ""), str(graph.value(subject, RDFS + "comment") or ""),
        )  # fmt: skip
        self._check_form(row)
        return row

    @staticmethod
    def _check_form(row: Row) -> None:
        problem = None
        if row.kind == "Correlation" and (len(row.left) != 1 or len(row.right) != 1):
            problem = "a correlation has one map:left and one map:right"
        elif row.kind == "Correlation" and not (row.relation or "").startswith(SKOS):
            problem = "a correlation needs map:relation, one of the SKOS mapping properties"
        elif row.kind == "Nest" and not row.use:
            problem = "a structural row needs map:use, a class mapping"
        elif row.kind == "Gap" and row.lacking not in (LEFT, RIGHT):
            problem = "a gap needs map:lacking, map:left or map:right"
        elif row.kind == "Gap" and not row.comment:
            problem = "a gap needs rdfs:comment: which candidates were looked at, and why none fits"
        elif row.kind == "Transformation" and not (row.values or row.to_right or row.to_left):
            problem = "a transformation needs map:values, map:toRight or map:toLeft"
        if problem:
            raise RowError(row.iri, row.file, problem)

    def _steps(self, graph: Statements, subject: str, name: str, file: str) -> Steps:
        value = graph.value(subject, _MAP[name])
        if value is None:
            return ()
        if not isinstance(value, Term):
            return (str(value),)
        steps: list[str | Lookup] = []
        for item in self._flat(graph, value):
            if not isinstance(item, Term):
                steps.append(str(item))
                continue
            values, left, right = (graph.value(item, _MAP[key]) for key in ("values", "leftCode", "rightCode"))
            if values is None or left is None or right is None:
                raise RowError(str(subject), file, f"a look-up in map:{name} needs map:values, map:leftCode and map:rightCode")
            steps.append(Lookup(str(values), str(left).lstrip("?"), str(right).lstrip("?")))
        return tuple(steps)

    def _flat(self, graph: Statements, value: str) -> Iterator[str]:
        """The items of a list of steps; a named list inside it (`map:steps`) stands for its own items."""
        for item in graph.items(value):
            shared = graph.value(item, _MAP.steps)
            if shared is None:
                yield item
            else:
                yield from self._flat(graph, shared)

    @staticmethod
    def _exchange(graph: Statements, subject: str, file: str) -> Exchange:
        def texts(name: str) -> tuple[str, ...]:
            return tuple(sorted(str(value) for value in graph.objects(subject, _MAP[name])))

        def ordered(name: str) -> tuple[str, ...]:
            value = graph.value(subject, _MAP[name])
            return () if value is None else (str(value),) if not isinstance(value, Term) else tuple(str(item) for item in graph.items(value))

        def conditions(name: str) -> tuple[Condition, ...]:
            pairs = (text.partition("=") for text in texts(name))
            return tuple(Condition(path.strip(), value.strip().strip("'")) for path, _, value in pairs)

        confidence = graph.value(subject, _SSSOM.confidence)
        only = graph.value(subject, _MAP.only)
        return Exchange(
            str(subject), file, str(graph.value(subject, _MAP.profile)), int(str(graph.value(subject, _MAP.order) or 0)),
            ordered("leftPayload"), ordered("rightPayload"), conditions("leftCondition"), conditions("rightCondition"),
            None if confidence is None else float(str(confidence)),
            str(graph.value(subject, DCTERMS + "source") or ""), str(graph.value(subject, RDFS + "comment") or ""),
            None if only is None else str(only)[len(MAP) :].removeprefix("to").lower(),
        )  # fmt: skip


def other(side: str) -> str:
    """The side across."""
    return RIGHT if side == LEFT else LEFT


__all__ = [
    "HEADER", "LEFT", "RIGHT", "ClassMapping", "Condition", "Exchange", "Lookup", "Pair", "Profile", "Row", "RowError", "Steps",
    "find_pair", "load_pair", "other", "pair_names", "read_pair", "turtle_files",
]  # fmt: skip
