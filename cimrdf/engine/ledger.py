"""The ledger: every value of the source is accounted for exactly once, and every value of the output has its origin."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

#: The fates of a source value, worst first.
OUTCOMES = ("unknown", "dropped", "preserved", "transformed", "carried")


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one source value. `rows` and `targets` (positional paths in the output) may be several."""

    xpath: str
    value: str
    outcome: str
    rows: tuple[str, ...] = ()
    reason: str = ""
    targets: tuple[str, ...] = ()
    #: Whether the way back would give the value again.
    comes_back: bool = False

    def to_dict(self, *, values: bool = True) -> dict[str, object]:
        found: dict[str, object] = {"xpath": self.xpath}
        if values:
            found["value"] = self.value
        return found | {"outcome": self.outcome, "rows": list(self.rows), "reason": self.reason, "targets": list(self.targets)}


@dataclass(frozen=True, slots=True)
class Added:
    """A value of the output that no source value stands behind: a constant or default, written by a row."""

    xpath: str
    value: str
    row: str

    def to_dict(self, *, values: bool = True) -> dict[str, object]:
        return {"xpath": self.xpath, "value": self.value, "row": self.row} if values else {"xpath": self.xpath, "row": self.row}


@dataclass(slots=True)
class Ledger:
    """The account of one translation.

    >>> ledger = Ledger([Entry("/a[1]", "1", "carried", ("row",))])
    >>> ledger.counts["carried"], ledger.total
    (1, 1)
    """

    entries: list[Entry] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many values met each fate, and how many were added."""
        counted = Counter(entry.outcome for entry in self.entries)
        return {**{outcome: counted[outcome] for outcome in reversed(OUTCOMES)}, "added": len(self.added)}

    @property
    def total(self) -> int:
        """The number of source values."""
        return len(self.entries)

    def rows_fired(self) -> Mapping[str, int]:
        """How many source values each row carried or transformed, and how many it added."""
        counted = Counter(row for entry in self.entries if entry.outcome in ("carried", "transformed", "preserved") for row in entry.rows)
        counted.update(item.row for item in self.added)
        return dict(sorted(counted.items()))

    def to_dict(self, *, values: bool = True) -> dict[str, object]:
        """The ledger in the form that `docs/ledger.md` describes; `values=False` leaves personal data out."""
        return {
            "counts": self.counts,
            "entries": [entry.to_dict(values=values) for entry in self.entries],
            "added": [item.to_dict(values=values) for item in self.added],
        }

    def to_json(self, *, values: bool = True) -> str:
        return json.dumps(self.to_dict(values=values), ensure_ascii=False, indent=2) + "\n"
