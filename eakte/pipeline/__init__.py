"""Pipeline: the two workflows, their engine, and their definition files."""

from __future__ import annotations
