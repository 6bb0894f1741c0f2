"""The verdict as pure code: each fact that is wrong alone must cost VALID."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Verdict
from eakte.seal import checks
from eakte.seal.algorithms import Used, Weakness
from eakte.seal.facts import Change, FileFacts, Signature, Timestamp
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.reader import Unreadable
from eakte.seal.shape import ShapeFlaw
from eakte.seal.structure import Structure
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.making import NOW, YEAR, trust

HOUR = timedelta(hours=1)
OLD = Weakness(Used("digests", "sha1"), datetime(2012, 8, 1, tzinfo=UTC), proven=False)
BROKEN = Unreadable("Feld", "FORMAT_FAILURE", "ValueError: nothing in it")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = TrustFolder(trust(tmp_path_factory.mktemp("pki")))
    return Pkcs12SealKey.of(folder, "tsa").certificate


@pytest.fixture
def good(certificate):
    passed = Judgement(Indication.PASSED, "", "", intact=True, chain=(certificate,))
    passed = replace(passed, best_time=NOW)
    said = (Statement(NOW),)
    seal = Signature(
        "Siegel", SealLevel.LTA, certificate, passed, True, Change.LTA_UPDATES, "", said
    )
    inner = Timestamp("Siegel", "signature", NOW, NOW, certificate, passed, Change.NONE, said)
    outer = Timestamp("Zeit", "document", NOW, NOW + YEAR, certificate, passed, Change.NONE, said)
    return FileFacts(
        structure=Structure(pages=1, signatures=2, repairs=()),
        read_strictly=True,
        signatures=(seal,),
        timestamps=(inner, outer),
        enumerated=2,
        unreadable=(),
        last_is_timestamp=True,
        covers_file=True,
        bytes_after=0,
        container_flaw=None,
        shape_flaw=None,
        forbids_changes=True,
        demanded=SealLevel.LTA,
    )


def _verdict(facts, at=NOW + YEAR):
    return checks.verdict_of(checks.judge(facts, at))


def _with_judgement(facts, **changes):
    seal = facts.signatures[0]
    return replace(facts, signatures=(replace(seal, judgement=replace(seal.judgement, **changes)),))


def _with_seal(facts, **changes):
    return replace(facts, signatures=(replace(facts.signatures[0], **changes),))


def _with_stamp(facts, **changes):
    return replace(facts, timestamps=(facts.timestamps[0], replace(facts.timestamps[1], **changes)))


def test_the_good_case_is_valid_and_has_no_reason(good):
    assert _verdict(good) == (Verdict.VALID, "")
    assert all(outcome.passed for outcome in checks.judge(good, NOW + YEAR))


def _failed(sub):
    return {"indication": Indication.FAILED, "sub_indication": sub, "intact": False}


def _open(sub):
    return {"indication": Indication.INDETERMINATE, "sub_indication": sub, "chain": ()}


@pytest.mark.parametrize(
    ("spoil", "verdict", "words"),
    [
        (lambda f: replace(f, read_strictly=False), "INDETERMINATE", "FORMAT_FAILURE"),
        (lambda f: replace(f, signatures=()), "INDETERMINATE", "SIGNED_DATA_NOT_FOUND"),
        (lambda f: replace(f, enumerated=1), "INDETERMINATE", "Number of signatures: 2"),
        (lambda f: _with_judgement(f, **_failed("HASH_FAILURE")), "INVALID", "HASH_FAILURE"),
        (lambda f: _with_judgement(f, intact=None), "INDETERMINATE", "Integrity"),
        (
            lambda f: _with_judgement(f, **_open("NO_CERTIFICATE_CHAIN_FOUND")),
            "INDETERMINATE",
            "NO_CERTIFICATE_CHAIN_FOUND",
        ),
        (
            lambda f: _with_judgement(f, indication=Indication.FAILED, sub_indication="REVOKED"),
            "INVALID",
            "REVOKED",
        ),
        (lambda f: _with_seal(f, permitted=False), "INVALID", "Permission"),
        (lambda f: _with_seal(f, change=Change.OTHER), "INVALID", "changed after Siegel"),
        (lambda f: _with_seal(f, level=SealLevel.LT), "INDETERMINATE", "NO_POE"),
        (lambda f: replace(f, timestamps=f.timestamps[:1]), "INDETERMINATE", "NO_POE"),
        (
            lambda f: _with_stamp(
                f, judgement=Judgement(Indication.FAILED, "HASH_FAILURE", "", False, ())
            ),
            "INVALID",
            "Zeit: HASH_FAILURE",
        ),
        (
            lambda f: _with_stamp(
                f, judgement=Judgement(Indication.INDETERMINATE, "TRY_LATER", "", True, ())
            ),
            "INDETERMINATE",
            "TRY_LATER",
        ),
        (lambda f: _with_stamp(f, change=Change.OTHER), "INVALID", "changed after Zeit"),
        (
            lambda f: _with_stamp(f, held_until=NOW + 11 * YEAR),
            "INDETERMINATE",
            "OUT_OF_BOUNDS_NO_POE",
        ),
        (
            lambda f: _with_stamp(f, time=NOW + 2 * YEAR),
            "INDETERMINATE",
            "TIMESTAMP_ORDER_FAILURE",
        ),
        (lambda f: replace(f, covers_file=False), "INVALID", "Coverage"),
        (lambda f: replace(f, last_is_timestamp=False), "INDETERMINATE", "Coverage"),
        (lambda f: replace(f, bytes_after=3), "INVALID", "3 bytes"),
        (lambda f: replace(f, container_flaw="odd"), "INDETERMINATE", "odd"),
        (lambda f: replace(f, shape_flaw=ShapeFlaw("objects 7")), "INDETERMINATE", "objects 7"),
        (lambda f: replace(f, shape_flaw=ShapeFlaw("the page", True)), "INVALID", "the page"),
        (
            lambda f: replace(f, shape_flaw=ShapeFlaw("the page", True), forbids_changes=False),
            "INDETERMINATE",
            "the page",
        ),
        (lambda f: _with_seal(f, statements=()), "INDETERMINATE", "TRY_LATER"),
        (lambda f: _with_seal(f, statements=(Statement(NOW - HOUR),)), "INDETERMINATE", "Siegel"),
        (lambda f: _with_stamp(f, statements=(Statement(NOW - HOUR),)), "INDETERMINATE", "Zeit"),
        (
            lambda f: _with_seal(f, statements=(Statement(NOW), Statement(NOW + HOUR, NOW))),
            "INDETERMINATE",
            "REVOKED_NO_POE",
        ),
        (lambda f: _with_judgement(f, best_time=None), "INDETERMINATE", "TRY_LATER"),
        (lambda f: _with_seal(f, weak=(OLD,)), "INDETERMINATE", "sha1 was acceptable until 2012"),
        (lambda f: _with_stamp(f, weak=(OLD,)), "INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO"),
        (lambda f: replace(f, unreadable=(BROKEN,)), "INDETERMINATE", "FORMAT_FAILURE: Feld"),
    ],
)
def test_each_wrong_fact_alone_costs_valid(good, spoil, verdict, words):
    found, reason = _verdict(spoil(good))
    assert found == verdict
    assert words in reason


def test_changes_after_a_foreign_signature_are_not_classified_and_never_called_tampering(good):
    """Trap 12."""
    foreign = _with_judgement(good, **_open("NO_CERTIFICATE_CHAIN_FOUND"))
    outcomes = checks.judge(_with_seal(foreign, change=Change.OTHER, permitted=False), NOW)
    verdict, _reason = checks.verdict_of(outcomes)
    assert verdict is Verdict.INDETERMINATE
    changed = outcomes[6]
    assert changed.passed is False
    assert "not classified" in changed.detail


def test_changes_after_an_anchored_signature_that_permits_some_are_not_classified(good):
    """What an authority of others permits cannot be told for sure: its objects are listed."""
    foreign = replace(good, forbids_changes=False, demanded=None, shape_flaw=ShapeFlaw("objects 7"))
    foreign = _with_seal(foreign, change=Change.OTHER, permitted=False, changed=("7 (/Page, new)",))
    verdict, reason = _verdict(foreign)
    assert verdict is Verdict.INDETERMINATE
    assert "not classified: 7 (/Page, new)" in reason


def test_without_a_demand_a_signature_is_judged_by_its_own_level(good):
    """B-T: a time-stamp in the signature, nothing behind it."""
    plain = replace(good, timestamps=good.timestamps[:1], last_is_timestamp=False)
    plain = _with_seal(plain, level=SealLevel.T, change=Change.NONE)
    assert _verdict(replace(plain, demanded=None))[0] is Verdict.VALID
    assert _verdict(replace(plain, demanded=SealLevel.T))[0] is Verdict.VALID
    verdict, reason = _verdict(replace(plain, demanded=SealLevel.LT))
    assert verdict is Verdict.INDETERMINATE
    assert "PAdES-B-LT" in reason


def test_evidence_behind_a_seal_without_archive_time_stamp_is_accounted_for(good):
    """B-LT: certificates and answers follow; anything else does not fit their shape."""
    plain = replace(good, timestamps=good.timestamps[:1], last_is_timestamp=False, demanded=None)
    followed = replace(_with_seal(plain, level=SealLevel.LT), covers_file=False, bytes_after=900)
    assert _verdict(followed)[0] is Verdict.VALID
    assert _verdict(replace(followed, shape_flaw=ShapeFlaw("x")))[0] is Verdict.INVALID


def test_remarks_of_qpdf_are_noted_but_decide_nothing(good):
    remarked = replace(good, structure=replace(good.structure, repairs=("blanks before xref",)))
    assert _verdict(remarked)[0] is Verdict.VALID
    assert checks.judge(remarked, NOW)[0].detail == "blanks before xref"


def test_a_proof_is_named_before_a_doubt(good):
    spoilt = _with_judgement(replace(good, read_strictly=False), **_failed("HASH_FAILURE"))
    verdict, reason = _verdict(spoilt)
    assert verdict is Verdict.INVALID
    assert reason.startswith("Integrity")


def test_a_time_stamp_may_be_a_little_ahead_of_our_clock(good):
    moment = NOW + YEAR + timedelta(seconds=20)
    ahead = _with_stamp(good, time=moment, statements=(Statement(NOW + YEAR),))
    assert _verdict(ahead)[0] is Verdict.VALID


def test_checks_are_numbered_from_one_without_gaps_even_if_nothing_could_be_checked(good):
    whole = checks.numbered(checks.judge(good, NOW))
    none = checks.numbered(checks.not_analysable("KeyError: x"))
    assert [check.number for check in whole] == list(range(1, 16))
    assert [check.name for check in none] == [check.name for check in whole]
    assert {check.passed for check in none} == {None}
    assert checks.verdict_of(checks.not_analysable("x"))[0] is Verdict.INDETERMINATE


def test_a_revocation_after_the_seal_and_an_anchor_that_nobody_revokes_are_no_matter(good):
    later = _with_seal(good, statements=(Statement(NOW), Statement(NOW + HOUR, NOW + HOUR)))
    assert _verdict(later)[0] is Verdict.VALID
    assert _verdict(_with_stamp(good, statements=None))[0] is Verdict.VALID


@pytest.mark.parametrize("with_", [_with_seal, _with_stamp])
def test_what_is_said_about_a_ca_must_have_been_in_force(good, with_):
    """However long ago that is now: it spoke of the moment of the seal."""

    def said(*about):
        return _verdict(with_(good, issuers=((*about,),)))

    lasting = Statement(NOW - HOUR, until=NOW + HOUR)
    ended = Statement(NOW - 9 * HOUR, until=NOW - HOUR)
    assert said(lasting)[0] is said(ended, lasting)[0] is Verdict.VALID
    for found in (said(), said(ended), said(Statement(NOW - HOUR))):
        assert found[0] is Verdict.INDETERMINATE
        assert "a CA behind" in found[1]
    assert "REVOKED_NO_POE" in said(lasting, Statement(NOW, NOW - HOUR))[1]


def test_an_answer_from_after_the_certificate_is_none(good):
    """CAs forget what has ended."""
    late = (Statement(NOW + 30 * YEAR),)
    assert "TRY_LATER" in _verdict(_with_seal(good, statements=late))[1]


def test_a_later_time_stamp_needs_answers_of_its_own_time(good):
    """Who stole the key of an authority keeps its old answers, too."""
    renewed = _with_stamp(good, time=NOW + YEAR, statements=(Statement(NOW),))
    assert "TRY_LATER" in _verdict(renewed)[1]
    revoked = (Statement(NOW + YEAR, NOW + HOUR), Statement(NOW + YEAR))
    assert "REVOKED_NO_POE" in _verdict(_with_stamp(renewed, statements=revoked))[1]


def test_a_covered_time_stamp_needs_answers_of_when_it_was_covered(good):
    """Who stole the key of an authority predates a seal: its own time proves nothing of then."""
    covered = NOW + timedelta(days=20)

    def judged(said, about_ca=None):
        issuers = (about_ca or (Statement(NOW, until=covered),),)
        inner = replace(good.timestamps[0], held_until=covered, issuers=issuers)
        inner = replace(inner, statements=said)
        return _verdict(replace(good, timestamps=(inner, good.timestamps[1])))

    ended = (Statement(NOW, until=NOW + HOUR),)
    for said in ((Statement(covered - HOUR),), (Statement(NOW, until=covered - HOUR),)):
        assert judged(said)[0] is Verdict.VALID
        assert judged((*ended, *said))[0] is Verdict.VALID
        for found in (judged(ended), judged(said, ended)):
            assert found[0] is Verdict.INDETERMINATE
            assert "had run out when the next one covered it" in found[1]
        since = Statement(covered, NOW + HOUR)
        assert "REVOKED_NO_POE" in judged((*said, since))[1]
        assert judged((*said, Statement(covered, covered + HOUR)))[0] is Verdict.VALID


def test_a_time_stamp_covered_at_once_keeps_the_minute_that_clocks_differ(good):
    early = (Statement(NOW - timedelta(seconds=50)),)
    inner = replace(good.timestamps[0], statements=early, held_until=NOW + timedelta(seconds=1))
    assert _verdict(replace(good, timestamps=(inner, good.timestamps[1])))[0] is Verdict.VALID


def test_a_record_that_differs_is_a_proof():
    digest, pages = checks.record("aa", "bb", 2, 3)
    assert digest.passed is False
    assert pages.passed is False
    assert digest.proof
    assert pages.proof
    assert all(outcome.passed for outcome in checks.record("aa", "AA", 3, 3))
    assert checks.record("aa", "aa", None, 3)[1].passed is None


def test_what_cannot_be_preserved_is_not_accepted():
    assert checks.preservable(None).passed is False
    doubtful = Judgement(Indication.INDETERMINATE, "NO_POE", "", True, ())
    assert "NO_POE" in checks.preservable(doubtful).detail
