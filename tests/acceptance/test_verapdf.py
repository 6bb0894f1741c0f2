"""Issue 4, point 2: veraPDF, where it is installed, confirms every copy before and after sealing.

With EAKTE_WHOLE_CORPUS all files of the corpus are taken, else a few of each sort.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from eakte.domain.conformance import Outcome
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pdfa.build import build
from eakte.pdfa.sealed import flavour_of, verdict
from eakte.pdfa.verapdf import ask
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.sandbox import DEFAULT_LIMITS
from eakte.seal.signer import Sealer
from tests.unit.seal.making import CLOCK, trust

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOLDERS = ("odd_pdfs", "invoices", "barcodes", "qes", "signed")
PROGRAM = shutil.which("verapdf") or ""
_FEW = 3

pytestmark = pytest.mark.skipif(not PROGRAM, reason="veraPDF is not installed")


def _refused(pdf: Path, folder: Path) -> str:
    """Give why veraPDF does not confirm a file, "" if it does."""
    folder.mkdir()
    answer = ask(PROGRAM, pdf, flavour_of(pdf), folder, DEFAULT_LIMITS)
    return "" if answer.outcome is Outcome.CONFIRMED else f"{answer.outcome}: {answer.detail}"


def test_every_sample_letter_conforms_before_and_after_sealing(desk: Desk, tmp_path: Path) -> None:
    with desk.engine.connect() as connection:
        letters = documents.sealed(connection)
    assert letters
    for letter in letters:
        for kind, digest in (("copy", letter.archive_copy), ("sealed", letter.sealed)):
            assert digest is not None
            pdf, folder = desk.store.path(digest), tmp_path / f"{letter.id}-{kind}"
            assert _refused(pdf, folder) == "", f"{letter.id} {kind}"


def _files(folder: str) -> list[Path]:
    found = sorted((CORPUS / folder).rglob("*.pdf"), key=lambda path: path.stat().st_size)
    return found if os.environ.get("EAKTE_WHOLE_CORPUS") else found[:_FEW]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_copy_of_the_corpus_conforms_before_and_after_sealing(
    folder: str, tmp_path: Path
) -> None:
    sealer = Sealer(trust(tmp_path), CLOCK)
    problems = []
    for number, source in enumerate(_files(folder)):
        copy, made = tmp_path / f"{number}.copy", tmp_path / f"{number}.sealed"
        try:
            inspection = inspect(source)
            build(source, inspection.media_type, inspection.pages, {}, copy)
        except UnusableInputError:
            continue
        sealer.seal(copy, "Posteingang", made)
        assert verdict(copy, made) == "pass", source.name
        for pdf in (copy, made):
            problem = _refused(pdf, tmp_path / f"work-{pdf.name}")
            problems += [f"{source.name} {pdf.suffix}: {problem}"] if problem else []
    assert problems == []
