"""An e-invoice in XML as pages: what every invoice says first, then all the rest of the XML."""

from __future__ import annotations

from pathlib import Path

from eakte.deliveries.invoice import read_invoice
from eakte.deliveries.limits import check_files
from eakte.deliveries.placing import NOTE, VIEW, listing, place
from eakte.deliveries.reading import Reader, attachments
from eakte.domain.deliveries import Unpacked, UnpackedFile, display_name, unique_names
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.invoices import Invoice, document_name, iso_date, money
from eakte.domain.mail import EnclosureRole
from eakte.typeset import Block, Heading, Table, Text, typeset

_MONEY = frozenset({3})


def unpack_invoice(source: Path, out: Path) -> Unpacked:
    """Draw an e-invoice and take out the files in it; raises as `invoice_of`."""
    invoice, reader = read_invoice(source)
    embedded = attachments(reader.root)
    check_files(len(embedded))
    names = unique_names(display_name(name) or "Anlage" for name, _ in embedded)
    files = tuple(
        UnpackedFile(name, place(out, number, data), EnclosureRole.MEMBER)
        for number, (name, (_, data)) in enumerate(zip(names, embedded, strict=True), start=1)
    )
    blocks = [*_invoice(invoice), *_rest(reader, invoice.currency)]
    if files:
        table = listing([(each, out / each.file) for each in files])
        blocks += [Heading("Eingebettete Dateien", 2), table]
    typeset(_title(invoice), [*blocks, Text(NOTE)], out / VIEW)
    return Unpacked(files, VIEW, (Finding(FindingCode.E_INVOICE), Finding(FindingCode.RENDERED)))


def _title(invoice: Invoice) -> str:
    return f"{document_name(invoice.type_code)} Nr. {invoice.number}"


def _invoice(invoice: Invoice) -> list[Block]:
    facts = (
        ("Verkäufer:", invoice.seller_name),
        ("Anschrift:", invoice.seller_address),
        ("Käufer:", invoice.buyer_name),
        ("Leitweg-ID:", invoice.buyer_reference),
        ("Bestellung:", invoice.order_reference),
        ("Rechnungsdatum:", _day(invoice.issue_date)),
        ("Fällig am:", _day(invoice.due_date)),
        ("IBAN:", invoice.iban),
    )
    sums = (
        ("Summe ohne Umsatzsteuer:", _amount(invoice.net, invoice.currency)),
        ("Umsatzsteuer:", _amount(invoice.tax, invoice.currency)),
        ("Zu zahlen:", _amount(invoice.payable, invoice.currency)),
    )
    kind = (
        ("Art des Dokuments:", invoice.type_code),
        ("Profil:", invoice.profile),
        ("Syntax:", invoice.syntax.value),
    )
    return [
        Heading(_title(invoice)),
        Table(_told(facts), (1, 3)),
        _lines(invoice),
        Table(_told(sums), (1, 3)),
        Table(_told(kind), (1, 3)),
    ]


def _told(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(row for row in rows if row[1])


def _lines(invoice: Invoice) -> Table:
    head = ("Pos.", "Leistung", "Menge", "Netto")
    rows = tuple(
        (each.id, each.text, f"{each.quantity} {each.unit}".strip(), _amount(each.net, ""))
        for each in invoice.lines
    )
    return Table(rows, (0.7, 5, 1.3, 1.3), head, right=_MONEY)


def _rest(reader: Reader, currency: str) -> list[Block]:
    rest = reader.rest(currency)
    if not rest:
        return []
    rows = tuple(_row(path, content) for path, content in rest)
    return [Heading("Weitere Angaben", 2), Table(rows, (4, 5), ("Element", "Wert"))]


def _row(path: str, content: str) -> tuple[str, str]:
    """Name an element without the root, with room to break the path."""
    return path.partition("/")[2].replace("/", " / "), content


def _day(read: str) -> str:
    """Write a date as German readers do, or as it stands if it is none."""
    day = iso_date(read)
    return f"{day[8:]}.{day[5:7]}.{day[:4]}" if day else read


def _amount(read: str, currency: str) -> str:
    """Write an amount as German readers do, or as it stands if it is none."""
    amount = money(read)
    if amount is None:
        return read
    whole, _, cents = amount.partition(".")
    return f"{int(whole):,}".replace(",", ".") + f",{cents} {currency}".rstrip()
