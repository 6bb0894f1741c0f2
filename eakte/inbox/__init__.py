"""Inbox: watch, settle, receive: a file is taken when it is whole, and lost never."""

from __future__ import annotations
