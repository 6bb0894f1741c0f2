"""The sealer of a home, as its settings say: which key, authorities and revocation services."""

from __future__ import annotations

import base64

from eakte.config import Home, Tsa
from eakte.domain.clock import Clock
from eakte.domain.verification import OutsideEvidence
from eakte.errors import ConfigurationError, EakteError
from eakte.i18n import _
from eakte.seal.chains import Chains
from eakte.seal.endpoints import Endpoint
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.fetched import FetchedRevocation, kept_revocation
from eakte.seal.open_key import open_key
from eakte.seal.outside import told
from eakte.seal.pins import SecretPlace
from eakte.seal.revocation import DemoRevocation, RevocationSource
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import (
    Authorities,
    CheckedTimeStamper,
    DemoTimestampAuthority,
    HttpTimestampAuthority,
)
from eakte.seal.tokens import Terms
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder


def open_sealer(home: Home, clock: Clock) -> Sealer:
    """Open key and services; only a remote key is asked for its certificate yet.

    Without a `[[tsa]]` the demo's own authority is used; revocation is asked for on the network
    unless the home holds the key of the demo's own responder. Raises ConfigurationError,
    KeyUnavailableError or PinRefusedError.
    """
    chains = Chains(TrustFolder(home.trust), clock)
    return Sealer(
        home.trust,
        clock,
        open_key(home),
        revocation=_revocation(home, chains, clock),
        chains=chains,
        authorities=_authorities(home, chains, clock),
    )


def open_archive_stamper(home: Home, clock: Clock) -> ArchiveStamper:
    """Open what evidence records need, with the same services as a seal: no seal key."""
    chains = Chains(TrustFolder(home.trust), clock)
    return ArchiveStamper(
        _authorities(home, chains, clock), chains, _revocation(home, chains, clock)
    )


def _authorities(home: Home, chains: Chains, clock: Clock) -> Authorities:
    members = [_stamper(home, each, chains, clock) for each in home.settings.tsa]
    if members:
        return Authorities(members, networked=True)
    demo = DemoTimestampAuthority.of(TrustFolder(home.trust), clock)
    return Authorities.only(demo, chains, clock)


def evidence_at_hand(home: Home, clock: Clock) -> tuple[OutsideEvidence, ...]:
    """Give what the home knows of its certificates without asking the network; never raises.

    That is what was fetched for its last seals, or what the demo's own responder says.
    """
    folder = TrustFolder(home.trust)
    try:
        if folder.key("ocsp").is_file():
            data = DemoRevocation(folder, clock).collect()
        else:
            data = kept_revocation(home.services)
        return told(load_certificates(folder.certificates), data)
    except (EakteError, OSError, ValueError):
        return ()


def _revocation(home: Home, chains: Chains, clock: Clock) -> RevocationSource:
    folder = TrustFolder(home.trust)
    if folder.key("ocsp").is_file():
        return DemoRevocation(folder, clock)
    return FetchedRevocation(chains, home.services, clock)


def _stamper(home: Home, tsa: Tsa, chains: Chains, clock: Clock) -> CheckedTimeStamper:
    authority = HttpTimestampAuthority(tsa.url, tsa.timeout_seconds, _authorization(home, tsa))
    endpoint = Endpoint(
        tsa.url,
        clock,
        home.services,
        name=tsa.name,
        per_minute=tsa.per_minute,
        first_pause=tsa.retry_seconds,
    )
    pinned = load_certificates(home.root / tsa.certificate) if tsa.certificate else ()
    terms = Terms(tsa.policy, tuple(pinned))
    return CheckedTimeStamper(authority, chains, clock, endpoint, terms)


def _authorization(home: Home, tsa: Tsa) -> str:
    """Give the header for basic authentication (RFC 7617); empty without credentials."""
    if tsa.credentials is None:
        return ""
    path = home.root / tsa.credentials
    line = SecretPlace(path).read().get_secret_value()
    if ":" not in line or "\n" in line:
        raise ConfigurationError(path=path, detail=_("it must be one line: user:password"))
    return f"Basic {base64.b64encode(line.encode()).decode()}"
