"""The mail of the fictitious city of Neuenfurt: scans and the generator that made them."""

from __future__ import annotations
