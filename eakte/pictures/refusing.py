"""Why a picture is drawn anew."""

from __future__ import annotations


class CannotKeepError(Exception):
    """The picture cannot be kept as it is in PDF/A; it has to be drawn anew."""
