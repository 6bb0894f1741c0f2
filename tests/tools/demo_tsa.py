"""`make demo-tsa`: the demo with time-stamps, OCSP and a revocation list over HTTP on loopback.

`python -m tests.tools.demo_tsa [HOME]`; the services' own folder is HOME-services.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eakte.domain.clock import SystemClock
from eakte.errors import ExitCode
from eakte.services import homes
from sample_mail import demo
from tests.tools.authorities import join, serving_apart


def main(home: Path) -> ExitCode:
    """Make the home, unless it is there, and run the demo while the services answer."""
    services = home.with_name(f"{home.name}-services")
    new = not (home / "eakte.toml").is_file()
    with serving_apart(services) as tsa:
        if new:
            homes.create(home, SystemClock(), "Stadt Neuenfurt", demo=True)
            join(services, home, tsa)
            demo._fix_chance(home / "eakte.toml")
        return demo.main(home)


if __name__ == "__main__":
    os.umask(0o077)
    raise SystemExit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "eakte-demo-tsa").absolute()))
