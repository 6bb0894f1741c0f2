"""PDF/A is judged before and after sealing, and by veraPDF where it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.akten import DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.findings import FindingCode
from eakte.domain.mail import EnclosureRole
from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Verdict
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
from eakte.seal.signer import Sealer
from eakte.services import checkup, records, reviewing
from eakte.services.reviewing import Corrections
from eakte.services.verifying import verify_document
from tests.integration import test_flow as flow
from tests.integration.test_pdfa_sealed import pdf_2
from tests.unit.pdfa.verapdf_making import program
from tests.unit.seal.attacks import update

SUCCESS = "print(compliant(path, size))"
REFUSES_SEALED = (
    "sealed = b'/DocMDP' in open(path, 'rb').read()\n"
    "print(refused(path, size, ('6.4.3',)) if sealed else compliant(path, size))\n"
    "sys.exit(sealed)"
)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A demo home whose veraPDF is a program that a test writes."""
    root = flow.context.__wrapped__(tmp_path).home.root
    settings = root / "eakte.toml"
    named = f'verapdf = "{tmp_path / "bin" / "verapdf"}"'
    settings.write_text(settings.read_text().replace('verapdf = "auto"', named))
    return Context(open_home(root), SystemClock())


class _ForbiddenSealer(Sealer):
    """A seal that is valid, over a revision that claims PDF 2.0."""

    def seal(self, pdf: Path, reason: str, out: Path, level: SealLevel = SealLevel.LTA) -> None:
        changed = out.with_suffix(".changed")
        changed.write_bytes(update(pdf.read_bytes(), pdf_2))
        super().seal(changed, reason, out, level)


def test_its_refusal_stops_the_seal_and_its_reports_stay_with_the_letter(
    context: Context, tmp_path: Path
) -> None:
    program(tmp_path / "bin", REFUSES_SEALED)
    flow._scan(context)
    flow._work(context)
    letter = flow._only_letter(context)
    assert (letter.state, letter.sealed) == (DocumentState.REVIEW, None)
    (finding,) = [each for each in letter.findings if each.code is FindingCode.SEAL_FAILED]
    assert "sealed original" in finding.detail
    assert "6.4.3-1" in finding.detail
    assert records.show(context, letter.id).enclosures == ()

    program(tmp_path / "bin", SUCCESS)
    reviewing.release(context, letter.id, Corrections(akte=""), "A. Probst")
    flow._work(context)
    letter = flow._only_letter(context)
    assert letter.state is DocumentState.FILED
    reports = records.show(context, letter.id).enclosures
    assert [(each.role, each.name) for each in reports] == [
        (EnclosureRole.CONFORMANCE, f"{letter.id} archive copy PDF/A-2u confirmed"),
        (EnclosureRole.CONFORMANCE, f"{letter.id} sealed original PDF/A-2u confirmed"),
    ]
    assert all(b"isCompliant" in context.store.get(each.digest) for each in reports)
    assert FindingCode.UNCONFIRMED not in [each.code for each in letter.findings]
    health = {each.name: each for each in checkup.examine(context.home)}["veraPDF"]
    assert (health.fine, health.detail.split(" (")[0]) == (True, "veraPDF 1.28.2")


def test_when_it_breaks_down_the_letter_says_so_and_its_seal_is_valid(
    context: Context, tmp_path: Path
) -> None:
    """Never a pass, and never in silence; the finding is younger than the Transfervermerk."""
    program(tmp_path / "bin", "sys.exit('java.lang.OutOfMemoryError')")
    flow._scan(context)
    flow._work(context)
    letter = flow._only_letter(context)
    assert letter.state is DocumentState.FILED
    unconfirmed = [each for each in letter.findings if each.code is FindingCode.UNCONFIRMED]
    assert [each.detail.split(":")[0] for each in unconfirmed] == [
        "archive copy",
        "sealed original",
    ]
    reports = records.show(context, letter.id).enclosures
    assert [each.name.split()[-1] for each in reports] == ["failed", "failed"]
    assert b"OutOfMemoryError" in context.store.get(reports[0].digest)
    assert verify_document(context, letter.id, context.home.trust).report.verdict is Verdict.VALID
    (tmp_path / "bin" / "verapdf").unlink()
    assert not {each.name: each for each in checkup.examine(context.home)}["veraPDF"].fine


def test_a_valid_seal_over_what_pdfa_forbids_files_nothing(context: Context) -> None:
    """Without veraPDF too: the sealed bytes are judged, not only the copy before."""
    settings = context.home.root / "eakte.toml"
    lines = settings.read_text().splitlines()
    settings.write_text("\n".join('verapdf = "off"' if "verapdf" in x else x for x in lines))
    plain = Context(open_home(context.home.root), SystemClock())
    plain.__dict__["sealer"] = _ForbiddenSealer(plain.home.trust, plain.clock)
    flow._scan(plain)
    flow._work(plain)
    letter = flow._only_letter(plain)
    assert (letter.state, letter.sealed) == (DocumentState.REVIEW, None)
    (finding,) = [each for each in letter.findings if each.code is FindingCode.SEAL_FAILED]
    assert "PDF/A" in finding.detail
    assert jobs.claimed_flavour(plain.store.path(letter.archive_copy)) == "2u"
    del plain.__dict__["sealer"]
    reviewing.release(plain, letter.id, Corrections(akte=""), "A. Probst")
    flow._work(plain)
    letter = flow._only_letter(plain)
    assert letter.state is DocumentState.FILED
    assert records.show(plain, letter.id).enclosures == ()
