"""62 real signed files, many of them hostile: an answer for each, and no forged one is VALID."""

from __future__ import annotations

import warnings

import pytest

from eakte import sandbox
from eakte.domain.verification import Verdict
from eakte.seal.detached import check_detached
from eakte.seal.verify import verify, verify_foreign
from tests.benchmarks.verify_table import CORPUS, FORGED, expectations, row
from tests.unit.seal.making import NOW, sealed, trust

FILES = expectations()
QES = sorted((CORPUS / "qes").glob("*.p7s"))
LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=50)
NOT_INTACT = {"dss__pades-two-sig-copied-tst.pdf"}
"""Called intact, since its two signatures are; the time-stamp that was copied into it is not."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.mark.skipif(not FILES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.stem)
def test_a_foreign_file_gets_an_answer_in_time_and_never_valid(tmp_path, file):
    """Also on the day after it was signed, with the authorities that it brings along trusted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # certificates that RFC 5280 would not allow
        found = row(file.path, tmp_path, NOW, verify_foreign)
    assert found.seconds < 10
    assert found.report.verdict is not Verdict.VALID
    assert found.report.reason
    assert all(signature.chain == () for signature in found.report.signatures)
    if file.expected == "intact" and file.path.name not in NOT_INTACT:
        assert found.report.verdict is Verdict.INDETERMINATE, found.report.reason
        assert found.trusting.verdict is not Verdict.INVALID, found.trusting.reason
    if file.expected in FORGED:
        assert found.trusting.verdict is not Verdict.VALID


@pytest.mark.skipif(not QES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("signature", QES, ids=lambda path: path.name[:8])
def test_a_real_qualified_signature_that_has_expired(folder, signature):
    report = check_detached(signature.with_suffix(""), signature, folder, NOW)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert report.checks[0].passed is True  # integrity


def test_it_travels_through_the_sandbox(folder, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(folder))
    report = sandbox.call(LIMITS, verify, path, folder, NOW)
    assert report == verify(path, folder, NOW)
    assert report.verdict is Verdict.VALID
