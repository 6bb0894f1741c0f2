"""Training: what decides, what stays apart, and what few letters are enough for."""

from __future__ import annotations

import numpy as np
import pytest

from eakte.classify.base import LETTERS, base_letters, descriptions, write_base
from eakte.classify.classifier import Classifier
from eakte.classify.training import FOLDS, Algorithm, Example, folds, train
from eakte.errors import ConfigurationError
from eakte.resources import data_dir
from sample_mail.generator.corpus import letters
from sample_mail.train_model import definitions, examples
from tests.unit.classify.small_corpus import labelled

CLASSES = definitions()


def accuracy(classifier: Classifier) -> float:
    held_out = list(letters(6, 7, "held_out"))
    return float(np.mean([classifier.classify(e.text).class_id == e.class_id for e in held_out]))


def small() -> list[Example]:
    return [Example(text, label) for text, label in labelled()]


def test_without_a_letter_the_descriptions_are_enough_to_begin_with():
    trained = train((), descriptions(CLASSES))
    assert trained.model.algorithm == Algorithm.NAIVE_BAYES
    assert trained.unseen is None
    assert accuracy(Classifier(CLASSES, trained.model)) > 0.7


def test_ten_letters_a_class_reach_85_percent():
    """Issue 5, done when 1."""
    few = list(examples(10, 3))
    assert accuracy(Classifier(CLASSES, train(few, descriptions(CLASSES)).model)) >= 0.85


def test_cross_validation_decides():
    """The better one on unseen letters is taken, whichever that is."""
    many, few = train(list(examples(40, 3))), train(list(examples(5, 4)), descriptions(CLASSES))
    assert many.model.algorithm == Algorithm.LEAST_SQUARES
    assert few.model.algorithm == Algorithm.NAIVE_BAYES
    for trained in (many, few):
        best, other = trained.trials
        assert trained.model.algorithm == best.algorithm
        assert best.accuracy >= other.accuracy


def test_a_group_is_never_on_both_sides_and_classes_are_spread():
    given = list(examples(30, 3))
    of = folds(given)
    by_group: dict[str, set[int]] = {}
    for each, fold in zip(given, of, strict=True):
        by_group.setdefault(each.group, set()).add(int(fold))
    assert {len(found) for found in by_group.values()} == {1}
    for each in CLASSES:
        taken = {int(fold) for one, fold in zip(given, of, strict=True) if one.class_id == each.id}
        assert taken == set(range(FOLDS))


def test_what_is_told_of_a_letter_comes_from_who_had_not_seen_it():
    """Two letters with the same words and another class each: unseen, both must be wrong."""
    doubles = [Example("Zirkus Manege Elefant", "rechnung"), Example("Zirkus Manege", "bewerbung")]
    trained = train([*small(), *doubles])
    assert trained.unseen is not None
    said = [trained.model.classes[int(row.argmax())] for row in trained.unseen[-2:]]
    assert said != ["rechnung", "bewerbung"]


def test_the_temperature_is_fitted_not_at_a_bound():
    temperature = train(list(examples(30, 3))).model.temperature
    assert 0.021 < temperature < 2.9


def test_two_classes_are_enough_and_one_is_not():
    pairs = [each for each in small() if each.class_id != "rechnung"]
    model = train(pairs).model
    assert model.predict("Lebenslauf, Zeugnisse, Stelle").class_id == "bewerbung"
    with pytest.raises(ValueError, match="two classes"):
        train([each for each in pairs if each.class_id == "bewerbung"])


def test_one_letter_of_a_class_is_no_obstacle():
    said = train([*small(), Example("Zirkus Manege Elefant Artisten", "sonstiges")]).model
    assert set(said.classes) == {"bewerbung", "rechnung", "sonstiges", "widerspruch"}


def test_the_base_letters_come_back_as_written(tmp_path):
    given = tuple(examples(2, 3))
    write_base(given, tmp_path)
    assert base_letters(tmp_path) == given
    assert base_letters(tmp_path / "nowhere") == ()
    first = (tmp_path / LETTERS).read_bytes()
    write_base(given, tmp_path)
    assert (tmp_path / LETTERS).read_bytes() == first


@pytest.mark.parametrize("damage", [b"", b"text", b"\x1f\x8b\x08\x00 cut"])
def test_damaged_base_letters_are_a_problem_of_configuration(tmp_path, damage):
    (tmp_path / LETTERS).write_bytes(damage)
    with pytest.raises(ConfigurationError):
        base_letters(tmp_path)


def test_the_shipped_model_was_trained_on_the_shipped_letters():
    folder = data_dir("pipelines") / "model"
    base = base_letters(folder)
    assert base == tuple(examples())
    assert {each.class_id for each in base} == {each.id for each in CLASSES}
