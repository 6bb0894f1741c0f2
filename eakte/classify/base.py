"""The letters that every training begins with: invented ones, shipped beside the model.

One JSON object a line, compressed: `class_id`, `group` (the template) and `text`. Without them a
home with letters of two classes would train a model that knows no third.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eakte.classify.training import Example
from eakte.domain.letters import ClassDefinition
from eakte.errors import ConfigurationError
from eakte.i18n import N_

LETTERS = "letters.jsonl.gz"


def base_letters(folder: Path) -> tuple[Example, ...]:
    """Read the letters beside a model; none if the file is not there.

    Raises ConfigurationError if they cannot be read.
    """
    file = folder / LETTERS
    if not file.exists():
        return ()
    try:
        with gzip.open(file, "rt", encoding="utf-8") as text:
            lines = text.readlines()
        plain = [json.loads(line) for line in lines]
        letters = tuple(Example(each["text"], each["class_id"], each["group"]) for each in plain)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as problem:
        raise ConfigurationError(path=file, detail=str(problem)) from problem
    if not letters:
        raise ConfigurationError(path=file, detail=N_("the file is empty"))
    return letters


def write_base(letters: Iterable[Example], folder: Path) -> None:
    """Write letters for `base_letters`; the same letters give the same file."""
    lines = (
        json.dumps(
            {"class_id": each.class_id, "group": each.group, "text": each.text},
            ensure_ascii=False,
        )
        for each in letters
    )
    text = "".join(f"{line}\n" for line in lines)
    (folder / LETTERS).write_bytes(gzip.compress(text.encode(), mtime=0))


def descriptions(classes: Sequence[ClassDefinition]) -> Mapping[str, str]:
    """Give what classes say of themselves, by id: enough to begin with."""
    return {each.id: f"{each.name}\n{each.description}" for each in classes}
