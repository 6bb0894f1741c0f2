"""Audit: an append-only log with a Merkle tree over it."""

from __future__ import annotations
