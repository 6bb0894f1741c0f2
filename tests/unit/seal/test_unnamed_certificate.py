"""A seal that does not say by which certificate it was made (EN 319 102-1 §5.2.3) is not VALID."""

from __future__ import annotations

import pytest
from asn1crypto import core
from pyhanko.sign.attributes import SigningCertificateV2Provider

from eakte.domain.verification import Verdict
from tests.unit.seal.making import Bench, sealed, trust


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("signing_certificate_v2", Verdict.VALID), ("1.3.6.1.4.1.311.2.1.12", Verdict.INDETERMINATE)],
)
def test_a_seal_names_its_certificate(tmp_path, monkeypatch, kind, verdict):
    if kind[0] == "1":

        async def nothing(_provider, **_options):
            return core.Null()

        monkeypatch.setattr(SigningCertificateV2Provider, "attribute_type", kind)
        monkeypatch.setattr(SigningCertificateV2Provider, "build_attr_value", nothing)
    folder = trust(tmp_path)
    report = Bench(tmp_path, folder)(sealed(folder))
    assert report.verdict is verdict
    assert ("SIG_CONSTRAINTS_FAILURE" in str(report)) == (verdict is Verdict.INDETERMINATE)
