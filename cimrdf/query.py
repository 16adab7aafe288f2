"""Asks vocabularies, alignments and given data in SPARQL, read-only."""

from __future__ import annotations

import importlib.resources
import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import rdflib
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from cimrdf._files import data_folder
from cimrdf.convert import bind_prefixes
from cimrdf.findings import Refused, finding
from cimrdf.namespaces import PREFIXES, expand
from cimrdf.schema.lift import Node

#: A value of a solution: a `Node` (IRI or blank node), the lexical form of a literal, or None where unbound.
Value = str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gave: variables and rows (SELECT), a truth value (ASK) or a graph (CONSTRUCT, DESCRIBE)."""

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()
    boolean: bool | None = None
    graph: rdflib.Graph | None = None

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows or self.boolean or self.graph)

    def to_dicts(self) -> list[dict[str, Value]]:
        """The solutions as dictionaries, ready for a data frame."""
        return [dict(zip(self.variables, row, strict=True)) for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON-ready values."""
        if self.boolean is not None:
            return {"boolean": self.boolean}
        if self.graph is not None:
            return {"triples": len(self.graph), "graph": self.graph.serialize(format="turtle")}
        return {"variables": list(self.variables), "rows": self.to_dicts()}

    def _repr_html_(self) -> str:
        from html import escape

        if self.graph is not None or self.boolean is not None:
            return f"<pre>{escape(str(self.to_dict()))}</pre>"
        head = "".join(f"<th>{escape(name)}</th>" for name in self.variables)
        body = "".join("<tr>" + "".join(f"<td>{escape(value or '')}</td>" for value in row) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of the package: what it answers (its first comment line), its parameters, its text."""

    name: str
    about: str
    parameters: tuple[str, ...]
    text: str


def query(text: str, *data: str | Path | bytes, store: str | None = None, parameters: Mapping[str, str] | None = None) -> Result:
    """Run a SPARQL query over vocabularies, alignments and data.

    Args:
        data: messages (XML, lifted) and graphs (`.ttl`, `.nt`); bytes are XML.
        store: `rdflib` or `pyoxigraph`; None takes what is installed (pyoxigraph is much faster).
        parameters: values of variables: IRIs, prefixed names or texts.

    >>> query("ASK { ?row a map:Gap }").boolean
    True

    Raises:
        Refused: `query-refused` for anything but a query that reads, else what is wrong with the data.
    """
    if store not in (None, "rdflib", "pyoxigraph"):
        raise Refused(finding("query-refused", f"there is no store {store!r}", remedy="Choose rdflib or pyoxigraph."))
    _refuse_unsafe(text)
    for name, value in (parameters or {}).items():
        text = _with_value(text, name.lstrip("?$"), _term(value))
    if store == "pyoxigraph" or (store is None and importlib.util.find_spec("pyoxigraph") is not None):
        return _with_oxigraph(text, data)
    return _with_rdflib(text, data)


# ---------------------------------------------------------------------- named queries


def named_queries() -> list[NamedQuery]:
    """The queries of the package, by name."""
    folder = importlib.resources.files("cimrdf") / "queries"
    return [_named(entry) for entry in sorted(folder.iterdir(), key=lambda entry: entry.name) if entry.name.endswith(".rq")]


def _named(entry: Traversable) -> NamedQuery:
    text = entry.read_text(encoding="utf-8")
    comments = [line[1:].strip() for line in text.splitlines() if line.startswith("#")]
    parameters = tuple(line.removeprefix("param ").partition(":")[0].strip() for line in comments if line.startswith("param "))
    return NamedQuery(entry.name.removesuffix(".rq"), comments[0] if comments else "", parameters, text)


def named_query(name: str) -> NamedQuery:
    """One of the queries of the package.

    Raises:
        Refused: `query-unknown`.
    """
    found = {item.name: item for item in named_queries()}
    if name not in found:
        raise Refused(finding("query-unknown", f"there is no query {name!r}; there are {', '.join(found)}"))
    return found[name]


# ---------------------------------------------------------------------- what is asked


def _vocabularies_and_alignments() -> Iterator[Traversable]:
    """The files of the background; content models are for reading XML, and left out."""
    for name in ("ontology", "alignments"):
        yield from _turtle_files(data_folder(name))


def _turtle_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _turtle_files(entry)
        elif entry.name.endswith(".ttl") and not entry.name.endswith(".model.ttl"):
            yield entry


def _given(data: Sequence[str | Path | bytes]) -> Iterator[rdflib.Graph]:
    """The graphs of the given data: messages are lifted, graphs read as they are."""
    from cimrdf.documents import lift_document, read_graph

    for source in data:
        is_graph = not isinstance(source, bytes) and Path(source).suffix in (".ttl", ".nt")
        yield read_graph(source) if is_graph else lift_document(source).graph


# ---------------------------------------------------------------------- how it is asked


def _refuse_unsafe(text: str) -> None:
    try:
        parsed = parseQuery(_prologue() + text)
    except Exception as error:  # pyparsing raises many kinds
        raise Refused(_syntax_finding(text, error)) from None
    for part in parsed:
        for found in _parts(part):
            if found.name == "ServiceGraphPattern":
                raise Refused(finding("query-refused", "SERVICE would ask another server"))
            if found.name == "DatasetClause":
                raise Refused(finding("query-refused", "FROM would load another graph"))


def _syntax_finding(text: str, error: Exception) -> Any:
    first = next((word for word in text.upper().split() if word in _UPDATES), None)
    if first is not None and not any(word in text.upper() for word in ("SELECT", "ASK", "DESCRIBE", "CONSTRUCT")):
        return finding("query-refused", f"{first} would change the data")
    line = getattr(error, "lineno", None)
    here = line - len(PREFIXES) if isinstance(line, int) and line > len(PREFIXES) else None
    rest = str(getattr(error, "msg", error)).split("\n")[0]
    column = f", column {error.column}" if here is not None and hasattr(error, "column") else ""
    where = f" in line {here}{column} of the query" if here is not None else ""
    return finding("query-refused", f"not a SPARQL query{where}: {rest[:200]}")


_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}


def _parts(value: Any) -> Iterator[CompValue]:
    """Every part of a parsed query."""
    if isinstance(value, CompValue):
        yield value
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _parts(item)
    elif not isinstance(value, str) and hasattr(value, "__iter__"):
        for item in value:
            yield from _parts(item)


def _prologue() -> str:
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())


def _term(text: str) -> rdflib.term.Identifier:
    """A parameter: an IRI (whole, in angle brackets, or prefixed), else a text."""
    bare = text[1:-1] if text.startswith("<") and text.endswith(">") else expand(text)
    return rdflib.URIRef(bare) if "://" in bare or bare.startswith("urn:") else rdflib.Literal(text)


_TOKENS = re.compile(r""""{3}.*?"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|<[^<>\s]*>|#[^\n]*|\w+|[{}]""", re.DOTALL)


def _with_value(text: str, name: str, value: rdflib.term.Identifier) -> str:
    """The query with a value for a variable, as VALUES at the beginning of its pattern."""
    if not re.fullmatch(r"\w+", name):
        raise Refused(finding("query-refused", f"{name!r} is no name of a variable", remedy="Write --param NAME=VALUE."))
    depth, template = 0, False
    for token in _TOKENS.finditer(text):
        word = token.group().upper()
        if word == "CONSTRUCT":
            template = True
        elif word == "WHERE" and depth == 0:
            template = False
        elif word == "{":
            if not template and depth == 0:
                return f"{text[: token.end()]} VALUES ?{name} {{ {value.n3()} }} {text[token.end() :]}"
            depth += 1
        elif word == "}":
            depth -= 1
            template = template and depth > 0
    return text


@cache
def _background() -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in _vocabularies_and_alignments():
        with file.open("rb") as stream:
            graph.parse(stream, format="turtle")
    return bind_prefixes(graph)


def _with_rdflib(text: str, data: Sequence[str | Path | bytes]) -> Result:
    graph = _background()
    if data:
        graph = bind_prefixes(rdflib.Graph()) + graph
        for given in _given(data):
            graph += given
    try:
        found = graph.query(_prologue() + text)
        if found.type == "ASK":
            return Result(boolean=bool(found.askAnswer))
        if found.type in ("CONSTRUCT", "DESCRIBE"):
            return Result(graph=bind_prefixes(found.graph if found.graph is not None else rdflib.Graph()))
        variables = tuple(str(name) for name in found.vars or ())
        return Result(variables, tuple(tuple(_value(value) for value in row) for row in found))  # type: ignore[union-attr]
    except Exception as error:  # an evaluation error is the query's
        raise Refused(finding("query-refused", f"the query cannot be run: {error}"[:300])) from None


def _value(term: Any) -> Value:
    if term is None:
        return None
    return str(term) if isinstance(term, rdflib.Literal) else Node(term)


def _oxigraph_store() -> Any:
    import pyoxigraph as ox

    store = ox.Store()
    for file in _vocabularies_and_alignments():
        store.bulk_load(input=file.read_bytes(), format=ox.RdfFormat.TURTLE)
    return store


_oxigraph_background = cache(_oxigraph_store)


def _with_oxigraph(text: str, data: Sequence[str | Path | bytes]) -> Result:
    try:
        import pyoxigraph as ox
    except ImportError:
        raise Refused(finding("query-refused", "pyoxigraph is not installed", remedy="pip install 'cimrdf[fast]', or leave --store out.")) from None
    store = _oxigraph_store() if data else _oxigraph_background()
    for given in _given(data):
        store.bulk_load(input=given.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    try:
        found: Any = store.query(_prologue() + text)
        if isinstance(found, ox.QueryBoolean):
            return Result(boolean=bool(found))
        if isinstance(found, ox.QueryTriples):
            answer = rdflib.Graph()
            answer.parse(data=ox.serialize(found, format=ox.RdfFormat.N_TRIPLES), format="nt")
            return Result(graph=bind_prefixes(answer))
        variables = tuple(name.value for name in found.variables)
        return Result(variables, tuple(tuple(_ox_value(ox, solution[name]) for name in variables) for solution in found))
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        raise Refused(finding("query-refused", f"the query cannot be run: {error}"[:300])) from None


def _ox_value(ox: Any, term: Any) -> Value:
    if term is None:
        return None
    return str(term.value) if isinstance(term, ox.Literal) else Node(term.value if isinstance(term, ox.NamedNode) else str(term))


__all__ = ["NamedQuery", "Result", "named_queries", "named_query", "query"]
