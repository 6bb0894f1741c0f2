from __future__ import annotations

import pytest

from eakte.classify.classifier import LEAST, Classifier
from eakte.classify.model import Prediction
from eakte.domain.letters import ClassDefinition, Rule

CLASSES = (
    ClassDefinition("rechnung", "Rechnung", "", rules=(Rule("rechnung nr", 3.0, "Betreff"),)),
    ClassDefinition("mahnung", "Mahnung", "", rules=(Rule("mahngebühr", 2.0),)),
    ClassDefinition("sonstiges", "Sonstiges", ""),
)


class FixedPredictor:
    label = "fixed@000000000000"

    def __init__(self, **logits: float) -> None:
        self.logits = logits

    def predict(self, text: str) -> Prediction:
        assert text
        best = max(self.logits, key=lambda name: self.logits[name])
        return Prediction(best, 0.0, ("wort",), self.logits, self.label, {"mahnung": 0.9})


def classify(text: str, **logits: float):
    return Classifier(CLASSES, FixedPredictor(**logits)).classify(text)


LONG = "ein Text, der lang genug ist, um etwas zu sagen "


def test_the_model_decides_where_no_rule_fits():
    said = classify(LONG, rechnung=0.0, mahnung=3.0, sonstiges=0.0)
    assert (said.class_id, said.model) == ("mahnung", "fixed@000000000000")
    assert said.confidence == pytest.approx(0.9094, abs=1e-3)
    assert "wort" in said.reasons[0]


def test_a_rule_adds_its_weight_and_is_named_with_what_it_saw():
    said = classify(LONG + "Rechnung Nr. 5", rechnung=0.0, mahnung=1.0, sonstiges=0.0)
    assert said.class_id == "rechnung"
    assert any("Betreff" in reason and "Rechnung Nr" in reason for reason in said.reasons)


def test_one_rule_does_not_overrule_a_sure_model():
    assert classify(LONG + "Mahngebühr", rechnung=9.0, mahnung=0.0, sonstiges=0.0).class_id == (
        "rechnung"
    )


def test_repeating_a_word_does_not_help():
    once = classify(LONG + "Mahngebühr", rechnung=0.0, mahnung=0.0, sonstiges=0.0)
    often = classify(LONG + "Mahngebühr " * 50, rechnung=0.0, mahnung=0.0, sonstiges=0.0)
    assert once.confidence == often.confidence


def test_below_the_least_confidence_nobody_knows():
    said = classify(LONG, rechnung=0.0, mahnung=0.0, sonstiges=0.0)
    assert said.class_id is None
    assert 0 < said.confidence < LEAST


def test_sonstiges_stays_sonstiges():
    assert classify(LONG, rechnung=0.0, mahnung=0.0, sonstiges=4.0).class_id == "sonstiges"


@pytest.mark.parametrize("text", ["", "   \n", "§§§ ...", "Hallo"])
def test_hardly_any_text_has_no_class(text):
    said = classify(text, rechnung=9.0, mahnung=0.0, sonstiges=0.0)
    assert (said.class_id, said.confidence) == (None, 0.0)


def test_a_class_that_the_model_never_saw_can_be_found_by_its_rule():
    said = classify(LONG + "Rechnung Nr. 1", mahnung=0.0, sonstiges=0.0)
    assert said.class_id == "rechnung"
