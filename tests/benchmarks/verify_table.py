"""The table of verdicts on signed files of others: expected beside found (issue 6).

    python -m tests.benchmarks.verify_table

Each file is verified twice, in a limited child: as it comes, with nobody trusted, and on the day
after it was signed, with the authorities that it brings along itself trusted. The second is the
harder question: there nothing but what is wrong with the file stands between it and VALID.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.dss import DocumentSecurityStore

from eakte import sandbox
from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict, VerificationReport
from eakte.seal.detached import check_detached
from eakte.seal.verify import verify_foreign

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FORGED = {"tampered", "malformed", "weak-crypto", "unsupported-alg"}
Judge = Callable[[Path, Path, datetime], VerificationReport]
LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=60, memory_mb=2000)


@dataclass(frozen=True)
class Expected:
    """A file, and what its makers say about it."""

    path: Path
    expected: str


@dataclass(frozen=True)
class Row:
    """What was found about a file."""

    report: VerificationReport
    trusting: VerificationReport
    """With its own authorities trusted, on the day after it was signed."""
    seconds: float
    """Wall time of the slower of the two."""


def expectations() -> list[Expected]:
    """Give the signed files of the corpus, none if it is not there."""
    folder = CORPUS / "signed"
    if not folder.is_dir():
        return []
    with (folder / "corpus.csv").open(encoding="utf-8") as table:
        return [Expected(folder / row["file"], row["expected"]) for row in csv.DictReader(table)]


def row(path: Path, folder: Path, now: datetime, judge: Judge) -> Row:
    """Verify a file twice; `folder` takes its authorities."""
    anchors = folder / f"{path.stem}.pem"
    signed = write_authorities(path, anchors)
    first, quick = _timed(judge, path, folder / "nobody", now)
    second, slow = _timed(judge, path, anchors, signed + timedelta(days=1) if signed else now)
    return Row(first, second, max(quick, slow))


def isolated(path: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Verify a file in a child process."""
    return sandbox.call(LIMITS, verify_foreign, path, anchors, at)


def _timed(
    judge: Judge, path: Path, anchors: Path, at: datetime
) -> tuple[VerificationReport, float]:
    began = time.monotonic()
    report = judge(path, anchors, at)
    return report, time.monotonic() - began


def write_authorities(path: Path, anchors: Path) -> datetime | None:
    """Write the roots (else the highest certificates) in a file; give when it was signed."""
    found: dict[bytes, x509.Certificate] = {}
    claimed = None
    for certificate, moment in _contents(path):
        claimed = moment or claimed
        found[certificate.dump()] = certificate
    issuers = {one.subject.hashable for one in found.values()}
    highest = [
        one
        for one in found.values()
        if one.self_issued or (one.ca and one.issuer.hashable not in issuers)
    ]
    if highest:
        armoured = (pem.armor("CERTIFICATE", one.dump()) for one in highest)
        anchors.write_bytes(b"".join(armoured))
    return claimed


def _contents(path: Path) -> Iterator[tuple[x509.Certificate, datetime | None]]:
    """Give the certificates in a file with times of signing, as far as it can be read."""
    try:
        with path.open("rb") as file:
            reader = PdfFileReader(file, strict=False)
            for item in reader.embedded_signatures:
                info = extract_certificate_info(item.signed_data)
                moment = item.self_reported_timestamp
                yield from ((one, moment) for one in [info.signer_cert, *info.other_certs])
            yield from ((one, None) for one in DocumentSecurityStore.read_dss(reader).load_certs())
    except Exception:  # noqa: BLE001 - many of these files are broken
        return


def describe(report: VerificationReport) -> str:
    """Give the verdict with the indications of all signatures."""
    found = Counter(one.sub_indication or one.indication for one in report.signatures)
    parts = [name if count == 1 else f"{count} x {name}" for name, count in found.items()]
    return " ".join([report.verdict.value, *([f"({', '.join(parts)})"] if parts else [])])


def main() -> None:
    """Print the table and its sums."""
    now = SystemClock().now()
    wrong, sums, slowest = [], Counter[tuple[str, str]](), 0.0
    print("| file | expected | verdict, nobody trusted | its own roots trusted | reason | s |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "nobody").mkdir()
        for each in expectations():
            found = row(each.path, Path(folder), now, isolated)
            cells = [each.path.name, each.expected, describe(found.report)]
            cells += [describe(found.trusting), found.trusting.reason[:110], f"{found.seconds:.1f}"]
            print("| " + " | ".join(cells) + " |")
            sums[each.expected, found.report.verdict.value] += 1
            slowest = max(slowest, found.seconds)
            verdicts = {found.report.verdict, found.trusting.verdict}
            if each.expected in FORGED and Verdict.VALID in verdicts:
                wrong.append(each.path.name)
        _print_qes(Path(folder) / "nobody", now)
    print()
    for (expected, verdict), count in sorted(sums.items()):
        print(f"{expected:16} {verdict:14} {count}")
    print(f"slowest: {slowest:.1f} s; forged and VALID: {', '.join(wrong) or 'none'}")


def _print_qes(anchors: Path, now: datetime) -> None:
    for signature in sorted((CORPUS / "qes").glob("*.p7s")):
        content = signature.with_suffix("")
        began = time.monotonic()
        report = sandbox.call(LIMITS, check_detached, content, signature, anchors, now)
        intact = report.checks[0].passed
        rank = report.signatures[0].qualification
        taken = f"{time.monotonic() - began:.1f}"
        cells = [f"qes/{content.name}", f"intact: {intact}", describe(report), rank, report.reason]
        print("| " + " | ".join([*cells, taken]) + " |")


if __name__ == "__main__":
    main()
