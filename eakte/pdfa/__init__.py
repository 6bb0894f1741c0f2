"""PDF/A: the archive copy, its check and its metadata."""

from __future__ import annotations
