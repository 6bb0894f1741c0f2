"""Run a function in a child process with limits, because the files it reads may be hostile.

The child gets limits on memory, CPU seconds, file size and wall time, and a process group of its
own that is killed whole. Arguments travel to it by name and JSON; its answer is bounded in time
and size and comes back as JSON, checked against the function's return annotation. A helper process
(forkserver) has the heavy libraries imported, so that a call costs a fork.

This contains crashes, hangs and greed. It is no security boundary against code that takes the
child over: such code runs as the same user, may read and write the same files and use the network,
and a process that it starts with `setsid` is not killed. A container or a user of its own can add
that border.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints

from eakte import errors
from eakte.domain.codec import from_json, to_json

P = ParamSpec("P")
R = TypeVar("R")

_MEGABYTE = 1 << 20
_MAX_ANSWER = 64 * _MEGABYTE
_PRELOAD = ["eakte.sandbox", "eakte.pipeline.warm"]
"""The second imports every stage that reads scans, and must come last."""

_MEMORY = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"
    ":glibc.malloc.mmap_threshold=33554432"
    ":glibc.malloc.trim_threshold=536870912",
    "PILLOW_BLOCKS_MAX": "16",
}
"""Pictures are tens of megabytes. Where the kernel may use large pages, it need not clear and map
them 4 kB at a time, which took a fifth of the CPU of the jobs before Tesseract; what a job gave
back is used for its next picture, not cleared again by the kernel (a third of what was left)."""


@dataclass(frozen=True)
class Limits:
    """What one call may use: wall and CPU seconds, address space and written files in MB."""

    wall_seconds: float = 120.0
    cpu_seconds: int = 120
    memory_mb: int = 1500
    file_mb: int = 2048


DEFAULT_LIMITS = Limits()


def call(limits: Limits, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a module-level function in a limited child and give its result.

    Raises the EakteError that the function raised, or StageFailedError if the child broke down,
    ran out of its limits, or raised anything else.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    hints = get_type_hints(function)
    request = _encode_arguments(hints, args, kwargs)
    context = _helped()
    ours, childs = context.Pipe()
    child = context.Process(target=_child_main, args=(childs, name, request, limits), daemon=True)
    child.start()
    childs.close()
    try:
        answer = _await_answer(ours, name, limits)
    finally:
        _end(child)
        ours.close()
    return cast("R", _decode_answer(hints["return"], name, answer))


def warm_up() -> None:
    """Start the helper process, which then gets ready while the caller goes on."""
    _helped()
    forkserver.ensure_running()


def _helped() -> multiprocessing.context.ForkServerContext:
    for name, value in _MEMORY.items():  # read when the helper process starts
        os.environ.setdefault(name, value)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def _encode_arguments(hints: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    names = [name for name in hints if name != "return"]
    named = dict(zip(names, args, strict=False)) | kwargs
    return json.dumps({key: to_json(named[key], hints[key]).decode() for key in named})


def _await_answer(receiver: Connection, name: str, limits: Limits) -> bytes:
    """Give the whole answer, if it is whole before the deadline and not too large."""
    expired = threading.Event()
    deadline = threading.Timer(limits.wall_seconds, _hang_up, (receiver, expired))
    deadline.daemon = True
    deadline.start()
    try:
        return receiver.recv_bytes(_MAX_ANSWER)
    except (EOFError, OSError) as problem:
        detail = "the child process ended without a result (limit of memory or CPU, or a crash)"
        if expired.is_set():
            detail = f"no result after {limits.wall_seconds:.0f} s"
        elif isinstance(problem, OSError) and problem.errno is None:
            detail = f"the result is larger than {_MAX_ANSWER // _MEGABYTE} MB, or no message"
        raise errors.StageFailedError(stage=name, detail=detail) from None
    finally:
        deadline.cancel()
        deadline.join()


def _hang_up(receiver: Connection, expired: threading.Event) -> None:
    """End the waiting at the deadline: half an answer is none, whoever holds the other end."""
    expired.set()
    line = socket.socket(fileno=receiver.fileno())
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.detach()


def _end(child: multiprocessing.process.BaseProcess) -> None:
    """Kill the child with everything that it started, and reap it."""
    if child.pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.join()


def _decode_answer(kind: Any, name: str, answer: bytes) -> Any:
    try:
        status, _, payload = answer.partition(b"\n")
        if status == b"ok":
            return from_json(kind, payload)
        refusal = json.loads(payload)
    except ValueError as problem:
        raise errors.StageFailedError(stage=name, detail=f"unreadable answer: {problem}") from None
    known = getattr(errors, str(refusal["error"]), None)
    if isinstance(known, type) and issubclass(known, errors.EakteError):
        raise known(**refusal["facts"])
    raise errors.StageFailedError(stage=name, detail=f"{refusal['error']}: {refusal['facts']}")


def _child_main(connection: Connection, name: str, request: str, limits: Limits) -> None:
    """Apply the limits, run the function, send its answer (runs in the child)."""
    _confine(limits)
    threading.Thread(target=_end_with_caller, args=(connection,), daemon=True).start()
    connection.send_bytes(_answer(name, request))


def _answer(name: str, request: str) -> bytes:
    try:
        module, _, qualname = name.partition(":")
        function = getattr(importlib.import_module(module), qualname)
        hints = get_type_hints(function)
        arguments = {key: from_json(hints[key], text) for key, text in json.loads(request).items()}
        return b"ok\n" + to_json(function(**arguments), hints["return"])
    except errors.EakteError as refusal:
        facts = {key: str(value) for key, value in refusal.facts.items()}
        return b"refused\n" + json.dumps({"error": type(refusal).__name__, "facts": facts}).encode()
    except MemoryError:
        facts = {"reason": "too_large", "detail": ""}
        return b"refused\n" + json.dumps({"error": "UnusableInputError", "facts": facts}).encode()
    except Exception as problem:  # noqa: BLE001 - the border of the child: it must tell its parent
        text = str(problem)[:500]
        return b"failed\n" + json.dumps({"error": type(problem).__name__, "facts": text}).encode()


def _confine(limits: Limits) -> None:
    """Lead a process group of our own, and accept the limits."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    _limit(resource.RLIMIT_AS, limits.memory_mb * _MEGABYTE)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_mb * _MEGABYTE)
    _limit(resource.RLIMIT_CORE, 0)


def _end_with_caller(connection: Connection) -> None:
    """End, with everything that was started here, when the caller's end of the pipe is gone."""
    connection.poll(None)
    os.killpg(0, signal.SIGKILL)


def _limit(which: int, value: int) -> None:
    _soft, hard = resource.getrlimit(which)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (ceiling, ceiling))
