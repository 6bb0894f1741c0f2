"""Builds the shipped model: `python -m sample_mail.train_model` writes pipelines/model/.

Letters of the group `train` only, each as it was written and as OCR with 2 % and 5 % wrong
characters would read it. The same generator gives the same model, byte for byte; `--check` tells
whether the shipped one is it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from eakte.classify.model import Model, load
from eakte.classify.training import train_shipped
from sample_mail.generator.corpus import letters, ocr_noise

SHIPPED = Path(__file__).parents[1] / "pipelines" / "model"
PER_CLASS = 120
SEED = 2026
NOISE = (0.0, 0.02, 0.05)


def labelled() -> Iterator[tuple[str, str]]:
    """The training letters: text and class, with every rate of noise."""
    rng = random.Random(SEED)
    for letter in letters(PER_CLASS, SEED, "train"):
        for rate in NOISE:
            yield ocr_noise(letter.text, rate, rng), letter.class_id


def build(folder: Path) -> Model:
    """Train and write the model into a folder."""
    return train_shipped(labelled(), folder)


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
