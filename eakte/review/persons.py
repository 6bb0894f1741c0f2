"""Who may release: a rule only at Schutzbedarf normal, and at "sehr hoch" two different persons.

Who led a letter to a class of less Schutzbedarf does not release it alone either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.i18n import N_


def refusal(
    need: Schutzbedarf, decision: Release, first: Look | None, lowered_by: Iterable[str] = ()
) -> str:
    """Say why a decision does not release a letter of this Schutzbedarf (msgid), "" if it may.

    `lowered_by` are the accounts that led it to a class of less Schutzbedarf.
    BSI TR-03138 A.AM.IN.H.1, A.AM.IN.SH.1, A.O.1 e and g.
    """
    if not _name(decision.person) or not decision.account.strip():
        return N_("a release names a natural person and an account")
    if decision.kind is ReleaseKind.RULE and need is not Schutzbedarf.NORMAL:
        return N_("no rule releases a letter of this Schutzbedarf")
    two = _needs_two(need, decision, lowered_by)
    if two and first is not None and is_same(first, decision):
        return N_("two different persons, each with an account of their own, must release it")
    return ""


def needs_another(
    need: Schutzbedarf, decision: Release, first: Look | None, lowered_by: Iterable[str] = ()
) -> bool:
    """Tell whether a release is only the first of two."""
    return first is None and _needs_two(need, decision, lowered_by)


def is_same(first: Look, decision: Release) -> bool:
    """Tell whether both may be one person: the same account, or the same name however written."""
    same_account = _account(first.account) == _account(decision.account)
    return same_account or _name(first.person) == _name(decision.person)


def _needs_two(need: Schutzbedarf, decision: Release, lowered_by: Iterable[str]) -> bool:
    lowered = {_account(each) for each in lowered_by}
    return need is Schutzbedarf.SEHR_HOCH or _account(decision.account) in lowered


def _account(name: str) -> str:
    return name.strip().casefold()


def _name(person: str) -> str:
    """Reduce a name to its letters and digits."""
    plain = unicodedata.normalize("NFKD", person).casefold()
    return "".join(each for each in plain if each.isalnum())
