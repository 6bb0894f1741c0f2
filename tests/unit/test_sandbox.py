"""The limited child: results, refusals, and every way to misbehave."""

from __future__ import annotations

import gc
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from eakte import sandbox
from eakte.domain import codec
from eakte.domain.archive import ArchiveCopy
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Inspection
from eakte.domain.text import RecognisedPage
from eakte.errors import StageFailedError, UnusableInputError
from eakte.sandbox import Limits

_LIMITS = Limits(wall_seconds=20, cpu_seconds=10, memory_mb=700)


def echo(finding: Finding, path: Path) -> tuple[Finding, str]:
    return finding, str(path)


def readiness() -> tuple[bool, bool, tuple[str, ...]]:
    """Tell whether collections leave the helper's objects alone, about pages, and the codecs."""
    made = tuple(str(kind) for kind in codec._adapters)
    return gc.get_freeze_count() > 10_000, "hugetlb" in os.environ["GLIBC_TUNABLES"], made


def refuse(reason: str) -> str:
    raise UnusableInputError(reason=reason, detail="ö")


def fail() -> str:
    raise KeyError("surprise")


def hang() -> str:
    time.sleep(60)
    return "never"


def spin() -> str:
    while True:
        pass


def devour() -> str:
    return str(len(bytearray(2_000_000_000)))


def die() -> str:
    os.abort()


def leave_a_child(pid_file: Path) -> str:
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
    pid_file.write_text(str(pid))
    return "done"


def answer_by_half() -> str:
    os.write(_pipe(), struct.pack("!i", 1000) + b"ok\n")
    time.sleep(60)
    return "never"


def answer_by_half_from_afar() -> str:
    """Leave the pipe to a grandchild that no signal to our process group reaches."""
    if os.fork() == 0:
        os.setsid()
        os.write(_pipe(), struct.pack("!i", 1000) + b"ok\n")
        time.sleep(10)
        os._exit(0)
    time.sleep(60)
    return "never"


def answer_too_much() -> str:
    return "x" * (65 << 20)


def claim_too_much() -> str:
    os.write(_pipe(), struct.pack("!iQ", -1, 1 << 60) + b"ok\n")
    time.sleep(60)
    return "never"


def _pipe() -> int:
    """Find the pipe to the caller as hostile code would: in the frames above."""
    frame = sys._getframe()
    while "connection" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    connection: Connection = frame.f_locals["connection"]
    return connection.fileno()


@pytest.mark.parametrize("function", [answer_by_half, answer_by_half_from_afar])
def test_half_an_answer_does_not_hold_the_caller(function: Callable[[], str]) -> None:
    sandbox.call(_LIMITS, readiness)  # the helper process may take seconds to start
    began = time.monotonic()
    with pytest.raises(StageFailedError, match="no result after 2 s"):
        sandbox.call(Limits(wall_seconds=2), function)
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("function", [answer_too_much, claim_too_much])
def test_an_answer_without_measure_is_refused(function: Callable[[], str]) -> None:
    with pytest.raises(StageFailedError, match="larger than 64 MB"):
        sandbox.call(_LIMITS, function)


def test_values_cross_both_ways() -> None:
    finding = Finding(FindingCode.BLANK_PAGE, 3, "leer")
    assert sandbox.call(_LIMITS, echo, finding, Path("/x")) == (finding, "/x")


def test_the_helper_is_ready_before_the_first_call() -> None:
    frozen, large_pages, codecs = sandbox.call(_LIMITS, readiness)
    assert frozen
    assert large_pages
    assert {str(Inspection), str(RecognisedPage), str(ArchiveCopy)} <= set(codecs)


def test_a_refusal_crosses() -> None:
    with pytest.raises(UnusableInputError) as caught:
        sandbox.call(_LIMITS, refuse, "encrypted")
    assert caught.value.facts == {"reason": "encrypted", "detail": "ö"}


@pytest.mark.parametrize(
    ("function", "limits"),
    [
        (fail, _LIMITS),
        (die, _LIMITS),
        (hang, Limits(wall_seconds=1)),
        (spin, Limits(wall_seconds=30, cpu_seconds=1)),
    ],
)
def test_misbehaviour_is_a_stage_failure(function: object, limits: Limits) -> None:
    with pytest.raises(StageFailedError):
        sandbox.call(limits, function)  # type: ignore[arg-type]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Demand 55: what the child started goes with it."""
    pid_file = tmp_path / "pid"
    assert sandbox.call(_LIMITS, leave_a_child, pid_file) == "done"
    status = Path(f"/proc/{pid_file.read_text()}/stat")
    _until(lambda: not status.exists() or status.read_text().split()[2] == "Z", "it lives")


_ORPHAN = """
import sys, tempfile
from pathlib import Path
from eakte import sandbox
from tests.unit.test_sandbox import start_a_child_and_hang
sandbox.call(sandbox.Limits(60, 60, 600), start_a_child_and_hang, Path(sys.argv[1]))
"""


def start_a_child_and_hang(pid_file: Path) -> str:
    child = subprocess.Popen(["sleep", "60"])
    pid_file.write_text(str(child.pid))
    child.wait()
    return "never"


def test_nothing_outlives_a_killed_caller(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = tmp_path / "script.py"
    script.write_text("if __name__ == '__main__':\n    " + _ORPHAN.strip().replace("\n", "\n    "))
    root = Path(__file__).parents[2]
    caller = subprocess.Popen(
        [sys.executable, script, pid_file], env=os.environ | {"PYTHONPATH": str(root)}
    )
    _until(lambda: pid_file.exists() and pid_file.read_text() != "", "the child never started")
    time.sleep(0.2)
    caller.kill()
    caller.wait()
    status = Path(f"/proc/{pid_file.read_text()}/stat")
    _until(lambda: not status.exists() or status.read_text().split()[2] == "Z", "it lives")


def _until(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


def test_what_needs_too_much_memory_is_too_large() -> None:
    with pytest.raises(UnusableInputError) as caught:
        sandbox.call(_LIMITS, devour)
    assert caught.value.facts["reason"] == "too_large"
