"""Finds the data folders (`ontology/`, `alignments/`, `shapes/`) in a checkout, an editable install and a wheel alike."""

from __future__ import annotations

import importlib.resources
from importlib.resources.abc import Traversable


def data_folder(name: str) -> Traversable:
    """Return one of the installed data folders.

    A wheel holds the folders under `cimrdf/_data`; in a checkout they lie beside the package.

    Raises:
        FileNotFoundError: the folder is in neither place: the installation is incomplete.
    """
    package = importlib.resources.files("cimrdf")
    installed = package / "_data"
    if installed.is_dir():
        return installed / name
    beside = package / ".." / name
    if not beside.is_dir():
        raise FileNotFoundError(f"the data folder {name!r} is missing beside {package}: reinstall cimrdf")
    return beside
