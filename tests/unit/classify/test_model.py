from __future__ import annotations

import json

import numpy as np
import pytest

from eakte.classify.model import ARRAYS, DESCRIPTION, Model, load, softmax
from eakte.classify.training import Example, train
from eakte.errors import ConfigurationError
from tests.unit.classify.small_corpus import labelled


def examples() -> list[Example]:
    return [Example(text, label) for text, label in labelled()]


@pytest.fixture(scope="module")
def model() -> Model:
    return train(examples()).model


def test_it_learns_and_says_why(model):
    said = model.predict("hiermit lege ich Widerspruch gegen den Bescheid ein")
    assert said.class_id == "widerspruch"
    assert said.probability > 0.8
    assert "ich widerspruch" in said.words
    assert "gegen den" not in said.words


def test_probabilities_sum_to_one(model):
    logits = np.array(list(model.predict("Ware und Stelle").logits.values()), dtype=np.float32)
    assert softmax(logits).sum() == pytest.approx(1.0)


def test_umlauts_digits_and_broken_words_do_not_matter(model):
    whole = model.predict("der Rechnungsbetrag 100 ist fällig")
    broken = model.predict("der Rechnungs-\nbetrag 234 ist fallig")
    assert broken.logits == whole.logits


def test_what_was_saved_predicts_the_same(model, tmp_path):
    model.save(tmp_path)
    again = load(tmp_path)
    assert again.version == model.version
    assert again.predict("Lebenslauf und Zeugnisse") == model.predict("Lebenslauf und Zeugnisse")


def test_the_same_letters_give_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        train(examples()).model.save(tmp_path / folder)
    for name in (ARRAYS, DESCRIPTION):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_changed_weight_changes_the_version(model):
    other = model.weights.copy()
    other[0, 0] += 1
    changed = Model(
        model.name,
        model.classes,
        model.buckets,
        model.idf,
        other,
        model.temperature,
    )
    assert changed.version != model.version


def test_a_model_that_is_not_what_it_claims_is_refused(model, tmp_path):
    model.save(tmp_path)
    facts = json.loads((tmp_path / DESCRIPTION).read_text(encoding="utf-8"))
    facts["temperature"] *= 2
    (tmp_path / DESCRIPTION).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not the version"):
        load(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04"])
def test_damaged_files_are_refused_not_run(model, tmp_path, damage):
    model.save(tmp_path)
    (tmp_path / ARRAYS).write_bytes(damage)
    with pytest.raises(ConfigurationError):
        load(tmp_path)


def test_pickled_arrays_are_refused(model, tmp_path):
    model.save(tmp_path)
    evil = np.array([{"run": "me"}], dtype=object)
    with (tmp_path / ARRAYS).open("wb") as file:
        np.savez(file, buckets=evil, idf=evil, weights=evil)
    with pytest.raises(ConfigurationError):
        load(tmp_path)


def test_a_missing_model_is_a_problem_of_configuration(tmp_path):
    with pytest.raises(ConfigurationError):
        load(tmp_path)
