"""Algorithms by date: weak then, weak now, and what a time-stamp from before keeps good."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from eakte.domain.verification import Verdict
from eakte.seal import algorithms
from eakte.seal.algorithms import Used, constrained, weaknesses
from eakte.seal.detached import check_detached
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.verify import verify
from tests.unit.seal import making
from tests.unit.seal.cms_making import CONTENT, DAY, NOW, Wish, anchors, crl, issue, sign, signature

CATALOGUE = Path(__file__).resolve().parents[4] / "shared/corpus/crypto/ets_ts_119312_v1.5.1.json"
CA = issue("Test CA")
RSA = issue("Max Beispiel", CA, kind="rsa")
TSA = issue("Zeitstempel", CA, tsa=True)
LIST = crl(CA)


def _at(year):
    return datetime(year, 1, 1, tzinfo=UTC)


def _told(used, year, *, proven=False):
    return [str(weak) for weak in weaknesses([Used(*used)], _at(year), proven=proven)]


@pytest.mark.parametrize(
    ("used", "good", "bad"),
    [
        (("digests", "sha1"), 2012, 2013),
        (("digests", "md5"), 2004, 2005),
        (("digests", "sha224"), 2028, 2029),
        (("schemes", "rsassa_pkcs1v15"), 2028, 2029),
        (("rsa", "1024"), 2010, 2011),
        (("rsa", "1536"), 2019, 2020),
        (("rsa", "2048"), 2028, 2029),
        (("dsa", "2048"), 2028, 2029),
    ],
)
def test_an_algorithm_ends(used, good, bad):
    assert _told(used, good) == []
    assert "CRYPTO_CONSTRAINTS_FAILURE_NO_POE" in _told(used, bad)[0]
    assert _told(used, bad, proven=True)[0].startswith("CRYPTO_CONSTRAINTS_FAILURE:")


@pytest.mark.parametrize("used", [("digests", "sha512"), ("curves", "secp256r1"), ("dsa", "3072")])
def test_no_end_is_foreseen(used):
    assert _told(used, 2099) == []


@pytest.mark.parametrize("used", [("rsa", "512"), ("curves", "secp192r1"), ("schemes", "ed25519")])
def test_what_is_not_named_is_not_believed_at_any_time(used):
    assert "is not in the policy" in _told(used, 1999)[0]


def test_only_a_pass_is_taken_back_and_an_unknown_algorithm_proves_nothing():
    passed = Judgement(Indication.PASSED, "", "", intact=True, chain=())
    old = weaknesses([Used("digests", "sha1")], _at(2026), proven=False)
    found = constrained(passed, old)
    assert (found.indication, found.intact) == (Indication.INDETERMINATE, True)
    assert found.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    broken = Judgement(Indication.FAILED, "HASH_FAILURE", "", intact=False, chain=())
    assert constrained(broken, old) is broken
    wrong = Judgement(Indication.FAILED, "SIG_CRYPTO_FAILURE", "", intact=False, chain=())
    assert constrained(wrong, old) is wrong
    unknown = weaknesses([Used("schemes", "geheim")], _at(2026), proven=False)
    assert constrained(wrong, unknown).intact is None


@pytest.mark.skipif(not CATALOGUE.is_file(), reason=f"no catalogue at {CATALOGUE}")
def test_the_policy_says_what_the_catalogue_says():
    listed = json.loads(CATALOGUE.read_text())["SecuritySuitabilityPolicy"]["Algorithm"]
    ends = {
        one["AlgorithmIdentifier"]["Name"]: one["Evaluation"][0]["Validity"].get("End", "never")
        for one in listed
    }
    policy = algorithms._policy()
    for name in ("SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512"):
        ours = name.lower().replace("-", "_")
        assert str(policy["digests"][ours]) == ends[name], name
    assert str(policy["schemes"]["rsassa_pss"]) == ends["rsassa-pss"]
    assert str(policy["schemes"]["rsassa_pkcs1v15"]) == ends["sha256WithRSAEncryption"]
    for name in ("secp256r1", "secp384r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"):
        assert policy["curves"][name.lower()] == ends[name] == "never"


@pytest.fixture
def ending(monkeypatch):
    """Let an algorithm end on a day."""

    def end(table, name, day):
        policy = copy.deepcopy(algorithms._policy())
        policy[table][name] = date(day.year, day.month, day.day)
        monkeypatch.setattr(algorithms, "_policy", lambda: policy)

    return end


def _check(tmp_path, data, at):
    (tmp_path / "klage.pdf").write_bytes(CONTENT)
    (tmp_path / "klage.pdf.p7s").write_bytes(data)
    folder = anchors(tmp_path, CA)
    return check_detached(tmp_path / "klage.pdf", tmp_path / "klage.pdf.p7s", folder, at)


class TestSignatures:
    """RSA ends tomorrow; the time-stamp authority and the CA use another algorithm."""

    def test_a_time_stamp_from_before_keeps_it_good(self, tmp_path, ending):
        ending("schemes", "rsassa_pkcs1v15", NOW + DAY)
        later = NOW + 2 * DAY
        stamped = sign(Wish(RSA, stamp=(TSA, NOW - DAY / 24)))
        report = _check(tmp_path, signature([stamped], [RSA], [LIST]), later)
        assert (report.verdict, report.reason) == (Verdict.VALID, "")

    def test_without_one_it_is_open_from_that_day_on(self, tmp_path, ending):
        fresh = crl(CA, NOW + 2 * DAY)
        data = signature([sign(Wish(RSA))], [RSA], [fresh])
        assert _check(tmp_path, data, NOW + 2 * DAY).verdict is Verdict.VALID
        ending("schemes", "rsassa_pkcs1v15", NOW + DAY)
        report = _check(tmp_path, data, NOW + 2 * DAY)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.signatures[0].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        assert report.checks[5].passed is False

    def test_one_that_came_too_late_does_not_help(self, tmp_path):
        stamped = sign(Wish(RSA, digest="sha1", stamp=(TSA, NOW - DAY / 24)))
        report = _check(tmp_path, signature([stamped], [RSA], [LIST]), NOW)
        assert report.signatures[0].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"


class TestSealedOriginals:
    def test_an_original_whose_last_time_stamp_has_become_weak_must_have_been_renewed(
        self, tmp_path, ending
    ):
        folder = making.trust(tmp_path)
        path = tmp_path / "akte.pdf"
        path.write_bytes(making.sealed(folder))
        later = making.NOW + making.YEAR
        assert verify(path, folder, later).verdict is Verdict.VALID
        ending("curves", "secp256r1", making.NOW + making.YEAR / 2)
        report = verify(path, folder, later)
        assert report.verdict is Verdict.INDETERMINATE
        assert "CRYPTO_CONSTRAINTS_FAILURE_NO_POE" in report.checks[14].detail
        assert "eakte-Zeitstempel" in report.checks[14].detail
        assert "eakte-Siegel" not in report.checks[14].detail
