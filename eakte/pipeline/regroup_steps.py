"""The steps that only letters made of other letters need; each may run twice, on JSON values."""

from __future__ import annotations

from eakte.domain.codec import each_from_json, to_json
from eakte.domain.ids import DocumentId
from eakte.domain.text import RecognisedPage
from eakte.pipeline.context import Context
from eakte.records import documents


class RegroupSteps:
    """From letters that were read to their pages, one by one."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store

    def texts(self, old: list[str]) -> list[tuple[int, str]]:
        """Give number and digest of the RecognisedPage for every page of these letters.

        Pages are not read again: the scan is the same, and so is what was read on it.
        """
        with self.context.engine.connect() as connection:
            letters = [documents.get(connection, DocumentId(name)) for name in old]
        return [
            (page.number, self.store.put(to_json(page)))
            for letter in letters
            for page in each_from_json(RecognisedPage, self.store.get(letter.text))
        ]
