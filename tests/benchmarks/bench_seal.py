"""What a seal costs, and how many are made a second: `make bench-seal` (two minutes).

Time-stamps, OCSP and the revocation list come over HTTP from a process of their own on loopback;
the key is EC P-256 in a PKCS#12 file. BENCH_SEALS=20 shortens it.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict
from eakte.pages.inspect import inspect
from eakte.pipeline import jobs
from eakte.seal.archive_signer import ArchiveSigner
from eakte.seal.opening import open_sealer
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import CheckedTimeStamper
from eakte.seal.verify import accept
from eakte.services import homes
from sample_mail.check import SAMPLES
from tests.integration.sealing_office import archive_copy
from tests.tools.authorities import join, serving_apart

_SEALS = int(os.environ.get("BENCH_SEALS", "100"))
_AT_ONCE = 8
_PAGES = "02-widerspruch-hundesteuer", "04-einspruch-bussgeld-parken", "13-rechnung-winterdienst"
_GOAL_CPU_MS, _GOAL_A_SECOND, _GOAL_SHARE = 75, 15, 0.10


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes.create(folder / "home", SystemClock(), "Stadt", demo=True)
        with serving_apart(folder / "pki") as tsa:
            join(folder / "pki", folder / "home", tsa)
            _measure(folder)


def _measure(folder: Path) -> None:
    home, clock = open_home(folder / "home"), SystemClock()
    sealer, source = open_sealer(home, clock), folder / "archive.pdf"
    source.write_bytes(archive_copy())
    sealer.seal(source, "Posteingang", folder / "warm.pdf")

    def seal(number: int) -> Path:
        out = folder / f"{number}.pdf"
        sealer.seal(source, "Posteingang", out)
        return out

    def judge(out: Path) -> None:
        digest = sha256(out.read_bytes()).hexdigest()
        assert accept(out, home.trust, clock.now(), digest, 1).verdict is Verdict.VALID

    judge(folder / "warm.pdf")
    parts = _cpu_by_part(seal)
    sealed = [folder / f"{number}.pdf" for number in range(_SEALS)]
    before = time.process_time()
    for out in sealed:
        judge(out)
    parts["accept"] = (time.process_time() - before) / _SEALS
    at_once = _a_second(seal)
    with_accept = _a_second(lambda number: judge(seal(number)))
    _print(parts, at_once, with_accept, _ocr_cpu(folder))


def _cpu_by_part(seal: Callable[[int], Path]) -> Counter[str]:
    """Give CPU seconds a seal, one after the other, in all and by part."""
    spent = Counter[str]()
    with (
        _timed(CheckedTimeStamper, "async_timestamp", "time-stamps", spent),
        _timed(Sealer, "_evidence", "evidence", spent),
        _timed(Sealer, "_preserve", "preserve", spent),
        _timed(ArchiveSigner, "async_sign_pdf", "sign", spent),
    ):
        before = time.process_time()
        for number in range(_SEALS):
            seal(number)
        spent["seal"] = time.process_time() - before
    return Counter({part: seconds / _SEALS for part, seconds in spent.items()})


@contextmanager
def _timed(owner: type, name: str, part: str, spent: Counter[str]) -> Iterator[None]:
    """Add up the CPU seconds of the process during a method; of parts within parts, twice."""
    method: Any = getattr(owner, name)

    async def timed(*args: Any, **options: Any) -> Any:
        before, inner = time.process_time(), spent["time-stamps"]
        try:
            return await method(*args, **options)
        finally:
            spent[part] += time.process_time() - before
            if part in {"sign", "preserve"}:
                spent[part] -= spent["time-stamps"] - inner

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, method)


@dataclass(frozen=True)
class AtOnce:
    """Seals a second, CPU seconds of each, and how much of one core the process got meanwhile."""

    a_second: float
    cpu: float
    cores: float

    def __str__(self) -> str:
        """Tell all three: on a busy machine the first alone says little."""
        each = f"{1000 * self.cpu:.1f} ms CPU each"
        return f"{self.a_second:.1f} a second ({each}, {self.cores:.2f} of a core)"


def _a_second(work: Callable[[int], object]) -> AtOnce:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        before, cpu = time.monotonic(), time.process_time()
        list(pool.map(work, range(_SEALS)))
        seconds, cpu = time.monotonic() - before, time.process_time() - cpu
    return AtOnce(_SEALS / seconds, cpu / _SEALS, cpu / seconds)


def _ocr_cpu(folder: Path) -> float:
    """Give the CPU seconds of reading a page, over the pages of some sample letters."""
    pages, before = 0, _cpu()
    for name in _PAGES:
        (source,) = (each for each in (SAMPLES / name).iterdir() if each.suffix != ".toml")
        found = inspect(source)
        for page in found.pages:
            jobs.read_page(source, found.media_type, page, "deu", 120.0, folder)
            pages += 1
    return (_cpu() - before) / pages


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _print(parts: Counter[str], at_once: AtOnce, with_accept: AtOnce, ocr: float) -> None:
    ms = {part: 1000 * seconds for part, seconds in parts.items()}
    archive = ms["preserve"] - ms["evidence"]
    rest = ms["seal"] - ms["sign"] - ms["time-stamps"] - ms["preserve"]
    print(f"{_SEALS} seals B-LTA, EC P-256, one page")
    for part, value in (
        ("sign", ms["sign"]),
        ("time-stamps (ask twice, check)", ms["time-stamps"]),
        ("evidence", ms["evidence"]),
        ("archive revision", archive),
        ("files, loop", rest),
        ("seal", ms["seal"]),
        ("accept (verify, far future)", ms["accept"]),
    ):
        print(f"  {part:32} {value:6.1f} ms CPU")
    whole = ms["seal"] + ms["accept"]
    print(f"seal: {ms['seal']:.1f} ms CPU (goal: at most {_GOAL_CPU_MS})")
    print(f"{_AT_ONCE} in flight: {at_once} (goal: at least {_GOAL_A_SECOND})")
    print(f"{_AT_ONCE} in flight, each accepted: {with_accept}")
    print(f"OCR of a page: {1000 * ocr:.0f} ms CPU")
    share = f"{ms['seal'] / 1000 / ocr:.1%} (goal: at most {_GOAL_SHARE:.0%})"
    print(f"share of a seal in the CPU of a page's OCR: {share}")
    print(f"  with what follows before filing (verify, far future): {whole / 1000 / ocr:.1%}")


if __name__ == "__main__":
    main()
