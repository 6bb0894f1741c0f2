"""Backups as an operator makes them: while `eakte watch` works, and put back elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sample_mail.check import expectations
from tests.acceptance.acting import Said, act
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

_LETTERS = ("02-", "03-")


def _eakte(home: Path, *arguments: str) -> Said:
    return act(home, "root", *arguments)


@pytest.mark.slow
def test_while_watch_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, dest = tmp_path / "home", str(tmp_path / "dest")
    for name in ("SETTLE", "GRACE"):
        monkeypatch.setenv(f"EAKTE_WATCHING__{name}_SECONDS", "0")
    assert run_eakte(home, "init", "--demo", "--home", str(home)).returncode == 0
    for each in expectations():
        if each.path.name.startswith(_LETTERS):
            (home / "inbox" / "poststelle" / each.path.name).write_bytes(each.path.read_bytes())
    command = [sys.executable, "-m", "eakte", "watch", "--once", "--home", str(home)]
    watch = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = []
    while watch.poll() is None or not made:
        said = _eakte(home, "backup", "create", dest, "--json")
        assert said.code == 0, said
        made.append(json.loads(said.out))
    assert watch.returncode in {0, 4}
    assert len(made) > 1
    whole = _eakte(home, "backup", "verify", dest)
    assert whole.code == 0, whole
    _restore(tmp_path / "last", dest, made[-1]["name"])
    _restore(tmp_path / "first", dest, made[0]["name"])
    new = tmp_path / "middle"
    _restore(new, dest, made[len(made) // 2]["name"])
    assert run_eakte(new, "watch", "--once").returncode in {0, 4}, "it goes on"
    lines = json.loads(_eakte(new, "status", "--all", "--json").out)
    states = {each["file"][:3]: each["state"] for each in lines}
    assert states.keys() == set(_LETTERS), "no letter is lost"
    assert set(states.values()) <= {"filed", "review"}
    assert "filed" in states.values()
    _require_valid(new)


def _restore(new: Path, dest: str, name: str) -> None:
    """Restore a backup, and look at it."""
    empty = homes.database(empty=True)
    where = ("--database", empty) if empty else ()
    said = _eakte(new, "restore", dest, str(new), "--backup", name, *where)
    assert said.code == 0, said
    assert "The old home must not run any more" in " ".join(said.out.split())
    _require_valid(new)


def _require_valid(home: Path) -> None:
    """Without any letter `verify --all` has nothing to decide (21)."""
    assert _eakte(home, "audit", "verify").code == 0
    said = _eakte(home, "verify", "--all", "--json")
    verdicts = {each["report"]["verdict"] for each in json.loads(said.out)}
    assert verdicts <= {"VALID"}, said
    assert said.code == (0 if verdicts else 21)


def test_the_commands_tell_what_they_found(home: Path, tmp_path: Path) -> None:
    dest = tmp_path / "dest"
    said = _eakte(home, "backup", "create", str(dest), "--without-keys")
    assert said.code == 0, said
    assert "Not in the backup: trust/keys" in said.out
    assert _eakte(home, "backup", "create", str(dest)).code == 0
    listed = _eakte(home, "backup", "list", str(dest))
    assert listed.code == 0
    assert "without keys" in " ".join(listed.out.split())
    assert _eakte(home, "backup", "list", str(tmp_path)).code == 5
    assert _eakte(home, "backup", "create", str(home.parent)).code == 6
    assert _eakte(home, "restore", str(dest), str(home)).code == 6
    assert _eakte(home, "backup", "prune", str(dest), "--keep", "0").code == 2
    pruned = _eakte(home, "backup", "prune", str(dest), "--keep", "1")
    assert "1 backups removed, 1 kept" in " ".join(pruned.out.split())
    (name,) = (each["name"] for each in json.loads(_list(home, dest)))
    settings = next(
        each
        for each in json.loads((dest / "backups" / f"{name}.json").read_text())["files"]
        if each["path"] == "eakte.toml"
    )
    broken = dest / "objects" / settings["sha256"][:2] / settings["sha256"][2:]
    broken.write_text("changed")
    verified = _eakte(home, "backup", "verify", str(dest))
    refused = _eakte(home, "restore", str(dest), str(tmp_path / "new"))
    assert (verified.code, refused.code) == (20, 20)
    assert str(broken) in "".join(verified.out.split("\n"))
    assert str(broken) in refused.err
    assert "eakte.toml" in refused.err
    assert not (tmp_path / "new").exists()


def _list(home: Path, dest: Path) -> str:
    return _eakte(home, "backup", "list", str(dest), "--json").out
