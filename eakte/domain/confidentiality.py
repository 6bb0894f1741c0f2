"""How confidential a record is: the levels of the Verschlusssachenanweisung."""

from __future__ import annotations

from enum import StrEnum


class Confidentiality(StrEnum):
    """Vertraulichkeitsstufe of an Akte, a Vorgang or a document; later ones contain the earlier."""

    OFFEN = "offen"
    NFD = "vs-nfd"
    VERTRAULICH = "vs-vertraulich"
    GEHEIM = "geheim"
    STRENG_GEHEIM = "streng-geheim"

    @property
    def rank(self) -> int:
        """Give its place in the order, 0 for open."""
        return tuple(Confidentiality).index(self)


def highest(*levels: Confidentiality) -> Confidentiality:
    """Give the most confidential of some; open if there are none."""
    return max(levels, key=lambda level: level.rank, default=Confidentiality.OFFEN)
