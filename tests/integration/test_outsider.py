"""Issue 8, point 1: whatever is done to database or files, an outsider finds it, and where.

One table: what is done, which commands find it (exit 20), and the place that they name.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.erasures import Ground, Tombstone
from eakte.domain.events import Action, Event
from eakte.records import erasures
from tests.integration.erasing_office import AKTE, OTHER
from tests.integration.outsider import ANCHORS, Entries, Keeper, new_home
from tests.tools import homes

pytestmark = pytest.mark.skipif(bool(homes.SERVER), reason="the keeper's statements are SQLite's")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return new_home(tmp_path_factory.mktemp("outsider"))


@pytest.fixture
def keeper(home, tmp_path):
    return Keeper(homes.copy(home, tmp_path / "home"), home.parent / ANCHORS)


def test_nothing_is_found_where_nothing_was_done(keeper):
    for command in ("audit", "anchor", "verify", "evidence"):
        said = keeper.ask(command)
        assert said.code == 0, said.text


# the log, row by row


def _edit(entries: Entries) -> None:
    entries[9]["actor"] = "somebody else"


def _insert(entries: Entries) -> None:
    entries.insert(9, entries[9])


def _delete(entries: Entries) -> None:
    del entries[9]


def _swap(entries: Entries) -> None:
    entries[9], entries[10] = entries[10], entries[9]


def _truncate(entries: Entries) -> None:
    del entries[-4:]


def _back_date(entries: Entries) -> None:
    entries[9]["at"] -= 86_400_000_000


def _late_edit(entries: Entries) -> None:
    entries[-2]["actor"] = "somebody else"


def _rows(*statements: str) -> Callable[[Keeper], None]:
    def work(keeper: Keeper) -> None:
        keeper.unguard()
        first, second, third = keeper.letters()
        named = {"first": first.id, "second": second.id, "third": third.id, "one": AKTE}
        named |= {"other": OTHER, "sealed": first.sealed, "scan": first.scan}
        for statement in statements:
            used = {name: value for name, value in named.items() if f":{name}" in statement}
            keeper.do(statement, **used)

    return work


def _rebuilt(change: Callable[[Entries], None]) -> Callable[[Keeper], None]:
    return lambda keeper: keeper.rebuild(change)


def _rebuilt_wholly(change: Callable[[Entries], None]) -> Callable[[Keeper], None]:
    def work(keeper: Keeper) -> None:
        keeper.rebuild(change)
        keeper.forge_anchors()

    return work


# files


def _flip(which: Callable[[Keeper], str]) -> Callable[[Keeper], None]:
    def work(keeper: Keeper) -> None:
        path = keeper.blob(which(keeper))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return work


def _cut(which: Callable[[Keeper], str]) -> Callable[[Keeper], None]:
    def work(keeper: Keeper) -> None:
        path = keeper.blob(which(keeper))
        path.write_bytes(path.read_bytes()[:-1])

    return work


def _remove(which: Callable[[Keeper], str]) -> Callable[[Keeper], None]:
    return lambda keeper: keeper.blob(which(keeper)).unlink()


def _sealed(keeper: Keeper) -> str:
    return keeper.letters()[0].sealed


def _scan(keeper: Keeper) -> str:
    return keeper.letters()[0].scan


def _text(keeper: Keeper) -> str:
    return keeper.letters()[0].text


def _report(keeper: Keeper) -> str:
    return keeper.letters()[0].report


def _manifest(keeper: Keeper) -> str:
    rows = keeper.do("SELECT digest FROM akte_manifest WHERE akte = :a ORDER BY number", a=AKTE)
    return rows[-1][0]


def _token(keeper: Keeper) -> str:
    return keeper.do("SELECT token FROM evidence_tree ORDER BY id")[0][0]


def _exchanged(which: Callable[[Keeper], str]) -> Callable[[Keeper], None]:
    """Put other bytes in the place of a blob, and their hash wherever the old one was named."""

    def work(keeper: Keeper) -> None:
        old = which(keeper)
        keeper.replace(old, keeper.put(keeper.blob(old).read_bytes() + b" "))

    return work


def _exchanged_originals(keeper: Keeper) -> None:
    """The sealed original of another letter, which is VALID, in the place of one, everywhere."""
    first, _second, third = keeper.letters()
    keeper.replace(first.sealed, "0" * 64)
    keeper.replace(third.sealed, first.sealed)
    keeper.replace("0" * 64, third.sealed)


def _another_manifest(keeper: Keeper) -> None:
    old = _manifest(keeper)
    data = keeper.blob(old).read_bytes().replace(b'"part":1', b'"part":2')
    keeper.replace(old, keeper.put(data))


def _statement(keeper: Keeper) -> None:
    """The home's signed checkpoint says another time."""
    file = max((keeper.root / "anchors").glob("*.json"))
    file.chmod(0o600)
    said = json.loads(file.read_bytes())
    file.write_bytes(log.canonical(said | {"at": said["at"] - 10**12}).encode())


def _line(keeper: Keeper) -> None:
    file = keeper.root / "anchors" / "checkpoints.jsonl"
    file.write_text(file.read_text().replace('"at": "20', '"at": "19'))


# erasures


def _lost(keeper: Keeper, *, proof: bool, event: bool) -> None:
    desk = keeper.desk
    letter = keeper.letters()[1]
    told = Tombstone(
        letter.id, AKTE, desk.clock.now(), "a", "b", Ground.UNLAWFUL, "0" * 64, letter.id
    )
    with transaction(desk.engine) as connection:
        gone = erasures.forget_letter(connection, letter.id)
        if proof:
            erasures.add(connection, told)
        if event:
            after = {"akte": AKTE, "erased-records": ",".join(gone), "asked-for": letter.id}
            after |= {"asked-by": "a", "proof": told.digest()}
            log.append(
                connection, Event(Action.ERASED, letter.id, "b", "", desk.clock.now(), after=after)
            )
    desk.store.remove(letter.sealed)
    desk.engine.dispose()


def _added(keeper: Keeper) -> None:
    """A letter that eakte never filed."""
    keeper.unguard()
    names = [row[1] for row in keeper.do("PRAGMA table_info(document)")]
    row = dict(zip(names, keeper.do("SELECT * FROM document WHERE part = 1")[0], strict=True))
    row |= {"id": f"{row['scan'][:16]}-7", "part": 7, "sealed": "7" * 64, "aktenzeichen": AKTE}
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    keeper.do(f"INSERT INTO document ({columns}) VALUES ({values})", **row)


_BOTH = (
    "UPDATE document SET aktenzeichen = CASE id WHEN :first THEN :other ELSE :one END, "
    "vorgang_id = (SELECT id FROM vorgang WHERE aktenzeichen = CASE document.id "
    "WHEN :first THEN :other ELSE :one END) WHERE id IN (:first, :third)"
)
_EDITED = "UPDATE audit_event SET entry = replace(entry, '{}', '{}') WHERE position = 9"
_DAY = "86400000000"
_SOME, _LATE = "0 to 43 is not", "44 to 50 is not"

CASES: dict[str, tuple[Callable[[Keeper], None], dict[str, str]]] = {
    # the rows of the log
    "an event is edited": (
        _rows(_EDITED.format('r":"', 'r":"x')),
        {"audit": '"position": 9'},
    ),
    "an event is back-dated": (
        _rows(_EDITED.format('at":17', 'at":16')),
        {"audit": '"position": 9'},
    ),
    "an event is inserted": (
        _rows(
            "INSERT INTO audit_event SELECT 51, entry, leaf, root FROM audit_event"
            " WHERE position = 9"
        ),
        {"audit": '"position": 51'},
    ),
    "an event is deleted": (
        _rows("DELETE FROM audit_event WHERE position = 9"), {"audit": "events 9 to 9 are missing"},
    ),
    "two events are swapped": (
        _rows(
            "UPDATE audit_event SET position = -1 WHERE position = 9",
            "UPDATE audit_event SET position = 9 WHERE position = 10",
            "UPDATE audit_event SET position = 10 WHERE position = -1",
        ),
        {"audit": '"position": 10'},
    ),
    "the log is truncated": (
        _rows("DELETE FROM audit_event WHERE position > 30"), {"audit": "only 31 are there"},
    ),
    "the log is emptied": (_rows("DELETE FROM audit_event"), {"audit": "only 0 are there"}),
    "the head is another one": (
        _rows("UPDATE audit_head SET root = leaf FROM audit_event WHERE position = 1"),
        {"audit": "the head does not match"},
    ),
    # the log and all that is computed from it
    "rebuilt, edited": (_rebuilt(_edit), {"audit": _SOME, "anchor": _SOME, "verify": AKTE}),
    "rebuilt, truncated": (_rebuilt(_truncate), {"audit": _LATE}),
    "rebuilt, edited late": (_rebuilt(_late_edit), {"audit": _LATE, "anchor": _LATE}),
    # with the anchors of the home
    **{
        f"rebuilt with anchors, {how}": (_rebuilt_wholly(change), {"audit": "", "anchor": place})
        for how, change, place in (
            ("edited", _edit, _SOME), ("inserted", _insert, _SOME), ("deleted", _delete, _SOME),
            ("swapped", _swap, _SOME), ("truncated", _truncate, _LATE),
            ("back-dated", _back_date, _SOME), ("edited late", _late_edit, _LATE),
        )
    },
    "a signed checkpoint is back-dated": (_statement, {"doubt": "not over these bytes"}),
    # files
    "an original is edited": (_flip(_sealed), {"verify": "{first}", "evidence": "{first}"}),
    "an original is truncated": (_cut(_sealed), {"verify": "{first}", "evidence": "{first}"}),
    "an original is removed": (_remove(_sealed), {"verify": "{first}", "evidence": "{first}"}),
    "a scan is edited": (_flip(_scan), {"verify": "{first}"}),
    "a scan is removed": (_remove(_scan), {"verify": "{first}"}),
    "a manifest is edited": (_flip(_manifest), {"verify": "manifest 2", "evidence": AKTE}),
    "a manifest is removed": (_remove(_manifest), {"verify": "manifest 2", "evidence": AKTE}),
    "a time-stamp is edited": (_flip(_token), {"evidence": "{first}"}),
    "a time-stamp is removed": (_remove(_token), {"evidence": "{first}"}),
    # files, and their hashes wherever they are named, in a rebuilt log too
    "an original is exchanged": (
        _exchanged(_sealed), {"anchor": _SOME, "verify": "{first}", "evidence": "evidence-1"},
    ),
    "two originals are swapped": (
        _exchanged_originals, {"anchor": _SOME, "verify": "{first}", "evidence": "{first}"},
    ),
    "a scan is exchanged": (_exchanged(_scan), {"anchor": _SOME, "verify": "{first}"}),
    "a manifest is exchanged": (
        _another_manifest, {"anchor": _LATE, "verify": AKTE, "evidence": "evidence-"},
    ),
    # rows
    "a manifest is forgotten": (
        _rows("DELETE FROM akte_manifest WHERE akte = :one AND number = 2"),
        {"verify": "manifest 2"},
    ),
    "an older manifest is put back": (
        _rows(
            "DELETE FROM akte_manifest WHERE akte = :one AND number = 2",
            "UPDATE akte_manifest SET number = 2 WHERE akte = :one",
        ),
        {"verify": "manifest 2"},
    ),
    "a document is removed": (
        _rows("DELETE FROM document WHERE id = :first"), {"verify": "{first}"},
    ),
    "a document is added": (_added, {"verify": "-7"}),
    "two documents are swapped": (_rows(_BOTH), {"verify": "{first}; {third}"}),
    "a document is back-dated": (
        _rows(f"UPDATE document SET received_at = received_at - {_DAY} WHERE id = :first"),
        {"verify": "{first}"},
    ),
    "a receipt is back-dated": (
        _rows(f"UPDATE scan SET received_at = received_at - {_DAY} WHERE digest = :scan"),
        {"verify": "{scan}"},
    ),
    "an arrival is back-dated": (
        _rows(f"UPDATE receipt SET received_at = received_at - {_DAY} WHERE digest = :scan"),
        {"verify": "{scan}"},
    ),
    "an Akte is back-dated": (
        _rows(f"UPDATE akte SET opened_at = opened_at - {_DAY} WHERE aktenzeichen = :one"),
        {"verify": AKTE},
    ),
    "a version is back-dated": (
        _rows(f"UPDATE history SET at = at - {_DAY} WHERE key = :first"), {"verify": "{first}"},
    ),
    "retention is another one": (
        _rows("UPDATE aktenplan SET retention_years = 0"), {"verify": "aktenplan"},
    ),
    "a reason is another one": (_rows("UPDATE reason SET text = 'x'"), {"verify": "its words"}),
    # evidence records
    "a leaf is removed": (
        _rows("DELETE FROM evidence_leaf WHERE object = :sealed"), {"evidence": "evidence-1"},
    ),
    "a leaf is exchanged": (
        _rows("UPDATE evidence_leaf SET object = replace(object, 'a', 'b') WHERE object = :sealed"),
        {"evidence": "{first}"},
    ),
    "a path is another one": (
        _rows("UPDATE evidence_leaf SET path = '' WHERE object = :sealed"), {"evidence": "{first}"},
    ),
    "a path is none": (
        _rows("UPDATE evidence_leaf SET path = 'x' WHERE object = :sealed"),
        {"evidence": "{first}"},
    ),
    "a tree is removed": (
        _rows(
            "UPDATE evidence_tree SET followed_by = NULL",
            "DELETE FROM evidence_leaf WHERE tree = 1",
            "DELETE FROM evidence_tree WHERE id = 1",
        ),
        {"evidence": "{first}"},
    ),
    "a tree is another one": (
        _rows("UPDATE evidence_tree SET root = replace(root, 'a', 'b') WHERE id = 1"),
        {"evidence": "evidence-1"},
    ),
    "a renewal is removed": (
        _rows("UPDATE evidence_tree SET followed_by = NULL, path = '' WHERE id = 1"),
        {"evidence": "evidence-4"},
    ),
    # erasures
    "a loss": (lambda each: _lost(each, proof=False, event=False), {"verify": "{second}"}),
    "a loss with a proof": (
        lambda each: _lost(each, proof=True, event=False), {"verify": "{second}"},
    ),
    "a loss that nobody asked for": (
        lambda each: _lost(each, proof=True, event=True), {"verify": "{second}"},
    ),
    "a proof is removed": (_rows("DELETE FROM erasure"), {"verify": "it is lost, not erased"}),
    "a proof is edited": (
        _rows("UPDATE erasure SET proof = replace(proof, 'a.frager', 'c.andere')"),
        {"verify": "it is lost, not erased"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_it_is_found_and_located(keeper, name):
    work, found = CASES[name]
    first, second, third = keeper.letters()
    ids = {"first": first.id, "second": second.id, "third": third.id, "scan": first.scan}
    work(keeper)
    for command, place in found.items():
        said = keeper.ask("audit" if command == "doubt" else command)
        assert said.code == (21 if command == "doubt" else 20 if place else 0), said.text
        assert place.format(**ids) in said.out
