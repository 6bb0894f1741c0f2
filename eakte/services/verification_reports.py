"""Reports on verifications as files: a readable page (text, PDF/A), ETSI TS 119 102-2 XML, JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from eakte.domain.codec import to_json
from eakte.domain.verification import (
    Check,
    SignatureSummary,
    Step,
    TimestampSummary,
    VerificationReport,
)
from eakte.i18n import _
from eakte.services.etsi_report import etsi_report
from eakte.services.printed import as_pdfa, placed
from eakte.services.verifying import Verified, worth
from eakte.typeset import Block, Heading, Table, Text

_WIDTH = 100
_KNOWN = {".txt", ".pdf", ".xml", ".json"}
_CHECKS = (0.06, 0.26, 0.12, 0.56)
_STEPS = (0.1, 0.32, 0.2, 0.38)
_FACTS = (0.25, 0.75)


def is_known(out: Path) -> bool:
    """Say whether the name of a report tells a format that can be written."""
    return out.suffix.lower() in _KNOWN


def write(verified: Sequence[Verified], out: Path) -> None:
    """Write a report in the format that its name tells (`is_known`), readable by its owner only.

    An existing file is replaced. Raises UnusableInputError if it cannot be written, or if a page
    with these names cannot be made to conform to PDF/A.
    """
    kind = out.suffix.lower()
    if kind == ".pdf":
        title = _("Verification report")
        placed(out, lambda draft: as_pdfa(title, blocks(verified), draft))
    else:
        placed(out, lambda draft: draft.write_bytes(_encoded(verified, kind)))


def _encoded(verified: Sequence[Verified], kind: str) -> bytes:
    if kind == ".xml":
        return etsi_report(verified)
    if kind == ".json":
        return to_json(tuple(verified), tuple[Verified, ...])
    return as_text(verified).encode()


def as_text(verified: Sequence[Verified]) -> str:
    """Give the page as plain text."""
    return "\n".join(line for block in blocks(verified) for line in _lines(block)) + "\n"


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from ("", block.text, ("=" if block.level == 1 else "-") * len(block.text))
    elif isinstance(block, Text):
        yield from textwrap.wrap(block.text, _WIDTH)
    else:
        for row in block.rows:
            yield from _row(row, block.shares)


def _row(row: tuple[str, ...], shares: tuple[float, ...]) -> Iterator[str]:
    widths = [max(3, int(share * _WIDTH) - 1) for share in shares]
    cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    for number in range(max(len(cell) for cell in cells)):
        parts = (
            (cell[number] if number < len(cell) else "").ljust(width)
            for cell, width in zip(cells, widths, strict=True)
        )
        yield " ".join(parts).rstrip()


def blocks(verified: Sequence[Verified]) -> Iterator[Block]:
    """Give what the page says, for each file that was verified."""
    yield Heading(_("Verification report"))
    for each in verified:
        report = each.report
        yield Heading(f"{each.name}: {report.verdict.value}", 2)
        if report.reason:
            yield Text(_("Because: {reason}").format(reason=report.reason))
        yield _facts(
            [
                (_("subject"), each.title),
                ("SHA-256", report.sha256),
                (_("size"), _("{count} bytes").format(count=report.size)),
                (_("verified at"), _moment(report.verified_at)),
                (_("trust anchors"), report.trusted),
                (_("evidence beside the file"), "; ".join(beside(report))),
            ]
        )
        for seal in report.signatures:
            yield from _signature(seal, report)
        for stamp in report.timestamps:
            yield from _timestamp(stamp)
        yield Heading(_("Checks"), 3)
        yield _checks(report.checks)


def beside(report: VerificationReport) -> tuple[str, ...]:
    """Name what stood beside the file and says whether certificates were revoked, and as of when.

    Times of a seal without a time-stamp are those of the machine that verifies.
    """
    said = [(_(each.kind.value), each.said_at) for each in report.outside if each.said_at]
    return tuple(f"{kind}, {_moment(at)}" for kind, at in said)


def proven_at(seal: SignatureSummary, report: VerificationReport) -> str:
    """Say as of when a time-stamp proves that a signature existed, or that none does."""
    if seal.signed_at is not None and seal.signed_at >= report.verified_at:
        return _("no time-stamp proves that it existed before this verification")
    return _moment(seal.signed_at)


def _signature(seal: SignatureSummary, report: VerificationReport) -> Iterator[Block]:
    yield Heading(_("Signature {field}").format(field=seal.field), 3)
    yield _facts(
        [
            (_("result"), f"{seal.indication} {seal.sub_indication}"),
            (_("level"), seal.level),
            (_("signer"), seal.signer.subject if seal.signer else _("unknown")),
            (_("proven to exist at"), proven_at(seal, report)),
            (_("chain"), " < ".join(link.subject for link in seal.chain)),
            (_("qualification"), worth(seal)),
            (_("objects written later"), "; ".join(seal.changed)),
        ]
    )
    yield _steps(seal.steps)


def _timestamp(stamp: TimestampSummary) -> Iterator[Block]:
    yield Heading(_("Time-stamp of {field}").format(field=stamp.field), 3)
    yield _facts(
        [
            (_("result"), f"{stamp.indication} {stamp.sub_indication}"),
            (_("time"), _moment(stamp.time)),
            (_("authority"), stamp.authority.subject),
            (_("qualification"), worth(stamp)),
        ]
    )
    yield _steps(stamp.steps)


def _facts(pairs: Sequence[tuple[str, str]]) -> Table:
    return Table(tuple((name, told.strip()) for name, told in pairs if told.strip()), _FACTS)


def _steps(steps: Sequence[Step]) -> Table:
    rows = tuple((f"§ {step.clause}", step.name, step.result, step.detail) for step in steps)
    return Table(rows, _STEPS)


def _checks(checks: Sequence[Check]) -> Table:
    words = {True: _("yes"), False: _("NO"), None: _("not possible")}
    rows = ((str(each.number), each.name, words[each.passed], each.detail) for each in checks)
    return Table(tuple(rows), _CHECKS, ("#", _("check"), _("passed"), _("detail")))


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
