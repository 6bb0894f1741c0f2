"""Files that are exchanged while they are verified: the report is about one file, or no verdict."""

from __future__ import annotations

import pytest

from eakte.domain.verification import Verdict
from eakte.seal import detached, verify
from tests.unit.seal import attacks
from tests.unit.seal.cms_making import CONTENT, Wish, anchors, crl, issue, sign, signature
from tests.unit.seal.cms_making import NOW as SIGNED_AT
from tests.unit.seal.making import NOW, sealed, trust


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A trust folder, a sealed file, and the same with other content appended."""
    folder = trust(tmp_path_factory.mktemp("trust"))
    good = sealed(folder)
    return folder, good, attacks.update(good, attacks.new_content)


def _in_place(path, data):
    path.write_bytes(data)


def _renamed(path, data):
    other = path.with_suffix(".new")
    other.write_bytes(data)
    other.replace(path)


def _linked(path, data):
    target = path.with_name(f"{len(data)}.pdf")
    if not target.exists():
        target.write_bytes(data)
    link = path.with_suffix(".link")
    link.symlink_to(target)
    link.replace(path)


@pytest.mark.parametrize("exchange", [_in_place, _renamed, _linked])
def test_a_forgery_that_is_a_good_file_for_a_moment_is_not_valid(
    files, exchange, tmp_path, monkeypatch
):
    """Demand 5: hashed before and after, the digest of the forgery would stand beside VALID."""
    folder, good, forged = files
    path = tmp_path / "file.pdf"
    exchange(path, forged)
    examine = verify.examine

    def meanwhile(*args, **kwargs):
        exchange(path, good)
        try:
            return examine(*args, **kwargs)
        finally:
            exchange(path, forged)

    monkeypatch.setattr(verify, "examine", meanwhile)
    assert verify.verify(path, folder, NOW).verdict is not Verdict.VALID


def test_content_that_changes_after_its_signature_was_checked_is_not_valid(tmp_path, monkeypatch):
    authority = issue("Test CA")
    signer = issue("Erika Beispiel", authority)
    content, beside = tmp_path / "klage.pdf", tmp_path / "klage.pdf.p7s"
    content.write_bytes(CONTENT)
    beside.write_bytes(signature([sign(Wish(signer))], [signer], [crl(authority)]))
    folder = anchors(tmp_path, authority)
    signers = detached.signers

    def meanwhile(*args):
        found = signers(*args)
        content.write_bytes(b"forged")
        return found

    assert detached.check_detached(content, beside, folder, SIGNED_AT).verdict is Verdict.VALID
    monkeypatch.setattr(detached, "signers", meanwhile)
    report = detached.check_detached(content, beside, folder, SIGNED_AT)
    assert report.verdict is Verdict.INDETERMINATE
