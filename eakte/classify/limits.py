"""How much of a letter the classifier reads."""

from __future__ import annotations

LONGEST = 20_000
"""Characters that are looked at; the class of a letter shows on its first pages."""
