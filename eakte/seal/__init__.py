"""Seal: keys, time-stamps, PAdES seals, and their verification."""

from __future__ import annotations
