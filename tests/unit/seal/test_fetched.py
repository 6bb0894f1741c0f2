"""Revocation data for our own chain: fetched, checked, kept, and fetched again in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eakte.domain.clock import SystemClock
from eakte.errors import SealDelayedError, SealFailedError
from eakte.seal import loop
from eakte.seal.chains import Chains
from eakte.seal.fetched import FetchedRevocation, kept_revocation
from eakte.seal.freshness import statements
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.trust_folder import TrustFolder
from tests.tools.authorities import serving
from tests.unit.seal.making import trust


class _Ahead:
    """The machine's clock, so much later."""

    def __init__(self):
        self.by = timedelta(0)

    def now(self):
        return SystemClock().now() + self.by


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("fetched") / "pki") as served:
        yield served


class _Case:
    def __init__(self, services, folder):
        services.fault = ""
        services.asked.update(dict.fromkeys(services.asked, 0))
        self.clock, self.folder, self.asked = _Ahead(), folder, services.asked
        self.seal = services.keys["seal"].certificate
        self.chains = Chains(services.trust, self.clock)
        loop.run(self.chains.of_seal(self.seal))
        self.links = self.chains.links([self.seal])

    def source(self):
        return FetchedRevocation(self.chains, self.folder, self.clock, seconds=2)


@pytest.fixture
def case(services, tmp_path):
    return _Case(services, tmp_path / "services")


def test_an_answer_for_the_seal_and_a_list_for_its_issuer(case):
    found = case.source().collect([case.seal])
    assert (len(found.answers), len(found.lists)) == (1, 1)
    assert case.asked == {"tsa": 0, "ocsp": 1, "root.crl": 1}


def test_what_was_fetched_is_kept_also_for_other_processes(case):
    first = case.source().collect([case.seal])
    assert case.source().collect([case.seal]) == first
    assert case.asked == {"tsa": 0, "ocsp": 1, "root.crl": 1}
    assert all(each.stat().st_mode & 0o077 == 0 for each in case.folder.iterdir())


def test_an_answer_serves_the_seals_of_half_a_minute(case):
    case.source().collect([case.seal])
    case.clock.by = timedelta(seconds=20)
    case.source().collect([case.seal])
    assert case.asked["ocsp"] == 1
    for kept in case.folder.glob("*.ocsp"):
        kept.write_bytes(b"damaged")
    case.clock.by = timedelta(0)
    case.source().collect([case.seal])
    assert case.asked["ocsp"] == 2


def test_an_answer_from_stock_that_is_older_than_the_seal_will_not_do(case, services):
    services.fault = "ocsp-old"
    with pytest.raises(SealDelayedError, match="too old"):
        case.source().collect([case.seal])


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("ocsp-500", "HTTP status 500"),
        ("ocsp-garbage", "cannot be read"),
        ("ocsp-other", "not a genuine one about this certificate"),
    ],
)
def test_a_responder_that_fails_delays_the_seal_and_is_left_alone(case, services, fault, why):
    services.fault = fault
    for _attempt in range(3):
        with pytest.raises(SealDelayedError, match=why):
            case.source().collect([case.seal])
    assert case.asked["ocsp"] == 1, "it is left alone after the first failure"
    assert not list(case.folder.glob("*.ocsp"))


def test_a_revoked_certificate_seals_nothing_and_that_is_kept(case, services):
    """Beside the good answer that the last seal was made with: earlier seals are judged by both."""
    case.source().collect([case.seal])
    case.clock.by = timedelta(seconds=40)
    services.fault = "ocsp-revoked"
    with pytest.raises(SealFailedError, match="was revoked"):
        case.source().collect([case.seal])
    (link,) = (each for each in case.links if each.is_end)
    kept = kept_revocation(case.folder)
    said = statements((link.subject, link.issuer), kept)
    assert sorted(one.revoked is not None for one in said) == [False, True]
    case.clock.by, services.fault = timedelta(0), ""
    assert len(case.source().collect([case.seal]).answers) == 1, "no seal is made with it"


def test_the_end_of_a_chain_is_known_also_from_another_copy_of_its_certificate(case):
    copy = type(case.seal).load(case.seal.dump())
    assert [each.is_end for each in case.chains.links([copy])] == [True, False]


def test_a_list_is_renewed_in_the_last_fifth_of_its_time(case):
    (link,) = (each for each in case.links if not each.is_end)
    source = case.source()
    source._evidence(link)
    case.clock.by = timedelta(days=7 * 365)
    source._evidence(link)
    assert case.asked["root.crl"] == 1
    case.clock.by = timedelta(days=9 * 365)
    source._evidence(link)
    assert case.asked["root.crl"] == 2


def test_while_none_can_be_had_the_kept_list_holds_until_its_end(case, services):
    (link,) = (each for each in case.links if not each.is_end)
    source = case.source()
    kept = source._evidence(link)
    published = services.trust.crls / "root.crl"
    data = published.read_bytes()
    published.write_bytes(b"garbage")
    try:
        case.clock.by = timedelta(days=9 * 365)
        assert source._evidence(link) == kept
        case.clock.by = timedelta(days=11 * 365)
        with pytest.raises(SealDelayedError, match="cannot be learned"):
            source._evidence(link)
    finally:
        published.write_bytes(data)


def test_a_certificate_that_names_no_list_cannot_be_used(tmp_path):
    folder = TrustFolder(trust(tmp_path))
    seal = Pkcs12SealKey.of(folder, "seal").certificate
    chains = Chains(folder, SystemClock())
    loop.run(chains.of_seal(seal))
    (issuing,) = (each for each in chains.links([seal]) if not each.is_end)
    with pytest.raises(SealFailedError, match="names no service"):
        FetchedRevocation(chains, tmp_path / "x", SystemClock())._evidence(issuing)
