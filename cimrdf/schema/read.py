"""Reads XML that may be hostile: no DOCTYPE, no entities, no network, bounded depth and text."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from cimrdf.findings import Refused, finding

#: Elements may be nested this deep (libxml2's own bound, kept).
MAX_DEPTH = 256


class _Doctype(Exception):
    pass


class _Started(Exception):
    pass


def _refuse_doctype(data: bytes, name: str) -> None:
    """Look at the prolog only: expat stops at the document element or at a DOCTYPE, whatever the encoding."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise _Doctype

    def start(*_: object) -> None:
        raise _Started

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except _Doctype:
        raise Refused(finding("xml-doctype", "document type declarations are not read", file=name, line=parser.CurrentLineNumber)) from None
    except (_Started, expat.ExpatError, ValueError, LookupError):
        return


def parse(data: bytes, name: str = "-") -> etree._ElementTree:
    """Parse a document.

    Raises:
        Refused: `input-empty`, `xml-doctype`, `xml-malformed` or `xml-limit`, with the line.
    """
    if not data.strip():
        raise Refused(finding("input-empty", "the input is empty", file=name))
    _refuse_doctype(data, name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.ElementTree(etree.fromstring(data, parser))
    except etree.XMLSyntaxError as error:
        text = (error.msg or "not well-formed").split(", line ")[0]
        limit = re.search(r"huge text|too long|excessive depth|resource limit|internal error", text, re.IGNORECASE)
        code = "xml-limit" if limit else "xml-malformed"
        raise Refused(finding(code, text, file=name, line=error.lineno)) from None
    except (LookupError, ValueError) as error:
        raise Refused(finding("xml-malformed", str(error), file=name)) from None


def read_bytes(source: str | Path) -> bytes:
    """Read a file, `-` for standard input.

    Raises:
        Refused: `input-missing`.
    """
    if str(source) == "-":
        import sys

        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise Refused(finding("input-missing", f"cannot read {source}: {error.strerror}", file=str(source))) from None
