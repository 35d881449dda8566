"""pyproject.toml holds the ranges, the lock file the versions, environment.yml the same direct dependencies."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", LOCK, flags=re.MULTILINE)
}


def requirements(lines):
    return {canonicalize_name(each.name): each.specifier for each in map(Requirement, lines)}


def test_conda_users_get_the_same_ranges():
    listed = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    plain = [each.replace("pandera-pandas", "pandera") for each in listed if isinstance(each, str)]
    conda = requirements(plain)
    assert conda.pop("python") == PROJECT["requires-python"]
    conda.pop("pip")
    assert conda == requirements(PROJECT["dependencies"])


@pytest.mark.parametrize("group", [None, *PROJECT["optional-dependencies"]])
def test_the_lock_file_has_a_version_in_each_range(group):
    wanted = PROJECT["optional-dependencies"][group] if group else PROJECT["dependencies"]
    for name, specifier in requirements(wanted).items():
        assert LOCKED[name] in specifier, name


def test_the_lock_file_has_hashes_and_no_address():
    assert "://" not in LOCK
    assert "--hash=sha256:" in LOCK
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert all("--hash=" in entry for entry in entries)
