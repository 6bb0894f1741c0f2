"""`eakte seal key` and what `eakte doctor` says of the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.errors import ExitCode, PinRefusedError
from eakte.seal.open_key import refused_pins
from eakte.services import checkup
from tests.acceptance.conftest import run_eakte
from tests.tools import homes


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    homes.create(root, SystemClock(), "Stadt Neuenfurt", demo=True)
    return root


def test_the_key_is_shown_for_people_and_programs(new_home: Path) -> None:
    shown = run_eakte(new_home, "seal", "key", "show")
    assert shown.returncode == ExitCode.OK
    for words in ("CN=DEMO Seal", "EC secp256r1", "Warning: demo certificate, not qualified"):
        assert words in shown.stdout
    plain = json.loads(run_eakte(new_home, "seal", "key", "show", "--json").stdout)
    assert (plain["kind"], plain["demo"], plain["complete"]) == ("pkcs12", True, True)
    assert plain["claims"]["compliance"] is False


def test_a_refused_pin_may_be_tried_again_when_a_person_says_so(new_home: Path) -> None:
    pins, pin = refused_pins(open_home(new_home)), SecretStr("4711")
    with pytest.raises(PinRefusedError), pins.attempt("token", pin):
        raise PinRefusedError(reference="token", detail="no")
    for told in ("The PIN is tried once more", "No PIN was refused"):
        finished = run_eakte(new_home, "seal", "key", "retry")
        assert (finished.returncode, told in finished.stdout) == (ExitCode.OK, True)
    with pins.attempt("token", pin):
        pass


def test_the_doctor_opens_the_key(new_home: Path) -> None:
    found = {each.name: each for each in checkup.examine(open_home(new_home))}
    assert found["seal key"].fine
    assert "demo certificate" in found["seal key"].detail
    (new_home / "trust" / "keys" / "seal.pin").chmod(0o644)
    found = {each.name: each for each in checkup.examine(open_home(new_home))}
    assert not found["seal key"].fine
    assert "chmod 600" in found["seal key"].detail
