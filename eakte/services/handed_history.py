"""The process history that is handed over: out of the history of records and the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.akten import Document, Vorgang
from eakte.domain.events import Action, Event
from eakte.domain.handover import Happened
from eakte.domain.history import Change, RecordKind, vorgang_key
from eakte.handover.words import ACTIONS, VALUES
from eakte.records import entries, history
from eakte.services.hidden_places import HiddenPlaces

_BEFORE_FILING = frozenset(
    {
        Action.RECEIVED,
        Action.CONVERTED,
        Action.PROPOSED,
        Action.CORRECTED,
        Action.FIRST_LOOK,
        Action.RELEASED,
        Action.DEADLINE_MET,
        Action.SEALED,
        Action.RENEWED,
    }
)
"""What only the log tells of a letter; from its filing on the history of records tells more."""


class Histories:
    """What happened to an Akte and to each record in it, also before it came there."""

    def __init__(
        self,
        connection: Connection,
        aktenzeichen: str,
        vorgaenge: Iterable[Vorgang],
        letters: tuple[Document, ...],
        scope: Scope,
    ) -> None:
        """Read it; `letters` are the documents of the Akte. Hidden Akten are not named."""
        self._places = HiddenPlaces(connection, scope)
        self._of = dict[str, list[Happened]]()
        self._add_log(connection, aktenzeichen, letters)
        named = [letter.id for letter in letters]
        self._add(connection, RecordKind.AKTE, aktenzeichen, aktenzeichen)
        for vorgang in vorgaenge:
            self._add(connection, RecordKind.VORGANG, vorgang_key(vorgang), vorgang_key(vorgang))
        for name in named:
            self._add(connection, RecordKind.DOCUMENT, name, name)
        for entry in entries.all_of_subjects(connection, [aktenzeichen, *named], scope):
            self._add(connection, RecordKind.ENTRY, entry.uuid, entry.subject)

    def _add(self, connection: Connection, kind: RecordKind, key: str, name: str) -> None:
        """Add every change of a record to what is told of `name`."""
        for change in history.of_record(connection, kind, key):
            self._of.setdefault(name, []).extend(_told(self._places.without_hidden(change)))

    def of(self, name: str) -> tuple[Happened, ...]:
        """Give the history of an Akte, a Vorgang (`AZ#number`) or a document, the oldest first."""
        return tuple(sorted(self._of.get(name, ()), key=lambda each: each.at))

    def _add_log(
        self, connection: Connection, aktenzeichen: str, letters: Iterable[Document]
    ) -> None:
        named = {letter.id: letter.id for letter in letters}
        received = dict[str, list[str]]()
        for letter in letters:
            received.setdefault(letter.scan, []).append(letter.id)
        known = frozenset((aktenzeichen, *named, *received))
        for event in log.of_objects(connection, known):
            if event.object == aktenzeichen and event.action is Action.EXPORTED:
                self._of.setdefault(aktenzeichen, []).append(_noted(event))
            elif event.action in _BEFORE_FILING:
                for name in received.get(event.object, [event.object]):
                    self._of.setdefault(name, []).append(_noted(event))


def _noted(event: Event) -> Happened:
    return Happened(ACTIONS[event.action], event.actor, event.at)


def _told(change: Change) -> Iterator[Happened]:
    """Give one step for every value that changed; a new record is one step."""
    action = ACTIONS.get(change.action, change.action.value)
    is_entry = change.kind is RecordKind.ENTRY
    hidden = {"subject"} if is_entry else set()  # there, it is the record that the entry hangs on
    pairs = {
        name: (change.before.get(name, ""), change.after[name])
        for name in VALUES
        if name in change.after and name not in hidden
    }
    told = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not told or (not is_entry and not any(change.before.values())):
        yield Happened(action, change.actor, change.at)
        return
    for name, (before, after) in told.items():
        yield Happened(action, change.actor, change.at, VALUES[name], before, after)
