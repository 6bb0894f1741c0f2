"""What lists make of certificates: qualified seal, signature, time-stamp, or none of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from eakte.domain.qualification import Rank
from eakte.seal.demo_pki import DEMO_MARK
from eakte.seal.keys import as_asn1
from eakte.seal.lists.assess import Assessor
from eakte.seal.lists.keeping import Kept
from eakte.seal.lists.reading import read_list
from tests.unit.seal.list_making import (
    CA,
    GRANTED,
    ISSUED,
    START,
    TSA,
    WITHDRAWN,
    Entry,
    Scheme,
    party,
    qc,
    qualifier,
    signed,
    use,
)

OPERATOR = party("Operator")
ISSUER = party("CA", ca=True)
MADE = datetime(2026, 3, 1, tzinfo=UTC)
SIGNED = datetime(2026, 8, 1, tzinfo=UTC)
AT = ISSUED + timedelta(days=20)
SEAL = party("Seal", ISSUER, statements=qc("qc_compliance", "qc_sscd", types=("qct_eseal",)))
SIGNER = party("Person", ISSUER, statements=qc("qc_compliance", "qc_sscd", types=("qct_esign",)))


@pytest.fixture
def ask(tmp_path):
    def assessor(*entries, scheme=None):
        scheme = scheme or Scheme(entries=entries)
        data = signed(scheme, OPERATOR)
        file = tmp_path / hashlib.sha256(data).hexdigest()
        file.write_bytes(data)
        return Assessor((Kept("here", AT, read_list(file, (OPERATOR.text,), AT)),), AT)

    return assessor


def _worth(lists, holder, moment=SIGNED, chain=()):
    links = tuple(as_asn1(one.certificate) for one in chain)
    return lists.signature(as_asn1(holder.certificate), links, moment)


def test_a_seal_of_a_granted_service_is_qualified_and_the_list_is_named(ask):
    found = _worth(ask(Entry(ISSUER)), SEAL)
    assert found.rank is Rank.QUALIFIED_SEAL
    assert found.basis == "trusted list DE no. 7 of 2026-09-15, 20 days old: CA 1 (Test Trust GmbH)"


def test_what_the_certificate_says_decides_between_seal_and_signature(ask):
    lists = ask(Entry(ISSUER))
    assert _worth(lists, SIGNER).rank is Rank.QUALIFIED_SIGNATURE
    untyped = party("Old", ISSUER, statements=qc("qc_compliance", "qc_sscd"))
    assert _worth(lists, untyped).rank is Rank.QUALIFIED_SIGNATURE
    soft = party("Soft", ISSUER, statements=qc("qc_compliance", types=("qct_eseal",)))
    assert _worth(lists, soft).rank is Rank.ADVANCED_SEAL
    plain = party("Plain", ISSUER)
    assert _worth(lists, plain).rank is Rank.NOT_QUALIFIED
    web = party("Web", ISSUER, statements=qc("qc_compliance", types=("qct_web",)))
    assert _worth(lists, web).rank is Rank.NOT_QUALIFIED
    both = party("Both", ISSUER, statements=qc("qc_compliance", types=("qct_eseal", "qct_esign")))
    assert _worth(lists, both).rank is Rank.UNKNOWN


def test_what_another_countrys_law_calls_qualified_is_not(ask):
    statements = qc("qc_compliance", "qc_sscd", types=("qct_eseal",), laws=("GB",))
    foreign = party("Foreign", ISSUER, statements=statements)
    assert _worth(ask(Entry(ISSUER)), foreign).rank is Rank.NOT_QUALIFIED


def test_broken_statements_say_nothing(ask):
    broken = party("Broken", ISSUER, statements=b"\x30\x03\x02\x01\x05")
    assert _worth(ask(Entry(ISSUER)), broken).rank is Rank.NOT_QUALIFIED


def test_withdrawn_before_it_was_made_or_signed_is_not_qualified_and_after_it_is(ask):
    for since, rank in (
        (SIGNED - timedelta(days=1), Rank.NOT_QUALIFIED),
        (SIGNED, Rank.NOT_QUALIFIED),
        (SIGNED + timedelta(seconds=1), Rank.QUALIFIED_SEAL),
    ):
        found = _worth(ask(Entry(ISSUER, ((WITHDRAWN, since), (GRANTED, START)))), SEAL)
        assert found.rank is rank, since
    assert (
        "the service was: withdrawn"
        in _worth(ask(Entry(ISSUER, ((WITHDRAWN, MADE), (GRANTED, START)))), SEAL).basis
    )


def test_a_certificate_from_before_the_grant_is_not_qualified(ask):
    found = _worth(ask(Entry(ISSUER, ((GRANTED, MADE),))), SEAL)
    assert found.rank is Rank.NOT_QUALIFIED
    assert "not on it" in found.basis


def test_a_withdrawn_service_that_was_granted_again(ask):
    periods = ((GRANTED, MADE), (WITHDRAWN, MADE - timedelta(days=30)), (GRANTED, START))
    lists = ask(Entry(ISSUER, periods))
    assert _worth(lists, SEAL).rank is Rank.QUALIFIED_SEAL
    assert _worth(lists, SEAL, MADE - timedelta(days=1)).rank is Rank.NOT_QUALIFIED


def test_statuses_from_before_eidas_count_until_then(ask):
    began = datetime(2012, 1, 1, tzinfo=UTC)
    old = party("Old", ISSUER, statements=qc("qc_compliance", "qc_sscd"), start=began)
    moved = ((GRANTED, datetime(2016, 6, 30, 22, tzinfo=UTC)), ("accredited", began))
    assert _worth(ask(Entry(ISSUER, moved)), old).rank is Rank.QUALIFIED_SIGNATURE
    stayed = (("accredited", began),)
    assert _worth(ask(Entry(ISSUER, stayed)), old).rank is Rank.NOT_QUALIFIED


def test_the_list_has_the_last_word(ask):
    plain = party("Plain", ISSUER)
    for extra, holder, rank in (
        (qualifier("NotQualified"), SEAL, Rank.NOT_QUALIFIED),
        (qualifier("QCNoQSCD"), SEAL, Rank.ADVANCED_SEAL),
        (qualifier("QCForESeal"), SIGNER, Rank.QUALIFIED_SEAL),
        (qualifier("QCForLegalPerson"), SIGNER, Rank.NOT_QUALIFIED),
        (qualifier("QCStatement", "QCWithSSCD"), plain, Rank.QUALIFIED_SIGNATURE),
        (qualifier("QCStatement", "QCForESeal", "QCWithQSCD"), plain, Rank.QUALIFIED_SEAL),
        (qualifier("QCWithQSCD"), plain, Rank.NOT_QUALIFIED),
        (use("ForeSignatures"), SEAL, Rank.NOT_QUALIFIED),
        (use("ForeSignatures") + use("ForeSeals"), SEAL, Rank.QUALIFIED_SEAL),
        (use("ForeSeals") + qualifier("QCForESeal"), SIGNER, Rank.QUALIFIED_SEAL),
    ):
        assert _worth(ask(Entry(ISSUER, extra=extra)), holder).rank is rank, extra


def test_qualifiers_count_for_the_certificates_that_fit(ask):
    crl = '<s:KeyUsage><s:KeyUsageBit name="crlSign">true</s:KeyUsageBit></s:KeyUsage>'
    names = (
        '<s:otherCriteriaList><a:CertSubjectDNAttribute xmlns:a="http://uri.etsi.org/02231/v2/'
        'additionaltypes#"><a:AttributeOID><x:Identifier xmlns:x="http://uri.etsi.org/01903/v1.3.2#"'
        ">urn:oid:2.5.4.10</x:Identifier></a:AttributeOID></a:CertSubjectDNAttribute>"
        "</s:otherCriteriaList>"
    )
    for criteria, match, rank in (
        (crl, "all", Rank.QUALIFIED_SEAL),
        (crl, "none", Rank.NOT_QUALIFIED),
        (names, "all", Rank.NOT_QUALIFIED),
        (crl + names, "all", Rank.QUALIFIED_SEAL),
        (crl + names, "atLeastOne", Rank.NOT_QUALIFIED),
        (f'<s:CriteriaList assert="none">{names}</s:CriteriaList>', "all", Rank.QUALIFIED_SEAL),
    ):
        extra = qualifier("NotQualified", criteria=criteria, match=match)
        assert _worth(ask(Entry(ISSUER, extra=extra)), SEAL).rank is rank, (criteria, match)


def test_where_entries_differ_the_lower_rank_counts(ask):
    lower = Entry(ISSUER, extra=qualifier("QCNoQSCD"))
    assert _worth(ask(Entry(ISSUER), lower), SEAL).rank is Rank.ADVANCED_SEAL
    other = Entry(ISSUER, extra=qualifier("QCForESig"))
    assert _worth(ask(Entry(ISSUER), other), SEAL).rank is Rank.UNKNOWN


def test_another_key_with_the_same_name_is_not_the_service(ask):
    impostor = party("CA", ca=True)
    found = _worth(ask(Entry(impostor)), SEAL)
    assert found.rank is Rank.NOT_QUALIFIED
    assert "no service behind it is on the list" in found.basis


def test_a_service_higher_in_the_chain_counts(ask):
    middle = party("Middle", ISSUER, ca=True)
    holder = party("Seal", middle, statements=qc("qc_compliance", "qc_sscd", types=("qct_eseal",)))
    lists = ask(Entry(ISSUER))
    assert _worth(lists, holder, chain=(holder, middle, ISSUER)).rank is Rank.QUALIFIED_SEAL
    assert _worth(lists, holder).rank is Rank.NOT_QUALIFIED


def test_a_list_answers_only_up_to_its_next_update(ask):
    later = ISSUED + timedelta(days=181)
    found = _worth(ask(Entry(ISSUER)), SEAL, later)
    assert found.rank is Rank.UNKNOWN
    assert "answers only up to" in found.basis


def test_without_a_list_of_its_country_nothing_is_known(ask):
    french = party("CA", ca=True, country="FR")
    found = _worth(ask(Entry(ISSUER)), replace_issuer(french))
    assert found.rank is Rank.UNKNOWN
    assert "no trusted list of FR" in found.basis
    bare = Assessor((), AT)
    assert "claims to be qualified, its key" in _worth(bare, SEAL).basis


def replace_issuer(issuer):
    return party("Seal", issuer, statements=qc("qc_compliance", "qc_sscd", types=("qct_eseal",)))


def test_a_demo_certificate_is_never_qualified_whatever_the_list_says(ask):
    demo_ca = party(f"CA {DEMO_MARK}", ca=True)
    for holder in (
        party(f"Seal {DEMO_MARK}", ISSUER, statements=qc("qc_compliance", "qc_sscd")),
        party("Seal", demo_ca, statements=qc("qc_compliance", "qc_sscd")),
    ):
        found = _worth(ask(Entry(ISSUER), Entry(demo_ca)), holder)
        assert found.rank is Rank.DEMO


def _stamp(lists, holder, moment=SIGNED):
    return lists.timestamp(as_asn1(holder.certificate), (), moment)


def test_time_stamps_are_qualified_by_their_own_services(ask):
    own, issued = party("TSU", tsa=True), party("TSU", ISSUER, tsa=True)
    assert _stamp(ask(Entry(own, kind=TSA)), own).rank is Rank.QUALIFIED_TIMESTAMP
    assert _stamp(ask(Entry(ISSUER, kind=TSA)), issued).rank is Rank.QUALIFIED_TIMESTAMP
    assert _stamp(ask(Entry(ISSUER, kind=CA)), issued).rank is Rank.NOT_QUALIFIED
    gone = Entry(own, ((WITHDRAWN, SIGNED), (GRANTED, START)), kind=TSA)
    assert _stamp(ask(gone), own).rank is Rank.NOT_QUALIFIED
    assert _stamp(ask(gone), own, SIGNED - timedelta(days=1)).rank is Rank.QUALIFIED_TIMESTAMP
    assert _stamp(ask(scheme=replace(Scheme(), territory="FR")), own).rank is Rank.UNKNOWN
