"""Commands: parse, call a service, render."""

from __future__ import annotations
