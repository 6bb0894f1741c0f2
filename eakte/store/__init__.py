"""Where bytes are kept: content-addressed, write-once."""

from __future__ import annotations
