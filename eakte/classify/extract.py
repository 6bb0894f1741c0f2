"""What a letter says of itself (pure): references, dates, parties, sums, with evidence.

Every field is a suggestion with its place on the page; the text of a letter is read, never obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eakte.classify.address import recipient_office, sender_address
from eakte.classify.deadlines import deadlines
from eakte.classify.layout import lay_out
from eakte.classify.letter_date import letter_date
from eakte.classify.numbers import invoice_number, kassenzeichen
from eakte.classify.reference import references
from eakte.classify.sender import sender
from eakte.classify.subject import subject
from eakte.classify.sums import amounts, ibans
from eakte.domain.letters import Extraction
from eakte.domain.offices import Office
from eakte.domain.text import RecognisedPage


def extract(
    pages: tuple[RecognisedPage, ...], received: date, offices: Sequence[Office] = ()
) -> Extraction:
    """Give the fields of a letter received on a day (in Germany); doubts stand in them."""
    layouts = [lay_out(page) for page in pages]
    about = subject(layouts)
    written_by = sender(layouts, about.value if about else "")
    single = (letter_date(layouts, received), written_by, about)
    return Extraction(
        (
            *references(layouts, about.read if about else "", received, offices),
            *(field for field in single if field is not None),
            *sender_address(layouts, written_by.value if written_by else ""),
            *recipient_office(layouts),
            *deadlines(layouts),
            *kassenzeichen(layouts),
            *invoice_number(layouts),
            *amounts(layouts),
            *ibans(layouts),
        )
    )
