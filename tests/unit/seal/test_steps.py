"""The steps of EN 319 102-1 in a report: what ran, where it ended, what was never reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eakte.domain.verification import Verdict
from eakte.seal import steps
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.signer import Sealer
from eakte.seal.steps import Ran
from eakte.seal.verify import verify
from tests.unit.seal.making import CLOCK, NOW, YEAR, Bench, pdfa, seal_bytes, trust

PASSED = Judgement(Indication.PASSED, "", "", intact=True, chain=())


def _open(reason, *, intact=True):
    return Judgement(Indication.INDETERMINATE, reason, "why", intact=intact, chain=())


def _results(found):
    return {step.clause: step.result for step in found}


def test_a_basic_signature_runs_through_all_blocks_in_order():
    found = steps.of_signature(Ran(PASSED, None, None), (Statement(NOW),), ())
    assert [step.clause for step in found] == [*(f"5.2.{n}" for n in range(2, 9)), "5.3"]
    assert {step.result for step in found} == {"PASSED"}
    assert "2026-03-02" in found[3].detail


@pytest.mark.parametrize(
    ("reason", "clause"),
    [
        ("FORMAT_FAILURE", "5.2.2"),
        ("NO_SIGNING_CERTIFICATE_FOUND", "5.2.3"),
        ("TRY_LATER", "5.2.5"),
        ("NO_CERTIFICATE_CHAIN_FOUND", "5.2.6"),
        ("OUT_OF_BOUNDS_NO_POE", "5.2.6"),
        ("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "5.2.8"),
    ],
)
def test_a_process_ends_at_the_block_that_gives_the_reason(reason, clause):
    found = steps.of_signature(Ran(_open(reason), None, None), (Statement(NOW),), ())
    results = _results(found)
    assert results[clause] == results["5.3"] == "INDETERMINATE"
    assert results["5.2.7"] == "PASSED"  # integrity is told even where the chain is unknown
    before = [step.result for step in found if step.clause < clause]
    assert set(before) <= {"PASSED"}
    after = {step.result for step in found if clause < step.clause < "5.3"} - {"PASSED"}
    assert after <= {"NOT REACHED"}


def test_a_wrong_digest_fails_the_cryptographic_verification():
    failed = Judgement(Indication.FAILED, "HASH_FAILURE", "", intact=False, chain=())
    results = _results(steps.of_timestamp(failed, None))
    assert results["5.2.7"] == results["5.4"] == "FAILED"
    assert results["5.2.8"] == "NOT REACHED"


def test_what_could_not_be_computed_is_not_reached():
    unknown = replace(_open("CRYPTO_CONSTRAINTS_FAILURE"), intact=None)
    assert _results(steps.of_timestamp(unknown, None))["5.2.7"] == "NOT REACHED"


def test_the_past_is_validated_where_the_present_is_open():
    ran = Ran(_open("OUT_OF_BOUNDS_NO_POE"), _open("OUT_OF_BOUNDS_NO_POE"), PASSED)
    results = _results(steps.of_signature(ran, (), [NOW]))
    assert results["5.3"] == results["5.5"] == "INDETERMINATE"
    assert results["5.6.2.3"] == results["5.6.2.4"] == results["5.6.3"] == "PASSED"


def test_a_time_stamp_saves_what_has_expired_since(tmp_path):
    """The day after the certificate has expired 5.3 is open, and 5.5 and 5.6 pass."""
    folder = trust(tmp_path)
    bench = Bench(tmp_path, folder)
    data = seal_bytes(Sealer(folder, CLOCK), pdfa(), "x")
    signer = bench(data).signatures[0].signer
    report = bench(data, signer.not_after + timedelta(days=1))
    results = _results(report.signatures[0].steps)
    assert results["5.3"] == "INDETERMINATE"
    assert results["5.5"] == results["5.6.3"] == "PASSED"
    assert report.signatures[0].indication == "TOTAL-PASSED"


def test_steps_are_told_in_each_report_of_an_original(tmp_path):
    folder = trust(tmp_path)
    path = tmp_path / "akte.pdf"
    path.write_bytes(seal_bytes(Sealer(folder, CLOCK), pdfa(), "x"))
    report = verify(path, folder, NOW + YEAR)
    assert report.verdict is Verdict.VALID
    (seal,) = report.signatures
    assert [step.clause for step in seal.steps][-5:] == ["5.2.8", "5.3", "5.5", "5.6.2.3", "5.6.3"]
    assert [stamp.steps[-1].clause for stamp in report.timestamps] == ["5.4", "5.4"]
    assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}
