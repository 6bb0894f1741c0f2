"""The persons that eakte.toml lists: account, roles, and the part of the records they may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from eakte.domain.access import EVERYTHING, Role, Scope
from eakte.domain.confidentiality import Confidentiality

_SEE_ALL = frozenset({Role.AUDITOR, Role.ADMIN})
_SEE_RECORDS = frozenset({Role.CLERK, Role.REVIEWER})


class Person(BaseModel):
    """One of `[[persons]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field(min_length=1, description="Account of the operating system.")
    name: str = Field(min_length=1, description="Full name, as it stands in Transfervermerke.")
    roles: tuple[Role, ...] = Field(min_length=1, description="What this person does.")
    offices: tuple[str, ...] = Field(
        default=(),
        description="Offices of a clerk or reviewer, each with those below it: 32 means 32.1 too. "
        "Reviewers without any see letters of all offices.",
    )
    clearance: Confidentiality = Field(
        default=Confidentiality.OFFEN,
        description="The most confidential records that a clerk or reviewer may see.",
    )
    stations: tuple[str, ...] = Field(
        default=(), description="Stations of a scanner, each with those below it; empty: all."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what contradicts itself: a clerk of no office, an auditor with something to do."""
        if Role.CLERK in self.roles and not self.offices:
            raise ValueError(f"{self.account}: a clerk needs offices")
        if Role.AUDITOR in self.roles and len(set(self.roles)) > 1:
            raise ValueError(f"{self.account}: an auditor changes nothing and has no other role")
        if not all(map(str.strip, (self.account, self.name, *self.offices, *self.stations))):
            raise ValueError(f"{self.account}: account, name, offices and stations are not blank")
        return self

    def scope(self) -> Scope:
        """Give what this person may see."""
        roles = frozenset(self.roles)
        if roles & _SEE_ALL:
            return EVERYTHING
        reviewer = Role.REVIEWER in roles
        return Scope(
            offices=self.offices if roles & _SEE_RECORDS else (),
            clearance=self.clearance,
            every_office=reviewer and not self.offices,
            unfiled=reviewer,
            stations=self.stations if Role.SCANNER in roles else None,
        )


def require_unique(persons: Sequence[Person]) -> None:
    """Raise ValueError if two of them share an account or a name: nobody could tell them apart."""
    for attribute in ("account", "name"):
        counted = Counter(getattr(each, attribute).casefold() for each in persons)
        twice = [name for name, count in counted.items() if count > 1]
        if twice:
            raise ValueError(f"two persons have the {attribute} {twice[0]}")
