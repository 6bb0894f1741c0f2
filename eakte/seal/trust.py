"""Whom we trust, and pyHanko's settings made of it: nothing here ever asks the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo
from cryptography import x509
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule, MetadataUpdateRule
from pyhanko.sign.diff_analysis.rules_api import QualifiedWhitelistRule
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.fetchers import FetcherBackend, Fetchers
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    AcceptAllAlgorithms,
    CertRevTrustPolicy,
    FreshnessReqType,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from eakte.errors import ConfigurationError
from eakte.i18n import _
from eakte.seal.keys import as_asn1
from eakte.seal.lists.keeping import Kept, kept_lists
from eakte.seal.revocation import RevocationData
from eakte.seal.trust_folder import TrustFolder

_ANY_ALGORITHM = CMSAlgorithmUsagePolicy.lift_policy(AcceptAllAlgorithms())
"""Which algorithms are believed, and when, is decided in `eakte.seal.algorithms`."""

_CENTURY = timedelta(days=100 * 365)

_SUFFIXES = {".pem", ".crt", ".cer"}


@dataclass(frozen=True)
class TrustAnchors:
    """The root certificates a verification believes in, and nothing besides them."""

    source: Path
    certificates: tuple[asn1_x509.Certificate, ...]
    lists: tuple[Kept, ...] = ()
    """Trusted lists: what they say of a certificate is a second answer, and anchors nothing."""

    @classmethod
    def load(cls, source: Path) -> TrustAnchors:
        """Read a PEM file, a folder of PEM files, or the anchors of a trust folder.

        Raises ConfigurationError if there is no certificate to be found.
        """
        found = cls.load_any(source)
        if not found.certificates:
            raise ConfigurationError(path=source, detail=_("it holds no trust anchor (PEM)"))
        return found

    @classmethod
    def load_any(cls, source: Path) -> TrustAnchors:
        """Do as `load`, but give no certificates where there are none: nobody is trusted then.

        Raises ConfigurationError for a file that is there and cannot be read.
        """
        folder = TrustFolder(source).anchors if TrustFolder(source).anchors.is_dir() else source
        certificates = tuple(load_certificates(folder)) if folder.exists() else ()
        return cls(source, certificates, kept_lists(TrustFolder(source).lists))

    @classmethod
    def load_several(cls, sources: tuple[Path, ...]) -> TrustAnchors:
        """Do as `load` for each of several sources, and believe in all of them together.

        Raises ConfigurationError if one of them holds no certificate, or if there are none.
        """
        found = [cls.load(source) for source in sources]
        if not found:
            raise ConfigurationError(path=Path(), detail=_("it holds no trust anchor (PEM)"))
        together = {one.dump(): one for each in found for one in each.certificates}
        lists = dict.fromkeys(one for each in found for one in each.lists)
        return cls(sources[0], tuple(together.values()), tuple(lists))

    def describe(self) -> str:
        """Name the anchors for a report, with what tells them from others of the same name."""
        if not self.certificates:
            return _("no trust anchor")
        return "; ".join(
            f"{anchor.subject.human_friendly} (SHA-256 {_fingerprint(anchor)})"
            for anchor in self.certificates
        )


def _fingerprint(certificate: asn1_x509.Certificate) -> str:
    """Give the whole SHA-256 of a certificate in groups of four, to be compared by eye."""
    digest = certificate.sha256.hex()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def load_certificates(source: Path) -> Iterable[asn1_x509.Certificate]:
    """Give the certificates of a PEM file, or of all PEM files in a folder, by file name."""
    try:
        found = sorted(source.iterdir()) if source.is_dir() else [source]
        for path in found:
            if path == source or path.suffix in _SUFFIXES:
                yield from map(as_asn1, x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as problem:
        raise ConfigurationError(path=source, detail=problem) from problem


def sealing_context(
    folder: TrustFolder, evidence: RevocationData, moment: datetime, revocation: str = "require"
) -> ValidationContext:
    """Give what pyHanko needs to collect the evidence of a seal: chains and revocation data.

    `revocation` is "soft-fail" where only a chain is wanted, and its evidence comes later.
    """
    return ValidationContext(
        trust_roots=list(load_certificates(folder.anchors)),
        other_certs=list(load_certificates(folder.certificates)),
        crls=evidence.lists,
        ocsps=evidence.answers,
        moment=moment,
        allow_fetching=False,
        revocation_mode=revocation,
    )


def validation_spec(
    anchors: TrustAnchors, knowledge: LocalKnowledge | None = None
) -> SignatureValidationSpec:
    """Give the rules of a verification: revocation must be known, the network is never asked."""
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(anchors.certificates)),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        algorithm_usage_policy=_ANY_ALGORITHM,
        signature_validator=_EachOnce(),
    )
    offline = RevocationInfoGatheringSpec(
        online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
        certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
        fetcher_backend=_NoNetwork(),
    )
    return SignatureValidationSpec(
        cert_validation_policy=policy,
        revinfo_gathering_policy=offline,
        local_knowledge=knowledge or LocalKnowledge(),
        signature_algorithm_policy=_ANY_ALGORITHM,
    )


def whenever_said(spec: SignatureValidationSpec) -> SignatureValidationSpec:
    """Let revocation data count however long ago they were said: answers of CAs run out in days.

    For a caller who holds them against the moment of the seal instead (EN 319 102-1 §5.2.5.4 leaves
    that to the policy), as the checks of PDF files do.
    """
    rule = CertRevTrustPolicy(
        REQUIRE_REVINFO,
        freshness=_CENTURY,
        freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
    )
    policy = replace(spec.cert_validation_policy, revinfo_policy=rule)
    return replace(spec, cert_validation_policy=policy)


class _EachOnce(DefaultSignatureValidator):
    """Computes each signature on certificates and revocation data once in a verification.

    pyHanko builds the same chains for a seal, its time-stamps and its future: six times. Only
    what was good is remembered, by every byte that it depends on.
    """

    def __init__(self) -> None:
        self._good = set[tuple[bytes, bytes, bytes, bytes, SignatureValidationContext]]()

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raise InvalidSignature and others as pyHanko's own does."""
        key, algorithm = public_key_info.dump(), signature_algorithm.dump()
        asked = (signature, signed_data, key, algorithm, context)
        if asked not in self._good:
            super().validate_signature(
                signature, signed_data, public_key_info, signature_algorithm, context
            )
            self._good.add(asked)


class _NoNetwork(FetcherBackend):
    """Stands where a fetcher could: pyHanko would otherwise make a real one, if unused."""

    def get_fetchers(self) -> Fetchers:
        raise AssertionError(_("a verification must never ask the network"))


class _StrictPolicy(StandardDiffPolicy):
    """Compares revisions; what makes pyHanko stumble is a change that cannot be classified."""

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        """Do as pyHanko does; a builtin exception (trap 8) becomes its SuspiciousModification."""
        try:
            return super().review_file(reader, base_revision, field_mdp_spec, doc_mdp)
        except (LookupError, ValueError, TypeError, AttributeError, AssertionError) as problem:
            return SuspiciousModification(f"{type(problem).__name__}: {problem}")


def _strict_policy() -> StandardDiffPolicy:
    """Give pyHanko's rules without those that wave through changed /Info and XMP (trap 2)."""
    rules = [rule for rule in DEFAULT_DIFF_POLICY.global_rules if not _is_about_metadata(rule)]
    return _StrictPolicy(global_rules=rules, form_rule=DEFAULT_DIFF_POLICY.form_rule)


def _is_about_metadata(rule: QualifiedWhitelistRule) -> bool:
    inner = getattr(rule, "rule", rule)
    return isinstance(inner, DocInfoRule | MetadataUpdateRule)


STRICT_POLICY = _strict_policy()
"""Which changes after a seal of ours are harmless: evidence and time-stamps, nothing else."""
