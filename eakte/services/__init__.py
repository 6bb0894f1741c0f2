"""Services: one use case per command."""

from __future__ import annotations
