"""Draws the demo's letters as a scanner would deliver them, and writes the text it is trained on."""

from __future__ import annotations
