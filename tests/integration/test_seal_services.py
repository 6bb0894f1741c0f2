"""Seals with services over HTTP: what fails on the way, and what tokens may do."""

from __future__ import annotations

import time
from hashlib import sha256
from types import SimpleNamespace

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict
from eakte.errors import ConfigurationError, SealDelayedError
from eakte.seal.endpoints import Endpoint
from eakte.seal.opening import open_sealer
from eakte.seal.verify import accept
from tests.tools import homes
from tests.tools.authorities import TSA_FAULTS, join, serving
from tests.unit.seal.making import pdfa

_CLOCK = SystemClock()
_WHY = {
    "hang": "no whole answer within",
    "slow": "no whole answer within",
    "garbage": "no time-stamp",
    "empty": "no time-stamp",
    "cut-off": "cut off",
    "status-500": "HTTP status 500",
    "rate-limit": "HTTP status 429",
    "redirect": "HTTP status 302",
    "wrong-type": "text/html",
    "oversized": "too large",
    "rejection": "it refuses",
    "wrong-nonce": "wrong nonce",
    "wrong-imprint": "wrong imprint",
    "wrong-time": "its clock differs",
    "wrong-signature": "signature of its token",
    "expired": "not in force",
    "loose": "for time-stamps only",
    "seal": "for time-stamps only",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("services")
    homes.create(folder / "home", _CLOCK, "Stadt", demo=True)
    with serving(folder / "pki") as services:
        join(folder / "pki", folder / "home", services.tsa)
        yield SimpleNamespace(services=services, root=folder / "home")


class _Case:
    def __init__(self, made, folder):
        self.services, self.root, self.folder = made.services, folder / "home", folder
        homes.copy(made.root, self.root)
        self.services.fault = ""
        (folder / "archive.pdf").write_bytes(pdfa(1))
        self.out = folder / "sealed.pdf"

    def sealer(self):
        return open_sealer(open_home(self.root), _CLOCK)

    def seal(self, sealer):
        sealer.seal(self.folder / "archive.pdf", "Posteingang", self.out)
        digest = sha256(self.out.read_bytes()).hexdigest()
        report = accept(self.out, self.root / "trust", _CLOCK.now(), digest, 1)
        assert (report.verdict, report.reason) == (Verdict.VALID, "")

    def add(self, line):
        with (self.root / "eakte.toml").open("a") as settings:
            settings.write(f"{line}\n")


@pytest.fixture
def case(made, tmp_path):
    return _Case(made, tmp_path)


def test_no_fault_is_without_its_sentence():
    assert set(_WHY) == set(TSA_FAULTS)


@pytest.mark.parametrize("fault", TSA_FAULTS)
def test_a_fault_between_two_seals_delays_the_second_and_leaves_no_file(case, fault):
    """Also where the process knows the authority as a good one: every token is checked."""
    sealer = case.sealer()
    case.seal(sealer)
    case.out.unlink()
    case.services.fault = fault
    with pytest.raises(SealDelayedError) as refusal:
        case.seal(sealer)
    assert _WHY[fault] in str(refusal.value.facts["detail"])
    assert not case.out.exists()
    case.services.fault = ""
    end = time.monotonic() + 10
    while _is_delayed(sealer):
        assert time.monotonic() < end
        time.sleep(0.05)
    case.seal(sealer)


def _is_delayed(sealer):
    try:
        sealer.probe()
    except SealDelayedError:
        return True
    return False


def test_a_token_larger_than_the_room_for_it(case):
    """Trap 11."""
    sealer = case.sealer()
    case.seal(sealer)
    asked = case.services.asked["tsa"]
    case.services.fault = "large"
    case.seal(sealer)
    assert case.services.asked["tsa"] - asked > 2, "the first attempt found no room"
    case.seal(sealer)


def test_an_authority_that_changes_its_certificate(case):
    """The evidence in a seal must be about the certificates of both of its time-stamps."""
    sealer = case.sealer()
    case.seal(sealer)
    case.services.fault = "second"
    case.seal(sealer)
    case.services.fault = ""
    case.seal(sealer)


def test_an_authority_whose_certificates_take_turns(case):
    """Sample and first token of one kind, the archive time-stamp of another: done once more."""
    case.services.fault = "every-third"
    case.services.asked["tsa"] = 0
    sealer = case.sealer()
    case.seal(sealer)
    assert case.services.asked["tsa"] == 5
    case.seal(sealer)


def test_a_revoked_authority_has_failed(case):
    sealer = case.sealer()
    sealer.probe()
    for kept in (case.root / "services").glob("*.ocsp"):
        kept.unlink()
    case.services.fault = "revoked-tsa"
    with pytest.raises(SealDelayedError, match="was revoked"):
        case.seal(sealer)


def test_429_is_left_alone_as_long_as_it_wishes(case):
    sealer = case.sealer()
    case.services.fault = "rate-limit"
    with pytest.raises(SealDelayedError):
        sealer.probe()
    endpoint = Endpoint(case.services.tsa, _CLOCK, case.root / "services")
    assert 0.5 < endpoint.paused_seconds() <= 1.0


def test_credentials_come_from_a_private_file_and_are_never_told(case):
    secret = case.root / "tsa.secret"
    secret.write_text("stadt:geheim\n")
    case.add('credentials = "tsa.secret"')
    secret.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        case.sealer()
    secret.chmod(0o600)
    case.services.fault = "unauthorized"
    case.seal(case.sealer())
    secret.write_text("stadt:falsch\n")
    with pytest.raises(SealDelayedError, match="401") as refusal:
        case.seal(case.sealer())
    assert "falsch" not in str(refusal.value.facts)


def test_a_rate_is_kept_by_waiting(case):
    case.add("per_minute = 600")
    sealer = case.sealer()
    began = time.monotonic()
    case.seal(sealer)
    assert time.monotonic() - began >= 0.2, "three requests, a tenth of a second apart"
