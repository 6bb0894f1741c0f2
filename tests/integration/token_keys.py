"""Tokens of SoftHSM2 for tests, with a demo trust folder around their key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pkcs11
from pkcs11 import KeyType

from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.pins import RefusedPins, SecretPlace
from eakte.seal.token_key import TokenPlace, TokenSealKey
from sample_mail.softhsm import SoftToken, make_key, make_token, put_certificates
from tests.unit.seal.making import CLOCK


class CountingKey(TokenSealKey):
    """Counts how often a PIN is shown to the token."""

    logins = 0

    def show_pin(self, token: pkcs11.Token, pin: str) -> pkcs11.Session:
        type(self).logins += 1
        return super().show_pin(token, pin)


@dataclass(frozen=True)
class Sealing:
    """A token whose key has a certificate of a demo trust folder."""

    token: SoftToken
    trust: Path
    refused: RefusedPins

    @property
    def place(self) -> TokenPlace:
        return TokenPlace(self.token.module, token=self.token.label, key="seal")

    def key(self, place: TokenPlace | None = None) -> CountingKey:
        return CountingKey(place or self.place, SecretPlace(self.token.pin_file), self.refused)


def sealing(folder: Path, kind: KeyType = KeyType.EC, label: str = "eakte") -> Sealing:
    token = make_token(folder, label)
    public = make_key(token, "seal", kind)
    trust = folder / f"trust-{label}"
    create_demo_trust(trust, "Stadt Neuenfurt", CLOCK, public)
    certificates = [trust / "certificates" / name for name in ("seal.pem", "issuing.pem")]
    put_certificates(token, "seal", certificates)
    return Sealing(token, trust, RefusedPins(folder / "refused"))
