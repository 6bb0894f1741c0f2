"""What a letter says of itself (pure): Aktenzeichen, date, sender and subject, with evidence.

Every field is a suggestion with its place on the page; the text of a letter is read, never obeyed.
"""

from __future__ import annotations

from datetime import date

from eakte.classify.layout import lay_out
from eakte.classify.letter_date import letter_date
from eakte.classify.reference import references
from eakte.classify.sender import sender
from eakte.classify.subject import subject
from eakte.domain.letters import Extraction
from eakte.domain.text import RecognisedPage


def extract(pages: tuple[RecognisedPage, ...], received: date) -> Extraction:
    """Give the fields of a letter received on a day: at most one each, every Aktenzeichen."""
    layouts = [lay_out(page) for page in pages]
    about = subject(layouts)
    written_by = sender(layouts, about.value if about else "")
    single = (letter_date(layouts, received), written_by, about)
    files = references(layouts, about.read if about else "")
    return Extraction((*files, *(field for field in single if field is not None)))
