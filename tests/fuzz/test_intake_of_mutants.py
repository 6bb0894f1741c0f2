"""Issue 3: damaged files never crash the watcher, are never lost, and never lose pages in silence.

`make fuzz` looks into 2,000 mutants of the sample letters and takes 220 of them through a real
watcher (FUZZ_FULL=1); a short form runs in CI.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from eakte import sandbox
from eakte.domain.mail import Inspection
from eakte.errors import EakteError, StageFailedError, UnusableInputError
from eakte.pages.split import split
from eakte.pipeline import jobs
from eakte.sandbox import Limits
from sample_mail.check import expectations
from tests.crash.letters import Dropped
from tests.crash.mailroom import Mailroom
from tests.fuzz.counting import count_elsewhere
from tests.fuzz.mutate import Mutant, mutants

_FULL = bool(os.environ.get("FUZZ_FULL"))
_SEED = int(os.environ.get("FUZZ_SEED", "20261122"))
_LOOKED_INTO = 2000 if _FULL else 60
_TAKEN = 220 if _FULL else 6
_BATCH = 55
_LIMITS = Limits(120, 120, 1500)


@dataclass(frozen=True)
class Seen:
    """What became of a mutant: the refusal's reason, or the pages as counted by three."""

    mutant: Mutant
    refusal: str = ""
    fault: str = ""
    """An exception that is no refusal, or a child process that broke down."""
    pages: int = 0
    elsewhere: int = 0
    of_source: int = 0
    findings: tuple[str, ...] = field(default=())

    @property
    def silent(self) -> bool:
        """Tell whether it was accepted with other pages than its source, and nothing says so."""
        return bool(self.pages) and self.pages != self.of_source and not self.findings

    def line(self) -> str:
        """Say it for a person."""
        kept = f"{self.pages} pages, {self.elsewhere} elsewhere, {self.of_source} in the source"
        return f"{self.mutant.name}: {self.fault or kept} {','.join(self.findings)}"


def _sources() -> dict[Path, int]:
    """Give the sample letters with the numbers of their pages."""
    return {each.path: each.pages for each in expectations()}


def _look(folder: Path, pages: dict[Path, int], mutant: Mutant) -> Seen:
    file = folder / mutant.name
    file.write_bytes(mutant.data)
    try:
        inspection = sandbox.call(_LIMITS, jobs.inspect_scan, file)
    except UnusableInputError as refusal:
        file.unlink()
        return Seen(mutant, refusal=str(refusal.facts["reason"]))
    except StageFailedError as failure:
        return Seen(mutant, fault=str(failure.facts["detail"]))
    elsewhere = _counted(file)
    _check_split(inspection)
    findings = tuple(each.code.value for each in inspection.findings)
    known = pages[mutant.source]
    seen = Seen(
        mutant,
        pages=len(inspection.pages),
        elsewhere=elsewhere,
        of_source=known,
        findings=findings,
    )
    if not seen.silent:
        file.unlink()
    return seen


def _counted(file: Path) -> int:
    try:
        return sandbox.call(_LIMITS, count_elsewhere, file)
    except EakteError:
        return 0


def _check_split(inspection: Inspection) -> None:
    """Every page is in exactly one part, or is a separator sheet."""
    within = [number for part in split(inspection.pages) for number in part.pages]
    sheets = [page.number for page in inspection.pages if page.separator]
    assert sorted(within + sheets) == [page.number for page in inspection.pages]


@pytest.mark.slow
def test_mutants_are_refused_or_whole(tmp_path: Path) -> None:
    """Demand 7: only typed refusals; what is accepted has as many pages as its source."""
    pages = _sources()
    with ThreadPoolExecutor(2) as pool:
        damaged = mutants(list(pages), _LOOKED_INTO, _SEED)
        seen = list(pool.map(partial(_look, tmp_path, pages), damaged))
    refusals = Counter(each.refusal for each in seen if each.refusal)
    accepted = [each for each in seen if each.pages]
    print(f"\n{len(seen)} mutants, {len(accepted)} accepted, refused: {dict(refusals)}")
    faults = [each.line() for each in seen if each.fault]
    silent = [each.line() for each in accepted if each.silent]
    assert not faults, "\n".join(faults)
    assert not silent, "\n".join(silent)
    assert accepted, "the fuzzer damages too much to show anything"
    assert refusals, "the fuzzer damages nothing"


@pytest.mark.slow
def test_mutants_go_through_a_real_watcher(tmp_path: Path) -> None:
    """Demands 4, 52 and 53: the watcher survives them all, and each is in a visible state."""
    mailroom = Mailroom(tmp_path / "home")
    damaged = list(mutants(list(_sources()), _LOOKED_INTO, _SEED))
    taken = damaged[:: max(1, len(damaged) // _TAKEN)]
    for start in range(0, len(taken), _BATCH):
        for mutant in taken[start : start + _BATCH]:
            (mailroom.inbox / mutant.name).write_bytes(mutant.data)
            mailroom.dropped.append(Dropped(mutant.name, 0))
        mailroom.finish()
    lines = mailroom.lines()
    states = Counter(line["state"] for line in lines)
    print(f"\n{len(taken)} mutants through the watcher: {dict(states)}")
    assert {line["file"] for line in lines} == {mutant.name for mutant in taken}, "lost"
    assert set(states) <= {"filed", "review", "quarantine", "duplicate"}
    assert not [path for path in (mailroom.home / "inbox").rglob("*") if path.is_file()]
