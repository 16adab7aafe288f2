"""Composes the rows of a profile: each use of a class mapping becomes rows of their own, from the document element on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cimrdf.alignment.paths import Path
from cimrdf.alignment.places import Place, PlaceError, Resolver
from cimrdf.alignment.rows import LEFT, RIGHT, Pair, Profile, Row, RowError, other
from cimrdf.schema.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Side:
    """The context of a row on one side.

    `partners` names, for each hop, the node of the other side from which a repeatable node on this side is made.
    `start` is the index of the hop from which paths are spelled (the repeating object), `trail` the places of all
    structural rows on the way, which must exist though a path may have gone back up.
    """

    place: Place | None
    partners: tuple[str, ...] = ()
    start: int = 0
    trail: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A row at one place of use."""

    row: Row
    profile: str
    left: Side
    right: Side
    left_places: tuple[tuple[Path, Place], ...]
    right_places: tuple[tuple[Path, Place], ...]
    left_optional: tuple[tuple[Path, Place], ...] = ()
    right_optional: tuple[tuple[Path, Place], ...] = ()
    #: The one direction that the row, or a structural row around it, works in.
    only: str | None = None

    def side(self, side: str) -> Side:
        return self.left if side == LEFT else self.right

    def places(self, side: str) -> tuple[tuple[Path, Place], ...]:
        return self.left_places if side == LEFT else self.right_places

    def optional(self, side: str) -> tuple[tuple[Path, Place], ...]:
        return self.left_optional if side == LEFT else self.right_optional

    def spelled(self, side: str, *, plain: bool = False) -> str:
        """The paths of a side from its repeating object, as `cimrdf rows` prints them."""
        start = self.side(side).start
        texts = []
        for _, place in (*self.places(side), *self.optional(side)):
            begin = 0 if place.absolute else start
            texts.append(place.plain(begin) if plain else place.spelled(begin))
        return " ".join(dict.fromkeys(texts))

    def writes(self, side: str) -> bool:
        """Whether the row writes anything on a side."""
        row = self.row
        if row.kind == "Nest" or (self.only is not None and self.only != side):
            return False
        if not self.places(side):
            return False
        if row.kind == "Correlation" or row.values:
            return True
        return bool(row.to_right if side == RIGHT else row.to_left)


class Composer:
    """Composes the profiles of a pair.

    Raises (from `profile`):
        RowError: a path names something that the schemas do not have.
    """

    def __init__(self, pair: Pair, catalogue: Catalogue) -> None:
        self.pair = pair
        self.resolvers = {LEFT: Resolver(catalogue, pair.left), RIGHT: Resolver(catalogue, pair.right)}
        self._done: dict[str, tuple[Placed, ...]] = {}

    def profile(self, name: str) -> tuple[Placed, ...]:
        """The placed rows of a profile, structural rows included, in a fixed order."""
        if name not in self._done:
            profile: Profile = self.pair.profiles[name]
            self._done[name] = tuple(self._rows(profile.rows, name, (Side(None), Side(None)), None))
        return self._done[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.pair.profiles))

    def _rows(self, rows: tuple[Row, ...], profile: str, sides: tuple[Side, Side], only: str | None) -> Iterator[Placed]:
        for row in rows:
            try:
                placed = self._place(row, profile, sides, only)
            except PlaceError as error:
                raise RowError(row.iri, row.file, str(error)) from None
            yield placed
            if row.kind == "Nest":
                mapping = self.pair.class_mappings.get(row.use or "")
                if mapping is None:
                    raise RowError(row.iri, row.file, f"map:use names {row.use}, which is no class mapping")
                yield from self._rows(mapping.rows, profile, self._enter(placed), placed.only)

    def _place(self, row: Row, profile: str, sides: tuple[Side, Side], only: str | None) -> Placed:
        left, right = sides
        return Placed(
            row,
            profile,
            left,
            right,
            self._follow(LEFT, left, row.left),
            self._follow(RIGHT, right, row.right),
            self._follow(LEFT, left, row.left_optional),
            self._follow(RIGHT, right, row.right_optional),
            only or row.only,
        )

    def _follow(self, side: str, context: Side, paths: tuple[Path, ...]) -> tuple[tuple[Path, Place], ...]:
        resolver = self.resolvers[side]
        found = []
        for path in paths:
            if path.text.startswith("/"):
                found.append((path, resolver.absolute(path)))
            else:
                found.append((path, resolver.follow(context.place, path)))
        return tuple(found)

    @staticmethod
    def _enter(placed: Placed) -> tuple[Side, Side]:
        """The contexts inside a structural row."""
        entered = {}
        for side in (LEFT, RIGHT):
            context, places = placed.side(side), placed.places(side)
            entered[side] = Place(places[0][1].hops) if places else context.place
        sides = []
        for side in (LEFT, RIGHT):
            context, place, across = placed.side(side), entered[side], entered[other(side)]
            if place is None or across is None:
                raise RowError(placed.row.iri, placed.row.file, "a structural row at the top needs both map:left and map:right")
            added = len(place.hops) - len(context.partners)
            repeating = next((index for index, hop in enumerate(place.hops) if hop.repeatable), len(place.hops) - 1)
            start = context.start if context.place is not None else repeating
            sides.append(Side(place, context.partners[: len(place.hops)] + (across.node,) * added, start, (*context.trail, place)))
        return sides[0], sides[1]
