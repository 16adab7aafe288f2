"""Generated messages of an alignment: payloads alone, and inside the envelope that their exchange names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from cimrdf.alignment.rows import LEFT, Exchange, Pair, load_pair
from cimrdf.engine.difference import Typed
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.generate import Generator
from cimrdf.schema.model import Root

PAIRS = ("cim-2013--multispeak-4.1",)


@dataclass(frozen=True, slots=True)
class Message:
    """A generated message and the way it is to go."""

    data: bytes
    source: str
    target: str
    seed: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} → {self.target}, seed {self.seed}"


def _roots(catalogue: Catalogue, version: str, name: str) -> Iterator[Root]:
    for namespace in catalogue.versions[version].namespaces:
        root = catalogue.root(namespace, name)
        if root is not None:
            yield root


def exchanges(pair: Pair, side: str) -> list[tuple[Exchange, str]]:
    """The exchanges that start from a side, each with a path of its payload."""
    found = []
    for exchange in pair.exchanges:
        if exchange.only != side:
            found += [(exchange, path) for path in (exchange.left_payloads if side == LEFT else exchange.right_payloads)]
    return found


def message(pair_name: str, side: str, seed: int) -> Message:
    """The message of a seed: the exchange, whether there is an envelope, and all content follow from it."""
    pair, catalogue = load_pair(pair_name), load_catalogue()
    generator = Generator(catalogue, seed, size=(30, 80, 160)[seed % 3])
    source, target = (pair.left, pair.right) if side == LEFT else (pair.right, pair.left)
    usable = exchanges(pair, side)
    exchange, path = usable[seed // 2 % len(usable)]
    name = path.rpartition("/")[2]
    root = next(_roots(catalogue, source, name))
    payload = generator.instance(root.namespace, root.name)
    if seed % 2 == 0:
        return Message(etree.tostring(payload), source, target, seed, name)
    element = enveloped(generator, catalogue, source, exchange, side, path, payload)
    return Message(etree.tostring(element), source, target, seed, path)


def enveloped(
    generator: Generator, catalogue: Catalogue, version: str, exchange: Exchange, side: str, path: str, payload: etree._Element
) -> etree._Element:
    """A generated envelope with the exchange's marks and the payload in its place."""
    steps = path.split("/")
    envelope = catalogue.versions[version].envelope or ""
    outer = next(_roots(catalogue, envelope, steps[0]))
    element = generator.instance(outer.namespace, outer.name)
    here = _step(element, steps[1:-1], catalogue)
    for child in list(here):
        here.remove(child)
    here.append(payload)
    for condition in exchange.left_conditions if side == LEFT else exchange.right_conditions:
        _step(element, condition.path.split("/")[1:], catalogue).text = condition.value
    header = next(_roots(catalogue, version, "MultiSpeakMsgHeader"), None)
    if header is not None and generator.chance.random() < 0.8:
        place = _step(element, ["Header"], catalogue)
        for child in list(place):
            if generator.chance.random() < 0.5 or etree.QName(child).localname == header.name:
                place.remove(child)
        place.insert(0, generator.instance(header.namespace, header.name))
    return element


def _step(element: etree._Element, steps: list[str], catalogue: Catalogue) -> etree._Element:
    """Follow child names; what is missing is made in its place."""
    typed = Typed(element, catalogue)
    for name in steps:
        found = next((child for child in element if etree.QName(child).localname == name), None)
        if found is None:
            found = typed.make(element, name)
            typed.insert(element, found)
        element = found
    return element
