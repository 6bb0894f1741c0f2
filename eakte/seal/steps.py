"""Which building blocks and processes of ETSI EN 319 102-1 V1.3.1 ran, and what came of each.

pyHanko answers with one sub-indication for a whole process. The norm says which block may give
which, so the block is known; blocks before it have passed, those after it were not reached.
Integrity (5.2.7) is told by itself: pyHanko computes it even where the chain is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from eakte.domain.verification import Step
from eakte.i18n import N_, _
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Indication, Judgement

PASSED, FAILED, OPEN, NOT_REACHED = "PASSED", "FAILED", "INDETERMINATE", "NOT REACHED"
_RESULTS = {
    Indication.PASSED: PASSED,
    Indication.FAILED: FAILED,
    Indication.INDETERMINATE: OPEN,
}
_INTACT = {True: PASSED, False: FAILED, None: NOT_REACHED}
_CRYPTO, _FRESHNESS = "5.2.7", "5.2.5"


@dataclass(frozen=True)
class _Block:
    clause: str
    name: str
    reasons: frozenset[str]
    """The sub-indications that it may give."""


_BLOCKS = (
    _Block("5.2.2", N_("format checking"), frozenset({"FORMAT_FAILURE"})),
    _Block(
        "5.2.3",
        N_("identification of the signing certificate"),
        frozenset({"NO_SIGNING_CERTIFICATE_FOUND"}),
    ),
    _Block(
        "5.2.4",
        N_("validation context initialisation"),
        frozenset({"SIGNATURE_POLICY_NOT_AVAILABLE", "POLICY_PROCESSING_ERROR"}),
    ),
    _Block(_FRESHNESS, N_("revocation freshness"), frozenset({"TRY_LATER"})),
    _Block(
        "5.2.6",
        N_("X.509 certificate validation"),
        frozenset(
            {
                *("NO_CERTIFICATE_CHAIN_FOUND", "NO_CERTIFICATE_CHAIN_FOUND_NO_POE"),
                *("CERTIFICATE_CHAIN_GENERAL_FAILURE", "CHAIN_CONSTRAINTS_FAILURE"),
                *("REVOKED", "REVOKED_NO_POE", "REVOKED_CA_NO_POE", "EXPIRED", "NOT_YET_VALID"),
                *("OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED", "NO_POE"),
                "REVOCATION_OUT_OF_BOUNDS_NO_POE",
            }
        ),
    ),
    _Block(
        _CRYPTO,
        N_("cryptographic verification"),
        frozenset({"HASH_FAILURE", "SIG_CRYPTO_FAILURE", "SIGNED_DATA_NOT_FOUND"}),
    ),
    _Block(
        "5.2.8",
        N_("signature acceptance validation"),
        frozenset(
            {
                *("SIG_CONSTRAINTS_FAILURE", "CRYPTO_CONSTRAINTS_FAILURE"),
                *("CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "TIMESTAMP_ORDER_FAILURE"),
            }
        ),
    ),
)


@dataclass(frozen=True)
class Ran:
    """The processes that ran for one signature, from the simplest on."""

    basic: Judgement
    """5.3, as if there were no time-stamps."""
    timed: Judgement | None
    """5.5; None without a signature time-stamp."""
    archival: Judgement | None
    """5.6; None without an archive time-stamp."""


def of_timestamp(judgement: Judgement, said: tuple[Statement, ...] | None) -> tuple[Step, ...]:
    """Give the blocks of a time-stamp, and its process (5.4)."""
    own = _process("5.4", _("time-stamp validation"), judgement)
    return (*_blocks(judgement, said), own)


def of_signature(
    ran: Ran, said: tuple[Statement, ...] | None, stamps: Sequence[datetime]
) -> tuple[Step, ...]:
    """Give the blocks and processes of a signature; `stamps`: the proofs of archive time-stamps."""
    found = [*_blocks(ran.basic, said), _process("5.3", _("basic signature"), ran.basic)]
    if ran.timed is not None:
        found.append(_process("5.5", _("signature with time"), ran.timed))
    if ran.archival is not None:
        found += _archival(ran.archival, ran.timed or ran.basic, stamps)
    return tuple(found)


def _archival(last: Judgement, before: Judgement, stamps: Sequence[datetime]) -> Iterator[Step]:
    times = ", ".join(f"{each:%Y-%m-%d %H:%M:%S} UTC" for each in stamps)
    yield Step("5.6.2.3", _("POE extraction"), PASSED if stamps else OPEN, times)
    if before.indication is Indication.INDETERMINATE:
        yield _process("5.6.2.4", _("past signature validation"), last)
    yield _process("5.6.3", _("long-term availability"), last)


def _process(clause: str, name: str, judgement: Judgement) -> Step:
    parts = (judgement.sub_indication, judgement.detail)
    told = ": ".join(part for part in parts if part)
    return Step(clause, name, _RESULTS[judgement.indication], told)


def _blocks(judgement: Judgement, said: tuple[Statement, ...] | None) -> Iterator[Step]:
    ended = False
    for block in _BLOCKS:
        stops = judgement.sub_indication in block.reasons
        result = NOT_REACHED if ended else PASSED
        if stops:
            result = _RESULTS[judgement.indication]
        elif block.clause == _CRYPTO:
            result = _INTACT[judgement.intact]
        elif block.clause == _FRESHNESS and not (said or judgement.indication is Indication.PASSED):
            result = NOT_REACHED  # it runs inside 5.2.6
        ended = ended or stops
        yield Step(block.clause, _(block.name), result, _detail(block, judgement, said))


def _detail(block: _Block, judgement: Judgement, said: tuple[Statement, ...] | None) -> str:
    if judgement.sub_indication in block.reasons:
        return ": ".join(part for part in (judgement.sub_indication, judgement.detail) if part)
    if block.clause == _FRESHNESS and said:
        youngest = max(one.made for one in said)
        return _("said at {moment} UTC").format(moment=f"{youngest:%Y-%m-%d %H:%M:%S}")
    return ""
