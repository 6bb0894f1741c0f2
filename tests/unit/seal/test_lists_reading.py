"""Trusted lists are believed only if whom we named signed them, and while they are in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from eakte.errors import UnusableInputError
from eakte.seal.lists.reading import read_list
from tests.unit.seal.list_making import (
    CA,
    GRANTED,
    ISSUED,
    START,
    WITHDRAWN,
    Entry,
    Scheme,
    party,
    qualifier,
    signed,
    unsigned,
    use,
)

OPERATOR = party("Operator")
ISSUER = party("CA", ca=True)
AT = ISSUED + timedelta(days=20)
SCHEME = Scheme(entries=(Entry(ISSUER),))


@pytest.fixture
def read(tmp_path):
    def reading(data, *signers, at=AT):
        file = tmp_path / "list.xml"
        file.write_bytes(data)
        return read_list(file, tuple(one.text for one in signers or (OPERATOR,)), at)

    return reading


def test_a_signed_list_gives_its_number_dates_and_services(read):
    periods = ((WITHDRAWN, ISSUED), (GRANTED, START))
    extra = use("ForeSeals") + qualifier("QCWithQSCD")
    pointers = (("FR", "https://lists.invalid/fr.xml", OPERATOR),)
    scheme = Scheme(entries=(Entry(ISSUER, periods, extra=extra),), pointers=pointers)
    found = read(signed(scheme, OPERATOR))
    assert (found.territory, found.sequence, found.issued) == ("DE", 7, ISSUED)
    assert found.next_update == ISSUED + timedelta(days=180)
    assert found.operator == "Test Operator"
    (service,) = found.services
    assert (service.provider, service.name) == ("Test Trust GmbH", "CA 1")
    assert service.certificates == (ISSUER.text,)
    newer, older = service.periods
    assert (newer.short_status, newer.since, newer.until) == (WITHDRAWN, ISSUED, None)
    assert (older.short_status, older.since, older.until) == (GRANTED, START, ISSUED)
    assert newer.uses == ("ForeSeals",)
    assert newer.qualifications[0].criteria.key_usage == ((("non_repudiation", True),),)
    assert (found.pointers[0].territory, found.pointers[0].signers) == ("FR", (OPERATOR.text,))


def test_several_may_sign_and_one_of_them_did(read):
    assert read(signed(SCHEME, OPERATOR), party("Other"), OPERATOR).signer.startswith("CN=Operator")


def _refused(read, data, *signers, at=AT):
    with pytest.raises(UnusableInputError) as refusal:
        read(data, *signers, at=at)
    return str(refusal.value)


def test_a_list_of_another_signer_is_refused(read):
    data = signed(SCHEME, OPERATOR)
    assert "no valid signature" in _refused(read, data, party("Operator"))


def test_a_list_without_signature_is_refused(read):
    assert "no valid signature" in _refused(read, unsigned(SCHEME).encode())


def test_one_changed_letter_is_found(read):
    data = signed(SCHEME, OPERATOR).replace(b"Svcstatus/granted", b"Svcstatus/grantee")
    assert "no valid signature" in _refused(read, data)


def test_a_list_around_the_signed_one_is_not_believed(read):
    inner = signed(Scheme(sequence=7), OPERATOR)
    inner = inner.partition(b"?>")[2].strip()
    begin, _, signature = inner.partition(b"<ds:Signature")
    genuine = begin + b"</TrustServiceStatusList>"
    forged = unsigned(replace(SCHEME, sequence=99)).replace(' Id="list"', "").encode()
    head, _, _ = forged.rpartition(b"</TrustServiceStatusList>")
    wrapped = head + genuine + b"<ds:Signature" + signature
    try:
        found = read(wrapped)
    except UnusableInputError:
        return
    assert (found.sequence, found.services) == (7, ())


def test_an_expired_list_is_refused(read):
    data = signed(SCHEME, OPERATOR)
    late = ISSUED + timedelta(days=181)
    assert "another list should have followed" in _refused(read, data, at=late)
    assert read(data, at=ISSUED + timedelta(days=179)).sequence == 7


def test_a_closed_list_is_refused(read):
    data = signed(Scheme(next_update=None), OPERATOR)
    assert "another list should have followed" in _refused(read, data)


def test_a_signer_whose_certificate_expired_is_refused(read):
    old = party("Operator", years=1)
    assert "no valid signature" in _refused(read, signed(SCHEME, old), old)


def test_entities_are_refused_before_they_grow(read):
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    text = unsigned(SCHEME).replace("Test Trust GmbH", "&a8;")
    assert "DOCTYPE" in _refused(read, f"<!DOCTYPE x [{bomb}]>{text}".encode())
    external = f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{text}'
    assert "DOCTYPE" in _refused(read, external.encode())


def test_broken_and_foreign_xml_is_refused(read):
    data = signed(SCHEME, OPERATOR)
    for broken in (b"", b"<a", data[:-30], b"<other/>", b"<a>" * 100_000, b"\xff\xfe\x00"):
        _refused(read, broken)


def test_services_of_unknown_types_are_left_out(read):
    other = Entry(ISSUER, kind="http://uri.etsi.org/TrstSvc/Svctype/Archiv")
    found = read(signed(Scheme(entries=(other, Entry(ISSUER))), OPERATOR))
    assert [service.periods[0].kind for service in found.services] == [CA]


def test_what_is_critical_and_unknown_grants_nothing(read):
    for extra in (
        '<Extension Critical="true"><New xmlns="urn:x"/></Extension>',
        qualifier("NotQualified", criteria='<s:Weather xmlns:s="urn:x"/>'),
    ):
        found = read(signed(Scheme(entries=(Entry(ISSUER, extra=extra),)), OPERATOR))
        (period,) = found.services[0].periods
        assert period.unknown
        assert not period.grants(AT)
