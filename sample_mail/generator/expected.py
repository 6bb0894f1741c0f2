"""Writes what eakte must make of each sample: expected.toml and akten.toml."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sample_mail.generator.build import file_name, page_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample_mail.generator.model import Letter, Sample

_UNREADABLE = {"quarantine", "duplicate"}


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)


def page_total(sample: Sample, counts: Sequence[int]) -> int:
    """The pages of the file, separators included; 0 for a file that cannot be opened."""
    if sample.scan.kind == "truncated":
        return 0
    return sum(counts) + max(0, len(counts) - 1)


def expectation(sample: Sample, counts: Sequence[int]) -> str:
    """The text of the sample's expected.toml; `counts` are the pages of its letters."""
    verdict = sample.verdict
    lines = [
        f"file = {_quoted(file_name(sample))}",
        f"pages = {page_total(sample, counts)}",
        f"state = {_quoted(verdict.state)}",
        f"reason = {_quoted(verdict.reason)}",
        *([f"inbox = {_quoted(verdict.inbox)}"] if verdict.inbox else []),
        f"traits = [{', '.join(map(_quoted, verdict.traits))}]",
    ]
    if verdict.state not in _UNREADABLE:
        for letter, pages in zip(sample.letters, counts, strict=True):
            lines += ["", *_document(letter, pages)]
    return "\n".join(lines) + "\n"


def _document(letter: Letter, pages: int) -> list[str]:
    named = [f"aktenzeichen = {_quoted(letter.aktenzeichen)}"] if letter.aktenzeichen else []
    return [
        "[[document]]",
        f"pages = {pages}",
        f"class = {_quoted(letter.class_id)}",
        f"akte = {_quoted(letter.akte)}",
        "",
        "[document.fields]",
        *named,
        f"date = {_quoted(letter.date)}",
        f"sender = {_quoted(letter.author)}",
        *([f"subject = {_quoted(letter.subject)}"] if letter.subject else []),
    ]


def counts_of(sample: Sample, originals: dict[str, Sample]) -> list[int]:
    """The pages of each letter, also of a copy."""
    return page_counts(originals[sample.scan.copy_of] if sample.scan.copy_of else sample)
