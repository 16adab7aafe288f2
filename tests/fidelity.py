"""Independent checks of what cimrdf says about messages: written with lxml alone, against the bytes that go in and come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from cimrdf.engine.ledger import Ledger
from cimrdf.findings import Refused
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import lift
from cimrdf.schema.lower import Graph, lower
from cimrdf.schema.read import parse
from cimrdf.schema.validity import problems
from cimrdf.translate import Translation, translate

XSI = "http://www.w3.org/2001/XMLSchema-instance"
SPACE = re.compile(r"\s+")
#: What the test session counted, for the summary at its end.
COUNTS: Counter[str] = Counter()
#: Values that the rows call lossless one by one, though what stands beside them decides: the meter of an event without time
#: comes back as the meter of a reading.
EXCUSED = re.compile(r"eventInstances/eventInstance/meterID/@\w+$")


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


# ---------------------------------------------------------------------- canonical form


def own_text(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.xpath("text()"))


def _attribute(element: etree._Element, name: str, value: str) -> str:
    """A value; the prefix of an xsi:type is resolved."""
    if name == f"{{{XSI}}}type":
        prefix, _, rest = value.rpartition(":")
        return f"{{{element.nsmap.get(prefix or None) or ''}}}{rest}"
    return value


def canonical(element: etree._Element) -> list[str]:
    """One line for each tag, attribute and text, in document order, without insignificant white space and prefixes.

    Comments and processing instructions are no part of it, nor is schemaLocation.
    """
    lines: list[str] = []

    def walk(here: etree._Element, path: str) -> None:
        path = f"{path}/{here.tag}"
        lines.append(path)
        for name, value in sorted((str(name), str(value)) for name, value in here.attrib.items()):
            if not name.startswith(f"{{{XSI}}}") or name.endswith(("}type", "}nil")):
                lines.append(f"{path}/@{name}={_attribute(here, name, value)!r}")
        pieces = [(here.text or "")]
        for child in here:
            if isinstance(child.tag, str):
                _flush(pieces, path)
                walk(child, path)
            pieces.append(child.tail or "")
        _flush(pieces, path)

    def _flush(pieces: list[str], path: str) -> None:
        text = "".join(pieces)
        pieces.clear()
        if text.strip():
            lines.append(f"{path}={text!r}")

    walk(element, "")
    return lines


def first_difference(wanted: Sequence[str], found: Sequence[str]) -> str:
    """Where two canonical forms part, as a sentence; empty where they do not."""
    for number, (one, other) in enumerate(zip(wanted, found, strict=False)):
        if one != other:
            return f"line {number}: wanted {one[-160:]} found {other[-160:]}"
    if len(wanted) != len(found):
        rest = wanted[len(found) :] or found[len(wanted) :]
        return f"{len(wanted)} lines wanted, {len(found)} found; first extra {rest[0][-160:]}"
    return ""


def normal_form(data: bytes, catalogue: Catalogue) -> etree._Element:
    """What lift and lower make of a message."""
    lifted = lift(parse(data), catalogue, "urn:x:normal")
    graph = Graph()
    graph.update(lifted.triples)
    return lower(graph, lifted.parts[0].node, lifted.parts[0].root, catalogue).element


# ---------------------------------------------------------------------- leaves


def leaves(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every value of a document with its positional path: attributes and texts, but no namespace declaration,
    schemaLocation, xsi:type or blank text."""

    def walk(here: etree._Element, path: str) -> Iterator[tuple[str, str]]:
        for name, value in here.attrib.items():
            qname = etree.QName(name)
            if (qname.namespace != XSI or qname.localname == "nil") and str(value).strip():
                yield f"{path}/@{qname.localname}", str(value)
        if own_text(here).strip():
            yield path, own_text(here)
        counts: Counter[str] = Counter()
        for child in here:
            if isinstance(child.tag, str):
                counts[local(child)] += 1
                yield from walk(child, f"{path}/{local(child)}[{counts[local(child)]}]")

    return walk(root, f"/{local(root)}[1]")


def plain(xpath: str) -> str:
    return re.sub(r"\[\d+\]", "", xpath)


def resolve(root: etree._Element, xpath: str) -> list[str]:
    """Evaluate a positional path of local names on a document."""
    expression = ""
    for step in xpath.split("/")[1:]:
        name, _, number = step.partition("[")
        if name.startswith("@"):
            expression += f"/@*[local-name()='{name[1:]}']"
        elif name == "text()":
            continue
        else:
            expression += f"/*[local-name()='{name}'][{number or '1]'}"
    found = root.getroottree().xpath(expression)
    return [own_text(item) if isinstance(item, etree._Element) else str(item) for item in found]


def squeezed(text: str) -> str:
    return SPACE.sub(" ", text).strip()


# ---------------------------------------------------------------------- checks


def complaints_about_ledger(data: bytes, ledger: Ledger) -> list[str]:
    """Whether the entries are the leaves of the input, each once, each where it says."""
    root = etree.fromstring(data)
    wanted = [path for path, _ in leaves(root)]
    named = [entry.xpath.removesuffix("/text()[1]") for entry in ledger.entries]
    found = []
    if Counter(wanted) != Counter(named):
        missing, extra = Counter(wanted) - Counter(named), Counter(named) - Counter(wanted)
        found.append(f"{len(wanted)} leaves, {len(named)} entries; without entry {list(missing)[:3]}, without leaf {list(extra)[:3]}")
    for entry in ledger.entries:
        values = resolve(root, entry.xpath)
        stray = entry.xpath.endswith("/text()[1]")
        if len(values) != 1 or (not stray and squeezed(values[0]) != squeezed(entry.value)):
            found.append(f"{entry.xpath} gives {values[:2]!r}, the entry says {entry.value!r}")
    if sum(ledger.counts.values()) != len(ledger.entries) + len(ledger.added):
        found.append("the counts do not add up")
    return found


def complaints_about_output(messages: Sequence[bytes], ledger: Ledger, catalogue: Catalogue) -> list[str]:
    """Whether the output is valid, and each of its leaves is the target of an entry or added."""
    found = []
    explained = {target for entry in ledger.entries for target in entry.targets} | {item.xpath for item in ledger.added}
    written = set()
    for number, data in enumerate(messages, 1):
        root = etree.fromstring(data)
        found += [f"invalid: {problem}" for problem in invalidities(root, catalogue)]
        written |= {("" if number == 1 else f"{number}:") + path for path, _ in leaves(root)}
    found += [f"no origin: {path}" for path in sorted(written - explained)[:3]]
    found += [f"no such place: {path}" for path in sorted(explained - written - {"sidecar"})[:3]]
    return found


def invalidities(root: etree._Element, catalogue: Catalogue, *, strict: bool = True) -> list[str]:
    """What is wrong with a message and with the parts of other schemas inside it."""
    found = []
    for element in root.iter():
        if isinstance(element.tag, str):
            name, parent = etree.QName(element), element.getparent()
            if parent is None or (name.namespace != etree.QName(parent).namespace and catalogue.root(name.namespace or "", name.localname)):
                found += [problem.message for problem in problems(element, catalogue, strict=strict)]
    return found


def inside(xpath: str) -> str:
    """A path without positions and without the document element: one message may come back as another kind of message."""
    return plain(xpath).split("/", 2)[-1]


def complaints_about_return(ledger: Ledger, back: Sequence[bytes]) -> list[str]:
    """Whether what the ledger says comes back is found in what came back: path without positions, and value."""
    documents = [etree.fromstring(data) for data in back]
    names = {local(element) for document in documents for element in document.iter()}
    found = Counter((inside(path), squeezed(value)) for document in documents for path, value in leaves(document))
    told = Counter(
        (inside(entry.xpath), squeezed(entry.value)) for entry in ledger.entries if entry.comes_back and entry.outcome in ("carried", "transformed")
    )
    # A message of which nothing but its frame could be carried comes back as another operation: `names` is without its own.
    lost = [(path, value) for path, value in told - found if set(path.split("/")[:-1]) <= names]
    COUNTS["values that did not come back for a known reason"] += sum(1 for path, _ in lost if EXCUSED.search(path))
    return [f"did not come back: {path} = {value!r}" for path, value in lost if not EXCUSED.search(path)]


def translated(data: bytes, to: str, **options: object) -> Translation | Refused:
    """A translation, or why there is none."""
    try:
        return translate(data, to=to, **options)  # type: ignore[arg-type]
    except Refused as refusal:
        return refusal


def check(data: bytes, source: str, to: str) -> tuple[list[str], Translation | Refused]:
    """Translate, and check all that can be checked without going back."""
    done = translated(data, to, source_version=source)
    if isinstance(done, Refused):
        return ([] if done.findings else ["refused without finding"]), done
    catalogue = load_catalogue()
    return complaints_about_ledger(data, done.ledger) + complaints_about_output([item.xml for item in done.messages], done.ledger, catalogue), done
