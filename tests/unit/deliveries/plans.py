"""Messages of xdomea that carry an Aktenplan, made on the spot."""

from __future__ import annotations

HEADS = {
    "3.1.0": (
        "<x:Kopf><x:ProzessID>67e456ea-b420-11ec-b503-005056871b7c</x:ProzessID>"
        "<x:Nachrichtentyp><code>{number}</code></x:Nachrichtentyp>"
        "<x:Erstellungszeitpunkt>2026-11-22T10:00:00Z</x:Erstellungszeitpunkt>"
        "<x:Absender/><x:Empfaenger/><x:Empfangsbestaetigung>0</x:Empfangsbestaetigung></x:Kopf>"
    ),
    "4.0.0": (
        "<x:nachrichtenkopf><x:identifikation.nachricht>"
        "<nachrichtenUUID>77e456ea-b420-11ec-b503-005056871b7c</nachrichtenUUID>"
        "<nachrichtentyp><code>{number}</code></nachrichtentyp>"
        "<erstellungszeitpunkt>2026-11-22T10:00:00.000Z</erstellungszeitpunkt>"
        "</x:identifikation.nachricht><x:leser/><x:autor/>"
        "<x:ProzessID>67e456ea-b420-11ec-b503-005056871b7c</x:ProzessID></x:nachrichtenkopf>"
        "<x:Empfangsbestaetigung>0</x:Empfangsbestaetigung>"
        "<x:LfdNrNachrichtProTyp>1</x:LfdNrNachrichtProTyp>"
        "<x:GesamtanzahlNachrichtenProTyp>1</x:GesamtanzahlNachrichtenProTyp>"
    ),
}
_PRODUCT = ' produkt="p" produkthersteller="h" standard="xdomea" version="4.0.0"'
_NAMES = {"0301": "Aktenplan.Aktenplan.0301", "0511": "Aussonderung.AktenplanZurBewertung.0511"}


def unit(key, title, below="", *, years="10", disposal="B", closed="0", identity=""):
    """A unit; `years` "" stands for without end."""
    kept = (
        f"<x:AnzahlJahre>{years}</x:AnzahlJahre>" if years else "<x:Unbefristet>1</x:Unbefristet>"
    )
    return (
        f"<x:Einheit><x:Kennzeichen>{key}</x:Kennzeichen><x:BetreffKurz>{title}</x:BetreffKurz>"
        f"{identity}<x:Aussonderungsart><x:Aussonderungsart><code>{disposal}</code>"
        "</x:Aussonderungsart></x:Aussonderungsart>"
        f"<x:Stillgelegt>{closed}</x:Stillgelegt>"
        f"<x:Aufbewahrungsdauer>{kept}</x:Aufbewahrungsdauer>{below}</x:Einheit>"
    )


def message(units, number="0301", edition="3.1.0", identity=""):
    """The message with a plan of these units."""
    name = _NAMES[number]
    product = _PRODUCT if edition == "4.0.0" else ""
    head = HEADS[edition].replace("{number}", number)
    return (
        f'<x:{name} xmlns:x="urn:xoev-de:xdomea:schema:{edition}"{product}>{head}<x:Aktenplan>'
        f"{identity}<x:Bezeichnung>Kommunaler Aktenplan</x:Bezeichnung>"
        f"<x:Version>2026</x:Version>{units}</x:Aktenplan></x:{name}>"
    ).encode()


def appraisal(process, *decided, edition="3.1.0"):
    """A Bewertungsverzeichnis (0502): pairs of UUID and Aussonderungsart."""
    head = HEADS[edition].replace("{number}", "0502")
    head = head.replace("67e456ea-b420-11ec-b503-005056871b7c", process)
    product = _PRODUCT if edition == "4.0.0" else ""
    objects = "".join(
        f"<x:BewertetesObjekt><x:ID>{name}</x:ID><x:Aussonderungsart><x:Aussonderungsart>"
        f"<code>{code}</code></x:Aussonderungsart></x:Aussonderungsart></x:BewertetesObjekt>"
        for name, code in decided
    )
    name = "Aussonderung.Bewertungsverzeichnis.0502"
    schema = f"urn:xoev-de:xdomea:schema:{edition}"
    return f'<x:{name} xmlns:x="{schema}"{product}>{head}{objects}</x:{name}>'.encode()
