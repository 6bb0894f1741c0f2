"""A seal key in a PKCS#11 token: an HSM, a smart card, or SoftHSM2 for trying it out.

One login per process, kept; a lost session is opened anew, once, with the PIN read anew from its
place. Each signature is one call under a lock. What a fork inherits is never used by the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, ObjectClass, PKCS11Error, TokenFlag
from pkcs11.exceptions import (
    NoSuchKey,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    UserAlreadyLoggedIn,
)
from pyhanko.sign.pkcs11 import select_pkcs11_signing_params
from pyhanko.sign.signers import Signer

from eakte.errors import KeyUnavailableError, PinRefusedError
from eakte.i18n import N_, _
from eakte.seal.keys import mechanism_of
from eakte.seal.links import chain_of, registry_of
from eakte.seal.pins import RefusedPins, SecretPlace

_PIN_TROUBLE = (PinIncorrect, PinInvalid, PinLenRange, PinExpired, PinLocked)
_LAST_TRY = TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED
_LONGEST_SIGNATURE = 512

T = TypeVar("T")


@dataclass(frozen=True)
class TokenPlace:
    """Which key of which token; what is empty does not restrict the choice."""

    module: Path
    token: str = ""
    serial: str = ""
    key: str = ""
    key_id: bytes = b""
    prefer_pss: bool = True
    """RSA with PSS padding; PKCS#1 v1.5 ends with 2028 (ETSI TS 119 312)."""

    @property
    def reference(self) -> str:
        """Name the key for people, logs and the memory of refused PINs."""
        parts = {"token": self.token, "serial": self.serial, "object": self.key}
        named = ";".join(f"{name}={value}" for name, value in parts.items() if value)
        identity = f";id={self.key_id.hex()}" if self.key_id else ""
        return f"pkcs11:{named}{identity}"


class TokenSealKey:
    """A key that never leaves its token; opened when made, held, and opened anew when lost."""

    networked = False

    def __init__(
        self,
        place: TokenPlace,
        pin: SecretPlace,
        refused: RefusedPins,
        known: Iterable[x509.Certificate] = (),
        certificate: x509.Certificate | None = None,
    ) -> None:
        """Log in and find key and certificate; `known` may complete the chain.

        Raises KeyUnavailableError, PinRefusedError or ConfigurationError.
        """
        self._place, self._pin, self._refused = place, pin, refused
        self._lock = threading.Lock()
        self._process = 0
        self._session: pkcs11.Session | None = None
        self._key: Any = None
        self.reference = place.reference
        with self._lock:
            session = self._opened()
            try:
                self.certificate = certificate or self._find_certificate(session)
                on_token = _certificates(session, {})
            except PKCS11Error as problem:
                raise self._unavailable(problem) from problem
        self.chain = chain_of(self.certificate, [*on_token, *known])
        self._signer = _TokenSigner(self, prefer_pss=place.prefer_pss)

    def signer(self) -> Signer:
        """Give the signer that asks the token."""
        return self._signer

    def login(self, token: pkcs11.Token) -> pkcs11.Session:
        """Open a session with the PIN: the one place where a PIN is shown to a token.

        Raises PinRefusedError.
        """
        if token.flags & _LAST_TRY:
            detail = N_("the token says that its next wrong PIN is the last, or that it is locked")
            raise PinRefusedError(reference=self.reference, detail=detail)
        pin = self._pin.read()
        with self._refused.attempt(f"{self._place.module} {token.serial.hex()}", pin):
            try:
                return self.show_pin(token, pin.get_secret_value())
            except UserAlreadyLoggedIn:  # another session of this process is
                return token.open()
            except _PIN_TROUBLE as problem:
                detail = _("the token refused the PIN ({kind})")
                kind = type(problem).__name__
                raise PinRefusedError(
                    reference=self.reference, detail=detail.format(kind=kind)
                ) from None

    def show_pin(self, token: pkcs11.Token, pin: str) -> pkcs11.Session:
        """Call C_OpenSession and C_Login."""
        return token.open(user_pin=pin)

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign data, in a new session if the old one is lost; raises KeyUnavailableError."""
        with self._lock:
            try:
                return self._sign(data, digest_algorithm)
            except PKCS11Error:
                self._forget()
            try:
                return self._sign(data, digest_algorithm)
            except PKCS11Error as problem:
                self._forget()
                raise self._unavailable(problem) from problem

    def _sign(self, data: bytes, digest_algorithm: str) -> bytes:
        self._opened()
        signer = self._signer
        algorithm = self.certificate.public_key.algorithm
        how = select_pkcs11_signing_params(
            signer.get_signature_mechanism_for_digest(digest_algorithm),
            digest_algorithm,
            use_raw_mechanism=algorithm == "ec",  # not every token hashes for ECDSA (SoftHSM2)
            sign_kwargs={},
        )
        value: bytes = self._key.sign(
            how.pre_sign_transform(data) if how.pre_sign_transform else data, **how.sign_kwargs
        )
        return how.post_sign_transform(value) if how.post_sign_transform else value

    def _opened(self) -> pkcs11.Session:
        """Give this process's session, with the key found; raises what login and tokens raise."""
        if self._session is not None and self._process == os.getpid():
            return self._session
        try:
            library = pkcs11.lib(str(self._place.module))
            if self._process not in {0, os.getpid()}:
                library.reinitialize()  # after a fork, as PKCS#11 wants it
            session = self._session_with_key(self._token(library))
        except (PKCS11Error, RuntimeError, OSError) as problem:
            raise self._unavailable(problem) from problem
        self._session, self._process = session, os.getpid()
        return session

    def _session_with_key(self, token: pkcs11.Token) -> pkcs11.Session:
        session = self.login(token)
        try:
            self._key = self._find_key(session)
        except BaseException:
            with contextlib.suppress(PKCS11Error):
                session.close()
            raise
        return session

    def _forget(self) -> None:
        """Drop a session that failed, and begin anew with the module: an HSM may have restarted."""
        session, self._session, self._key = self._session, None, None
        if session is not None and self._process == os.getpid():
            with contextlib.suppress(PKCS11Error):
                session.close()
            with contextlib.suppress(PKCS11Error):
                pkcs11.lib(str(self._place.module)).reinitialize()

    def _token(self, library: Any) -> pkcs11.Token:
        place = self._place
        found = [
            token
            for token in library.get_tokens()
            if token.flags & TokenFlag.TOKEN_INITIALIZED
            and place.token in {"", token.label}
            and place.serial in {"", token.serial.decode("ascii", "replace").strip()}
        ]
        named = ", ".join(
            f"{each.label} ({each.serial.decode('ascii', 'replace')})" for each in found
        )
        token: pkcs11.Token = self._only(found, _("tokens"), named)
        return token

    def _find_key(self, session: pkcs11.Session) -> Any:
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}
        found = list(session.get_objects({**wanted, **self._named()}))
        return self._only(found, _("keys that can sign"), _labels(found))

    def _find_certificate(self, session: pkcs11.Session) -> x509.Certificate:
        """Find it by the key's CKA_ID, which both share; by its label only if it has no id."""
        for name in (Attribute.ID, Attribute.LABEL):
            value = _attribute(self._key, name)
            if value:
                found = _certificates(session, {name: value})
                break
        else:
            found = []
        subjects = ", ".join(str(each.subject.human_friendly) for each in found)
        return self._only(found, _("certificates for the key"), subjects)

    def _named(self) -> dict[Attribute, Any]:
        wanted: dict[Attribute, Any] = {}
        if self._place.key:
            wanted[Attribute.LABEL] = self._place.key
        if self._place.key_id:
            wanted[Attribute.ID] = self._place.key_id
        return wanted

    def _only(self, found: list[T], kind: str, named: str) -> T:
        """Give the only one of them; raises KeyUnavailableError for none and for several."""
        if len(found) == 1:
            return found[0]
        none, several = (
            _("there are no {kind} of that name"),
            _("there are several {kind}: {named}"),
        )
        detail = (several if found else none).format(kind=kind, named=named)
        raise KeyUnavailableError(reference=self.reference, detail=detail)

    def _unavailable(self, problem: Exception) -> KeyUnavailableError:
        detail = f"{type(problem).__name__} {problem}".strip()
        return KeyUnavailableError(reference=self.reference, detail=detail)


class _TokenSigner(Signer):
    """pyHanko's view of a key in a token."""

    def __init__(self, key: TokenSealKey, *, prefer_pss: bool) -> None:
        self._key = key
        super().__init__(
            signing_cert=key.certificate,
            cert_registry=registry_of(key.certificate, key.chain),
            signature_mechanism=mechanism_of(key.certificate, prefer_pss=prefer_pss),
        )

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        """Give the signature value over data; in a dry run, zeros of the greatest length."""
        if dry_run:
            return bytes(_LONGEST_SIGNATURE)
        return await asyncio.to_thread(self._key.sign, data, digest_algorithm)


def _certificates(session: pkcs11.Session, named: dict[Attribute, Any]) -> list[x509.Certificate]:
    wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, **named}
    found = [x509.Certificate.load(each[Attribute.VALUE]) for each in session.get_objects(wanted)]
    return list({each.sha256: each for each in found}.values())


def _labels(found: list[Any]) -> str:
    return ", ".join(str(_attribute(each, Attribute.LABEL)) for each in found)


def _attribute(found: Any, which: Attribute) -> Any:
    with contextlib.suppress(PKCS11Error, NoSuchKey):
        return found[which]
    return None
