"""Issue 5: two clerks at once never release the same letter twice, and hear who was faster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.audit.verify import verify
from eakte.domain.events import Action
from eakte.domain.letters import FieldName
from eakte.errors import RefusedError
from eakte.pipeline.submit import COMPLETE
from eakte.services import reviewing
from eakte.services.reviewing import Corrections
from tests.integration.waiting_letters import add_letters, new_desk
from tests.tools import homes

_ROOT = Path(__file__).parents[2]
_ROUNDS = 60


def _clerk(home: Path, person: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.releasing_clerk", str(home), person],
        cwd=_ROOT,
        env=os.environ | {"EAKTE_USER": person.lower(), "PYTHONPATH": str(_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_clerks_at_once_release_each_letter_once(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "home")
    letters = add_letters(desk, tuple((n,) for n in range(1, _ROUNDS + 1)))
    people = ("Probst", "Ohlsen")
    clerks = {person: _clerk(tmp_path / "home", person) for person in people}
    for clerk in clerks.values():
        assert clerk.stdout is not None
        assert clerk.stdout.readline() == "ready\n"
    winners = []
    for letter in letters:
        for clerk in clerks.values():
            assert clerk.stdin is not None
            print(f"{letter.id} {letter.version}", file=clerk.stdin, flush=True)
        said = {person: clerk.stdout.readline() for person, clerk in clerks.items()}  # type: ignore[union-attr]
        released = [person for person, told in said.items() if told == "released\n"]
        assert len(released) == 1, said
        (refusal,) = (told for told in said.values() if told != "released\n")
        assert f"{released[0]} released {letter.id} at " in refusal
        winners += released
    for clerk in clerks.values():
        clerk.communicate()
    with desk.engine.connect() as connection:
        assert verify(connection).intact
        events = log.of_action(connection, Action.RELEASED)
        table = f"{homes.ENGINE_TABLES}workflow_status"
        query = sa.text(f"SELECT workflow_uuid FROM {table} WHERE name = :name")
        works = connection.execute(query, {"name": COMPLETE}).all()
    assert [event.object for event in events] == [letter.id for letter in letters]
    assert [event.after["person"] for event in events] == winners
    assert len(works) == _ROUNDS, "each is sealed once"


def test_what_somebody_else_corrected_is_looked_at_again(tmp_path: Path) -> None:
    """A clerk releases what was seen, not what another one made of it meanwhile."""
    desk = new_desk(tmp_path / "home")
    (letter,) = add_letters(desk, ((1,),))
    seen = letter.version
    reviewing.correct(desk, letter.id, Corrections(fields=((FieldName.SENDER, "Ida Faber"),)), seen)
    with pytest.raises(RefusedError, match=r"corrected .* at .* look at it again"):
        reviewing.release(desk, letter.id, Corrections(), "A. Probst", seen)
    with pytest.raises(RefusedError, match="corrected"):
        reviewing.reject(desk, letter.id, "Werbung", seen)
    assert reviewing.release(desk, letter.id, Corrections(), "A. Probst", seen + 1).release
    with pytest.raises(RefusedError, match=r"A\. Probst released"):
        reviewing.release(desk, letter.id, Corrections(), "T. Ohlsen")
