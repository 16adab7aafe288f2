"""Generated and spoilt messages without end: `python -m tests.fuzz --messages 1000 --mutants 5000 --instances 1000`.

Seeds go on where the last run ended (`--state`), so that each night sees new messages; `--seed` repeats one. Every complaint
is printed with its seed; the exit status is 1 where there was any.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from cimrdf.alignment.rows import LEFT, RIGHT
from cimrdf.findings import Refused
from cimrdf.schema.catalogue import catalogue_of, load_catalogue
from cimrdf.schema.generate import Generator
from tests.building import PAIRS, Message, message
from tests.fidelity import (
    canonical,
    check,
    complaints_about_ledger,
    complaints_about_return,
    first_difference,
    normal_form,
    translated,
)
from tests.mutators import mutant
from tests.roundtrip import VERSIONS, complaints, metering, roots_of

Report = tuple[str, list[str]]

#: Instances made by one generator; the seed of a complaint is that of its batch.
BATCH = 50


def given(seed: int) -> Message:
    """The message of a seed; pairs and directions take turns."""
    directions = [(pair, side) for pair in PAIRS for side in (LEFT, RIGHT)]
    return message(*directions[seed % len(directions)], seed // len(directions))


def generated(seed: int) -> Report:
    """One generated message: there, back by the ledger, and back with what was preserved."""
    item = given(seed)
    found, done = check(item.data, item.source, item.target)
    if isinstance(done, Refused):
        return "refused", found
    contents = [part.xml for part in done.messages]
    back = translated(contents[0], item.source, source_version=item.target) if len(contents) == 1 else None
    if back is not None and not isinstance(back, Refused):
        found += complaints_about_return(done.ledger, [part.xml for part in back.messages])
    return "translated", found + _preserved(item)


def _preserved(item: Message) -> list[str]:
    done = translated(item.data, item.target, source_version=item.source, preserve=True)
    if isinstance(done, Refused):
        return ["refused only when preserving"]
    found = complaints_about_ledger(item.data, done.ledger)
    beside = done.sidecar.encode() if done.sidecar is not None else None
    if len(done.messages) > 1:
        return found
    back = translated(done.xml, item.source, source_version=item.target, sidecar=beside)
    if isinstance(back, Refused):
        return found
    if len(back.messages) != 1:
        return [*found, f"{len(back.messages)} messages came back"]
    difference = first_difference(canonical(normal_form(item.data, load_catalogue())), canonical(etree.fromstring(back.xml)))
    return [*found, difference] if difference else found


def spoilt(seed: int) -> Report:
    """One spoilt message: it is translated with findings or refused, and never anything else."""
    item = given(seed)
    data, how = mutant(item.data, seed)
    found, done = check(data, item.source, item.target)
    return ("refused" if isinstance(done, Refused) else "translated"), [f"{complaint} [{how}]" for complaint in found]


def run(name: str, function: Callable[[int], Report], seeds: range, counts: Counter[str]) -> Iterator[str]:
    """Run seeds, count what happened, and yield the complaints."""
    for seed in seeds:
        try:
            outcome, complaints = function(seed)
        except Exception:
            outcome, complaints = "raised", [traceback.format_exc().strip().replace("\n", " | ")[-600:]]
        counts[f"{name} {outcome}"] += 1
        counts[f"{name} complaints"] += len(complaints)
        yield from (f"{name} seed {seed} ({given(seed)}): {complaint}" for complaint in complaints)


def returning(wanted: int, only: str, state: dict[str, int], save: Callable[[], None], counts: Counter[str]) -> Iterator[str]:
    """Instances of every root, to RDF and back, until each root has as many as are wanted; yield the complaints."""
    roots = [(version, root) for version in VERSIONS for root in roots_of(version.name)]
    for version, root in roots:
        key = f"{version.name} {root.term}"
        if not re.search(only, key) and not (only == "metering" and root.term in metering()):
            continue
        for seed in range(state.get(key, 0), wanted, BATCH):
            generator = Generator(catalogue_of(version.name), seed=seed)
            for number in range(min(BATCH, wanted - seed)):
                element = generator.instance(root.namespace, root.name)
                try:
                    found = complaints(generator, element)
                except Exception:
                    found = [traceback.format_exc().strip().replace("\n", " | ")[-600:]]
                counts["instances returned"] += 1
                counts["instances complaints"] += len(found)
                yield from (f"{key} seed {seed}, instance {number}: {complaint}" for complaint in found)
            state[key] = seed + BATCH
            save()
        counts["roots"] += 1


def main() -> int:
    """Run as many seeds as asked for, from where the last run ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200, help="generated messages")
    parser.add_argument("--mutants", type=int, default=1000, help="spoilt messages")
    parser.add_argument("--instances", type=int, default=1000, help="instances of each root of every version, there and back")
    parser.add_argument("--roots", default="", metavar="PATTERN", help="only roots whose version and term match; `metering` for those operations")
    parser.add_argument("--seed", type=int, help="run this one seed of both kinds only")
    parser.add_argument("--state", type=Path, default=Path(".fuzz-state.json"), help="where the next seeds are kept")
    options = parser.parse_args()
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    state = json.loads(options.state.read_text()) if options.state.exists() and options.seed is None else {}
    counts: Counter[str] = Counter()
    started = time.monotonic()
    for name, function, number in (("generated", generated, options.messages), ("spoilt", spoilt, options.mutants)):
        first = options.seed if options.seed is not None else state.get(name, 0)
        last = first + (1 if options.seed is not None else number)
        for complaint in run(name, function, range(first, last), counts):
            print(complaint, flush=True)
        print(f"{name}: seeds {first} to {last - 1}")
        if options.seed is None:
            state[name] = last
            options.state.write_text(json.dumps(state) + "\n")
    if options.seed is None:
        done = state.setdefault("roots", {})

        def save() -> None:
            options.state.write_text(json.dumps(state) + "\n")

        for complaint in returning(options.instances, options.roots, done, save, counts):
            print(complaint, flush=True)
        print(f"roots with {options.instances} instances: {sum(count >= options.instances for count in done.values())} of {len(done)} begun")
    for label, count in sorted(counts.items()):
        print(f"{label:28} {count:8}")
    print(f"{'seconds':28} {time.monotonic() - started:8.1f}")
    return 1 if any(count for label, count in counts.items() if label.endswith(("complaints", "raised"))) else 0


if __name__ == "__main__":
    raise SystemExit(main())
