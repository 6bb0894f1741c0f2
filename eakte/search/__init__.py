"""Search: a German analyser and a derived index."""

from __future__ import annotations
