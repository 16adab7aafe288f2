"""cimrdf: the harmonization of IEC CIM and MultiSpeak as software.

The road of a message, in the order of the modules that it passes:

* `cimrdf.schema`: `read` the XML, `lift` it to a graph by its content model
* `cimrdf.alignment`: `rows`, `compose` and `rules` say what becomes of it
* `cimrdf.engine`: `stores` and `graph` run the rules, `messages` puts envelopes around, `account` makes the `ledger`
* `cimrdf.schema`: `lower` writes the XML, `validity` holds it to the schema
* `cimrdf.translate` joins them; `cimrdf.cli` is the command line
"""

from __future__ import annotations

from cimrdf.translate import translate

__all__ = ["translate"]
