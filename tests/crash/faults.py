"""Run eakte with faults: `python -c "from tests.crash.faults import main; main()" watch …`.

Nothing of this is in the product. Its functions are wrapped when they are imported: each passage of
a wrapped function is two points, `name:before` and `name:after`. What happens there:

    CRASH_RECORD=FILE      the names of all points passed are appended to FILE, once each
    CRASH_AT=POINT         the process kills itself (SIGKILL) when it passes POINT
    CRASH_PASSAGE=K        … not before the K-th passage (1)
    CRASH_DOCUMENT=DIGEST  … only in steps whose first argument starts with DIGEST

A step has a third point: `step:NAME:effect` lies between what the step did and its checkpoint; and
a transaction `tx:NAME:effect` lies between its last statement and the commit. Steps and
transactions are told by the names that the flow gives them, whatever they are.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import pathlib
import signal
import threading
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

_lock = threading.Lock()
_passages: Counter[str] = Counter()

_FIRST = ("eakte.store.local", "eakte.inbox.receive")
"""Their functions are imported by name elsewhere, so they are wrapped before anybody does."""
_MODULES = (
    "eakte.pipeline.transitions",
    "eakte.pipeline.indexing",
    "eakte.pipeline.mending",
    "eakte.services.anchoring",
    "eakte.sandbox",
)
_QUIET = {"digests", "path", "get", "readable_name", "recorded_as", "require_plain", "is_damaged"}
"""They read, or are generators: nothing can be half done there."""


def passing(point: str, subject: object = "") -> None:
    """Note that a point is passed, and die here if that was asked for."""
    with _lock:
        _passages[point] += 1
        passage = _passages[point]
        record = os.environ.get("CRASH_RECORD")
        if record and passage == 1:
            with pathlib.Path(record).open("a", encoding="utf-8") as out:
                out.write(f"{point}\n")
    if os.environ.get("CRASH_AT") != point or passage < int(os.environ.get("CRASH_PASSAGE", "1")):
        return
    if str(subject).startswith(os.environ.get("CRASH_DOCUMENT", "")):
        os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        passing(f"{name}:before")
        result = function(*args, **kwargs)
        passing(f"{name}:after")
        return result

    return around


def _wrap_module(module: ModuleType) -> None:
    short = module.__name__.removeprefix("eakte.")
    for name, function in inspect.getmembers(module, inspect.isfunction):
        public = not name.startswith("_") and function.__module__ == module.__name__
        if public and not inspect.isgeneratorfunction(function) and name not in _QUIET:
            setattr(module, name, _wrapped(f"{short}.{name}", function))


def _wrap_class(kind: type, methods: tuple[str, ...] = ()) -> None:
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        public = not name.startswith("_") or name in methods
        if public and not inspect.isgeneratorfunction(method) and name not in _QUIET:
            setattr(kind, name, _wrapped(f"{kind.__name__}.{name}", method))


def _wrap_system_calls() -> None:
    """Also between two system calls of one function: every rename, link, unlink, rmdir, fsync."""
    for name in ("link", "rename", "unlink", "rmdir", "fsync", "replace"):
        original = getattr(os, name)
        setattr(os, name, _in_home(f"os.{name}", original))


def _in_home(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a system call, for store and inboxes only: what is temporary elsewhere is no effect."""
    home = os.environ.get("EAKTE_HOME", "/nowhere")

    @functools.wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        place = _place(home, args)
        if not place:
            return function(*args, **kwargs)
        passing(f"{name}.{place}:before")
        result = function(*args, **kwargs)
        passing(f"{name}.{place}:after")
        return result

    return around


def _place(home: str, args: tuple[Any, ...]) -> str:
    """Tell which part of the home a call is about (store/blobs, store/slots, inbox …)."""
    try:
        opened = isinstance(args[0], int)
        path = pathlib.Path(f"/proc/self/fd/{args[0]}").readlink() if opened else args[-1]
        inner = pathlib.Path(path).relative_to(home).parts
    except (ValueError, TypeError, OSError):
        return ""
    if inner[:1] == ("store",):
        return "/".join(inner[:2])
    if inner[:1] == ("inbox",):
        return "inbox/taken" if ".taken" in inner else "inbox"
    return ""


def _wrap_flow() -> None:
    flow = importlib.import_module("eakte.pipeline.flow")
    step, transaction = flow.Flow._step, flow.Flow._transaction

    def around_step(self: Any, name: str, function: Callable[..., Any], *args: Any) -> Any:
        subject = args[0] if args and isinstance(args[0], str) else ""

        def effect(*inner: Any) -> Any:
            result = function(*inner)
            passing(f"step:{name}:effect", subject)
            return result

        passing(f"step:{name}:before", subject)
        result = step(self, name, functools.wraps(function)(effect), *args)
        passing(f"step:{name}:after", subject)
        return result

    def around_transaction(self: Any, name: str, function: Callable[..., Any], *args: Any) -> Any:
        def effect(*inner: Any) -> Any:
            result = function(*inner)
            passing(f"tx:{name}:effect")
            return result

        passing(f"tx:{name}:before")
        result = transaction(self, name, functools.wraps(function)(effect), *args)
        passing(f"tx:{name}:after")
        return result

    flow.Flow._step, flow.Flow._transaction = around_step, around_transaction


def wrap() -> None:
    """Put the points into the product's functions."""
    _wrap_system_calls()
    for name in _FIRST:
        _wrap_module(importlib.import_module(name))
    store = importlib.import_module("eakte.store.local")
    _wrap_class(store.LocalBlobStore, ("_publish", "_keep"))
    for name in _MODULES:
        _wrap_module(importlib.import_module(name))
    _wrap_class(importlib.import_module("eakte.pipeline.submit").Submitter)
    _wrap_class(importlib.import_module("eakte.seal.signer").Sealer)
    _wrap_flow()


def main() -> None:
    """Run the command line with the points in place."""
    wrap()
    importlib.import_module("eakte.__main__").main()
