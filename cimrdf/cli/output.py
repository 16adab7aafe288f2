"""What commands give out: files whole or not at all, findings as text, reports as JSON, tables for people."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cimrdf.findings import CimrdfError, Finding
    from cimrdf.translate import Message

#: Standard input or output.
DASH = "-"


# ---------------------------------------------------------------------- files


def write_files(files: Sequence[tuple[str, bytes]]) -> None:
    """Write files, all or none; `-` is standard output.

    Raises:
        Refused: `output-unwritable`; nothing was written.
    """
    from cimrdf.findings import Refused, finding

    ready: list[tuple[Path, Path]] = []
    places = [path for path, _ in files if path != DASH]
    twice = next((path for number, path in enumerate(places) if path in places[:number]), None)
    if twice is not None:
        raise Refused(finding("output-unwritable", f"{twice} is named for two outputs", file=twice))
    path = DASH
    try:
        for path, data in files:
            target = Path(path).resolve()
            if path != DASH and (target.is_file() or not target.exists()):
                ready.append((_temporary(target, data), target))
        for path, data in files:
            if path != DASH and Path(path).exists() and not Path(path).is_file():
                Path(path).write_bytes(data)
        while ready:
            temporary, target = ready[0]
            temporary.replace(target)
            ready.pop(0)
    except OSError as error:
        raise Refused(finding("output-unwritable", f"cannot write {path}: {error.strerror}", file=path)) from None
    finally:
        for temporary, _ in ready:
            with contextlib.suppress(OSError):
                temporary.unlink()
    for path, data in files:
        if path == DASH:
            write_stdout(data)


def _temporary(target: Path, data: bytes) -> Path:
    """The data in a file beside its target, under another name."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        if target.exists():
            shutil.copymode(target, temporary)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return temporary


def write_stdout(data: bytes) -> None:
    """Bytes to standard output, after any text that is waiting there."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def message_files(output: str, messages: Sequence[Message]) -> list[tuple[str, bytes]]:
    """Where messages go: `OUT.xml`, `OUT-2.xml`, …; all to standard output for `-`."""
    if output == DASH:
        return [(DASH, b"".join(message.xml for message in messages))]
    path = Path(output)
    names = [path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, len(messages) + 1)]
    return [(str(name), message.xml) for name, message in zip(names, messages, strict=True)]


# ---------------------------------------------------------------------- reports


def emit(report: Mapping[str, Any]) -> None:
    """A report as JSON on standard output."""
    write_stdout((json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode())


def say(text: str) -> None:
    """A line for a person, on standard error."""
    print(_printable(text, sys.stderr.encoding), file=sys.stderr)


def show(text: str) -> None:
    """Text that a command was asked for, on standard output, as UTF-8."""
    write_stdout((text if text.endswith("\n") else f"{text}\n").encode())


def _printable(text: str, encoding: str | None) -> str:
    return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8", "replace")


def print_findings(findings: Iterable[Finding]) -> None:
    """Findings on standard error: a line each, and what to do about it below."""
    for item in findings:
        say(str(item))
        if item.remedy:
            say(f"    {item.remedy}")


def status_of(findings: Iterable[Finding]) -> int:
    """The exit status of a command that was done."""
    from cimrdf.findings import has_errors

    return 1 if has_errors(findings) else 0


def refusal_findings(refusal: CimrdfError) -> list[Finding]:
    """What a refusal says, as findings."""
    from cimrdf.findings import Refused, finding

    if isinstance(refusal, Refused):
        return refusal.findings
    return [finding("row-malformed", str(refusal), file=getattr(refusal, "file", None), row=getattr(refusal, "row", None))]


def findings_in_words(findings: Sequence[Finding]) -> str:
    """How many findings of each severity there are."""
    from cimrdf.findings import Severity

    counts = [(sum(1 for item in findings if item.severity is severity), str(severity)) for severity in Severity]
    parts = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count]
    return ", ".join(parts) if parts else "no findings"


# ---------------------------------------------------------------------- text for people


def table(heads: Sequence[str], lines: Iterable[Sequence[object]], *, indent: str = "", right: Iterable[int] = ()) -> str:
    """An aligned table; the columns numbered in `right` are aligned to the right.

    >>> print(table(["fate", "values"], [["carried", 7], ["dropped", 12]], right=[1]))
    fate     values
    carried       7
    dropped      12
    """
    rows = [list(heads), *([str(cell) for cell in line] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    aligned = set(right)
    return "\n".join(
        (
            indent
            + "  ".join(
                cell.rjust(width) if column in aligned else cell.ljust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        ).rstrip()
        for row in rows
    )


def heading(text: str) -> str:
    """A heading; bold on a terminal."""
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return f"\033[1m{text}\033[0m"
    return text


def plural(count: int, noun: str) -> str:
    """A number with its noun.

    >>> plural(1, "message"), plural(2, "message")
    ('1 message', '2 messages')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"
