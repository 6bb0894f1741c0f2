"""Who may do what, and see what: roles of persons, and the part of the records they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.confidentiality import Confidentiality


class Role(StrEnum):
    """What a person does with records; somebody may have several."""

    SCANNER = "scanner"
    """Drops files and sees what became of them, never what is in them."""
    CLERK = "clerk"
    """Works with the Akten of some offices."""
    REVIEWER = "reviewer"
    """Looks at letters before they are sealed, and releases them."""
    AUDITOR = "auditor"
    """Reads all and changes nothing."""
    ADMIN = "admin"
    """Runs the home; may do everything."""


@dataclass(frozen=True)
class Scope:
    """The records that somebody may see; what lies outside it is, for them, not there."""

    everything: bool = False
    offices: tuple[str, ...] = ()
    """Federführende offices, each with those below it: 32 means 32.1 too."""
    clearance: Confidentiality = Confidentiality.OFFEN
    """The most confidential records that may be seen."""
    every_office: bool = False
    """Records of all offices, and those that lead to none; clearance still limits."""
    unfiled: bool = False
    """Letters on their way, too; else filed ones only."""
    stations: tuple[str, ...] | None = None
    """Whose files may be seen by name and state (not by content); empty: all stations."""

    def covers(self, office: str, confidentiality: Confidentiality) -> bool:
        """Tell whether a record of that office and confidentiality may be seen."""
        if self.everything:
            return True
        mine = any(office == own or office.startswith(f"{own}.") for own in self.offices)
        return (mine or self.every_office) and confidentiality.rank <= self.clearance.rank

    def covers_station(self, station: str) -> bool:
        """Tell whether it may be seen what arrives at a station, before it is a record."""
        if self.everything or self.stations == () or (self.every_office and self.unfiled):
            return True
        return any(station == own or station.startswith(f"{own}/") for own in self.stations or ())


EVERYTHING = Scope(everything=True)
NOTHING = Scope()
