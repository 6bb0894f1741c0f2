"""Classify: what a letter is, and what it says of itself."""

from __future__ import annotations
