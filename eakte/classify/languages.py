"""In which language a page is written, told by its most frequent words (pure).

Only pages that are surely not in German are named; a page without sentences (a table, a plan)
says nothing either way. Words common to German and another language are in neither list.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping

from eakte.classify.features import words
from eakte.classify.limits import LONGEST
from eakte.i18n import N_

GERMAN = ""
_LEAST_WORDS = 30
_SURE = 0.10
"""Share of frequent words from which a language is taken for it; sentences have 25 to 45 %."""
_HARDLY = 0.04
"""Sentences in a language that has no list hold fewer German words than this."""
_MANY_WORDS = 50
_PROSE = 0.6
_FOREIGN_LETTERS = 0.3

_FREQUENT: Mapping[str, str] = {
    GERMAN: (
        "der die das und ist nicht ich sie wir sich mit dem den ein eine einen einer eines auf fur "
        "im ihr ihre ihrer ihren ihnen mir mich uns unser unsere unserer bei nach aus von vom zum "
        "zur als auch dass daher oder wird werden wurde wurden haben hat habe bin sind sein seine "
        "kann konnen bitte uber durch wenn wie nur noch keine kein mehr sehr geehrte geehrter "
        "damen herren grussen freundlichen hiermit gegen ohne vor bis seit dieser diese dieses "
        "diesem diesen um zu"
    ),
    N_("English"): (
        "the and of to is are with for you your our we this that from have has been will would be "
        "by not please dear sir madam sincerely yours regarding my me it on at as which were"
    ),
    N_("French"): (
        "le la les et est une du au aux pour que qui dans sur avec vous votre nous notre je ce "
        "cette pas par sont ont madame monsieur veuillez mes vos agreer"
    ),
    N_("Italian"): (
        "il lo gli della dello delle dei degli che per con non una sono alla alle nel nella di "
        "vostra vostro gentile egregio signora signor saluti questo questa mia mio"
    ),
    N_("Spanish"): (
        "el los las una por para con que del al su sus usted nuestro nuestra estimado estimada "
        "senores atentamente mi como esta este son ha y en"
    ),
    N_("Turkish"): (
        "ve bir bu ile icin olarak say\u0131n sayin taraf\u0131ndan tarafindan olan gibi daha cok "
        "tarihli sayg\u0131lar\u0131mla saygilarimla size sizin bana benim degil var yok ben"
    ),
    N_("Polish"): (
        "nie sie jest na ze do od dla przez oraz pan pani panstwo szanowni szanowna prosze moj "
        "moja mojego powazaniem jak po za przy"
    ),
    N_("Dutch"): (
        "het een van voor niet met uw wij ons deze dit zijn wordt geachte heer mevrouw groet "
        "hoogachtend aan ook bij naar mijn"
    ),
}
_WORDS = {language: frozenset(listed.split()) for language, listed in _FREQUENT.items()}


def foreign(text: str) -> str | None:
    """Name the language of a page that is not in German; None: it is, or nobody can tell."""
    if _foreign_letters(text):
        return N_("another script")
    plain = [_plain(word) for word in words(text)]
    if len(plain) < _LEAST_WORDS:
        return None
    times = Counter(plain)
    shares = {
        language: sum(times[word] for word in frequent & times.keys()) / len(plain)
        for language, frequent in _WORDS.items()
    }
    german = shares.pop(GERMAN)
    best = max(shares, key=lambda language: shares[language])
    if shares[best] >= _SURE and shares[best] > 2 * german:
        return best
    return N_("a language that is not known here") if german < _HARDLY and _prose(text) else None


def _plain(word: str) -> str:
    if word.isascii():
        return word
    bare = unicodedata.normalize("NFD", word)
    return "".join(each for each in bare if not unicodedata.combining(each))


def _prose(text: str) -> bool:
    """Tell whether a text is mostly words in small letters, and many: no table of names."""
    read = [word for word in text[:LONGEST].split() if word.isalpha()]
    return sum(word.islower() for word in read) > max(_PROSE * len(read), _MANY_WORDS)


def _foreign_letters(text: str) -> bool:
    """Tell whether many letters are from a script that German does not use."""
    letters = [each for each in text[:LONGEST] if each.isalpha()]
    latin = sum(unicodedata.name(each, "").startswith("LATIN") for each in letters)
    return len(letters) >= _LEAST_WORDS and latin < (1 - _FOREIGN_LETTERS) * len(letters)
