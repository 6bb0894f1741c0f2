"""Find out the facts about a signed PDF with pyHanko, offline, at a given moment."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import LocalKnowledge, SignatureValidationSpec
from pyhanko.sign.validation.status import SignatureCoverageLevel

from eakte.domain.preservation import SealLevel
from eakte.domain.verification import OutsideEvidence
from eakte.i18n import _
from eakte.seal import ades, algorithms
from eakte.seal.algorithms import Weakness
from eakte.seal.changed import changed_objects
from eakte.seal.cms_form import form_flaw
from eakte.seal.facts import Change, FileFacts, Signature, Timestamp
from eakte.seal.freshness import issuer_statements, statements
from eakte.seal.judgement import Judgement, within_life
from eakte.seal.outside import known
from eakte.seal.present import as_of
from eakte.seal.reader import Beginning, Reader
from eakte.seal.revocation import RevocationData
from eakte.seal.shape import shape_flaw
from eakte.seal.steps import Ran
from eakte.seal.structure import (
    Structure,
    bytes_after,
    container_flaw,
    length_of,
    measure,
    padding_flaw,
)
from eakte.seal.trust import STRICT_POLICY, TrustAnchors, validation_spec, whenever_said

_DAY = timedelta(days=1)
_CHANGES = {
    ModificationLevel.NONE: Change.NONE,
    ModificationLevel.LTA_UPDATES: Change.LTA_UPDATES,
}

_GENERAL = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
_END_WITHIN = 1 << 16
_RENEWED = 2  # so many document time-stamps at least


@dataclass(frozen=True)
class _File:
    """A file under examination."""

    file: BinaryIO
    reader: Reader
    spec: SignatureValidationSpec
    at: datetime
    steps: bool
    """Also the lower processes of the norm are wanted, for the report."""
    inside: LocalKnowledge
    """The evidence that the file itself carries."""
    outside: LocalKnowledge

    @cached_property
    def revocation(self) -> RevocationData:
        return ades.revocation_in(self.spec.local_knowledge)

    @cached_property
    def spec_for_archives(self) -> SignatureValidationSpec:
        """Give the rules for pyHanko's B-LTA: it takes the file's evidence from there itself."""
        return replace(self.spec, local_knowledge=self.outside)

    @property
    def seals(self) -> list[EmbeddedPdfSignature]:
        return [item for item in self.reader.embedded_signatures if not _is_stamp(item)]

    @property
    def stamps(self) -> list[EmbeddedPdfSignature]:
        return [item for item in self.reader.embedded_signatures if _is_stamp(item)]


def examine(
    path: Path,
    anchors: TrustAnchors,
    at: datetime,
    outside: Iterable[OutsideEvidence] = (),
    *,
    future: bool = False,
    steps: bool = True,
) -> FileFacts:
    """Give the facts about a file; `future` adds a validation after all certificates expired.

    `steps` adds what each process of the norm says, those included that a higher one replaces.
    `outside` evidence counts as if it stood in the file, but raises no level.

    Hostile bytes can make the libraries below raise any exception: the caller is the border.
    """
    _require_end(path)
    structure = measure(path)
    with path.open("rb") as file:
        reader, strictly = _open(file)
        inside = ades.evidence_in(reader)
        beside = known(outside)
        spec = whenever_said(validation_spec(anchors, _together(inside, beside)))
        found = _File(file, reader, spec, at, steps, inside, beside)
        with as_of(at):
            return asyncio.run(_examine(found, structure, strictly=strictly, future=future))


def _together(one: LocalKnowledge, other: LocalKnowledge) -> LocalKnowledge:
    return LocalKnowledge(
        known_certs=[*one.known_certs, *other.known_certs],
        known_crls=[*one.known_crls, *other.known_crls],
        known_ocsps=[*one.known_ocsps, *other.known_ocsps],
    )


def _require_end(path: Path) -> None:
    """Refuse a file whose end marker is far from its end: readers would look for it for minutes."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_WITHIN))
        if b"%%EOF" not in file.read():
            raise ValueError("no end marker near the end of the file")


async def _examine(file: _File, structure: Structure, *, strictly: bool, future: bool) -> FileFacts:
    facts = FileFacts(
        structure=structure,
        read_strictly=strictly,
        signatures=tuple([await _signature(file, item) for item in file.seals]),
        timestamps=tuple([stamp async for stamp in _timestamps(file)]),
        enumerated=len(file.reader.embedded_signatures),
        unreadable=tuple(file.reader.unreadable),
        last_is_timestamp=False,
        covers_file=False,
        bytes_after=0,
        container_flaw=None,
        shape_flaw=None,
        forbids_changes=False,
    )
    facts = _with_shape(_with_last(facts, file), file)
    return replace(facts, future=await _future(file)) if future and file.seals else facts


def _open(file: BinaryIO) -> tuple[Reader, bool]:
    """Read strictly, or else leniently: a damaged file may still prove that it was damaged."""
    try:
        return _read(file, strict=True), True
    except (PdfReadError, SignatureValidationError):
        return _read(file, strict=False), False


def _read(file: BinaryIO, *, strict: bool) -> Reader:
    file.seek(0)
    reader = Reader(file, strict=strict)
    for item in reader.embedded_signatures:
        item.compute_integrity_info(diff_policy=STRICT_POLICY)  # type: ignore[no-untyped-call]
    return reader


def _with_last(facts: FileFacts, file: _File) -> FileFacts:
    """Add what the last signature or time-stamp says about the whole file."""
    if not file.reader.embedded_signatures:
        return facts
    last = file.reader.embedded_signatures[-1]
    byte_range = [int(number) for number in last.byte_range]
    known_inside = {certificate.dump() for certificate in file.inside.known_certs}
    flaw = _padding(file)
    if flaw is None and _is_stamp(last):
        flaw = container_flaw(file.file, byte_range, last.pkcs7_content, known_inside)
    elif flaw is None:
        flaw = _loose_part(facts, last)
    return replace(
        facts,
        last_is_timestamp=_is_stamp(last),
        covers_file=last.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        bytes_after=bytes_after(file.file.seek(0, io.SEEK_END), byte_range),
        container_flaw=flaw,
    )


def _loose_part(facts: FileFacts, last: EmbeddedPdfSignature) -> str | None:
    """Look into a signature that no time-stamp covers, as into one that comes in its own file."""
    judgements = [one.judgement for one in facts.signatures]
    judgements += [one.judgement for one in facts.timestamps]
    known = {link.dump() for judgement in judgements for link in judgement.chain}
    encoded = last.pkcs7_content
    return form_flaw(encoded[: length_of(encoded)], 0, known)


def _padding(file: _File) -> str | None:
    """Look into the other containers: a time-stamp after them covers what nobody signed, too."""
    for item in file.reader.embedded_signatures:
        byte_range = [int(number) for number in item.byte_range]
        if flaw := padding_flaw(file.file, byte_range, item.pkcs7_content):
            return flaw
    return None


def _with_shape(facts: FileFacts, file: _File) -> FileFacts:
    """Add what stands behind the first seal."""
    if not file.seals:
        return facts
    seal = file.seals[0]
    start, length = (int(number) for number in list(seal.byte_range)[2:])
    flaw = shape_flaw(file.file, start + length)
    named = [
        replace(one, changed=changed_objects(file.reader, item))
        if flaw or one.change is Change.OTHER
        else one
        for one, item in zip(facts.signatures, file.seals, strict=True)
    ]
    return replace(
        facts,
        signatures=tuple(named),
        shape_flaw=flaw,
        forbids_changes=seal.docmdp_level is MDPPerm.NO_CHANGES,
    )


async def _signature(file: _File, item: EmbeddedPdfSignature) -> Signature:
    level = _level(file, item)
    change, detail = _change(item)
    first, until = _as_first_preserved(file, item)
    with as_of(until):
        known_there = level is SealLevel.LTA and first is item
        spec = file.spec_for_archives if known_there else file.spec
        judgement = await ades.judge_signature(first, level, spec, until)
    weak = _weak_signature(file, item, judgement)
    judgement = within_life(judgement, item.signer_cert, file.at)
    judged = algorithms.constrained(_with_reason(judgement, file), weak)
    return Signature(
        field=str(item.field_name),
        level=level,
        signer=item.signer_cert,
        judgement=judged,
        permitted=bool(item.summarise_integrity_info()["docmdp_ok"]),
        change=change,
        change_detail=detail,
        statements=statements(judgement.chain, file.revocation),
        issuers=issuer_statements(judgement.chain, file.revocation),
        ran=await _ran(file, item, level, judged) if file.steps else None,
        weak=tuple(weak),
    )


def _as_first_preserved(
    file: _File, item: EmbeddedPdfSignature
) -> tuple[EmbeddedPdfSignature, datetime]:
    """Give a signature as it stood under its first document time-stamp, and until when that counts.

    A renewed time-stamp proves what was there before it, evidence included. So a signature is
    judged at the moment of the first renewal, as each time-stamp is at that of the next one:
    pyHanko gives up when a CA in the chain has expired since (EN 319 102-1 §5.6.3 does not).
    """
    later = _later_stamps(file, item)
    if len(later) < _RENEWED:
        return item, file.at
    start, length = (int(number) for number in list(later[0].byte_range)[2:])
    reader = Reader(io.BufferedReader(Beginning(file.file, start + length)))
    (same,) = [
        one
        for one in reader.embedded_signatures
        if (one.field_name, one.pkcs7_content) == (item.field_name, item.pkcs7_content)
    ]
    same.compute_integrity_info(diff_policy=STRICT_POLICY)  # type: ignore[no-untyped-call]
    return same, min(_gen_time(later[1].signed_data), file.at)


def _later_stamps(file: _File, item: EmbeddedPdfSignature) -> list[EmbeddedPdfSignature]:
    return [stamp for stamp in file.stamps if stamp.signed_revision > item.signed_revision]


async def _ran(file: _File, item: EmbeddedPdfSignature, level: SealLevel, last: Judgement) -> Ran:
    """Give what the lower processes say, too; the highest one has judged already."""
    if level is SealLevel.B:
        return Ran(last, None, None)
    basic = await ades.judge_lower(item, file.spec, file.at, timed=False)
    if level is not SealLevel.LTA:
        return Ran(basic, last, None)
    stamped = any(True for _token in _tokens(item))
    timed = await ades.judge_lower(item, file.spec, file.at, timed=True) if stamped else None
    return Ran(basic, timed, last)


def _with_reason(judgement: Judgement, file: _File) -> Judgement:
    """Say TRY_LATER where pyHanko stumbles because the file says nothing about revocation."""
    known = file.revocation
    if judgement.sub_indication != _GENERAL or known.lists or known.answers:
        return judgement
    detail = _("the store of evidence (DSS) holds nothing about revocation")
    return replace(judgement, sub_indication="TRY_LATER", detail=detail)


def _weak_signature(
    file: _File, item: EmbeddedPdfSignature, judgement: Judgement
) -> list[Weakness]:
    """Hold a signature against the policy as of its proof, and its chain as of its archive's."""
    since = judgement.best_time or file.at
    later = _later_stamps(file, item)
    kept = _gen_time(later[0].signed_data) if later else file.at
    used = algorithms.used_by_signer(item.signer_info, item.signer_cert)
    links = algorithms.used_by_chain(judgement.chain)
    return [
        *algorithms.weaknesses(used, since, proven=since < file.at),
        *algorithms.weaknesses(links, kept, proven=kept < file.at),
    ]


def _level(file: _File, item: EmbeddedPdfSignature) -> SealLevel:
    if any(stamp.signed_revision > item.signed_revision for stamp in file.stamps):
        return SealLevel.LTA
    if not list(_tokens(item)):
        return SealLevel.B
    has_evidence = file.inside.known_crls or file.inside.known_ocsps
    return SealLevel.LT if has_evidence else SealLevel.T


def _change(item: EmbeddedPdfSignature) -> tuple[Change, str]:
    result = item.diff_result
    if isinstance(result, DiffResult):
        level = result.modification_level
        return _CHANGES.get(level, Change.OTHER), level.name
    detail = str(result) if isinstance(result, SuspiciousModification) else ""
    return Change.OTHER, detail


async def _timestamps(file: _File) -> AsyncIterator[Timestamp]:
    """Give every time-stamp; each is judged at the moment when its successor took over."""
    starts = [_gen_time(stamp.signed_data) for stamp in file.stamps]
    for seal in file.seals:
        for token in _tokens(seal):
            until = starts[0] if starts else file.at
            imprint = generic_cms.message_imprint_checker(seal.signer_info)
            judgement = await ades.judge_token(token, imprint, file.spec, until)
            yield _timestamp(file, token, seal, until, judgement)
    for stamp, until in zip(file.stamps, [*starts[1:], file.at], strict=False):
        judgement = await ades.judge_token(
            stamp.signed_data, stamp.compute_digest, file.spec, until
        )
        yield _timestamp(file, stamp.signed_data, stamp, until, judgement)


def _timestamp(
    file: _File,
    token: cms.SignedData,
    owner: EmbeddedPdfSignature,
    until: datetime,
    judgement: Judgement,
) -> Timestamp:
    authority = generic_cms.extract_certs_for_validation(token).signer_cert
    used = algorithms.used_by_token(token, authority)
    used += algorithms.used_by_chain(judgement.chain)
    weak = algorithms.weaknesses(used, until, proven=until < file.at)
    return Timestamp(
        field=str(owner.field_name),
        kind="document" if _is_stamp(owner) else "signature",
        time=_gen_time(token),
        held_until=until,
        authority=authority,
        judgement=algorithms.constrained(judgement, weak),
        change=_change(owner)[0],
        statements=statements(judgement.chain, file.revocation),
        issuers=issuer_statements(judgement.chain, file.revocation),
        weak=tuple(weak),
    )


async def _future(file: _File) -> Judgement:
    """Simulate the day after the last of these certificates expired, time-stamps well renewed."""
    expiries = [item.signer_cert.not_valid_after for item in file.reader.embedded_signatures]
    then = max(expiries) + _DAY
    return await ades.judge_in_future(file.seals[0], file.spec_for_archives, file.at, then)


def _tokens(item: EmbeddedPdfSignature) -> Iterator[cms.SignedData]:
    signer = extract_signer_info(item.signed_data)
    yield from generic_cms.extract_tst_data_iter(signer, signed=False)


def _gen_time(token: cms.SignedData) -> datetime:
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _is_stamp(item: EmbeddedPdfSignature) -> bool:
    return bool(item.sig_object_type == "/DocTimeStamp")
