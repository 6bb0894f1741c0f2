"""Findings: what a page, letter or file shows that a person should know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from eakte.domain.page_numbers import named
from eakte.i18n import N_, _


class FindingCode(StrEnum):
    """The closed list of findings; its values stand in records, TOML files and reports."""

    # on pages
    BLANK_PAGE = "blank_page"
    BITONAL = "bitonal"
    LOW_RESOLUTION = "low_resolution"
    UPSIDE_DOWN = "upside_down"
    SKEWED = "skewed"
    LOW_OCR_CONFIDENCE = "low_ocr_confidence"
    OCR_INCOMPLETE = "ocr_incomplete"
    JBIG2 = "jbig2"
    CUT_EDGE = "cut_edge"
    HANDWRITING = "handwriting"
    # on letters
    LOW_CONFIDENCE = "low_confidence"
    NO_CLASS = "no_class"
    NO_AKTE = "no_akte"
    AKTE_CLOSED = "akte_closed"
    UNKNOWN_AKTENZEICHEN = "unknown_aktenzeichen"
    SEVERAL_AKTENZEICHEN = "several_aktenzeichen"
    DOUBTFUL_DATE = "doubtful_date"
    DOUBTFUL_AKTENZEICHEN = "doubtful_aktenzeichen"
    DOUBTFUL_IBAN = "doubtful_iban"
    NEEDS_PERSON = "needs_person"
    QA_SAMPLE = "qa_sample"
    QA_HELD = "qa_held"
    QA_FULL_CHECK = "qa_full_check"
    SECOND_PERSON = "second_person"
    SUGGEST_ONLY = "suggest_only"
    SEVERAL_LETTERS = "several_letters"
    ATTACHMENTS = "attachments"
    ATTACHMENTS_MISSING = "attachments_missing"
    LITTLE_TEXT = "little_text"
    OTHER_LANGUAGE = "other_language"
    RASTERISED = "rasterised"
    FONT_REPLACED = "font_replaced"
    NO_COLOUR_PROFILE = "no_colour_profile"
    FORM_FLATTENED = "form_flattened"
    ACTIVE_CONTENT = "active_content"
    NOT_SHOWN = "not_shown"
    TEXT_UNUSABLE = "text_unusable"
    HIDDEN_TEXT = "hidden_text"
    SEVERAL_LOOKS = "several_looks"
    UNICODE_UNPROVEN = "unicode_unproven"
    INCOMING_SIGNATURE = "incoming_signature"
    EMBEDDED_FILES = "embedded_files"
    SEAL_FAILED = "seal_failed"
    UNCONFIRMED = "unconfirmed"
    REGROUPED = "regrouped"
    RESCAN_WANTED = "rescan_wanted"
    RESCANNED = "rescanned"
    RESCAN_WITHDRAWN = "rescan_withdrawn"
    REJECTED = "rejected"
    SEPARATOR_SHEET = "separator_sheet"
    SEPARATOR_WITH_CONTENT = "separator_with_content"
    DAMAGED_SEPARATOR = "damaged_separator"
    DOUBTFUL_BARCODE = "doubtful_barcode"
    BATCH_INCOMPLETE = "batch_incomplete"
    PART_OF_DELIVERY = "part_of_delivery"
    BY_EMAIL = "by_email"
    RENDERED = "rendered"
    TRAILING_DATA = "trailing_data"
    E_INVOICE = "e_invoice"
    INVOICE_XML_UNUSABLE = "invoice_xml_unusable"
    # on files that cannot become documents
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    TOO_LARGE = "too_large"
    NO_PAGES = "no_pages"
    STAGE_FAILED = "stage_failed"
    CONVERSION_FAILED = "conversion_failed"
    OTHER_HALF_MISSING = "other_half_missing"
    HALVES_DIFFER = "halves_differ"
    SIGNATURE_ALONE = "signature_alone"
    UNSAFE_ARCHIVE = "unsafe_archive"


_SENTENCES: dict[FindingCode, str] = {
    FindingCode.BLANK_PAGE: N_("a page looks blank"),
    FindingCode.BITONAL: N_("a page is black and white only"),
    FindingCode.LOW_RESOLUTION: N_("a page has less than 200 dpi"),
    FindingCode.UPSIDE_DOWN: N_("a page is upside down or turned"),
    FindingCode.SKEWED: N_("a page is skewed by more than 3 degrees"),
    FindingCode.LOW_OCR_CONFIDENCE: N_("a page was hard to read"),
    FindingCode.OCR_INCOMPLETE: N_("reading a page was not completed"),
    FindingCode.JBIG2: N_("a picture uses JBIG2, which can swap characters"),
    FindingCode.CUT_EDGE: N_("text seems to be cut off at an edge"),
    FindingCode.HANDWRITING: N_("a page seems to bear handwriting, which OCR cannot read"),
    FindingCode.LOW_CONFIDENCE: N_("the class is not certain enough"),
    FindingCode.NO_CLASS: N_("no class fits"),
    FindingCode.NO_AKTE: N_("the letter names no Akte and its class has no Sammelakte"),
    FindingCode.AKTE_CLOSED: N_("its Akte is closed; reopen it, or name another one"),
    FindingCode.UNKNOWN_AKTENZEICHEN: N_("the letter names an Aktenzeichen that does not exist"),
    FindingCode.SEVERAL_AKTENZEICHEN: N_("the letter names several Akten"),
    FindingCode.DOUBTFUL_DATE: N_("the date of the letter is doubtful"),
    FindingCode.DOUBTFUL_AKTENZEICHEN: N_("an Aktenzeichen was not read with certainty"),
    FindingCode.DOUBTFUL_IBAN: N_("an IBAN was misread or is wrong: its check digits do not hold"),
    FindingCode.NEEDS_PERSON: N_("letters of this class must be released by a person"),
    FindingCode.QA_SAMPLE: N_("it was drawn as a sample; its batch is held until you passed it"),
    FindingCode.QA_HELD: N_("it goes on when the sample of its batch has passed"),
    FindingCode.QA_FULL_CHECK: N_("the sample of its batch failed: a person looks at every letter"),
    FindingCode.SECOND_PERSON: N_("one person has released it; another one must do so, too"),
    FindingCode.SUGGEST_ONLY: N_(
        "the class is a suggestion: too few confirmed letters prove that it is recognised"
    ),
    FindingCode.SEVERAL_LETTERS: N_("the scan may hold more than one letter"),
    FindingCode.ATTACHMENTS: N_("the letter has attachments"),
    FindingCode.ATTACHMENTS_MISSING: N_("the letter names attachments, but no page follows it"),
    FindingCode.LITTLE_TEXT: N_("there is too little text to be sure what it is"),
    FindingCode.OTHER_LANGUAGE: N_("a page is not in German"),
    FindingCode.RASTERISED: N_("a page was drawn anew as a picture"),
    FindingCode.FONT_REPLACED: N_("a font that was not embedded was replaced by a similar one"),
    FindingCode.NO_COLOUR_PROFILE: N_("colours came without a profile; one was assumed"),
    FindingCode.FORM_FLATTENED: N_("form fields became plain text of the page"),
    FindingCode.ACTIVE_CONTENT: N_("actions, scripts or media were left out of the archive copy"),
    FindingCode.NOT_SHOWN: N_("content that is not shown was left out of the archive copy"),
    FindingCode.TEXT_UNUSABLE: N_("the text that the file brings along is unusable; OCR read it"),
    FindingCode.HIDDEN_TEXT: N_("a page holds text that cannot be seen; it is not read"),
    FindingCode.SEVERAL_LOOKS: N_(
        "the file has layers that not every viewer or printer shows; the scan has all of them"
    ),
    FindingCode.UNICODE_UNPROVEN: N_(
        "it is not proven that every character can be copied and searched"
    ),
    FindingCode.INCOMING_SIGNATURE: N_("the file arrived signed; it is kept unchanged"),
    FindingCode.EMBEDDED_FILES: N_(
        "the file carries embedded files; they are kept in the scan as received"
    ),
    FindingCode.SEAL_FAILED: N_("the letter could not be sealed"),
    FindingCode.UNCONFIRMED: N_("veraPDF gave no answer whether it conforms to PDF/A"),
    FindingCode.REGROUPED: N_("a person divided or joined letters: are its pages complete?"),
    FindingCode.RESCAN_WANTED: N_("the paper is to be scanned again"),
    FindingCode.RESCANNED: N_("it is a new scan of a letter that came before"),
    FindingCode.RESCAN_WITHDRAWN: N_("a new scan was asked for, and will not come"),
    FindingCode.REJECTED: N_("a person rejected it"),
    FindingCode.SEPARATOR_SHEET: N_("a separator sheet divided the scan; it is kept there"),
    FindingCode.SEPARATOR_WITH_CONTENT: N_(
        "a page bears an order to split and other content; was the letter divided rightly?"
    ),
    FindingCode.DAMAGED_SEPARATOR: N_("a page looks like a separator sheet that cannot be read"),
    FindingCode.DOUBTFUL_BARCODE: N_("a barcode does not say what it should"),
    FindingCode.BATCH_INCOMPLETE: N_("the number of pages is not the one that the Vorblatt tells"),
    FindingCode.PART_OF_DELIVERY: N_("it came as part of a delivery"),
    FindingCode.BY_EMAIL: N_("it came by e-mail, which lacks written form"),
    FindingCode.RENDERED: N_("its pages were drawn by eakte from a file that has none"),
    FindingCode.TRAILING_DATA: N_("the file goes on behind its end; what follows is in no page"),
    FindingCode.E_INVOICE: N_("an e-invoice; its fields come from its XML"),
    FindingCode.INVOICE_XML_UNUSABLE: N_("the XML of an e-invoice cannot be read"),
    FindingCode.ENCRYPTED: N_("the file is encrypted and needs a password"),
    FindingCode.TRUNCATED: N_("the file is incomplete (cut off)"),
    FindingCode.DAMAGED: N_("the file is damaged"),
    FindingCode.EMPTY: N_("the file is empty"),
    FindingCode.UNKNOWN_TYPE: N_("the file is of a type that eakte does not read"),
    FindingCode.TOO_LARGE: N_("the file is larger than this installation allows"),
    FindingCode.NO_PAGES: N_("the file holds no page"),
    FindingCode.STAGE_FAILED: N_("a step of the work on it failed"),
    FindingCode.CONVERSION_FAILED: N_("no PDF/A that conforms could be made"),
    FindingCode.OTHER_HALF_MISSING: N_("the other side of a duplex batch has not come"),
    FindingCode.HALVES_DIFFER: N_("the two sides of a duplex batch do not fit together"),
    FindingCode.SIGNATURE_ALONE: N_("a detached signature came without the file that it signs"),
    FindingCode.UNSAFE_ARCHIVE: N_("the archive is unsafe to unpack"),
}


AFTER_SEALING = frozenset({FindingCode.UNCONFIRMED})
"""What was found too late to stand in the Transfervermerk."""

PROCEDURAL = frozenset(
    {
        FindingCode.QA_SAMPLE,
        FindingCode.QA_HELD,
        FindingCode.QA_FULL_CHECK,
        FindingCode.SECOND_PERSON,
        FindingCode.AKTE_CLOSED,
    }
)
"""What is next to be done with a letter, not what it shows: gone once it is released."""


@dataclass(frozen=True, order=True)
class Finding:
    """One finding: its code, the page it is on (1-based, None for the whole) and a detail.

    What is stored is English; `sentences` translates it when a person reads it.
    """

    code: FindingCode
    page: int | None = None
    detail: str = ""


_MOST_DETAILS = 4
"""So many different details of one kind are told; the record has them all."""


def sentences(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Say findings in the reader's language: a sentence per code, with its pages and details."""
    by_code = dict[FindingCode, list[Finding]]()
    for each in findings:
        by_code.setdefault(each.code, []).append(each)
    return tuple(_sentence(code, alike) for code, alike in by_code.items())


def _sentence(code: FindingCode, alike: list[Finding]) -> str:
    pages = _pages(alike)
    told = [_detail(detail, alike, pages) for detail in _details(alike)]
    text = _(_SENTENCES[code])
    text = f"{text} ({named(pages)})" if pages else text
    if len(told) > _MOST_DETAILS:
        left = _("{count} more").format(count=len(told) - _MOST_DETAILS)
        told = [*told[:_MOST_DETAILS], left]
    return f"{text}: {'; '.join(told)}" if told else text


def _pages(alike: Iterable[Finding]) -> tuple[int, ...]:
    return tuple(sorted({each.page for each in alike if each.page is not None}))


def _details(alike: list[Finding]) -> list[str]:
    return list(dict.fromkeys(each.detail for each in alike if each.detail))


def _detail(detail: str, alike: list[Finding], pages: tuple[int, ...]) -> str:
    """Say one detail, and of which pages it is true unless it is of all of them."""
    own = _pages(each for each in alike if each.detail == detail)
    text = _(detail)
    return text if own in {(), pages} else f"{text} ({named(own)})"
