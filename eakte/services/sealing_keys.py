"""The seal key of a home: what it is, and one more try for its PIN."""

from __future__ import annotations

from eakte.config import Home
from eakte.domain.clock import Clock
from eakte.domain.seal_keys import SealKeyFacts
from eakte.seal.key_facts import facts_of
from eakte.seal.open_key import open_key, refused_pins
from eakte.seal.trust import TrustAnchors


def show(home: Home, clock: Clock) -> SealKeyFacts:
    """Open the key, without a signature, and tell what is known of it.

    Raises ConfigurationError, KeyUnavailableError or PinRefusedError.
    """
    key = open_key(home)
    anchors = TrustAnchors.load_any(home.trust).certificates
    return facts_of(home.settings.seal.key.kind, key, anchors, clock.now())


def allow_pin(home: Home) -> bool:
    """Allow one more try of a PIN that was refused; tells whether any was."""
    return refused_pins(home).clear()
