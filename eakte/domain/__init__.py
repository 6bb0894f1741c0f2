"""The vocabulary: frozen values and ports that every stage speaks; nothing here does I/O."""

from __future__ import annotations
