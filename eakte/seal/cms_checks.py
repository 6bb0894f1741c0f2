"""The numbered checks behind the verdict on a CMS signature, from facts to True, False or None.

    1 Integrity            the content is what was signed: digests and signature values fit
    2 Validity             certificate, algorithms, chain and revocation pass EN 319 102-1 §5.3
    3 Time-stamps          every signature time-stamp in it is valid
    4 Age of the evidence  what issuers say about revocation was said after the signature was made
                           (without a time-stamp: within a day of now), and in the life of the
                           certificate, and nobody says that it was revoked, be it later
    5 Form                 no part of the signature could be another one, unnoticed
    6 Algorithms           each one held at the moment that a time-stamp proves, or holds now

Of several signatures the worst decides. Only a failed first check, or a proof that a certificate
was revoked before, makes a signature INVALID.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from asn1crypto import x509

from eakte.i18n import _
from eakte.seal.algorithms import policy_name
from eakte.seal.checks import Outcome
from eakte.seal.cms_signers import Signer
from eakte.seal.freshness import Statement
from eakte.seal.judgement import Indication, Judgement

_CLOCKS_DIFFER = timedelta(minutes=1)
_CURRENT = timedelta(days=1)


def judge(signers: tuple[Signer, ...], flaw: str | None, at: datetime) -> list[Outcome]:
    """Carry out all checks, in order; `flaw` is what the form of the signature lacks."""
    if not signers:
        return not_analysable(_("SIGNED_DATA_NOT_FOUND: there is no signature"))
    return [
        _integrity(signers),
        _validity(signers),
        _stamps(signers),
        _evidence(signers, at),
        Outcome(_("Form"), flaw is None, flaw or _("every part of the signature is accounted for")),
        _algorithms(signers),
    ]


def not_analysable(detail: str) -> list[Outcome]:
    """Give the outcomes for a signature that could not be examined at all."""
    others = [_("Validity"), _("Time-stamps"), _("Age of the evidence"), _("Form"), _("Algorithms")]
    return [Outcome(_("Integrity"), None, detail), *(Outcome(name, None) for name in others)]


def _integrity(signers: tuple[Signer, ...]) -> Outcome:
    name = _("Integrity")
    for wanted in (False, None):
        for number, one in enumerate(signers, start=1):
            if one.judgement.intact is wanted:
                return Outcome(name, wanted, _about(number, one.judgement), proof=True)
    return Outcome(name, True, _("the content is what was signed; digests and values fit"))


def _validity(signers: tuple[Signer, ...]) -> Outcome:
    name = _("Validity")
    for number, one in sorted(enumerate(signers, start=1), key=_failed_first):
        judgement = one.judgement
        if judgement.indication is not Indication.PASSED or not judgement.chain:
            failed = judgement.indication is Indication.FAILED
            return Outcome(name, False, _about(number, judgement), proof=failed)
    return Outcome(name, True, _("the certificate chain ends at a trust anchor and was in force"))


def _failed_first(item: tuple[int, Signer]) -> bool:
    return item[1].judgement.indication is not Indication.FAILED


def _stamps(signers: tuple[Signer, ...]) -> Outcome:
    name = _("Time-stamps")
    for number, one in enumerate(signers, start=1):
        for stamp in one.stamps:
            if not stamp.good:
                return Outcome(name, False, _about(number, stamp.judgement))
    return Outcome(name, True, _("each one in the signature is valid; it may have none"))


def _algorithms(signers: tuple[Signer, ...]) -> Outcome:
    numbered = enumerate(signers, start=1)
    found = [f"{number}: {weak}" for number, one in numbered for weak in one.weak]
    return Outcome(_("Algorithms"), not found, "; ".join(dict.fromkeys(found)) or policy_name())


def _evidence(signers: tuple[Signer, ...], at: datetime) -> Outcome:
    """Evidence from before proves nothing: the key may have been stolen since."""
    name = _("Age of the evidence")
    if not all(one.judgement.chain for one in signers):
        return Outcome(name, None, _("no chain to a trust anchor is known"))
    for one in signers:
        since = one.judgement.best_time
        reached = since if since is not None else at - _CURRENT
        if one.revoked:
            return Outcome(name, False, _("REVOKED_NO_POE: a certificate was revoked"))
        for said, holder in _said(one):
            if not any(_counts(item, reached, holder) for item in said):
                detail = _("TRY_LATER: nothing recent enough is said about revocation")
                return Outcome(name, False, detail)
    return Outcome(name, True, _("nobody says that a certificate was revoked"))


def _said(one: Signer) -> Iterator[tuple[tuple[Statement, ...], x509.Certificate]]:
    """Give what is said about the signer and each time-stamp authority; anchors need nothing."""
    if one.statements is not None and one.certificate is not None:
        yield one.statements, one.certificate
    for stamp in one.stamps:
        if stamp.statements is not None:
            yield stamp.statements, stamp.authority


def _counts(item: Statement, reached: datetime, holder: x509.Certificate) -> bool:
    """Say whether a statement is late enough, and yet not from after the certificate's life."""
    return bool(reached - _CLOCKS_DIFFER <= item.made <= holder.not_valid_after)


def _about(number: int, judgement: Judgement) -> str:
    parts = (judgement.sub_indication, judgement.detail)
    described = ": ".join(part for part in parts if part)
    return _("signature {number}: {described}").format(number=number, described=described)
