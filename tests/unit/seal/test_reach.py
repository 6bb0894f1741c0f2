"""Which level seals reach, with trusted lists: key and authorities are looked up in them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from eakte.domain.clock import FixedClock
from eakte.domain.levels import Lack, Level
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.lists.keeping import Kept, keep
from eakte.seal.lists.reading import read_list
from eakte.seal.revocation import RevocationData, RevocationSource
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import DemoTimestampAuthority
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.list_making import ISSUED, TSA, Entry, Scheme, party, qc, signed

OPERATOR, ISSUER = party("Operator"), party("CA", ca=True)
SEAL = party("Seal", ISSUER, statements=qc("qc_compliance", "qc_sscd", types=("qct_eseal",)))
CLOCKWORK = party("Clock", ISSUER, tsa=True)


class _Silent(RevocationSource):
    networked = False

    def collect(self, ends):
        del ends
        return RevocationData([], [])


@pytest.fixture
def reached(tmp_path):
    """Say what is reached with these services on the list."""
    (tmp_path / "trust" / "anchors").mkdir(parents=True)
    (tmp_path / "trust" / "certificates").mkdir()
    (tmp_path / "trust" / "anchors" / "root.pem").write_bytes(ISSUER.pem)
    clock = FixedClock(ISSUED)
    keys = []
    for number, holder in enumerate((SEAL, CLOCKWORK)):
        encryption = BestAvailableEncryption(b"pin")
        data = pkcs12.serialize_key_and_certificates(
            b"", holder.key, holder.certificate, None, encryption
        )
        (tmp_path / f"{number}.p12").write_bytes(data)
        keys.append(Pkcs12SealKey(tmp_path / f"{number}.p12", "pin"))

    def reach(*entries):
        folder = TrustFolder(tmp_path / "trust")
        if entries:
            data = signed(Scheme(entries=entries), OPERATOR)
            (tmp_path / "list.xml").write_bytes(data)
            found = read_list(tmp_path / "list.xml", (OPERATOR.text,), ISSUED)
            keep(folder.lists, data, Kept("here", ISSUED, found))
        authority = DemoTimestampAuthority(keys[1], clock)
        return Sealer(folder.root, clock, keys[0], authority, _Silent()).reach

    return reach


def test_without_a_list_the_certificates_own_word_reaches_advanced(reached):
    assert reached().level is Level.ADVANCED


def test_key_and_authority_on_the_list_reach_the_highest_level(reached):
    found = reached(Entry(ISSUER), Entry(CLOCKWORK, kind=TSA))
    assert (found.level, found.lacks) == (Level.QUALIFIED_WITH_TIME, ())


def test_an_authority_that_is_not_on_the_list_lacks(reached):
    found = reached(Entry(ISSUER))
    assert (found.level, found.lacks) == (Level.QUALIFIED, (Lack.TIME,))


def test_a_key_that_is_not_on_the_list_is_advanced(reached):
    found = reached(Entry(CLOCKWORK, kind=TSA))
    assert (found.level, found.lacks) == (Level.ADVANCED, (Lack.LISTED,))
