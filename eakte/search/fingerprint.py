"""Which analyser made an index."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from eakte.search import similar
from eakte.search.analyser import analyse
from eakte.search.vocabulary import SEED

_SAMPLE = "Widersprüche gegen Abfallgebührenbescheide, 2. März 2026, Az. 20.1-702.11/2026-0003, 5 €"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Name the analyser: an index that another one made must be built anew."""
    found = analyse(_SAMPLE)
    parts = (found.stems, found.parts, found.identifiers, sorted(found.forms))
    told = repr((*parts, SEED, similar.keys("widerspruchsbescheid")))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
