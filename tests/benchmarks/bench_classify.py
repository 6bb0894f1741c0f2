"""How good the shipped model is: `python -m tests.benchmarks.bench_classify`.

Letters of the group `held_out` share no template with those it was trained on. For clean text and
for 2 % and 5 % wrong characters: accuracy, macro-F1, expected calibration error (ten bins), share
of letters and accuracy above 0.90, milliseconds per letter; then the size of the model.
"""

from __future__ import annotations

import random
import sys
import time
import tomllib
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score

from eakte.classify.classifier import Classifier
from eakte.classify.model import load
from eakte.domain.codec import from_plain
from eakte.domain.letters import ClassDefinition, Classification
from eakte.resources import data_dir
from sample_mail.generator.corpus import letters, ocr_noise

_BINS = 10
_SURE = 0.9


def classifier() -> Classifier:
    """Give the classifier as it is shipped."""
    folder = data_dir("pipelines")
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("classes/*.toml")))
    classes = [from_plain(ClassDefinition, tomllib.loads(text)) for text in texts]
    return Classifier(classes, load(folder / "model"))


def calibration_error(said: Sequence[Classification], right: Sequence[bool]) -> float:
    """Give the mean distance between confidence and accuracy, weighted by bins of confidence."""
    sure = np.array([each.confidence for each in said])
    hits = np.array(right, dtype=float)
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            np.mean(bins == each) * abs(hits[bins == each].mean() - sure[bins == each].mean())
            for each in np.unique(bins)
        )
    )


def measure(per_class: int, rate: float) -> str:
    """Give one line of figures."""
    rng, machine = random.Random(1), classifier()
    known = [(ocr_noise(each.text, rate, rng), each.class_id) for each in held_out(per_class)]
    before = time.perf_counter()
    said = [machine.classify(text) for text, _ in known]
    pace = 1000 * (time.perf_counter() - before) / len(known)
    right = [each.class_id == label for each, (_, label) in zip(said, known, strict=True)]
    wanted = [label for _, label in known]
    given = [str(each.class_id) for each in said]
    f1 = f1_score(wanted, given, labels=sorted(set(wanted)), average="macro")
    sure = [hit for each, hit in zip(said, right, strict=True) if each.confidence >= _SURE]
    return (
        f"noise {rate:.0%}: accuracy {np.mean(right):.3f}, macro-F1 {f1:.3f}, "
        f"ECE {calibration_error(said, right):.3f}, >= {_SURE}: {len(sure) / len(said):.2f} "
        f"of letters at {np.mean(sure):.3f}, unknown {sum(s.class_id is None for s in said)}, "
        f"{pace:.1f} ms a letter"
    )


def held_out(per_class: int) -> list:
    """Give letters that no model was trained on."""
    return list(letters(per_class, 7, "held_out"))


def main() -> None:
    """Print the figures."""
    per_class = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    lines = [measure(per_class, rate) for rate in (0.0, 0.02, 0.05)]
    size = sum(path.stat().st_size for path in (data_dir("pipelines") / "model").iterdir())
    sys.stdout.write("\n".join([*lines, f"model: {size / 1e6:.2f} MB"]) + "\n")


if __name__ == "__main__":
    main()
