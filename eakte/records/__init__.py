"""Records: Akte, Vorgang, Dokument: the only SQL of the records."""

from __future__ import annotations
