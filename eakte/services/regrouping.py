"""Dividing and joining letters of one scan: new letters are made of their pages."""

from __future__ import annotations

from eakte.domain.akten import Document
from eakte.pipeline.desk import Desk


def split(desk: Desk, prefix: str, cuts: tuple[int, ...], seen: int = 0) -> tuple[Document, ...]:
    """Divide."""
    raise NotImplementedError


def join(desk: Desk, prefixes: tuple[str, ...], seen: int = 0) -> tuple[Document, ...]:
    raise NotImplementedError
