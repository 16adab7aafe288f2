"""Spoils generated messages the way senders do: what is read leniently must never raise, get lost silently, or come out invalid."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable

from lxml import etree

Mutator = Callable[[etree._Element, random.Random], None]
TEXTS = (
    "abc",
    "-1",
    "2024-02-30T25:61:00",
    "1e999",
    "true",
    "",
    "  ",
    "x" * 5000,
    "1.2.3",
    "{}",
    "\u0085",
    "a:b",
    "0.0.0",
    "https://x/y#z",
    "'; DROP",
    '"@en',
)


def _elements(root: etree._Element) -> list[etree._Element]:
    return [item for item in root.iter() if isinstance(item.tag, str)]


def _below(root: etree._Element) -> list[etree._Element]:
    return _elements(root)[1:] or [root]


def _texts(root: etree._Element) -> list[etree._Element]:
    return [item for item in _elements(root) if len(item) == 0] or [root]


def drop(root: etree._Element, chance: random.Random) -> None:
    victim = chance.choice(_below(root))
    parent = victim.getparent()
    if parent is not None:
        parent.remove(victim)


def double(root: etree._Element, chance: random.Random) -> None:
    victim = chance.choice(_below(root))
    if victim.getparent() is not None:
        victim.addnext(copy.deepcopy(victim))


def reorder(root: etree._Element, chance: random.Random) -> None:
    parent = chance.choice([item for item in _elements(root) if len(item) > 1] or [root])
    children = list(parent)
    chance.shuffle(children)
    parent[:] = children


def move(root: etree._Element, chance: random.Random) -> None:
    one, other = chance.choice(_below(root)), chance.choice(_elements(root))
    if one is not other and one not in list(other.iterancestors()) and one.getparent() is not None:
        other.append(one)


def retype(root: etree._Element, chance: random.Random) -> None:
    chance.choice(_texts(root)).text = chance.choice(TEXTS)


def retype_attribute(root: etree._Element, chance: random.Random) -> None:
    holder = chance.choice([item for item in _elements(root) if item.attrib] or [root])
    for name in list(holder.attrib)[:1]:
        if "schema-instance}" not in str(name):
            holder.set(name, chance.choice(TEXTS).replace("\u0085", ""))


def blank(root: etree._Element, chance: random.Random) -> None:
    victim = chance.choice(_texts(root))
    victim.text = chance.choice((None, "", " ", "\n\t"))


def unknown_element(root: etree._Element, chance: random.Random) -> None:
    parent = chance.choice(_elements(root))
    namespace = chance.choice(("", etree.QName(root).namespace or "", etree.QName(parent).namespace or "", "urn:x:surprise"))
    child = etree.Element(f"{{{namespace}}}surprise" if namespace else "surprise", kind="7")
    etree.SubElement(child, "inner").text = "8"
    parent.insert(chance.randint(0, len(parent)), child)


def unknown_attribute(root: etree._Element, chance: random.Random) -> None:
    names = ("surprise", "{urn:x:surprise}blot", "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/2001/XMLSchema-instance}nil")
    chance.choice(_elements(root)).set(chance.choice(names), chance.choice(("1", "true", "", "x y")))


def wrong_type(root: etree._Element, chance: random.Random) -> None:
    chance.choice(_elements(root)).set(
        "{http://www.w3.org/2001/XMLSchema-instance}type", chance.choice(("nothing", "x:y", "meterID", "MeterReadings"))
    )


def wrong_namespace(root: etree._Element, chance: random.Random) -> None:
    victim = chance.choice(_elements(root))
    namespace = chance.choice(("", "urn:x:wrong", etree.QName(root).namespace or "", "http://www.multispeak.org/Version_4.1"))
    for item in _elements(victim):
        name = etree.QName(item).localname
        item.tag = f"{{{namespace}}}{name}" if namespace else name


def stray_text(root: etree._Element, chance: random.Random) -> None:
    victim = chance.choice(_elements(root))
    if len(victim):
        chance.choice(list(victim)).tail = " stray "
    else:
        etree.SubElement(victim, "inner").tail = "tail"


def comments(root: etree._Element, chance: random.Random) -> None:
    for victim in chance.sample(_elements(root), min(3, len(_elements(root)))):
        text, victim.text = victim.text or "", None
        half = len(text) // 2
        node = chance.choice((etree.Comment(" note "), etree.PI("page", "break")))
        victim.insert(0, node)
        victim.text, node.tail = text[:half], text[half:]


def spaces(root: etree._Element, chance: random.Random) -> None:
    for victim in _texts(root):
        if victim.text and chance.random() < 0.3:
            victim.text = f"\n   {victim.text}\t"


MUTATORS: tuple[Mutator, ...] = (
    drop,
    double,
    reorder,
    move,
    retype,
    retype_attribute,
    blank,
    unknown_element,
    unknown_attribute,
    wrong_type,
    wrong_namespace,
    stray_text,
    comments,
    spaces,
)


def _cdata(data: bytes) -> bytes:
    return re.sub(rb">([^<>&]+)</", rb"><![CDATA[\1]]></", data, count=3)


def _references(data: bytes) -> bytes:
    return re.sub(rb">([0-9])", lambda found: b">&#%d;" % found.group(1)[0], data, count=5)


def _entity(data: bytes) -> bytes:
    return re.sub(rb">([^<>&]+)</", rb">&surprise;</", data, count=1)


def _doctype(data: bytes) -> bytes:
    return b'<!DOCTYPE x [<!ENTITY surprise "boo">]>' + data


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


BYTES: tuple[Callable[[bytes], bytes], ...] = (_cdata, _references, _entity, _doctype, _cut)


def mutant(data: bytes, seed: int) -> tuple[bytes, str]:
    """A spoilt message, and what was done to it."""
    chance = random.Random(seed)
    root = etree.fromstring(data)
    names = []
    for mutator in chance.choices(MUTATORS, k=chance.choice((1, 1, 2, 4))):
        mutator(root, chance)
        names.append(mutator.__name__)
    spoilt = etree.tostring(root)
    if chance.random() < 0.15:
        function = chance.choice(BYTES)
        spoilt = function(spoilt)
        names.append(function.__name__)
    return spoilt, ", ".join(names)
