"""Who may release: a rule only at Schutzbedarf normal, and at "sehr hoch" two different persons."""

from __future__ import annotations

import unicodedata

from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.i18n import N_


def refusal(need: Schutzbedarf, decision: Release, first: Look | None) -> str:
    """Say why a decision does not release a letter of this Schutzbedarf (msgid), "" if it may.

    BSI TR-03138 A.AM.IN.H.1, A.AM.IN.SH.1, A.O.1 e and g.
    """
    if not _name(decision.person) or not decision.account.strip():
        return N_("a release names a natural person and an account")
    if decision.kind is ReleaseKind.RULE and need is not Schutzbedarf.NORMAL:
        return N_("no rule releases a letter of this Schutzbedarf")
    if need is Schutzbedarf.SEHR_HOCH and first is not None and is_same(first, decision):
        return N_("two different persons, each with an account of their own, must release it")
    return ""


def needs_another(need: Schutzbedarf, first: Look | None) -> bool:
    """Tell whether a release is only the first of two."""
    return need is Schutzbedarf.SEHR_HOCH and first is None


def is_same(first: Look, decision: Release) -> bool:
    """Tell whether both may be one person: the same account, or the same name however written."""
    accounts = first.account.strip().casefold(), decision.account.strip().casefold()
    return accounts[0] == accounts[1] or _name(first.person) == _name(decision.person)


def _name(person: str) -> str:
    """Reduce a name to its letters and digits."""
    plain = unicodedata.normalize("NFKD", person).casefold()
    return "".join(each for each in plain if each.isalnum())
