"""Evidence records: made, renewed both ways, verified; and attacks on them, none of them VALID."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms

from eakte.domain.verification import Verdict
from eakte.seal.ber import children, element, sequence, wrap
from eakte.seal.evidence.hashtree import digest_of
from eakte.seal.evidence.syntax import archive_timestamp, encoded_sequence, read, write
from tests.unit.seal import record_making as making
from tests.unit.seal.record_making import DAY, NOW, OBJECTS, YEAR, Bench

MINUTE = timedelta(minutes=1)
CONTENT = OBJECTS[2]
END_OF_SHA224 = datetime(2029, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return making.trust(tmp_path_factory.mktemp("world") / "trust")


@pytest.fixture
def judge(folder, tmp_path):
    return Bench(tmp_path, folder)


@pytest.fixture(scope="module")
def plain(folder):
    """The chains of a fresh record."""
    return [[making.first(folder)[2]]]


@pytest.fixture(scope="module")
def long_kept(folder, plain):
    """A record after a time-stamp renewal, a hash-tree renewal, and another time-stamp renewal."""
    chains = making.renewed(folder, plain, NOW + YEAR, others=[b"another token"])
    chains = making.rehashed(folder, chains, CONTENT, NOW + 2 * YEAR)
    return making.renewed(folder, chains, NOW + 3 * YEAR)


LATE = NOW + 3 * YEAR + MINUTE


def failed(report):
    return next(each.name for each in report.checks if each.passed is not True)


def test_a_record_of_each_object_is_valid(folder, judge):
    for content, stamp in zip(OBJECTS, making.first(folder), strict=True):
        report = judge([[stamp]], content)
        assert (report.verdict, report.reason) == (Verdict.VALID, "")
    alone = making.first(folder, objects=[CONTENT])
    assert alone[0].lists == ()
    assert judge([alone], CONTENT).verdict is Verdict.VALID


def test_a_record_written_is_a_record_read(long_kept):
    encoded = write(long_kept)
    record = read(encoded)
    assert record.chains == tuple(map(tuple, long_kept))
    assert (record.version, record.digests, record.encrypted) == (1, ("sha256", "sha512"), False)
    assert write(record.chains) == encoded
    assert len(record.chains[0]) == len(record.chains[1]) == 2


def test_renewals_keep_a_record_valid(judge, long_kept):
    report = judge(long_kept, CONTENT, at=LATE)
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert len(report.timestamps) == 4


def test_a_group_is_covered_as_a_whole(folder, judge):
    """RFC 4998 §4.2: the first list holds the hashes of all documents of a group."""
    hashes = sorted(digest_of("sha256", each) for each in OBJECTS[:3])
    imprint = digest_of("sha256", *hashes)
    token = making.stamper(folder, NOW).stamp(imprint, "sha256")
    chains = [[archive_timestamp("sha256", [hashes], token)]]
    assert judge(chains, *OBJECTS[:3]).verdict is Verdict.VALID
    assert judge(chains, *OBJECTS[1:4]).verdict is Verdict.INVALID


def test_without_an_object_nothing_is_valid(judge, plain):
    report = judge(plain)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Objects")


def test_another_object_is_found(judge, plain, long_kept):
    for chains in (plain, long_kept):
        report = judge(chains, CONTENT + b".", at=LATE)
        assert (report.verdict, failed(report)) == (Verdict.INVALID, "Objects")


def test_a_changed_hash_tree_is_found(judge, plain):
    stamp = plain[0][0]
    own = digest_of("sha256", CONTENT)
    low, *high = stamp.lists
    other = digest_of("sha256", b"other")
    cases = {
        "removed sibling": ((own,), *high),
        "removed list": (low, *high[:-1]),
        "swapped lists": (low, *reversed(high)) if len(high) > 1 else (*high, low),
        "exchanged sibling": ((own, other), *high),
        "added hash": ((*low, other), *high),
        "two hashes in one": ((b"".join(sorted(low)),), *high),
        "empty list": ((), low, *high),
        "no tree": (),
    }
    for name, lists in cases.items():
        report = judge([[making.relisted(stamp, lists)]], CONTENT)
        assert report.verdict is Verdict.INVALID, name
    swapped = tuple(tuple(reversed(each)) for each in stamp.lists)
    parts = [wrap(0xA2, b"".join(sequence([wrap(4, h) for h in each]) for each in swapped))]
    algorithm = archive_timestamp("sha256", (), stamp.token).encoded
    head = next(children(algorithm, element(algorithm, 0, len(algorithm))))
    encoded = sequence([algorithm[head.start : head.after], *parts, stamp.token])
    report = judge(_around(plain, [[encoded]]), CONTENT)
    assert report.verdict is Verdict.VALID, "the order inside a list says nothing (§4.3, step 2)"


def _around(chains, stamps):
    """A record of encoded archive time-stamps, with the head of another record."""
    encoded = write(chains)
    head = list(children(encoded, element(encoded, 0, len(encoded))))[:2]
    body = sequence([sequence(chain) for chain in stamps])
    return sequence([*(encoded[each.start : each.after] for each in head), body])


def test_a_foreign_time_stamp_is_found(folder, judge, plain, tmp_path):
    stamp = plain[0][0]
    other = making.first(folder, objects=[b"other", b"objects"])[0]
    moved = archive_timestamp("sha256", stamp.lists, other.token)
    assert judge([[moved]], CONTENT).verdict is Verdict.INVALID
    stranger = making.trust(tmp_path / "stranger")
    report = judge([[making.first(stranger)[2]]], CONTENT)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Time-stamps")


def test_a_renewal_over_something_else_is_found(folder, judge, plain):
    other = making.renewed(folder, [[making.first(folder, objects=[b"x", b"y"])[0]]], NOW + YEAR)
    chains = [[plain[0][0], other[0][1]]]
    report = judge(chains, CONTENT, at=NOW + YEAR + MINUTE)
    assert (report.verdict, failed(report)) == (Verdict.INVALID, "Renewals")


def test_a_removed_or_moved_time_stamp_is_found(judge, long_kept):
    (one, two), (three, four) = long_kept
    for chains in (
        [[two], [three, four]],
        [[one], [three, four]],
        [[one, two], [four]],
        [[two, one], [three, four]],
        [[three, four], [one, two]],
        [[one, two, three, four]],
        [[one, two], [three], [four]],
        [[one], [two], [three, four]],
    ):
        assert judge(chains, CONTENT, at=LATE).verdict is not Verdict.VALID
    assert judge([[one, two]], CONTENT, at=NOW + YEAR + MINUTE).verdict is Verdict.VALID


def test_a_hash_tree_renewal_must_hash_the_object_anew(folder, judge, plain):
    """Each of these covers something, but not H(H(object) || H(chains before)) (§5.2)."""
    before = digest_of("sha512", encoded_sequence(plain))
    object_hash = digest_of("sha512", CONTENT)
    old = digest_of("sha256", CONTENT)
    leaves = {
        "only the chains": before,
        "only the object": object_hash,
        "the old hash": digest_of("sha512", old, before),
        "another object": digest_of("sha512", digest_of("sha512", b"x"), before),
        "the other way round": digest_of("sha512", before, object_hash),
        "the chain, not the sequence": digest_of(
            "sha512", object_hash, digest_of("sha512", plain[0][0].encoded)
        ),
    }
    at = NOW + YEAR
    for name, leaf in leaves.items():
        chains = making.rehashed(folder, plain, CONTENT, at, leaf=leaf)
        report = judge(chains, CONTENT, at=at + MINUTE)
        assert (report.verdict, failed(report)) == (Verdict.INVALID, "Renewals"), name
    assert judge(making.rehashed(folder, plain, CONTENT, at), CONTENT, at=at + MINUTE).verdict is (
        Verdict.VALID
    )


def test_another_algorithm_within_a_chain_is_found(folder, judge, plain):
    token = plain[0][0].token
    made = making.stamper(folder, NOW + YEAR).stamp(digest_of("sha512", token), "sha512")
    chains = [[plain[0][0], archive_timestamp("sha512", (), made)]]
    report = judge(chains, CONTENT, at=NOW + YEAR + MINUTE)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Form of the record")


def test_an_algorithm_counts_until_its_end(folder, judge):
    def token(imprint, digest):
        return making.weak_token(folder, imprint, digest, NOW)

    chains = [[making.first(folder, digest="sha224", token=token)[2]]]
    assert judge(chains, CONTENT, at=END_OF_SHA224 - DAY).verdict is Verdict.VALID
    report = judge(chains, CONTENT, at=END_OF_SHA224)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Time-stamps")
    assert "sha224" in next(each.detail for each in report.checks if each.name == "Algorithms")
    for moment, verdict in ((-DAY, Verdict.VALID), (DAY, Verdict.INDETERMINATE)):
        at = END_OF_SHA224 + moment
        anew = making.rehashed(folder, chains, CONTENT, at)
        assert judge(anew, CONTENT, at=END_OF_SHA224 + YEAR).verdict is verdict


def test_a_time_stamp_renewal_does_not_save_a_hash_tree(folder, judge):
    """The tree of a chain must hold until the next chain begins (§5.3, step 2)."""

    def token(imprint, digest, at=NOW):
        return making.weak_token(folder, imprint, digest, at)

    old = making.first(folder, digest="sha224", token=token)[2]
    at = END_OF_SHA224 - DAY
    leaf = digest_of("sha224", old.token)
    renewal = archive_timestamp("sha224", (), token(leaf, "sha224", at))
    assert judge([[old, renewal]], CONTENT, at=at + MINUTE).verdict is Verdict.VALID
    assert judge([[old, renewal]], CONTENT, at=at + 2 * DAY).verdict is Verdict.INDETERMINATE


def test_times_must_ascend_and_be_past(folder, judge, plain):
    back = making.renewed(folder, [[making.first(folder, at=NOW + YEAR)[2]]], NOW + DAY)
    report = judge(back, CONTENT, at=NOW + 2 * YEAR)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Order of time")
    report = judge(plain, CONTENT, at=NOW - DAY)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Order of time")


def test_a_record_ends_with_its_last_certificate(judge, plain):
    report = judge(plain, CONTENT, at=NOW + 30 * YEAR)
    assert (report.verdict, failed(report)) == (Verdict.INDETERMINATE, "Time-stamps")


def test_an_authority_that_is_an_anchor_itself_ends_too(folder, plain, tmp_path):
    """pyHanko does not look at the life of an anchor (signing.md, trap 7)."""
    judge = Bench(tmp_path, folder / "certificates" / "tsa.pem")
    report = judge(plain, CONTENT, at=NOW + 30 * YEAR)
    assert report.timestamps[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert judge(plain, CONTENT).timestamps[0].valid


def test_unused_bits_of_signatures_are_looked_at(judge, plain):
    """Nobody signs how many bits of a signature are unused: of chains, answers and lists."""
    encoded = write(plain)
    places = [place for place in range(len(encoded)) if _begins_signature(encoded, place)]
    assert len(places) > 5
    for place in places:
        changed = bytearray(encoded)
        changed[place] = 2
        assert judge(bytes(changed), CONTENT).verdict is not Verdict.VALID, place


def _begins_signature(encoded, place):
    """A bit string of ECDSA: tag, length, no unused bits, a sequence."""
    return encoded[place - 2] == 3 and 0x40 < encoded[place - 1] < 0x50 and encoded[place] == 0


def test_a_cut_record_is_never_valid(judge, long_kept):
    encoded = write(long_kept)
    for length in (0, 1, 2, 5, 40, len(encoded) // 2, len(encoded) - 1):
        report = judge(encoded[:length], CONTENT, at=LATE)
        assert report.verdict is Verdict.INDETERMINATE
        assert "FORMAT_FAILURE" in report.reason


def test_data_that_nobody_needs_is_found(judge, plain):
    encoded = write(plain)
    null = b"\x05\x00"
    stamp = plain[0][0]
    inner = encoded[element(encoded, 0, len(encoded)).content[0] :]
    version, algorithms, rest = (
        encoded[each.start : each.after]
        for each in children(encoded, element(encoded, 0, len(encoded)))
    )
    body = [
        stamp.encoded[each.start : each.after]
        for each in children(stamp.encoded, element(stamp.encoded, 0, len(stamp.encoded)))
    ]
    attribute = cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump()
    cases = {
        "behind it": encoded + null,
        "at its end": sequence([inner, null]),
        "in a time-stamp": _around(plain, [[sequence([*body, null])]]),
        "attributes": _around(plain, [[sequence([body[0], wrap(0xA1, attribute), *body[1:]])]]),
        "encryption": sequence([version, algorithms, wrap(0xA0, sequence([null])), rest]),
        "version 2": sequence([b"\x02\x01\x02", algorithms, rest]),
        "an unused algorithm": sequence(
            [version, sequence([algorithms[2:], algorithms[2:]]), rest]
        ),
        "an open length": b"\x30\x80" + inner + b"\x00\x00",
        "a long length": b"\x30\x84" + len(inner).to_bytes(4, "big") + inner,
        "no chain": sequence([version, algorithms, sequence([])]),
        "an empty chain": sequence([version, algorithms, sequence([sequence([])])]),
    }
    for name, changed in cases.items():
        assert judge(changed, CONTENT).verdict is Verdict.INDETERMINATE, name


def test_parts_of_a_token_that_nobody_signed_are_found(judge, plain, tmp_path):
    stranger = making.first(making.trust(tmp_path / "stranger"))[0].token
    foreign, own = _parts(stranger), _parts(plain[0][0].token)
    nested = cms.ContentInfo.load(stranger)
    attribute = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [nested]})
    info = cms.SignerInfo.load(_inside(own["signers"]))
    info["unsigned_attrs"] = cms.CMSAttributes([attribute])
    two = _inside(own["certificates"]) + _inside(foreign["certificates"])
    more = _inside(own["crls"]) + _inside(foreign["crls"])
    cases = {
        "nothing": {},
        "a certificate": {"certificates": wrap(0xA0, two)},
        "revocation data": {"crls": wrap(0xA1, more)},
        "an attribute": {"signers": wrap(0x31, info.dump())},
        "a version": {"version": b"\x02\x01\x01"},
        "an algorithm": {"algorithms": wrap(0x31, bytes.fromhex("300906052b0e03021a0500"))},
        "two signers": {"signers": wrap(0x31, _inside(own["signers"]) * 2)},
    }
    for name, changes in cases.items():
        signed = sequence(list((own | changes).values()))
        kind = bytes.fromhex("06092a864886f70d010702")
        token = sequence([kind, wrap(0xA0, signed)])
        encoded = sequence([_inside(plain[0][0].encoded).removesuffix(plain[0][0].token), token])
        verdict = judge(_around(plain, [[encoded]]), CONTENT).verdict
        assert (verdict is Verdict.VALID) is (not changes), name
        assert verdict is not Verdict.INVALID, name


def _parts(token: bytes) -> dict[str, bytes]:
    """The parts of the SignedData in a token."""
    _kind, content = children(token, element(token, 0, len(token)))
    signed = next(children(token, content))
    found = [token[each.start : each.after] for each in children(token, signed)]
    names = ("version", "algorithms", "content", "certificates", "crls", "signers")
    return dict(zip(names, found, strict=True))


def _inside(encoded: bytes) -> bytes:
    start, end = element(encoded, 0, len(encoded)).content
    return encoded[start:end]


def test_a_third_chain_covers_both_before_it(folder, judge, plain):
    """§5.2: a hash-tree renewal hashes the whole sequence, not only its last chain."""
    chains = making.rehashed(folder, plain, CONTENT, NOW + YEAR)
    at = NOW + 2 * YEAR
    third = making.rehashed(folder, chains, CONTENT, at, digest="sha384")
    assert judge(third, CONTENT, at=at + MINUTE).verdict is Verdict.VALID
    object_hash = digest_of("sha384", CONTENT)
    last = digest_of("sha384", encoded_sequence(third[1:2]))
    short = digest_of("sha384", object_hash, last)
    wrong = making.rehashed(folder, chains, CONTENT, at, digest="sha384", leaf=short)
    report = judge(wrong, CONTENT, at=at + MINUTE)
    assert (report.verdict, failed(report)) == (Verdict.INVALID, "Renewals")


def test_a_certificate_that_cannot_be_described_makes_nothing_raise(judge, plain):
    """A time in the certificate of the authority that is no time, found by changing bytes."""
    encoded = write(plain)
    start = encoded.index(b"\x17\x0d26")
    changed = encoded[: start + 5] + b";" + encoded[start + 6 :]
    assert judge(changed, CONTENT).verdict is Verdict.INDETERMINATE


def test_no_changed_byte_stays_valid(judge, plain):
    encoded = write(plain)
    drawn = random.Random(4998)
    for place in sorted(drawn.sample(range(len(encoded)), 120)):
        changed = bytearray(encoded)
        changed[place] ^= 1 << drawn.randrange(8)
        assert judge(bytes(changed), CONTENT).verdict is not Verdict.VALID, place
