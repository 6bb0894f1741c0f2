"""Who may do what here: the one table of permissions, and the question before every use case.

Without `[[persons]]` in eakte.toml a home belongs to whoever can read it. With any, nobody else may
do anything; and what somebody may not see is, for them, not there (`records.visible`).
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.access import EVERYTHING, Role, Scope
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.events import Action, Event
from eakte.domain.persons import Person
from eakte.errors import NotListedError, NotPermittedError, RefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.services import actor

OBJECT = "access"
"""What refused attempts are about, in the audit log."""


class Permission(StrEnum):
    """What somebody may be allowed to do; how much of the records it is about, the scope says."""

    STATUS = "status"
    """See states and counts, and what is in force."""
    SUBMIT = "submit"
    """Bring files in."""
    SEE_QUARANTINE = "see-quarantine"
    RETRY = "retry"
    """Try files in quarantine again, with their password too."""
    READ = "read"
    """Search, look at, save and verify letters and Akten."""
    CHANGE_AKTEN = "change-akten"
    """Open and change Akten, and note what was done."""
    SEE_QUEUE = "see-queue"
    """See which letters wait for a person, and why; batches and samples."""
    REVIEW = "review"
    """Correct, release, reject, divide and join letters."""
    AUDIT = "audit"
    """Look at everything that is no letter: the log, the machine, keys, lists, proofs, paper."""
    OPERATE = "operate"
    """Change how the home works: keys, lists, models, rules, repairs, destruction of paper."""
    ERASE = "erase"
    """Ask for an erasure, and confirm one that somebody else asked for."""


_S, _C, _R, _A, _X = Role.SCANNER, Role.CLERK, Role.REVIEWER, Role.AUDITOR, Role.ADMIN

ROLES = MappingProxyType(
    {
        Permission.STATUS: (_S, _C, _R, _A, _X),
        Permission.SUBMIT: (_S, _R, _X),
        Permission.SEE_QUARANTINE: (_S, _R, _A, _X),
        Permission.RETRY: (_S, _R, _X),
        Permission.READ: (_C, _R, _A, _X),
        Permission.CHANGE_AKTEN: (_C, _R, _X),
        Permission.SEE_QUEUE: (_R, _A, _X),
        Permission.REVIEW: (_R, _X),
        Permission.AUDIT: (_A, _X),
        Permission.OPERATE: (_X,),
        Permission.ERASE: (_R, _X),
    }
)
"""Which roles have a permission."""


def require(desk: Desk, permission: Permission) -> Scope:
    """Give what the current user may see; raises NotListedError or NotPermittedError.

    A refused attempt is noted in the audit log before it is refused.
    """
    if not desk.home.settings.persons:
        return EVERYTHING
    person = _person(desk)
    if person is None:
        _note_refusal(desk, permission)
        raise NotListedError(account=actor.account(desk.home))
    if not frozenset(person.roles) & frozenset(ROLES[permission]):
        _note_refusal(desk, permission)
        needed = ", ".join(role.value for role in ROLES[permission])
        raise NotPermittedError(account=person.account, roles=needed)
    return person.scope()


def require_office(
    scope: Scope, office: str, level: Confidentiality = Confidentiality.OFFEN
) -> None:
    """Refuse to make an Akte one that the current user could not see then; raises RefusedError."""
    if not scope.covers(office, level):
        detail = _("the Akten of office {office} with the level {level} are none of yours")
        raise RefusedError(detail=detail.format(office=office, level=level.value))


def require_to_run(desk: Desk) -> None:
    """Let the account that runs the home watch and migrate, and admins.

    What the watcher and its workflows do is no person's act.
    """
    if not actor.runs(desk.home):
        require(desk, Permission.OPERATE)


def require_name(desk: Desk, name: str) -> str:
    """Give the name under which somebody declares something; a listed person has no other.

    Raises RefusedError for the name of somebody else.
    """
    person = _person(desk)
    if person is None or not name.strip() or name.split() == person.name.split():
        return name
    detail = _("{account} is {name} and declares nothing in another name")
    raise RefusedError(detail=detail.format(account=person.account, name=person.name))


def _person(desk: Desk) -> Person | None:
    """Give the person whose account this is."""
    here = actor.account(desk.home)
    return next((each for each in desk.home.settings.persons if each.account == here), None)


def _note_refusal(desk: Desk, permission: Permission) -> None:
    after = {"permission": permission.value}
    who, now = actor.account(desk.home), desk.clock.now()
    with transaction(desk.engine) as connection:
        log.append(connection, Event(Action.ACCESS_REFUSED, OBJECT, who, "", now, after=after))
