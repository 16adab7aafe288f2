"""Alignments: rows that say what corresponds, how a value is carried over, and what is missing.

The package can be called: `cimrdf.alignment("cim-2013", "multispeak-4.1")` is `cimrdf.alignment.view.alignment(…)`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cimrdf.alignment.view import Alignment


class _Alignments(ModuleType):
    def __call__(self, left: str, right: str) -> Alignment:
        from cimrdf.alignment.view import alignment

        return alignment(left, right)


sys.modules[__name__].__class__ = _Alignments
