"""Reading a Bewertungsverzeichnis: what it decides, and what is none."""

from __future__ import annotations

import pytest

from eakte.deliveries.appraisal import Appraisal, read_appraisal
from eakte.domain.aktenplan import Disposal
from eakte.errors import UnusableInputError
from tests.unit.deliveries.plans import appraisal, message, unit

_PROCESS = "9f0c2b31-55f8-4d0a-8c0e-6f1d7a0c2b31"


def _read(tmp_path, data):
    (tmp_path / "message.xml").write_bytes(data)
    return read_appraisal(tmp_path / "message.xml", tmp_path)


@pytest.mark.parametrize("edition", ["3.0.0", "3.1.0", "4.0.0"])
def test_what_it_decides(tmp_path, edition):
    head = "4.0.0" if edition == "4.0.0" else "3.1.0"
    data = appraisal(_PROCESS, ("aa-1", "A"), ("aa-2", "V"), edition=head)
    data = data.replace(f"schema:{head}".encode(), f"schema:{edition}".encode())
    decided = (("aa-1", Disposal.ARCHIVE), ("aa-2", Disposal.DESTROY))
    assert _read(tmp_path, data) == Appraisal(_PROCESS, decided)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (message(unit("1", "x")), "unknown_type"),
        (appraisal(_PROCESS, ("a", "X")), "damaged"),
        (appraisal(_PROCESS, ("a", "A"), ("A", "V")), "damaged"),
        (b"<a/>", "unknown_type"),
    ],
)
def test_what_is_none(tmp_path, data, reason):
    with pytest.raises(UnusableInputError) as refused:
        _read(tmp_path, data)
    assert refused.value.facts["reason"] == reason
