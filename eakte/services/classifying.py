"""Training the classifier on what persons confirmed, and telling what it is worth.

Of the confirmed letters, all of a sender on the same side, a fifth never trains any model: on them
the new model is compared with the live one. What is proven rests on letters that were not seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eakte.audit import log
from eakte.classify.base import base_letters, descriptions
from eakte.classify.classifier import Classifier
from eakte.classify.evidence import TARGET, Evidence, Outcome, thresholds, weigh, weigh_classes
from eakte.classify.limits import LONGEST
from eakte.classify.model import Model
from eakte.classify.rules import digest as rules_digest
from eakte.classify.training import Example, Trained, Trial, train
from eakte.database import Connection, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.codec import each_from_json
from eakte.domain.events import Action, Event
from eakte.domain.letters import ClassDefinition
from eakte.domain.text import RecognisedPage
from eakte.domain.transfervermerk import ReleaseKind
from eakte.errors import RefusedError
from eakte.i18n import N_, _
from eakte.pipeline.desk import Desk
from eakte.pipeline.live_model import OBJECT, SHIPPED, LiveModel, put_live
from eakte.records import documents
from eakte.services import actor
from eakte.services.access import Permission, require

LEAST_COMPARED = 5
"""Held-out letters without which nobody can say whether a model is worse than another."""
SURE = 0.8
"""Being wrong with this confidence is what hurts: such letters are counted apart."""
_ONE_IN = 5


@dataclass(frozen=True)
class Standing:
    """How a model did on the held-out letters."""

    model: str
    right: int
    surely_wrong: int


@dataclass(frozen=True)
class Report:
    """What confirmed letters prove about a model that is trained on them now."""

    target: float
    letters: int
    """Confirmed letters; `held_out` of them never train."""
    held_out: int
    base: int
    """Invented letters that every training begins with."""
    trials: tuple[Trial, ...]
    live: Standing
    trained: Standing
    overall: Evidence
    classes: tuple[Evidence, ...]
    void: bool = False
    """What the live model's training proved was measured with other class rules: it counts no more,
    and every class is a suggestion until a training measures it anew."""


@dataclass(frozen=True)
class Training:
    """A trained model's report, and why it did not go live ("": it did)."""

    report: Report
    rejected: str


def report(desk: Desk, target: float) -> Report:
    """Train as `learn` would, keep nothing, and tell what the confirmed letters prove."""
    require(desk, Permission.AUDIT)
    return _trained(desk, target)[1]


def learn(desk: Desk, target: float) -> Training:
    """Train on confirmed letters; the model goes live unless it is worse than the live one.

    Raises RefusedError if no letter is confirmed, for a target below 99 %, or if another training
    put a model live meanwhile: this one was not compared with it.
    """
    require(desk, Permission.OPERATE)
    if target < TARGET:
        detail = _("a rule must be proven to be right in {share} at least")
        raise RefusedError(detail=detail.format(share=f"{TARGET:.0%}"))
    model, told = _trained(desk, target)
    if not told.letters:
        raise RefusedError(detail=_("no letter has been confirmed by a person yet"))
    rejected = _rejected(told)
    now, who = desk.clock.now(), actor.current(desk)
    facts = {**_facts(told, model.rules), "base": _digest_of_base(desk)}
    with transaction(desk.engine) as connection:
        if LiveModel(desk).current(connection).label != told.live.model:
            detail = _("another training put a model live meanwhile; train again")
            raise RefusedError(detail=detail)
        if rejected:
            after = {"version": model.version, "reason": rejected, **facts}
            event = Event(Action.MODEL_REJECTED, OBJECT, who, "", now, after=after)
            log.append(connection, event)
        else:
            put_live(desk, connection, model, facts, who, now)
    return Training(told, rejected)


def confirmed(desk: Desk) -> tuple[Example, ...]:
    """Give the letters whose class a person confirmed or corrected, by releasing them.

    What a rule released never trains: the classifier would learn its own mistakes.
    """
    with desk.engine.connect() as connection:
        return tuple(_example(desk, each) for each in _released_by_persons(connection))


def _released_by_persons(connection: Connection) -> Iterator[Document]:
    for state in (DocumentState.RELEASED, DocumentState.DELAYED, DocumentState.FILED):
        for letter in documents.in_state(connection, state):
            decided = letter.release is not None and letter.release.kind is ReleaseKind.PERSON
            if decided and letter.classification.class_id is not None:
                yield letter


def _example(desk: Desk, letter: Document) -> Example:
    """Give text, class and sender of a letter; only so much text as the classifier looks at."""
    text = ""
    for page in each_from_json(RecognisedPage, desk.store.get(letter.text)):
        text += f"{page.text}\n"
        if len(text) > LONGEST:
            break
    group = " ".join(letter.sender.casefold().split()) or letter.id
    return Example(text.removesuffix("\n"), str(letter.classification.class_id), group)


def _trained(desk: Desk, target: float) -> tuple[Model, Report]:
    classes = tuple(desk.definitions.classes.values())
    known = {each.id for each in classes}
    every = [each for each in confirmed(desk) if each.class_id in known]
    held_out = [each for each in every if _is_held_out(each.group)]
    own = [each for each in every if not _is_held_out(each.group)]
    base = [each for each in base_letters(desk.home.pipelines / SHIPPED) if each.class_id in known]
    live = LiveModel(desk).current()
    found = train([*own, *base], descriptions(classes))
    compared = _outcomes(held_out, Classifier(classes, found.model))
    unseen = (*_unseen(own, found, classes), *compared)
    evidence = weigh_classes([each.id for each in classes], unseen, target)
    model = replace(found.model, least=thresholds(evidence), rules=rules_digest(classes))
    told = Report(
        target=target,
        letters=len(every),
        held_out=len(held_out),
        base=len(base),
        trials=found.trials,
        live=_standing(live, _outcomes(held_out, Classifier(classes, live))),
        trained=_standing(model, compared),
        overall=weigh(unseen, target),
        classes=evidence,
        void=is_void(desk, live),
    )
    return model, told


def is_void(desk: Desk, model: Model) -> bool:
    """Tell whether thresholds of a model were measured with other rules than the present ones."""
    now = rules_digest(tuple(desk.definitions.classes.values()))
    return bool(model.least) and model.rules != now


def _is_held_out(group: str) -> bool:
    return hashlib.sha256(group.encode()).digest()[0] % _ONE_IN == 0


def _outcomes(letters: Sequence[Example], machine: Classifier) -> tuple[Outcome, ...]:
    said = ((each, machine.classify(each.text)) for each in letters)
    return tuple(Outcome(one.class_id, each.class_id, one.confidence) for each, one in said)


def _unseen(
    own: Sequence[Example], found: Trained, classes: Sequence[ClassDefinition]
) -> Iterator[Outcome]:
    """Judge each letter with the logits of a machine that had not seen its sender."""
    machine = Classifier(classes, found.model)
    if found.unseen is None:
        return
    for each, row in zip(own, found.unseen, strict=False):  # the letters of the base come after
        logits = dict(zip(found.model.classes, map(float, row), strict=True))
        said, confidence = machine.judge(each.text, logits)
        yield Outcome(said, each.class_id, confidence)


def _standing(model: Model, outcomes: Sequence[Outcome]) -> Standing:
    wrong = [each for each in outcomes if each.said != each.confirmed]
    sure = sum(each.confidence >= SURE for each in wrong)
    return Standing(model.label, len(outcomes) - len(wrong), sure)


def _rejected(told: Report) -> str:
    if told.held_out < LEAST_COMPARED:
        return N_("there are too few held-out letters to compare it with the live model")
    if told.trained.right < told.live.right:
        return N_("it knows fewer of the held-out letters than the live model")
    if told.trained.surely_wrong > told.live.surely_wrong:
        return N_("it is wrong and sure more often than the live model")
    return ""


def _facts(told: Report, rules: str) -> dict[str, str]:
    """Give what the audit log holds of a training: figures, no text of a letter."""
    proven = {each.class_id: each.proposed for each in told.classes if each.proposed is not None}
    return {
        "before": told.live.model,
        "letters": str(told.letters),
        "held_out": str(told.held_out),
        "algorithm": told.trials[0].algorithm.value if told.trials else "",
        "right": f"{told.trained.right}:{told.live.right}",
        "surely_wrong": f"{told.trained.surely_wrong}:{told.live.surely_wrong}",
        "target": f"{told.target}",
        "rules": rules,
        "proven": json.dumps(proven, sort_keys=True, separators=(",", ":")),
    }


def _digest_of_base(desk: Desk) -> str:
    """Name the base letters that were trained on, by a digest over what they say."""
    every = base_letters(desk.home.pipelines / SHIPPED)
    text = "\n".join(f"{each.class_id}\n{each.group}\n{each.text}" for each in every)
    return hashlib.sha256(text.encode()).hexdigest()
