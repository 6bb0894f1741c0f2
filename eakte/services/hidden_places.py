"""Changes of records without the names of Akten that the reader may not see."""

from __future__ import annotations

from dataclasses import replace

from eakte.database import Connection
from eakte.domain.access import Scope
from eakte.domain.history import Change, State
from eakte.records import akten


class HiddenPlaces:
    """Which of the Akten that changes name a scope may see."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        """Ask the database for each name once."""
        self._connection, self._scope = connection, scope
        self._seen = {"": True}

    def without_hidden(self, change: Change) -> Change:
        """Take the names of Akten out of a change (of a move, mostly) that may not be seen."""
        if self._scope.everything:
            return change
        return replace(
            change,
            akte=change.akte if self._sees(change.akte) else "",
            left_akte=change.left_akte if self._sees(change.left_akte) else "",
            before=self._blanked(change.before),
            after=self._blanked(change.after),
        )

    def _blanked(self, values: State) -> State:
        """Give values of a record, its Vorgang (`AZ#number`) empty if it lies in a hidden Akte."""
        if self._sees(values.get("vorgang", "").partition("#")[0]):
            return values
        return {**values, "vorgang": ""}

    def _sees(self, name: str) -> bool:
        if name not in self._seen:
            found = akten.find(self._connection, name, self._scope)
            self._seen[name] = found is not None
        return self._seen[name]
