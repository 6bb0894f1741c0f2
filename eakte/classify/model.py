"""The trained model: a linear classifier over hashed features, kept as arrays and JSON.

Nothing in it can run code: `load` reads numbers (no pickle) and refuses files whose digest is
not the version they claim. Predicting needs numpy only; `training` is what knows scikit-learn.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eakte.classify.features import (
    SIZES,
    WIDTH,
    Buckets,
    Counted,
    character_buckets,
    counted,
    grams,
    word_buckets,
    words,
)
from eakte.errors import ConfigurationError
from eakte.i18n import N_

Floats = NDArray[np.float32]

ARRAYS = "weights.npz"
DESCRIPTION = "model.json"
FORMAT = 1
_DECIDING = 5
_TELLING = 6
"""Letters of a word that tells a person something; shorter ones are mostly function words."""


@dataclass(frozen=True)
class Prediction:
    """The most probable class, its calibrated probability, the words that spoke most for it."""

    class_id: str
    probability: float
    words: tuple[str, ...]
    logits: Mapping[str, float]
    """Of every class; their softmax are the probabilities, so that rules can be added to them."""
    model: str = ""
    """Label of the model that said it."""
    least: Mapping[str, float] = field(default_factory=dict)
    """By class: see `Model.least`."""
    rules: str = ""
    """See `Model.rules`."""


@dataclass(frozen=True, eq=False)
class Model:
    """Weights per known bucket and class, inverse document frequencies, and calibration."""

    name: str
    classes: tuple[str, ...]
    buckets: Buckets
    """Known buckets in ascending order."""
    idf: Floats
    weights: Floats
    """One row per bucket, one column per class."""
    temperature: float
    """Decisions divided by it become logits; fitted so that the probabilities are honest."""
    algorithm: str = ""
    """What cross-validation chose."""
    least: Mapping[str, float] = field(default_factory=dict)
    """By class: the confidence from which its precision is proven on letters that persons confirmed
    (classifier with rules); a class that is not in it is proven at none."""
    rules: str = ""
    """Digest of the rules with which that was measured (`rules.digest`): with others it is void."""

    @cached_property
    def version(self) -> str:
        """Give `sha256:<digest>` of everything that influences a prediction.

        The digest is over numbers and facts, not over the compressed file, so that it is the same
        whichever zlib wrote it.
        """
        canonical = json.dumps(self._facts(), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode())
        for name, array in self._arrays().items():
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return f"sha256:{digest.hexdigest()}"

    @property
    def label(self) -> str:
        """Give `<name>@<first 12 hex digits of the digest>`."""
        return f"{self.name}@{self.version.removeprefix('sha256:')[:12]}"

    def predict(self, text: str) -> Prediction:
        """Say what a letter is; its text is data, whatever it says of itself."""
        read = words(text)
        in_order = word_buckets(read)
        parts = [
            vectorise(each, self._places, self._idf)
            for each in (counted(in_order), counted(character_buckets(read)))
        ]
        rows = np.concatenate([rows for rows, _ in parts])
        values = np.concatenate([values for _, values in parts])
        decisions = values @ self.weights[rows]
        logits = decisions / np.float32(self.temperature)
        best = int(np.argmax(logits))
        return Prediction(
            self.classes[best],
            float(softmax(logits)[best]),
            self._deciding(read, in_order, parts[0], best),
            {name: float(logit) for name, logit in zip(self.classes, logits, strict=True)},
            self.label,
            self.least,
            self.rules,
        )

    @cached_property
    def _idf(self) -> Floats:
        return with_unknown(self.idf)

    @cached_property
    def _places(self) -> Buckets:
        return places(self.buckets)

    def _deciding(
        self, read: Sequence[str], in_order: Buckets, part: tuple[Buckets, Floats], best: int
    ) -> tuple[str, ...]:
        """Give the words that raised the class furthest; weights are centred over the classes."""
        rows, values = part
        gains = np.zeros(len(self.buckets) + 1, dtype=np.float32)
        gains[rows] = values * self.weights[rows, best]
        gain = gains[self._places[in_order]]  # what is not known is in the last place
        found: list[str] = []
        for place in np.argsort(-gain, kind="stable").tolist():
            if gain[place] <= 0 or len(found) == _DECIDING:
                break
            gram = grams(read, place)
            if max(map(len, gram.split())) >= _TELLING and gram not in found:
                found.append(gram)
        return tuple(found)

    def _facts(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "classes": list(self.classes),
            "temperature": self.temperature,
            "algorithm": self.algorithm,
            "least": dict(sorted(self.least.items())),
            "rules": self.rules,
            "features": {"width": WIDTH, "words": [1, 2], "characters": list(SIZES)},
        }

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "buckets": self.buckets.astype("<u4"),
            "idf": self.idf.astype("<f2"),
            "weights": self.weights.astype("<f2"),
        }

    def files(self) -> tuple[bytes, bytes]:
        """Give the description (JSON) and the arrays (npz); the same model gives the same bytes."""
        description = {**self._facts(), "version": self.version}
        text = json.dumps(description, ensure_ascii=False, indent=2)
        return f"{text}\n".encode(), _zipped(self._arrays())

    def save(self, folder: Path) -> None:
        """Write the two files of the model."""
        folder.mkdir(parents=True, exist_ok=True)
        description, arrays = self.files()
        (folder / ARRAYS).write_bytes(arrays)
        (folder / DESCRIPTION).write_bytes(description)


def load(folder: Path) -> Model:
    """Read a model; raises ConfigurationError if it is missing, damaged or not what it claims."""
    try:
        description, arrays = (folder / DESCRIPTION).read_bytes(), (folder / ARRAYS).read_bytes()
    except OSError as problem:
        raise ConfigurationError(path=folder, detail=str(problem)) from problem
    return read(description, arrays, folder)


def read(description: bytes, arrays: bytes, place: Path) -> Model:
    """Read a model from the bytes of its files; `place` is for the ConfigurationError."""
    try:
        facts = json.loads(description)
        with np.load(io.BytesIO(arrays), allow_pickle=False) as members:
            model = _model(facts, members)
        claimed = (facts["format"], facts["version"])
    except (
        OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile,
        NotImplementedError, RuntimeError, zlib.error,
    ) as problem:  # fmt: skip
        raise ConfigurationError(path=place, detail=str(problem)) from problem
    if claimed != (FORMAT, model.version):
        raise ConfigurationError(path=place, detail=N_("the model is not the version it claims"))
    return model


def _model(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    return Model(
        name=str(facts["name"]),
        classes=tuple(facts["classes"]),
        buckets=arrays["buckets"].astype(np.int64),
        idf=arrays["idf"].astype(np.float32),
        weights=arrays["weights"].astype(np.float32),
        temperature=float(facts["temperature"]),
        algorithm=str(facts["algorithm"]),
        least={str(name): float(value) for name, value in facts["least"].items()},
        rules=str(facts["rules"]),
    )


def places(buckets: Buckets) -> Buckets:
    """Give a table from bucket to its position among known ones; -1: not known."""
    table = np.full(2 * WIDTH, -1, dtype=np.int64)
    table[buckets] = np.arange(len(buckets))
    return table


def with_unknown(idf: Floats) -> Floats:
    """Append what `vectorise` gives to unknown buckets: as much as the rarest known one has."""
    return np.append(idf, idf.max(initial=1.0)).astype(np.float32)


def vectorise(part: Counted, table: Buckets, idf: Floats) -> tuple[Buckets, Floats]:
    """Weigh counts by sublinear TF-IDF to length 1; gives positions of known buckets and values.

    What is not known counts for the length (`with_unknown`): of gibberish little is left.
    """
    buckets, times = part
    rows = table[buckets]
    values = ((1.0 + np.log(times)) * idf[rows]).astype(np.float32)  # -1, unknown: the last
    length = float(np.sqrt((values * values).sum()))
    known = rows >= 0
    return rows[known], values[known] / np.float32(length or 1.0)


def softmax(logits: Floats) -> Floats:
    """Turn logits into probabilities."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = grown / grown.sum(axis=-1, keepdims=True)
    return shares


def _zipped(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write an .npz without dates, so that equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.lib.format.write_array(raw, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, raw.getvalue())
    return buffer.getvalue()
