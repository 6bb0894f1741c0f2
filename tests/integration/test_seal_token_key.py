"""Keys in PKCS#11 tokens, with SoftHSM2: selection, login once, loss, forks, and wrong PINs."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import KeyType, TokenFlag

from eakte.errors import KeyUnavailableError, PinRefusedError
from eakte.seal import attesting
from eakte.seal.signer import Sealer
from eakte.seal.token_key import TokenSealKey
from eakte.seal.trust import TrustAnchors
from sample_mail.softhsm import CONFIGURATION, make_key, make_token
from tests.integration.token_keys import CountingKey, Sealing, sealing
from tests.unit.seal.making import CLOCK, Bench, pdfa, seal_bytes

_WRONG = "0815-" + "wrong"


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    before = os.environ.get(CONFIGURATION)
    CountingKey.logins = 0
    yield
    os.environ.pop(CONFIGURATION, None)
    if before:
        os.environ[CONFIGURATION] = before


def _fits(key: TokenSealKey, signature: bytes, data: bytes = b"data") -> None:
    public = load_der_public_key(key.certificate.public_key.dump())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, data, ec.ECDSA(hashes.SHA256()))


def test_seals_of_ec_and_rsa_keys_are_valid(tmp_path: Path) -> None:
    """Issue 6: RSA-3072 and EC P-256; one login for all seals, also of many threads."""
    for kind, algorithm in ((KeyType.EC, "sha256_ecdsa"), (KeyType.RSA, "rsassa_pss")):
        found = sealing(tmp_path / kind.name, kind)
        CountingKey.logins = 0
        key = found.key()
        assert key.signer().get_signature_mechanism_for_digest("sha256")["algorithm"].native == (
            algorithm
        )
        assert [link.subject.native["common_name"] for link in key.chain] == ["DEMO Issuing CA"]
        sealer = Sealer(found.trust, CLOCK, key)
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(seal_bytes, [sealer] * 6, [pdfa()] * 6, "abcdef"))
        bench = Bench(tmp_path, found.trust)
        assert {bench(each).verdict for each in made} == {"VALID"}
        attested = sealer.attest(b"a statement")
        anchors = TrustAnchors.load(found.trust)
        assert attesting.check(b"a statement", *attested, anchors, CLOCK.now()).flaw == ""
        assert attesting.check(b"another one", *attested, anchors, CLOCK.now()).flaw
        assert CountingKey.logins == 1


def test_what_is_absent_or_ambiguous_is_told(tmp_path: Path) -> None:
    """Unique token and key selection."""
    found = sealing(tmp_path)
    absent = replace(found.place, token="x"), replace(found.place, key="x")  # noqa: S106 - a label
    for place, kind in zip(absent, ("tokens", "keys that can sign"), strict=True):
        with pytest.raises(KeyUnavailableError, match=f"there are no {kind} of that name"):
            found.key(place)
    make_key(found.token, "seal", key_id=b"\x02")
    with pytest.raises(KeyUnavailableError, match="several keys that can sign: seal, seal"):
        found.key()
    assert found.key(replace(found.place, key_id=b"\x01")).certificate
    with pytest.raises(KeyUnavailableError, match="there are no certificates for the key"):
        found.key(replace(found.place, key="", key_id=b"\x02"))
    make_token(tmp_path, "second")
    with pytest.raises(KeyUnavailableError, match=r"several tokens: .*(eakte|second)"):
        found.key(replace(found.place, token=""))
    library = pkcs11.lib(str(found.token.module))
    serial = library.get_token(token_label=found.token.label).serial
    chosen = replace(found.place, token="", serial=serial.decode(), key_id=b"\x01")
    assert found.key(chosen).certificate


def test_a_refused_pin_is_shown_once_ever(tmp_path: Path) -> None:
    """Never a second try of a wrong PIN: not by this process, not by the next one."""
    found = sealing(tmp_path)
    right = found.token.pin_file.read_text()
    found.token.pin_file.write_text(f"{_WRONG}\n")
    for _process in range(3):
        with pytest.raises(PinRefusedError) as caught:
            found.key()
        assert _WRONG not in "".join(traceback.format_exception(caught.value))
    assert CountingKey.logins == 1
    token = pkcs11.lib(str(found.token.module)).get_token(token_label=found.token.label)
    assert token.flags & TokenFlag.USER_PIN_COUNT_LOW
    for note in (tmp_path / "refused").iterdir():
        assert _WRONG.encode() not in note.read_bytes()
        assert note.stat().st_mode & 0o077 == 0

    found.token.pin_file.write_text(right)
    _fits(found.key(), found.key().sign(b"data", "sha256"))
    assert list((tmp_path / "refused").glob("*.json")) == []

    found.token.pin_file.write_text(f"{_WRONG}\n")
    pkcs11.unload(str(found.token.module))
    CountingKey.logins = 0
    for _again in range(2):
        with pytest.raises(PinRefusedError):
            found.key()
    assert (found.refused.clear(), found.refused.clear(), CountingKey.logins) == (True, False, 1)
    with pytest.raises(PinRefusedError):
        found.key()
    assert CountingKey.logins == 2


def test_a_token_on_its_last_try_is_left_alone(tmp_path: Path) -> None:
    class LastTry:
        """A token that says that one more wrong PIN locks it; SoftHSM2 never does."""

        flags = TokenFlag.USER_PIN_FINAL_TRY

    key = sealing(tmp_path).key()
    before = CountingKey.logins
    with pytest.raises(PinRefusedError, match="its next wrong PIN is the last"):
        key.login(LastTry())  # type: ignore[arg-type]
    assert CountingKey.logins == before


def test_a_lost_session_is_opened_anew(tmp_path: Path) -> None:
    found = sealing(tmp_path)
    key = found.key()
    session = key._session
    assert session is not None
    session.close()  # what an HSM does that restarts
    _fits(key, key.sign(b"data", "sha256"))
    assert CountingKey.logins == 2


def test_a_token_that_is_gone_is_told_and_used_again(tmp_path: Path) -> None:
    found = sealing(tmp_path)
    key = found.key()
    tokens = tmp_path / "tokens"
    tokens.rename(tmp_path / "pulled")
    tokens.mkdir()
    assert key._session is not None
    key._session.close()
    with pytest.raises(KeyUnavailableError, match="there are no tokens of that name"):
        key.sign(b"data", "sha256")
    tokens.rmdir()
    (tmp_path / "pulled").rename(tokens)
    pkcs11.lib(str(found.token.module)).reinitialize()
    _fits(key, key.sign(b"data", "sha256"))


def test_a_forked_process_has_a_login_of_its_own(tmp_path: Path) -> None:
    key = sealing(tmp_path).key()
    first, answer = key.sign(b"data", "sha256"), tmp_path / "signature"
    child = os.fork()
    if child == 0:
        answer.write_bytes(key.sign(b"data", "sha256"))
        (tmp_path / "logins").write_text(str(CountingKey.logins))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    for signature in (first, answer.read_bytes(), key.sign(b"data", "sha256")):
        _fits(key, signature)
    assert ((tmp_path / "logins").read_text(), CountingKey.logins) == ("2", 1)


def test_a_module_that_is_none_is_told(tmp_path: Path) -> None:
    found: Sealing = sealing(tmp_path)
    for module in (tmp_path / "missing.so", found.token.pin_file):
        with pytest.raises(KeyUnavailableError, match="cannot be used"):
            found.key(replace(found.place, module=module))
