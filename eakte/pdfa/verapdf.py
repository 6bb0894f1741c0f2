"""Asking veraPDF, the industry's validator of PDF/A, where it is installed.

It is a Java program that reads hostile bytes, so it is kept on a short line: a process group of its
own that is killed whole, limits on wall time, CPU time, heap and written files, an empty folder of
its own to work and keep temporary files in, no standard input, an output that is read up to a size
only, and no proxy that would lead anywhere. Memory is limited by its heap: a JVM reserves more
address space than it uses. It is never run in `eakte.sandbox`, whose limit would stop it.

What it says is taken for an answer only if it is about this very file (verapdf_report).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from eakte.domain.conformance import Answer, Outcome
from eakte.pdfa.verapdf_report import Question, read
from eakte.sandbox import Limits

AUTO, OFF = "auto", "off"

_MEGABYTE = 1 << 20
_LONGEST_REPORT = 8 * _MEGABYTE
_LONGEST_COMPLAINT = 4096
_CHUNK = 1 << 16
_PATIENCE = 0.2
_VERSION_LIMITS = Limits(wall_seconds=30, cpu_seconds=30, memory_mb=512, file_mb=16)
_CONFINED = 'ulimit -c 0 && ulimit -t "$1" && ulimit -f "$2" && shift 2 && exec "$@"'
"""A shell sets the limits before the program begins: in blocks of 512 bytes for files."""
_NOWHERE = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9 -Dhttps.proxyHost=127.0.0.1"


class _StoppedError(Exception):
    """It took too long or said too much; the message tells."""


@dataclass(frozen=True)
class _Said:
    """What a run printed, and its exit code."""

    output: bytes
    complaint: bytes
    exit_code: int


def find_program(setting: str, root: Path) -> str:
    """Give the program to run: the one named, or on `auto` the one on PATH; "" if there is none.

    A path may be relative to `root`. A program that is named and missing is given all the same:
    asking it fails, visibly.
    """
    if setting == OFF:
        return ""
    if setting == AUTO:
        return shutil.which("verapdf") or ""
    return str(root / setting) if "/" in setting else shutil.which(setting) or setting


def version(program: str, work: Path) -> str:
    """Give what the program says of its version; "" if it does not answer."""
    try:
        said = _run([program, "--version"], work, _VERSION_LIMITS)
    except (_StoppedError, OSError):
        return ""
    lines = said.output.decode("utf-8", "replace").splitlines()
    return lines[0].strip()[:80] if said.exit_code == 0 and lines else ""


def ask(program: str, pdf: Path, flavour: str, work: Path, limits: Limits) -> Answer:
    """Ask whether a file conforms to a flavour (as in `2u`); `work` is an empty folder.

    Never raises for what the program does: an answer that fails is an answer.
    """
    named = work.resolve() / "document.pdf"
    named.symlink_to(pdf.resolve())
    command = [program, "--format", "xml", "--flavour", flavour, "--maxfailuresdisplayed", "3"]
    try:
        said = _run([*command, str(named)], work, limits)
    except (_StoppedError, OSError) as problem:
        return Answer(Outcome.FAILED, str(problem), str(problem))
    names = frozenset({str(named), str(pdf.resolve())})
    question = Question(names, pdf.stat().st_size, flavour)
    outcome, detail = read(said.output, question, said.exit_code)
    if outcome is Outcome.FAILED:
        complaint = said.complaint.decode("utf-8", "replace").strip()
        detail = f"{detail}; exit code {said.exit_code}"
        told = f"{detail}\n{complaint}\n{said.output.decode('utf-8', 'replace')}"
        return Answer(outcome, detail, told)
    return Answer(outcome, detail, said.output.decode("utf-8", "replace"))


def _run(command: list[str], work: Path, limits: Limits) -> _Said:
    (work / "tmp").mkdir(exist_ok=True)
    blocks = limits.file_mb * _MEGABYTE // 512
    confined = ["/bin/sh", "-c", _CONFINED, "sh", str(limits.cpu_seconds), str(blocks), *command]
    process = subprocess.Popen(  # noqa: S603 - the program that the operator installed
        confined,
        cwd=work,
        env=_environment(work, limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            deadline = time.monotonic() + limits.wall_seconds
            output, complaint = _listen(process, deadline)
            left = max(deadline - time.monotonic(), _PATIENCE)
            return _Said(output, complaint, process.wait(left))
        except subprocess.TimeoutExpired as problem:
            raise _StoppedError("it does not end") from problem
        finally:
            _kill(process)


def _environment(work: Path, limits: Limits) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    heap = f"-Xmx{limits.memory_mb // 2}m -XX:+UseSerialGC -XX:-UsePerfData"
    java = f"{heap} -Djava.awt.headless=true -Djava.io.tmpdir=tmp {_NOWHERE}"
    folders = {"HOME": str(work), "TMPDIR": str(work / "tmp")}
    return {**kept, **folders, "LANG": "C.UTF-8", "JAVA_OPTS": java}


def _listen(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """Read what it prints until it ends, the deadline, or too much; whoever holds the pipes."""
    output, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout or -1, selectors.EVENT_READ, output)
        selector.register(process.stderr or -1, selectors.EVENT_READ, complaint)
        while selector.get_map():
            if time.monotonic() > deadline:
                raise _StoppedError("no answer in time")
            ready = selector.select(_PATIENCE)
            if not ready and process.poll() is not None:
                break  # it has ended; a child of it holds the pipes
            for key, _event in ready:
                if not _take(key):
                    selector.unregister(key.fileobj)
            del complaint[_LONGEST_COMPLAINT:]
            if len(output) > _LONGEST_REPORT:
                raise _StoppedError("its answer is too long")
    return bytes(output), bytes(complaint)


def _take(key: selectors.SelectorKey) -> bool:
    """Read what is there; gives False at the end."""
    chunk = os.read(key.fd, _CHUNK)
    key.data.extend(chunk)
    return bool(chunk)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it with everything that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
