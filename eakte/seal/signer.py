"""Seal a PDF/A: PAdES, invisible, in one or two revisions that leave every earlier byte alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_signer import (
    PdfSigner,
    PdfTimeStamper,
    TimestampDSSContentSettings,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from eakte.domain.clock import Clock
from eakte.domain.levels import Reach
from eakte.domain.preservation import SealLevel
from eakte.domain.qualification import Rank
from eakte.domain.verification import OutsideEvidence
from eakte.errors import EakteError, KeyUnavailableError, SealDelayedError, SealFailedError
from eakte.i18n import N_, _
from eakte.seal import attesting, loop
from eakte.seal.archive_signer import (
    SEAL_FIELD,
    ArchiveSigner,
    end_the_line,
    metadata,
    refuse_unfit,
)
from eakte.seal.chains import Chains, UntrustedError
from eakte.seal.endpoints import Endpoint
from eakte.seal.key_facts import reach_of
from eakte.seal.keys import Pkcs12SealKey, SealKey
from eakte.seal.lists.assess import Assessor
from eakte.seal.lists.keeping import kept_lists
from eakte.seal.outside import told
from eakte.seal.reader import Reader
from eakte.seal.renewal import proof_of, renew
from eakte.seal.revocation import DemoRevocation, RevocationData, RevocationSource
from eakte.seal.timestamp import (
    Authorities,
    AuthorityFailedError,
    CheckedTimeStamper,
    DemoTimestampAuthority,
    TimestampAuthority,
)
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.writer import QuietWriter

TIMESTAMP_FIELD = "eakte-Zeitstempel"
_DIGEST = "sha256"
_ROOM_TOO_SMALL = "larger than expected"
_REFUSALS = (SigningError, UntrustedError, PathError, ValidationError, PdfError, OSError)
_QUALIFIED = {Rank.QUALIFIED_SEAL, Rank.QUALIFIED_SIGNATURE}
_UNSTEADY = N_("the time-stamp authorities fail again and again")


@dataclass(frozen=True)
class _Evidence:
    """What goes into a seal besides signatures, made anew when one of its reasons changes."""

    data: RevocationData
    authorities: tuple[bytes, ...]
    context: ValidationContext
    paths: tuple[ValidationPath, ...]


class _AnewError(Exception):
    """This attempt met a token that could not be foreseen; the next one foresees it."""


_Work = Callable[[CheckedTimeStamper], Awaitable[object]]


class Sealer:
    """Seals documents, several at a time, with a key that is opened once."""

    def __init__(
        self,
        trust_folder: Path,
        clock: Clock,
        key: SealKey | None = None,
        authority: TimestampAuthority | None = None,
        revocation: RevocationSource | None = None,
        *,
        chains: Chains | None = None,
        authorities: Authorities | None = None,
    ) -> None:
        """Open what the demo trust folder holds of the tools, unless given.

        `authorities` stand for the one `authority`; they and `revocation` share the `chains`.
        """
        self._folder = TrustFolder(trust_folder)
        self._clock = clock
        self._key = key or Pkcs12SealKey.of(self._folder, "seal")
        self._key_rest = Endpoint(self._key.reference, clock)
        self._signer: Signer = self._key.signer()
        self._chains = chains or Chains(self._folder, clock)
        self._authorities = authorities or Authorities.only(
            authority or DemoTimestampAuthority.of(self._folder, clock), self._chains, clock
        )
        self._revocation = revocation or DemoRevocation(self._folder, clock)
        self._known: _Evidence | None = None

    @property
    def reach(self) -> Reach:
        """Say which protection level (BSI TR-03138) seals reach; a demo reaches none.

        A qualified time-stamp is one of them only if each of the authorities gives such.
        """
        lists = Assessor(kept_lists(self._folder.lists), self._clock.now())
        if not lists.lists:
            return reach_of(self._key.certificate)
        listed, listed_time = loop.run(self._listed(lists))
        return reach_of(self._key.certificate, listed=listed, listed_time=listed_time)

    @property
    def networked(self) -> bool:
        """Say whether a seal needs services on the network, or is nothing but work."""
        tools = (self._key, self._authorities, self._revocation)
        return any(tool.networked for tool in tools)

    def probe(self, level: SealLevel = SealLevel.LTA) -> None:
        """Raise SealDelayedError or SealFailedError unless a seal of a level could be made now.

        Costs next to nothing while all is well, and while services are left alone after a failure.
        """
        self._require_key()
        try:
            loop.run(self._in_the_end(self._evidence) if level.has_time else self._evidence(None))
        except _REFUSALS as problem:
            raise _failure(problem) from problem

    def seal(self, pdf: Path, reason: str, out: Path, level: SealLevel = SealLevel.LTA) -> None:
        """Write the PDF with its seal, and what the level asks for, to `out`; it is never loaded.

        `reason` is part of the seal. The input's bytes stay as they are, up to a missing last
        newline. Never lowers the level: raises SealFailedError if key or input do not allow it,
        SealDelayedError if a service that it needs cannot be had now, and leaves no file then.
        Call it outside of any event loop; from several threads, while one waits for the network
        another goes on.
        """

        async def sealed(stamper: CheckedTimeStamper | None) -> None:
            await self._seal(pdf, reason, out, stamper, level)

        self._made(self._in_the_end(sealed) if level.has_time else sealed(None), out)

    def attest(self, statement: bytes) -> tuple[bytes, bytes]:
        """Give a detached signature over bytes and a time-stamp over that (eakte.seal.attesting).

        Raises SealDelayedError or SealFailedError, and keeps nothing then.
        """
        try:
            return loop.run(self._attest(statement))
        except _REFUSALS as problem:
            raise _failure(problem) from problem

    def evidence_of(self, sealed: Path) -> tuple[OutsideEvidence, ...]:
        """Ask for what a file of ours at B-B or B-T does not carry: chains, and revocation now.

        Raises SealFailedError if a certificate was revoked, SealDelayedError if that cannot be
        learned now.
        """
        try:
            return loop.run(self._evidence_of(sealed))
        except _REFUSALS as problem:
            raise _failure(problem) from problem

    def renew(self, pdf: Path, out: Path) -> None:
        """Write a sealed file with one more archive time-stamp to `out`; see eakte.seal.renewal.

        It has level B-LTA then. Raises SealFailedError if its last time-stamp (or the seal) is not
        in force any more, SealDelayedError if a service cannot be had now, and leaves no file then.
        Whether the file is VALID is asked by the caller.
        """

        async def renewed(stamper: CheckedTimeStamper) -> None:
            names = _named(stamper)
            _chains, before = await self._revocation_before(pdf)
            evidence = await self._revocation_of(stamper) + before
            now = self._clock.now()
            await renew(pdf, out, stamper, self._folder, evidence, now, TIMESTAMP_FIELD)
            _require_same(stamper, names)

        self._made(self._in_the_end(renewed), out)

    def _made(self, work: Coroutine[Any, Any, None], out: Path) -> None:
        """Do the work, or leave no file and raise SealFailedError or SealDelayedError."""
        try:
            loop.run(work)
        except _REFUSALS as problem:
            out.unlink(missing_ok=True)
            raise _failure(problem) from problem
        except EakteError:
            out.unlink(missing_ok=True)
            raise

    async def _in_the_end(self, work: _Work) -> None:
        """Do it with the first authority that works, all time-stamps by the same one.

        A token that outgrew its room (trap 11) or came with another certificate than the evidence
        is for, lets it be done once more: now both are known.
        """
        problem: Exception | None = None
        for _attempt in range(len(self._authorities) + 2):
            stamper = await self._authorities.choose()
            try:
                await work(stamper)
            except (AuthorityFailedError, _AnewError) as failure:
                problem = failure
            except SigningError as failure:
                if _ROOM_TOO_SMALL not in str(failure):
                    raise
                problem = failure
            else:
                return
        raise SealDelayedError(reason=_UNSTEADY, detail=problem)

    async def _seal(
        self,
        pdf: Path,
        reason: str,
        out: Path,
        stamper: CheckedTimeStamper | None,
        level: SealLevel,
    ) -> None:
        await asyncio.to_thread(shutil.copyfile, pdf, out)
        with out.open("r+b") as file:
            end_the_line(file)
            file.seek(0)
            writer = QuietWriter(file, prev=Reader(file))
            refuse_unfit(writer.prev)
            signer = ArchiveSigner(
                metadata(reason),
                self._signer,
                timestamper=stamper,
                new_field_spec=SigFieldSpec(SEAL_FIELD, box=None),
            )
            signer.moment = self._clock.now()
            await self._sign(signer, writer)
            await self._preserve(file, stamper, level)

    async def _sign(self, signer: PdfSigner, writer: IncrementalPdfFileWriter) -> None:
        with self._asking_key():
            await signer.async_sign_pdf(writer, in_place=True)

    @contextmanager
    def _asking_key(self) -> Iterator[None]:
        """Sign herein; a key that cannot be reached is left alone for a while, as services are."""
        self._require_key()
        try:
            yield
        except KeyUnavailableError as problem:
            self._key_rest.failed(str(problem.facts["detail"]))
            raise
        self._key_rest.worked()

    async def _attest(self, statement: bytes) -> tuple[bytes, bytes]:
        with self._asking_key():
            signature = await attesting.signed(self._signer, statement, self._clock.now())
        tokens: list[bytes] = []

        async def stamped(stamper: CheckedTimeStamper) -> None:
            tokens.append(await attesting.stamped(signature, stamper, self._chains))

        await self._in_the_end(stamped)
        return signature, tokens[-1]

    def _require_key(self) -> None:
        """Raise KeyUnavailableError while the key is left alone."""
        if self._key_rest.paused_seconds() > 0:
            raise KeyUnavailableError(
                reference=self._key.reference, detail=self._key_rest.memory().why
            )

    async def _listed(self, lists: Assessor) -> tuple[bool, bool]:
        """Say whether trusted lists call the key qualified now, and all time-stamp authorities."""
        now = self._clock.now()
        path = tuple(await self._chains.of_seal(self._key.certificate))[::-1]
        seal = lists.signature(self._key.certificate, path, now).rank
        stamps = {
            lists.timestamp(each, tuple(await self._chains.of_authority(each, ()))[::-1], now).rank
            for each in await self._authorities.certificates()
        }
        return seal in _QUALIFIED, stamps == {Rank.QUALIFIED_TIMESTAMP}

    async def _preserve(
        self, sealed: BinaryIO, stamper: CheckedTimeStamper | None, level: SealLevel
    ) -> None:
        """Append the evidence (B-LT) and a time-stamp over everything (B-LTA), in one revision.

        Revocation is asked for only now: what is older than the seal proves nothing about it once
        it has expired (EN 319 102-1 §5.6.2.2, time sliding). At lower levels it is asked for, too,
        but stands beside the file (`evidence_of`).
        """
        evidence = await self._evidence(stamper)
        sealed.seek(0)
        if level is SealLevel.LT:
            writer = QuietWriter(sealed, prev=Reader(sealed))
            DocumentSecurityStore.supply_dss_in_writer(
                writer, None, paths=evidence.paths, validation_context=evidence.context
            )
            writer.write_in_place()  # type: ignore[no-untyped-call]
        if level is SealLevel.LTA and stamper is not None:
            await PdfTimeStamper(stamper, field_name=TIMESTAMP_FIELD).async_timestamp_pdf(
                QuietWriter(sealed, prev=Reader(sealed)),
                _DIGEST,
                evidence.context,
                validation_paths=list(evidence.paths),
                in_place=True,
                dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
            )
            _require_same(stamper, evidence.authorities)

    async def _evidence(self, stamper: CheckedTimeStamper | None) -> _Evidence:
        """Give chains with revocation data for the seal and all certificates of the authority."""
        certificate = self._key.certificate
        await self._chains.of_seal(certificate)
        data = await asyncio.to_thread(self._revocation.collect, (certificate,))
        names: tuple[bytes, ...] = ()
        if stamper is not None:
            data, names = data + await self._revocation_of(stamper), _named(stamper)
        known = self._known
        if known and (known.data, known.authorities) == (data, names):
            return known
        context = sealing_context(self._folder, data, self._clock.now())
        seal = CertificateValidator(certificate, validation_context=context)
        paths = [await seal.async_validate_usage({"non_repudiation"})]  # type: ignore[no-untyped-call]
        paths += await stamper.chains_in(context) if stamper is not None else []
        self._known = _Evidence(data, names, context, tuple(paths))
        return self._known

    async def _evidence_of(self, sealed: Path) -> tuple[OutsideEvidence, ...]:
        paths, data = await self._revocation_before(sealed)
        return told((link for path in paths for link in path), data)

    async def _revocation_before(self, sealed: Path) -> tuple[list[ValidationPath], RevocationData]:
        """Collect it for what the proof in a sealed file rests on, with the chains of that."""
        ends, known = proof_of(sealed)
        paths = []
        for end in ends:
            others = (*end.others, *known)
            if end.is_authority:
                paths.append(await self._chains.of_authority(end.certificate, others))
            else:
                paths.append(await self._chains.of_seal(end.certificate))
        certificates = tuple(end.certificate for end in ends)
        return paths, await asyncio.to_thread(self._revocation.collect, certificates)

    async def _revocation_of(self, stamper: CheckedTimeStamper) -> RevocationData:
        """Collect it for an authority; one whose certificate is revoked or in doubt has failed."""
        try:
            return await asyncio.to_thread(self._revocation.collect, stamper.authorities)
        except (SealDelayedError, SealFailedError) as problem:
            raise stamper.failed(str(problem.facts["detail"])) from problem


def _named(stamper: CheckedTimeStamper) -> tuple[bytes, ...]:
    return tuple(each.sha256 for each in stamper.authorities)


def _require_same(stamper: CheckedTimeStamper, names: tuple[bytes, ...]) -> None:
    if _named(stamper) != names:
        raise _AnewError(_("the authority answers with another certificate"))


def _failure(problem: Exception) -> SealFailedError:
    return SealFailedError(detail=f"{type(problem).__name__}: {problem}")
