"""The demo with time-stamps, OCSP and a revocation list over HTTP, from a process on loopback.

`python -m tests.tools.demo_tsa [--key file|hsm|csc] [HOME]` for `make demo-tsa`, `make demo-hsm`
and `make demo-csc`; the services' own folder is HOME-services.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from eakte.domain.clock import SystemClock
from eakte.errors import ExitCode
from eakte.services import homes
from sample_mail import demo, demo_keys
from sample_mail.demo_keys import KeyKind
from tests.tools.authorities import join, make_pki, serving_apart, tsa_of


def main(home: Path, kind: KeyKind, letters: int | None = None) -> ExitCode:
    """Make the home, unless it is there, and run the demo while the services answer."""
    services = home.with_name(f"{home.name}-services")

    def certify(home, key):
        make_pki(services, seal_key=key)
        join(services, home, tsa_of(services))
        certificates = home / "trust" / "certificates"
        return certificates / "seal.pem", certificates / "issuing.pem"

    if not (home / "eakte.toml").is_file():
        homes.create(home, SystemClock(), "Stadt Neuenfurt", demo=True)
        demo.fix_chance(home / "eakte.toml")
        demo_keys.prepare(home, kind, certify)
    with serving_apart(services):
        return demo.main(home, kind, letters)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", nargs="?", type=Path, default=Path("eakte-demo-tsa"))
    parser.add_argument("--key", type=KeyKind, choices=tuple(KeyKind), default=KeyKind.FILE)
    parser.add_argument("--letters", type=int, help="the first so many sample letters only")
    return parser.parse_args()


if __name__ == "__main__":
    os.umask(0o077)
    given = _arguments()
    raise SystemExit(main(given.home.absolute(), given.key, given.letters))
