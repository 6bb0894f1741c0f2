"""Ways to tamper with an unpacked evidence bundle, as somebody who can do all but steal the keys.

Each function changes the folder; SHA256SUMS is written anew afterwards, unless the way is about it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from eakte.audit import tree
from eakte.domain.canonical import canonical
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.trust_folder import TrustFolder


@dataclass(frozen=True)
class Scene:
    """An unpacked bundle, another of the same home, and the time-stamps that anybody can get."""

    folder: Path
    other: Path
    stamper: ArchiveStamper
    trust: Path

    @property
    def index(self):
        return json.loads((self.folder / "bundle.json").read_bytes())

    def write_index(self, **changed):
        (self.folder / "bundle.json").write_text(canonical({**self.index, **changed}))

    def letter(self, name: str) -> Path:
        return min(self.folder.glob("documents/*")) / name

    def other_letter(self, name: str) -> Path:
        return min(self.other.glob("documents/*")) / name

    def event(self, action: str) -> Path:
        return next(
            each
            for each in sorted(self.folder.glob("events/*"))
            if json.loads(each.read_bytes())["action"] == action
        )

    def checkpoint(self, suffix: str) -> Path:
        return max(self.folder.glob(f"checkpoints/*{suffix}"))

    def stamp(self, signature: bytes) -> None:
        token = self.stamper.stamp(hashlib.sha256(signature).digest(), "sha256")
        self.checkpoint(".tst").write_bytes(token)


WAYS: dict[str, Callable[[Scene], object]] = {}
UNSUMMED = set[str]()
"""Ways after which SHA256SUMS stays as it is."""


def way(function):
    WAYS[function.__name__] = function
    return function


def unsummed(function):
    UNSUMMED.add(function.__name__)
    return way(function)


def sum_up(folder: Path) -> None:
    """Write SHA256SUMS so that it is right."""
    lines = [
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.relative_to(folder).as_posix()}\n"
        for each in folder.rglob("*")
        if each.is_file() and each.name != "SHA256SUMS"
    ]
    lines.sort(key=lambda line: line.partition("  ")[2])
    (folder / "SHA256SUMS").write_text("".join(lines))


def _replace(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


@unsummed
def a_byte_of_a_page_and_no_new_sums(scene):
    data = bytearray(scene.letter("sealed.pdf").read_bytes())
    data[2000] ^= 1
    scene.letter("sealed.pdf").write_bytes(data)


@way
def a_byte_of_a_page(scene):
    a_byte_of_a_page_and_no_new_sums(scene)


@way
def another_scan(scene):
    next(scene.folder.glob("received/*")).write_bytes(b"%PDF-1.4 another")


@way
def a_later_transfervermerk(scene):
    _replace(scene.letter("transfervermerk.json"), b'"made_at":"2', b'"made_at":"3')


@way
def a_transfervermerk_that_says_two_things(scene):
    _replace(scene.letter("transfervermerk.json"), b"{", b'{"complete":false,')


@way
def the_transfervermerk_of_another_document(scene):
    other = scene.other_letter("transfervermerk.json").read_bytes()
    scene.letter("transfervermerk.json").write_bytes(other)


@way
def the_report_of_another_document(scene):
    scene.letter("report.json").write_bytes(scene.other_letter("report.json").read_bytes())


@way
def all_of_another_document(scene):
    for each in scene.other_letter("").iterdir():
        scene.letter(each.name).write_bytes(each.read_bytes())


@way
def an_event_with_another_actor(scene):
    _replace(scene.event("released"), b'"actor":"', b'"actor":"x')


@way
def an_event_back_dated(scene):
    event = json.loads(scene.event("sealed").read_bytes())
    event["at"] -= 86_400_000_000
    scene.event("sealed").write_text(canonical(event))


@way
def the_proof_of_another_event(scene):
    events = scene.index["events"]
    first, second = list(events)[:2]
    scene.write_index(events=events | {first: events[second]})


@way
def an_event_left_out(scene):
    event = scene.event("sealed")
    events = {
        place: each
        for place, each in scene.index["events"].items()
        if int(place) != int(event.stem)
    }
    event.unlink()
    scene.write_index(events=events)


@way
def a_longer_proof(scene):
    events = scene.index["events"]
    scene.write_index(events={place: [*each, "00" * 32] for place, each in events.items()})


@way
def another_consistency_proof(scene):
    proof = scene.index["growth"]
    scene.write_index(growth=[*proof[:-1], "00" * 32])


@way
def a_smaller_checkpoint(scene):
    _replace(scene.checkpoint(".json"), b'"size":', b'"size":1')


@way
def a_checkpoint_with_another_time_stamp(scene):
    scene.checkpoint(".tst").write_bytes(scene.letter("evidence-1.tst").read_bytes())


@way
def a_checkpoint_with_a_time_stamp_over_other_bytes(scene):
    scene.stamp(b"other")


@way
def a_checkpoint_with_a_broken_time_stamp(scene):
    token = scene.checkpoint(".tst").read_bytes()
    scene.checkpoint(".tst").write_bytes(token[:-1] + bytes([token[-1] ^ 1]))


def _rebuilt_log(scene) -> None:
    """Make a log of these events alone, the one on the release altered, with its own checkpoint."""
    _replace(scene.event("released"), b'"actor":"', b'"actor":"x')
    raw = {int(each.stem): each.read_bytes() for each in scene.folder.glob("events/*")}
    size = max(raw) + 1
    leaves = [tree.leaf_hash(raw.get(place, b"?")) for place in range(size)]
    events = {
        str(place): [
            tree.root_over(leaves[one.start : one.stop]).hex()
            for one in tree.inclusion_ranges(place, size)
        ]
        for place in raw
    }
    told = json.loads(scene.checkpoint(".json").read_bytes())
    for each in scene.folder.glob("checkpoints/*"):
        each.unlink()
    said = canonical({**told, "size": size, "root": tree.root_over(leaves).hex()})
    (scene.folder / f"checkpoints/checkpoint-{size:012}.json").write_text(said)
    scene.write_index(events=events, growth=[], checkpoints=[size])


def _sign(scene, key: Path, certificate: Path) -> None:
    """Sign the newest checkpoint, with the chain as it should be, and have it time-stamped."""
    statement = max(scene.folder.glob("checkpoints/*.json"))
    signature = statement.with_suffix(".p7s")
    subprocess.run(
        [
            *(
                "openssl",
                "cms",
                "-sign",
                "-binary",
                "-nosmimecap",
                "-md",
                "sha256",
                "-outform",
                "DER",
            ),
            *("-in", statement, "-signer", certificate, "-inkey", key, "-out", signature),
            *("-certfile", certificate.with_name("issuing.pem")),
        ],
        check=True,
        capture_output=True,
    )
    token = scene.stamper.stamp(hashlib.sha256(signature.read_bytes()).digest(), "sha256")
    statement.with_suffix(".tst").write_bytes(token)


OTHERS = {
    "the key of a web server of the same name": (
        "CN=www",
        "O={0}",
        "digitalSignature",
        "serverAuth",
    ),
    "a key for logins of the same name": ("CN=vpn", "O={0}", "digitalSignature", "clientAuth"),
    "a key whose name speaks of another owner": (
        "CN=organizationName = {0}",
        "OU=Privat",
        "nonRepudiation",
        "emailProtection",
    ),
}
"""Certificates that are none of the seal, from an authority that the expert trusts too."""


def sealed_by_another(scene: Scene, name: str, organisation: str) -> None:
    """Rebuild the log, sign it by a key of such a certificate, and pin that in the bundle."""
    *names, usage, purpose = (each.format(organisation) for each in OTHERS[name])
    own = scene.folder.parent
    (own / "openssl.cnf").write_text("[req]\ndistinguished_name=dn\n[dn]\n")
    _certify(own, "issuing", "/CN=Another", "basicConstraints=critical,CA:TRUE")
    _certify(
        own,
        "certificate",
        "".join(f"/{each}" for each in names),
        "basicConstraints=critical,CA:FALSE",
        f"keyUsage=critical,{usage}",
        f"extendedKeyUsage={purpose}",
    )
    _rebuilt_log(scene)
    _sign(scene, own / "certificate.key", own / "certificate.pem")
    for kind, source in (("anchors", "issuing"), ("seal", "certificate")):
        with (scene.folder / f"trust/{kind}.pem").open("ab") as file:
            file.write((own / f"{source}.pem").read_bytes())


def _certify(own: Path, stem: str, subject: str, *extensions: str) -> None:
    issuer = ("-CA", "issuing.pem", "-CAkey", "issuing.key") if stem != "issuing" else ()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-config", "openssl.cnf", "-days", "9", "-nodes"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", subject, *issuer),
            *("-keyout", f"{stem}.key", "-out", f"{stem}.pem"),
            *(part for each in extensions for part in ("-addext", each)),
        ],
        cwd=own,
        check=True,
        capture_output=True,
    )


def _key(trust: Path, name: str, place: Path) -> Path:
    folder = TrustFolder(trust)
    pin = folder.pin(name).read_bytes().strip()
    key, _certificate, _others = pkcs12.load_key_and_certificates(
        folder.key(name).read_bytes(), pin
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    place.write_bytes(private)
    return place


def foreign_seal(scene, clock, organisation: str) -> None:
    """Rebuild the log, sign it by a key of one's own, and put its anchor into the bundle."""
    _rebuilt_log(scene)
    own = scene.folder.parent / "foreign"
    create_demo_trust(own, organisation, clock)
    key, certificate = _key(own, "seal", own / "key.pem"), own / "certificates" / "seal.pem"
    _sign(scene, key, certificate)
    for name, source in (
        ("anchors", own / "anchors/root.pem"),
        ("others", own / "certificates/issuing.pem"),
        ("seal", certificate),
    ):
        with (scene.folder / f"trust/{name}.pem").open("ab") as file:
            file.write(source.read_bytes())


@way
def a_rebuilt_log_with_the_old_seal(scene):
    signature, token = (scene.checkpoint(each).read_bytes() for each in (".p7s", ".tst"))
    _rebuilt_log(scene)
    statement = max(scene.folder.glob("checkpoints/*.json"))
    statement.with_suffix(".p7s").write_bytes(signature)
    statement.with_suffix(".tst").write_bytes(token)


def _sealed_by_the_time_stamp_key(scene) -> Path:
    _rebuilt_log(scene)
    place = scene.folder.parent / "tsa.pem"
    certificate = scene.trust / "certificates" / "tsa.pem"
    _sign(scene, _key(scene.trust, "tsa", place), certificate)
    return certificate


@way
def a_checkpoint_by_another_key_of_the_same_issuer(scene):
    _sealed_by_the_time_stamp_key(scene)


@way
def a_checkpoint_by_that_key_named_as_a_seal(scene):
    with (scene.folder / "trust/seal.pem").open("ab") as file:
        file.write(_sealed_by_the_time_stamp_key(scene).read_bytes())


@way
def the_evidence_record_of_another_document(scene):
    for name in ("evidence.ers", "evidence-1.tst"):
        scene.letter(name).write_bytes(scene.other_letter(name).read_bytes())


@way
def a_byte_behind_an_evidence_record(scene):
    with scene.letter("evidence.ers").open("ab") as file:
        file.write(b"\0")


@way
def an_evidence_record_with_another_hash_tree(scene):
    data = scene.letter("evidence.ers").read_bytes()
    beside = data.rindex(b"\x04\x20", 0, data.index(bytes.fromhex("06092a864886f70d010702")))
    scene.letter("evidence.ers").write_bytes(data[: beside + 2] + bytes(32) + data[beside + 34 :])


@way
def a_weak_hash_in_an_evidence_record(scene):
    sha256, sha224 = bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040204")
    data = scene.letter("evidence.ers").read_bytes()
    scene.letter("evidence.ers").write_bytes(data.replace(sha256, sha224))


@way
def bytes_behind_the_last_revision(scene):
    with scene.letter("sealed.pdf").open("ab") as file:
        file.write(b"1 0 obj\n<<>>\nendobj\n%%EOF\n")


@way
def the_revision_with_the_time_stamp_cut_off(scene):
    data = scene.letter("sealed.pdf").read_bytes()
    _first, end = (each.end() for each in list(re.finditer(rb"%%EOF\n", data))[:2])
    scene.letter("sealed.pdf").write_bytes(data[:end])


@way
def a_byte_range_with_another_gap(scene):
    data = scene.letter("sealed.pdf").read_bytes()
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", data)
    other = b"/ByteRange [0 %d %d %d]" % (int(found[1]) - 10, int(found[2]), int(found[3]))
    padded = other.ljust(len(found[0]))
    scene.letter("sealed.pdf").write_bytes(data.replace(found[0], padded[: len(found[0])]))


@way
def an_image_behind_a_second_seal(scene):
    """Append a revision of one's own, and a copy of the last signature that claims to cover it."""
    data = scene.letter("sealed.pdf").read_bytes()
    start = data.rindex(b"%%EOF\n", 0, len(data) - 6) + 6
    scene.letter("sealed.pdf").write_bytes(data + data[start:])


@unsummed
def a_file_that_is_not_listed(scene):
    (scene.folder / "documents" / "more.pdf").write_bytes(b"%PDF")


@way
def a_file_that_nothing_proves(scene):
    (scene.folder / "documents" / "more.pdf").write_bytes(b"%PDF")


@unsummed
def a_missing_file(scene):
    scene.letter("evidence.ers").unlink()


@unsummed
def a_link_to_a_file(scene):
    place = scene.letter("sealed.pdf")
    outside = scene.folder.parent / "outside.pdf"
    place.rename(outside)
    place.symlink_to(outside)


@way
def no_document_at_all(scene):
    for each in list(scene.folder.glob("documents/*/*")) + list(scene.folder.glob("received/*")):
        each.unlink()
    for each in scene.folder.glob("manifest*"):
        each.unlink()
    scene.write_index(documents={})


def zipped(folder: Path, place: Path, *more: tuple[str, bytes], link: str = "") -> Path:
    """Zip a folder, with more entries, or one that is a symbolic link."""
    with zipfile.ZipFile(place, "w") as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.writestr(each.relative_to(folder).as_posix(), each.read_bytes())
        for name, data in more:
            archive.writestr(name, data)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            archive.writestr(entry, os.fsencode("/etc/passwd"))
    return place
