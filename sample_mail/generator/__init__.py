"""Draws the demo's letters as a scanner delivers them, and writes the classifier's text."""

from __future__ import annotations
