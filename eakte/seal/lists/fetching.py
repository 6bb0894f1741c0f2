"""Get a trusted list from a file, or by one HTTP request: who signed it is asked afterwards."""

from __future__ import annotations

import http.client
import urllib.request
from pathlib import Path

from eakte.errors import NotFoundError, SystemRefusedError
from eakte.i18n import N_, _

_MAX_SIZE = 64 << 20
_SECONDS = 30


def fetch(source: str) -> bytes:
    """Give the bytes of a file, or of an http(s) address.

    Raises NotFoundError without that file, SystemRefusedError if the address cannot be had.
    """
    if not source.startswith(("http://", "https://")):
        try:
            return Path(source).read_bytes()
        except OSError as problem:
            raise NotFoundError(kind=N_("file"), name=source) from problem
    try:
        with _opener().open(source, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_MAX_SIZE + 1)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise SystemRefusedError(detail=f"{source}: {problem}") from problem
    if len(data) > _MAX_SIZE:
        raise SystemRefusedError(detail=_("{source}: too large").format(source=source))
    return data


def _opener() -> urllib.request.OpenerDirector:
    """Give an opener of http and https only; `build_opener` would add files and FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
