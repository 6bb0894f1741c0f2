"""What comes together: a file, or a file with the signatures beside it. Pure: told from names."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_SIGNATURE = ".p7s"


@dataclass(frozen=True)
class Unit:
    """What is taken at once: a file with its detached signatures, or a folder as a whole."""

    main: str
    signatures: tuple[str, ...] = ()
    is_folder: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of all its entries in the inbox."""
        return (self.main, *self.signatures)


def group(names: Iterable[str]) -> tuple[Unit, ...]:
    """Group the files of one folder, in order of their names.

    `X.pdf.p7s` belongs to `X.pdf`; `X.p7s` to the only other file named `X.…`. Upper and lower
    case and Unicode's forms make no difference. A signature whose file is not there, or not
    certain, is a file like any other.
    """
    ordered = sorted(names)
    mains = [name for name in ordered if not is_signature(name)]
    whole, stems = _index(mains, _key), _index(mains, lambda name: _stem(_key(name)))
    signatures: dict[str, list[str]] = {}
    alone = []
    for name in ordered:
        if not is_signature(name):
            continue
        signed = _key(name)[: -len(_SIGNATURE)]
        candidates = whole.get(signed) or stems.get(signed) or []
        if len(candidates) == 1:
            signatures.setdefault(candidates[0], []).append(name)
        else:
            alone.append(name)
    units = [Unit(main, tuple(signatures.get(main, ()))) for main in mains]
    return tuple(sorted((*units, *map(Unit, alone)), key=lambda unit: unit.main))


def is_signature(name: str) -> bool:
    """Tell whether a name is that of a detached signature."""
    return name.lower().endswith(_SIGNATURE)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _index(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(key(name), []).append(name)
    return found
