"""Runs every case under `tests/cases` on both stores, and holds its messages, ledger and findings to what is expected."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cimrdf
from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import LEFT, RIGHT, load_pair, other
from cimrdf.engine.stores import STORES
from cimrdf.findings import Refused
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import load_catalogue

PAIR = "cim-2013--multispeak-4.1"

#: Rows that no case fires, with the reason why none can. Everything else is an error, and so is a name here that does fire.
UNFIRED: dict[str, str] = {}


def _case_files() -> ModuleType:
    """The reader of cases, which stands beside this file: importlib mode puts no folder of tests on the path."""
    spec = importlib.util.spec_from_file_location("case_files", Path(__file__).with_name("case_files.py"))
    assert spec is not None and spec.loader is not None
    module = sys.modules.setdefault("case_files", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


files = _case_files()
CASES = files.walk()
