"""Who is acting: the operating-system user, or EAKTE_USER where several share one."""

from __future__ import annotations

import getpass
import os


def current() -> str:
    """Give the name that stands in the audit log."""
    try:
        return os.environ.get("EAKTE_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
