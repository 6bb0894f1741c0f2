"""Signatures that came with a file: what holds is VALID, and nothing else ever is."""

from __future__ import annotations

import base64
import hashlib
import random
from datetime import timedelta

import pytest
from asn1crypto import cms

from eakte.domain.verification import Verdict
from eakte.errors import NotFoundError, UnusableInputError
from eakte.pipeline.jobs import check_signature
from eakte.seal.ber import children, element, wrap
from eakte.seal.detached import check_detached, check_encapsulated
from eakte.seal.incoming import CONTENT as WRITTEN
from eakte.seal.incoming import digest_signed, encapsulated
from tests.unit.seal.cms_making import (
    CONTENT,
    DAY,
    NOW,
    Wish,
    anchors,
    attribute,
    crl,
    issue,
    sign,
    signature,
    value_of,
)

EARLIER = NOW - timedelta(hours=2)
CA = issue("Test CA")
OTHER_CA = issue("Test CA")
EC = issue("Erika Beispiel", CA)
RSA = issue("Max Beispiel", CA, kind="rsa")
TSA = issue("Zeitstempel", CA, tsa=True)
EXPIRED = issue("Alt Beispiel", CA, life=(NOW - 400 * DAY, NOW - 30 * DAY))
TSA_EXPIRED = issue("Alter Zeitstempel", CA, tsa=True, life=(NOW - 400 * DAY, NOW - DAY))
STRANGER = issue("Fremd", OTHER_CA)
LIST = crl(CA)


@pytest.fixture
def check(tmp_path):
    """Judge a signature over content, by default against the anchor CA."""
    folder = anchors(tmp_path, CA)

    def judge(data, content=CONTENT, at=NOW, trusted=folder):
        (tmp_path / "klage.pdf").write_bytes(content)
        (tmp_path / "klage.pdf.p7s").write_bytes(data)
        return check_detached(tmp_path / "klage.pdf", tmp_path / "klage.pdf.p7s", trusted, at)

    return judge


def good(signer=EC, **wish):
    return signature([sign(Wish(signer, **wish))], [signer], [LIST])


def stamped():
    return good(stamp=(TSA, EARLIER))


@pytest.mark.parametrize("signer", [EC, RSA], ids=["EC", "RSA"])
def test_a_signature_with_evidence_is_valid(check, signer):
    report = check(good(signer))
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    (found,) = report.signatures
    assert (found.indication, found.level, found.signed_at) == ("TOTAL-PASSED", "CAdES-B-B", None)
    assert [link.subject for link in found.chain][1:] == ["CN=Test CA"]
    assert report.size == len(CONTENT)


def test_a_time_stamp_gives_the_time(check):
    report = check(stamped())
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].signed_at == EARLIER
    assert [(one.time, one.valid) for one in report.timestamps] == [(EARLIER, True)]


def test_a_claimed_time_is_told_and_proves_nothing(check):
    report = check(good(EXPIRED, claimed=NOW - 40 * DAY))
    assert report.signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert report.signatures[0].signed_at is None
    assert (NOW - 40 * DAY).isoformat() in report.checks[-1].detail
    assert report.checks[-1].passed is None


def test_a_time_stamp_keeps_an_expired_certificate(check):
    before = NOW - 40 * DAY
    lists = [crl(CA, before + DAY), LIST]
    data = signature([sign(Wish(EXPIRED, stamp=(TSA, before)))], [EXPIRED], lists)
    assert check(data).verdict is Verdict.VALID


def test_without_a_trust_anchor_nothing_is_valid(check, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "missing"):
        report = check(stamped(), trusted=folder)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.signatures[0].sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
        assert report.checks[0].passed is True
        assert check(stamped(), content=b"other", trusted=folder).verdict is Verdict.INVALID
        expired = check(good(EXPIRED), trusted=folder)
        assert expired.signatures[0].sub_indication == "OUT_OF_BOUNDS_NO_POE"


def broken_value():
    info = sign(Wish(EC))
    info["signature"] = sign(Wish(EC), b"other")["signature"].native
    return signature([info], [EC], [LIST])


def without_attributes():
    info = sign(Wish(EC))
    del info["signed_attrs"]
    for name, value in value_of(EC, "sha256", CONTENT).items():
        info[name] = value
    return signature([info], [EC], [LIST])


def with_other_attribute():
    """The attributes of one signature under the value of another."""
    info = sign(Wish(EC))
    info["signed_attrs"] = sign(Wish(EC, claimed=NOW - DAY))["signed_attrs"]
    return signature([info], [EC], [LIST])


def unknown_algorithm():
    info = sign(Wish(EC))
    info["signature_algorithm"] = {"algorithm": "sha256_dsa"}
    return signature([info], [EC], [LIST])


CASES = {
    "unknown algorithm": (unknown_algorithm, "CRYPTO_CONSTRAINTS_FAILURE"),
    "other content": (lambda: signature([sign(Wish(EC), b"x")], [EC], [LIST]), "HASH_FAILURE"),
    "broken value": (broken_value, "SIG_CRYPTO_FAILURE"),
    "other attributes": (with_other_attribute, "SIG_CRYPTO_FAILURE"),
    "no attributes": (without_attributes, "SIG_CONSTRAINTS_FAILURE"),
    "certificate not named": (lambda: good(attribute=False), "SIG_CONSTRAINTS_FAILURE"),
    "certificate substituted": (lambda: good(named=RSA), "NO_SIGNING_CERTIFICATE_FOUND"),
    "no certificate": (
        lambda: signature([sign(Wish(EC))], [], [LIST]),
        "NO_SIGNING_CERTIFICATE_FOUND",
    ),
    "unknown authority": (lambda: good(STRANGER), "NO_CERTIFICATE_CHAIN_FOUND"),
    "expired": (lambda: good(EXPIRED), "OUT_OF_BOUNDS_NO_POE"),
    "stamped after expiry": (
        lambda: good(EXPIRED, stamp=(TSA, NOW - 10 * DAY)),
        "OUT_OF_BOUNDS_NO_POE",
    ),
    "stamp of an expired authority": (
        lambda: good(EXPIRED, stamp=(TSA_EXPIRED, NOW - 40 * DAY)),
        "OUT_OF_BOUNDS_NO_POE",
    ),
    "SHA-1": (lambda: good(RSA, digest="sha1"), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    "MD5": (lambda: good(RSA, digest="md5"), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    "no evidence": (lambda: signature([sign(Wish(EC))], [EC]), "TRY_LATER"),
    "revoked": (
        lambda: signature([sign(Wish(EC))], [EC], [crl(CA, revoked=[(EC, EARLIER)])]),
        "REVOKED_NO_POE",
    ),
    "content type": (lambda: good(kind="tst_info"), "FORMAT_FAILURE"),
}
PROOFS = {"HASH_FAILURE", "SIG_CRYPTO_FAILURE"}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_named_as_the_norm_does(check, name):
    """EN 319 102-1: only a wrong digest or value proves a signature wrong."""
    make, expected = CASES[name]
    report = check(make())
    wanted = Verdict.INVALID if expected in PROOFS else Verdict.INDETERMINATE
    assert (report.verdict, report.signatures[0].sub_indication) == (wanted, expected)
    assert expected in report.reason
    assert (report.checks[0].passed is False) == (expected in PROOFS)


def test_an_anchor_does_not_outlive_its_certificate(check, tmp_path):
    """pyHanko takes the certificate of an anchor for valid for ever."""
    old_ca = issue("Alte CA", life=(NOW - 400 * DAY, NOW - DAY))
    signer = issue("Erika Beispiel", old_ca)
    for anchor, data in (
        (EXPIRED, good(EXPIRED)),
        (old_ca, signature([sign(Wish(signer))], [signer], [crl(old_ca)])),
    ):
        report = check(data, trusted=anchors(tmp_path / str(anchor.asn1.serial_number), anchor))
        assert report.verdict is Verdict.INDETERMINATE
        assert "OUT_OF_BOUNDS_NO_POE" in report.reason


def test_a_time_stamp_from_the_future_or_of_an_expired_anchor_does_not_count(check, tmp_path):
    folder = anchors(tmp_path / "both", CA, TSA_EXPIRED)
    for stamp in ((TSA, NOW + DAY), (TSA_EXPIRED, NOW - 40 * DAY)):
        report = check(good(stamp=stamp), trusted=folder)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.signatures[0].signed_at is None


def test_evidence_must_be_younger_than_the_signature(check):
    old = crl(CA, NOW - 2 * DAY)
    for wish in (Wish(EC), Wish(EC, stamp=(TSA, EARLIER))):
        report = check(signature([sign(wish)], [EC], [old]))
        assert report.verdict is Verdict.INDETERMINATE
        assert "TRY_LATER" in report.reason


def test_a_later_revocation_is_for_a_person_to_judge(check):
    later = crl(CA, revoked=[(EC, EARLIER + timedelta(minutes=30))])
    report = check(signature([sign(Wish(EC, stamp=(TSA, EARLIER)))], [EC], [later]))
    assert report.verdict is Verdict.INDETERMINATE
    assert "REVOKED_NO_POE" in report.reason


def test_of_several_signatures_the_worst_decides(check):
    both = [sign(Wish(EC)), sign(Wish(RSA))]
    assert check(signature(both, [EC, RSA], [LIST])).verdict is Verdict.VALID
    broken = [sign(Wish(EC)), sign(Wish(RSA), b"other")]
    for infos in (broken, broken[::-1]):
        report = check(signature(infos, [EC, RSA], [LIST]))
        assert report.verdict is Verdict.INVALID
        indications = {one.indication for one in report.signatures}
        assert indications == {"TOTAL-PASSED", "TOTAL-FAILED"}
    doubtful = [sign(Wish(EC)), sign(Wish(EXPIRED))]
    report = check(signature(doubtful, [EC, EXPIRED], [LIST]))
    assert report.verdict is Verdict.INDETERMINATE


def test_certificates_alone_are_no_signature(check):
    report = check(signature([], [EC], [LIST]))
    assert report.verdict is Verdict.INDETERMINATE
    assert "SIGNED_DATA_NOT_FOUND" in report.reason


def test_a_foreign_time_stamp_does_not_count(check):
    """The token of another signature: genuine, but about something else."""
    info = sign(Wish(EC, stamp=(TSA, EARLIER)))
    other = sign(Wish(RSA, stamp=(TSA, EARLIER)))
    info["unsigned_attrs"] = other["unsigned_attrs"]
    report = check(signature([info], [EC], [LIST]))
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].signed_at is None
    assert [one.valid for one in report.timestamps] == [False]


def test_what_nobody_vouches_for_is_not_valid(check):
    info = sign(Wish(EC))
    info["unsigned_attrs"] = [attribute("content_type", "data")]
    for data in (
        signature([sign(Wish(EC))], [EC, RSA], [LIST]),
        signature([sign(Wish(EC))], [EC], [LIST], content=CONTENT),
        signature([info], [EC], [LIST]),
        good() + b"\x00",
    ):
        report = check(data)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.reason.startswith("Form: ")


def test_attributes_in_another_order_are_no_proof(check):
    """RFC 5652 §5.4: what is signed is DER; another order in the file proves nothing."""
    data = good()
    info = cms.ContentInfo.load(data)["content"]["signer_infos"][0]
    parts = [item.dump() for item in info["signed_attrs"]]
    turned = data.replace(b"".join(parts), b"".join(parts[::-1]))
    assert turned != data
    report = check(turned)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signatures[0].sub_indication == "FORMAT_FAILURE"


def wrap_openly(data: bytes) -> bytes:
    """Open lengths around everything above the attributes, as streaming programs write."""
    return _openly(data, 5)


def _openly(data: bytes, depth: int) -> bytes:
    value = element(data, 0, len(data))
    if not value.constructed or not depth:
        return data
    inner = b"".join(
        _openly(data[one.start : one.after], depth - 1) for one in children(data, value)
    )
    return bytes([data[0], 0x80]) + inner + b"\x00\x00"


def armoured(data: bytes) -> bytes:
    return b"-----BEGIN PKCS7-----\n" + base64.encodebytes(data) + b"-----END PKCS7-----\n"


@pytest.mark.parametrize(
    "form",
    [
        wrap_openly,
        base64.encodebytes,
        base64.b64encode,
        armoured,
    ],
    ids=["BER", "base64 lines", "base64", "PEM"],
)
def test_other_forms_say_the_same(check, form):
    data = form(stamped())
    assert data != stamped()
    report = check(data)
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert check(data, content=b"other").verdict is Verdict.INVALID


def test_no_flipped_byte_leaves_it_valid(check):
    """200 random places each of two signatures, and of the content."""
    chance = random.Random(3)
    for data in (stamped(), good(RSA)):
        assert check(data).verdict is Verdict.VALID
        for _number in range(100):
            assert check(flipped(data, chance)).verdict is not Verdict.VALID
    for _number in range(20):
        assert check(good(), content=flipped(CONTENT, chance)).verdict is Verdict.INVALID


def flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def test_places_where_a_flip_once_passed(check):
    """Names in another case, a tag that asn1crypto skips, unused bits that nobody reads."""
    data = stamped()
    info = cms.ContentInfo.load(data)["content"]["signer_infos"][0]
    name = info["sid"].chosen["issuer"].dump()
    attributes = info["unsigned_attrs"].dump()
    value = cms.ContentInfo.load(data)["content"]["crls"][0].chosen["signature"].dump()
    for old, new in (
        (name, name.replace(b"Test CA", b"test CA")),
        (attributes, b"\xa0" + attributes[1:]),
        (value, value[:2] + b"\x01" + value[3:]),
    ):
        places = [number for number in range(len(data)) if data.startswith(old, number)]
        assert places
        for place in places:
            changed = data[:place] + new + data[place + len(old) :]
            assert check(changed).verdict is not Verdict.VALID


def test_a_cut_signature_is_never_valid_and_never_an_error(check):
    data = stamped()
    for end in range(0, len(data), 41):
        assert check(data[:end]).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80" * 3000,
        b"0" * 99,
        b"\x30\x84\xff\xff\xff\xff",
        b"%PDF-1.7",
        b"\xff",
    ],
    ids=["empty", "tag", "deep", "zeros", "long", "pdf", "byte"],
)
def test_what_is_no_signature_gets_an_answer(check, data):
    report = check(data)
    assert report.verdict is Verdict.INDETERMINATE
    assert "FORMAT_FAILURE" in report.reason


def test_missing_files_are_told(check, tmp_path):
    check(good())
    with pytest.raises(NotFoundError):
        check_detached(tmp_path / "none", tmp_path / "klage.pdf.p7s", tmp_path, NOW)
    with pytest.raises(ValueError, match="time zone"):
        check(good(), at=NOW.replace(tzinfo=None))


def test_content_in_the_signature_is_judged_and_given_out(tmp_path):
    folder = anchors(tmp_path, CA)
    source, out = tmp_path / "brief.p7m", tmp_path / "out"
    data = signature([sign(Wish(EC))], [EC], [LIST], content=CONTENT)
    for form in (data, wrap_openly(data)):
        source.write_bytes(form)
        assert check_encapsulated(source, folder, NOW).verdict is Verdict.VALID
        assert encapsulated(source, out) == WRITTEN
        assert out.read_bytes() == CONTENT
        assert digest_signed(source) is None
        source.write_bytes(form.replace(b"Klage", b"Kiage", 1))
        assert check_encapsulated(source, folder, NOW).verdict is Verdict.INVALID
    source.write_bytes(good())
    assert encapsulated(source, out) == ""
    assert check_encapsulated(source, folder, NOW).verdict is Verdict.INDETERMINATE


def test_content_in_pieces_is_put_together(tmp_path):
    """BER lets a string come in pieces, as streaming programs write it."""
    folder = anchors(tmp_path, CA)
    source, out = tmp_path / "brief.p7m", tmp_path / "out"
    data = signature([sign(Wish(EC))], [EC], [LIST], content=CONTENT)
    whole = wrap(4, CONTENT)
    pieces = b"\x24\x80" + wrap(4, CONTENT[:100]) + wrap(4, CONTENT[100:]) + b"\x00\x00"
    source.write_bytes(wrap_openly(data).replace(whole, pieces))
    assert encapsulated(source, out) == WRITTEN
    assert out.read_bytes() == CONTENT
    assert check_encapsulated(source, folder, NOW).verdict is Verdict.VALID


def test_unusable_files_are_refused_by_what_they_are(tmp_path):
    source = tmp_path / "brief.p7m"
    data = signature([sign(Wish(EC))], [EC], [LIST], content=CONTENT)
    enveloped = wrap(0x30, bytes.fromhex("06092a864886f70d010703") + wrap(0xA0, wrap(0x30, b"")))
    wrong = [(data[:end], "truncated") for end in range(1, len(data), 97)]
    wrong += [(wrap_openly(data)[:end], "truncated") for end in range(1, len(data), 97)]
    wrong += [(enveloped, "encrypted"), (b"Text", "damaged"), (b"", "empty")]
    for content, reason in wrong:
        source.write_bytes(content)
        with pytest.raises(UnusableInputError) as caught:
            encapsulated(source, tmp_path / "out")
        assert caught.value.facts["reason"] == reason


def test_a_lone_signature_names_what_it_signs(tmp_path):
    path = tmp_path / "klage.pdf.p7s"
    path.write_bytes(good())
    kind, digest = digest_signed(path)
    assert (kind, digest) == ("sha256", hashlib.sha256(CONTENT).hexdigest())
    path.write_bytes(b"%PDF-1.7")
    assert digest_signed(path) is None


def test_a_time_stamp_is_no_signature_on_a_document(check):
    """Who asks for a time-stamp chooses some of its bytes, and could choose a whole PDF."""
    data = signature([sign(Wish(TSA, kind="tst_info"))], [TSA], [LIST], kind="tst_info")
    report = check(data)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.reason.startswith("Form: it signs no document")


def test_the_report_on_content_in_its_signature_names_the_content(tmp_path):
    data = signature([sign(Wish(EC))], [EC], [LIST], content=CONTENT)
    content, around = tmp_path / "klage.pdf", tmp_path / "klage.pdf.p7m"
    content.write_bytes(CONTENT)
    around.write_bytes(data)
    report = check_signature(content, around, anchors(tmp_path, CA), NOW)
    assert report.verdict is Verdict.VALID
    assert (report.sha256, report.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
