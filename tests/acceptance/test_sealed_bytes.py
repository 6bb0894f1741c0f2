"""Issue 2, point 3: no byte of a sealed original can be changed, and the report says why."""

from __future__ import annotations

import random
from pathlib import Path

from eakte.domain.verification import Verdict
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.seal.verify import verify

_CHANGES = 200


def _sealed(desk: Desk) -> list[bytes]:
    with desk.engine.connect() as connection:
        letters = documents.sealed(connection)
    return [desk.store.get(letter.sealed) for letter in letters if letter.sealed]


def test_no_byte_can_be_changed(desk: Desk, tmp_path: Path) -> None:
    chance = random.Random(371)
    originals = _sealed(desk)
    file = tmp_path / "changed.pdf"
    for _change in range(_CHANGES):
        data = bytearray(chance.choice(originals))
        place = chance.randrange(len(data))
        data[place] ^= chance.randrange(1, 256)
        file.write_bytes(data)
        report = verify(file, desk.home.trust, desk.clock.now())
        assert report.verdict is not Verdict.VALID, f"byte {place} of {len(data)}"
        assert report.reason


def test_nothing_can_be_appended_or_cut(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "changed.pdf"
    for data in _sealed(desk)[:3]:
        file.write_bytes(data)
        assert verify(file, desk.home.trust, desk.clock.now()).verdict is Verdict.VALID
        for changed in (data + b"\n", data + b"\0", data + b"%%EOF\n", data + data, data[:-1]):
            file.write_bytes(changed)
            report = verify(file, desk.home.trust, desk.clock.now())
            assert report.verdict is not Verdict.VALID
            assert report.reason
