"""Issue 5, point 3: no path leads to a seal without a release that the Schutzbedarf allows.

A state machine over a real database: letters of three kinds come from two stations in any order;
persons, rules and impostors release, correct and reject them, seals fail, time goes by. Then the
audit log alone is asked, by code of its own, whether every letter that was sent to be sealed had
what it needed, and whether every sample is the one that its recorded seed draws.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from eakte.audit import log
from eakte.audit.verify import verify
from eakte.database import Connection, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.events import Action, Event
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId, digest_of, document_id
from eakte.domain.letters import ClassDefinition, Classification, Extraction, Routing, Schutzbedarf
from eakte.domain.mail import Inspection, MediaType, PageKind, Scan, ScanState, SourcePage
from eakte.domain.pipelines import PipelineDefinition, ReleaseRule
from eakte.domain.quality import BatchState, QualitySettings
from eakte.domain.transfervermerk import Release, ReleaseKind
from eakte.errors import RefusedError
from eakte.pipeline import releasing, transitions
from eakte.pipeline.definition import Definitions
from eakte.pipeline.noted import Stated
from eakte.pipeline.submit import Submitter
from eakte.records import batches, documents, scans
from tests.tools import homes

_MORNING = datetime(2026, 10, 5, 8, tzinfo=UTC)
_NEEDS = {"rechnung": "normal", "mahnung": "normal", "kuendigung": "hoch", "vergabe": "sehr hoch"}
_LISTED = ("rechnung", "kuendigung", "vergabe")
"""The rule lists classes that no rule may release; only Schutzbedarf holds them back."""
_ROUTING = Routing("20.2-903.10/{year}-0001", "Sammelakte {year}", "20.2")
_RULE = ReleaseRule("standard", "7", "M. Brandt", 0.8, _LISTED, sample_rate=0.4)
_PEOPLE = ("A. Probst", "B. Yilmaz", "M. Brandt")
_ACCOUNTS = ("konto-1", "konto-2", "konto-3")
_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda name: f" {name.replace(' ', '')} ",
)
_PICKS = st.integers(0, 999)
_Kind = tuple[str | None, float, bool] | None
"""Class, confidence, whether there is a finding that holds it; None: never read."""
_LETTERS: st.SearchStrategy[_Kind] = st.sampled_from(
    [
        *[("rechnung", 0.95, False)] * 8,
        ("rechnung", 0.5, False),
        ("rechnung", 0.95, True),
        ("mahnung", 0.95, False),
        ("kuendigung", 0.95, False),
        *[("vergabe", 0.95, False)] * 3,
        (None, 0.95, False),
        None,
    ]
)


def _class(name: str, need: str) -> ClassDefinition:
    return ClassDefinition(name, name, "", Schutzbedarf(need), routing=_ROUTING)


_DEFINITIONS = Definitions(
    {"posteingang": PipelineDefinition("posteingang", "P", "deu", (), _RULE)},
    {name: _class(name, need) for name, need in _NEEDS.items()},
    digest_of(b""),
    QualitySettings(batch_letters=5),
)


class _Recording(Submitter):
    """Notes which release was sent to be sealed, and when: how many events the log had."""

    def __init__(self) -> None:
        self.sent: list[tuple[DocumentId, int]] = []

    def intake(self, connection: Connection, scan: Digest, attempt: int) -> None:
        pass

    def complete(self, connection: Connection, document: DocumentId, version: int) -> None:
        del version
        self.sent.append((document, log.head(connection)[0] - 1))


def _letter(scan: Scan, class_id: str | None, confidence: float, finding: bool) -> Document:
    return Document(
        id=document_id(scan.digest, 1),
        scan=scan.digest,
        part=1,
        pages=(1,),
        state=DocumentState.REVIEW,
        received_at=scan.received_at,
        classification=Classification(class_id, confidence),
        subject="",
        sender="",
        letter_date="",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(Finding(FindingCode.BLANK_PAGE, 1),) if finding else (),
        text=digest_of(b"text"),
        alto=digest_of(b"alto"),
        archive_copy=digest_of(b"pdf"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=scan.received_at,
    )


_PAGE = SourcePage(1, 595, 842, PageKind.PICTURE, 300, bitonal=False)
_INSPECTION = Inspection(MediaType.PDF, (_PAGE,))


class Releases(RuleBasedStateMachine):
    """Everything that anybody can do with letters between intake and seal."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp())
        self._before = homes.made()
        self.engine = homes.connected(self._folder)
        self.submitter = _Recording()
        self.now, self.number, self.judged = _MORNING, 0, 0
        self.definitions = _DEFINITIONS
        self.offered = dict[DocumentId, tuple[str | None, float, bool]]()

    def teardown(self) -> None:
        self._conclude(timedelta(hours=2))
        self._nothing_is_stuck()
        with self.engine.connect() as connection:
            assert verify(connection).intact
        self.engine.dispose()
        homes.drop_since(self._before)
        shutil.rmtree(self._folder)

    @initialize(seed=st.sampled_from(["", "fixed"]))
    def start(self, seed: str) -> None:
        quality = replace(_DEFINITIONS.quality, sample_seed=seed)
        self.definitions = replace(_DEFINITIONS, quality=quality)

    @rule(
        station=st.sampled_from(["poststelle", "kasse"]),
        letters=st.lists(_LETTERS, min_size=1, max_size=4),
    )
    def a_run_of_the_scanner(self, station: str, letters: list[_Kind]) -> None:
        """All files of a run are received before the first is read; perhaps one never is."""
        received = [self._receive(station) for _each in letters]
        for scan, kind in zip(received, letters, strict=True):
            if kind is not None:
                self._propose(scan, *kind)

    def _receive(self, station: str) -> Scan:
        self.number += 1
        name = f"{self.number}.pdf"
        scan = Scan(digest_of(name.encode()), name, station, "posteingang", 4, self.now)
        with transaction(self.engine) as connection:
            transitions.receive(connection, scan, self.submitter, "scanner")
        return scan

    def _propose(self, scan: Scan, class_id: str | None, confidence: float, finding: bool) -> None:
        letter = _letter(scan, class_id, confidence, finding)
        self.offered[letter.id] = (class_id, confidence, finding)
        with transaction(self.engine) as connection:
            transitions.propose(
                connection, scan.digest, _INSPECTION, (letter,),
                self.definitions, self.submitter, self.now,
            )  # fmt: skip

    @rule(pick=_PICKS)
    def put_aside(self, pick: int) -> None:
        with transaction(self.engine) as connection:
            waiting = scans.in_state(connection, ScanState.RECEIVED)
            if waiting:
                bad = waiting[pick % len(waiting)].scan.digest
                transitions.quarantine(connection, bad, Finding(FindingCode.DAMAGED), self.now)

    @rule(
        person=st.integers(0, 2),
        account=st.integers(0, 2),
        spelling=st.sampled_from(_SPELLINGS),
        pick=_PICKS,
    )
    def person_releases(
        self, person: int, account: int, spelling: Callable[[str], str], pick: int
    ) -> None:
        name = spelling(_PEOPLE[person])
        self._decide(pick, Release(ReleaseKind.PERSON, name, "", self.now, _ACCOUNTS[account]))

    @rule(person=st.integers(0, 2), account=st.integers(0, 2))
    def person_works_through(self, person: int, account: int) -> None:
        """A person releases whatever waits and may be released so."""
        decision = Release(ReleaseKind.PERSON, _PEOPLE[person], "", self.now, _ACCOUNTS[account])
        with self.engine.connect() as connection:
            waiting = documents.in_state(connection, DocumentState.REVIEW)
        for letter in waiting:
            self._try(letter.id, self._release(decision))

    @rule(owner=st.booleans(), pick=_PICKS)
    def somebody_calls_it_a_rule(self, owner: bool, pick: int) -> None:
        name = _RULE.owner if owner else "A. Probst"
        decision = Release(ReleaseKind.RULE, name, "standard 7", self.now, "eakte")
        self._with_any(pick, self._release(decision), DocumentState.HELD)

    @rule(
        class_id=st.sampled_from(list(_NEEDS)),
        wording=st.booleans(),
        account=st.integers(0, 2),
        pick=_PICKS,
    )
    def correct(self, class_id: str, wording: bool, account: int, pick: int) -> None:
        self._with_any(pick, self._correction(class_id, account, wording=wording))

    @rule(account=st.integers(0, 2), pick=_PICKS)
    def one_clerk_lowers_and_releases(self, account: int, pick: int) -> None:
        """A letter is called one that needs less, in a step of its own, and then released."""
        with self.engine.connect() as connection:
            waiting = documents.in_state(connection, DocumentState.REVIEW)
        strict = [
            each for each in waiting if _NEEDS.get(str(each.classification.class_id)) != "normal"
        ]
        if strict:
            name = strict[pick % len(strict)].id
            person, who = _PEOPLE[account], _ACCOUNTS[account]
            self._try(name, self._correction("rechnung", account, wording=False))
            decision = Release(ReleaseKind.PERSON, person, "", self.now, who)
            self._try(name, self._release(decision))

    def _correction(
        self, class_id: str, account: int, *, wording: bool
    ) -> Callable[[Connection, Document], None]:
        def change(connection: Connection, letter: Document) -> None:
            better = replace(letter, subject="besser")
            if not wording:
                right = Classification(class_id, 1.0)
                better = replace(better, classification=right, aktenzeichen="20.2-903.10/2026-0001")
            transitions.correct(
                connection, letter, better, _ACCOUNTS[account], self.now,
                (("subject",), Digest("0" * 64)), self.definitions,
            )  # fmt: skip

        return change

    @rule(pick=_PICKS)
    def reject(self, pick: int) -> None:
        self._with_any(
            pick,
            lambda connection, letter: transitions.reject(
                connection, letter, Stated("Werbung", Digest("0" * 64)), "konto-1", self.now
            ),
        )

    @rule(pick=_PICKS)
    def seal_fails(self, pick: int) -> None:
        self._with_any(
            pick,
            lambda connection, letter: transitions.refuse_seal(
                connection, letter.id, "no answer", self.now
            ),
        )

    @rule(minutes=st.sampled_from([1, 10, 61]))
    def time_goes_by(self, minutes: int) -> None:
        self._conclude(timedelta(minutes=minutes))

    @invariant()
    def the_log_tells_of_nothing_forbidden(self) -> None:
        """Judge what was sent to be sealed, and what was drawn, since the last step."""
        with self.engine.connect() as connection:
            if log.head(connection)[0] == self.judged:
                return
            events = [event for _n, event in reversed(log.latest(connection, 100_000))]
            for document, position in self.submitter.sent:
                if position >= self.judged:
                    _judge(document, events[: position + 1], self.offered[document])
            for number, event in enumerate(events):
                if event.action is Action.BATCH_DRAWN and number >= self.judged:
                    _judge_draw(connection, events[:number], event)
        self.judged = len(events)

    @precondition(lambda self: self.offered)
    @invariant()
    def a_held_letter_waits_for_something(self) -> None:
        with self.engine.connect() as connection:
            for letter in documents.in_state(connection, DocumentState.HELD):
                batch = batches.get(connection, letter.batch)
                of_batch = documents.of_batch(connection, batch.id)
                drawn = [each for each in of_batch if each.sampled]
                waits = [each for each in drawn if each.state is DocumentState.REVIEW]
                assert batch.state is BatchState.OPEN or waits, (batch, letter.id)

    def _decide(self, pick: int, decision: Release) -> None:
        self._with_any(pick, self._release(decision))

    def _release(self, decision: Release) -> Callable[[Connection, Document], None]:
        def act(connection: Connection, letter: Document) -> None:
            station = scans.get(connection, letter.scan).scan.station
            transitions.release(
                connection, letter, decision, self.submitter, station, self.definitions
            )

        return act

    def _with_any(
        self,
        pick: int,
        act: Callable[[Connection, Document], None],
        mostly: DocumentState = DocumentState.REVIEW,
    ) -> None:
        """Try something with any letter, mostly one in a certain state."""
        states = tuple(DocumentState) if pick % 5 == 0 else (mostly,)
        with self.engine.connect() as connection:
            letters = [each for state in states for each in documents.in_state(connection, state)]
        if letters:
            self._try(letters[pick % len(letters)].id, act)

    def _try(self, letter: DocumentId, act: Callable[[Connection, Document], None]) -> None:
        """Do something; a refusal undoes all of it."""
        sent = list(self.submitter.sent)
        try:
            with transaction(self.engine) as connection:
                act(connection, documents.get(connection, letter))
        except RefusedError:
            self.submitter.sent = sent

    def _conclude(self, later: timedelta) -> None:
        self.now += later
        with transaction(self.engine) as connection:
            for batch in releasing.to_conclude(connection, self.definitions, self.now):
                name = batch.id
                releasing.conclude(connection, name, self.submitter, self.definitions, self.now)

    def _nothing_is_stuck(self) -> None:
        """After hours, only samples that nobody looked at hold anything up."""
        with self.engine.connect() as connection:
            states = {each.state for each in batches.every(connection)}
        assert BatchState.OPEN not in states


def _judge(
    document: DocumentId, events: list[Event], offered: tuple[str | None, float, bool]
) -> None:
    """Hold a release against the log up to it: its last event is that release."""
    own = [event for event in events if event.object == document]
    released, class_id = own[-1], str(_last(own, "class"))
    assert released.action is Action.RELEASED
    need = _NEEDS[class_id]
    if need == "sehr hoch":
        reset = [n for n, each in enumerate(own) if each.action is not Action.FIRST_LOOK][:-1]
        looks = own[max(reset) + 1 : -1]
        assert looks, "nobody looked before"
        assert looks[-1].actor != released.actor
        names = {_plain(each.after["person"]) for each in (looks[-1], released)}
        assert len(names) == 2, names
    if released.actor in _who_lowered(own):
        looks = [each for each in own if each.action is Action.FIRST_LOOK]
        assert released.after["first"], "who lowered the Schutzbedarf released it alone"
        assert looks[-1].actor != released.actor
    if need != "normal":
        assert released.after["kind"] == "person"
    if released.after["kind"] == "rule":
        _judge_rule(document, events, released, offered)


def _who_lowered(own: list[Event]) -> set[str]:
    """Give the accounts that led a letter to a class that needs less than the one before."""
    order = list(dict.fromkeys(_NEEDS.values()))
    return {
        each.actor
        for each in own
        if each.action is Action.CORRECTED and each.before["class"] in _NEEDS
        if order.index(_NEEDS[each.after["class"]]) < order.index(_NEEDS[each.before["class"]])
    }


def _judge_rule(
    document: DocumentId,
    events: list[Event],
    released: Event,
    offered: tuple[str | None, float, bool],
) -> None:
    class_id, confidence, finding = offered
    assert class_id in _LISTED
    assert (confidence, finding) == (0.95, False)
    assert (released.after["person"], released.after["rule"]) == ("M. Brandt", "standard 7")
    assert released.after["first"] == ""
    touched = {Action.CORRECTED, Action.REJECTED, Action.SEAL_REFUSED}
    assert not [each for each in events if each.object == document and each.action in touched]
    of_batch = [each for each in events if each.object == released.after["batch"]]
    assert [each.action for each in of_batch] == [
        Action.BATCH_SEEDED,
        Action.BATCH_DRAWN,
        Action.BATCH_PASSED,
    ]
    assert document in of_batch[0].after["candidates"]
    drawn = [name for name in of_batch[1].after["drawn"].split(",") if name]
    assert document not in drawn
    for name in drawn:
        looked = [each for each in events if each.object == name]
        by_person = [
            each
            for each in looked
            if each.action is Action.RELEASED and each.after["kind"] == "person"
        ]
        assert by_person, f"nobody looked at {name}"


def _judge_draw(connection: Connection, before: list[Event], drawn: Event) -> None:
    """Repeat a draw with nothing but SHA-256; its seed was logged before it."""
    seeded = before[-1]
    assert (seeded.action, seeded.object) == (Action.BATCH_SEEDED, drawn.object)
    if seeded.after["origin"] != "settings":
        assert seeded.after["origin"] == f"log:{len(before) - 1}"
        assert seeded.after["seed"] == log.root_at(connection, len(before) - 1)
    expected = []
    for candidate in seeded.after["candidates"].split(","):
        name, rate = candidate.split(":")
        digest = hashlib.sha256(f"{seeded.after['seed']}/{name}".encode()).hexdigest()
        if int(digest[:16], 16) / 2**64 < float(rate):
            expected.append(name)
    assert drawn.after["drawn"] == ",".join(sorted(expected))
    letters = documents.of_batch(connection, drawn.object)
    assert sorted(each.id for each in letters if each.sampled) == sorted(expected)


def _last(events: list[Event], key: str) -> str | None:
    said = [event.after[key] for event in events if key in event.after]
    return said[-1] if said else None


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


TestReleases = Releases.TestCase
TestReleases.settings = settings(
    max_examples=120 if os.environ.get("PROPERTY_FULL") else 12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
