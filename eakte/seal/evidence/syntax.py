"""Evidence records as bytes: read strictly, written in DER (RFC 4998 §3.1, §4.1, §5.1).

What is read is DER through and through, and every byte of it is accounted for: two records that
differ say different things. A time-stamp token stays the bytes that it came as.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from asn1crypto import algos, cms, core, tsp

from eakte.seal.ber import sequence, wrap
from eakte.seal.structure import is_der

_LARGEST = 64 << 20
_MOST_STAMPS = 1000
_VERSION = 1
_VERSIONS_OF_TOKENS = {"v3", "v5"}
"""5 is what CMS wants where OCSP answers stand in a token; TR-ESOR-ERS wants 3 all the same."""


class _DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class _Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = cms.CMSAttribute


class _PartialHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _ReducedHashtree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _PartialHashtree


class _ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", _Attributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", _ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _ArchiveTimeStamp


class _ChainSequence(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Chain


class _EvidenceRecord(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("version", core.Integer),
        ("digest_algorithms", _DigestAlgorithms),
        ("crypto_infos", core.Sequence, {"implicit": 0, "optional": True}),
        ("encryption_info", core.Sequence, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", _ChainSequence),
    ]


class UnreadableRecordError(ValueError):
    """Bytes that are no evidence record in DER; its text says why."""


@dataclass(frozen=True)
class Stated:
    """What a time-stamp token says of itself; nobody vouches for it yet."""

    time: datetime
    digest: str
    """Of the imprint, as hashlib calls it."""
    imprint: bytes


@dataclass(frozen=True)
class ArchiveTimestamp:
    """One ArchiveTimeStamp: the way from the hashes to the imprint, and the time-stamp."""

    digest: str
    """By which the hash tree is built, as hashlib calls it; the token's own if none is named."""
    lists: tuple[tuple[bytes, ...], ...]
    """The partial hash trees from the leaves up; none if the token is about one hash."""
    token: bytes
    """The ContentInfo (DER)."""
    stated: Stated
    encoded: bytes
    attributes: bool = False
    """It carries attributes, whose meaning nobody knows."""


@dataclass(frozen=True)
class EvidenceRecord:
    """An evidence record: chains of archive time-stamps, the oldest first, none of them empty."""

    version: int
    digests: tuple[str, ...]
    """Those that it declares."""
    chains: tuple[tuple[ArchiveTimestamp, ...], ...]
    encrypted: bool = False
    """It carries cryptoInfos or encryptionInfo."""


def read(encoded: bytes) -> EvidenceRecord:
    """Read a record; raises UnreadableRecordError for anything else. In a sandbox only."""
    if len(encoded) > _LARGEST:
        raise UnreadableRecordError("too large")
    try:
        _require_der(encoded)
        return _record(_EvidenceRecord.load(encoded, strict=True))
    except UnreadableRecordError:
        raise
    except Exception as problem:  # asn1crypto raises anything on garbage
        raise UnreadableRecordError(f"{type(problem).__name__}: {problem}"[:300]) from problem


@lru_cache(maxsize=64)
def stated_in(token: bytes) -> Stated:
    """Read what a token says; raises UnreadableRecordError if it is none."""
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise UnreadableRecordError("a time-stamp is no signed data")
    version = content["content"]["version"].native
    if version not in _VERSIONS_OF_TOKENS:
        raise UnreadableRecordError(f"a time-stamp of CMS version {version}")
    inside = content["content"]["encap_content_info"]
    if inside["content_type"].native != "tst_info":
        raise UnreadableRecordError("a time-stamp has other content than TSTInfo")
    info = tsp.TSTInfo.load(bytes(inside["content"]), strict=True)
    imprint = info["message_imprint"]
    return Stated(
        time=info["gen_time"].native,
        digest=str(imprint["hash_algorithm"]["algorithm"].native),
        imprint=imprint["hashed_message"].native,
    )


def archive_timestamp(
    digest: str, lists: Sequence[Sequence[bytes]], token: bytes
) -> ArchiveTimestamp:
    """Make one: its lists in ascending order, as RFC 4998 §4.2 wants them."""
    algorithm = algos.DigestAlgorithm({"algorithm": digest})
    parts = [wrap(0xA0, algorithm.contents)]
    ordered = tuple(tuple(sorted(members)) for members in lists)
    if ordered:
        trees = (sequence([wrap(0x04, each) for each in members]) for members in ordered)
        parts.append(wrap(0xA2, b"".join(trees)))
    encoded = sequence([*parts, token])
    return ArchiveTimestamp(digest, ordered, token, stated_in(token), encoded)


def of_chains(chains: Sequence[Sequence[ArchiveTimestamp]]) -> EvidenceRecord:
    """Make a record of version 1, with the algorithms that it uses in the order of time."""
    used = dict.fromkeys(each.digest for chain in chains for each in chain)
    return EvidenceRecord(_VERSION, tuple(used), tuple(map(tuple, chains)))


def write(chains: Sequence[Sequence[ArchiveTimestamp]]) -> bytes:
    """Write such a record."""
    used = of_chains(chains).digests
    algorithms = [algos.DigestAlgorithm({"algorithm": name}).dump() for name in used]
    version = core.Integer(_VERSION).dump()
    return sequence([version, sequence(algorithms), encoded_sequence(chains)])


def encoded_sequence(chains: Sequence[Sequence[ArchiveTimestamp]]) -> bytes:
    """Give the ArchiveTimeStampSequence of these chains in DER: what a renewal hashes (§5.2)."""
    return sequence([sequence([each.encoded for each in chain]) for chain in chains])


def _require_der(encoded: bytes) -> None:
    if not encoded or not is_der(encoded):
        raise UnreadableRecordError("not DER")


def _record(record: _EvidenceRecord) -> EvidenceRecord:
    _require_whole(record)
    chains = tuple(
        tuple(_timestamp(each) for each in chain) for chain in record["archive_time_stamp_sequence"]
    )
    if not chains or not all(chains):
        raise UnreadableRecordError("a chain without a time-stamp")
    if sum(map(len, chains)) > _MOST_STAMPS:
        raise UnreadableRecordError("too many time-stamps")
    extra = (record["crypto_infos"], record["encryption_info"])
    return EvidenceRecord(
        version=record["version"].native,
        digests=tuple(_name(each) for each in record["digest_algorithms"]),
        chains=chains,
        encrypted=any(not isinstance(each, core.Void) for each in extra),
    )


def _timestamp(found: _ArchiveTimeStamp) -> ArchiveTimestamp:
    _require_whole(found)
    token = found["time_stamp"].dump()
    stated = stated_in(token)
    named, tree = found["digest_algorithm"], found["reduced_hashtree"]
    lists = () if isinstance(tree, core.Void) else tree
    return ArchiveTimestamp(
        digest=stated.digest if isinstance(named, core.Void) else _name(named),
        lists=tuple(tuple(each.native for each in members) for members in lists),
        token=token,
        stated=stated,
        encoded=found.dump(),
        attributes=not isinstance(found["attributes"], core.Void),
    )


def _name(algorithm: algos.DigestAlgorithm) -> str:
    """Name an algorithm; one with parameters is another one."""
    if algorithm["parameters"].native is not None:
        raise UnreadableRecordError("a digest algorithm with parameters")
    _require_whole(algorithm)
    return str(algorithm["algorithm"].native)


def _require_whole(value: core.Sequence) -> None:
    """Refuse a sequence that holds more than was understood: asn1crypto skips the rest."""
    if b"".join(value[name].dump() for name in value) != value.contents:
        raise UnreadableRecordError("a value that RFC 4998 does not know")
