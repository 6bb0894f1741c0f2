"""What the tests about evidence records are made of: objects, a demo authority, records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import algos, tsp

from eakte.domain.clock import FixedClock
from eakte.seal.chains import Chains
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.evidence.hashtree import digest_of, grow
from eakte.seal.evidence.stamping import ArchiveStamper, completed
from eakte.seal.evidence.syntax import archive_timestamp, encoded_sequence, write
from eakte.seal.evidence.verify import Case, check_record
from eakte.seal.revocation import DemoRevocation
from eakte.seal.timestamp import Authorities, DemoTimestampAuthority
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
OBJECTS = tuple(f"Bescheid Nr. {number}".encode() for number in range(5))


def trust(folder: Path) -> Path:
    create_demo_trust(folder, "Stadt Neuenfurt", FixedClock(NOW))
    return folder


def stamper(folder: Path, at: datetime) -> ArchiveStamper:
    """The stamper of a demo home at a moment."""
    clock = FixedClock(at)
    chains = Chains(TrustFolder(folder), clock)
    authority = DemoTimestampAuthority.of(TrustFolder(folder), clock)
    revocation = DemoRevocation(TrustFolder(folder), clock)
    return ArchiveStamper(Authorities.only(authority, chains, clock), chains, revocation)


def weak_token(folder: Path, imprint: bytes, digest: str, at: datetime) -> bytes:
    """A token that the stamper would not ask for, complete as its own are."""
    clock, layout = FixedClock(at), TrustFolder(folder)
    message = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": digest})}
    message["hashed_message"] = imprint
    request = tsp.TimeStampReq({"version": 1, "message_imprint": message, "cert_req": True})
    answer = DemoTimestampAuthority.of(layout, clock).answer(request.dump())
    token = tsp.TimeStampResp.load(answer)["time_stamp_token"].dump()
    chain = [
        next(iter(load_certificates(layout.certificates / f"{name}.pem")))
        for name in ("tsa", "issuing")
    ]
    chain += load_certificates(layout.anchors)
    return completed(token, chain, DemoRevocation(layout, clock).collect())


def first(folder, at=NOW, objects=OBJECTS, digest="sha256", token=None):
    """The initial archive time-stamps of objects, one tree over all of them."""
    leaves = [digest_of(digest, each) for each in objects]
    tree = grow(digest, leaves)
    token = (token or stamper(folder, at).stamp)(tree.root, digest)
    return [archive_timestamp(digest, tree.reduced(leaf), token) for leaf in leaves]


def renewed(folder, chains, at, others=()):
    """The chains with one more time-stamp over the last; `others` are tokens renewed with it."""
    last = chains[-1][-1]
    made = stamper(folder, at)
    token = made.refresh(last.token)
    digest = last.digest
    leaf = digest_of(digest, token)
    tree = grow(digest, [leaf, *(digest_of(digest, each) for each in others)])
    after = archive_timestamp(digest, tree.reduced(leaf), made.stamp(tree.root, digest))
    before = archive_timestamp(digest, last.lists, token)
    return [*chains[:-1], [*chains[-1][:-1], before, after]]


def rehashed(folder, chains, content, at, digest="sha512", leaf=None):
    """The chains with a new one of another algorithm, for which the object was read again."""
    made = stamper(folder, at)
    last = chains[-1][-1]
    refreshed = archive_timestamp(last.digest, last.lists, made.refresh(last.token))
    chains = [*chains[:-1], [*chains[-1][:-1], refreshed]]
    before = digest_of(digest, encoded_sequence(chains))
    leaf = leaf or digest_of(digest, digest_of(digest, content), before)
    tree = grow(digest, [leaf, digest_of(digest, b"another object")])
    after = archive_timestamp(digest, tree.reduced(leaf), made.stamp(tree.root, digest))
    return [*chains, [after]]


def relisted(stamp, lists):
    """The same archive time-stamp with other lists, in the order given."""
    return archive_timestamp(stamp.digest, lists, stamp.token)


class Bench:
    """Judges records again and again against one trust folder."""

    def __init__(self, folder: Path, anchors: Path) -> None:
        self.folder = folder
        self.anchors = (anchors,)

    def __call__(self, chains, *contents: bytes, at=NOW + timedelta(minutes=1), revocation=()):
        """The report on chains, or on bytes, over contents."""
        record = self.folder / "record.ers"
        record.write_bytes(chains if isinstance(chains, bytes) else write(chains))
        objects = tuple(self.folder / f"object-{number}" for number in range(len(contents)))
        for path, content in zip(objects, contents, strict=True):
            path.write_bytes(content)
        return check_record(Case(record, objects, self.anchors, tuple(revocation)), at)
