"""Builds the shipped model: `python -m sample_mail.train_model` writes pipelines/model/.

Letters of the group `train` only, taking turns in being written cleanly and as OCR with 2 % and
5 % wrong characters would read them; the classes' descriptions too. The letters are shipped with
the model, so that a home can train on them and its own. The same generator gives the same model;
`--check` tells whether the shipped one is it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from eakte.classify.base import descriptions, write_base
from eakte.classify.model import Model, load
from eakte.classify.training import Example, train
from eakte.domain.codec import from_plain
from eakte.domain.letters import ClassDefinition
from sample_mail.generator.corpus import letters, ocr_noise
from sample_mail.generator.model import CLASSES

PIPELINES = Path(__file__).parents[1] / "pipelines"
SHIPPED = PIPELINES / "model"
PER_CLASS = 90
SEED = 2026
NOISE = (0.0, 0.02, 0.05)


def definitions() -> tuple[ClassDefinition, ...]:
    """The shipped classes."""
    files = sorted((PIPELINES / "classes").glob("*.toml"))
    plain = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files)
    return tuple(from_plain(ClassDefinition, each) for each in plain)


def examples(per_class: int = PER_CLASS, seed: int = SEED) -> Iterator[Example]:
    """The training letters; every third of a class has the same rate of noise."""
    rng = random.Random(seed)
    for place, letter in enumerate(letters(per_class, seed, "train")):
        rate = NOISE[place // len(CLASSES) % len(NOISE)]
        yield Example(ocr_noise(letter.text, rate, rng), letter.class_id, letter.template)


def build(folder: Path) -> Model:
    """Train; write the model and its letters into a folder."""
    base = tuple(examples())
    model = train(base, descriptions(definitions())).model
    model.save(folder)
    write_base(base, folder)
    return model


def main() -> int:
    """Build the shipped model, or compare it with what would be built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        with tempfile.TemporaryDirectory() as folder:
            fresh, shipped = build(Path(folder)), load(SHIPPED)
        sys.stdout.write(f"built {fresh.label}, shipped {shipped.label}\n")
        return int(fresh.version != shipped.version)
    sys.stdout.write(f"{build(SHIPPED).version}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
