from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eakte.errors import ConfigurationError
from eakte.pipeline.definition import load_definitions
from eakte.resources import data_dir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(data_dir("pipelines"), tmp_path / "pipelines")
    return tmp_path / "pipelines"


def test_the_shipped_definitions_load(folder: Path) -> None:
    definitions = load_definitions(folder)
    assert set(definitions.pipelines) == {"posteingang", "rechnungseingang", "gemeinderat"}
    assert len(definitions.classes) >= 14
    assert definitions.pipeline("gemeinderat").release.classes == ()


def test_the_digest_follows_every_change(folder: Path) -> None:
    before = load_definitions(folder).digest
    file = folder / "posteingang.toml"
    file.write_text(file.read_text().replace("0.80", "0.81"))
    assert load_definitions(folder).digest != before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "posteingang"', 'name = "posteingang"\ncolour = "red"', "colour"),
        ("[release]", "[release]\norder = 1", "release.order"),
        ('"blank_page"', '"blonk_page"', "hold.3"),
        ("min_confidence = 0.80", 'min_confidence = "high"', "min_confidence"),
        ('"widerspruch", ', '"no_such_class", ', "no_such_class"),
        ("[release]", "[release", "line"),
    ],
)
def test_a_mistake_is_named_with_its_file(folder: Path, old: str, new: str, told: str) -> None:
    file = folder / "posteingang.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        load_definitions(folder)
    assert "posteingang.toml" in caught.value.message()
    assert told in caught.value.message()


def test_an_unknown_pipeline_is_named(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="nirgends"):
        load_definitions(folder).pipeline("nirgends")


@pytest.mark.parametrize(("pattern", "told"), [("(a+)+b", "repeats"), ("(", "unterminated")])
def test_a_pattern_that_could_take_for_ever_is_refused(
    folder: Path, pattern: str, told: str
) -> None:
    file = folder / "classes" / "mahnung.toml"
    file.write_text(f"{file.read_text()}\n[[rules]]\nname = 'Langsam'\npattern = '{pattern}'\n")
    with pytest.raises(ConfigurationError, match=told) as caught:
        load_definitions(folder)
    assert "mahnung.toml" in caught.value.message()
    assert "Langsam" in caught.value.message()
