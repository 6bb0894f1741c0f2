"""Deliveries: what arrives as mail, archive, folder or XML, taken apart into files and views."""

from __future__ import annotations
