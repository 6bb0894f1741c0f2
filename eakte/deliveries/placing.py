"""Files out of a container: put down under names of our own, and listed for the view."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from eakte.domain.deliveries import UnpackedFile
from eakte.domain.mail import EnclosureRole
from eakte.typeset import Table

VIEW = "view.pdf"
NOTE = (
    "Diese Ansicht hat eakte gezeichnet. Maßgeblich ist die empfangene Datei, "
    "die unverändert aufbewahrt wird."
)
"""Views are German records, so their text does not depend on the language of the process."""
_ROLES = {EnclosureRole.MEMBER: "Datei", EnclosureRole.TECHNICAL: "technisch"}


def our_name(number: int) -> str:
    """Give the name under which the file of that number (from 1) is put down."""
    return f"{number:04d}"


def place(out: Path, number: int, data: bytes) -> str:
    """Put a file down in the folder `out`; gives its name there."""
    name = our_name(number)
    with (out / name).open("xb") as file:
        file.write(data)
    return name


def listing(files: Iterable[tuple[UnpackedFile, Path]]) -> Table:
    """Make the table of all files: name, role, size in bytes, SHA-256."""
    rows = tuple(
        (each.name, role_name(each), grouped(path.stat().st_size), _digest(path))
        for each, path in files
    )
    head = ("Name", "Art", "Bytes", "SHA-256")
    return Table(rows, (4, 2, 1.3, 3.9), head, right=frozenset({2}))


def role_name(file: UnpackedFile) -> str:
    """Say in German what a file is in its container."""
    if file.role is EnclosureRole.SIGNATURE:
        return f"Signatur zu {file.of}"
    return _ROLES[file.role]


def grouped(number: int) -> str:
    """Write a number as German readers do: `1.234.567`."""
    return f"{number:,}".replace(",", ".")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
