"""What a small translation leaves alone: it reads the slices that it needs and imports no more than it uses."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import cimrdf
from cimrdf.alignment.values import _files, _maps_in
from cimrdf.schema.slices import model_file

done = cimrdf.translate(cimrdf.example("meter-readings-cim-2013.xml"), to="multispeak-4.1", store="pyoxigraph")
assert done.ok
print(json.dumps({
    "modules": [name for name in ("rdflib", "pyshacl", "owlready2", "xmlschema", "cimrdf.schema.xsd") if name in sys.modules],
    "content models": model_file.cache_info().currsize,
    "value maps": _maps_in.cache_info().currsize,
    "of": len(set(_files().values())),
}))
"""


def test_a_small_translation_reads_what_it_needs() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["modules"] == []
    assert told["content models"] < 12
    assert told["value maps"] < told["of"]
