"""Issue 5, done-when 2, in short: ten letters through real OCR; `make bench-fields` does it all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.benchmarks.bench_fields import judge, read
from tests.benchmarks.field_letters import known_akten, letters


def test_ten_letters_give_their_fields(tmp_path: Path) -> None:
    written = list(letters(10, 3, "held_out"))
    known = known_akten(written)
    outcomes = Counter(
        (each.field, each.outcome)
        for letter in written
        for each in judge(read(letter, tmp_path), known)
    )
    assert outcomes["aktenzeichen", "wrong"] == 0
    assert outcomes["iban", "wrong"] == 0
    assert outcomes["aktenzeichen", "exact"] >= 5
    assert outcomes["iban", "exact"] >= 2
    for name in ("date", "sender", "recipient", "sender_address"):
        assert outcomes[name, "exact"] >= 9, outcomes
