"""Pages: look into a scan, split it, prepare pictures for reading."""

from __future__ import annotations
