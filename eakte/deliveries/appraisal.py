"""What an archive answered to an offer: the Bewertungsverzeichnis of xdomea (message 0502).

Editions 3.0.0, 3.1.0 and 4.0.0 say it alike (XSD type RueckgabeparameterAnbietungType).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eakte.deliveries.limits import refusal
from eakte.deliveries.messages import disposal_of, read_message, text_of
from eakte.deliveries.xml import found, local
from eakte.domain.aktenplan import Disposal
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_MESSAGE = "Aussonderung.Bewertungsverzeichnis.0502"


@dataclass(frozen=True)
class Appraisal:
    """What becomes of records, by their UUIDs, and the process that it answers."""

    process: str
    decided: tuple[tuple[str, Disposal], ...]


def read_appraisal(source: Path, out: Path) -> Appraisal:
    """Read a message 0502; `out` is an empty folder for the files of a zip.

    Raises UnusableInputError: what `read_message` refuses; `unknown_type` for another message;
    `damaged` where an Aussonderungsart is none of A, B, V, or a record is named twice.
    """
    root = read_message(source, out)
    if local(root) != _MESSAGE:
        raise refusal(FindingCode.UNKNOWN_TYPE, N_("it is no Bewertungsverzeichnis (0502)"))
    decided = dict[str, Disposal]()
    for element in found(root, "BewertetesObjekt"):
        name, disposal = text_of(element, "ID").lower(), disposal_of(element)
        if disposal is None or name in decided:
            detail = N_("the Aussonderungsart of a record is missing, unknown, or told twice")
            raise refusal(FindingCode.DAMAGED, detail)
        decided[name] = disposal
    process = text_of(root, "Kopf/ProzessID") or text_of(root, "nachrichtenkopf/ProzessID")
    return Appraisal(process.lower(), tuple(decided.items()))
