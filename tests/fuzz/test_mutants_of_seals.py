"""No sealed original stays VALID with another byte in it, wherever it is (issue 6).

`make mutate` changes 5,000 bytes in 20 originals, one at a time; without it a sample is tried.
MUTATE_SEED chooses the bytes.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from eakte import sandbox
from eakte.domain.verification import Verdict
from eakte.seal.signer import Sealer
from eakte.seal.verify import verify
from tests.fuzz.seal_mutants import verify_mutants
from tests.unit.seal.making import CLOCK, NOW, pdfa, seal_bytes, trust

FULL = bool(os.environ.get("MUTATE_FULL"))
ORIGINALS, EACH = (20, 250) if FULL else (2, 30)
LIMITS = sandbox.Limits(wall_seconds=1800, cpu_seconds=900, memory_mb=2000)


@pytest.mark.slow
def test_a_changed_byte_costs_valid(tmp_path):
    seed = int(os.environ.get("MUTATE_SEED", random.randrange(1 << 32)))
    folder = trust(tmp_path)
    verdicts, valid, slowest = Counter[str](), list[str](), 0.0
    for number in range(ORIGINALS):
        original = tmp_path / f"{number}.pdf"
        original.write_bytes(seal_bytes(Sealer(folder, CLOCK), pdfa(number + 1), f"Nr. {number}"))
        assert verify(original, folder, NOW).verdict is Verdict.VALID
        found = sandbox.call(LIMITS, verify_mutants, original, folder, NOW, seed + number, EACH)
        verdicts.update(found.verdicts)
        valid += found.valid
        slowest = max(slowest, found.slowest)
    print(f"MUTATE_SEED={seed}: {dict(verdicts)}, slowest {slowest:.1f} s")
    assert not valid, f"MUTATE_SEED={seed}"
    assert verdicts.total() == ORIGINALS * EACH
    assert slowest < 10
