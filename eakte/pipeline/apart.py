"""A step in a process of its own: `python -m eakte.pipeline.apart`, for steps under suspicion.

One line of JSON on standard input says which: the home, the step (`module:Class.method`), and its
arguments. One line of JSON on standard output gives its value, or its refusal. The process ends
when its input does: nobody waits for the answer any more. See eakte.pipeline.crashes.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.errors import EakteError
from eakte.pipeline.context import Context


def main() -> None:
    """Do what the first line of the input asks for."""
    os.umask(0o077)
    home, name, arguments = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_caller, daemon=True).start()
    answer = _answer(Context(open_home(Path(home)), SystemClock()), name, arguments)
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _answer(context: Context, name: str, arguments: list[Any]) -> dict[str, Any]:
    module, _colon, qualname = name.partition(":")
    kind, _dot, method = qualname.partition(".")
    step = getattr(getattr(importlib.import_module(module), kind)(context), method)
    try:
        return {"value": step(*arguments)}
    except EakteError as refusal:
        facts = {key: str(value) for key, value in refusal.facts.items()}
        return {"error": type(refusal).__name__, "facts": facts}
    except Exception as problem:  # noqa: BLE001 - the border of the process: it must tell its caller
        detail = f"{type(problem).__name__}: {problem}"
        return {"error": "StageFailedError", "facts": {"stage": name, "detail": detail}}


def _end_with_caller() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
