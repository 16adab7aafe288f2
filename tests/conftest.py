"""Fixtures and options for all tests."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

_REFERENCE = "reference"
_counted: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-expected", action="store_true", help="rewrite what the cases under tests/cases expect, then fail: read every line")


@pytest.fixture(scope="session")
def update_expected(pytestconfig: pytest.Config) -> bool:
    """Whether cases rewrite what they expect, and fail."""
    return bool(pytestconfig.getoption("--update-expected"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference schemas and messages; tests that need it are skipped where it is absent."""
    given = os.environ.get("CIMRDF_REFERENCE")
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "reference"
    folder = Path(given) if given else beside
    if not folder.is_dir():
        pytest.skip(f"reference data not found at {folder}: set CIMRDF_REFERENCE")
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _REFERENCE in getattr(item, "fixturenames", ()):
        item.user_properties.append((_REFERENCE, True))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count how the tests that need reference data ended."""
    if (_REFERENCE, True) in report.user_properties and (report.when == "call" or report.outcome == "skipped"):
        _counted[report.outcome] += 1


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    generated = sys.modules.get("tests.fidelity")
    for label, count in sorted(generated.COUNTS.items()) if generated is not None else ():
        terminalreporter.write_line(f"{label}: {count}")
    if _counted:
        ran = sum(count for outcome, count in _counted.items() if outcome != "skipped")
        failed = f" ({_counted['failed']} failed)" if _counted["failed"] else ""
        terminalreporter.write_line(f"reference tests: {ran} ran{failed}, {_counted['skipped']} skipped")
