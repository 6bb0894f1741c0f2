"""Review: what may be sealed, and who vouches for it."""

from __future__ import annotations
