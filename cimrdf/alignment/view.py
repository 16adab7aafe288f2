"""Alignments as tables, for notebooks: `cimrdf.alignment("cim-2013", "multispeak-4.1")["MeterReadings"].rows`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cimrdf.alignment.coverage import CoverageLine, TableRow, counts, table
from cimrdf.alignment.rows import find_pair, load_pair


class Rows(tuple[TableRow, ...]):
    """The rows of a profile; a table in a notebook, `to_dicts()` for a data frame."""

    __slots__ = ()

    _COLUMNS = ("kind", "left_path", "right_path", "transform", "lossless", "confidence", "reason")

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        return [asdict(row) for row in self]

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(name)}</th>" for name in self._COLUMNS)
        body = "".join("<tr>" + "".join(f"<td>{escape(str(getattr(row, name)))}</td>" for name in self._COLUMNS) + "</tr>" for row in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One profile of an alignment."""

    pair: str
    name: str

    @property
    def rows(self) -> Rows:
        """The rows composed into the profile."""
        return Rows(table(self.pair, self.name))

    @property
    def coverage(self) -> CoverageLine:
        """Rows by kind, and how many leaves have a row."""
        return counts(self.name, self.pair)[0]


class Alignment(Mapping[str, ProfileView]):
    """An alignment: its profiles by name (`Header` is the message level)."""

    def __init__(self, pair: str) -> None:
        self.pair = pair
        self._names = sorted(load_pair(pair).profiles)

    def __getitem__(self, name: str) -> ProfileView:
        if name not in self._names:
            raise KeyError(f"{name}; there are {', '.join(self._names)}")
        return ProfileView(self.pair, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<alignment {self.pair}: {', '.join(self._names)}>"


def alignment(left: str, right: str) -> Alignment:
    """The alignment between two versions, in either order.

    >>> import cimrdf
    >>> cimrdf.alignment("cim-2013", "multispeak-4.1")["MeterReadings"].rows[0].pair
    'cim-2013--multispeak-4.1'

    Raises:
        Refused: `not-aligned-yet`.
        RowError: a row cannot be read.
    """
    return Alignment(find_pair(left, right))
