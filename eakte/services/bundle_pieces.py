"""What goes into an evidence bundle, by name: the layout that `verify.py` knows, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eakte.audit.checkpoint import SIGNATURE, TOKEN
from eakte.audit.excerpt import Entry, Proofs
from eakte.audit.tree import inclusion_ranges
from eakte.domain.akten import Document
from eakte.domain.canonical import canonical
from eakte.domain.codec import from_json
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import MediaType
from eakte.domain.moments import to_micros
from eakte.domain.verification import VerificationReport
from eakte.handover.bundle import Pieces
from eakte.handover.bundle_readme import Proof, Record, Sealed, Stamped, Told, readme
from eakte.i18n import _, speaking
from eakte.pdfa.xmp import json_of
from eakte.pipeline.desk import Desk
from eakte.records import scans
from eakte.seal import outsiders
from eakte.seal.evidence.syntax import write
from eakte.services.anchoring import SignedCheckpoint
from eakte.services.evidence_chains import Chains
from eakte.services.handed_files import FORMATS
from eakte.services.verification_reports import as_text
from eakte.services.verifying import Verified

_VERIFIER = Path(__file__).parent.parent / "handover" / "verify.py"


@dataclass(frozen=True)
class Chosen:
    """What a bundle is about: records as they were at one moment."""

    name: str
    letters: tuple[Document, ...]
    manifest: Digest | None
    """Of an Akte."""
    chains: Mapping[Digest, Chains]
    """The evidence records of sealed originals and manifest."""
    scans: frozenset[Digest]
    """Received files that go into it."""

    def warnings(self) -> Iterator[str]:
        """Say what is missing."""
        for each in self.letters:
            if each.scan not in self.scans:
                told = _("{document}: its scan holds letters of others, and is not in the bundle")
                yield told.format(document=each.id)
        lacking = sum(not chains for chains in self.chains.values())
        if lacking:
            yield _("{count} evidence records do not exist yet: eakte evidence create").format(
                count=lacking
            )


@dataclass(frozen=True)
class Proven:
    """What the log tells of it, and what proves that."""

    events: tuple[Entry, ...]
    states: tuple[SignedCheckpoint, ...]
    """Signed checkpoints, the oldest first."""
    proofs: Proofs | None

    def warnings(self) -> Iterator[str]:
        """Say what is not proven."""
        if not self.states:
            yield _("there is no signed checkpoint: nothing proves the log to others")


def pieces(desk: Desk, chosen: Chosen, proven: Proven) -> Pieces:
    """Give all of it but the sums."""
    found: dict[str, bytes | Path] = {}
    for each in (
        _trust(desk, chosen, proven),
        _log(proven),
        _records(chosen),
        _letters(desk, chosen),
    ):
        found.update(each)
    if chosen.manifest:
        found["manifest.json"] = desk.store.checked(chosen.manifest)
    found["bundle.json"] = canonical(_index(desk, chosen, proven)).encode()
    found["verify.py"] = _VERIFIER.read_bytes()
    found["README.txt"] = readme(_told(desk, chosen, proven)).encode()
    return found


def _index(desk: Desk, chosen: Chosen, proven: Proven) -> object:
    inclusion = proven.proofs.inclusion if proven.proofs else {}
    return {
        "v": 1,
        "kind": "akte" if chosen.manifest else "document",
        "object": chosen.name,
        "made_at": to_micros(desk.clock.now()),
        "checkpoints": [each.checkpoint.size for each in proven.states],
        "growth": _hex(proven.proofs.consistency if proven.proofs else ()),
        "events": {
            str(each.position): _hex(inclusion.get(each.position, ())) for each in proven.events
        },
        "documents": dict(_received(desk, chosen)),
    }


def _hex(hashes: tuple[bytes, ...]) -> list[str]:
    return [each.hex() for each in hashes]


def _received(desk: Desk, chosen: Chosen) -> Iterator[tuple[str, str]]:
    """Give the name of the file that each document came in, "" if it is not there."""
    with desk.engine.connect() as connection:
        for each in chosen.letters:
            kind = MediaType(scans.get(connection, each.scan).media_type)
            name = f"received/{each.scan}.{FORMATS[kind][1]}"
            yield each.id, name if each.scan in chosen.scans else ""


def _trust(desk: Desk, chosen: Chosen, proven: Proven) -> Iterator[tuple[str, bytes]]:
    trust = desk.home.trust
    sealed = [desk.store.path(each.sealed) for each in chosen.letters if each.sealed]
    signatures = [each.statement.with_suffix(SIGNATURE).read_bytes() for each in proven.states]
    yield "trust/anchors.pem", outsiders.anchors(trust)
    yield "trust/others.pem", outsiders.others(trust)
    yield "trust/seal.pem", outsiders.seal_certificates(sealed, signatures)


def _log(proven: Proven) -> Iterator[tuple[str, bytes]]:
    for state in proven.states:
        for file in state.files:
            yield f"checkpoints/{file.name}", file.read_bytes()
    for each in proven.events:
        yield f"events/{each.position:012}.json", each.raw


def _records(chosen: Chosen) -> Iterator[tuple[str, bytes]]:
    """Give the evidence records, each with its time-stamps as openssl can read them."""
    stems = {each.sealed: f"documents/{each.id}/evidence" for each in chosen.letters}
    for digest, chains in chosen.chains.items():
        stem = stems.get(digest, "manifest")
        if chains:
            yield f"{stem}.ers", write(chains)
        stamps = [each for chain in chains for each in chain]
        for number, each in enumerate(stamps, start=1):
            yield f"{stem}-{number}.tst", outsiders.for_openssl(each.token)


def _letters(desk: Desk, chosen: Chosen) -> Iterator[tuple[str, bytes | Path]]:
    names = dict(_received(desk, chosen))
    for each in chosen.letters:
        folder = f"documents/{each.id}"
        if each.sealed is None or each.report is None or each.transfervermerk is None:
            continue
        report = desk.store.get(each.report)
        yield f"{folder}/sealed.pdf", desk.store.checked(each.sealed)
        yield f"{folder}/transfervermerk.json", json_of(each.transfervermerk).encode()
        yield f"{folder}/report.json", report
        with speaking("de"):
            told = Verified(each.id, each.subject, from_json(VerificationReport, report))
            yield f"{folder}/report.txt", as_text((told,)).encode()
        if names[each.id]:
            yield names[each.id], desk.store.checked(each.scan)


def _told(desk: Desk, chosen: Chosen, proven: Proven) -> Told:
    """Give what the README needs: the first document, as an example of all."""
    letter = chosen.letters[0] if chosen.letters else None
    return Told(
        name=chosen.name,
        organisation=desk.home.settings.organisation,
        made_at=desk.clock.now(),
        verifier=digest_of(_VERIFIER.read_bytes()),
        states=tuple(
            Stamped(
                f"checkpoints/{each.statement.stem}",
                outsiders.time_of(each.statement.with_suffix(TOKEN).read_bytes()),
                each.checkpoint.root,
            )
            for each in proven.states
        ),
        proof=_example(proven, letter) if letter else None,
        seal=_seal(desk, letter) if letter else None,
        record=_record(chosen, letter) if letter else None,
    )


def _seal(desk: Desk, letter: Document) -> Sealed | None:
    if letter.sealed is None:
        return None
    place = outsiders.seal_place(desk.store.path(letter.sealed))
    name = f"documents/{letter.id}/sealed.pdf"
    return Sealed(name, place.before, place.behind, place.end, place.proven_at)


def _record(chosen: Chosen, letter: Document) -> Record | None:
    """Give the way from a document to the first time-stamp over it."""
    chains = chosen.chains.get(letter.sealed, []) if letter.sealed else []
    if not chains:
        return None
    first = chains[0][0]
    stamp = Stamped(f"documents/{letter.id}/evidence-1.tst", first.stated.time, "")
    own = str(letter.sealed)
    lists = [[each.hex() for each in members if each.hex() != own] for members in first.lists]
    return Record(stamp, first.digest, tuple(map(tuple, filter(None, lists))))


def _example(proven: Proven, letter: Document) -> Proof | None:
    """Give the event that names the sealed file, with its way up."""
    if proven.proofs is None:
        return None
    for each in reversed(proven.events):
        names_it = each.event.after.get("sha256") == letter.sealed
        if names_it and each.event.object == letter.id and each.position in proven.proofs.inclusion:
            ranges = inclusion_ranges(each.position, proven.states[-1].checkpoint.size)
            sides = ("right" if one.start > each.position else "left" for one in ranges)
            parts = (part.hex() for part in proven.proofs.inclusion[each.position])
            steps = tuple(zip(sides, parts, strict=True))
            return Proof(f"events/{each.position:012}.json", steps)
    return None
