"""Turtle as plain statements: the same with pyoxigraph and with rdflib."""

from __future__ import annotations

import pytest

from cimrdf import turtle
from cimrdf._files import data_folder
from cimrdf.alignment.rows import turtle_files
from cimrdf.turtle import Statements, Term, Vocabulary, read_turtle

TEXT = b"""@prefix : <urn:x#> .
:a :p "one"@en, 2, true, :b ; :list ( :b "c" ) ; :empty () .
:b :p [ :q "deep" ] ."""
X = Vocabulary("urn:x#")


def plain(found: Statements) -> list[tuple[str, ...]]:
    """Statements without the names of blank nodes."""
    return sorted(tuple("_" if isinstance(item, Term) and item.startswith("_:") else item for item in triple) for triple in found)


def test_statements() -> None:
    found = read_turtle(TEXT)
    assert found.objects(X.a, X.p) == ["one", "2", "true", X.b]
    assert [isinstance(item, Term) for item in found.objects(X.a, X.p)] == [False, False, False, True]
    assert found.items(found.value(X.a, X.list) or "") == [X.b, "c"]
    assert found.items(found.value(X.a, X.empty) or "") == []
    assert found.subjects(X.q, "deep") == found.objects(X.b, X["p"])
    assert found.value(X.a, X.nothing) is None and found.objects(X.c, X.p) == [] and found.subjects(X.nothing, "x") == []
    assert found.subject_objects(X.q) == [(found.objects(X.b, X.p)[0], "deep")]
    assert [str(item) for item in found.objects(None, X.list)] == [found.value(X.a, X.list)]


@pytest.mark.parametrize("folder", ["alignments", "shapes"])
def test_both_readers_say_the_same(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyoxigraph", reason="pyoxigraph is not installed")
    for file in turtle_files(data_folder(folder)):
        data = file.read_bytes()
        fast = plain(read_turtle(data))
        with monkeypatch.context() as patch:
            patch.setattr(turtle, "_FAST", False)
            assert plain(read_turtle(data)) == fast, file


def test_what_is_not_turtle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for fast in (turtle._FAST, False):
        monkeypatch.setattr(turtle, "_FAST", fast)
        with pytest.raises(SyntaxError):
            read_turtle(b"<a> <b")
