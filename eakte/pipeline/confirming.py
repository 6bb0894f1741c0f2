"""Having a letter's PDF/A confirmed by veraPDF, where it is installed: before and after sealing.

Without it nothing is confirmed, and nothing says so. Its refusal stops the seal. When it breaks
down, or answers something else, the letter goes on with a finding: eakte has judged the file
itself, and mail does not wait for a Java program.
"""

from __future__ import annotations

from pathlib import Path

from eakte import sandbox
from eakte.domain.codec import from_json, to_json
from eakte.domain.conformance import Confirmation, Confirmations, Outcome
from eakte.domain.ids import Digest
from eakte.errors import SealFailedError
from eakte.i18n import _
from eakte.pdfa import verapdf
from eakte.pipeline import jobs
from eakte.pipeline.context import Context

ARCHIVE_COPY, SEALED = "archive copy", "sealed original"


def confirm(context: Context, pdf: Path, subject: str) -> str:
    """Ask veraPDF; gives the digest of the Confirmations (JSON), "" if it is not installed.

    Raises SealFailedError if veraPDF says that the file does not conform; its report is kept.
    """
    program = context.verapdf
    if not program:
        return ""
    limits = context.file_limits(pdf)
    flavour = sandbox.call(limits, jobs.claimed_flavour, pdf)
    with context.workspace() as folder:
        answer = verapdf.ask(program, pdf, flavour, folder, limits)
    report = context.store.put(answer.report.encode())
    if answer.outcome is Outcome.REFUSED:
        said = _("veraPDF refuses the {subject} as PDF/A-{flavour}: {found} (report {report})")
        facts = {"subject": subject, "flavour": flavour, "found": answer.detail[:200]}
        raise SealFailedError(detail=said.format(**facts, report=report))
    made = (Confirmation(subject, flavour, answer.outcome, answer.detail[:300], report),)
    return context.store.put(to_json(made, Confirmations))


def load(context: Context, *digests: str) -> Confirmations:
    """Give the Confirmations that were kept; empty digests name none."""
    kept = (context.store.get(Digest(digest)) for digest in digests if digest)
    return tuple(one for text in kept for one in from_json(Confirmations, text))
