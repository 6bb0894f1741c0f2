"""Attacks from the literature on originals of our own: none is VALID, and each says why.

What was tried before besides these (XMP and /Info, trailing bytes, removed fields, exchanged
time-stamps, forgeries under a trusted time-stamp) is in `test_tampering`.
"""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from eakte.domain.verification import Verdict
from eakte.seal.signer import Sealer
from eakte.seal.verify import verify_own
from tests.unit.seal import literature
from tests.unit.seal.attacks import (
    changed_info,
    new_info,
    new_xmp,
    no_fields,
    no_form,
    no_permissions,
    stamp,
    swapped_stamp,
    update,
)
from tests.unit.seal.making import CLOCK, NOW, Bench, pdfa, seal_bytes, trust

INCREMENTAL_SAVING = {
    "incremental saving attack": literature.incremental_saving,
    "incremental saving attack without trailer": literature.incremental_saving_without_trailer,
    "incremental saving attack without table": literature.incremental_saving_without_table,
    "incremental saving attack with a copied signature": (
        literature.incremental_saving_with_copied_signature
    ),
    "hybrid cross-reference table": literature.hybrid_table,
}
WRAPPING = {"signature wrapping attack": literature.signature_wrapping}
FORGERY = {f"universal signature forgery: {key}": one for key, one in literature.FORGERIES.items()}
CERTIFICATION = {
    "certification bypass: weakened": literature.certification_weakened,
    "certification bypass: weakened in place": literature.certification_weakened_in_place,
    "certification bypass: uncertified": literature.uncertified,
    "certification bypass: permissions removed": lambda data: update(data, no_permissions),
}
EVIL_ANNOTATION = {"evil annotation attack": literature.evil_annotation}
METADATA = {
    "XMP edit": lambda data: update(data, new_xmp),
    "Info edit": lambda data: update(data, changed_info),
    "Info exchanged": lambda data: update(data, new_info),
}
REMOVED = {
    "removed signature fields": lambda data: update(data, no_fields),
    "removed form": lambda data: update(data, no_form),
    "swapped time-stamp": lambda data: update(data, swapped_stamp),
    "trailing bytes": lambda data: data + b"\n% appended\n",
}
SUITE = (
    INCREMENTAL_SAVING | WRAPPING | FORGERY | CERTIFICATION | EVIL_ANNOTATION | METADATA | REMOVED
)
SHADOWS = {
    "shadow attack: hide": (literature.covered, literature.shadow_hide),
    "shadow attack: replace": (literature.with_field, literature.shadow_replace),
    "shadow attack: hide and replace": (
        literature.with_shadow,
        literature.shadow_hide_and_replace,
    ),
}
UNREADABLE = {*INCREMENTAL_SAVING} - {"incremental saving attack", "hybrid cross-reference table"}
"""Without a table of contents pyHanko neither reads a file nor writes behind it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory, folder):
    return Bench(tmp_path_factory.mktemp("bench"), folder)


@pytest.fixture(scope="module")
def original(folder, bench):
    return _sealed(folder, bench, pdfa())


def _sealed(folder, bench, data):
    found = seal_bytes(Sealer(folder, CLOCK), data, "Posteingang")
    assert bench(found).verdict is Verdict.VALID
    return found


def _refuted(bench, folder, forged, original):
    """Never VALID for a stranger; and a proof for us, who have the record."""
    assert forged != original
    report = bench(forged)
    assert report.verdict is not Verdict.VALID
    assert report.reason
    digest = hashlib.sha256(original).hexdigest()
    assert verify_own(bench.path, folder, NOW, digest, 2).verdict is Verdict.INVALID
    return report


@pytest.mark.parametrize("name", SUITE)
def test_attack(bench, folder, original, name):
    forged = SUITE[name](original)
    _refuted(bench, folder, forged, original)
    stamped = _under_a_trusted_time_stamp(bench, folder, forged, original)
    assert stamped is (name not in UNREADABLE)


def _under_a_trusted_time_stamp(bench, folder, forged, original):
    """Say whether one could be had, as anybody can; the forgery is none the better for it."""
    try:
        stamped = stamp(forged, lambda _writer: None, folder)
    except Exception:  # noqa: BLE001 - pyHanko cannot even append to some forgeries
        return False
    _refuted(bench, folder, stamped, original)
    return True


@pytest.mark.parametrize("name", SHADOWS)
def test_shadow_attack(bench, folder, name):
    """The attacker has prepared the document before it was sealed."""
    prepare, forge = SHADOWS[name]
    original = _sealed(folder, bench, prepare())
    forged = forge(original)
    _refuted(bench, folder, forged, original)
    _under_a_trusted_time_stamp(bench, folder, forged, original)


def test_sneaky_signature_attack(bench, folder, original, tmp_path):
    """The second signature is true, once by a stranger, once by a key that we trust ourselves."""
    for whose in (trust(tmp_path), folder):
        forged = literature.sneaky_signature(original, whose)
        _refuted(bench, folder, forged, original)
        _under_a_trusted_time_stamp(bench, folder, forged, original)


def _shown(data):
    """What a reader shows: the content of the first page, and of what it draws there."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        forms = page.Resources.get("/XObject", {}) if "/Resources" in page else {}
        fields = pdf.Root.AcroForm.Fields if "/AcroForm" in pdf.Root else []
        drawn = [form.read_bytes() for _name, form in forms.items()]
        values = [str(field.V) for field in fields if "/V" in field and field.get("/FT") == "/Tx"]
        return page.Contents.read_bytes(), drawn, values, len(page.get("/Annots", []))


@pytest.mark.parametrize(
    "name",
    [
        "incremental saving attack",
        "hybrid cross-reference table",
        "evil annotation attack",
        "signature wrapping attack",
    ],
)
def test_the_attacks_change_what_a_reader_shows(original, name):
    assert _shown(SUITE[name](original)) != _shown(original)


def test_the_wrapped_seal_would_fit_if_the_gap_were_not_looked_at(original):
    """Else the attack would prove nothing about the defence."""
    reader = PdfFileReader(io.BytesIO(literature.signature_wrapping(original)))
    seal = reader.embedded_regular_signatures[0]
    assert (
        seal.compute_digest()
        == PdfFileReader(io.BytesIO(original)).embedded_regular_signatures[0].compute_digest()
    )


@pytest.mark.parametrize("name", SHADOWS)
def test_the_shadows_change_what_a_reader_shows(bench, folder, name):
    prepare, forge = SHADOWS[name]
    original = _sealed(folder, bench, prepare())
    assert _shown(forge(original)) != _shown(original)
