"""The image is built from the lists that `make setup` installs from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_DOCKERFILE = (_ROOT / "Dockerfile").read_text(encoding="utf-8")


def _pins() -> dict[str, str]:
    lines = (_ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").split()
    return {_plain(name): version for name, _, version in (line.partition("==") for line in lines)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_apt_lists_are_equal() -> None:
    wanted = (_ROOT / ".ci" / "apt-packages.txt").read_text(encoding="utf-8").split()
    block = re.search(r"apt-get install (.*?)&&", _DOCKERFILE, re.DOTALL)
    assert block is not None
    words = block[1].replace("\\", " ").split()
    assert [word for word in words if not word.startswith("-")] == wanted == sorted(wanted)


def test_both_install_the_project_with_the_same_constraints() -> None:
    setup = (_ROOT / ".ci" / "setup").read_text(encoding="utf-8")
    for text in (setup, _DOCKERFILE):
        assert text.count("--constraint .ci/constraints.txt") == 2


def test_every_requirement_is_pinned() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {_plain(re.split(r"[\[<>=~! ]", each, maxsplit=1)[0]) for each in wanted}
    assert names <= set(_pins())


def test_the_wheel_carries_definitions_and_schemas() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert set(included) == {"pipelines", "schemas"}


def test_the_top_level_is_as_the_design_card_says() -> None:
    allowed = {"eakte", "pipelines", "schemas", "sample_mail", "tests", "Dockerfile"}
    allowed |= {"pyproject.toml", "README.md", "Makefile", "LICENSE", "CHANGELOG.md"}
    present = {path.name for path in _ROOT.iterdir() if not path.name.startswith(".")}
    made = {name for name in present if name.startswith("eakte-demo")} | {"build", "dist"}
    assert present - made <= allowed
