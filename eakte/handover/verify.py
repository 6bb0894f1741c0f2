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

def follow(place: int, size: int, proof: list[str], known: list[bytes], old: bool) -> list[bytes]:
    """Follow a proof in the log from an `old` root (RFC 9162 §2.1.4), else a leaf, to both roots."""
    if place == size if old else size == 1:
        return [*known, *map(bytes.fromhex, proof)] * 2
    left, beside = 1 << (size - 1).bit_length() - 1, bytes.fromhex(proof[-1])
    if place <= left:
        before, after = follow(place, left, proof[:-1], known, old)
        return [before, hashed(b"\1", after, beside)]
    both = follow(place - left, size - left, proof[:-1], [] if old else known, old)
    return [hashed(b"\1", beside, each) for each in both]

class Bundle:
    """One bundle, and what was found out about it."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root, self.work, self.failed, self.open, self.index = root, work, False, False, {}
        self.seen, self.names, self.later, self.owners = ({*()} for _each in range(4))
        self.states, self.told, self.versions = [], {}, {*()}

    def check(self, name: str, step: Any, *given: Any) -> None:
        """Carry out a step and say what came of it; whatever hostile bytes raise is a failure."""
        try:
            word, told = "OK", step(*given)
        except OpenError as why:
            word, told, self.open = "NOT CHECKED", why, True
        except Exception as why:
            word, told, self.failed = "FAILED", f"{type(why).__name__}: {why}", True
        print(f"{word:<12}{name}: {told}")

    def read(self, *names: str, of: str = "") -> Any:
        """Read files, and remember that something was made of them."""
        self.seen.update(of + each for each in names)
        found = [(self.root / (of + each)).read_bytes() for each in names]
        return found if found[1:] else found[0]

    def openssl(self, line: str, *inputs: bytes) -> str:
        """Run openssl where the inputs are called 0, 1, …; what it refuses is a failure."""
        for number, each in enumerate(inputs):
            (self.work / str(number)).write_bytes(each)
        clean = {"PATH": os.environ.get("PATH", os.defpath), "OPENSSL_CONF": os.devnull}
        done = subprocess.run(["openssl", *line.split()], cwd=self.work, env=clean, capture_output=True)
        need(done.returncode == 0, f"openssl {line[:11]}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def stamp(self, token: bytes, data: bytes = b"", at: int = 0) -> tuple[int, str, bytes, bytes]:
        """Check a time-stamp, also as of `at`; give its time, hash, imprint, what openssl read."""
        fields = cms(token, TIME_STAMP)[0]
        info = values(only(only(values(fields[2][2])[1][2])))
        algorithm, imprint = values(info[2][2])
        name, moment = HASHES[values(algorithm[2])[0][1]], info[4][2].decode()
        made = calendar.timegm(time.strptime(re.sub(r"\.\d+Z$", "Z", moment), "%Y%m%d%H%M%SZ"))
        need(made <= time.time() + CLOCKS_DIFFER, "the time-stamp is from the future")
        need(not data or imprint[2] == hashed(data, name=name), "the time-stamp is about other bytes")
        # openssl cannot read OCSP answers in `crls`, which is not signed (RFC 5652 §5.4): leave it
        kept = b"".join(whole for tag, whole, _content in fields if tag != 0xA1)
        plain = wrap(0x30, SIGNED_DATA + wrap(0xA0, wrap(0x30, kept)))
        for each in {made, at or made}:
            self.openssl(f"ts -verify -token_in -in 0 -digest {imprint[2].hex()} -attime {each} "
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
        own, pins = (set(PEM.findall(each.read_text())) for each in (
            self.work / "signer", self.root / "trust/seal.pem"))
        other = re.search("CA:TRUE|Time Stamping|OCSP Signing", told)
        need(len(own) == 1 and own <= pins and not other, "its certificate is not one of the seals")
        self.owners.add(told.partition("organizationName")[2].partition("\n")[0].strip(" ="))
        need(len(self.owners) == 1, f"seals of different owners: {self.owners}")

    def files(self, trust: str) -> str:
        """Check that SHA256SUMS lists every file and no other, and that none is a link."""
        if self.root.is_file():
            with zipfile.ZipFile(self.root) as archive:
                found, self.root = archive.infolist(), self.work / "bundle"
                need(len({each.filename.lower() for each in found}) == len(found), "a name is twice")
                need(not any(each.external_attr >> 28 not in {0, 8} for each in found), "a link")
                need(all(FILE.fullmatch(each.filename) for each in found), "an unusual name")
                archive.extractall(self.root)
        paths = [each for each in self.root.rglob("*") if each.is_symlink() or not each.is_dir()]
        need(not any(each.is_symlink() for each in paths), "there is a link")
        self.names = {each.relative_to(self.root).as_posix() for each in paths}
        sums = [f"{hashed((self.root / each).read_bytes()).hex()}  {each}\n"
                for each in sorted(self.names - {"SHA256SUMS"}) if FILE.fullmatch(each)]
        told = (self.root / "SHA256SUMS").read_text().splitlines(keepends=True)
        need(told == sums, f"it differs: {sorted(set(told) ^ set(sums))[:4]}")
        self.read("SHA256SUMS", "README.txt", "verify.py", "trust/seal.pem")
        index, anchors, others = self.read("bundle.json", "trust/anchors.pem", "trust/others.pem")
        self.index = json.loads(index)
        (self.work / "anchors").write_bytes(Path(trust).read_bytes() if trust else anchors)
        (self.work / "others").write_bytes(others)
        return f"all {len(sums)} files are there, unchanged, and no other"

    def checkpoint(self, size: int) -> str:
        """Check one state of the log that was sealed and time-stamped."""
        stem = f"checkpoints/checkpoint-{size:012}"
        raw, signature, token = self.read(".json", ".p7s", ".tst", of=stem)
        told, at = json.loads(raw), self.stamp(token, signature)[0]
        self.sealed(signature, raw, at)
        need((told["v"], told["size"]) == (1, size) and told["at"] / 1e6 < at + CLOCKS_DIFFER, "not it")
        need(all(at >= before for _size, _root, before in self.states), "older than the one before")
        self.states.append((size, bytes.fromhex(told["root"]), at))
        return f"{size} events, sealed and time-stamped {time.strftime('%F %TZ', time.gmtime(at))}"

    def log(self) -> str:
        """Check that the log only grew, and that the events are in its newest state."""
        events = [(int(place), self.read(f"events/{int(place):012}.json"), path)
                  for place, path in self.index["events"].items()]
        if not self.states:
            raise OpenError("there is no signed checkpoint")
        (old, before, _at), (size, root, at) = self.states[0], self.states[-1]
        both = follow(old, size, self.index["consistency"], [before], True)
        need(both == [before, root], "the newer state does not continue the older one")
        for place, raw, path in sorted(events):
            event = json.loads(raw)
            if place >= size:
                self.later.add(event["object"])
                continue
            found = follow(place + 1, size, path, [hashed(b"\0", raw)], False)[1:]
            need(found == [root] and event["n"] == place, f"event {place} is not in the log")
            need(event["at"] / 1e6 < at + CLOCKS_DIFFER, f"event {place} has a later date")
            self.told[event["object"], event["action"]] = event
            self.versions.add((event["after"].get("record"), event["after"].get("history")))
        return f"{len(events)} events are in it; of {len(self.later)} objects there are later ones"

    def letter(self, name: str, received: str) -> str:
        """Hold scan, Transfervermerk, report and sealed file of a document against the log."""
        vermerk, pdf, report, _text = self.read("transfervermerk.json", "sealed.pdf", "report.json",
                                                "report.txt", of=f"documents/{name}/")
        told, inside = json.loads(vermerk), re.findall(rb"<eakteTv:json>(.*?)</eakteTv:json>", pdf)
        need([json.loads(html.unescape(each.decode())) for each in inside] == [told], "not in the PDF")
        scan = told["source_sha256"]
        need((told["document"], scan[:16]) == (name, name[:16]), "that of another document")
        need(not received or hashed(self.read(received)).hex() == scan, "another scan")
        if not self.states or self.later & {name, scan}:
            raise OpenError("no sealed state of the log covers its events")
        sealed, _filed = self.told[name, "sealed"], self.told[name, "filed"]
        now = self.told.get((name, "renewed"), sealed)["after"]
        need(now["sha256"] == hashed(pdf).hex(), "not the file that was sealed")
        need(now["report"] == hashed(report).hex(), "another report")
        stated = [told[each].replace("Z", "+00:00") for each in ("received_at", "released_at", "made_at")]
        times = [datetime.fromisoformat(each).timestamp() * 1e6 for each in stated]
        logged = [self.told[scan, "received"]["at"], self.told[name, "released"]["at"], sealed["at"]]
        need(all(abs(a - b) < 9 for a, b in zip(times[:2], logged)), "other times than in the log")
        need(times == sorted(times) and times[2] <= sealed["at"], "the times do not ascend")
        if not received:
            raise OpenError("the scan is not in the bundle: it holds letters of others")
        return "scan, Transfervermerk, report and sealed file are those in the log"

    def seal(self, name: str) -> str:
        """Check the seal in a PDF and the time-stamps, and that they cover all of it."""
        pdf, vermerk = self.read("sealed.pdf", "transfervermerk.json", of=f"documents/{name}/")
        level, end, stamps, found = json.loads(vermerk)["seal_level"], 0, [], [*SEAL.finditer(pdf)]
        for each in found:
            start, behind, stop = int(each[2]), int(each[3]), int(each[3]) + int(each[4])
            need((start, behind) == (each.start(1) - 1, each.end(1) + 1), "a false ByteRange")
            need(end < start and stop <= len(pdf) and pdf[:stop].endswith(b"%%EOF\n"), "a false end")
            covered, padded = pdf[:start] + pdf[behind:stop], bytes.fromhex(each[1].decode())
            whole = values(padded, 1)[0][1]
            need(not any(padded[len(whole) :]), "bytes behind a signature")
            need((end == 0) == (each[5] == b"ETSI.CAdES.detached"), "other signatures")
            if end == 0:
                signer = cms(whole, DATA)[1]
                inner = [values(one[2]) for part in signer[6:] for one in values(part[2])]
                tokens = [wrap(0x30, only(part[1][2])) for part in inner if part[0][1] == STAMPED]
                stamps = [self.stamp(token, signer[5][2])[0] for token in tokens]
                self.sealed(whole, covered, [*stamps, *(each[2] for each in self.states[-1:])][0])
            else:
                stamps.append(self.stamp(whole, covered)[0])
            end = stop
        need(found and pdf.count(b"/ByteRange") == len(found), "a signature that is written otherwise")
        if level == "B-LT":
            raise OpenError("at level B-LT nothing covers the evidence behind the seal")
        need(end == len(pdf) and stamps == sorted(stamps), "bytes that nothing covers, or false times")
        need(len(stamps) >= ("B-B", "B-T", "B-LTA").index(level), "a time-stamp is missing")
        return f"{level}, covered to the last byte, by {self.owners}"

    def record(self, of: str, name: str) -> str:
        """Check an evidence record (RFC 4998) over a file."""
        if f"{of}.ers" not in self.names:
            raise OpenError("there is no evidence record for it yet")
        data, done, count, last = self.read(name), b"", 0, b""
        version, _algorithms, chains = values(only(self.read(f"{of}.ers")))
        for _tag, chain, stamps in values(chains[2]):
            for number, (_tag, _whole, one) in enumerate(values(stamps)):
                *head, (_tag, token, _content) = values(one)
                made, digest, imprint, plain = self.stamp(token)
                need([part[0] for part in head] in ([0xA0], [0xA0, 0xA2]), "an unknown part")
                need(HASHES[values(head[0][2])[0][1]] == digest, "two hash algorithms")
                lists = [[leaf[2] for leaf in values(part[2])] for two in head[1:] for part in values(two[2])]
                wanted = hashed(last if number else data, name=digest)
                if done and not number:
                    wanted = hashed(wanted, hashed(wrap(0x30, done), name=digest), name=digest)
                need(wanted in (lists or [[imprint]])[0], "it is about other bytes")
                below = [] if lists else [imprint]
                for leaves in lists:
                    need(leaves and {len(leaf) for leaf in leaves} == {len(imprint)}, "no hash tree")
                    below = sorted([*leaves, *below])
                    below = below if len(below) == 1 else [hashed(*below, name=digest)]
                need(below == [imprint], "the hash tree does not lead to the time-stamp")
                need(not last or self.stamp(last, at=made)[0] <= made, "an order of times")
                count, last = count + 1, token
                need(self.read(f"{of}-{count}.tst") == plain, "another time-stamp beside it")
            done += chain
        need(version[2] == b"\1" and count, "another form")
        return f"{count} time-stamps, the first one over this very file"

    def manifest(self) -> str:
        """Check that an Akte is complete: its documents and versions are those of its manifest."""
        about, raw = self.index["object"], self.read("manifest.json")
        akte, own = json.loads(raw)["content"], []
        for name in self.index["documents"]:
            own.append((name, hashed(self.read(f"documents/{name}/sealed.pdf")).hex()))
        listed = [each for vorgang in akte["vorgaenge"] for each in vorgang["documents"]]
        need(sorted(own) == sorted((each["id"], each["sealed"]) for each in listed), "other documents")
        if not self.states or about in self.later:
            raise OpenError("no sealed state of the log covers it")
        made = self.told[about, "manifest-made"]["after"]["sha256"]
        need(made == hashed(raw).hex() and akte["akte"] == about, "another manifest")
        kept = [akte, *akte["vorgaenge"], *listed, *akte["entries"], *akte["departed"]]
        named = {(one["record"], one["commitment"]) for each in kept for one in each["versions"]}
        need(named <= self.versions, "a version is not in the log")
        return f"{len(listed)} documents, {len(named)} versions of records, none missing or other"

    def rest(self) -> str:
        """Check that every file was looked at, and that the bundle is about what it says."""
        need(self.names == self.seen, f"nothing proves {sorted(self.names ^ self.seen)[:4]}")
        single = "manifest.json" in self.names or [*self.index["documents"]] == [self.index["object"]]
        need(single, "not the document that it is about")
        return f"the bundle is about {self.index['object']}, and nothing else"

def main() -> int:
    """Check a bundle and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
            of = f"documents/{name}/"
            bundle.check(f"{name} in the log", bundle.letter, name, received)
            bundle.check(f"{name} seal", bundle.seal, name)
            bundle.check(f"{name} evidence record", bundle.record, f"{of}evidence", f"{of}sealed.pdf")
        if "manifest.json" in bundle.names:
            bundle.check("manifest", bundle.manifest)
            bundle.check("manifest's evidence record", bundle.record, "manifest", "manifest.json")
        bundle.check("all in all", bundle.rest)
    print(NOTES)
    if not given.trust:
        print("NOTE        THE TRUST ANCHORS ARE THOSE OF THE BUNDLE: compare them, or use --trust.")
    print("INVALID" if bundle.failed else "INDETERMINATE" if bundle.open else "VALID")
    return 1 if bundle.failed else 2 if bundle.open else 0

if __name__ == "__main__":
    sys.exit(main())
