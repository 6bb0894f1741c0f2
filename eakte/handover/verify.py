#!/usr/bin/env python3
"""Check an evidence bundle of eakte with Python's standard library and openssl 3.0, no more.

Usage: python3 -I verify.py [BUNDLE] [--trust PEM]. BUNDLE: the zip, or the folder that it was put
into (default: where this file lies). PEM: certificates that you yourself trust, instead of those in
the bundle. One line per check; the last line is VALID (exit 0), INVALID (1), or INDETERMINATE (2).
"""
from __future__ import annotations

import argparse, calendar, hashlib, html, json, os, re, subprocess, sys, tempfile, time, zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

CLOCKS_DIFFER, MOST_BYTES = 300, 1 << 32  # seconds; what a zip may unpack to
NAMES = {1: "sha256", 2: "sha384", 3: "sha512", 8: "sha3_256", 9: "sha3_384", 10: "sha3_512"}
HASHES = {bytes.fromhex(f"06096086480165030402{n:02x}"): name for n, name in NAMES.items()}
SIGNED_DATA, DATA = (bytes.fromhex(f"06092a864886f70d01070{n}") for n in (2, 1))
TIME_STAMP, STAMPED = (bytes.fromhex(f"060b2a864886f70d01091{n}") for n in ("00104", "0020e"))
FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}")
PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
SEAL = re.compile(rb"/Contents <([0-9A-F]+)>\n/ByteRange \[0 (\d+) (\d+) (\d+)\] +\n/Type /\w+\n"
                  rb"/Filter /Adobe.PPKLite\n/SubFilter /(ETSI.CAdES.detached|ETSI.RFC3161)\n")
NOTE = "NOTE        Not checked: revocation. Not proven: README.txt, verify.py, report.txt."
SEALS = re.compile(r"(?ms)(?!.*(CA:TRUE|Time Stamp|OCSP Sign|Web Ser)).*^ +[\w ,]*Non Repudiat")
UNCOVERED = "no sealed state of the log covers its events"
LOUD = "NOTE        THE TRUST ANCHORS ARE THOSE OF THE BUNDLE: compare them, or use --trust."
class OpenError(Exception): """What could not be checked, and why."""
def need(fact: object, why: str) -> None:
    if not fact: raise ValueError(why)
def hashed(*parts: bytes, name: str = "sha256") -> bytes:
    return hashlib.new(name, b"".join(parts)).digest()
def values(data: bytes, most: int = 1 << 20) -> list[tuple[int, bytes, bytes]]:
    """Read values of ASN.1 in strict DER: tag, the whole, content; at most so many."""
    found, at = list[Any](), 0
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
    length = len(content).to_bytes(max(1, (len(content).bit_length() + 7) // 8), "big")
    return bytes([tag] if len(content) < 128 else [tag, 128 | len(length)]) + length + content
def cms(encoded: bytes, kind: bytes) -> tuple[list[Any], list[Any]]:
    """Give the fields of a SignedData over this kind of content, and of its only signer."""
    oid, content = values(only(encoded))
    fields = values(only(content[2]))
    inside, signer = values(fields[2][2]), values(only(fields[-1][2]))
    alone = (kind == DATA) == (len(inside) == 1)
    need(oid[1] == SIGNED_DATA and inside[0][1] == kind and alone, "another kind of signature")
    need(signer[3][0] == 0xA0 and values(signer[2][2])[0][1] in HASHES, "a weak or bare signature")
    return fields, signer
def follow(place: int, size: int, proof: list[str], known: list[bytes], old: bool) -> list[bytes]:
    """Follow a proof in the log from an old root (RFC 9162 §2.1.4) or a leaf to both roots."""
    if place == size if old else size == 1: return [*known, *map(bytes.fromhex, proof)] * 2
    left, beside = 1 << (size - 1).bit_length() - 1, bytes.fromhex(proof[-1])
    if place <= left:
        before, after = follow(place, left, proof[:-1], known, old)
        return [before, hashed(b"\1", after, beside)]
    both = follow(place - left, size - left, proof[:-1], [] if old else known, old)
    return [hashed(b"\1", beside, each) for each in both]
class Bundle:
    def __init__(self, root: Path, work: Path) -> None:
        self.index, self.told = dict[str, Any](), dict[Any, Any]()
        self.root, self.work, self.failed, self.open = root, work, False, False
        self.seen, self.names, self.later, self.owners = (set[Any]() for _each in range(4))
        self.states, self.versions = list[Any](), set[Any]()
    def check(self, name: str, step: Any, *given: Any) -> None:
        """Carry out a step and say what came of it; whatever hostile bytes raise is a failure."""
        try: word, told = "OK", step(*given)
        except OpenError as why: word, told, self.open = "NOT CHECKED", why, True
        except Exception as why:
            word, told, self.failed = "FAILED", f"{type(why).__name__}: {why}", True
        print("".join(c if c.isprintable() else "?" for c in f"{word:<12}{name}: {told}"))
    def read(self, *names: str, of: str = "") -> Any:
        """Read files, and remember that something was made of them."""
        self.seen.update(of + each for each in names)
        found = [(self.root / (of + each)).read_bytes() for each in names]
        return found if found[1:] else found[0]
    def openssl(self, line: str, *inputs: bytes) -> str:
        """Run openssl where the inputs are called 0, 1, …; what it refuses is a failure."""
        for number, each in enumerate(inputs): (self.work / str(number)).write_bytes(each)
        clean = {"PATH": os.environ.get("PATH", os.defpath), "OPENSSL_CONF": os.devnull}
        words = ["openssl", *line.split()]
        done = subprocess.run(words, cwd=self.work, env=clean, capture_output=True, check=False)
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
        need(not data or imprint[2] == hashed(data, name=name), "it is about other bytes")
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
        own = PEM.findall((self.work / "signer").read_text())
        pinned = len(own) == 1 and own[0] in (self.root / "trust/seal.pem").read_text()
        need(pinned and SEALS.match(told), "its certificate is not one of the seals")
        self.owners.update(re.findall("^ +organizationName += (.*)", told, re.MULTILINE))
        need(len(self.owners) == 1, f"seals of different owners: {self.owners}")
    def files(self, trust: str) -> str:
        """Check that SHA256SUMS lists every file and no other, and that none is a link."""
        if self.root.is_file():
            with zipfile.ZipFile(self.root) as archive:
                found, self.root = archive.infolist(), self.work / "bundle"
                plain = {one.filename.lower() for one in found if one.external_attr >> 28 in {0, 8}}
                need(len(plain) == len(found), "there is a link, or a name twice")
                need(all(map(FILE.fullmatch, plain)), "there is an unusual name")
                need(sum(one.file_size for one in found) < MOST_BYTES, "it is too large to unpack")
                archive.extractall(self.root)
        paths = [each for each in self.root.rglob("*") if each.is_symlink() or not each.is_dir()]
        need(not any(each.is_symlink() for each in paths), "there is a link")
        self.names = {each.relative_to(self.root).as_posix() for each in paths}
        sums = [f"{hashed((self.root / each).read_bytes()).hex()}  {each}\n"
                for each in sorted(self.names - {"SHA256SUMS"}) if FILE.fullmatch(each)]
        told = self.read("SHA256SUMS").decode().splitlines(keepends=True)
        need(told == sums, f"it differs: {sorted(set(told) ^ set(sums))[:4]}")
        anchors, others, _seal = self.read("anchors.pem", "others.pem", "seal.pem", of="trust/")
        (self.work / "anchors").write_bytes(Path(trust).read_bytes() if trust else anchors)
        (self.work / "others").write_bytes(others)
        self.index = json.loads(self.read("bundle.json", "README.txt", "verify.py")[0])
        return f"all {len(sums)} files are there, unchanged, and no other"
    def checkpoint(self, size: int) -> str:
        """Check one state of the log that was sealed and time-stamped."""
        stem = f"checkpoints/checkpoint-{size:012}"
        raw, signature, token = self.read(".json", ".p7s", ".tst", of=stem)
        told, at = json.loads(raw), self.stamp(token, signature)[0]
        self.sealed(signature, raw, at)
        need((told["v"], told["size"]) == (1, size) and not self.states[1:], "another state")
        need(all(at >= one[2] for one in self.states), "it is older than the one before")
        need(told["at"] / 1e6 < at + CLOCKS_DIFFER, "it is dated after its time-stamp")
        self.states.append((size, bytes.fromhex(told["root"]), at))
        return f"{size} events, sealed and time-stamped {time.strftime('%F %TZ', time.gmtime(at))}"
    def log(self) -> str:
        """Check that the log only grew, and that the events are in its newest state."""
        events = [(int(place), self.read(f"events/{int(place):012}.json"), path)
                  for place, path in self.index["events"].items()]
        if not self.states: raise OpenError("there is no signed checkpoint")
        (old, before, _at), (size, root, at) = self.states[0], self.states[-1]
        need(follow(old, size, self.index["growth"], [before], True) == [before, root], "rewritten")
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
        if self.later: raise OpenError(f"events of {self.later} are in no sealed state yet")
        return f"{len(events)} events are in it"
    def letter(self, name: str, received: str) -> str:
        """Hold scan, Transfervermerk, report and sealed file of a document against the log."""
        vermerk, pdf, report, _text = self.read("transfervermerk.json", "sealed.pdf", "report.json",
                                                "report.txt", of=f"documents/{name}/")
        told, inside = json.loads(vermerk), re.findall(rb"<eakteTv:json>(.*?)</eakteTv:json>", pdf)
        need([html.unescape(each.decode()).encode() for each in inside] == [vermerk], "altered")
        scan, both = told["source_sha256"], [hashed(each).hex() for each in (pdf, report)]
        need((told["document"], scan[:16]) == (name, name[:16]), "that of another document")
        need(not received or hashed(self.read(received)).hex() == scan, "another scan")
        if not self.states or self.later & {name, scan}: raise OpenError(UNCOVERED)
        sealed, _filed = self.told[name, "sealed"], self.told[name, "filed"]
        now = self.told.get((name, "renewed"), sealed)["after"]
        need([now["sha256"], now["report"]] == both, "not the file that was sealed, or its report")
        logged = [self.told[each]["at"] for each in ((scan, "received"), (name, "released"))]
        stated = (told[one + "_at"][:-1] + "+00:00" for one in ("received", "released", "made"))
        times = [datetime.fromisoformat(each).timestamp() * 1e6 for each in stated] + [sealed["at"]]
        need(all(abs(a - b) < 9 for a, b in zip(times, logged)), "other times than in the log")
        need(times == sorted(times), "the times do not ascend")
        if not received: raise OpenError("the scan is not here: it holds letters of others")
        return "scan, Transfervermerk, report and sealed file are those in the log"
    def seal(self, name: str) -> str:
        """Check the seal in a PDF and the time-stamps, and that they cover all of it."""
        pdf, vermerk = self.read("sealed.pdf", "transfervermerk.json", of=f"documents/{name}/")
        level, end, stamps, found = json.loads(vermerk)["seal_level"], 0, [], [*SEAL.finditer(pdf)]
        for each in found:
            start, behind, stop = int(each[2]), int(each[3]), int(each[3]) + int(each[4])
            need((start, behind) == (each.start(1) - 1, each.end(1) + 1), "a false ByteRange")
            need(end < start < stop <= len(pdf) and pdf[:stop].endswith(b"%%EOF\n"), "a false end")
            covered, padded = pdf[:start] + pdf[behind:stop], bytes.fromhex(each[1].decode())
            whole = values(padded, 1)[0][1]
            need(not any(padded[len(whole) :]), "bytes behind a signature")
            need((end == 0) == (each[5] == b"ETSI.CAdES.detached"), "other signatures")
            if end == 0:
                signer = cms(whole, DATA)[1]
                inner = [values(one[2]) for part in signer[6:] for one in values(part[2])]
                stamps = [self.stamp(wrap(0x30, only(token)), signer[5][2])[0]
                          for (_tag, kind, _c), (_t, _w, token) in inner if kind == STAMPED]
                at = (stamps or [one[2] for one in self.states] or [int(time.time())])[0]
                self.sealed(whole, covered, at)
            else: stamps.append(self.stamp(whole, covered)[0])
            end = stop
        need(found and pdf.count(b"/ByteRange") == len(found), "a signature is written otherwise")
        if level == "B-LT": raise OpenError("at B-LT nothing covers the evidence behind the seal")
        need(end == len(pdf) and stamps == sorted(stamps), "nothing covers the end, or false times")
        need(len(stamps) >= ("B-B", "B-T", "B-LTA").index(level), "a time-stamp is missing")
        return f"{level}, covered to the last byte, by {self.owners}"
    def record(self, of: str, name: str) -> str:
        """Check an evidence record (RFC 4998) over a file."""
        if f"{of}.ers" not in self.names: raise OpenError("there is no evidence record for it yet")
        data, done, count, last = self.read(name), b"", 0, b""
        version, _algorithms, chains = values(only(self.read(f"{of}.ers")))
        for _tag, chain, stamps in values(chains[2]):
            for number, (_tag, _whole, one) in enumerate(values(stamps)):
                *head, (_tag, token, _content) = values(one)
                made, digest, imprint, plain = self.stamp(token)
                same = HASHES[values(head[0][2])[0][1]] == digest
                need(same and [one[0] for one in head] in ([0xA0], [0xA0, 0xA2]), "another form")
                trees = [part for two in head[1:] for part in values(two[2])]
                lists = [[leaf[2] for leaf in values(part[2])] for part in trees] or [[imprint]]
                wanted = hashed(last if number else data, name=digest)
                if done and not number:
                    wanted = hashed(wanted, hashed(wrap(0x30, done), name=digest), name=digest)
                need(wanted in lists[0], "it is about other bytes")
                below = list[bytes]()
                for leaves in lists:
                    need({len(leaf) for leaf in leaves} == {len(imprint)}, "no hash tree")
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
        akte, names = json.loads(raw)["content"], self.index["documents"]
        own = {(name, hashed(self.read(f"documents/{name}/sealed.pdf")).hex()) for name in names}
        listed = [each for vorgang in akte["vorgaenge"] for each in vorgang["documents"]]
        need(own == {(one["id"], one["sealed"]) for one in listed}, "other documents")
        if not self.states or about in self.later: raise OpenError(UNCOVERED)
        made, at = (self.told[about, "manifest-made"][each] for each in ("after", "at"))
        need((made["sha256"], akte["akte"]) == (hashed(raw).hex(), about), "another manifest")
        kept = [akte, *akte["vorgaenge"], *listed, *akte["entries"], *akte["departed"]]
        named = {(one["record"], one["commitment"]) for each in kept for one in each["versions"]}
        need(named <= self.versions, "a version is not in the log")
        at = time.strftime("%F %TZ", time.gmtime(at / 1e6))
        return f"{len(listed)} documents, {len(named)} versions, none missing or other at {at}"
    def rest(self) -> str:
        """Check that every file was looked at, and that the bundle is about what it says."""
        need(self.names == self.seen, f"nothing proves {sorted(self.names ^ self.seen)[:4]}")
        about, akte = self.index["object"], "manifest.json" in self.names
        need(akte or [*self.index["documents"]] == [about], "it is not about what it says")
        return f"the bundle is about {about}, and nothing else"

def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", default=Path(__file__).parent, type=Path)
    parser.add_argument("--trust", default="")
    given = parser.parse_args()
    if not all(map(os.path.exists, (given.bundle, given.trust or "."))): parser.error("not there")
    with tempfile.TemporaryDirectory() as work:
        bundle = Bundle(given.bundle, Path(work))
        bundle.check("SHA256SUMS", bundle.files, given.trust)
        for size in sorted(bundle.index.get("checkpoints", ())):
            bundle.check(f"checkpoint {size}", bundle.checkpoint, size)
        bundle.check("log", bundle.log)
        for name, received in bundle.index.get("documents", {}).items():
            record, file = f"documents/{name}/evidence", f"documents/{name}/sealed.pdf"
            bundle.check(f"{name} in the log", bundle.letter, name, received)
            bundle.check(f"{name} seal", bundle.seal, name)
            bundle.check(f"{name} evidence record", bundle.record, record, file)
        if "manifest.json" in bundle.names:
            bundle.check("manifest", bundle.manifest)
            bundle.check("manifest's evidence record", bundle.record, "manifest", "manifest.json")
        bundle.check("all in all", bundle.rest)
    print(NOTE, *([] if given.trust else [LOUD]), sep="\n")
    print("INVALID" if bundle.failed else "INDETERMINATE" if bundle.open else "VALID")
    return 1 if bundle.failed else 2 if bundle.open else 0

if __name__ == "__main__": sys.exit(main())
