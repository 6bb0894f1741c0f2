"""Mutants of a sealed original, each with one byte changed, verified many in one child process."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.domain.verification import Verdict
from eakte.seal.verify import verify


@dataclass(frozen=True)
class Tally:
    """What became of the mutants of one file."""

    verdicts: dict[str, int]
    valid: tuple[str, ...]
    """Which byte became which, where the mutant is still VALID."""
    slowest: float


def verify_mutants(original: Path, anchors: Path, at: datetime, seed: int, count: int) -> Tally:
    """Change one byte at a random place to a random other one, `count` times over."""
    chance, data = random.Random(seed), original.read_bytes()
    verdicts, valid, slowest = Counter[str](), list[str](), 0.0
    with TemporaryDirectory() as folder:
        mutant = Path(folder) / "mutant.pdf"
        for _number in range(count):
            place = chance.randrange(len(data))
            other = data[place] ^ chance.randrange(1, 256)
            mutant.write_bytes(data[:place] + bytes([other]) + data[place + 1 :])
            began = time.monotonic()
            report = verify(mutant, anchors, at)
            slowest = max(slowest, time.monotonic() - began)
            verdicts[report.verdict.value] += 1
            if report.verdict is Verdict.VALID:
                valid.append(f"{original.name}[{place}]: {data[place]:#04x} -> {other:#04x}")
    return Tally(dict(verdicts), tuple(valid), slowest)
