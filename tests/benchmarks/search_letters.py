"""Letters in quantity for `make bench-search`, each made from its number alone.

The words follow Zipf's law: first words that are in every letter, then those of administration,
then compounds of these, then names that nobody else has. A tenth of the letters is read badly.
"""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import accumulate

from eakte.search.stopwords import STOP_WORDS
from eakte.search.vocabulary import SEED
from sample_mail.generator.corpus import ocr_noise

_VOCABULARY = 200_000
_COMPOUNDS = 90_000
_SYLLABLES = (
    "ba", "be", "bin", "dor", "el", "fen", "gar", "hol", "is", "jo", "kam", "lin", "mor", "nau",
    "os", "pel", "rich", "sen", "tal", "ul", "vis", "wer", "zen",
)  # fmt: skip
_ENDINGS = ("", "", "", "n", "en", "s", "es")
_BADLY_READ = 10
_AKTEN = 10_000


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Give the vocabulary by rank, and the running sum of how often each word is used."""
    chance = random.Random("vocabulary")
    words = list(STOP_WORDS)
    words += [_inflected(word, chance) for word in chance.sample(SEED, len(SEED))]
    seen = set(words)
    while len(words) < _VOCABULARY:
        if len(words) < _COMPOUNDS:
            left, right = chance.choice(SEED), chance.choice(SEED)
            word = _inflected(left + chance.choice(("", "s")) + right, chance)
        else:
            word = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(3, 5))).title()
        if word not in seen:
            seen.add(word)
            words.append(word)
    weights = accumulate(1 / (rank + 2.7) for rank in range(1, len(words) + 1))
    return tuple(words), tuple(weights)


def _inflected(word: str, chance: random.Random) -> str:
    return word.capitalize() + chance.choice(_ENDINGS)


def aktenzeichen(number: int) -> str:
    """Give the Aktenzeichen of the Akte that a letter is in: ten letters each, on average."""
    which = random.Random(f"akte {number}").randrange(_AKTEN)
    return f"{32 + which % 5}.1-112.05/{2020 + which % 7}-{which:04}"


def letter_date(number: int) -> str:
    """Give the date of a letter, in seven years."""
    chance = random.Random(f"date {number}")
    return f"{2020 + chance.randrange(7)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def letter(number: int) -> tuple[str, str]:
    """Give the text of a letter, and its sender."""
    chance = random.Random(number)
    words, weights = _words()
    length = max(40, int(chance.lognormvariate(5.1, 0.5)))
    drawn = chance.choices(words, cum_weights=weights, k=length)
    lines = [" ".join(drawn[at : at + 11]) for at in range(0, length, 11)]
    day, month, year = letter_date(number).split("-")[::-1]
    rare, names = range(1000, len(words)), range(100_000, len(words))
    sender = f"{words[chance.choice(rare)]} {words[chance.choice(names)]}"
    head = [
        sender,
        f"Az.: {aktenzeichen(number)}",
        f"Neuenfurt, den {day}.{month}.{year}",
        f"Betrag: {chance.randint(5, 9999)},{chance.randint(0, 99):02} EUR",
        f"{words[chance.choice(names)].lower()}@post.example",
    ]
    text = "\n".join((*head, *lines))
    return (ocr_noise(text, 0.02, chance) if number % _BADLY_READ == 0 else text), sender
