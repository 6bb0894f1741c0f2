"""The seal key of a home: what it is, and one more try for its PIN."""

from __future__ import annotations

from eakte.domain.seal_keys import SealKeyFacts
from eakte.pipeline.desk import Desk
from eakte.seal.key_facts import facts_of
from eakte.seal.open_key import open_key, refused_pins
from eakte.seal.trust import TrustAnchors
from eakte.services.access import Permission, require


def show(desk: Desk) -> SealKeyFacts:
    """Open the key, without a signature, and tell what is known of it.

    Raises ConfigurationError, KeyUnavailableError or PinRefusedError.
    """
    require(desk, Permission.AUDIT)
    home = desk.home
    key = open_key(home)
    anchors = TrustAnchors.load_any(home.trust).certificates
    return facts_of(home.settings.seal.key.kind, key, anchors, desk.clock.now())


def allow_pin(desk: Desk) -> bool:
    """Allow one more try of a PIN that was refused; tells whether any was."""
    require(desk, Permission.OPERATE)
    return refused_pins(desk.home).clear()
