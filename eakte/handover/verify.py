#!/usr/bin/env python3
"""Check an evidence bundle of eakte with Python's standard library and openssl 3.0, no more.

    python3 -I verify.py [BUNDLE] [--trust PEM]

BUNDLE: the zip, or the folder that it was unpacked into (default: where this file lies). --trust: a
file of certificates that you yourself trust, instead of those in the bundle. One line per check; the
last line is VALID (exit 0), INVALID (1), or INDETERMINATE (2: nothing wrong, as far as checked).
"""
from __future__ import annotations

import argparse, calendar, hashlib, html, json, os, re, subprocess, sys, tempfile, time, zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

CLOCKS_DIFFER = 300  # seconds
NAMES = {1: "sha256", 2: "sha384", 3: "sha512", 8: "sha3_256", 9: "sha3_384", 10: "sha3_512"}
HASHES = {bytes.fromhex(f"06096086480165030402{n:02x}"): name for n, name in NAMES.items()}
SIGNED_DATA, DATA = (bytes.fromhex(f"06092a864886f70d01070{n}") for n in (2, 1))
TIME_STAMP = bytes.fromhex("060b2a864886f70d0109100104")
STAMPED = bytes.fromhex("060b2a864886f70d010910020e")  # attribute: a time-stamp over the signature
FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}")
PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
SEAL = re.compile(rb"/Contents <([0-9A-F]+)>\n/ByteRange \[0 (\d+) (\d+) (\d+)\] +\n/Type /\w+\n"
                  rb"/Filter /Adobe.PPKLite\n/SubFilter /(ETSI.CAdES.detached|ETSI.RFC3161)\n")
BESIDE = {"README.txt", "SHA256SUMS", "verify.py", "trust/anchors.pem", "trust/others.pem"}
NOTES = """NOTE        Whether certificates were revoked is not checked here; report.json tells.
NOTE        README.txt, verify.py and report.txt are the sender's words; nothing proves them."""

class OpenError(Exception):
    """What could not be checked, and why."""

def need(fact: object, why: str) -> None:
    """Fail unless something is so."""
    if not fact:
        raise ValueError(why)

def hashed(*parts: bytes, name: str = "sha256") -> bytes:
    """Hash the concatenation of parts."""
    return hashlib.new(name, b"".join(parts)).digest()

def values(data: bytes, most: int = 1 << 20) -> list[tuple[int, bytes, bytes]]:
    """Read values of ASN.1 in strict DER: tag, the whole, content; at most so many."""
    found, at = [], 0
    while at < len(data) and len(found) < most:
        tag, size, body = data[at], data[at + 1], at + 2
        if size & 128:
            body += size & 127
            size = int.from_bytes(data[at + 2 : body], "big")
            need(at + 2 < body < at + 7 and size >= max(128, 1 << 8 * (body - at - 3)), "no DER")
        need(tag & 31 != 31 and body + size <= len(data), "no DER")
        found.append((tag, data[at : body + size], data[body : body + size]))
        at = body + size
    return found

def only(data: bytes) -> bytes:
    """Give the content of the one value that is there, with nothing behind it."""
    ((_tag, _whole, content),) = values(data)
    return content

def wrap(tag: int, content: bytes) -> bytes:
    """Write a value in DER."""
    size = len(content)
    length = size.to_bytes(max(1, (size.bit_length() + 7) // 8), "big")
    return bytes([tag] if size < 128 else [tag, 128 | len(length)]) + length + content

def cms(encoded: bytes, kind: bytes) -> tuple[list[Any], list[Any]]:
    """Give the fields of a SignedData over this kind of content, and of its only signer."""
    oid, content = values(only(encoded))
    fields = values(only(content[2]))
    inside, signer = values(fields[2][2]), values(only(fields[-1][2]))
    need(oid[1] == SIGNED_DATA and inside[0][1] == kind, "another kind of signature")
    need((kind == DATA) == (len(inside) == 1), "the signature carries other content")
    need(signer[3][0] == 0xA0 and values(signer[2][2])[0][1] in HASHES, "a weak or bare signature")
    return fields, signer

def follow(place: int, size: int, proof: list[bytes], known: list[bytes], old: bool) -> list[bytes]:
    """Follow a proof in the log from an `old` root (RFC 9162 §2.1.4), else a leaf, to both roots."""
    if place == size if old else size == 1:
        return (known + proof) * 2 if len(known + proof) == 1 else []
    left = 1 << (size - 1).bit_length() - 1
    if place <= left:
        before, after = follow(place, left, proof[:-1], known, old)
        return [before, hashed(b"\1", after, proof[-1])]
    both = follow(place - left, size - left, proof[:-1], [] if old else known, old)
    return [hashed(b"\1", proof[-1], each) for each in both]

class Bundle:
    """One bundle, and what was found out about it."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root, self.work, self.failed, self.open, self.seen = root, work, False, False, set(BESIDE)
        self.events, self.states, self.later = list[Any](), list[Any](), set[str]()
        self.index, self.names, self.owners = dict[str, Any](), set[str](), set[str]()

    def check(self, name: str, step: Any, *given: Any) -> None:
        """Carry out a step and say what came of it; whatever hostile bytes raise is a failure."""
        try:
            word, told = "OK", step(*given)
        except OpenError as why:
            word, told, self.open = "NOT CHECKED", why, True
        except Exception as why:
            word, told, self.failed = "FAILED", f"{type(why).__name__}: {why}", True
        print(f"{word:<12}{name}: {told}")

    def read(self, name: str) -> bytes:
        """Read a file, and remember that something was made of it."""
        self.seen.add(name)
        return (self.root / name).read_bytes()

    def openssl(self, line: str, *inputs: bytes) -> str:
        """Run openssl where the inputs are called 0, 1, …; what it refuses is a failure."""
        for number, each in enumerate(inputs):
            (self.work / str(number)).write_bytes(each)
        clean = {"PATH": os.environ.get("PATH", os.defpath), "OPENSSL_CONF": os.devnull}
        done = subprocess.run(["openssl", *line.split()], cwd=self.work, env=clean,
                              capture_output=True, timeout=300)
        need(done.returncode == 0, f"{line[:12]}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def stamp(self, token: bytes, data: bytes = b"", at: int = 0) -> tuple[int, str, bytes, bytes]:
        """Check a time-stamp, also as of `at`; give its time, hash, imprint, what openssl read."""
        info = values(only(only(values(cms(token, TIME_STAMP)[0][2][2])[1][2])))
        algorithm, imprint = values(info[2][2])
        name = HASHES.get(values(algorithm[2])[0][1], "")
        need(name and re.fullmatch(rb"\d{14}(\.\d+)?Z", info[4][2]), "its hash is weak, or no time")
        made = calendar.timegm(time.strptime(info[4][2][:14].decode(), "%Y%m%d%H%M%S"))
        need(made <= time.time() + CLOCKS_DIFFER, "the time-stamp is from the future")
        need(not data or imprint[2] == hashed(data, name=name), "the time-stamp is about other bytes")
        # openssl cannot read OCSP answers in `crls`, which is not signed (RFC 5652 §5.4): leave it
        kept = b"".join(whole for tag, whole, _content in cms(token, TIME_STAMP)[0] if tag != 0xA1)
        plain = wrap(0x30, SIGNED_DATA + wrap(0xA0, wrap(0x30, kept)))
        for moment in {made, at or made}:
            self.openssl(f"ts -verify -token_in -in 0 -digest {imprint[2].hex()} -attime {moment} "
                         "-auth_level 2 -CAfile anchors -untrusted others", plain)
        return made, name, imprint[2], plain

    def sealed(self, signature: bytes, data: bytes, at: int) -> None:
        """Check a seal as of a time: by one of the bundle's seal keys, which leads to an anchor."""
        cms(signature, DATA)
        self.openssl(f"cms -verify -binary -inform DER -in 0 -content 1 -attime {at} -auth_level 2 "
                     "-purpose any -no-CApath -no-CAstore -CAfile anchors -certfile others "
                     "-signer signer -out /dev/null", signature, data)
        told = self.openssl("x509 -in signer -noout -subject -nameopt multiline -ext "
                            "keyUsage,extendedKeyUsage,basicConstraints")
        own = PEM.findall((self.work / "signer").read_text())
        need(len(own) == 1 and own[0] in self.read("trust/seal.pem").decode(), "by no seal key")
        other = re.search("CA:TRUE|Time Stamping|OCSP Signing", told)
        need(re.search("Digital Signature|Non Repudiation", told) and not other, "not a seal's key")
        self.owners.add(told.partition("organizationName")[2].partition("\n")[0].strip(" ="))
        need(len(self.owners) == 1, f"seals of different owners: {self.owners}")

    def files(self, trust: str) -> str:
        """Check that SHA256SUMS lists every file and no other, and that none is a link."""
        if self.root.is_file():
            with zipfile.ZipFile(self.root) as archive:
                names = {each.filename.lower() for each in archive.infolist()}
                need(len(names) == len(archive.infolist()), "a name is there twice")
                for each in archive.infolist():
                    plain = FILE.fullmatch(each.filename) and each.external_attr >> 28 in {0, 8}
                    need(plain, "an unusual name, or a link")
                archive.extractall(self.work / "bundle")
            self.root = self.work / "bundle"
        found = [each for each in self.root.rglob("*") if each.is_symlink() or not each.is_dir()]
        need(not any(each.is_symlink() for each in found), "there is a link")
        self.names = {each.relative_to(self.root).as_posix() for each in found}
        sums = [f"{hashed((self.root / each).read_bytes()).hex()}  {each}\n"
                for each in sorted(self.names - {"SHA256SUMS"}) if FILE.fullmatch(each)]
        told = (self.root / "SHA256SUMS").read_text().splitlines(keepends=True)
        need(told == sums, f"it differs: {sorted(set(told) ^ set(sums))[:4]}")
        self.index = json.loads(self.read("bundle.json"))
        for name, file in (("anchors", trust), ("others", "")):
            (self.work / name).write_bytes((Path(file) if file else self.root / f"trust/{name}.pem").read_bytes())
        return f"all {len(sums)} files are there, unchanged, and no other"

    def checkpoint(self, size: int) -> str:
        """Check one state of the log that was sealed and time-stamped."""
        stem = f"checkpoints/checkpoint-{size:012}"
        raw, signature = self.read(f"{stem}.json"), self.read(f"{stem}.p7s")
        told, at = json.loads(raw), self.stamp(self.read(f"{stem}.tst"), signature)[0]
        self.sealed(signature, raw, at)
        need((told["v"], told["size"]) == (1, size) and told["at"] / 1e6 < at + CLOCKS_DIFFER, "not it")
        self.states.append((size, bytes.fromhex(told["root"]), at))
        return f"{size} events, sealed and time-stamped {time.strftime('%F %TZ', time.gmtime(at))}"

    def log(self) -> str:
        """Check that the log only grew, and that the events are in its newest state."""
        if not self.states:
            raise OpenError("there is no signed checkpoint")
        (old, before, _at), (size, root, at) = self.states[0], self.states[-1]
        proof = [bytes.fromhex(each) for each in self.index["consistency"]]
        need(follow(old, size, proof, [before], old=True) == [before, root], "it was rewritten")
        for name, path in self.index["events"].items():
            raw, place = self.read(f"events/{int(name):012}.json"), int(name)
            event, proof = json.loads(raw), [bytes.fromhex(each) for each in path]
            if place >= size:
                self.later.add(event["object"])
                continue
            found = follow(place + 1, size, proof, [hashed(b"\0", raw)], old=False)[1]
            need(found == root and event["n"] == place, f"event {place} is not in the log")
            need(event["at"] / 1e6 < at + CLOCKS_DIFFER, f"event {place} has a later date")
            self.events.append(event)
        return f"{len(self.events)} events are in it; later ones: {len(self.later)}"

    def last(self, name: str, *actions: str) -> Any:
        """Give the last proven event of an object of such an action."""
        found = [one for one in self.events if one["object"] == name and one["action"] in actions]
        if not found and (not self.states or name in self.later):
            raise OpenError(f"no checkpoint covers the event {actions[0]} of {name} yet")
        need(found, f"the event {actions[0]} of {name} is missing")
        return max(found, key=lambda one: int(one["n"]))

    def letter(self, name: str, received: str) -> str:
        """Hold scan, Transfervermerk, report and sealed file of a document against the log."""
        vermerk, pdf, report, _text = (self.read(f"documents/{name}/{each}") for each in (
            "transfervermerk.json", "sealed.pdf", "report.json", "report.txt"))
        inside = re.findall(rb"<eakteTv:json>(.*?)</eakteTv:json>", pdf)
        told, scan = json.loads(vermerk), json.loads(vermerk)["source_sha256"]
        need([json.loads(html.unescape(each.decode())) for each in inside] == [told], "not in the PDF")
        need((told["document"], scan[:16]) == (name, name[:16]), "that of another document")
        at = [self.last(scan, "received")["at"], self.last(name, "released")["at"]]
        sealed, _filed = self.last(name, "sealed", "renewed")["after"], self.last(name, "filed")
        need(sealed["sha256"] == hashed(pdf).hex(), "another sealed file")
        need(sealed["report"] == hashed(report).hex(), "another report")
        stated = (told[each].replace("Z", "+00:00") for each in ("received_at", "released_at", "made_at"))
        times = [datetime.fromisoformat(each).timestamp() * 1e6 for each in stated]
        need(times == sorted(times) and all(abs(a - b) < 9 for a, b in zip(at, times)), "other times")
        if not received:
            raise OpenError("the scan is not here: it holds other letters, too")
        need(hashed(self.read(received)).hex() == scan, "another scan")
        return "scan, Transfervermerk, report and sealed file are those in the log"

    def seal(self, name: str) -> str:
        """Check the seal in a PDF and the time-stamps, and that they cover all of it."""
        pdf, end, stamps = self.read(f"documents/{name}/sealed.pdf"), 0, list[int]()
        level = json.loads(self.read(f"documents/{name}/transfervermerk.json"))["seal_level"]
        for number, each in enumerate(found := list(SEAL.finditer(pdf))):
            start, behind, stop = int(each[2]), int(each[3]), int(each[3]) + int(each[4])
            need((start, behind) == (each.start(1) - 1, each.end(1) + 1), "a false ByteRange")
            need(end < start and stop <= len(pdf) and pdf[:stop].endswith(b"%%EOF\n"), "a false end")
            covered, padded, end = pdf[:start] + pdf[behind:stop], bytes.fromhex(each[1].decode()), stop
            whole = values(padded, 1)[0][1]
            need(not any(padded[len(whole) :]), "bytes behind a signature")
            need((number == 0) == (each[5] == b"ETSI.CAdES.detached"), "other signatures")
            if number:
                stamps.append(self.stamp(whole, covered)[0])
                continue
            signer = cms(whole, DATA)[1]
            inner = [values(one[2]) for part in signer[6:] for one in values(part[2])]
            tokens = [wrap(0x30, only(part[1][2])) for part in inner if part[0][1] == STAMPED]
            need(len(tokens) == (level != "B-B"), "another level")
            proven = [self.stamp(token, signer[5][2])[0] for token in tokens] or [self.states[-1][2]]
            self.sealed(whole, covered, proven[0])
        need(found and pdf.count(b"/ByteRange") == len(found), "a signature that is written otherwise")
        if level == "B-LT":
            raise OpenError("at level B-LT nothing covers the evidence behind the seal")
        need(end == len(pdf) and (level != "B-LTA" or stamps), "bytes that no time-stamp covers")
        return f"{level}, covered to the last byte, by {self.owners}"

    def record(self, stem: str, name: str) -> str:
        """Check an evidence record (RFC 4998) over a file."""
        if f"{stem}.ers" not in self.names:
            raise OpenError("there is no evidence record for it yet")
        data, done, count, last = self.read(name), b"", 0, b""
        version, _algorithms, chains = values(only(self.read(f"{stem}.ers")))
        for _tag, chain, stamps in values(chains[2]):
            for number, (_tag, _whole, one) in enumerate(values(stamps)):
                *head, (_tag, token, _content) = values(one)
                made, digest, imprint, plain = self.stamp(token)
                need([tag for tag, _w, _c in head] in ([0xA0], [0xA0, 0xA2]), "an unknown part")
                need(HASHES.get(values(head[0][2])[0][1]) == digest, "two hash algorithms")
                lists = [[leaf for _t, _w, leaf in values(part)] for _t, _w, part in
                         (values(head[1][2]) if head[1:] else ())] or [[imprint]]
                wanted = hashed(last if number else data, name=digest)
                if done and not number:
                    wanted = hashed(wanted, hashed(wrap(0x30, done), name=digest), name=digest)
                need(wanted in lists[0], "it is about other bytes")
                below = list[bytes]()
                for leaves in lists:
                    need(leaves and {len(leaf) for leaf in leaves} == {len(imprint)}, "no hash tree")
                    below = sorted([*leaves, *below])
                    below = below if len(below) == 1 else [hashed(*below, name=digest)]
                need(below == [imprint], "the hash tree does not lead to the time-stamp")
                need(not last or self.stamp(last, at=made)[0] <= made, "an order of times")
                count, last = count + 1, token
                need(self.read(f"{stem}-{count}.tst") == plain, "another time-stamp beside it")
            done += chain
        need(version[2] == b"\1" and count, "another form")
        return f"{count} time-stamps, the first one over this very file"

    def manifest(self) -> str:
        """Check that the Akte is complete: its documents and versions are those of its manifest."""
        raw, about = self.read("manifest.json"), json.loads(self.read("manifest.json"))
        akte, made = about["content"], self.last(self.index["object"], "manifest-made")["after"]
        need(made["sha256"] == hashed(raw).hex() and akte["akte"] == self.index["object"], "not its own")
        listed = [each for vorgang in akte["vorgaenge"] for each in vorgang["documents"]]
        own = [(name, hashed(self.read(f"documents/{name}/sealed.pdf")).hex()) for name in self.index["documents"]]
        need(sorted(own) == sorted((each["id"], each["sealed"]) for each in listed), "other documents")
        kept = [akte, *akte["vorgaenge"], *listed, *akte["entries"], *akte["departed"]]
        named = {(one["record"], one["commitment"]) for each in kept for one in each["versions"]}
        told = [(one["after"].get("record"), one["after"].get("history")) for one in self.events]
        need(named <= set(told), "a version is not in the log")
        return f"manifest {about['number']}: {len(listed)} documents, {len(named)} versions"

def main() -> int:
    """Check a bundle and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bundle", nargs="?", default=Path(__file__).parent, type=Path)
    parser.add_argument("--trust", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        bundle = Bundle(given.bundle, Path(work))
        bundle.check("SHA256SUMS", bundle.files, given.trust)
        for size in sorted(bundle.index.get("checkpoints", ())):
            bundle.check(f"checkpoint {size}", bundle.checkpoint, size)
        bundle.check("log", bundle.log)
        for name, received in bundle.index.get("documents", {}).items():
            bundle.check(f"{name} in the log", bundle.letter, name, received)
            bundle.check(f"{name} seal", bundle.seal, name)
            stem = f"documents/{name}/"
            bundle.check(f"{name} evidence record", bundle.record, f"{stem}evidence", f"{stem}sealed.pdf")
        if bundle.index.get("kind") == "akte":
            bundle.check("manifest", bundle.manifest)
            bundle.check("manifest's evidence record", bundle.record, "manifest", "manifest.json")
        bundle.check("other files", lambda: need(bundle.names == bundle.seen, str(bundle.names ^ bundle.seen)))
    print(NOTES)
    if not given.trust:
        print("NOTE        THE TRUST ANCHORS ARE THOSE IN THE BUNDLE: compare them, or use --trust.")
    print("INVALID" if bundle.failed else "INDETERMINATE" if bundle.open else "VALID")
    return 1 if bundle.failed else 2 if bundle.open else 0

if __name__ == "__main__":
    sys.exit(main())
