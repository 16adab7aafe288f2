"""cimrdf: the harmonization of IEC CIM and MultiSpeak as software.

The road of a message, in the order of the modules that it passes:

* `cimrdf.schema`: `read` the XML, `lift` it to a graph by its content model
* `cimrdf.alignment`: `rows`, `compose` and `rules` say what becomes of it
* `cimrdf.engine`: `stores` and `graph` run the rules, `messages` puts envelopes around, `account` makes the `ledger`
* `cimrdf.schema`: `lower` writes the XML, `validity` holds it to the schema
* `cimrdf.translate` joins them; `cimrdf.validate` and `cimrdf.query` ask without translating; `cimrdf.cli` is the command line

The names below are loaded when first used, so that `import cimrdf` costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cimrdf.alignment.view import alignment
    from cimrdf.engine.ledger import Ledger
    from cimrdf.examples import example
    from cimrdf.findings import Finding, Refused
    from cimrdf.query import query
    from cimrdf.translate import Message, Translation, translate
    from cimrdf.validate import validate

__all__ = [
    "Finding",
    "Ledger",
    "Message",
    "Refused",
    "Translation",
    "alignment",
    "example",
    "query",
    "translate",
    "validate",
]

_HOMES = {
    "Finding": "cimrdf.findings",
    "Ledger": "cimrdf.engine.ledger",
    "Message": "cimrdf.translate",
    "Refused": "cimrdf.findings",
    "Translation": "cimrdf.translate",
    "example": "cimrdf.examples",
    "query": "cimrdf.query",
    "translate": "cimrdf.translate",
    "validate": "cimrdf.validate",
}


class _FrontDoor(ModuleType):
    """Loads public names when first used.

    Some modules bear the name of the function they hold (`cimrdf.translate`); the function is what the package gives.
    `cimrdf.alignment` is a package that can be called.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "alignment":
            return importlib.import_module("cimrdf.alignment")
        if name not in _HOMES:
            raise AttributeError(f"module 'cimrdf' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOMES[name]), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and _HOMES.get(name) == f"cimrdf.{name}"):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _FrontDoor
