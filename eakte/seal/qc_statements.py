"""Read what a certificate says of itself in its QcStatements (ETSI EN 319 412-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asn1crypto import x509
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements


def statements_of(certificate: x509.Certificate) -> Mapping[str, list[Any]]:
    """Give what is said, by the statement's name (`qc_compliance`); broken ones say nothing.

    Values of a statement that names several, or stands there several times, come one after another.
    """
    found = dict[str, list[Any]]()
    try:
        for each in get_qc_statements(certificate):
            said = each["statement_info"].native
            values = found.setdefault(str(each["statement_id"].native), [])
            values += said if isinstance(said, list) else []
    except (ValueError, TypeError, KeyError):
        return {}
    return found


def is_qualified_in_eu(statements: Mapping[str, list[Any]]) -> bool:
    """Tell whether it was issued as a qualified one, and not by the law of another country."""
    return "qc_compliance" in statements and not statements.get("qc_cc_legislation")
