"""Signed checkpoints: checked by openssl, kept outside, and held against a rebuilt log."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from eakte.audit import checkpoint as format_of
from eakte.audit import log, tree
from eakte.audit.checkpoint import Kind
from eakte.config import Home, open_home
from eakte.database import transaction
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action, Event
from eakte.errors import ExitCode, RefusedError, SealDelayedError
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.seal.cms_evidence import certificates_in
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.evidence.stamping import completed
from eakte.sections import Anchoring
from eakte.services import (
    anchor_keeping,
    anchor_places,
    anchoring,
    auditing,
    checkup,
    overview,
)
from tests.integration.evidence_home import DAY, NOW, stamper
from tests.tools import homes


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("made") / "home"
    homes.create(root, FixedClock(NOW), "Stadt Neuenfurt", demo=True)
    return root


@pytest.fixture
def context(fresh, tmp_path) -> Context:
    return opened(homes.copy(fresh, tmp_path / "home"))


def opened(root: Path, moment=NOW, **anchors) -> Context:
    home = open_home(root)
    settings = home.settings.model_copy(update={"anchors": Anchoring(**anchors)})
    return Context(Home(root, settings), FixedClock(moment))


def again(context: Context, moment=NOW, **anchors) -> Context:
    return opened(context.home.root, moment, **anchors)


def add(desk: Desk, count: int = 1) -> None:
    with transaction(desk.engine) as connection:
        for number in range(count):
            event = Event(Action.SEARCHED, "index", f"clerk-{number}", "", desk.clock.now())
            log.append(connection, event)


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def by_hand(made: anchoring.SignedCheckpoint, root: Path) -> list[str]:
    """Do what the README says; gives what openssl says of signature and time-stamp."""
    token, signature, said = made.files
    signed = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", said,
        "-CAfile", root, "-purpose", "any", "-out", "/dev/null",
    )  # fmt: skip
    stamped = openssl(
        "ts", "-verify", "-token_in", "-in", token, "-data", signature, "-CAfile", root
    )
    return [f"{each.returncode} {each.stdout}{each.stderr}" for each in (signed, stamped)]


def test_openssl_confirms_a_signed_checkpoint(context):
    made = anchoring.sign_checkpoint(context, context.sealer)
    root = context.home.trust / "anchors" / "root.pem"
    signed, stamped = by_hand(made, root)
    assert signed.startswith("0 "), signed
    assert stamped.startswith("0 "), stamped
    assert "OK" in stamped
    said = made.statement.read_bytes()
    assert json.loads(said).keys() == {"at", "home", "root", "size", "v"}


def test_openssl_reads_a_token_without_revocation_data_only(context, tmp_path):
    """Why that is kept out: it would make the time-stamp unreadable for an expert's tool."""
    full = stamper(context).stamp(bytes(32), "sha256")
    signed = cms.ContentInfo.load(full)["content"]
    assert signed["crls"]
    bare = completed(full, certificates_in(signed), None)
    read = []
    for number, token in enumerate((full, bare)):
        (tmp_path / str(number)).write_bytes(token)
        asked = openssl("ts", "-reply", "-token_in", "-in", tmp_path / str(number), "-text")
        read.append((asked.returncode, "Time stamp" in asked.stdout))
    assert read == [(1, False), (0, True)]
    assert not cms.ContentInfo.load(bare)["content"]["crls"].native


def test_openssl_refuses_a_changed_one(context):
    made = anchoring.sign_checkpoint(context, context.sealer)
    _token, signature, said = made.files
    said.chmod(0o600)
    said.write_bytes(said.read_bytes().replace(b'"v":1', b'"v":2'))
    signature.chmod(0o600)
    signed, stamped = by_hand(made, context.home.trust / "anchors" / "root.pem")
    assert not signed.startswith("0 ")
    assert stamped.startswith("0 ")
    signature.write_bytes(signature.read_bytes()[:-1] + b"\0")
    assert not by_hand(made, context.home.trust / "anchors" / "root.pem")[1].startswith("0 ")


def rebuild(desk: Desk, position: int) -> None:
    """Rewrite the whole log with another actor in one event, as its keeper could: consistently."""
    homes.unguard(desk.home.root)
    with desk.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT position, entry FROM audit_event ORDER BY position"
        ).all()
        connection.exec_driver_sql("DELETE FROM audit_event")
        frontier: tuple[bytes, ...] = ()
        for number, entry in rows:
            said = json.loads(entry)
            said["actor"] = "somebody else" if number == position else said["actor"]
            text = log.canonical(said)
            leaf = tree.leaf_hash(text.encode())
            frontier = tree.append(frontier, number, leaf)
            root = tree.root_of(frontier).hex()
            values = {"position": number, "entry": text, "leaf": leaf.hex(), "root": root}
            connection.execute(log.audit_event.insert().values(values))
        parts = json.dumps([part.hex() for part in frontier])
        connection.execute(log.audit_head.update().values(root=root, frontier=parts))


@pytest.fixture
def kept(context, tmp_path) -> Path:
    """A copy of everything that went out, made before anybody changed anything."""
    places = {"folder": "worm", "mail_folder": "drop", "print_file": "paper.txt"}
    for name in ("worm", "drop"):
        (tmp_path / name).mkdir()
    context = again(context, **{name: tmp_path / path for name, path in places.items()})
    add(context, 3)
    assert not anchor_keeping.sign_now(context).troubles
    return tmp_path


def forms(kept: Path) -> dict[str, Path]:
    (statement,) = (kept / "worm").glob("*.json")
    (mail,) = (kept / "drop").glob("*.eml")
    lines = kept / "home" / "anchors" / "checkpoints.jsonl"
    return {"statement": statement, "mail": mail, "paper": kept / "paper.txt", "lines": lines}


FORMS = ["statement", "mail", "paper", "lines"]


@pytest.mark.parametrize("form", FORMS)
def test_a_rebuilt_history_is_found_by_every_kind_of_anchor(context, kept, form):
    file = kept / f"anchor{forms(kept)[form].suffix}"
    for each in forms(kept)[form].parent.glob(f"{forms(kept)[form].stem}.*"):
        file.with_suffix(each.suffix).write_bytes(each.read_bytes())
    add(context, 2)
    honest = auditing.verify(context, (file,))
    assert auditing.exit_code(honest) is ExitCode.OK
    assert honest.anchored == honest.size - 2
    assert honest.signed == (honest.anchored if form in {"statement", "mail"} else 0)
    rebuild(context, 1)
    for each in context.home.anchors.iterdir():
        each.unlink()
    anchoring.write_checkpoint(context)
    fooled = auditing.verify(context)
    assert (fooled.intact, fooled.anchored) == (True, fooled.size), "its own keeper fools it"
    verdict = auditing.verify(context, (file,))
    assert auditing.exit_code(verdict) is ExitCode.INVALID
    assert f"0 to {honest.anchored - 1}" in verdict.defects[0].detail
    assert verdict.anchored == verdict.signed == 0


@pytest.mark.usefixtures("kept")
def test_ranges_say_what_speaks_for_which_events(context):
    size = auditing.verify(context).size
    add(again(context, NOW + DAY), 2)
    anchoring.write_checkpoint(context)
    add(again(context, NOW + 2 * DAY))
    found = auditing.verify(context)
    told = [(each.first, each.last, each.confirmed_by) for each in found.ranges]
    assert told == [
        (0, size - 1, "signed anchors"),
        (size, size + 1, "lines"),
        (size + 2, size + 2, "the log itself only"),
    ]
    assert found.ranges[1].since == found.ranges[1].until == NOW + DAY
    (anchor,) = found.anchors
    assert (anchor.kind, anchor.flaw, anchor.stamped_at) == (
        Kind.STAMPED, "", NOW.replace(microsecond=0),
    )  # fmt: skip
    assert "Siegel" in anchor.signer or "Seal" in anchor.signer


def test_a_change_is_located_between_two_anchors(context):
    add(context, 3)
    first = anchoring.sign_checkpoint(context, context.sealer)
    add(context, 4)
    second = anchoring.sign_checkpoint(context, context.sealer)
    rebuild(context, second.checkpoint.size - 2)
    verdict = auditing.verify(context)
    assert (verdict.signed, len(verdict.defects)) == (first.checkpoint.size, 1)
    place = f"{first.checkpoint.size} to {second.checkpoint.size - 1}"
    assert place in verdict.defects[0].detail
    add(context)
    with pytest.raises(RefusedError, match="contradicts"):
        anchoring.sign_checkpoint(context, context.sealer)


def forge(kept: Path, part: str, change) -> Path:
    (file,) = (kept / "worm").glob(f"*{part}")
    file.chmod(0o600)
    change(file)
    return next((kept / "worm").glob("*.json"))


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(data)


def _more(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def _other(file: Path) -> None:
    said = json.loads(file.read_bytes())
    file.write_bytes(format_of.canonical(said | {"size": said["size"] - 1}).encode())


@pytest.mark.parametrize(
    ("part", "change", "why"),
    [
        (".p7s", _flip, "time-stamp is over another signature"),
        (".p7s", _more, "time-stamp is over another signature"),
        (".p7s", lambda file: file.write_bytes(b""), "time-stamp is over another signature"),
        (".p7s", Path.unlink, "no signature"),
        (".tst", _flip, "wrong"),
        (".tst", _more, "not analysable"),
        (".json", _other, "not over these bytes"),
        (".json", lambda file: file.write_bytes(file.read_bytes() + b"\n"), "canonical"),
    ],
)  # fmt: skip
def test_what_is_forged_confirms_nothing_and_contradicts_nothing(context, kept, part, change, why):
    file = forge(kept, part, change)
    verdict = auditing.verify(context, (file,))
    assert auditing.exit_code(verdict) is ExitCode.INDETERMINATE
    assert (verdict.anchored, verdict.signed, verdict.intact) == (0, 0, True)
    (anchor,) = verdict.unproven
    assert why in anchor.flaw


def test_a_time_stamp_of_another_signature_is_not_taken(context):
    """Each part is good by itself: an old time-stamp would make a new signature older."""
    add(context)
    old = anchoring.sign_checkpoint(context, context.sealer)
    add(context)
    new = anchoring.sign_checkpoint(context, context.sealer)
    new.files[0].chmod(0o600)
    new.files[0].write_bytes(old.files[0].read_bytes())
    verdict = auditing.verify(context, (new.statement,))
    assert [each.flaw for each in verdict.anchors] == ["the time-stamp is over another signature"]
    assert verdict.signed == 0


def test_without_its_time_stamp_a_signature_counts_while_its_certificate_does(context, kept):
    file = forge(kept, ".tst", Path.unlink)
    verdict = auditing.verify(context, (file,))
    assert [each.kind for each in verdict.anchors] == [Kind.SIGNED]
    assert verdict.signed == verdict.size
    later = auditing.verify(again(context, NOW + 40 * 365 * DAY), (file,))
    assert later.signed == 0
    assert later.unproven


def test_with_its_time_stamp_it_counts_when_all_certificates_have_ended(context, kept):
    then = again(context, NOW + 12 * 365 * DAY)
    assert then.clock.now() > context.sealer._key.certificate.not_valid_after
    verdict = auditing.verify(then, (forms(kept)["statement"],))
    assert verdict.signed == verdict.size


def test_another_authority_is_not_believed(context, kept, tmp_path):
    """Who rebuilds the log can sign it, too: with a key of their own."""
    other = tmp_path / "other"
    create_demo_trust(other, "Stadt Neuenfurt (DEMO)", FixedClock(NOW))
    rebuild(context, 1)
    verdict = auditing.verify(context, (forms(kept)["statement"],), (other,))
    assert auditing.exit_code(verdict) is ExitCode.INDETERMINATE
    assert "not trusted" in verdict.unproven[0].flaw
    own = auditing.verify(context, (forms(kept)["statement"],), (other, context.home.trust))
    assert auditing.exit_code(own) is ExitCode.INVALID


@pytest.mark.parametrize(
    "typed", ["{0}0", "eakte", "", "{1}"], ids=["end", "word", "empty", "root"]
)
def test_a_line_that_is_mistyped_is_no_alarm(context, kept, typed):
    line = (kept / "paper.txt").read_text().strip()
    words = line.split()
    other = " ".join([*words[:3], words[4], words[3], *words[5:]])
    (kept / "typed.txt").write_text(typed.format(line, other))
    verdict = auditing.verify(context, (kept / "typed.txt",))
    assert auditing.exit_code(verdict) is ExitCode.INDETERMINATE
    assert verdict.intact
    (kept / "typed.txt").write_text("Anker vom 2. März:\n" + line.replace(" ", "\n  "))
    assert auditing.verify(context, (kept / "typed.txt",)).anchored == verdict.size


def test_a_checkpoint_is_due_by_time_and_by_events(context):
    assert not anchoring.is_due(context)
    assert anchoring.is_due(again(context, NOW + DAY))
    assert anchoring.is_due(again(context, NOW + timedelta(hours=1), every_hours=1))
    with context.engine.connect() as connection:
        size = log.size(connection)
    assert anchoring.is_due(again(context, every_events=size))
    assert not anchoring.is_due(again(context, every_events=size + 1))
    anchoring.sign_checkpoint(context, context.sealer)
    assert not anchoring.is_due(again(context, NOW + DAY)), "nothing happened since"
    add(context)
    assert anchoring.is_due(again(context, NOW + DAY))
    assert anchoring.is_due(again(context, NOW - DAY)), "the clock was set back"
    assert anchoring.is_due(again(context, every_events=1))
    assert not anchoring.is_due(again(context, every_events=2))
    assert not anchoring.is_due(again(context, every_events=0))


def test_nothing_new_gives_the_same_one(context):
    made = anchoring.sign_checkpoint(context, context.sealer)
    before = [file.read_bytes() for file in made.files]
    assert anchoring.sign_checkpoint(again(context, NOW + DAY), context.sealer) == made
    assert [file.read_bytes() for file in made.files] == before
    assert {file.stat().st_mode & 0o777 for file in made.files} == {0o400}


class _Down:
    """A sealer whose services cannot be had."""

    def attest(self, statement: bytes) -> tuple[bytes, bytes]:
        raise SealDelayedError(reason="no time-stamp authority", detail=len(statement))


def test_services_that_are_down_are_told_and_tried_again(context):
    later = again(context, NOW + DAY)
    later.__dict__["sealer"] = _Down()
    assert not anchor_keeping.bring_up(later)
    assert not list(later.home.anchors.glob("checkpoint-*"))
    (trouble,) = anchor_places.troubles(later)
    assert "no time-stamp authority" in trouble.detail
    assert trouble.since == NOW + DAY
    del later.__dict__["sealer"]
    assert anchor_keeping.bring_up(later)
    assert anchor_places.troubles(later) == ()
    assert anchoring.last_signed(later.home.anchors)


def test_a_crash_before_the_statement_leaves_nothing_that_counts(context):
    with context.engine.connect() as connection:
        name = format_of.name_of(log.size(connection))
    left = context.home.anchors / f"{name}.p7s"
    left.write_bytes(b"half")
    assert anchoring.last_signed(context.home.anchors) is None
    made = anchoring.sign_checkpoint(context, context.sealer)
    assert made.files[1] == left
    assert auditing.verify(context).signed == made.checkpoint.size


def test_a_place_that_was_away_gets_all_of_them_later(context, tmp_path):
    there = again(context, folder=tmp_path / "worm", mail_folder=tmp_path / "mail")
    (tmp_path / "mail").mkdir()
    sizes = []
    for _each in range(3):
        add(there)
        done = anchor_keeping.sign_now(there)
        assert [each.path for each in done.troubles] == [str(tmp_path / "worm")]
        sizes.append(done.size)
    assert [each.kind for each in anchor_places.lacking(there)] == ["folder"]
    (tmp_path / "worm").mkdir()
    assert anchor_places.deliver(there)
    names = [f"{format_of.name_of(size)}.json" for size in sizes]
    assert sorted(each.name for each in (tmp_path / "worm").glob("*.json")) == names
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 3
    assert not anchor_places.lacking(there)
    newer = again(context, folder=tmp_path / "worm2")
    assert not anchor_places.deliver(newer), "it is not there yet"
    (tmp_path / "worm2").mkdir()
    assert anchor_places.deliver(newer)
    assert [each.name for each in (tmp_path / "worm2").glob("*.json")] == names[-1:]


def test_a_folder_is_written_once_and_never_overwritten(context, tmp_path):
    there = again(context, folder=tmp_path)
    made = anchoring.sign_checkpoint(there, there.sealer)
    (tmp_path / made.statement.name).write_bytes(b"{}")
    assert not anchor_places.deliver(there)
    assert (tmp_path / made.statement.name).read_bytes() == b"{}"
    (trouble,) = anchor_places.troubles(there)
    assert "other bytes" in trouble.sentence()
    (tmp_path / made.statement.name).unlink()
    assert anchor_places.deliver(there)
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_a_maildir_gets_whole_mails(context, tmp_path):
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mails" / name).mkdir(parents=True)
    there = again(
        context, mail_folder=tmp_path / "mails", mail_from="eakte@stadt.example",
        mail_to="notar@kanzlei.example",
    )  # fmt: skip
    done = anchor_keeping.sign_now(there)
    (mail,) = (tmp_path / "mails" / "new").iterdir()
    assert not list((tmp_path / "mails" / "tmp").iterdir())
    text = mail.read_bytes().decode()
    assert "To: notar@kanzlei.example\r\n" in text
    assert done.printed.split()[-1] in text
    assert auditing.verify(there, (mail,)).signed == done.size


def test_the_keeper_works_beside_the_watcher(context, tmp_path):
    late = again(context, NOW + DAY, print_file=tmp_path / "paper.txt")
    keeper = anchor_keeping.AnchorKeeping(late)
    keeper.keep_up()
    keeper.finish()
    keeper._working.join(120)
    made = anchoring.last_signed(late.home.anchors)
    assert made
    assert (tmp_path / "paper.txt").read_text() == f"{made.printed}\n"
    assert auditing.verify(late).signed == made.checkpoint.size


def test_status_and_doctor_tell_what_is_wrong(context, tmp_path):
    there = again(context, NOW + DAY, folder=tmp_path / "worm")
    there.__dict__["sealer"] = _Down()
    anchoring.sign_checkpoint(context, context.sealer)
    add(there)
    assert not anchor_keeping.bring_up(there)
    told = [(each.path, each.sentence()) for each in overview.status(there).troubles]
    assert [path for path, _why in told] == [str(tmp_path / "worm"), str(there.home.anchors)]
    assert "cannot be written there" in told[0][1]
    assert "no time-stamp authority" in told[1][1]
    assert [each.fine for each in checkup._anchors(there)] == [False, False]
    (tmp_path / "worm").mkdir()
    del there.__dict__["sealer"]
    assert anchor_keeping.bring_up(there)
    assert overview.status(there).troubles == ()
    healthy = list(checkup._anchors(there))
    assert [each.fine for each in healthy] == [True, True]
    assert (
        f"{anchoring.last_signed(there.home.anchors).checkpoint.size} events" in healthy[1].detail
    )


@pytest.mark.parametrize("kept", ["", "maildir/new", "lines.jsonl"], ids=["empty", "deep", "torn"])
def test_an_anchor_that_says_nothing_does_not_pass_for_one(context, tmp_path, kept):
    """A mount that is not there, or a copy that was cut off, confirms nothing."""
    given = tmp_path / "kept"
    (given / kept).mkdir(parents=True)
    if kept.endswith(".jsonl"):
        given = given / kept / "copy.jsonl"
        given.write_text('{"at": "20')
    add(context)
    assert auditing.exit_code(auditing.verify(context)) is ExitCode.OK
    verdict = auditing.verify(context, (given,))
    assert [each.flaw for each in verdict.unproven] == ["there is no checkpoint in it"]
    assert auditing.exit_code(verdict) is ExitCode.INDETERMINATE
