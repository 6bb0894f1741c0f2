"""Keys at a remote signing service, with certomancer's CSC dummy: batches, faults, wrong PINs."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from aiohttp import web
from csc_dummy.csc_dummy_server import CSCWithCertomancer

from eakte.domain.clock import FixedClock
from eakte.errors import (
    ConfigurationError,
    KeyUnavailableError,
    PinRefusedError,
    SealDelayedError,
)
from eakte.seal import attesting
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.pins import RefusedPins, SecretPlace
from eakte.seal.remote_key import RemotePlace, RemoteSealKey
from eakte.seal.signer import Sealer
from eakte.seal.trust import TrustAnchors
from sample_mail import csc_service
from tests.unit.seal.making import CLOCK, Bench, pdfa, seal_bytes

_PIN, _TOKEN, _WRONG = "4711-right", "bearer-of-the-city", "0815-" + "wrong"

pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.web.NotAppKeyWarning")  # the dummy's


class _Service(CSCWithCertomancer):
    """The dummy that checks PIN and token, counts its calls, and has one fault at a time."""

    calls: ClassVar[Counter[str]] = Counter()
    fault = ""

    async def credentials_info(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {_TOKEN}":
            raise web.HTTPUnauthorized
        return await super().credentials_info(request)

    async def credentials_authorize(self, request: web.Request) -> web.Response:
        self.calls["authorize"] += 1
        if self.fault == "busy":
            raise web.HTTPServiceUnavailable
        pin = (await request.json()).get("PIN")
        if pin != _PIN:
            return web.json_response({"error": f"invalid_pin: {pin}"}, status=400)
        return await super().credentials_authorize(request)

    async def signatures_sign_hash(self, request: web.Request) -> web.Response:
        self.calls["sign"] += 1
        if self.fault == "hang":
            await asyncio.sleep(2)
        if self.fault == "hangup":
            assert request.transport is not None
            request.transport.close()
        if self.fault == "garbage":
            return web.json_response({"signatures": ["AA==", "%"]})
        if self.fault == "few":
            return web.json_response({"signatures": []})
        return await super().signatures_sign_hash(request)


@dataclass(frozen=True)
class _Remote:
    folder: Path
    place: RemotePlace

    def key(self, pin: str = _PIN, place: RemotePlace | None = None) -> RemoteSealKey:
        files = {"pin": pin, "token": _TOKEN}
        for name, content in files.items():
            (self.folder / name).touch(0o600)
            (self.folder / name).write_text(f"{content}\n")
        places = (SecretPlace(self.folder / name) for name in files)
        return RemoteSealKey(place or self.place, *places, RefusedPins(self.folder / "refused"))

    def sealer(self, place: RemotePlace | None = None) -> Sealer:
        return Sealer(self.folder / "trust", CLOCK, self.key(place=place))


@contextmanager
def _served(app: web.Application) -> Iterator[str]:
    """Serve in a thread of this process."""
    loop = asyncio.new_event_loop()
    runner, url = loop.run_until_complete(csc_service.serve(app))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield url
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[_Remote]:
    public = csc_service.make_key(tmp_path / "service")
    create_demo_trust(tmp_path / "trust", "Stadt Neuenfurt", CLOCK, public)
    certificates = tmp_path / "trust" / "certificates"
    seal, issuing = certificates / "seal.pem", certificates / "issuing.pem"
    csc_service.put_certificates(tmp_path / "service", seal, issuing)
    _Service.calls, _Service.fault = Counter[str](), ""
    with _served(csc_service.application(tmp_path / "service", _Service)) as url:
        place = RemotePlace(url, csc_service.CREDENTIAL, batch_seconds=0, timeout_seconds=5)
        yield _Remote(tmp_path, place)


def _seal(sealer: Sealer) -> bytes:
    return seal_bytes(sealer, pdfa(), "x")


def test_seals_made_at_once_share_one_authorisation(remote: _Remote) -> None:
    sealer = remote.sealer(replace(remote.place, batch_letters=3, batch_seconds=10))
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(_seal, [sealer] * 6))
    assert _Service.calls == {"authorize": 2, "sign": 2}
    bench = Bench(remote.folder, remote.folder / "trust")
    assert {bench(each).verdict for each in made} == {"VALID"}
    assert len({*made}) == 6
    alone = remote.sealer(replace(remote.place, batch_letters=3, batch_seconds=0.1))
    assert bench(_seal(alone)).verdict == "VALID"
    attested = alone.attest(b"a statement")
    anchors = TrustAnchors.load(remote.folder / "trust")
    assert attesting.check(b"a statement", *attested, anchors, CLOCK.now()).flaw == ""


def test_a_refused_pin_is_sent_once_ever(remote: _Remote) -> None:
    for _process in range(3):
        with pytest.raises(PinRefusedError) as caught:
            _seal(Sealer(remote.folder / "trust", CLOCK, remote.key(_WRONG)))
        assert _WRONG not in "".join(traceback.format_exception(caught.value))
    assert _Service.calls == {"authorize": 1}
    assert _seal(remote.sealer())


def test_what_was_sent_is_never_sent_again(remote: _Remote) -> None:
    """Nobody knows whether it was done: a signature is asked for once, and the fault is told."""
    hasty = replace(remote.place, timeout_seconds=0.5)
    told = {
        "hang": "no answer in time",
        "hangup": "ServerDisconnectedError",
        "garbage": "the answer holds no signatures",
        "few": "another number of signatures",
    }
    for fault, words in told.items():
        _Service.fault, _Service.calls = fault, Counter()
        with pytest.raises(KeyUnavailableError, match=words):
            _seal(remote.sealer(hasty))
        assert _Service.calls == {"authorize": 1, "sign": 1}, fault
    _Service.fault = ""
    assert _seal(remote.sealer(hasty))


def test_a_service_that_is_busy_says_nothing_of_the_pin(remote: _Remote) -> None:
    _Service.fault = "busy"
    with pytest.raises(KeyUnavailableError, match="HTTP 503") as caught:
        _seal(remote.sealer())
    assert not isinstance(caught.value, PinRefusedError)
    _Service.fault = ""
    assert _seal(remote.sealer())


def test_a_key_that_failed_lets_seals_wait_and_is_left_alone(remote: _Remote) -> None:
    sealer = remote.sealer()
    sealer.probe()
    _Service.fault = "busy"
    with pytest.raises(SealDelayedError, match="HTTP 503"):
        _seal(sealer)
    for again in (sealer.probe, lambda: _seal(sealer)):
        with pytest.raises(KeyUnavailableError):
            again()
    assert _Service.calls == {"authorize": 1}
    _Service.fault = ""
    later = FixedClock(CLOCK.now() + timedelta(seconds=10))
    sealer._key_rest._clock = later
    sealer.probe()
    assert _seal(sealer)


def test_a_service_that_is_away_is_told(remote: _Remote) -> None:
    key = remote.key()
    away = replace(remote.place, url="http://127.0.0.1:9")
    with pytest.raises(KeyUnavailableError, match=r"ClientConnectorError.*127\.0\.0\.1:9"):
        remote.key(place=away)
    key.signer()._service.place = away  # type: ignore[attr-defined]
    object.__setattr__(key.signer()._service.session, "service_url", away.url)  # type: ignore[attr-defined]
    with pytest.raises(KeyUnavailableError, match="ClientConnectorError"):
        _seal(Sealer(remote.folder / "trust", CLOCK, key))
    with pytest.raises(KeyUnavailableError, match="404"):
        remote.key(place=replace(remote.place, credential="demo/other"))


def test_secrets_travel_encrypted_or_not_at_all(remote: _Remote) -> None:
    for url in ("http://signing.example", "ftp://127.0.0.1", "signing.example", ""):
        with pytest.raises(ConfigurationError, match="must begin with https"):
            remote.key(place=replace(remote.place, url=url))
