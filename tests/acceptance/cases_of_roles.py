"""Every command with what it takes: one table, in the order in which a role runs it."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.services.access import Permission

AKTE = "40.1-211.70/2026-0005"
OTHER_AKTE = "40.2-211.10/2026-0027"
"""Two Akten of office 40."""
DOCUMENT, OTHER_DOCUMENT = "18d834a0141646dd-1", "82686c4e5bfd021b-1"
"""The letters filed in them; the second one shares its scan with a letter of office 10."""
CUT, LOCKED = "36-widerspruch-abgebrochen.pdf", "35-beschwerde-verschluesselt.pdf"
"""Files in quarantine."""


@dataclass(frozen=True)
class Case:
    """A command line: `{…}` is filled in by the test; `codes`: how it may end where it may run.

    `hides`: an argument that names a record; records of others must be as if they did not exist.
    `slow`: only one role that may run it does so.
    """

    line: str
    permission: Permission | None
    codes: tuple[int, ...] = (0,)
    hides: str = ""
    slow: bool = False


CASES = (
    Case("init --home {out}", None, slow=True),
    Case("separator {out}", None),
    Case("backup create {out}", Permission.OPERATE),
    Case("backup list {backups} --json", None),
    Case("backup verify {backups}", None),
    Case("backup prune {backups} --keep 3", None),
    Case("restore {backups} {out}{database}", None, slow=True),
    Case("watch --once", Permission.OPERATE, (0, 4, 7), slow=True),
    Case("migrate", Permission.OPERATE, slow=True),
    Case("status", Permission.STATUS),
    Case("status --all --json", Permission.STATUS),
    Case("submit {file}", Permission.SUBMIT),
    Case("search Bescheid", Permission.READ),
    Case("search Bescheid --akte {akte} --json", Permission.READ, hides="akte"),
    Case("show {doc}", Permission.READ, hides="doc"),
    Case("show {doc} --json", Permission.READ, hides="doc"),
    Case("show {doc} --text", Permission.READ, hides="doc"),
    Case("show {doc} --alto", Permission.READ, hides="doc"),
    Case("show {doc} --hocr", Permission.READ, hides="doc"),
    Case("show {doc} --transfervermerk", Permission.READ, hides="doc"),
    Case("show {doc} --pdf {out}", Permission.READ, hides="doc"),
    Case("show {doc} --original {out}", Permission.READ, hides="doc"),
    Case("show {doc} --enclosures {out}", Permission.READ, hides="doc"),
    Case("akte list --json", Permission.READ),
    Case("akte show {akte} --json", Permission.READ, hides="akte"),
    Case("akte history {akte} --json", Permission.READ, hides="akte"),
    Case("akte new 40.9-211.70/2026-{number} Titel", Permission.CHANGE_AKTEN),
    Case("akte change {akte} --title Anders{number}", Permission.CHANGE_AKTEN, hides="akte"),
    Case("akte close {closing}", Permission.CHANGE_AKTEN, (0, 6), hides="closing"),
    Case("akte reopen {closing}", Permission.CHANGE_AKTEN, (0, 6), hides="closing"),
    Case("vorgang new {akte} Zweiter", Permission.CHANGE_AKTEN, hides="akte"),
    Case("vorgang rename {akte} 2 Anders{number}", Permission.CHANGE_AKTEN, hides="akte"),
    Case("vorgang close {akte} 2", Permission.CHANGE_AKTEN, (0, 6), hides="akte"),
    Case("vorgang reopen {akte} 2", Permission.CHANGE_AKTEN, (0, 6), hides="akte"),
    Case("document correct {doc} --subject Anders{number}", Permission.CHANGE_AKTEN, hides="doc"),
    Case("document move {doc} {akte} --vorgang 2", Permission.CHANGE_AKTEN, (0, 6), hides="doc"),
    Case(
        f"document move {DOCUMENT} {{akte}} --vorgang 1",
        Permission.CHANGE_AKTEN,
        (0, 6),
        hides="akte",
    ),
    Case("party add {akte} Ohm --role Anwalt", Permission.CHANGE_AKTEN, hides="akte"),
    Case("party change {party} --name Ohm{number}", Permission.CHANGE_AKTEN),
    Case("note add {doc} Text", Permission.CHANGE_AKTEN, hides="doc"),
    Case("note change {note} Anders{number}", Permission.CHANGE_AKTEN),
    Case(f"link add {DOCUMENT} {{other}}", Permission.CHANGE_AKTEN, hides="other"),
    Case("wiedervorlage set {akte} 2026-01-01 Text", Permission.CHANGE_AKTEN, hides="akte"),
    Case("wiedervorlage list --days 9000 --json", Permission.READ),
    Case("wiedervorlage change {wiedervorlage} --text Anders{number}", Permission.CHANGE_AKTEN),
    Case("party remove {party}", Permission.CHANGE_AKTEN, (0, 6)),
    Case("note remove {note}", Permission.CHANGE_AKTEN, (0, 6)),
    Case("link remove {link}", Permission.CHANGE_AKTEN, (0, 6)),
    Case("wiedervorlage done {wiedervorlage}", Permission.CHANGE_AKTEN, (0, 6)),
    Case("aktenplan import {csv}", Permission.OPERATE),
    Case("aktenplan show --json", Permission.READ),
    Case("import xdomea {plan}", Permission.OPERATE),
    Case(
        "export xdomea {akte} {folder} --message 0401",
        Permission.CHANGE_AKTEN,
        (0, 6),
        hides="akte",
    ),
    Case("retention due --days 9000 --json", Permission.READ),
    Case("retention hold {akte} --reason Klage", Permission.CHANGE_AKTEN, (0, 6), hides="akte"),
    Case(
        "retention hold {akte} --reason Ende --lift",
        Permission.CHANGE_AKTEN,
        (0, 6),
        hides="akte",
    ),
    Case("retention offer {akte} --out {folder}", Permission.CHANGE_AKTEN, (6,), hides="akte"),
    Case(
        "retention answer {akte} --destroy --reason Brief",
        Permission.CHANGE_AKTEN,
        (6,),
        hides="akte",
    ),
    Case("retention deliver {akte} --out {folder}", Permission.CHANGE_AKTEN, (6,), hides="akte"),
    Case("retention destroy {akte} --reason Frist", Permission.ERASE, (6,), hides="akte"),
    Case("retention destroy {akte} --confirm", Permission.ERASE, (6,), hides="akte"),
    Case("retention erased --json", Permission.AUDIT),
    Case("erase {doc} --ground a --reason Antrag", Permission.ERASE, (0, 6), hides="doc"),
    Case("erase {other} --confirm", Permission.ERASE, (6,), hides="other"),
    Case("deadlines --json", Permission.READ),
    Case("deadlines --done {due}", Permission.CHANGE_AKTEN, (0, 6), hides="due"),
    Case("review list --json", Permission.SEE_QUEUE),
    Case("review show {open} --json", Permission.SEE_QUEUE, hides="open"),
    Case("review correct {open} --set sender=Anders{number}", Permission.REVIEW, hides="open"),
    Case("review release {open} --person {person}", Permission.REVIEW, (0, 6), hides="open"),
    Case("review rescan {wanted} --reason Grund", Permission.REVIEW, (0, 6), hides="wanted"),
    Case("review rescan {wanted} --withdraw", Permission.REVIEW, (0, 6), hides="wanted"),
    Case("review rescan {wanted} --reason Nochmal", Permission.REVIEW, (0, 6), hides="wanted"),
    Case("review replace {wanted} {new}", Permission.REVIEW, (0, 6), hides="wanted"),
    Case("review reject {unwanted} --reason Grund", Permission.REVIEW, (0, 6), hides="unwanted"),
    Case("review split {long} --after 1", Permission.REVIEW, (0, 6), hides="long"),
    Case("review join {doc} {open}", Permission.REVIEW, (6,), hides="doc"),
    Case("review work --person {person} --plain", Permission.REVIEW),
    Case("qa list --json", Permission.SEE_QUEUE),
    Case("qa draw {batch}", Permission.AUDIT),
    Case("paper release --batch {batch} --json", Permission.AUDIT, slow=True),
    Case("paper release --batch {batch} --person {person}", Permission.OPERATE, (6,)),
    Case("quarantine list --json", Permission.SEE_QUARANTINE),
    Case(f"quarantine show {CUT}", Permission.SEE_QUARANTINE),
    Case(f"quarantine unlock {LOCKED} --password-file {{secret}}", Permission.RETRY, (6,)),
    Case("quarantine retry --all", Permission.RETRY),
    Case(f"quarantine retry {CUT}", Permission.RETRY, (5,)),
    Case("verify {doc} --json", Permission.READ, hides="doc"),
    Case("verify {akte} --json", Permission.READ, hides="akte"),
    Case("verify {file}", Permission.STATUS, (21,)),
    Case("verify --all --json", Permission.AUDIT, slow=True),
    Case("audit log --json", Permission.AUDIT),
    Case("audit verify", Permission.AUDIT),
    Case("audit proof 7", Permission.AUDIT),
    Case("audit proof consistency --from 7", Permission.AUDIT),
    Case("audit checkpoint", Permission.OPERATE),
    Case("audit report --from 2026-01-01 --to 2026-12-31 --json", Permission.AUDIT),
    Case("audit report --from 2026-01-01 --to 2026-12-31 {out}.pdf", Permission.AUDIT, slow=True),
    Case("index check", Permission.AUDIT),
    Case("index rebuild", Permission.OPERATE, slow=True),
    Case("seal due", Permission.AUDIT),
    Case("seal renew --within 0", Permission.OPERATE),
    Case("seal key show", Permission.AUDIT),
    Case("seal key retry", Permission.OPERATE),
    Case("evidence create", Permission.OPERATE),
    Case("export xaip {doc} {out}", Permission.CHANGE_AKTEN, hides="doc"),
    Case("export xaip {akte} {out}", Permission.CHANGE_AKTEN, (0, 6), hides="akte"),
    Case("export evidence {doc} {out}", Permission.CHANGE_AKTEN, (0, 6), hides="doc"),
    Case("export evidence {akte} {out}", Permission.CHANGE_AKTEN, (0, 6), hides="akte"),
    Case("evidence renew --within 0", Permission.OPERATE),
    Case("evidence verify {doc} --json", Permission.READ, (0, 21), hides="doc"),
    Case("evidence verify {akte} --json", Permission.READ, (0, 21), hides="akte"),
    Case("evidence verify --all --json", Permission.AUDIT, (0, 20, 21), slow=True),
    Case("evidence show {doc}", Permission.READ, (0, 5), hides="doc"),
    Case("evidence show {doc} --out {out}", Permission.READ, (0, 5), hides="doc"),
    Case("trust show", Permission.STATUS),
    Case("trust update", Permission.OPERATE, (3,)),
    Case("classify report", Permission.AUDIT, slow=True),
    Case("classify train", Permission.OPERATE, slow=True),
    Case("verfahren show --text", Permission.STATUS),
    Case("verfahren init", Permission.OPERATE, (6,)),
    Case("verfahren adopt --person {person}", Permission.OPERATE, (6,)),
    Case("doctor", Permission.AUDIT, (0, 7), slow=True),
    Case("doctor --repair", Permission.OPERATE, (0, 7), slow=True),
)
