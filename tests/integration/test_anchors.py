"""Signed checkpoints: checked by openssl, kept outside, and held against a rebuilt log."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from eakte.audit import log
from eakte.config import Home, open_home
from eakte.database import transaction
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action, Event
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.sections import Anchoring
from eakte.services import anchoring
from tests.integration.evidence_home import NOW
from tests.tools import homes


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("made") / "home"
    homes.create(root, FixedClock(NOW), "Stadt Neuenfurt", demo=True)
    return root


@pytest.fixture
def context(fresh, tmp_path) -> Context:
    return opened(homes.copy(fresh, tmp_path / "home"))


def opened(root: Path, moment=NOW, **anchors) -> Context:
    home = open_home(root)
    settings = home.settings.model_copy(update={"anchors": Anchoring(**anchors)})
    return Context(Home(root, settings), FixedClock(moment))


def again(context: Context, moment=NOW, **anchors) -> Context:
    return opened(context.home.root, moment, **anchors)


def add(desk: Desk, count: int = 1) -> None:
    with transaction(desk.engine) as connection:
        for number in range(count):
            event = Event(Action.SEARCHED, "index", f"clerk-{number}", "", desk.clock.now())
            log.append(connection, event)


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def by_hand(made: anchoring.SignedCheckpoint, root: Path) -> list[str]:
    """Do what the README says; gives what openssl says of signature and time-stamp."""
    token, signature, said = made.files
    signed = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", said,
        "-CAfile", root, "-purpose", "any", "-out", "/dev/null",
    )  # fmt: skip
    stamped = openssl(
        "ts", "-verify", "-token_in", "-in", token, "-data", signature, "-CAfile", root
    )
    return [f"{each.returncode} {each.stdout}{each.stderr}" for each in (signed, stamped)]


def test_openssl_confirms_a_signed_checkpoint(context):
    made = anchoring.sign_checkpoint(context, context.sealer)
    root = context.home.trust / "anchors" / "root.pem"
    signed, stamped = by_hand(made, root)
    assert signed.startswith("0 "), signed
    assert stamped.startswith("0 "), stamped
    assert "OK" in stamped
    said = made.statement.read_bytes()
    assert json.loads(said).keys() == {"at", "home", "root", "size", "v"}
