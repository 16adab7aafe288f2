"""The command line: every command, exit statuses, output files, JSON, standard input and output."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

import cimrdf
from cimrdf.cli import COMMANDS, main, make_parser
from cimrdf.cli.command import Command

READINGS = cimrdf.example("meter-readings-cim-2013.xml")
NOTIFICATION = cimrdf.example("reading-changed-notification-multispeak-4.1.xml")

PAYLOAD = """<MeterReadings xmlns="http://iec.ch/TC57/2011/MeterReadings#"><MeterReading>
<Meter><mRID>m-1</mRID></Meter><Readings><timeStamp>2024-03-05T06:15:00Z</timeStamp><value>12.50</value>
<ReadingType ref="0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/></Readings>{more}</MeterReading></MeterReadings>"""

INTERVALS = """<IntervalBlocks><IntervalReadings><timeStamp>2024-03-05T06:15:00Z</timeStamp><value>0.250</value></IntervalReadings>
<IntervalReadings><timeStamp>2024-03-05T06:30:00Z</timeStamp><value>0.125</value></IntervalReadings>
<ReadingType ref="0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/></IntervalBlocks>"""


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    path = tmp_path / "payload.xml"
    path.write_text(PAYLOAD.format(more=""), encoding="utf-8")
    return path


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict]]:
    """Run a command with --json; returns exit status and report."""

    def run(*arguments: str) -> tuple[int, dict]:
        status = main([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def environment() -> dict[str, str]:
    """For subprocesses: the cimrdf that these tests have."""
    return {**os.environ, "PYTHONPATH": str(Path(cimrdf.__file__).parents[1])}


def content(xml: bytes) -> list[tuple[str, str, dict[str, str]]]:
    """Names, texts and attributes in document order: equality after canonicalization, without prefixes and schemaLocation."""
    found = []
    for item in etree.fromstring(xml, etree.XMLParser(remove_comments=True)).iter():
        item.attrib.pop("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", None)
        found.append((item.tag, (item.text or "").strip(), dict(item.attrib)))
    return found


# ---------------------------------------------------------------------- help


def all_commands(commands: tuple[Command, ...] = COMMANDS, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    for command in commands:
        yield (*above, command.name), command
        yield from all_commands(command.children, (*above, command.name))


@pytest.mark.parametrize(("words", "command"), [pytest.param(words, command, id=" ".join(words)) for words, command in all_commands()])
def test_help(words: tuple[str, ...], command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command's help says what it does in one sentence, shows an example, and tells the exit statuses."""
    assert main([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert command.sentence in text
    assert command.sentence.endswith(".")
    assert command.example.splitlines()[0] in text
    assert command.example.startswith("cimrdf ")
    assert "exit status:" in text


def test_help_is_fast() -> None:
    """No heavy module is loaded for the help."""
    code = "import sys; from cimrdf.cli import main; main(['--help']); print(sorted({'rdflib', 'lxml', 'pyshacl', 'xmlschema'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["translate"], ["translate", READINGS], ["rows", "--tsv", "--json"], ["lift", READINGS, "-o", "g.rdf"]]
)
def test_wrong_call(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: cimrdf" in capsys.readouterr().err


def test_without_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["cimrdf"])
    assert main([]) == 0
    assert "translate" in capsys.readouterr().out
    assert main(["export"]) == 2


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cimrdf ")


def test_parser_has_each_command_once() -> None:
    names = [command.name for command in COMMANDS]
    assert sorted(set(names)) == sorted(names)
    assert make_parser().prog == "cimrdf"


# ---------------------------------------------------------------------- translate


def test_translate_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, ledger, explained = (tmp_path / name for name in ("out.xml", "ledger.json", "why.json"))
    assert main(["translate", READINGS, "--to", "multispeak-4.1", "-o", str(out), "--ledger", str(ledger), "--explain", str(explained)]) == 0
    assert b"ReadingChangedNotification" in out.read_bytes()
    told = capsys.readouterr()
    assert told.out == ""
    assert "cim-2013 → multispeak-4.1: 1 message (ReadingChangedNotification) written to" in told.err.splitlines()[-1]
    account = json.loads(ledger.read_text(encoding="utf-8"))
    assert sum(count for fate, count in account["counts"].items() if fate != "added") == len(account["entries"])
    why = json.loads(explained.read_text(encoding="utf-8"))
    assert any(item["value"] == "18342.750" and item["rows"] and item["sources"] for item in why)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.json", "out.xml", "why.json"]


def test_translate_without_values(tmp_path: Path) -> None:
    """Personal data stay out of ledger and explanation on request."""
    ledger, explained = tmp_path / "ledger.json", tmp_path / "why.json"
    arguments = ["-o", str(tmp_path / "out.xml"), "--ledger", str(ledger), "--explain", str(explained), "--ledger-values", "none"]
    assert main(["translate", READINGS, "--to", "multispeak-4.1", *arguments]) == 0
    assert "18342.750" not in ledger.read_text(encoding="utf-8") + explained.read_text(encoding="utf-8")


def test_translate_to_standard_output(payload: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["translate", str(payload), "--to", "multispeak-4.1"]) == 0
    assert b"<value>12.50</value>" in capsysbinary.readouterr().out


def test_translate_from_standard_input(payload: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(payload.read_bytes())))
    assert main(["translate", "-", "--to", "multispeak-4.1", "-o", "-"]) == 0
    assert "<value>12.50</value>" in capsys.readouterr().out


def test_translate_json(report: Callable[..., tuple[int, dict]], tmp_path: Path) -> None:
    status, told = report("translate", READINGS, "--to", "multispeak-4.1")
    assert (status, told["status"], told["from"], told["to"]) == (0, 0, "cim-2013", "multispeak-4.1")
    assert [message["payload"] for message in told["messages"]] == ["ReadingChangedNotification"]
    assert told["messages"][0]["xml"].startswith("<?xml")
    assert set(told["ledger"]) == {"carried", "transformed", "preserved", "dropped", "unknown", "added"}
    out = tmp_path / "out.xml"
    _, told = report("translate", READINGS, "--to", "multispeak-4.1", "-o", str(out))
    assert told["messages"] == [{"payload": "ReadingChangedNotification", "file": str(out)}]


def test_several_messages(tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    """Readings and intervals of one message go into two notifications: OUT.xml and OUT-2.xml."""
    source = tmp_path / "in.xml"
    source.write_text(PAYLOAD.format(more=INTERVALS), encoding="utf-8")
    out = tmp_path / "out.xml"
    status, told = report("translate", str(source), "--to", "multispeak-4.1", "-o", str(out))
    assert status == 0, told
    assert [message["file"] for message in told["messages"]] == [str(out), str(tmp_path / "out-2.xml")]
    roots = {etree.QName(etree.parse(message["file"]).getroot()).localname for message in told["messages"]}
    assert roots == {message["payload"] for message in told["messages"]} == {"ReadingChangedNotification", "IntervalDataNotification"}


def test_preserve_round_trip(tmp_path: Path) -> None:
    """With --preserve and its sidecar, there and back gives the message again."""
    there, sidecar, back = (tmp_path / name for name in ("there.xml", "sidecar.ttl", "back.xml"))
    assert main(["translate", READINGS, "--to", "multispeak-4.1", "--preserve", "--sidecar", str(sidecar), "-o", str(there)]) == 0
    assert sidecar.exists()
    assert main(["translate", str(there), "--to", "cim-2013", "--sidecar", str(sidecar), "-o", str(back)]) == 0
    assert content(back.read_bytes()) == content(Path(READINGS).read_bytes())


def test_error_findings_give_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.xml"
    source.write_text(PAYLOAD.format(more="").replace("2024-03-05T06:15:00Z", "yesterday"), encoding="utf-8")
    assert main(["translate", str(source), "--to", "multispeak-4.1", "-o", str(tmp_path / "out.xml")]) == 1
    assert f"{source}:2: error value-invalid: " in capsys.readouterr().err
    assert (tmp_path / "out.xml").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "input-empty"),
        ("<a", "xml-malformed"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml-doctype"),
        ("<nothing-known/>", "root-unknown"),
        ("<EndDeviceEvents xmlns='http://iec.ch/TC57/2011/EndDeviceEvents#'/>", "not-aligned-yet"),
    ],
)
def test_refused_input(text: str, code: str, tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    """Nothing is written, and what was there before stays."""
    source, out = tmp_path / "in.xml", tmp_path / "out.xml"
    source.write_text(text, encoding="utf-8")
    out.write_text("before", encoding="utf-8")
    status, told = report("translate", str(source), "--to", "multispeak-4.1", "-o", str(out))
    assert (status, told["status"]) == (2, 2)
    assert told["findings"][-1]["code"] == code
    assert told["findings"][-1]["file"] == str(source)
    assert out.read_text(encoding="utf-8") == "before"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["missing.xml", "--to", "cim-2013"], "input-missing"),
        ([READINGS, "--to", "cim-1999"], "version-unknown"),
        ([READINGS, "--to", "cim-2013"], "not-aligned-yet"),
        ([READINGS, "--to", "multispeak-4.1", "-o", "no/such/folder/out.xml"], "output-unwritable"),
    ],
)
def test_refused_call(arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", *arguments]) == 2
    told = capsys.readouterr()
    assert f"error {code}: " in told.err
    assert told.err.splitlines()[-1] == "refused: nothing was written"
    assert told.out == ""


# ---------------------------------------------------------------------- files


def test_output_is_whole_or_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one of several files cannot be written, none is, and no temporary file stays."""
    folder = tmp_path / "out"
    folder.mkdir()
    arguments = ["-o", str(folder / "out.xml"), "--ledger", str(tmp_path / "absent" / "ledger.json")]
    assert main(["translate", READINGS, "--to", "multispeak-4.1", *arguments]) == 2
    assert "output-unwritable" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_one_file_for_two_outputs_is_refused(tmp_path: Path) -> None:
    out = str(tmp_path / "out.xml")
    assert main(["translate", READINGS, "--to", "multispeak-4.1", "-o", out, "--ledger", out]) == 2
    assert list(tmp_path.iterdir()) == []


def test_output_keeps_links_and_modes(tmp_path: Path) -> None:
    target, link = tmp_path / "target.xml", tmp_path / "link.xml"
    target.write_text("before", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    assert main(["translate", READINGS, "--to", "multispeak-4.1", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert b"ReadingChangedNotification" in target.read_bytes()


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no /dev/null here")
def test_output_to_a_device() -> None:
    assert main(["translate", READINGS, "--to", "multispeak-4.1", "-o", "/dev/null"]) == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_reader_that_closes_early() -> None:
    command = f'"{sys.executable}" -m cimrdf rows --tsv | head -1'
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pair\tprofile\tleft_path\tright_path\tkind\t")


# ---------------------------------------------------------------------- validate


def test_validate(report: Callable[..., tuple[int, dict]], tmp_path: Path) -> None:
    assert report("validate", READINGS) == (0, {"status": 0, "file": READINGS, "findings": []})
    source = tmp_path / "in.xml"
    source.write_text(PAYLOAD.format(more="").replace("2024-03-05T06:15:00Z", "yesterday"), encoding="utf-8")
    status, told = report("validate", str(source))
    assert status == 1
    wrong = next(item for item in told["findings"] if item["code"] == "value-invalid")
    assert (wrong["line"], wrong["xpath"]) == (2, "/MeterReadings[1]/MeterReading[1]/Readings[1]/timeStamp[1]")


def test_validate_reports(tmp_path: Path) -> None:
    """SARIF and JUnit tell of errors, and of a document that cannot be read at all."""
    source, sarif, junit = (tmp_path / name for name in ("in.xml", "f.sarif", "f.junit.xml"))
    for text, code, status in ((PAYLOAD.format(more="").replace("2024-03-05T06:15:00Z", "x"), "value-invalid", 1), ("<a", "xml-malformed", 2)):
        source.write_text(text, encoding="utf-8")
        assert main(["validate", str(source), "--sarif", str(sarif), "--junit", str(junit)]) == status
        log = json.loads(sarif.read_text(encoding="utf-8"))
        assert log["version"] == "2.1.0"
        results, rules = log["runs"][0]["results"], log["runs"][0]["tool"]["driver"]["rules"]
        assert code in {result["ruleId"] for result in results}
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
        assert results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        suite = etree.parse(junit).getroot().find("testsuite")
        assert suite is not None
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) >= 1


def test_validate_of_a_good_message_passes_in_junit(tmp_path: Path) -> None:
    assert main(["validate", READINGS, "--junit", str(tmp_path / "j.xml")]) == 0
    assert [case.get("name") for case in etree.parse(tmp_path / "j.xml").getroot().iter("testcase")] == ["valid"]
