"""What was read on a page joins with the text that it brings along."""

from __future__ import annotations

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.own_text import OwnText, Worth, with_own


def _page(*words: Word) -> RecognisedPage:
    return RecognisedPage(3, 595, 842, words, "", 0, 0.8, complete=True, engine="test")


def _word(text: str, x: float, y: float, line: int = 0) -> Word:
    return Word(text, Box(x, y, x + 50, y + 12), 0.8, line)


STAMP = _page(_word("Eingang", 400, 50), _word("4711", 460, 50))
READ = _page(_word("Sehr", 50, 200), _word("Eingang", 402, 51, 1), _word("geehrte", 50, 220, 2))


def test_words_that_stand_there_already_are_not_added() -> None:
    joined = with_own(OwnText(STAMP, Worth.THIN), READ)
    assert [word.text for word in joined.words] == ["Sehr", "geehrte", "Eingang", "4711"]
    assert joined.own_words == 2
    assert joined.text == "Sehr\ngeehrte\nEingang 4711"
    assert joined.confidence == READ.confidence
    assert len({word.line for word in joined.words}) == 3


def test_unusable_text_is_left_out_and_that_is_said() -> None:
    joined = with_own(OwnText(STAMP, Worth.UNUSABLE), READ)
    assert joined.words == READ.words
    assert joined.own_words == 0
    assert joined.findings == (Finding(FindingCode.TEXT_UNUSABLE, 3),)


def test_more_pairs_than_can_be_compared_rather_stand_there_twice() -> None:
    twice = _page(*(_word("Eingang", 400, 50) for _ in range(1_415)))
    joined = with_own(OwnText(twice, Worth.THIN), twice)
    assert joined.words[:1_415] == twice.words
    fewer = _page(*twice.words[1:])
    assert with_own(OwnText(fewer, Worth.THIN), fewer).words == fewer.words
