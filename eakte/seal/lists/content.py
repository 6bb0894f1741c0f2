"""The content of a trusted list, from XML whose signature was checked (ETSI TS 119 612 §5)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from eakte.i18n import _
from eakte.seal.lists.model import (
    Criteria,
    Kind,
    Period,
    Pointer,
    Qualification,
    Service,
    TrustedList,
    certificate_of,
)

NAMESPACE = "http://uri.etsi.org/02231/v2#"
_SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
_TYPES = "http://uri.etsi.org/02231/v2/additionaltypes#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_NAMES = {"t": NAMESPACE, "s": _SIE, "a": _TYPES, "x": _XADES}
_USES = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
_LIST_TYPE = "application/vnd.etsi.tsl+xml"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER_CRITERIA = {"ExtendedKeyUsage", "CertSubjectDNAttribute"}
_TRUE = {"true", "1"}
_MATCHES = ("all", "atLeastOne", "none")

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it


def content_of(root: Element, signer: str, sha256: str) -> TrustedList:
    """Give a list's content; raises ValueError where it breaks the standard."""
    scheme = _one(root, "t:SchemeInformation")
    following = _text(scheme, "t:NextUpdate/t:dateTime")
    return TrustedList(
        territory=_needed(scheme, "t:SchemeTerritory"),
        sequence=int(_needed(scheme, "t:TSLSequenceNumber")),
        issued=_moment(_needed(scheme, "t:ListIssueDateTime")),
        next_update=_moment(following) if following else None,
        operator=_name(scheme, "t:SchemeOperatorName"),
        signer=signer,
        sha256=sha256,
        services=tuple(_services(root)),
        pointers=tuple(_pointers(scheme)),
    )


def _services(root: Element) -> Iterator[Service]:
    for provider in _all(root, "t:TrustServiceProviderList/t:TrustServiceProvider"):
        name = _name(provider, "t:TSPInformation/t:TSPName")
        for one in _all(provider, "t:TSPServices/t:TSPService"):
            present = _one(one, "t:ServiceInformation")
            past = _all(one, "t:ServiceHistory/t:ServiceHistoryInstance")
            periods = tuple(_periods([present, *past]))
            if any(period.kind in set(Kind) for period in periods):
                certificates = tuple(_certificates(one))
                yield Service(name, _name(present, "t:ServiceName"), certificates, periods)


def _certificates(service: Element) -> Iterator[str]:
    """Give what identifies a service; one that is no certificate identifies nothing."""
    found = _all(service, ".//t:ServiceDigitalIdentity/t:DigitalId/t:X509Certificate")
    texts = ("".join((one.text or "").split()) for one in found)
    for text in dict.fromkeys(texts):
        try:
            certificate_of(text).subject.native  # noqa: B018 - asks whether it can be read
        except (ValueError, TypeError, binascii.Error):
            continue
        yield text


def _periods(instances: Iterable[Element]) -> Iterator[Period]:
    """Give the periods; each lasts until the next newer one begins."""
    until: datetime | None = None
    for one in sorted(instances, key=_since, reverse=True):
        yield _period(one, until)
        until = _since(one)


def _since(instance: Element) -> datetime:
    return _moment(_needed(instance, "t:StatusStartingTime"))


def _period(instance: Element, until: datetime | None) -> Period:
    uses: list[str] = []
    qualifications: list[Qualification] = []
    unknown = ""
    for extension in _all(instance, "t:ServiceInformationExtensions/t:Extension"):
        critical = extension.get("Critical") in _TRUE
        for item in extension.iterchildren(tag=etree.Element):
            try:
                known = _extension(item, uses, qualifications)
            except ValueError as problem:
                unknown = str(problem)
                continue
            if critical and not known:
                unknown = etree.QName(item).localname
    return Period(
        kind=_needed(instance, "t:ServiceTypeIdentifier"),
        status=_needed(instance, "t:ServiceStatus").rstrip("/"),
        since=_since(instance),
        until=until,
        uses=tuple(uses),
        qualifications=tuple(qualifications),
        unknown=unknown,
    )


def _extension(item: Element, uses: list[str], qualifications: list[Qualification]) -> bool:
    """Take in what an extension says; tells whether it is a known one."""
    if item.tag == f"{{{NAMESPACE}}}AdditionalServiceInformation":
        uri = _needed(item, "t:URI")
        use = uri.removeprefix(_USES)
        if use in {"ForeSignatures", "ForeSeals", "ForWebSiteAuthentication"}:
            uses.append(use)
        return True
    if item.tag == f"{{{_SIE}}}Qualifications":
        qualifications += [_qualification(one) for one in _all(item, "s:QualificationElement")]
        return True
    return bool(item.tag == f"{{{NAMESPACE}}}ExpiredCertsRevocationInfo")


def _qualification(element: Element) -> Qualification:
    uris = [one.get("uri", "") for one in _all(element, "s:Qualifiers/s:Qualifier")]
    criteria = _criteria(_one(element, "s:CriteriaList"))
    return Qualification(tuple(uri.removeprefix(_USES) for uri in uris), criteria)


def _criteria(element: Element) -> Criteria:
    known = {"KeyUsage", "PolicySet", "CriteriaList", "otherCriteriaList", "Description"}
    match = element.get("assert", "all")
    others = _all(element, "s:otherCriteriaList/*")
    children = {_local(one) for one in element.iterchildren(tag=etree.Element)}
    more = {_local(one) for one in others}
    if match not in _MATCHES or not children <= known or not more <= _OTHER_CRITERIA:
        raise ValueError(_("criteria that are not known"))
    found = Criteria(
        match=match,
        key_usage=tuple(_bits(one) for one in _all(element, "s:KeyUsage")),
        policies=tuple(_oids(one, "s:PolicyIdentifier") for one in _all(element, "s:PolicySet")),
        purposes=tuple(
            _oids(one, "a:KeyPurposeId") for one in others if _local(one) == "ExtendedKeyUsage"
        ),
        subject=tuple(
            _oids(one, "a:AttributeOID")
            for one in others
            if _local(one) == "CertSubjectDNAttribute"
        ),
        inner=tuple(_criteria(one) for one in _all(element, "s:CriteriaList")),
    )
    if found == Criteria(match):
        raise ValueError(_("criteria that are not known"))
    return found


def _bits(element: Element) -> tuple[tuple[str, bool], ...]:
    """Give names as asn1crypto has them: `nonRepudiation` is `non_repudiation` there."""
    found = _all(element, "s:KeyUsageBit")
    return tuple(
        (_CAPITAL.sub("_", bit.get("name", "")).lower(), (bit.text or "").strip() in _TRUE)
        for bit in found
    )


def _oids(element: Element, path: str) -> tuple[str, ...]:
    found = [(one.text or "").strip() for one in _all(element, f"{path}/x:Identifier")]
    if not found:
        raise ValueError(_("criteria that are not known"))
    return tuple(text.removeprefix("urn:oid:") for text in found)


def _pointers(scheme: Element) -> Iterator[Pointer]:
    """Give the pointers to other lists in XML; a list points to itself and to PDF files, too."""
    for one in _all(scheme, "t:PointersToOtherTSL/t:OtherTSLPointer"):
        information = "t:AdditionalInformation/t:OtherInformation"
        kind = _text(one, f"{information}/a:MimeType")
        territory = _text(one, f"{information}/t:SchemeTerritory")
        location = _text(one, "t:TSLLocation")
        if kind in {"", _LIST_TYPE} and territory and location:
            yield Pointer(territory, location, tuple(_certificates(one)))


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _name(element: Element, path: str) -> str:
    """Give a name in English, else in the first language."""
    found = _all(element, f"{path}/t:Name")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    chosen = [one for one in found if one.get(lang) == "en"] or found
    return " ".join((chosen[0].text or "").split()) if chosen else ""


def _all(element: Element, path: str) -> list[Element]:
    return list(element.findall(path, _NAMES))


def _one(element: Element, path: str) -> Element:
    found = element.find(path, _NAMES)
    if found is None:
        raise ValueError(_("{element} is missing").format(element=path.rpartition(":")[2]))
    return found


def _text(element: Element, path: str) -> str:
    return (element.findtext(path, "", _NAMES) or "").strip()


def _needed(element: Element, path: str) -> str:
    return _text(element, path) or (_one(element, path).text or "").strip()


def _local(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
