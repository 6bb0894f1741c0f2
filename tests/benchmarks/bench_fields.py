"""How well fields are extracted through real OCR: `python -m tests.benchmarks.bench_fields`.

The sample mail and 300 further letters (tests.benchmarks.field_letters), whose wording shares no
template with those that extraction was tuned on, drawn, scanned in fifteen conditions and read as
the pipeline reads them. A field is exact, flagged (a finding holds the letter, or no value is
given) or wrong. Printed: a table, the misses, the share of exact ones by condition. Ends with 1 if
a goal is missed. BENCH_LETTERS, BENCH_SEED, BENCH_GROUP (train, held_out) choose the letters;
BENCH_CACHE: a folder to keep what was read in, so that it is read once.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from eakte.classify.doubts import doubts, judged
from eakte.classify.extract import extract
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import FindingCode
from eakte.domain.known_akten import settled
from eakte.domain.letters import Extraction, FieldName
from eakte.domain.text import RecognisedPage
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pages.split import split
from eakte.pipeline.definition import load_definitions
from eakte.pipeline.jobs import read_page
from eakte.resources import data_dir
from eakte.review.gate import route
from tests.benchmarks.field_letters import Written, drawn, known_akten, letters
from tests.benchmarks.scans import picture_file, scanned

SAMPLES = Path(__file__).parents[2] / "sample_mail"
SECONDS = 600.0
GOALS = {"aktenzeichen": 0.99, "date": 0.98, "sender": 0.95}
"""Of an Aktenzeichen: exact or flagged; of the others: exact."""
_FLAGS = {
    FindingCode.UNKNOWN_AKTENZEICHEN,
    FindingCode.SEVERAL_AKTENZEICHEN,
    FindingCode.DOUBTFUL_AKTENZEICHEN,
}
_LISTED = {"deadline", "amount"}
"""The wording of the letters names others too, which are not known: found is found."""
_OFFICES = load_definitions(data_dir("pipelines")).offices

Pages = tuple[RecognisedPage, ...]


@dataclass(frozen=True)
class Case:
    """A letter as read, and what it says; a field that is not in `wanted` is not judged."""

    name: str
    condition: str
    pages: Pages
    received: date
    wanted: dict[str, str]
    ibans: frozenset[str] | None = None


@dataclass(frozen=True)
class Judgement:
    """What became of one field."""

    case: Case
    field: str
    outcome: str
    found: str


def read(written: Written, cache: Path) -> Case:
    """Read a letter's page by OCR, or take it from the cache."""
    truth = written.truth
    wanted = {
        "aktenzeichen": truth.aktenzeichen,
        "date": truth.date,
        "sender": truth.sender,
        "sender_address": truth.address,
        "recipient": truth.recipient,
        "subject": written.letter.subject,
        "deadline": truth.deadline,
        "invoice_number": truth.invoice_number,
        "amount": truth.amount,
        "kassenzeichen": truth.kassenzeichen,
    }
    pages = _kept(cache / f"{written.name}.json", partial(_by_ocr, written))
    ibans = frozenset(truth.ibans)
    return Case(written.name, written.condition.name, pages, truth.received, wanted, ibans)


def _kept(kept: Path, reader: partial[Pages]) -> Pages:
    if not kept.exists():
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(to_json(reader(), Pages))
        part.rename(kept)
    return from_json(Pages, kept.read_bytes())


def _by_ocr(written: Written) -> Pages:
    scan = scanned(drawn(written), written.condition)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"scan{scan.suffix}"
        file.write_bytes(picture_file(scan))
        return _pages(file, Path(folder))


def _pages(file: Path, folder: Path) -> Pages:
    inspection = inspect(file)
    found = []
    for page in inspection.pages:
        found.append(read_page(file, inspection.media_type, page, "deu", SECONDS, folder))
        tempfile.tempdir = None  # read_page, at home in a process of its own, set it
    return tuple(found)


def sample(folder: Path, cache: Path) -> list[Case]:
    """Read one of the sample mail; () for what cannot be opened."""
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    if not expected.get("document"):
        return []
    file = folder / expected["file"]
    try:
        parts = split(inspect(file).pages)
    except UnusableInputError:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        pages = _kept(cache / f"sample-{folder.name}.json", partial(_pages, file, Path(scratch)))
    found = []
    for part, wanted in zip(parts, expected["document"], strict=True):
        own = tuple(page for page in pages if page.number in part.pages)
        fields = {"aktenzeichen": ""} | wanted["fields"]
        received = date.fromisoformat(fields["date"]) + timedelta(days=3)
        if expected.get("reason") == FindingCode.DOUBTFUL_DATE.value:
            fields["date"] = ""  # the sender slipped: what stands there is later than its receipt
        found.append(Case(folder.name, "sample mail", own, received, fields))
    return found


def sample_akten() -> frozenset[str]:
    """Give the Akten of the sample mail's city."""
    listed = tomllib.loads((SAMPLES / "akten.toml").read_text(encoding="utf-8"))["akte"]
    return frozenset(each["aktenzeichen"] for each in listed)


def judge(case: Case, known: frozenset[str]) -> Iterator[Judgement]:
    """Compare every field that the letter has, or that was found."""
    said = judged(extract(case.pages, case.received, _OFFICES), case.received)
    said = settled(said, known.__contains__)
    for name, wanted in case.wanted.items():
        value = _value(said, name, wanted)
        flagged = _is_flagged(said, case, known) if name == "aktenzeichen" else not value
        if wanted or value:
            same = _plain(value) == _plain(wanted)
            outcome = "exact" if same else "flagged" if flagged else "wrong"
            yield Judgement(case, name, outcome, value)
    if case.ibans is not None:
        yield from _ibans(case, said)


def _value(said: Extraction, name: str, wanted: str) -> str:
    """Give the first value; of what letters name several of, the wanted one if it is there."""
    values = [each.value for each in said.all(FieldName(name))]
    if name in _LISTED:
        return wanted if wanted in values else "".join(values[:1]) if wanted else ""
    return "".join(values[:1])


def _is_flagged(said: Extraction, case: Case, known: frozenset[str]) -> bool:
    routed = route(said, None, known.__contains__, case.received)
    return any(each.code in _FLAGS for each in (*doubts(said), *routed.findings))


def _ibans(case: Case, said: Extraction) -> Iterator[Judgement]:
    assert case.ibans is not None
    shown = {each.value for each in said.all(FieldName.IBAN)} - {""}
    for value in shown:
        outcome = "exact" if value in case.ibans else "wrong"
        yield Judgement(case, "iban", outcome, value)
    for value in case.ibans - shown:
        yield Judgement(case, "iban", "flagged", value)


def _plain(text: str) -> str:
    """Compare without regard to case, white space and punctuation; every letter counts."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())


def cases(cache: Path, count: int, seed: int, group: str) -> list[Case]:
    """Read the sample mail and so many letters in two processes."""
    written = list(letters(count, seed, group))  # type: ignore[arg-type]
    folders = sorted(path.parent for path in SAMPLES.glob("*/expected.toml"))
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(partial(read, cache=cache), written))
        samples = list(pool.map(partial(sample, cache=cache), folders))
    return [*made, *(each for several in samples for each in several)]


def told(judgements: list[Judgement]) -> bool:
    """Print the table and the misses; tell whether all goals are met."""
    print(f"{'field':<16} {'letters':>7} {'exact':>7} {'flagged':>8} {'wrong':>6} {'goal':>6}")
    good = True
    for name in dict.fromkeys(each.field for each in judgements):
        counts = Counter(each.outcome for each in judgements if each.field == name)
        total, goal = counts.total(), GOALS.get(name)
        reached = (counts["exact"] + counts["flagged"] * (name == "aktenzeichen")) / total
        missed = (goal is not None and reached < goal) or (name == "iban" and counts["wrong"] > 0)
        good &= not missed
        print(
            f"{name:<16} {total:>7} {counts['exact'] / total:>7.1%} {counts['flagged']:>8}"
            f" {counts['wrong']:>6} {_percent(1.0 if name == 'iban' else goal):>6}"
            f"{'   below' if missed else ''}"
        )
    return good


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def main() -> int:
    """Measure the letters asked for."""
    count, seed = (
        int(os.environ.get("BENCH_LETTERS", "300")),
        int(os.environ.get("BENCH_SEED", "2")),
    )
    group = os.environ.get("BENCH_GROUP", "held_out")
    with tempfile.TemporaryDirectory() as scratch:
        found = cases(Path(os.environ.get("BENCH_CACHE", scratch)), count, seed, group)
    known = known_akten(list(letters(count, seed, group))) | sample_akten()  # type: ignore[arg-type]
    judgements = [each for case in found for each in judge(case, known)]
    made = [each for each in judgements if each.case.condition != "sample mail"]
    samples = [each for each in judgements if each.case.condition == "sample mail"]
    print(f"Sample mail ({len(found) - count} letters)")
    told(samples)
    print(f"\nFurther letters ({count}, group {group}, seed {seed})")
    told(made)
    print("\nAll")
    good = told(judgements)
    _print_misses([each for each in judgements if each.outcome != "exact"])
    flagged = {each.case.name for each in made if each.field == "aktenzeichen"}
    asked = sum(_is_flagged_case(each, known) for each in found if each.name in flagged)
    print(
        f"\n{asked} of {len(flagged)} letters with an Aktenzeichen wait for a person because of it"
    )
    return 0 if good else 1


def _is_flagged_case(case: Case, known: frozenset[str]) -> bool:
    said = judged(extract(case.pages, case.received, _OFFICES), case.received)
    return _is_flagged(settled(said, known.__contains__), case, known)


def _print_misses(misses: list[Judgement]) -> None:
    print("\nMisses")
    for each in misses:
        wanted = each.case.wanted.get(each.field, "")
        print(
            f"{each.field} {each.outcome}: {each.case.name} ({each.case.condition}):"
            f" {each.found!r} instead of {wanted!r}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
