from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from eakte.config import (
    Anchoring,
    Archive,
    Evidence,
    FileKey,
    Inbox,
    Quality,
    Reading,
    Records,
    Settings,
    TokenKey,
    TrustedListSource,
    Tsa,
    Watching,
    open_home,
    read_settings,
)
from eakte.domain.persons import Person
from eakte.errors import ConfigurationError, HomeMissingError
from eakte.resources import data_dir

_GOOD = 'organisation = "Stadt Test"\n[[inboxes]]\nfolder = "in"\nstation = "post"\n'


def _write(folder: Path, text: str) -> Path:
    file = folder / "eakte.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_is_read(tmp_path: Path) -> None:
    settings = read_settings(_write(tmp_path, _GOOD))
    assert (settings.organisation, settings.inboxes[0].station) == ("Stadt Test", "post")


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_ORGANISATION", "Stadt Anders")
    monkeypatch.setenv("EAKTE_WATCHING__SETTLE_SECONDS", "7")
    settings = read_settings(_write(tmp_path, _GOOD))
    assert (settings.organisation, settings.watching.settle_seconds) == ("Stadt Anders", 7)


@pytest.mark.parametrize(
    "text",
    [
        _GOOD + "[watching]\nsetle_seconds = 3\n",
        'colour = "red"\n' + _GOOD,
        _GOOD + "[watching]\nrescan_seconds = 0\n",
        _GOOD + "[watching]\nreserve_mb = -1\n",
        _GOOD + '[[inboxes]]\nfolder = "in"\nstation = "other"\n',
        _GOOD + '[[persons]]\naccount = "a"\nname = "A"\nroles = ["clerk"]\n',
        _GOOD + '[[persons]]\naccount = "a"\nname = "A"\nroles = ["auditor", "admin"]\n',
        _GOOD + '[[persons]]\naccount = "a"\nname = "A"\nroles = ["boss"]\n',
        _GOOD + '[[persons]]\naccount = "a"\nname = " "\nroles = ["admin"]\n',
        _GOOD + '[[persons]]\naccount = "a"\nname = "A"\nroles = ["admin"]\n' * 2,
        "organisation = ",
        "",
    ],
    ids=[
        "unknown nested key",
        "unknown key",
        "bad value",
        "bad reserve",
        "one folder twice",
        "a clerk of no office",
        "an auditor who may change things",
        "unknown role",
        "a person without a name",
        "one account twice",
        "bad TOML",
        "missing key",
    ],
)
def test_a_bad_file_refuses_the_start(tmp_path: Path, text: str) -> None:
    """Demand 60: unknown keys refuse the start."""
    file = _write(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_settings(file)
    assert str(file) in caught.value.message()


_TOKEN = _GOOD + '[seal.key]\nkind = "pkcs11"\nmodule = "/lib/hsm.so"\npin_file = "pin"\n'


def test_the_seal_key_is_one_of_three_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6: without a table it is the file in trust/; variables name files, never PINs."""
    key = read_settings(_write(tmp_path, _GOOD)).seal.key
    assert isinstance(key, FileKey)
    assert (str(key.file), str(key.pin_file)) == ("trust/keys/seal.p12", "trust/keys/seal.pin")
    monkeypatch.setenv("EAKTE_SEAL__KEY__PIN_FILE", "/run/secrets/pin")
    key = read_settings(_write(tmp_path, _TOKEN)).seal.key
    assert isinstance(key, TokenKey)
    assert (str(key.module), str(key.pin_file)) == ("/lib/hsm.so", "/run/secrets/pin")
    for wrong in (
        _TOKEN + 'pin = "4711"\n',
        _TOKEN + 'key_id = "1"\n',
        _TOKEN.replace("pkcs11", "pkcs9"),
        _TOKEN.replace("pkcs11", "csc"),
        _GOOD + "[seal.key]\n",
    ):
        with pytest.raises(ConfigurationError) as caught:
            read_settings(_write(tmp_path, wrong))
        assert "4711" not in caught.value.message()


def test_a_missing_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HomeMissingError) as caught:
        open_home(tmp_path / "nowhere")
    assert "eakte init" in caught.value.hint()


def test_the_readme_names_every_setting() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`{name}`" in readme, f"{name} is not documented"
        assert field.description


def test_a_station_has_an_inbox(tmp_path: Path) -> None:
    """Issue 3: sub-folders as stations take their settings from the inbox they are in."""
    more = '[[inboxes]]\nfolder = "many"\nstation = "many"\nstations = true\nduplex = true\n'
    settings = read_settings(_write(tmp_path, _GOOD + more))
    own, below = settings.inbox_of("post"), settings.inbox_of("many/scanner 1")
    assert own is not None
    assert not own.duplex
    assert below is not None
    assert (below.station, below.duplex) == ("many/scanner 1", True)
    assert settings.inbox_of("post/scanner 1") is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://eakte:geheim@db/eakte",
        "postgresql://:geheim@db/eakte",
        "postgresql+psycopg://eakte@db/eakte?password=geheim",
        "postgresql+psycopg://eakte@db/eakte?host=/run&password=geheim",
        "mysql://eakte@db/eakte",
    ],
)
def test_a_database_with_its_password_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(organisation="Stadt", database=url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:////srv/eakte/eakte.db",
        "postgresql+psycopg://eakte@/eakte?host=/run/postgresql",
        "postgresql://eakte@[::1]:5432/eakte?passfile=/etc/eakte/pgpass",
        "postgresql+psycopg:///?service=eakte",
    ],
)
def test_a_database_without_a_password_is_taken(url: str) -> None:
    assert Settings(organisation="Stadt", database=url).database == url


@pytest.mark.parametrize(
    ("name", "text", "section", "wanted"),
    [
        ("EAKTE_WATCHING", '{"settle_seconds": 9}', "watching", {"settle_seconds": 9.0}),
        ("eakte_watching__SETTLE_SECONDS", "9", "watching", {"settle_seconds": 9.0}),
        ("EAKTE_ORGANISATION", "[Stadt", "organisation", "[Stadt"),
        (
            "EAKTE_INBOXES",
            '[{"folder": "b", "station": "s"}]',
            "inboxes",
            ({"folder": Path("b"), "station": "s"},),
        ),
    ],
)
def test_variables_lie_over_the_file_table_by_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, section: str, wanted: Any
) -> None:
    monkeypatch.setenv(name, text)
    monkeypatch.setenv("EAKTE_LANG", "en")
    file = _write(tmp_path, _GOOD + "[watching]\nsettle_seconds = 3.0\ngrace_seconds = 4.0\n")
    settings = read_settings(file)
    expected = TypeAdapter(Settings).validate_python(
        tomllib.loads(file.read_text())
        | {section: {"grace_seconds": 4.0} | wanted if section == "watching" else wanted}
    )
    assert getattr(settings, section) == getattr(expected, section)
    assert settings.watching.grace_seconds == 4.0


def test_a_variable_with_an_unknown_part_refuses_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_WATCHING__SETLE_SECONDS", "7")
    with pytest.raises(ConfigurationError):
        read_settings(_write(tmp_path, _GOOD))


_SECTIONS = (
    *(Settings, Inbox, Watching, Reading, Archive, Quality, Evidence, Records),
    *(TrustedListSource, Tsa, Anchoring, Person),
)


@pytest.mark.parametrize("section", _SECTIONS)
def test_the_template_and_the_readme_name_every_setting(section: type[BaseModel]) -> None:
    root = Path(__file__).parents[2]
    template = (data_dir("schemas") / "home" / "eakte.toml").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    about = readme.split("## Configuration")[1].split("## Security model")[0]
    for name in section.model_fields:
        assert re.search(rf"\b{name}\b", template), f"{name} is not in the template"
        assert re.search(rf"`{name}\b", about), f"{name} is not in the README"
