"""Make trusted lists and the certificates that they are about: small, signed, of any content."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree
from pyhanko.sign.ades.qualified_asn1 import QcStatements
from signxml import DigestAlgorithm, SignatureMethod
from signxml.xades import XAdESSigner

TSL = "http://uri.etsi.org/02231/v2#"
SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
TYPES = "http://uri.etsi.org/02231/v2/additionaltypes#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
EXTENSION = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt"
CA = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
TSA = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
GRANTED, WITHDRAWN = "granted", "withdrawn"
START = datetime(2020, 1, 1, tzinfo=UTC)
ISSUED = datetime(2026, 9, 15, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Party:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def text(self) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return base64.b64encode(der).decode()

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def qc(*statements: str, types: tuple[str, ...] = (), laws: tuple[str, ...] = ()) -> bytes:
    """Give the QcStatements extension: `qc_compliance`, `qc_sscd`, types, countries' laws."""
    rows: list[dict[str, object]] = [{"statement_id": name} for name in statements]
    if types:
        rows.append({"statement_id": "qc_type", "statement_info": list(types)})
    if laws:
        rows.append({"statement_id": "qc_cc_legislation", "statement_info": list(laws)})
    return bytes(QcStatements(rows).dump())


def party(  # noqa: PLR0913 - a test names only what it is about
    name: str,
    issuer: Party | None = None,
    *,
    statements: bytes = b"",
    organisation: str = "Amt",
    ca: bool = False,
    tsa: bool = False,
    start: datetime = START,
    country: str = "DE",
    years: int = 20,
) -> Party:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if tsa:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    if statements:
        extension = x509.UnrecognizedExtension(
            x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), statements
        )
        builder = builder.add_extension(extension, critical=False)
    signed = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Party(signed, key)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Entry:
    """One service: its periods are (status, since), the newest first; `extra` is XML."""

    holder: Party
    periods: tuple[tuple[str, datetime], ...] = ((GRANTED, START),)
    kind: str = CA
    extra: str = ""
    name: str = "CA 1"


@dataclass(frozen=True)
class Scheme:
    territory: str = "DE"
    sequence: int = 7
    issued: datetime = ISSUED
    next_update: datetime | None = ISSUED + timedelta(days=180)
    entries: tuple[Entry, ...] = ()
    pointers: tuple[tuple[str, str, Party], ...] = field(default=())


def use(name: str) -> str:
    """Give the extension that restricts a service: `ForeSeals` …"""
    return (
        '<Extension Critical="true"><AdditionalServiceInformation>'
        f'<URI xml:lang="en">{EXTENSION}/{name}</URI>'
        "</AdditionalServiceInformation></Extension>"
    )


def qualifier(*names: str, criteria: str = "", match: str = "all") -> str:
    """Give the extension with qualifiers for what fits (else: certificates that may sign)."""
    listed = "".join(f'<s:Qualifier uri="{EXTENSION}/{name}"/>' for name in names)
    bit = '<s:KeyUsage><s:KeyUsageBit name="nonRepudiation">true</s:KeyUsageBit></s:KeyUsage>'
    return (
        f'<Extension Critical="true"><s:Qualifications xmlns:s="{SIE}"><s:QualificationElement>'
        f"<s:Qualifiers>{listed}</s:Qualifiers>"
        f'<s:CriteriaList assert="{match}">{criteria or bit}</s:CriteriaList>'
        "</s:QualificationElement></s:Qualifications></Extension>"
    )


def unsigned(scheme: Scheme) -> str:
    following = (
        "" if scheme.next_update is None else f"<dateTime>{_utc(scheme.next_update)}</dateTime>"
    )
    pointers = "".join(_pointer(*one) for one in scheme.pointers)
    return (
        f'<TrustServiceStatusList xmlns="{TSL}" Id="list" TSLTag="http://uri.etsi.org/19612/TSLTag">'
        "<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier>"
        f"<TSLSequenceNumber>{scheme.sequence}</TSLSequenceNumber>"
        "<TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType>"
        '<SchemeOperatorName><Name xml:lang="de">Prüfamt</Name>'
        '<Name xml:lang="en">Test Operator</Name></SchemeOperatorName>'
        f"<SchemeTerritory>{scheme.territory}</SchemeTerritory>"
        f"<PointersToOtherTSL>{pointers}</PointersToOtherTSL>"
        f"<ListIssueDateTime>{_utc(scheme.issued)}</ListIssueDateTime>"
        f"<NextUpdate>{following}</NextUpdate></SchemeInformation>"
        "<TrustServiceProviderList><TrustServiceProvider><TSPInformation>"
        '<TSPName><Name xml:lang="en">Test Trust GmbH</Name></TSPName></TSPInformation>'
        f"<TSPServices>{''.join(map(_service, scheme.entries))}</TSPServices>"
        "</TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>"
    )


def signed(scheme: Scheme, signer: Party) -> bytes:
    root = etree.fromstring(unsigned(scheme))
    maker = XAdESSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    made = maker.sign(root, key=signer.key, cert=[signer.certificate], always_add_key_value=False)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8"))


def _service(entry: Entry) -> str:
    (status, since), *past = entry.periods
    identity = _identity(f"<X509Certificate>{entry.holder.text}</X509Certificate>")
    older = "".join(
        f"<ServiceHistoryInstance>{_stand(entry, *one, _key_id(entry))}</ServiceHistoryInstance>"
        for one in past
    )
    return (
        f"<TSPService><ServiceInformation>{_stand(entry, status, since, identity)}"
        f"</ServiceInformation><ServiceHistory>{older}</ServiceHistory></TSPService>"
    )


def _stand(entry: Entry, status: str, since: datetime, identity: str) -> str:
    extensions = f"<ServiceInformationExtensions>{entry.extra}</ServiceInformationExtensions>"
    return (
        f"<ServiceTypeIdentifier>{entry.kind}</ServiceTypeIdentifier>"
        f'<ServiceName><Name xml:lang="en">{escape(entry.name)}</Name></ServiceName>'
        f"{identity}<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}"
        f"</ServiceStatus><StatusStartingTime>{_utc(since)}</StatusStartingTime>"
        f"{extensions if entry.extra else ''}"
    )


def _key_id(entry: Entry) -> str:
    """History names a service by its key only (TS 119 612 §5.6.3)."""
    found = entry.holder.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    text = base64.b64encode(found.value.digest).decode()
    return _identity(f"<X509SKI>{text}</X509SKI>")


def _identity(text: str) -> str:
    return f"<ServiceDigitalIdentity><DigitalId>{text}</DigitalId></ServiceDigitalIdentity>"


def _pointer(territory: str, location: str, signer: Party) -> str:
    return (
        "<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity><DigitalId>"
        f"<X509Certificate>{signer.text}</X509Certificate></DigitalId></ServiceDigitalIdentity>"
        f"</ServiceDigitalIdentities><TSLLocation>{escape(location)}</TSLLocation>"
        "<AdditionalInformation><OtherInformation>"
        f"<SchemeTerritory>{territory}</SchemeTerritory></OtherInformation><OtherInformation>"
        f'<a:MimeType xmlns:a="{TYPES}">application/vnd.etsi.tsl+xml</a:MimeType>'
        "</OtherInformation></AdditionalInformation></OtherTSLPointer>"
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
