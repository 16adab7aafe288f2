"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference schemas and messages; tests that need it are skipped where it is absent."""
    given = os.environ.get("CIMRDF_REFERENCE")
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "reference"
    folder = Path(given) if given else beside
    if not folder.is_dir():
        pytest.skip(f"reference data not found at {folder}: set CIMRDF_REFERENCE")
    return folder
