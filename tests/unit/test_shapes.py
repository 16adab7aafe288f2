"""The shapes: what is accepted without pySHACL is what pySHACL accepts."""

from __future__ import annotations

import random

from cimrdf.namespaces import RDF_TYPE
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.lift import Node
from cimrdf.shapes import _SH, Violation, _clearly_hold, _shapes, _violations, violations

NUMBERS = ("1", "1.50", "-2e3", " 7 ", "", "x", "NaN")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00", "24:00")
TEXTS = NUMBERS + TIMES


def graph(seed: int) -> list[tuple[str, str, str]]:
    """Objects of the classes that shapes target, with values for the properties that shapes name, right and wrong."""
    chance, shapes = random.Random(seed), _shapes()
    found: list[tuple[str, str, str]] = []
    for shape, target in shapes.subject_objects(_SH.targetClass):
        for number in range(chance.randrange(3)):
            node = Node(f"urn:x:{seed}/{target}/{number}")
            found.append((node, RDF_TYPE, Node(target)))
            for prop in shapes.objects(shape, _SH.property):
                (path,) = shapes.objects(prop, _SH.path)
                steps = [*(shapes.items(path) or [path])]
                others = shapes.objects(prop, _SH.lessThanOrEquals)
                for chain in (steps, *([other] for other in others)):
                    for value in chance.sample(TEXTS, chance.randrange(3)):
                        step: str = node
                        for place, term in enumerate(chain[:-1]):
                            after = Node(f"{step}/{place}")
                            found.append((step, term, after))
                            step = after
                        found.append((step, chain[-1], value))
    return found


def plain(found: list[Violation]) -> list[tuple[str, str, str | None]]:
    """Results without the blank nodes of paths."""
    return sorted(((item.node, item.message, item.value) for item in found), key=str)


def test_what_clearly_holds_holds() -> None:
    catalogue = load_catalogue()
    # Datatypes are known of the types that have been looked at.
    for version in catalogue.versions.values():
        for namespace in version.namespaces:
            for schema in catalogue.schemas(namespace):
                for type_iri in schema.complex_types:
                    catalogue.view(type_iri)
    accepted = 0
    for seed in range(300):
        found = graph(seed)
        said = _violations(found, catalogue)
        if _clearly_hold(found):
            accepted += 1
            assert said == [], seed
        assert plain(violations(found, catalogue)) == plain(said)
    assert 10 < accepted < 290
