"""62 real signed files, many of them hostile: an answer for each, and none is VALID for us."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte import sandbox
from eakte.domain.verification import Verdict
from eakte.seal.verify import verify
from tests.unit.seal.making import NOW, sealed, trust

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "signed"
FILES = sorted(CORPUS.glob("*.pdf"))
LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=50)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.mark.skipif(not FILES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_foreign_file_gets_an_answer_and_never_valid(folder, path):
    report = verify(path, folder, NOW)
    assert report.verdict is not Verdict.VALID
    assert report.reason
    for signature in report.signatures:
        assert signature.qualification == "not assessed"
        assert signature.chain == ()


@pytest.mark.skipif(not FILES, reason=f"no corpus at {CORPUS}")
@pytest.mark.parametrize("name", ["HASH_FAILURE", "pdf-signed-corrupted"])
def test_broken_digests_are_proofs(folder, name):
    for path in [path for path in FILES if name in path.stem]:
        assert verify(path, folder, NOW).verdict is not Verdict.VALID


def test_it_travels_through_the_sandbox(folder, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(folder))
    report = sandbox.call(LIMITS, verify, path, folder, NOW)
    assert report == verify(path, folder, NOW)
    assert report.verdict is Verdict.VALID
