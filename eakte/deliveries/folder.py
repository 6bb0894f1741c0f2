"""Several files that came together: their roles, and a cover sheet that names them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eakte.deliveries.archive import extract
from eakte.deliveries.justiz import covering, is_covering
from eakte.deliveries.limits import check_files
from eakte.deliveries.placing import NOTE, VIEW, listing
from eakte.domain.deliveries import (
    Unpacked,
    UnpackedFile,
    display_name,
    unique_names,
    with_roles,
)
from eakte.domain.findings import Finding, FindingCode
from eakte.typeset import Block, Heading, Text, typeset


def unpack_archive(source: Path, out: Path) -> Unpacked:
    """Unpack a zip, give its files their roles, draw the cover sheet; raises as `extract`."""
    placed = extract(source, out)
    files = with_roles(unique_names(name for name, _ in placed), [file for _, file in placed])
    return _covered([(each, out / each.file) for each in files], out)


def describe_folder(members: tuple[tuple[str, Path], ...], out: Path) -> Unpacked:
    """Give the files of a folder delivery their roles and draw its cover sheet.

    `members` are names (relative to the folder, `/`) with where their bytes are. The answer has
    them in the same order, with `file` empty: they are kept already.
    """
    check_files(len(members))
    shown = (display_name(name) or "Datei" for name, _ in members)
    files = with_roles(unique_names(shown))
    paths = (path for _, path in members)
    return _covered(list(zip(files, paths, strict=True)), out)


def _covered(files: Sequence[tuple[UnpackedFile, Path]], out: Path) -> Unpacked:
    said = [covering(file.name, path) for file, path in files if is_covering(file.name)]
    blocks: list[Block] = [
        Heading("Lieferung"),
        *(block for each in said for block in each.known),
        Heading("Dateien", 2),
        listing(files),
        *(block for each in said for block in each.rest),
        Text(NOTE),
    ]
    typeset("Lieferung", blocks, out / VIEW)
    findings = tuple(finding for each in said for finding in each.findings)
    return Unpacked(
        tuple(file for file, _ in files), VIEW, (Finding(FindingCode.RENDERED), *findings)
    )
