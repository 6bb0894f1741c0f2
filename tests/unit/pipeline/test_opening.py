"""Containers within containers end somewhere; a file that came often is no container for that."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.clock import SystemClock
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Enclosure, EnclosureRole, Scan
from eakte.errors import UnusableInputError
from eakte.pipeline.context import Context
from eakte.pipeline.opening import MAX_DEPTH, MAX_FILES, OpeningSteps
from eakte.records import scans
from tests.tools import homes

JPEG = b"\xff\xd8\xff\xe0 a logo"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    homes.create(tmp_path / "home", SystemClock(), "Stadt", demo=True)
    return Context(open_home(tmp_path / "home"), SystemClock())


def _received(context: Context, data: bytes, members: tuple[Enclosure, ...] = ()) -> Digest:
    digest = context.store.put(data)
    at = datetime(2026, 10, 5, tzinfo=UTC)
    with transaction(context.engine) as connection:
        scans.receive(connection, Scan(digest, "x", "post", "posteingang", len(data), at))
        scans.enclose(connection, digest, members)
    return digest


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", data)
    return out.getvalue()


def test_a_picture_that_came_in_many_mails_is_opened_still(context: Context) -> None:
    """It can be tried again from quarantine, however many deliveries it was in."""
    picture = _received(context, JPEG)
    others = tuple(
        Enclosure(str(number), digest_of(b"%d" % number), EnclosureRole.MEMBER)
        for number in range(MAX_FILES // 2)
    )
    inside = Enclosure("logo", picture, EnclosureRole.MEMBER)
    for mail in (b"mail 1", b"mail 2"):
        _received(context, mail, (inside, *others))
    assert OpeningSteps(context).open(picture)["pages"]


@pytest.mark.parametrize(("around", "is_opened"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_an_archive_too_deep_within_others_is_refused(
    context: Context, around: int, is_opened: bool
) -> None:
    data = _zip(JPEG)
    innermost = inner = _received(context, data)
    for _level in range(around):
        data = _zip(data)
        inner = _received(context, data, (Enclosure("a", inner, EnclosureRole.MEMBER),))
    if is_opened:
        assert OpeningSteps(context).open(innermost)["apart"]
    else:
        with pytest.raises(UnusableInputError) as refused:
            OpeningSteps(context).open(innermost)
        assert refused.value.facts["reason"] == "unsafe_archive"
