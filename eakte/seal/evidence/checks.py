"""The numbered checks behind the verdict on an evidence record (RFC 4998 §4.3, §5.3).

    1 Form of the record       version 1, nothing encrypted, no attributes; it declares the
                               algorithms that it uses; each chain keeps to one
    2 Objects                  the first list of the first time-stamp has the hash of each object
    3 Hash trees               every reduced hash tree leads to the imprint of its time-stamp
    4 Renewals                 each time-stamp covers the one before it; the first one of each later
                               chain covers every object, hashed anew, with all chains before it
    5 Order of time            the times ascend, and none lies in the future
    6 Time-stamps              each one was valid when the next one took over; the last one is now
    7 Form of the time-stamps  no part of one could be another, unnoticed
    8 Algorithms               each one held until it was replaced, or holds now

A failed check 2, 3 or 4, or a wrong signature, proves that the record is not about these bytes
(INVALID); everything else leaves the question open (INDETERMINATE).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from eakte.i18n import _
from eakte.seal.algorithms import policy_name
from eakte.seal.checks import Outcome
from eakte.seal.evidence.hashtree import DIGESTS, climb, digest_of
from eakte.seal.evidence.stamps import Held, JudgedStamp
from eakte.seal.evidence.syntax import ArchiveTimestamp, EvidenceRecord, encoded_sequence
from eakte.seal.judgement import Indication

_CLOCKS_DIFFER = timedelta(minutes=1)
_VERSION = 1

Hashed = dict[str, bytes]
"""One data object: its hashes by algorithm."""


def held(record: EvidenceRecord, at: datetime) -> list[Held]:
    """Give every time-stamp with the moment at which the next one took over, else `at`."""
    stamps = [each for chain in record.chains for each in chain]
    ends = [*(each.stated.time for each in stamps[1:]), at]
    starts = [chain[0].stated.time for chain in record.chains[1:]]
    lengths = [len(chain) for chain in record.chains]
    trees = [
        end for end, length in zip([*starts, at], lengths, strict=True) for _one in range(length)
    ]
    last = len(stamps) - 1
    return [
        Held(stamp, until, tree_until, renewed=place < last)
        for place, (stamp, until, tree_until) in enumerate(zip(stamps, ends, trees, strict=True))
    ]


def judge(
    record: EvidenceRecord,
    objects: Sequence[Hashed],
    stamps: Sequence[JudgedStamp],
    at: datetime,
) -> list[Outcome]:
    """Carry out all checks, in order."""
    return [
        _form(record),
        _objects(record, objects),
        _trees(record),
        _renewals(record, objects),
        _order(record, at),
        _stamps(stamps),
        _tokens(stamps),
        _algorithms(stamps),
    ]


def hash_flaw(record: EvidenceRecord, hashed: Hashed) -> str:
    """Say what is wrong with the hashes of a record over an object (checks 1 to 4), else ""."""
    checks = [
        _form(record),
        _objects(record, [hashed]),
        _trees(record),
        _renewals(record, [hashed]),
    ]
    return next((f"{each.name}: {each.detail}" for each in checks if each.passed is not True), "")


def unreadable(detail: str) -> list[Outcome]:
    """Give the outcomes for a record that could not be read or examined at all."""
    others = [
        _("Objects"),
        _("Hash trees"),
        _("Renewals"),
        _("Order of time"),
        _("Time-stamps"),
        _("Form of the time-stamps"),
        _("Algorithms"),
    ]
    told = _("not analysable (FORMAT_FAILURE): {problem}").format(problem=detail)
    return [Outcome(_("Form of the record"), None, told), *(Outcome(name, None) for name in others)]


def _form(record: EvidenceRecord) -> Outcome:
    return Outcome(_("Form of the record"), *_told(_form_flaw(record), _("as RFC 4998 wants it")))


def _form_flaw(record: EvidenceRecord) -> str:
    stamps = [each for chain in record.chains for each in chain]
    used = [each.digest for each in stamps]
    if record.version != _VERSION:
        return _("its version is {version}, not 1").format(version=record.version)
    if record.encrypted or any(each.attributes for each in stamps):
        return _("it carries information on encryption, or attributes: these are not examined")
    if set(record.digests) != set(used) or len(set(record.digests)) != len(record.digests):
        return _("it declares other digest algorithms than it uses")
    if any(each.digest != each.stated.digest for each in stamps):
        return _("a time-stamp uses another digest algorithm than its hash tree")
    if any(len({each.digest for each in chain}) > 1 for chain in record.chains):
        return _("a chain uses several digest algorithms")
    return ""


def _objects(record: EvidenceRecord, objects: Sequence[Hashed]) -> Outcome:
    name = _("Objects")
    if not objects:
        return Outcome(name, None, _("no data object was given"))
    first = record.chains[0][0]
    missing = [
        number
        for number, each in enumerate(objects, start=1)
        if each.get(first.digest) not in _covered(first)
    ]
    if missing:
        told = _("object {number} is not the one that the record is about")
        return Outcome(name, False, told.format(number=missing[0]), proof=_is_known(first))
    return Outcome(name, True, _("the first time-stamp covers the hash of each object"))


def _trees(record: EvidenceRecord) -> Outcome:
    name = _("Hash trees")
    for number, each in _numbered(record):
        if each.lists and not _is_known(each):
            told = _("time-stamp {number}: its digest algorithm is not known")
            return Outcome(name, None, told.format(number=number))
        if each.lists and climb(each.digest, each.lists) != each.stated.imprint:
            told = _("time-stamp {number}: its hash tree does not lead to its imprint")
            return Outcome(name, False, told.format(number=number), proof=True)
    return Outcome(name, True, _("every one leads to the imprint of its time-stamp"))


def _renewals(record: EvidenceRecord, objects: Sequence[Hashed]) -> Outcome:
    name = _("Renewals")
    number = 0
    for place, chain in enumerate(record.chains):
        for before, each in zip([None, *chain], chain, strict=False):
            number += 1
            if not _is_known(each):
                told = _("time-stamp {number}: its digest algorithm is not known")
                return Outcome(name, None, told.format(number=number))
            if before is None:
                covers = place == 0 or _covers_anew(record, place, objects)
            else:
                covers = digest_of(each.digest, before.token) in _covered(each)
            if not covers:
                told = _("time-stamp {number} does not cover what stands before it")
                return Outcome(name, False, told.format(number=number), proof=True)
    if len(record.chains) > 1 and not objects:
        return Outcome(name, None, _("no data object was given"))
    return Outcome(name, True, _("each time-stamp covers what stands before it"))


def _covers_anew(record: EvidenceRecord, place: int, objects: Sequence[Hashed]) -> bool:
    """Check a hash-tree renewal (§5.2): H(H(object) || H(all chains before)) for each object."""
    first = record.chains[place][0]
    before = digest_of(first.digest, encoded_sequence(record.chains[:place]))
    anew = (digest_of(first.digest, each[first.digest], before) for each in objects)
    return all(each in _covered(first) for each in anew)


def _order(record: EvidenceRecord, at: datetime) -> Outcome:
    name = _("Order of time")
    times = [each.stated.time for _number, each in _numbered(record)]
    if times != sorted(times):
        told = _("TIMESTAMP_ORDER_FAILURE: a time-stamp is older than the one that it covers")
        return Outcome(name, False, told)
    if times[-1] > at + _CLOCKS_DIFFER:
        return Outcome(name, False, _("TIMESTAMP_ORDER_FAILURE: a time-stamp is from the future"))
    return Outcome(name, True, _("the times ascend"))


def _stamps(stamps: Sequence[JudgedStamp]) -> Outcome:
    name = _("Time-stamps")
    numbered = list(enumerate(stamps, start=1))
    numbered.sort(key=lambda item: item[1].judgement.indication is not Indication.FAILED)
    for number, each in numbered:
        judgement = each.judgement
        if judgement.indication is not Indication.PASSED:
            reason = ": ".join(filter(None, (judgement.sub_indication, judgement.detail)))
            told = _("time-stamp {number}: {reason}").format(number=number, reason=reason)
            failed = judgement.indication is Indication.FAILED
            return Outcome(name, False, told, proof=failed)
    return Outcome(name, True, _("each one was valid when the next took over; the last one is now"))


def _tokens(stamps: Sequence[JudgedStamp]) -> Outcome:
    flaws = [
        _("time-stamp {number}: {reason}").format(number=number, reason=each.flaw)
        for number, each in enumerate(stamps, start=1)
        if each.flaw
    ]
    told = _told("; ".join(flaws[:3]), _("every part of them is accounted for"))
    return Outcome(_("Form of the time-stamps"), *told)


def _algorithms(stamps: Sequence[JudgedStamp]) -> Outcome:
    numbered = enumerate(stamps, start=1)
    found = dict.fromkeys(f"{number}: {weak}" for number, each in numbered for weak in each.weak)
    return Outcome(_("Algorithms"), *_told("; ".join(found), policy_name()))


def _told(flaw: str, good: str) -> tuple[bool, str]:
    return not flaw, flaw or good


def _covered(stamp: ArchiveTimestamp) -> tuple[bytes, ...]:
    """Give the hashes that a time-stamp is about: its first list, or its imprint."""
    return stamp.lists[0] if stamp.lists else (stamp.stated.imprint,)


def _is_known(stamp: ArchiveTimestamp) -> bool:
    return stamp.digest in DIGESTS


def _numbered(record: EvidenceRecord) -> list[tuple[int, ArchiveTimestamp]]:
    stamps = (each for chain in record.chains for each in chain)
    return list(enumerate(stamps, start=1))
