"""A letter that kills the watcher each time ends in quarantine; the others do not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from eakte.pipeline.crashes import LIMIT
from tests.crash.mailroom import Mailroom


@pytest.mark.slow
@pytest.mark.parametrize("step", ["inspect"])
def test_a_letter_that_kills_the_watcher_is_put_aside(tmp_path: Path, step: str) -> None:
    """Demand 5, and rule 5 of the design: a poison document ends in quarantine, not in a loop."""
    mailroom = Mailroom(tmp_path / "home")
    mailroom.drop(0, 1, 2)
    poison = hashlib.sha256((mailroom.inbox / "brief-0001.jpg").read_bytes()).hexdigest()
    deaths = 0
    while mailroom.kill_at(f"step:{step}:effect", document=poison):
        deaths += 1
        assert deaths <= LIMIT, "a crash loop"
    assert deaths == LIMIT
    lines = {line["file"]: line for line in mailroom.lines()}
    assert lines["brief-0001.jpg"]["state"] == "quarantine"
    assert "stage_failed" in str(lines["brief-0001.jpg"]["reasons"])
    assert lines["brief-0000.jpg"]["state"] == lines["brief-0002.jpg"]["state"] == "filed"
