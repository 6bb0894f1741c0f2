"""Sealing and verifying: PAdES B-LTA with our key, and the verdict about any sealed file.

The only home of pyHanko and of private keys. `signer.Sealer` seals, `verify.verify` judges,
`demo_pki.create_demo_trust` makes a trust folder for trying it out.
"""

from __future__ import annotations

import logging

from eakte.seal import asn1_lengths, asn1_names, hex_strings

# pyHanko logs every failed path with a traceback; what matters of it is in our reports.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL + 1)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL + 1)

asn1_lengths.correct()
asn1_names.remember()
hex_strings.quicken()
