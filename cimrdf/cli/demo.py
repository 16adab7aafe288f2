"""`cimrdf demo`: the main job on bundled messages, both directions, to the screen."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cimrdf.cli.command import Command, json_option
from cimrdf.cli.output import emit, heading, plural, print_findings, show, status_of, table
from cimrdf.cli.translate import ledger_in_words

if TYPE_CHECKING:
    from cimrdf.engine.ledger import Ledger
    from cimrdf.translate import Translation

#: The bundled messages, and the version that each is translated to.
JOURNEYS = (
    ("meter-readings-cim-2013.xml", "multispeak-4.1"),
    ("reading-changed-notification-multispeak-4.1.xml", "cim-2013"),
)

_MEANING = {
    "carried": "the same value under another name",
    "transformed": "computed, looked up, or used to decide",
    "preserved": "kept in an extension point",
    "dropped": "no counterpart: a gap row says why",
    "unknown": "not in the schema of the input",
    "added": "constants that the target needs",
}


def _demo(args: argparse.Namespace) -> int:
    from cimrdf.examples import example
    from cimrdf.translate import translate

    journeys = [(name, Path(example(name)), translate(example(name), to=to)) for name, to in JOURNEYS]
    findings = [item for _, _, done in journeys for item in done.findings]
    status = status_of(findings)
    if args.json:
        emit({"status": status, "journeys": [_journey(name, done) for name, _, done in journeys], "findings": [item.to_dict() for item in findings]})
        return status
    for name, path, done in journeys:
        show(_story(name, path, done))
        print_findings(done.findings)
    show("Try your own: cimrdf translate IN.xml --to VERSION -o OUT.xml --ledger LEDGER.json")
    return status


def _journey(name: str, done: Translation) -> dict[str, object]:
    messages = [{"payload": message.payload, "xml": message.xml.decode()} for message in done.messages]
    return {"input": name, "from": done.source_version, "to": done.target_version, "messages": messages, "ledger": done.ledger.counts}


def _story(name: str, path: Path, done: Translation) -> str:
    title = f"{done.source_version} → {done.target_version}"
    parts = [heading(f"=== {title}: the input, {name}"), path.read_text(encoding="utf-8").rstrip(), ""]
    for message in done.messages:
        parts += [heading(f"=== {title}: the output, {message.payload}"), message.xml.decode().rstrip(), ""]
    parts += [heading(f"=== {title}: the ledger"), f"{ledger_in_words(done.ledger)}.", "", _ledger_table(done.ledger), ""]
    parts += _lost(done.ledger)
    parts += [heading(f"=== {title}: the rows that fired"), _rows_table(done.ledger), "", ""]
    return "\n".join(parts)


def _ledger_table(ledger: Ledger) -> str:
    return table(["fate", "values", "which means"], [[fate, count, _MEANING[fate]] for fate, count in ledger.counts.items()], right=[1])


def _lost(ledger: Ledger) -> list[str]:
    """What was not carried, with the reasons; values of one place and reason together."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in ledger.entries:
        if entry.outcome in ("dropped", "unknown"):
            found.setdefault((_short(entry.xpath), entry.reason), []).append(entry.value)
    if not found:
        return []
    lines = [line for (path, reason), values in found.items() for line in (f"  {path} = {', '.join(dict.fromkeys(values))}", f"      {reason}")]
    return [f"{plural(sum(map(len, found.values())), 'value')} stayed behind:", *lines, ""]


def _short(xpath: str) -> str:
    """The end of a path without positions, which says enough to a reader."""
    return "/".join(re.sub(r"\[\d+\]", "", xpath).split("/")[-2:])


def _rows_table(ledger: Ledger) -> str:
    fired = [[re.sub(r"^row:[^/]*/", "", row), count] for row, count in ledger.rows_fired().items()]
    return table(["row", "values"], fired, right=[1])


COMMANDS = (Command("demo", "Shows the main job on bundled messages: translation both ways, and its ledger.", "cimrdf demo", json_option, _demo),)
