"""Shell completion answers with commands and sub-commands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "position", "answer"),
    [("eakte rev", "1", "review"), ("eakte review rel", "2", "release")],
)
def test_the_shell_is_answered(words: str, position: str, answer: str) -> None:
    variables = {"_EAKTE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": position}
    finished = subprocess.run(
        [sys.executable, "-m", "eakte"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stdout.split() == [answer]
