"""Whether an Akte is what its history says: every version is there, and leads to the present one.

Steps, for the Akte, its Vorgänge, the documents filed in it, and what hangs on them:
1. every version that the audit log tells of is in the history, unchanged, and no other one;
2. the versions of each record follow each other from its beginning;
3. the last version is what the record is now;
4. every document lies in one Vorgang, of the Akte that the record names;
5. and 6. it is what its manifests say (`manifest_checks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from eakte.audit import log
from eakte.database import Connection
from eakte.domain.blobs import BlobStore
from eakte.domain.events import Action
from eakte.domain.history import Change, RecordKind, State, replay
from eakte.domain.verification import Check, Verdict, VerificationReport
from eakte.i18n import _
from eakte.pipeline.erasing import ERASED
from eakte.pipeline.keeping import COMMITMENT
from eakte.records import akten, documents, history
from eakte.services import manifest_checks
from eakte.services.akte_content import Key, content, present
from eakte.services.manifest_checks import Step, Told

Logged = Mapping[Key, Mapping[str, str]]
"""By record: the commitments of its versions, by the name of the version."""


@dataclass(frozen=True)
class Logbook:
    """What the log tells of all Akten."""

    told: Logged
    of_akte: Mapping[str, set[Key]]
    """The records that were in each Akte."""
    manifests: Mapping[str, Sequence[tuple[int, str]]]
    """Number and digest of the manifests of each Akte, in order."""
    erased: AbstractSet[str] = frozenset()
    """Records that were erased, as `<kind>:<key>`."""


def logged(connection: Connection) -> Logbook:
    """Give what the audit log tells of all records, and the records that were in each Akte.

    What was erased is left out: `eakte.services.erasure_evidence` judges that.
    """
    told, of_akte, erased = dict[Key, dict[str, str]](), dict[str, set[Key]](), set[str]()
    for event in log.naming(connection, COMMITMENT, ERASED):
        if event.action is Action.ERASED:
            for record in event.after[ERASED].split(","):
                kind, _colon, gone = record.partition(":")
                told.pop((kind, gone), None)
                erased.add(record)
            continue
        name = event.after["record"]
        kind, _colon, rest = name.partition(":")
        key = (kind, rest.rpartition(":")[0])
        told.setdefault(key, {})[name] = event.after[COMMITMENT]
        of_akte.setdefault(event.after["akte"], set()).add(key)
    manifests = dict[str, list[tuple[int, str]]]()
    for event in log.of_action(connection, Action.MANIFEST_MADE):
        number = int(event.after["number"])
        manifests.setdefault(event.object, []).append((number, event.after["sha256"]))
    left = {akte: keys & told.keys() for akte, keys in of_akte.items()}
    return Logbook(told, left, manifests, erased)


def akten_of(known: Logbook) -> set[str]:
    """Give the Aktenzeichen of all Akten that were ever opened, by the log."""
    return {name for kind, name in known.told if kind == RecordKind.AKTE.value}


def report(
    store: BlobStore,
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
            _steps(store, connection, aktenzeichen, known), start=1
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
    store: BlobStore, connection: Connection, aktenzeichen: str, known: Logbook
) -> Iterator[Step]:
    told, here = known.told, dict(present(connection, aktenzeichen))
    rows = history.of_akte(connection, aktenzeichen)
    keys = {(each.kind.value, each.key) for each in rows}.union(
        here, known.of_akte.get(aktenzeichen, ())
    )
    stories = {key: history.of_record(connection, RecordKind(key[0]), key[1]) for key in keys}
    replayed = {key: replay(story) for key, story in stories.items()}
    unlogged = [key[1] for key in keys if _commitments(stories[key]) != told.get(key, {})]
    yield _("History in the log"), unlogged, _("the log names each version, and no other")
    broken = [key[1] for key in keys if replayed[key] is None]
    yield _("Versions"), broken, _("they follow each other from the beginning")
    subjects = {aktenzeichen, *(key[1] for key in here)}
    differs = [
        key[1]
        for key in keys
        if _said(replayed[key] or {}) != _said(here.get(key, {}))
        if key in here or _belongs_here(key, replayed[key] or {}, aktenzeichen, subjects)
    ]
    yield _("Present state"), differs, _("it is what the history leads to")
    astray = list(_astray(connection, aktenzeichen))
    yield _("Places"), astray, _("every document lies in exactly one Vorgang")
    of_log = Told(known.manifests.get(aktenzeichen, ()), known.erased)
    now = content(connection, aktenzeichen)
    yield from manifest_checks.steps(store, connection, of_log, now)


def _said(state: State) -> dict[str, str]:
    """Leave out what is empty: that a value was never given is not in the history."""
    return {name: value for name, value in state.items() if value}


def _commitments(story: Iterable[Change]) -> dict[str, str]:
    return {each.name: each.commitment() for each in story}


def _belongs_here(key: Key, state: State, aktenzeichen: str, subjects: set[str]) -> bool:
    """Tell whether a record that is not in an Akte should be, by its history."""
    kind, name = key
    if kind == RecordKind.ENTRY.value:
        return state.get("subject", aktenzeichen) in subjects
    place = state.get("vorgang", "") if kind == RecordKind.DOCUMENT.value else name
    return place.partition("#")[0] == aktenzeichen


def _astray(connection: Connection, aktenzeichen: str) -> Iterator[str]:
    """Give the documents whose Vorgang and Akte do not agree."""
    vorgaenge = {each.id for each in akten.vorgaenge(connection, aktenzeichen)}
    filed = {each.id: each for each in documents.of_akte(connection, aktenzeichen)}
    inside = (each for id_ in vorgaenge for each in documents.of_vorgang(connection, id_))
    for letter in {**filed, **{each.id: each for each in inside}}.values():
        if letter.id not in filed or letter.vorgang_id not in vorgaenge:
            yield letter.id
