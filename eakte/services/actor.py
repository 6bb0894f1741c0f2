"""Who is acting: the account of the operating system, which no variable can change.

Where `[[persons]]` are listed and come through sudo (setting `sudo`), sudo says whose account it
is. That is believed only of a process of the account that owns eakte.toml: who is that account
without sudo could read and change every file of the home anyway.
"""

from __future__ import annotations

import os
import pwd

from eakte.config import SETTINGS_FILE, Home
from eakte.pipeline.desk import Desk


def account(home: Home) -> str:
    """Give the account that decides what somebody may do."""
    uid = os.getuid()
    named = os.environ.get("SUDO_UID", "")
    if home.settings.sudo and uid == owner(home) and named.isdecimal():
        uid = int(named)
    return _name(uid)


def current(desk: Desk) -> str:
    """Give the name that stands in the audit log.

    Without `[[persons]]`, where several share an account, it is what EAKTE_USER says.
    """
    if desk.home.settings.persons:
        return account(desk.home)
    return os.environ.get("EAKTE_USER") or _name(os.getuid())


def owner(home: Home) -> int:
    """Give the uid of the account that runs a home: that of eakte.toml."""
    return (home.root / SETTINGS_FILE).stat().st_uid


def runs(home: Home) -> bool:
    """Tell whether it is the account itself that runs the home, as a service does."""
    return account(home) == _name(owner(home))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
