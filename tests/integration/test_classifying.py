"""The classifier learns from what persons confirmed, and from nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from eakte.audit import log
from eakte.audit.verify import verify
from eakte.classify.base import write_base
from eakte.classify.evidence import TARGET
from eakte.classify.model import Model
from eakte.classify.training import Example
from eakte.cli.app import program
from eakte.database import transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.codec import to_json
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, digest_of, document_id
from eakte.domain.letters import Classification, Extraction
from eakte.domain.mail import Scan
from eakte.domain.text import RecognisedPage
from eakte.domain.transfervermerk import Release, ReleaseKind
from eakte.errors import ExitCode, ModelRefusedError, RefusedError
from eakte.pipeline import casework
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.live_model import LiveModel
from eakte.records import documents, scans
from eakte.services import classifying, repair
from sample_mail.train_model import examples

_CIRCUS = ("Zirkus", "Manege", "Elefant", "Trapez", "Artist", "Zelt", "Clown", "Pferd")
_SAID = "Zirkus Manege Elefant Trapez Artist Zelt Clown"
_GARDEN = ("Tulpe", "Spaten", "Beet", "Rose", "Kompost", "Hecke", "Rasen", "Apfelbaum")


@pytest.fixture
def desk(context: Context) -> Context:
    """A home with few base letters: a training takes a second."""
    write_base(examples(2), context.home.pipelines / "model")
    with transaction(context.engine) as connection:
        akte = Akte("10.0-022.40/2026-0001", "Beschwerden", "Amt", context.clock.now())
        casework.open_akte(connection, akte, "test")
    return context


def letters(
    class_id: str, words: Sequence[str], count: int, prefix: str = "Absender"
) -> Iterator[Example]:
    """Letters that only a city knows: each of another sender."""
    rng = random.Random(class_id)
    for number in range(count):
        text = " ".join(rng.sample(words, 6))
        yield Example(f"Stadt Neuenfurt\n{text}\n{text}", class_id, f"{prefix} {number}")


def confirm(
    desk: Desk, given: Sequence[Example], kind: ReleaseKind = ReleaseKind.PERSON
) -> tuple[Document, ...]:
    """Put letters into the records as released and filed."""
    made = []
    now = desk.clock.now()
    with transaction(desk.engine) as connection:
        for number, each in enumerate(given):
            name = f"{each.class_id} {each.group} {number} {kind}"
            digest = digest_of(name.encode())
            if number == 0:
                scans.receive(connection, Scan(digest, name, "s", "posteingang", 4, now))
                scan = digest
            page = RecognisedPage(1, 595, 842, (), each.text, 0, 0.9, True, "test")
            text = desk.store.put(to_json((page,), tuple[RecognisedPage, ...]))
            letter = _document(desk, scan, number + 1, each, text)
            release = Release(kind, "A. Probst", "", now, "probst")
            documents.add(connection, replace(letter, release=release))
            made.append(letter)
    return tuple(made)


def _document(desk: Desk, scan: Digest, part: int, each: Example, text: Digest) -> Document:
    now = desk.clock.now()
    return Document(
        id=document_id(scan, part),
        scan=scan,
        part=part,
        pages=(1,),
        state=DocumentState.FILED,
        received_at=now,
        classification=Classification(each.class_id, 1.0, ("person:probst",)),
        subject="",
        sender=each.group,
        letter_date="",
        aktenzeichen="10.0-022.40/2026-0001",
        extraction=Extraction(),
        findings=(),
        text=text,
        alto=text,
        archive_copy=text,
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=now,
    )


def city(count: int = 40) -> list[Example]:
    return [
        *letters("beschwerde", _CIRCUS, count, "Firma"),
        *letters("sonstiges", _GARDEN, count, "Herr"),
    ]


def live(desk: Desk) -> Model:
    return LiveModel(desk).current()


def events(desk: Desk, action: Action) -> tuple[Event, ...]:
    with desk.engine.connect() as connection:
        return log.of_action(connection, action, "model")


def test_a_new_model_goes_live_and_the_log_names_it(desk: Context) -> None:
    shipped = live(desk)
    confirm(desk, city())
    running = desk.classifier  # of a watcher that goes on
    said = running.classify("Zirkus Manege Elefant Trapez Artist")
    trained = classifying.learn(desk, TARGET)
    assert trained.rejected == ""
    model = live(desk)
    assert model.version != shipped.version
    (event,) = events(desk, Action.MODEL_LIVE)
    assert event.after["version"] == model.version
    assert event.after["before"] == shipped.label
    assert event.after["letters"] == "80"
    again = running.classify("Zirkus Manege Elefant Trapez Artist")
    assert said.model == shipped.label, "what was said before keeps its version"
    assert (again.class_id, again.model) == ("beschwerde", model.label)
    with desk.engine.connect() as connection:
        assert verify(connection, (), 0).intact
    assert event.after["arrays"] not in repair.look(desk).orphans


def test_the_same_letters_give_the_same_model(desk: Context) -> None:
    confirm(desk, city())
    first = classifying.report(desk, TARGET)
    assert classifying.report(desk, TARGET) == first
    assert classifying.learn(desk, TARGET).report == first


def test_what_a_rule_released_never_trains(desk: Context) -> None:
    confirm(desk, city(), ReleaseKind.RULE)
    assert classifying.confirmed(desk) == ()
    with pytest.raises(RefusedError, match="confirmed"):
        classifying.learn(desk, TARGET)
    (mine,) = confirm(desk, [Example("Zirkus", "beschwerde", "Firma")])
    (example,) = classifying.confirmed(desk)
    assert (example.text, example.class_id, example.group) == ("Zirkus", "beschwerde", "firma")
    with transaction(desk.engine) as connection:
        found = documents.get(connection, mine.id)
        documents.update(connection, replace(found, state=DocumentState.REJECTED))
    assert classifying.confirmed(desk) == (), "what was rejected is no letter to learn from"


def test_a_fifth_never_trains_and_whole_senders_stay_together(desk: Context) -> None:
    confirm(desk, [*city(), *city()])
    told = classifying.report(desk, TARGET)
    assert told.letters == 160
    assert 0 < told.held_out < 80
    assert told.held_out % 2 == 0, "the second letter of a sender is on the side of the first"


def test_a_model_that_is_worse_does_not_go_live(desk: Context) -> None:
    """Confirmed letters of which those that train are confused, and those held out are not."""
    good = city()
    confirm(desk, good)
    classifying.learn(desk, TARGET)
    before = live(desk)
    other = {"beschwerde": "sonstiges", "sonstiges": "beschwerde"}
    wrong = [
        replace(each, class_id=other[each.class_id])
        for each in good
        if not classifying._is_held_out(each.group.casefold())
    ]
    confirm(desk, [*wrong, *wrong, *wrong])
    trained = classifying.learn(desk, TARGET)
    assert "fewer" in trained.rejected
    assert live(desk).version == before.version
    (event,) = events(desk, Action.MODEL_REJECTED)
    assert event.after["version"] != before.version
    assert event.after["reason"] == trained.rejected


def test_with_hardly_any_letters_nothing_goes_live(desk: Context) -> None:
    confirm(desk, list(letters("beschwerde", _CIRCUS, 4, "Firma")))
    assert "too few" in classifying.learn(desk, TARGET).rejected
    assert events(desk, Action.MODEL_LIVE) == ()


def test_what_is_proven_goes_with_the_model_to_the_gate(desk: Context) -> None:
    confirm(desk, list(letters("beschwerde", _CIRCUS, 80, "Amt")))
    few = classifying.report(desk, TARGET)
    assert all(each.proposed is None for each in few.classes), "80 letters do not prove 99 %"
    confirm(desk, city(310))
    told = classifying.learn(desk, TARGET).report
    proven = {each.class_id: each.proposed for each in told.classes if each.proposed}
    assert set(proven) == {"beschwerde", "sonstiges"}
    assert live(desk).least == proven
    said = desk.classifier.classify(_SAID)
    assert said.least == proven["beschwerde"]
    bill = desk.classifier.classify("Rechnung Nr. 12: wir berechnen Ihnen 500 Blatt Papier")
    assert (bill.class_id, bill.least) == ("rechnung", None)
    _rules_are_edited(desk, proven)


def _rules_are_edited(desk: Context, proven: dict[str, float]) -> None:
    """What was measured with other rules counts no more, until a training measures it anew."""
    file = desk.home.pipelines / "classes" / "sonstiges.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text(f"# a remark\n{before}", encoding="utf-8")
    assert _anew(desk).classifier.classify(_SAID).least == proven["beschwerde"], "no rule changed"
    rule = "\n[[rules]]\nname = 'Tiere'\nweight = 3.0\npattern = 'Elefant'\n"
    file.write_text(before + rule, encoding="utf-8")
    edited = _anew(desk)
    assert edited.classifier.classify(_SAID).least is None
    assert "counts no more" in _run(edited, "classify", "report")
    assert "counts no more" in " ".join(_run(edited, "doctor").split())
    assert classifying.learn(edited, TARGET).rejected == ""
    assert not classifying.is_void(edited, live(edited))
    assert _anew(desk).classifier.classify(_SAID).least is not None


def _anew(desk: Context) -> Context:
    """Open the home as the next command does."""
    return Context(desk.home, desk.clock)


def _run(desk: Context, *arguments: str) -> str:
    given = [*arguments, "--home", str(desk.home.root)]
    return CliRunner().invoke(program(), given, env={"COLUMNS": "250"}).output


@pytest.mark.parametrize("target", [0.5, 0.9899])
def test_a_target_below_99_percent_proves_nothing(desk: Context, target: float) -> None:
    confirm(desk, city(8))
    with pytest.raises(RefusedError, match="99%"):
        classifying.learn(desk, target)
    assert "equal to 0.99" in _run(desk, "classify", "train", "--precision", str(target))
    assert events(desk, Action.MODEL_LIVE) == events(desk, Action.MODEL_REJECTED) == ()


def test_of_two_trainings_at_once_one_wins(desk: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one ends while the first one trains: what the first compared with is gone."""
    confirm(desk, city())
    trained = classifying.train
    second = []

    def interrupted(*given: object, **more: object) -> object:
        monkeypatch.setattr(classifying, "train", trained)
        confirm(desk, list(letters("beschwerde", _CIRCUS, 9, "Amt")))
        second.append(classifying.learn(desk, TARGET))
        return trained(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(classifying, "train", interrupted)
    with pytest.raises(RefusedError, match="another training"):
        classifying.learn(desk, TARGET)
    (event,) = events(desk, Action.MODEL_LIVE)
    assert event.after["version"] == live(desk).version
    assert second[0].report.trained.model == live(desk).label


@pytest.mark.parametrize("damage", [b"", b"PK other bytes"])
def test_a_live_model_with_other_bytes_is_refused(desk: Context, damage: bytes) -> None:
    confirm(desk, city())
    classifying.learn(desk, TARGET)
    (event,) = events(desk, Action.MODEL_LIVE)
    file = desk.store.path(Digest(event.after["arrays"]))
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o600)
    file.write_bytes(damage)
    with pytest.raises(ModelRefusedError, match="audit log") as caught:
        _ = desk.classifier
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    file.unlink()
    with pytest.raises(ModelRefusedError):
        live(desk)


def test_another_model_in_the_place_of_the_shipped_one_is_refused(desk: Context) -> None:
    changed = replace(live(desk), temperature=1.0)
    changed.save(desk.home.pipelines / "model")
    with pytest.raises(ModelRefusedError, match="another model"):
        live(desk)


def test_the_commands(desk: Context) -> None:
    def run(*arguments: str) -> str:
        home = ("--home", str(desk.home.root))
        return CliRunner().invoke(program(), ["classify", *arguments, *home]).stdout

    assert "No letter has been confirmed" in run("report")
    confirm(desk, city())
    shown = run("report", "--precision", "0.9")
    assert "suggest only" in shown
    assert "Clopper-Pearson" in shown
    trained = run("train")
    assert f"{live(desk).label} is live." in trained
    assert json.loads(run("report", "--json"))["letters"] == 80
