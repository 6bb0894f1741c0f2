"""The commands on evidence records, with their exit codes."""

from __future__ import annotations

import json

import pytest

from eakte.__main__ import _run
from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.errors import ExitCode
from eakte.pipeline.desk import Desk
from eakte.services import homes
from tests.integration.evidence_home import add_letters


@pytest.fixture
def desk(tmp_path):
    homes.create(tmp_path / "home", SystemClock(), "Stadt", demo=True)
    return Desk(open_home(tmp_path / "home"), SystemClock())


def test_the_life_of_a_record(desk, tmp_path, monkeypatch, capsys):
    letter, _other = add_letters(desk, b"Bescheid 1", b"Bescheid 2")
    record, content = tmp_path / "1.ers", tmp_path / "1.pdf"
    content.write_bytes(b"Bescheid 1")
    trust = str(desk.home.trust / "anchors")

    def run(*arguments, code=ExitCode.OK):
        monkeypatch.setattr("sys.argv", ["eakte", "evidence", *arguments])
        assert _run() == code
        return capsys.readouterr().out

    home = ("--home", str(desk.home.root))
    run("verify", letter.id, *home, code=ExitCode.INDETERMINATE)
    assert "for 2 sealed originals and 0 manifests" in run("create", *home)
    assert "Nothing to do" in run("create", *home)
    assert "2 of 2 are VALID" in run("verify", "--all", *home)
    assert "sha256" in run("show", letter.id, "--out", str(record), *home)
    assert "Nothing to do" in run("renew", *home)
    done = json.loads(run("renew", "--digest", "sha384", "--json", *home))
    assert [each["kind"] for each in done["kept"]] == ["hash-tree"]
    assert "yes" in run("verify", letter.id, "--report", str(tmp_path / "report.xml"), *home)
    assert b"total-passed" in (tmp_path / "report.xml").read_bytes()
    run("verify", letter.id, "--report", "report.doc", *home, code=ExitCode.USAGE)

    told = run("verify", str(content), "--record", str(record), "--trust", trust, "--json")
    assert json.loads(told)[0]["report"]["verdict"] == "VALID"
    content.write_bytes(b"Bescheid 3")
    apart = ("verify", str(content), "--record", str(record))
    run(*apart, "--trust", trust, code=ExitCode.INVALID)
    run(*apart, code=ExitCode.USAGE)
    run("verify", "--all", letter.id, *home, code=ExitCode.USAGE)
    run("renew", "--digest", "md4", *home, code=ExitCode.USAGE)
    run("show", "0000000000000000-1", *home, code=ExitCode.NOT_FOUND)
    letter_without = add_letters(desk, b"Bescheid 4")[0]
    run("show", letter_without.id, *home, code=ExitCode.NOT_FOUND)
