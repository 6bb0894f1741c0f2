"""An index is not called broken because another process made it."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = "from eakte.search.fingerprint import fingerprint; print(fingerprint())"


def test_every_process_names_the_analyser_alike() -> None:
    """The order of a set differs from process to process."""
    named = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(named) == 1
