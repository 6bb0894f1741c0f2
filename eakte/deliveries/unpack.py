"""A container, a mail or an e-invoice to its files and a view that has pages."""

from __future__ import annotations

from pathlib import Path

from eakte.deliveries.folder import unpack_archive
from eakte.deliveries.invoice_view import unpack_invoice
from eakte.deliveries.limits import check_depth, refusal
from eakte.deliveries.mail import unpack_mail
from eakte.domain.deliveries import Unpacked
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType

_WAYS = {
    MediaType.MAIL: unpack_mail,
    MediaType.ZIP: unpack_archive,
    MediaType.XML: unpack_invoice,
}


def unpack(source: Path, media_type: MediaType, out: Path, depth: int = 0) -> Unpacked:
    """Take a file apart into the empty folder `out`, where nothing but our own names is written.

    `depth` is how many containers it came in. Raises UnusableInputError with the reason
    `encrypted`, `truncated`, `damaged`, `no_pages`, `unknown_type`, `too_large` or
    `unsafe_archive`; what was written by then is worthless.
    """
    check_depth(depth)
    if source.stat().st_size == 0:
        raise refusal(FindingCode.EMPTY)
    way = _WAYS.get(media_type)
    if way is None:
        raise refusal(FindingCode.UNKNOWN_TYPE)
    return way(source, out)
