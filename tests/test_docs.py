"""Documentation cannot lag: what README shows is run, and every command, folder and public name is told of."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cimrdf
from cimrdf.cli import COMMANDS
from cimrdf.cli.reference import markdown

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def console(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines it is said to show."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip().splitlines()
        yield command, shown


COMMAND_CASES = [case for kind, text in BLOCKS.findall(README) if kind == "console" for case in console(text)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has the bundled messages where the checkout has them."""
    place = tmp_path_factory.mktemp("readme")
    shutil.copytree(Path(cimrdf.example("meter-readings-cim-2013.xml")).parent, place / "cimrdf" / "examples")
    return place


@pytest.mark.parametrize(("command", "shown"), COMMAND_CASES, ids=[command for command, _ in COMMAND_CASES])
def test_readme_console(command: str, shown: list[str], folder: Path) -> None:
    """Each command of the README does what it says: success, and the lines shown (`…` stands for others)."""
    if command.startswith(("make ", "pip ")):
        pytest.skip("installs; make and the test of the wheel run it")
    environment = {**os.environ, "PYTHONPATH": str(Path(cimrdf.__file__).parents[1])}
    ours = command.replace("cimrdf ", f'"{sys.executable}" -m cimrdf ', 1)
    done = subprocess.run(ours, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = [" ".join(line.split()) for line in (done.stdout + done.stderr).splitlines()]
    for line in shown:
        if line.strip() != "…":
            wanted = " ".join(line.split())
            start, dots, end = wanted.partition("…")
            assert any(text.startswith(start.strip()) and text.endswith(end.strip()) if dots else text == wanted for text in told), line


def test_readme_python(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The Python of the README runs and gives what it shows."""
    monkeypatch.chdir(folder)
    blocks = [text for kind, text in BLOCKS.findall(README) if kind in ("python", "pycon")]
    assert blocks
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", "README.md", 0))
    assert runner.summarize(verbose=False).failed == 0


def test_readme_has_commands() -> None:
    assert COMMAND_CASES


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_each_command_is_in_the_readme(name: str) -> None:
    assert f"`{name}" in README or f"cimrdf {name}" in README


@pytest.mark.parametrize("name", cimrdf.__all__)
def test_each_public_name_is_found(name: str) -> None:
    """It resolves, has a docstring, and README or docs name it."""
    assert getattr(cimrdf, name).__doc__
    pages = [README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))]
    assert any(re.search(rf"\b{name}\b", page) for page in pages)


def test_public_names_are_sorted() -> None:
    assert cimrdf.__all__ == sorted(cimrdf.__all__)


def test_command_line_page_is_current() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == markdown(), "run `make derive`"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target
