"""Normalising born-digital PDFs, so that they become PDF/A without being rasterised."""

from __future__ import annotations
