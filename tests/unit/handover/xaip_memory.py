"""Write a package with a large part, and tell by how many megabytes memory grew."""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from pathlib import Path

from eakte.domain.ids import digest_of
from eakte.domain.xaip import DataObject
from eakte.handover import xaip
from eakte.store.local import file_digest
from tests.unit.handover.test_xaip import SEALED, package


def main(folder: Path, megabytes: int) -> None:
    """Use files in a folder."""
    (folder / "sealed").write_bytes(SEALED)
    with (folder / "large").open("wb") as out:
        for _part in range(megabytes):
            out.write(bytes(1 << 20))
    given = package()
    large = DataObject("O-1", file_digest(folder / "large"), "image/tiff")
    given = replace(given, objects=(given.objects[0], large))
    before = _peak()
    sealed = digest_of(SEALED)
    xaip.publish(
        given,
        lambda digest: folder / ("sealed" if digest == sealed else "large"),
        folder / "akte.xml",
        lambda _made: None,
    )
    print(_peak() - before)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
