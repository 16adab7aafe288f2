"""What users install: the wheel, in an environment of its own, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ("ontology", "alignments", "shapes")

pytestmark = pytest.mark.skipif(not (ROOT / "cimrdf").is_dir(), reason="the package is not beside the tests: the installed wheel is tested already")


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return subprocess.run([str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True, check=check)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the hatchling that is installed."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, cwd=folder)
    done = run(python, "-m", "pip", "install", "--quiet", "--retries", "1", wheel, cwd=folder, check=False)
    if done.returncode:
        pytest.skip(f"the dependencies cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return python


def test_wheel_holds_all_data(wheel: Path) -> None:
    """Every file of the three data folders, the queries, the bundled messages and the mark of types."""
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"cimrdf/_data/{path.relative_to(ROOT).as_posix()}" for folder in DATA for path in (ROOT / folder).rglob("*") if path.is_file()}
    wanted |= {path.relative_to(ROOT).as_posix() for kind in ("*.py", "*.rq", "*.xml", "py.typed") for path in (ROOT / "cimrdf").rglob(kind)}
    assert {name for name in wanted if "__pycache__" not in name} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"cimrdf"}


def test_data_folders_hold_no_python() -> None:
    assert not [path for folder in DATA for path in (ROOT / folder).rglob("*.py")]


def test_installed_package(installed: Path, tmp_path: Path) -> None:
    """It runs from site-packages, elsewhere than the checkout, with its own data."""
    where = run(installed, "-c", "import cimrdf; print(cimrdf.__file__, cimrdf.example('meter-readings-cim-2013.xml'))", cwd=tmp_path)
    package, message = where.stdout.split()
    assert Path(package).is_relative_to(installed.parents[1])
    assert Path(message).is_relative_to(installed.parents[1])
    command = installed.with_name("cimrdf")
    done = run(command, "demo", cwd=tmp_path)
    assert "ReadingChangedNotification" in done.stdout
    out = tmp_path / "out.xml"
    done = run(command, "translate", message, "--to", "multispeak-4.1", "-o", out, "--store", "rdflib", cwd=tmp_path)
    assert "1 message" in done.stderr
    assert b"18342.750" in out.read_bytes()
    assert run(installed, "-m", "cimrdf", "coverage", cwd=tmp_path).stdout.startswith("pair")
    assert run(command, "validate", message, cwd=tmp_path).returncode == 0
