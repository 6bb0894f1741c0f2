"""Issue 5, point 5: the Transfervermerk of each sealed sample letter, from the sealed file itself.

BSI TR-03138 A.NB.4 asks for six items; each is held against what is known of the letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from eakte.domain.akten import Document, DocumentState
from eakte.domain.codec import to_plain
from eakte.domain.findings import PROCEDURAL
from eakte.domain.ids import Digest
from eakte.domain.transfervermerk import Transfervermerk
from eakte.pdfa.metadata import read_transfervermerk
from eakte.pipeline.desk import Desk
from eakte.records import documents, scans
from eakte.review.readable import readable
from sample_mail.check import expectations
from tests.acceptance.conftest import run_eakte
from tests.tools.schemas import generated

_FILED = [
    f"{each.path.name}#{number}"
    for each in expectations()
    if each.state == "filed"
    for number in range(1, len(each.letters) + 1)
]
_SCHEMA = json.loads(generated()["transfervermerk.schema.json"])


@dataclass(frozen=True)
class _Sealed:
    letter: Document
    inside: Transfervermerk
    desk: Desk


@pytest.fixture(scope="session")
def sealed(demo: Path) -> Callable[[str], _Sealed]:
    """Give a sealed letter by `file#part`, with what its sealed file says; each is read once."""
    from eakte.config import open_home
    from eakte.domain.clock import SystemClock

    desk, known = Desk(open_home(demo), SystemClock()), dict[str, _Sealed]()

    def find(name: str) -> _Sealed:
        if name not in known:
            file, _hash, part = name.partition("#")
            with desk.engine.connect() as connection:
                scan = next(each for each in scans.every(connection) if each.scan.name == file)
                letter = documents.of_scan(connection, scan.scan.digest)[int(part) - 1]
            assert letter.sealed is not None
            inside = read_transfervermerk(desk.store.path(letter.sealed))
            assert inside is not None
            known[name] = _Sealed(letter, inside, desk)
        return known[name]

    return find


def _creator(found: _Sealed) -> None:
    """(a): a natural person, not the organisation, and the account that acted."""
    rule = found.desk.definitions.pipeline("posteingang").release
    note = found.inside
    assert note.creator == rule.owner == note.release.person
    assert re.search(r"[A-Z]\. [A-Z]\w+", note.creator)
    assert note.organisation == "Stadt Neuenfurt (DEMO)"
    assert note.release.account == "eakte"
    assert note.release.rule == "posteingang-standard 2026-1"


def _environment(found: _Sealed) -> None:
    """(b): station, software, versions, and a Verfahrensdokumentation that the store has."""
    note = found.inside
    assert re.fullmatch(
        r"Station poststelle; eakte \d+\.\d+\.\d+, Python 3\.\d+\.\d+", note.environment
    )
    text = found.desk.store.get(Digest(note.verfahrensdokumentation.sha256)).decode()
    assert f"Version: {note.verfahrensdokumentation.version}\n" in text


def _anomalies(found: _Sealed) -> None:
    """(c): what was found, in codes and in German; said also if there is nothing."""
    note = found.inside
    assert set(note.anomalies) == set(found.letter.findings)
    assert not {each.code for each in note.anomalies} & PROCEDURAL
    if note.anomalies:
        assert note.anomalies_statement.startswith("Festgestellt wurde: ")
    else:
        assert note.anomalies_statement == "Es wurden keine Auffälligkeiten festgestellt."
    for code in {each.code for each in note.anomalies}:
        pages = [each.page for each in note.anomalies if each.code is code and each.page]
        for page in (min(pages), max(pages)) if pages else ():
            assert str(page) in note.anomalies_statement


def _times(found: _Sealed) -> None:
    """(d): capture, metadata, quality assurance and this note, each with a time of its own."""
    note = found.inside
    assert note.received_at == found.letter.received_at
    assert note.received_at < note.recognised_at < note.released_at < note.made_at
    assert note.made_at - note.received_at < timedelta(hours=1)


def _quality(found: _Sealed) -> None:
    """(e): complete, how it was checked, and a draw that others can repeat."""
    note, check = found.inside, found.inside.release.check
    assert note.complete
    assert f"{len(note.pages)} von {len(note.pages)} Seiten" in note.qa_result
    assert check.kind.value == note.release.kind.value == "rule"
    assert (check.seed, check.rate, check.sampled) == ("demo-35", 0.03, 0)
    assert check.letters >= 1
    assert check.batch.endswith("/poststelle")
    for told in (check.seed, check.batch, f"0 von {check.letters} Briefen"):
        assert told in note.qa_result


def _match(found: _Sealed) -> None:
    """(f): who claims that picture and content match, and upon what."""
    statement = found.inside.match_statement
    assert found.inside.creator in statement
    assert "bildliche und inhaltliche Übereinstimmung" in statement
    assert found.inside.release.rule in statement
    assert "ohne Sichtprüfung im Einzelfall" in statement


_ITEMS = {
    "a": _creator,
    "b": _environment,
    "c": _anomalies,
    "d": _times,
    "e": _quality,
    "f": _match,
}


@pytest.mark.parametrize("item", _ITEMS)
@pytest.mark.parametrize("name", _FILED)
def test_each_item_is_answered(sealed: Callable[[str], _Sealed], name: str, item: str) -> None:
    _ITEMS[item](sealed(name))


@pytest.mark.parametrize("name", _FILED)
def test_it_fits_its_schema_and_is_the_one_of_the_record(
    sealed: Callable[[str], _Sealed], name: str
) -> None:
    found = sealed(name)
    jsonschema.validate(to_plain(found.inside), _SCHEMA)
    assert found.inside == found.letter.transfervermerk
    assert found.inside.source_sha256 == found.letter.scan
    assert found.inside.level_reached == "demo"


@pytest.mark.parametrize("name", _FILED[:3])
def test_it_can_be_read_item_by_item(
    sealed: Callable[[str], _Sealed], demo: Path, name: str
) -> None:
    found = sealed(name)
    printed = run_eakte(demo, "show", found.letter.id, "--transfervermerk").stdout
    assert printed == readable(found.inside)
    for item in _ITEMS:
        assert re.search(rf"^{item}\) \w+.*: \S", printed, re.MULTILINE)
    assert found.inside.verfahrensdokumentation.sha256 in printed


def test_every_filed_letter_is_looked_at(desk: Desk) -> None:
    with desk.engine.connect() as connection:
        assert len(documents.in_state(connection, DocumentState.FILED)) == len(_FILED)
