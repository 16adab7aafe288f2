"""How long a fresh process takes to translate one small message, beside what importing rdflib's SPARQL alone takes.

`python benchmarks/cold_start.py [PAIRS]` runs both commands by turns, each in a process of its own, and prints minimum and
median of each, the ratio of the medians, and the memory that the translation took at most.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
MESSAGE = ROOT / "cimrdf/examples/meter-readings-cim-2013.xml"


def seconds(command: list[str]) -> float:
    """The wall time of a process, which must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def main() -> None:
    """Time both commands by turns and print the table."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "out.xml")
        commands = {
            "import rdflib.plugins.sparql": [sys.executable, "-c", "import rdflib.plugins.sparql"],
            "translate --engine graph": [
                *(sys.executable, "-m", "cimrdf", "translate", str(MESSAGE)),
                *("--to", "multispeak-4.1", "--engine", "graph", "-o", output),
            ],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            seconds(command)  # fills the caches of files and byte code
        for _ in range(pairs):
            for name, command in commands.items():
                times[name].append(seconds(command))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{pairs} runs of each by turns, Python {platform.python_version()}, {os.cpu_count()} cores")
    for name, found in times.items():
        print(f"{name:32} minimum {min(found):.3f} s   median {statistics.median(found):.3f} s")
    base, ours = (statistics.median(times[name]) for name in commands)
    print(f"{'ratio of the medians':32} {ours / base:.2f}")
    print(f"{'peak memory of the larger':32} {memory:.0f} MiB")


if __name__ == "__main__":
    main()
