"""The present of a verification: where pyHanko asks the machine's clock, it gets that moment.

pyHanko's validation of the past (EN 319 102-1 §5.6.2) slides back from `datetime.now()`, whatever
moment it was asked about, and then validates the whole path anew at the moment where it came to
rest. So a verdict as of another day would mix two presents; and a path whose certificate expired
while what is said about its revocation still counted as fresh would never pass, since the slide
rests after its expiry. Here it begins at the moment of the verification, or when the first
certificate of the path expired: what came later proves nothing about it.

And the certificates of OCSP responders end after weeks, while their answers must speak for years:
within the block one that need not be checked for revocation (id-pkix-ocsp-nocheck) is held against
the moment of its answer, as `eakte.seal.freshness` does, which also asks how old that may be.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.sign.validation import ades
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.ltv import ades_past
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo import validate_ocsp
from pyhanko_certvalidator.revinfo.archival import OCSPContainer

_present: ContextVar[datetime | None] = ContextVar("present", default=None)


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Let this be the present for pyHanko, within the block."""
    token = _present.set(moment)
    try:
        yield
    finally:
        _present.reset(token)


_past_validate, _begin = ades_past.past_validate, POEManager.__init__
_authorised = validate_ocsp._check_ocsp_authorisation  # noqa: SLF001 - no port for it


@functools.wraps(_past_validate)
async def _from_present(path: ValidationPath, *args: Any, **kwargs: Any) -> datetime:
    begin = kwargs.get("init_control_time") or _present.get()
    if begin is not None:
        ends = (link.not_valid_after for link in path.iter_certs(include_root=False))
        kwargs["init_control_time"] = min([begin, *ends])
    return await _past_validate(path, *args, **kwargs)


@functools.wraps(_begin)
def _begun(self: POEManager, current_dt_override: datetime | None = None) -> None:
    _begin(self, current_dt_override or _present.get())


@functools.wraps(_authorised)
async def _as_of_answer(
    responder_cert: x509.Certificate,
    *,
    ocsp_response: OCSPContainer,
    validation_context: ValidationContext,
    **kwargs: Any,
) -> bool:
    made, context = ocsp_response.issuance_date, validation_context
    checked = responder_cert.ocsp_no_check_value is None
    if _present.get() is not None and not checked and made and made < context.moment:
        context = copy.copy(validation_context)
        info = replace(context.timing_params.timing_info, validation_time=made)
        context.timing_params = replace(context.timing_params, timing_info=info)
    return await _authorised(
        responder_cert,
        ocsp_response=ocsp_response,
        validation_context=context,
        **kwargs,
    )


ades.__dict__["past_validate"] = _from_present
validate_ocsp.__dict__["_check_ocsp_authorisation"] = _as_of_answer
POEManager.__init__ = _begun  # type: ignore[method-assign]
