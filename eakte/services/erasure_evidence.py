"""Whether what is not there any more was erased as it must be, or is lost.

Steps, for every document and Akte that the audit log or a Löschnachweis tells was erased:
1. the log tells of the erasure and names its Löschnachweis, which is there, unchanged;
2. before, somebody else than who confirmed had asked for it;
3. nothing tells of it still: no record, no history (unless it was received, or opened, again).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.events import Action, Event
from eakte.domain.ids import digest_of
from eakte.domain.moments import local_day
from eakte.domain.verification import Check, Verdict, VerificationReport
from eakte.i18n import _
from eakte.records import erasures

_BEGINS = frozenset({Action.RECEIVED, Action.PROPOSED, Action.AKTE_OPENED})
_TELLING = _BEGINS | {Action.ERASURE_ASKED, Action.ERASED}


@dataclass
class _Story:
    """What the log tells of one name, as it stands at the end."""

    erased: Event | None = None
    asked: tuple[str, ...] = ()
    """Who had asked for it by then, and not for an erasure before this one."""
    is_back: bool = False


@dataclass(frozen=True)
class Erasures:
    """What log and records tell of all erasures."""

    stories: Mapping[str, _Story]
    proofs: Mapping[str, str]
    """The newest Löschnachweis, by name."""

    def names(self, akte: str = "") -> tuple[str, ...]:
        """Give all names, or those that belong to an Akte."""
        every = sorted({*self.stories, *self.proofs})
        return tuple(each for each in every if not akte or self._is_of(each, akte))

    def is_gone(self, name: str) -> bool:
        """Tell whether the log says that this was erased, and did not come back."""
        story = self.stories.get(name)
        return story is not None and not story.is_back

    def _is_of(self, name: str, akte: str) -> bool:
        story = self.stories.get(name)
        said = story.erased.after.get("akte", "") if story and story.erased else ""
        return akte in {name, said}


def told(connection: Connection) -> Erasures:
    """Give what log and records tell of all erasures."""
    stories, asked = dict[str, _Story](), dict[str, tuple[str, ...]]()
    for event in log.of_actions(connection, _TELLING):
        if event.action is Action.ERASURE_ASKED:
            asked[event.object] = (*asked.get(event.object, ()), event.actor)
        elif event.action is Action.ERASED:
            by = asked.get(event.after.get("asked-for", ""), ())
            stories[event.object] = _Story(event, by)
        elif event.object in stories:
            stories[event.object].is_back = True
            asked.pop(event.object, None)
    return Erasures(stories, dict(erasures.kept_proofs(connection)))


def report(connection: Connection, name: str, found: Erasures, at: datetime) -> VerificationReport:
    """Give the verdict on one erasure, step by step."""
    checks = tuple(
        Check(number, title, passed, meaning if passed else fault)
        for number, (title, passed, meaning, fault) in enumerate(
            _steps(connection, name, found), start=1
        )
    )
    failed = next((each for each in checks if not each.passed), None)
    return VerificationReport(
        verdict=Verdict.INVALID if failed else Verdict.VALID,
        reason=f"{failed.name}: {failed.detail}" if failed else _erased_on(found, name),
        sha256="",
        size=0,
        verified_at=at,
        trusted="",
        signatures=(),
        timestamps=(),
        checks=checks,
    )


def _erased_on(found: Erasures, name: str) -> str:
    event = found.stories[name].erased
    day = local_day(event.at).isoformat() if event else ""
    return _("erased on {day}").format(day=day)


def _steps(
    connection: Connection, name: str, found: Erasures
) -> Iterator[tuple[str, bool, str, str]]:
    """Give the steps: name, whether it holds, what that means, and what is wrong otherwise."""
    story = found.stories.get(name)
    event, proof = (story.erased if story else None), found.proofs.get(name, "")
    named = event.after.get("proof", "") if event else ""
    yield (
        _("Erasure in the log"),
        bool(proof) and named == digest_of(proof.encode()),
        _("the log tells of it, and names its Löschnachweis"),
        _("log and Löschnachweis contradict each other: it is lost, not erased"),
    )
    asked = story.asked if story else ()
    by_others = event is not None and any(who != event.actor for who in asked)
    yield (
        _("Two persons"),
        by_others and event is not None and event.after.get("asked-by", "") in asked,
        _("one asked for it, another one confirmed it"),
        _("the log does not tell that somebody else asked for it"),
    )
    is_back = story is not None and story.is_back
    yield (
        _("Nothing left"),
        is_back or not erasures.left_of(connection, name),
        _("no record and no history tells of it"),
        _("there are records of it still"),
    )
