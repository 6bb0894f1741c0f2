"""veraPDF on a short line: programs in its place that lie, hang, crash, flood and multiply."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from eakte.domain.conformance import Answer, Outcome
from eakte.pdfa.verapdf import ask, find_program, version
from eakte.sandbox import Limits
from tests.unit.pdfa.verapdf_making import program

LIMITS = Limits(wall_seconds=60, cpu_seconds=30, memory_mb=512, file_mb=4)
HASTY = Limits(wall_seconds=1, cpu_seconds=30, memory_mb=512, file_mb=4)
SUCCESS = "print(compliant(path, size))"


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """A blob of the store: its name has no ending."""
    (tmp_path / "blob").write_bytes(b"%PDF-1.7\n")
    return tmp_path / "blob"


def _ask(pdf: Path, body: str, limits: Limits = LIMITS) -> Answer:
    work = pdf.parent / "work"
    work.mkdir()
    return ask(program(pdf.parent / "bin", body), pdf, "2u", work, limits)


def test_it_confirms_and_its_report_is_kept(pdf):
    answer = _ask(pdf, SUCCESS)
    assert (answer.outcome, answer.detail) == (Outcome.CONFIRMED, "")
    assert answer.report.startswith("<?xml")
    assert answer.report.rstrip().endswith("</report>")


def test_it_refuses(pdf):
    answer = _ask(pdf, "print(refused(path, size, ('6.1.9',)))\nsys.exit(1)")
    assert (answer.outcome, answer.detail) == (Outcome.REFUSED, "6.1.9-1")


@pytest.mark.parametrize(
    "body",
    [
        "print(compliant('/tmp/another.pdf', size))",
        "print(compliant(path, size + 1))",
        "print(compliant(path, size, '2B'))",
        f"{SUCCESS}\nsys.exit(1)",
        f"{SUCCESS}\n{SUCCESS}",
        f"print('WARNING: about to succeed')\n{SUCCESS}",
        f"{SUCCESS}\nsys.stdout.flush()\nos.kill(os.getpid(), 11)",
        "print('java.lang.OutOfMemoryError', file=sys.stderr)\nsys.exit(1)",
        "",
    ],
)
def test_a_wrong_or_broken_answer_is_none(pdf, body):
    answer = _ask(pdf, body)
    assert answer.outcome is Outcome.FAILED
    assert answer.detail


def test_what_it_complained_of_is_kept(pdf):
    answer = _ask(pdf, "print('java: not found', file=sys.stderr)\nsys.exit(127)")
    assert "java: not found" in answer.report
    assert answer.detail.endswith("exit code 127")


def test_one_that_hangs_is_killed(pdf):
    answer = _ask(pdf, f"{SUCCESS}\nsys.stdout.flush()\ntime.sleep(600)", HASTY)
    assert (answer.outcome, answer.detail) == (Outcome.FAILED, "no answer in time")


def test_one_that_closes_its_output_and_hangs_is_killed(pdf):
    body = f"{SUCCESS}\nsys.stdout.flush()\nos.close(1)\nos.close(2)\ntime.sleep(600)"
    assert _ask(pdf, body, HASTY).outcome is Outcome.FAILED


def test_one_that_floods_is_killed(pdf):
    answer = _ask(pdf, "while True:\n    os.write(1, b'x' * 65536)")
    assert (answer.outcome, answer.detail) == (Outcome.FAILED, "its answer is too long")


def test_one_that_complains_without_end_is_heard_for_a_while(pdf):
    answer = _ask(pdf, f"os.write(2, b'x' * 3_000_000)\n{SUCCESS}")
    assert answer.outcome is Outcome.CONFIRMED


def test_one_that_burns_time_is_killed(pdf):
    limits = Limits(wall_seconds=60, cpu_seconds=1, memory_mb=512, file_mb=4)
    assert _ask(pdf, "while True:\n    pass", limits).outcome is Outcome.FAILED


def test_one_that_fills_the_disk_is_killed(pdf):
    body = f"with open('tmp/x', 'wb') as file:\n    file.write(bytes(9_000_000))\n{SUCCESS}"
    assert _ask(pdf, body).outcome is Outcome.FAILED


def test_its_children_end_with_it_and_nobody_waits_for_them(pdf):
    body = (
        "child = os.fork()\n"
        "if child == 0:\n"
        "    time.sleep(600)\n"
        f"open('child', 'w').write(str(child))\n{SUCCESS}"
    )
    answer = _ask(pdf, body)
    assert answer.outcome is Outcome.CONFIRMED
    child = int((pdf.parent / "work" / "child").read_text())
    for _try in range(100):
        if _is_gone(child):
            return
        time.sleep(0.05)
    pytest.fail("a child outlived it")


def _is_gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_it_is_on_its_own(pdf, monkeypatch):
    """An empty folder, no input, no variables of ours, a heap, and no way out."""
    monkeypatch.setenv("EAKTE_DATABASE", "postgresql://secret")
    told = (
        "facts = [os.getcwd(), sys.stdin.read(), sorted(os.environ), os.environ['JAVA_OPTS'],\n"
        "    os.listdir(), os.environ['TMPDIR'], os.getpgid(0) == os.getpid()]\n"
        f"open('facts', 'w').write(repr(facts))\n{SUCCESS}"
    )
    assert _ask(pdf, told).outcome is Outcome.CONFIRMED
    work = pdf.parent / "work"
    facts = eval((work / "facts").read_text())  # noqa: S307 - written by this test
    folder, stdin, names, java, listed, temporary, leads = facts
    assert (folder, stdin, leads) == (str(work), "", True)
    assert sorted(listed) == ["document.pdf", "tmp"]
    assert temporary == str(work / "tmp")
    assert "EAKTE_DATABASE" not in names
    assert "-Xmx256m" in java
    assert "proxyHost=127.0.0.1" in java


def test_the_file_is_shown_as_a_pdf_and_not_copied(pdf):
    body = f"assert path.endswith('/document.pdf') and os.path.islink(path)\n{SUCCESS}"
    assert _ask(pdf, body).outcome is Outcome.CONFIRMED


def test_a_program_that_is_not_there_gives_no_answer(pdf):
    work = pdf.parent / "work"
    work.mkdir()
    answer = ask(str(pdf.parent / "missing"), pdf, "2u", work, LIMITS)
    assert answer.outcome is Outcome.FAILED
    assert "127" in answer.detail


def test_which_program_is_meant(tmp_path, monkeypatch):
    there = program(tmp_path / "bin", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert find_program("auto", tmp_path) == there
    assert find_program("verapdf", tmp_path) == there
    assert find_program("off", tmp_path) == ""
    assert find_program("/opt/verapdf/verapdf", tmp_path) == "/opt/verapdf/verapdf"
    assert find_program("tools/verapdf", tmp_path) == str(tmp_path / "tools" / "verapdf")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("auto", tmp_path) == ""
    assert find_program("verapdf", tmp_path) == "verapdf"


def test_its_version(tmp_path):
    assert version(program(tmp_path / "bin", ""), tmp_path) == "veraPDF 1.28.2"
    assert version(str(tmp_path / "missing"), tmp_path) == ""
