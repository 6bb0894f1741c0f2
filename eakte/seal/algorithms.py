"""Which algorithms are believed, and until when: weak then, weak now (EN 319 102-1 §5.2.8.4).

pyHanko is asked about mathematics only; this is where a mathematically right signature meets the
calendar. An algorithm must hold at the moment at which the thing that rests on it is proven to
exist; without a proof that is now. The policy is the file `algorithms.toml` beside this one.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from asn1crypto import cms, keys, x509

from eakte.i18n import _
from eakte.seal.judgement import Indication, Judgement

_FILE = Path(__file__).with_name("algorithms.toml")
_NEVER = "never"
_LINES = {"rsa", "dsa"}
"""Kinds of keys whose length decides."""
_WITHOUT_DIGEST = {"ed25519", "ed448"}


@dataclass(frozen=True)
class Used:
    """One algorithm in use: its table in the policy, its name there, or the length of its key."""

    table: str
    name: str

    def __str__(self) -> str:
        """Give it as a report names it."""
        return f"{self.table.upper()} {self.name}" if self.table in _LINES else self.name


@dataclass(frozen=True)
class Weakness:
    """Why an algorithm is not believed at a moment: its end, or None if it was never listed."""

    used: Used
    end: datetime | None
    proven: bool
    """The moment is a proven one, so that no better proof can come; else it is just now."""

    def __str__(self) -> str:
        """Give the sub-indication and what is behind it."""
        if self.end is None:
            told = _("{algorithm} is not in the policy").format(algorithm=self.used)
            return f"CRYPTO_CONSTRAINTS_FAILURE: {told}"
        reason = (
            "CRYPTO_CONSTRAINTS_FAILURE" if self.proven else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        )
        told = _("{algorithm} was acceptable until {end}")
        return f"{reason}: {told.format(algorithm=self.used, end=self.end.date())}"


def weaknesses(used: Iterable[Used], at: datetime, *, proven: bool) -> list[Weakness]:
    """Give what is not believed at a moment, what was never listed first."""
    known = {each: end_of(each) for each in used}
    weak = [Weakness(each, end, proven) for each, end in known.items() if end is None or end <= at]
    return sorted(weak, key=lambda one: (one.end is not None, one.end or at))


def end_of(used: Used) -> datetime | None:
    """Give when an algorithm ends; the end of time if never, None if it is not in the policy."""
    table = _policy()[used.table]
    name = used.name
    if used.table in _LINES:
        reached = [line for line in table if int(line) <= int(used.name)]
        name = max(reached, key=int, default="")
    if name not in table:
        return None
    end = table[name]
    if end == _NEVER:
        return datetime.max.replace(tzinfo=UTC)
    if not isinstance(end, date):
        raise TypeError(f"{_FILE.name}: {name}")
    return datetime(end.year, end.month, end.day, tzinfo=UTC)


def policy_name() -> str:
    """Name the policy for a report: its version, and the catalogue that it restates."""
    table = _policy()
    return f"eakte {table['version']} ({table['catalogue']})"


def used_by_signer(info: cms.SignerInfo, signer: x509.Certificate) -> list[Used]:
    """Give the algorithms of a signature value: digest, scheme, key."""
    return [
        Used("digests", _native(info["digest_algorithm"]["algorithm"])),
        *_scheme(info["signature_algorithm"]),
        _key(signer.public_key),
    ]


def used_by_token(token: cms.SignedData, authority: x509.Certificate) -> list[Used]:
    """Give the algorithms of a time-stamp: those of its signature, and of what it covers."""
    imprint = token["encap_content_info"]["content"].parsed["message_imprint"]
    covered = Used("digests", _native(imprint["hash_algorithm"]["algorithm"]))
    return [covered, *used_by_signer(token["signer_infos"][0], authority)]


def used_by_chain(chain: tuple[x509.Certificate, ...]) -> list[Used]:
    """Give the algorithms by which each certificate of a chain vouches for the one before it."""
    found: list[Used] = []
    for subject, issuer in itertools.pairwise(chain):
        found += [*_scheme(subject["signature_algorithm"]), _key(issuer.public_key)]
    return found


def constrained(judgement: Judgement, weak: Sequence[Weakness]) -> Judgement:
    """Take back a PASSED that rests on a weak algorithm; a failure of an unknown one is none."""
    if not weak:
        return judgement
    unlisted = weak[0].end is None
    failed = judgement.sub_indication == "SIG_CRYPTO_FAILURE" and unlisted
    if judgement.indication is not Indication.PASSED and not failed:
        return judgement
    reason, _colon, detail = str(weak[0]).partition(": ")
    return replace(
        judgement,
        indication=Indication.INDETERMINATE,
        sub_indication=reason,
        detail=detail,
        intact=None if failed else judgement.intact,
    )


def _scheme(algorithm: cms.SignedDigestAlgorithm) -> Iterator[Used]:
    try:
        scheme = str(algorithm.signature_algo)
    except ValueError:
        scheme = _native(algorithm["algorithm"])
    yield Used("schemes", scheme)
    if scheme in _WITHOUT_DIGEST:
        return
    try:
        yield Used("digests", str(algorithm.hash_algo))
    except ValueError:
        return  # such as rsassa_pkcs1v15: the digest is named beside it


def _key(key: keys.PublicKeyInfo) -> Used:
    if key.algorithm in ("rsa", "rsassa_pss"):
        return Used("rsa", str(key.bit_size))
    if key.algorithm == "dsa":
        return Used("dsa", str(key.bit_size))
    if key.algorithm == "ec":
        kind, name = key.curve
        return Used("curves", str(name) if kind == "named" else str(kind))
    return Used("curves", str(key.algorithm))


def _native(identifier: object) -> str:
    return str(getattr(identifier, "native", identifier))


@cache
def _policy() -> dict[str, dict[str, object]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
