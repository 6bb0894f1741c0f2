"""A PostgreSQL server for tests, from Debian's package, gone with the process that started it.

`python -m tests.tools.postgres COMMAND…` runs a command beside such a server: the variable
EAKTE_TEST_POSTGRES holds its address, and the tests then use it instead of SQLite.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

VARIABLE = "EAKTE_TEST_POSTGRES"
"""Names the SQLAlchemy URL of the server that tests use; unset: they use SQLite."""

_SETTINGS = {
    "listen_addresses": "",  # the socket in its private folder is the only way in
    "fsync": "off",  # what is lost when the machine dies is of no interest here
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
}
_SECONDS = 60


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[str]:
    """Give the SQLAlchemy URL of a server whose data is in `folder`, made unless it is there.

    It listens on a socket in that folder only, as superuser `postgres`, with the locale C.UTF-8,
    and unsafe: fsync is off. `settings` are further ones of postgresql.conf, and win. Started by
    root it runs as the user `postgres`, who must be able to reach the folder (which becomes
    theirs, mode 0700): one right below /tmp is good, those of pytest are not. The kernel stops it
    (fast shutdown) when the thread that started it ends, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    drop: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        drop = ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"
    initdb = [_program("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    if not data.exists():
        _run(["setpriv", *drop, *initdb, "--encoding=UTF8", "--locale=C.UTF-8"], folder)
    values = _SETTINGS | {"unix_socket_directories": str(folder)} | settings
    options = [part for name, value in values.items() for part in ("-c", f"{name}={value}")]
    command = ["setpriv", *drop, "--pdeathsig", "INT", _program("postgres"), "-D", data, *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(process, folder)
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_SECONDS)


def _program(name: str) -> Path:
    """Give the path of a program of the newest PostgreSQL that Debian's packages installed."""
    found = list(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise FileNotFoundError(f"{name}: the Debian package postgresql is missing")
    return max(found, key=lambda path: int(path.parts[-3]))


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when the server answers; raises RuntimeError with its log if it does not."""
    end = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError((folder / "log").read_text())


def main(command: list[str]) -> int:
    """Run a command beside a server, with its address in the variable; gives its exit code."""
    folder = Path(tempfile.mkdtemp(prefix="eakte-postgres-"))
    try:
        with server(folder) as url:
            return subprocess.run(command, env=os.environ | {VARIABLE: url}, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
