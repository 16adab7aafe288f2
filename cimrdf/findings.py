"""What cimrdf has to say about a message: findings with a stable code, a place and a remedy.

`CATALOGUE` lists every code; the documentation page of findings is made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: `error` sets exit status 1, `warning` and `assumption` do not."""

    ERROR = "error"
    WARNING = "warning"
    ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue: a code, its severity, what it means and what a person can do about it."""

    code: str
    severity: Severity
    meaning: str
    remedy: str


_E, _W, _A = Severity.ERROR, Severity.WARNING, Severity.ASSUMPTION

CATALOGUE: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        # --- reading ---
        Kind("input-missing", _E, "The input cannot be opened.", "Check the path and its permissions."),
        Kind("input-empty", _E, "The input holds no bytes.", "Check that the sender wrote the file to its end."),
        Kind("xml-malformed", _E, "The input is not well-formed XML.", "Mend the XML at the line given."),
        Kind(
            "xml-doctype",
            _E,
            "The input has a document type declaration. It could define entities, so it is not read.",
            "Remove the DOCTYPE; neither standard uses one.",
        ),
        Kind(
            "xml-limit",
            _E,
            "The input goes beyond a limit that guards against hostile XML (depth, length of a text).",
            "Split the message, or ask the sender why it is nested or long like this.",
        ),
        Kind(
            "root-unknown",
            _E,
            "The document element belongs to no version that is loaded.",
            "Send a payload, a 61968-100 message or a SOAP envelope of one of the versions that `cimrdf vocabulary` lists.",
        ),
        Kind(
            "namespace-unknown",
            _E,
            "The namespace looks like one of a known standard, but not of an edition that is loaded.",
            "Check the year in the namespace against the editions that `cimrdf vocabulary` lists.",
        ),
        Kind(
            "namespace-variant",
            _W,
            "A name seen in drafts and in the field was read as the published one.",
            "Nothing needs to be done; the output uses the published names.",
        ),
        Kind(
            "payload-missing",
            _E,
            "The message carries no payload that could be translated.",
            "Send a message with a payload, or translate the one it answers.",
        ),
        Kind(
            "not-aligned-yet",
            _E,
            "No alignment says what this profile or operation becomes in the other version.",
            "`cimrdf coverage` lists what is aligned.",
        ),
        Kind(
            "version-unknown",
            _E,
            "No version of this name is loaded.",
            "`cimrdf vocabulary` lists the versions.",
        ),
        Kind(
            "version-assumed",
            _A,
            "Several versions share the namespace; the message was read as the published one though its structure is that of another.",
            "Ask the sender for the edition; `cimrdf validate --schema` holds the message against the other.",
        ),
        Kind(
            "schema-reconstructed",
            _A,
            "No schema of this profile is public; its content model was reconstructed from the canonical CIM classes.",
            "Compare with the schema that you have, and load that with `cimrdf vocabulary build` where it differs.",
        ),
        Kind(
            "element-unknown",
            _W,
            "The schema has no such element at this place; its values are not carried.",
            "Check the name against `cimrdf vocabulary show`, or extend the vocabulary and the alignment.",
        ),
        Kind(
            "attribute-unknown",
            _W,
            "The schema has no such attribute at this place; its value is not carried.",
            "Check the name against `cimrdf vocabulary show`, or extend the vocabulary and the alignment.",
        ),
        Kind(
            "element-repeated",
            _W,
            "The element occurs more often than the schema allows; only the first is carried.",
            "Ask the sender which one is meant.",
        ),
        Kind(
            "schema-invalid",
            _W,
            "The input deviates from its schema; it was read all the same.",
            "Tell the sender; what is carried is written in the order and form of the schema.",
        ),
        Kind(
            "value-invalid",
            _E,
            "The value is outside its type or its list of codes.",
            "Correct the value at its source; it was not carried to a place that needs this type.",
        ),
        # --- translating ---
        Kind(
            "code-without-counterpart",
            _W,
            "The value map, or the guard of the row, has no counterpart for this value.",
            "See the row for what can be said on the other side, or extend the value map.",
        ),
        Kind(
            "code-illegal",
            _W,
            "The value is not of the form that its code list demands; what could be read from it was carried.",
            "Ask the sender for the code.",
        ),
        Kind(
            "interval-irregular",
            _E,
            "The intervals cannot be written as a list with one start and one length.",
            "Send intervals of one length and without overlap in one block.",
        ),
        Kind(
            "member-overflow",
            _E,
            "More values were made for a member than the target allows; only the first is written.",
            "See the rows named; one of them should yield to the other.",
        ),
        Kind(
            "output-invalid",
            _E,
            "The output would not be valid against the schema of the target, so nothing is written.",
            "Supply or correct what the message names.",
        ),
        Kind(
            "preserve-without-place",
            _W,
            "A value that the target has no field for could not be preserved: the output has no envelope.",
            "Give --sidecar, or send the payload inside its envelope.",
        ),
        # --- meaning (SHACL) ---
        Kind(
            "shape-violated",
            _E,
            "A SHACL shape does not hold.",
            "See the shape's message.",
        ),
        Kind(
            "shape-doubtful",
            _W,
            "A SHACL shape of severity sh:Warning or sh:Info does not hold.",
            "See the shape's message.",
        ),
        # --- graphs, queries and output (`cimrdf lower`, `query`, `-o`) ---
        Kind("rdf-malformed", _E, "The input is not Turtle or N-Triples that can be read.", "Mend the file at the line given."),
        Kind(
            "document-missing",
            _E,
            "The graph holds no document: no node has a document element, or each one hangs on another.",
            "Give the graph of a whole message, as `cimrdf lift` writes it.",
        ),
        Kind(
            "query-refused",
            _E,
            "The query is not one that reads the given data and nothing else.",
            "Write a SELECT, ASK, CONSTRUCT or DESCRIBE without SERVICE, FROM or updates.",
        ),
        Kind("query-unknown", _E, "There is no query of this name.", "`cimrdf query` without arguments lists the named queries."),
        Kind("schema-unreadable", _E, "An XML Schema, WSDL, CIM model or CIM profile cannot be used.", "Mend the schema at the place given."),
        Kind("term-unknown", _E, "No vocabulary or alignment has this term.", "`cimrdf vocabulary list` shows what is loaded."),
        Kind("output-unwritable", _E, "An output file cannot be written.", "Check the folder, its permissions and the space on the disk."),
        # --- alignments (`cimrdf check`) ---
        Kind("row-malformed", _E, "A row cannot be read.", "Correct the row as the message says."),
        Kind("row-dangling", _E, "A row names a term that the vocabulary does not have.", "Correct the path."),
        Kind("row-duplicate", _E, "Two rows state an exact match of one term.", "Merge them, or let one yield (`map:unless`)."),
        Kind("row-contradiction", _E, "Two rows say different things of one place.", "Let one yield (`map:unless`), or remove it."),
        Kind("row-unused", _W, "A row is used by no profile.", "Name it in a profile or class mapping, or remove it."),
        Kind("row-without-rest", _E, "A row leaves values behind and no row says what happens to them.", "Add a gap row for the path."),
        Kind(
            "row-without-inverse",
            _E,
            "A lossless row does not give back the value it was given.",
            "Correct the inverse, or say `map:lossless false`.",
        ),
        Kind("leaf-without-row", _E, "A leaf of the profile has no row.", "Add a row; a gap is a row, too."),
        Kind("mandatory-without-source", _W, "A mandatory member of the target is filled by no row.", "Add a row or a constant."),
        Kind("cardinality-overflow", _W, "A repeatable source is mapped to a target that occurs once.", "Select one, and add a row for the rest."),
        Kind(
            "value-map-partial",
            _W,
            "A value map misses codes of its list, and no row says what happens to them.",
            "Complete the map or add a gap row.",
        ),
        Kind("type-mismatch", _W, "A correlation copies between types whose values differ.", "Make the row a transformation."),
        Kind("derived-stale", _E, "A derived file differs from what the rows and schemas give.", "Run `make derive`, and commit."),
        Kind("ontology-incoherent", _E, "The reasoner finds a class that can have no member.", "See the classes named."),
        Kind("check-skipped", _A, "A check could not be run on this machine.", "Install what the message names."),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one place.

    `xpath` is a positional path of local names in the document the person has in hand, `line` its line there, `row` the
    alignment row concerned, `schema` the origin of the requirement.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    xpath: str | None = None
    row: str | None = None
    schema: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The finding as JSON-ready values; empty ones are left out."""
        return {name: str(value) if name == "severity" else value for name, value in asdict(self).items() if value not in (None, "")}

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = f"{place}: " if place else ""
        tail = f" at {self.xpath}" if self.xpath else ""
        return f"{where}{self.severity} {self.code}: {self.message}{tail}"


def finding(
    code: str,
    message: str,
    *,
    remedy: str | None = None,
    severity: Severity | None = None,
    file: str | None = None,
    line: int | None = None,
    xpath: str | None = None,
    row: str | None = None,
    schema: str | None = None,
) -> Finding:
    """Make a finding of a code in the catalogue; severity and remedy default to the catalogue's.

    >>> str(finding("input-empty", "the input is empty", file="a.xml"))
    'a.xml: error input-empty: the input is empty'
    """
    kind = CATALOGUE[code]
    return Finding(
        code,
        message,
        kind.severity if severity is None else severity,
        kind.remedy if remedy is None else remedy,
        file,
        line,
        xpath,
        row,
        schema,
    )


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is of severity error (exit status 1)."""
    return any(item.severity is Severity.ERROR for item in findings)


class CimrdfError(Exception):
    """Base of all errors that cimrdf raises on purpose."""


class Refused(CimrdfError):
    """The input or the call is refused; nothing was written. `findings` say why, where and what to do."""

    def __init__(self, *findings: Finding, others: Sequence[Finding] = ()) -> None:
        self.findings: list[Finding] = [*others, *findings]
        super().__init__("; ".join(str(item) for item in findings))


class SeveralMessages(CimrdfError):
    """One message was asked for, but the translation made several (or none)."""
