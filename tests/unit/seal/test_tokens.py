"""What is no time-stamp for us is refused with its reason, whatever an authority answers."""

from __future__ import annotations

import hashlib

import pytest
from pyhanko.sign.timestamps import TimeStamper

from eakte.domain.clock import SystemClock
from eakte.seal import loop
from eakte.seal.chains import Chains
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.timestamp import DemoTimestampAuthority
from eakte.seal.tokens import Terms, TokenRefusedError, check_token
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder
from tests.tools.authorities import Services, serving
from tests.unit.seal.making import trust

_CLOCK = SystemClock()


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("tokens") / "pki") as served:
        yield served


def _check(services: Services, fault: str = "", terms: Terms = Terms(), answer=None):  # noqa: B008
    _nonce, request = TimeStamper().request_cms(hashlib.sha256(b"x").digest(), "sha256")
    given = answer(request) if answer else services.token(request.dump(), fault)
    chains = Chains(services.trust, _CLOCK)
    return loop.run(check_token(given, request, terms, chains, _CLOCK))


def _is_ours(token, services):
    return token.authority.sha256 == services.keys["tsa"].certificate.sha256


def test_a_token_is_given_with_its_certificate(services):
    token = _check(services)
    assert _is_ours(token, services)
    assert token.content().dump() == token.encoded


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("wrong-nonce", "wrong nonce"),
        ("wrong-imprint", "wrong imprint"),
        ("wrong-time", "its clock differs from ours by -60. s"),
        ("wrong-signature", "the signature of its token is wrong"),
        ("expired", "not trusted: it is not in force"),
        ("loose", "not one for time-stamps only"),
        ("seal", "not one for time-stamps only"),
    ],
)
def test_a_token_that_is_wrong_is_refused(services, fault, why):
    with pytest.raises(TokenRefusedError, match=why):
        _check(services, fault)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "no time-stamp"),
        (b"garbage" * 30, "no time-stamp"),
        (bytes.fromhex("30053003020102"), "it refuses: rejection"),
        (bytes.fromhex("30053003020100"), "no time-stamp"),
    ],
)
def test_what_is_no_token_is_refused(services, answer, why):
    with pytest.raises(TokenRefusedError, match=why):
        _check(services, answer=lambda _request: answer)


def test_every_changed_byte_is_refused_or_harmless(services):
    """What passes is the same token but for parts that no signature covers and nobody uses."""

    def changed(place):
        def answer(request):
            given = bytearray(services.token(request.dump(), ""))
            given[place % len(given)] ^= 0x55
            return bytes(given)

        return answer

    refused = 0
    for place in range(0, 1500, 29):
        try:
            token = _check(services, answer=changed(place))
        except TokenRefusedError:
            refused += 1
        else:
            assert _is_ours(token, services)
    assert refused > 40


def test_an_authority_under_no_anchor_of_ours_is_refused(services, tmp_path):
    stranger = Pkcs12SealKey.of(TrustFolder(trust(tmp_path)), "tsa")
    authority = DemoTimestampAuthority(stranger, _CLOCK)
    with pytest.raises(TokenRefusedError, match="its certificate is not"):
        _check(services, answer=lambda request: authority.answer(request.dump()))


def test_the_policy_may_be_prescribed(services):
    ours = "2.25.208190275938470271390148471659309871247"
    assert _check(services, terms=Terms(policy=ours))
    with pytest.raises(TokenRefusedError, match="another policy"):
        _check(services, terms=Terms(policy="1.2.3"))


def test_a_certificate_of_the_chain_may_be_pinned(services):
    certificates = services.trust.certificates
    for name in ("tsa", "issuing"):
        pinned = tuple(load_certificates(certificates / f"{name}.pem"))
        assert _check(services, terms=Terms(pinned=pinned))
    other = tuple(load_certificates(certificates / "second.pem"))
    with pytest.raises(TokenRefusedError, match="pinned"):
        _check(services, terms=Terms(pinned=other))
