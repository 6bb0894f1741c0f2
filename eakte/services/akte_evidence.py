"""Whether an Akte is what its history says: every version is there, and leads to the present one.

Steps, for the Akte, its Vorgänge, the documents filed in it, and what hangs on them:
1. every version that the audit log tells of is in the history, unchanged, and no other one;
2. the versions of each record follow each other from its beginning;
3. the last version is what the record is now;
4. every document lies in one Vorgang, of the Akte that the record names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.history import (
    Change,
    RecordKind,
    State,
    replay,
    state_of_akte,
    state_of_document,
    state_of_entry,
    state_of_vorgang,
    vorgang_key,
)
from eakte.domain.verification import Check, Verdict, VerificationReport
from eakte.i18n import _
from eakte.pipeline.keeping import COMMITMENT
from eakte.records import akten, documents, entries, history

_Key = tuple[str, str]
"""Kind and key of a record."""
Logged = Mapping[_Key, Mapping[str, str]]
"""By record: the commitments of its versions, by the name of the version."""
Logbook = tuple[Logged, Mapping[str, set[_Key]]]
"""What the log tells of all records, and the records that were in each Akte."""


def logged(connection: Connection) -> Logbook:
    """Give what the audit log tells of all records, and the records that were in each Akte."""
    told, of_akte = dict[_Key, dict[str, str]](), dict[str, set[_Key]]()
    for event in log.naming(connection, COMMITMENT):
        name = event.after["record"]
        kind, _colon, rest = name.partition(":")
        key = (kind, rest.rpartition(":")[0])
        told.setdefault(key, {})[name] = event.after[COMMITMENT]
        of_akte.setdefault(event.after["akte"], set()).add(key)
    return told, of_akte


def akten_of(known: Logbook) -> set[str]:
    """Give the Aktenzeichen of all Akten that were ever opened, by the log."""
    told, _of_akte = known
    return {name for kind, name in told if kind == RecordKind.AKTE.value}


def report(
    connection: Connection,
    aktenzeichen: str,
    known: Logbook,
    at: datetime,
    *,
    telling: bool = True,
) -> VerificationReport:
    """Give the verdict on an Akte, step by step; `known` is what `logged` gave.

    `telling`: the reader may see all that is in it, and hears which records are wrong.
    """
    checks = tuple(
        Check(number, name, not faults, _detail(faults, telling=telling) or meaning)
        for number, (name, faults, meaning) in enumerate(
            _steps(connection, aktenzeichen, known), start=1
        )
    )
    failed = next((each for each in checks if not each.passed), None)
    return VerificationReport(
        verdict=Verdict.INVALID if failed else Verdict.VALID,
        reason=f"{failed.name}: {failed.detail}" if failed else "",
        sha256="",
        size=0,
        verified_at=at,
        trusted="",
        signatures=(),
        timestamps=(),
        checks=checks,
    )


def _detail(faults: list[str], *, telling: bool) -> str:
    return "; ".join(sorted(faults)) if telling or not faults else _("an auditor sees what")


def _steps(
    connection: Connection,
    aktenzeichen: str,
    known: Logbook,
) -> Iterator[tuple[str, list[str], str]]:
    """Give the steps: name, what contradicts it, and what it means that nothing does."""
    told, of_akte = known
    present = dict(_present(connection, aktenzeichen))
    rows = history.of_akte(connection, aktenzeichen)
    keys = {(each.kind.value, each.key) for each in rows}.union(
        present, of_akte.get(aktenzeichen, ())
    )
    stories = {key: history.of_record(connection, RecordKind(key[0]), key[1]) for key in keys}
    replayed = {key: replay(story) for key, story in stories.items()}
    unlogged = [key[1] for key in keys if _commitments(stories[key]) != told.get(key, {})]
    yield _("History in the log"), unlogged, _("the log names each version, and no other")
    broken = [key[1] for key in keys if replayed[key] is None]
    yield _("Versions"), broken, _("they follow each other from the beginning")
    subjects = {aktenzeichen, *(key[1] for key in present)}
    differs = [
        key[1]
        for key in keys
        if _said(replayed[key] or {}) != _said(present.get(key, {}))
        if key in present or _belongs_here(key, replayed[key] or {}, aktenzeichen, subjects)
    ]
    yield _("Present state"), differs, _("it is what the history leads to")
    astray = list(_astray(connection, aktenzeichen))
    yield _("Places"), astray, _("every document lies in exactly one Vorgang")


def _said(state: State) -> dict[str, str]:
    """Leave out what is empty: that a value was never given is not in the history."""
    return {name: value for name, value in state.items() if value}


def _commitments(story: Iterable[Change]) -> dict[str, str]:
    return {each.name: each.commitment() for each in story}


def _belongs_here(key: _Key, state: State, aktenzeichen: str, subjects: set[str]) -> bool:
    """Tell whether a record that is not in an Akte should be, by its history."""
    kind, name = key
    if kind == RecordKind.ENTRY.value:
        return state.get("subject", aktenzeichen) in subjects
    place = state.get("vorgang", "") if kind == RecordKind.DOCUMENT.value else name
    return place.partition("#")[0] == aktenzeichen


def _present(connection: Connection, aktenzeichen: str) -> Iterator[tuple[_Key, State]]:
    """Give what is in an Akte now."""
    akte = akten.get(connection, aktenzeichen)
    yield (RecordKind.AKTE.value, aktenzeichen), state_of_akte(akte)
    vorgaenge = {each.id: each for each in akten.vorgaenge(connection, aktenzeichen)}
    for vorgang in vorgaenge.values():
        yield (RecordKind.VORGANG.value, vorgang_key(vorgang)), state_of_vorgang(vorgang)
    letters = documents.of_akte(connection, aktenzeichen)
    for letter in letters:
        if letter.vorgang_id in vorgaenge:
            state = state_of_document(letter, vorgaenge[letter.vorgang_id])
            yield (RecordKind.DOCUMENT.value, letter.id), state
    for entry in entries.all_of_subjects(
        connection, [aktenzeichen, *(each.id for each in letters)]
    ):
        yield (RecordKind.ENTRY.value, entry.uuid), state_of_entry(entry)


def _astray(connection: Connection, aktenzeichen: str) -> Iterator[str]:
    """Give the documents whose Vorgang and Akte do not agree."""
    vorgaenge = {each.id for each in akten.vorgaenge(connection, aktenzeichen)}
    filed = {each.id: each for each in documents.of_akte(connection, aktenzeichen)}
    inside = (each for id_ in vorgaenge for each in documents.of_vorgang(connection, id_))
    for letter in {**filed, **{each.id: each for each in inside}}.values():
        if letter.id not in filed or letter.vorgang_id not in vorgaenge:
            yield letter.id
