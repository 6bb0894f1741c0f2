"""Evidence records (RFC 4998): made, renewed and verified, as BSI TR-ESOR-ERS 1.3 profiles them.

The home is the seal package, not audit: an evidence record is verified by judging time-stamps.
"""

from __future__ import annotations
