"""CPU seconds of evidence records for many documents: made, written, renewed, verified."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.database import transaction
from eakte.database.schema import document
from eakte.records import documents
from eakte.seal.evidence.syntax import write
from eakte.services import evidence_checks, evidence_renewing, evidence_trees
from eakte.services.evidence_chains import Forest
from tests.integration.evidence_home import NOW, YEAR, add_letters, at, new_desk, stamper

_COUNT = int(os.environ.get("EAKTE_BENCH_DOCUMENTS", "20000"))
_SIZE = int(os.environ.get("EAKTE_BENCH_BYTES", "100"))
_VERIFIED = 100


def main() -> None:
    """Print CPU seconds."""
    times = {}
    with TemporaryDirectory() as folder:
        desk = new_desk(Path(folder) / "home")
        _fill(desk)

        def timed(name, work):
            start = time.process_time()
            done = work()
            times[name] = round(time.process_time() - start, 2)
            return done

        timed("create", lambda: evidence_trees.create(desk, stamper(desk)))
        records = timed("write each record", lambda: _written(desk))
        later = at(desk, NOW + YEAR)
        timed("renew time-stamp", lambda: evidence_renewing.renew(later, stamper(later), 4000))
        later = at(desk, NOW + 2 * YEAR)
        anew = timed(
            "renew hash tree", lambda: evidence_renewing.renew(later, stamper(later), 0, "sha512")
        )
        assert anew.kept[0].objects == _COUNT
        with desk.engine.connect() as connection:
            names = tuple(each.id for each in documents.sealed(connection))[:_VERIFIED]
        found = timed(
            f"verify {_VERIFIED}", lambda: evidence_checks.verify(later, stamper(later), names)
        )
        assert all(each.report.verdict.value == "VALID" for each in found)
        average = sum(map(len, records)) // len(records)
    facts = {"documents": _COUNT, "bytes each": _SIZE, "record_bytes": average}
    json.dump(facts | {"cpu_seconds": times}, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _fill(desk) -> None:
    """File one letter, and copies of its row for all others, each with a blob of its own."""
    (letter,) = add_letters(desk, b"first".ljust(_SIZE, b"."))
    with transaction(desk.engine) as connection:
        row = dict(connection.execute(document.select()).mappings().one())
        rows = []
        for number in range(2, _COUNT + 1):
            content = f"letter {number}".encode().ljust(_SIZE, b".")
            name = f"{letter.scan[:16]}-{number}"
            rows.append(row | {"id": name, "part": number, "sealed": _put(desk, content)})
        connection.execute(document.insert(), rows)


def _put(desk, content: bytes) -> str:
    """Write a blob without fsync: the store's own way would measure the disk."""
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    path = desk.store.path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def _written(desk) -> list[bytes]:
    with desk.engine.connect() as connection:
        forest = Forest.of(desk, connection)
        sealed = [each.sealed for each in documents.sealed(connection)]
        return [write(forest.chains(connection, name)) for name in sealed]


if __name__ == "__main__":
    main()
