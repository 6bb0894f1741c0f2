"""What comes together is taken together; crashes between any two steps; many files at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from eakte.domain.codec import from_json
from eakte.domain.events import Action
from eakte.domain.mail import Delivery, EnclosureRole
from eakte.errors import NotFoundError
from eakte.inbox import places
from eakte.pipeline import transitions
from eakte.pipeline.context import Context
from eakte.records import scans
from eakte.records.scans import ScanRecord
from eakte.services import auditing, intake, overview, taking
from eakte.services.intake import Intake
from eakte.services.sources import Inboxes
from eakte.services.submitting import Outcome, submit


@pytest.fixture
def inbox(context: Context) -> Path:
    return context.home.root / "inbox" / "poststelle"


def _rounds(context: Context, count: int = 4) -> Intake:
    made = Intake(context, Inboxes(context.home))
    left = 1
    for _round in range(count):
        left = made.round()
    made.stop()
    assert left == 0
    return made


def _records(context: Context) -> dict[str, ScanRecord]:
    with context.engine.connect() as connection:
        return {each.scan.name: each for each in scans.every(connection)}


def _roles(context: Context, record: ScanRecord) -> dict[str, EnclosureRole]:
    with context.engine.connect() as connection:
        found = scans.enclosures_of(connection, record.scan.digest)
    return {each.name: each.role for each in found}


def _actions(context: Context) -> list[Action]:
    return [event.action for _n, event in auditing.latest(context, 9999, "")]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _deliver(folder: Path) -> Path:
    (folder / "anlagen").mkdir(parents=True)
    for name in ("vhn.xml", "brief.pdf", "anlagen/1.pdf"):
        (folder / name).write_text(name)
    return folder


def test_a_file_and_its_signature_are_one_arrival(context: Context, inbox: Path) -> None:
    """Demand 3."""
    (inbox / "a.pdf").write_bytes(b"A")
    (inbox / "a.pdf.p7s").write_bytes(b"signature")
    (inbox / "alone.p7s").write_bytes(b"lonely")
    _rounds(context)
    records = _records(context)
    assert set(records) == {"a.pdf", "alone.p7s"}
    assert _roles(context, records["a.pdf"]) == {"a.pdf.p7s": EnclosureRole.SIGNATURE}
    assert _actions(context).count(Action.RECEIVED) == 2
    assert _files(inbox) == []
    lines = {line.file: line for line in overview.lines(context)}
    assert set(lines) == {"a.pdf", "a.pdf.p7s", "alone.p7s"}
    assert (lines["a.pdf.p7s"].state, "a.pdf" in lines["a.pdf.p7s"].same_as) == ("enclosed", True)


def test_a_delivery_folder_is_one_arrival(context: Context, inbox: Path) -> None:
    _deliver(inbox / "sendung")
    _rounds(context)
    record = _records(context)["sendung"]
    assert record.scan.size == len("vhn.xmlbrief.pdfanlagen/1.pdf")
    manifest = from_json(Delivery, context.store.get(record.scan.digest))
    contents = {member.name: context.store.get(member.digest) for member in manifest.members}
    assert contents == {name: name.encode() for name in ("vhn.xml", "brief.pdf", "anlagen/1.pdf")}
    assert set(_roles(context, record)) == set(contents)
    assert [path.name for path in inbox.iterdir()] == [".taken"]
    assert list((inbox / ".taken").iterdir()) == []


@pytest.mark.parametrize("late", ["a.pdf", "a.pdf.p7s", "sendung/brief.pdf"])
def test_a_unit_that_changed_after_it_was_taken_is_a_new_version(
    context: Context, inbox: Path, late: str
) -> None:
    """Demand 6."""
    (inbox / "a.pdf").write_bytes(b"A")
    (inbox / "a.pdf.p7s").write_bytes(b"signature")
    _deliver(inbox / "sendung")
    patient = Intake(context, Inboxes(context.home))
    patient._settings = patient._settings.model_copy(update={"grace_seconds": 3600.0})
    assert patient.round() == 2
    patient.stop()
    (taken,) = (inbox / ".taken").glob(f"*/{late}")
    with taken.open("ab") as writer:
        writer.write(b" more")
    _rounds(context)
    assert Action.INCIDENT in _actions(context)
    with context.engine.connect() as connection:
        digests = {each.scan.digest for each in scans.every(connection)}
        kept = [*digests, *(e.digest for d in digests for e in scans.enclosures_of(connection, d))]
    assert any(context.store.get(digest).endswith(b" more") for digest in kept)
    assert _files(inbox) == []


def _crash(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool) -> None:
    """Let a function end the round as a kill would: before its work, or just after it."""
    function: Callable[..., object] = getattr(owner, name)

    def dying(*args: object, **options: object) -> object:
        if after:
            function(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, dying)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (places, "set_aside"),
        (taking, "keep"),
        (places, "sync_taken"),
        (transitions, "receive"),
        (places, "mark_recorded"),
        (places, "let_go"),
        (places, "unit_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    context: Context,
    inbox: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    step: str,
    after: bool,
) -> None:
    """Demands 1, 5: each unit is recorded once, whole, and noted once."""
    (inbox / "a.pdf").write_bytes(b"A")
    (inbox / "a.pdf.p7s").write_bytes(b"signature")
    (inbox / "b.pdf").write_bytes(b"B")
    _deliver(inbox / "sendung")
    with monkeypatch.context() as patch:
        _crash(patch, owner, step, after=after)
        with pytest.raises(KeyboardInterrupt):
            _rounds(context)
    _rounds(context)
    records = _records(context)
    assert set(records) == {"a.pdf", "b.pdf", "sendung"}
    assert set(_roles(context, records["a.pdf"])) == {"a.pdf.p7s"}
    assert set(_roles(context, records["sendung"])) == {"vhn.xml", "brief.pdf", "anlagen/1.pdf"}
    actions = _actions(context)
    assert (actions.count(Action.RECEIVED), actions.count(Action.RECEIVED_AGAIN)) == (3, 0)
    assert Action.INCIDENT not in actions
    assert _files(inbox) == []


def test_a_crash_between_the_moves_of_a_pair_does_not_part_it(
    context: Context, inbox: Path
) -> None:
    """Demand 1."""
    place = inbox / ".taken" / "0123456789abcdef"
    place.mkdir(parents=True)
    (place / "a.pdf").write_bytes(b"A")
    (inbox / "a.pdf.p7s").write_bytes(b"signature")
    made = Intake(context, Inboxes(context.home))
    taking.Taking(
        context, made._submitter, context.home.settings.inboxes[0], made.troubles
    ).recover(places.places(inbox))
    records = _records(context)
    assert set(_roles(context, records["a.pdf"])) == {"a.pdf.p7s"}


def test_a_bad_file_of_a_batch_does_not_hold_the_others_up(
    context: Context, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 52: the transaction of the batch fails, then each file has its own."""
    receive = transitions.receive

    def refusing(connection: object, scan: object, *rest: object) -> bool:
        if scan.name == "b.pdf":  # type: ignore[attr-defined]
            raise ValueError("no")
        return receive(connection, scan, *rest)  # type: ignore[arg-type]

    for name in "abc":
        (inbox / f"{name}.pdf").write_text(name)
    with monkeypatch.context() as patch:
        patch.setattr(transitions, "receive", refusing)
        made = _rounds(context)
        assert set(_records(context)) == {"a.pdf", "c.pdf"}
        assert len(made.troubles) == 1
    _rounds(context)
    assert set(_records(context)) == {"a.pdf", "b.pdf", "c.pdf"}
    assert _actions(context).count(Action.RECEIVED_AGAIN) == 0


def test_a_burst_is_recorded_in_order_of_arrival(
    context: Context, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 53, and issue 3: 300 files at once; the benchmark drops 5,000."""
    monkeypatch.setattr(intake, "_BATCH", 64)
    names = [f"{number * 7919 % 300:03}.pdf" for number in range(300)]
    for age, name in enumerate(names):
        (inbox / name).write_text(name)
        os.utime(inbox / name, (1_000_000 + age, 1_000_000 + age))
    _rounds(context, 12)
    with context.engine.connect() as connection:
        receipts = scans.receipts(connection)
    assert [receipt.name for receipt in receipts] == names
    times = [receipt.received_at for receipt in receipts]
    assert times == sorted(times)
    assert _actions(context).count(Action.RECEIVED) == 300
    assert auditing.verify(context).intact
    assert _files(inbox) == []


def test_the_same_bytes_twice_at_once_are_one_record(context: Context, inbox: Path) -> None:
    """Demand 16."""
    (inbox / "a.pdf").write_bytes(b"same")
    (inbox / "b.pdf").write_bytes(b"same")
    _rounds(context)
    assert set(_records(context)) == {"a.pdf"}
    actions = _actions(context)
    assert (actions.count(Action.RECEIVED), actions.count(Action.RECEIVED_AGAIN)) == (1, 1)
    assert {line.file for line in overview.lines(context)} == {"a.pdf", "b.pdf"}


def test_units_can_be_submitted(context: Context, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = _deliver(outside / "sendung")
    letter, signature = outside / "a.pdf", outside / "a.p7s"
    letter.write_bytes(b"A")
    signature.write_bytes(b"signature")
    outcomes = submit(context, (letter, signature, folder), "")
    assert outcomes == {letter: Outcome.TAKEN, folder: Outcome.TAKEN}
    assert submit(context, (letter,), "") == {letter: Outcome.TAKEN_AGAIN}
    records = _records(context)
    assert set(_roles(context, records["a.pdf"])) == {"a.p7s"}
    assert len(_files(outside)) == 5
    with pytest.raises(NotFoundError):
        submit(context, (outside,), "")


def test_a_scan_is_dated_when_it_is_recorded(context: Context, inbox: Path) -> None:
    """Demand 38: the date of receipt is the intake time, whatever the file's own says."""
    (inbox / "a.pdf").write_bytes(b"A")
    os.utime(inbox / "a.pdf", (1, 1))
    _rounds(context)
    received = _records(context)["a.pdf"].scan.received_at
    assert abs(context.clock.now() - received) < timedelta(minutes=5)
