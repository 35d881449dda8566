"""The parts of the site, each held against a hash that was known before it came."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from wheels import Part, described, licence_of, packed, wheel

from carec_digital_trade.errors import InputError
from carec_digital_trade.importers.download import Patience, download

HERE = Path(__file__).parent
PARTS: dict[str, Any] = tomllib.loads((HERE / "parts.toml").read_text(encoding="utf-8"))
STAND_IN = HERE / "pydantic_core"
"""The compiled part of pydantic-core in plain Python."""
LOCK = HERE.parent / "requirements.lock"
PATIENCE = Patience(attempts=3)
LARGEST = 100_000_000
"""Bytes of a file of the release, at most."""


def checked(data: bytes, sha256: str, what: str) -> bytes:
    """Return a file's content if it is the one that was meant.

    Parameters
    ----------
    data : bytes
        What came.
    sha256 : str
        Hash of what should come.
    what : str
        Its name, for the sentence.

    Returns
    -------
    bytes
        The same.

    Raises
    ------
    InputError
        If it is another file.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise InputError(f"{what} is not the file that was published: its sha256 is {found}, expected {sha256}")
    return data


def official() -> dict[str, Any]:
    """Return the list of packages that the release of Pyodide was published with, as it was published."""
    data = (HERE / "pyodide-lock.json").read_bytes()
    return json.loads(checked(data, PARTS["pyodide"]["lock"], "lite/pyodide-lock.json"))


def source(given: str | None, downloads: Path) -> Callable[[str], bytes]:
    """Return what reads a file of the release by its name.

    Parameters
    ----------
    given : str or None
        A folder with the release, its address, or None for the carrier from the package index.
    downloads : pathlib.Path
        Folder for what the index gives.

    Returns
    -------
    callable
        Name to content, which is not checked yet.

    Raises
    ------
    InputError
        If there is no such folder; what reads raises it where the folder lacks a file, and `DataError` where the
        address does not send it.
    """
    if given is None:
        carrier = zipfile.ZipFile(BytesIO(indexed(PARTS["index"]["carrier"], downloads)))
        return lambda name: carrier.read(PARTS["index"]["carries"] + name)
    if re.match("https?://", given):
        return lambda name: _fetched(f"{given.rstrip('/')}/{name}", downloads)
    _in_folder(Path(given), "pyodide.js")
    return lambda name: _in_folder(Path(given), name)


def indexed(requirement: str, downloads: Path) -> bytes:
    """Return a wheel of the package index, downloaded once.

    Parameters
    ----------
    requirement : str
        Name, version and hash, as in a requirements file.
    downloads : pathlib.Path
        Folder that keeps it.

    Returns
    -------
    bytes
        The wheel, checked.

    Raises
    ------
    InputError
        If it cannot be had, or is another file.
    """
    name, version, sha256 = re.fullmatch(r"(.+)==(.+) --hash=sha256:(\w+)", requirement).groups()
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    downloads.mkdir(parents=True, exist_ok=True)
    if not any(downloads.glob(pattern)):
        wanted = downloads / "wanted.txt"
        wanted.write_text(requirement, encoding="ascii")
        index = PARTS["index"]
        asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        asked += ["--platform", index["platform"], "--python-version", index["python"]]
        done = subprocess.run([*asked, "--require-hashes", "-r", wanted, "-d", downloads], check=False)
        if done.returncode:
            raise InputError(f"{name} {version} could not be had from the package index, as pip says above")
    return checked(next(downloads.glob(pattern)).read_bytes(), sha256, f"the wheel of {name} {version}")


def of_pyodide(read: Callable[[str], bytes]) -> Iterator[Part]:
    """Take the interpreter and the packages of the release.

    Parameters
    ----------
    read : callable
        As from `source`.

    Yields
    ------
    Part
        Checked against the release's own list.

    Raises
    ------
    InputError
        If a file is another one.
    """
    about = PARTS["pyodide"]
    release = f"Pyodide {about['version']}"
    for file, sha256 in about["core"].items():
        data = checked(read(file), sha256, file)
        yield Part("pyodide", about["version"], about["licence"], file, data, release)
    packages = official()["packages"]
    wanted = list(about["packages"])
    for name in wanted:
        entry = packages[name]
        wanted += [each for each in map(canonicalize_name, entry["depends"]) if each not in wanted]
        data = checked(read(entry["file_name"]), entry["sha256"], entry["file_name"])
        licence = about["licences"].get(name) or licence_of(described(data))
        own = (name, entry["version"], licence, entry["file_name"], data, release)
        yield Part(*own, tuple(entry["imports"]), tuple(entry["depends"]))


def of_the_index(downloads: Path) -> Iterator[Part]:
    """Take the wheels that the package index has for this platform.

    Parameters
    ----------
    downloads : pathlib.Path
        Folder that keeps them.

    Yields
    ------
    Part
        Checked against the hash in ``parts.toml``.
    """
    for requirement in PARTS["index"]["ship"]:
        name, version, _ = re.split("==| ", requirement, maxsplit=2)
        file = f"{name}-{version}-cp312-cp312-{PARTS['index']['platform']}.whl"
        yield wheel(indexed(requirement, downloads), file, "package index")


def installed() -> Iterator[Part]:
    """Pack what is Python in installed packages, checked against their own lists of files.

    Yields
    ------
    Part
        In the version of ``requirements.lock``.

    Raises
    ------
    InputError
        If another version is installed, or a file was changed.
    """
    for name in PARTS["installed"]["packages"]:
        found = metadata.distribution(name)
        locked(found)
        files = {str(path): recorded(found, path) for path in found.files or () if _ships(str(path))}
        if name == "pydantic-core":
            files |= {f"pydantic_core/{path.name}": path.read_bytes() for path in STAND_IN.glob("*.py")}
        file = f"{name.replace('-', '_')}-{found.version}-py3-none-any.whl"
        yield wheel(packed(files), file, "requirements.lock, without compiled code")


def of_the_kernel() -> Iterator[Part]:
    """Take the wheels that the kernel for JupyterLite brings.

    Yields
    ------
    Part
        Checked against the list of files of ``jupyterlite-pyodide-kernel``.
    """
    found = metadata.distribution("jupyterlite-pyodide-kernel")
    locked(found)
    for path in found.files or ():
        if path.suffix == ".whl" and path.name.startswith(tuple(PARTS["installed"]["kernel"])):
            yield wheel(recorded(found, path), path.name, f"jupyterlite-pyodide-kernel {found.version}")


def _ships(path: str) -> bool:
    inside = not path.startswith("..") and "__pycache__" not in path and not path.endswith((".so", ".pyd", ".pyi"))
    kept = not any(part in path for part in PARTS["installed"]["without"])
    return inside and kept and not path.endswith(("/RECORD", "/INSTALLER", "/REQUESTED", "/direct_url.json"))


def locked(found: metadata.Distribution) -> None:
    """Refuse a version that is not the one of ``requirements.lock``."""
    name = canonicalize_name(found.metadata["Name"])
    locked = re.search(rf"^{re.escape(name)}==([^ ;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if locked is None or locked[1] != found.version:
        raise InputError(f"{name} {found.version} is installed, which requirements.lock does not have: run make again")


def recorded(found: metadata.Distribution, path: metadata.PackagePath) -> bytes:
    """Read an installed file, and refuse one that is not as it was installed."""
    data = path.locate().read_bytes()
    digest = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    if path.hash is None or path.hash.value != digest:
        raise InputError(f"{path} is not as {found.metadata['Name']} installed it: remove .venv and run make again")
    return data


def _in_folder(folder: Path, name: str) -> bytes:
    if not (folder / name).is_file():
        whole = f"the whole release of Pyodide {PARTS['pyodide']['version']}"
        raise InputError(f"there is no {name} in {folder}: give the unpacked folder of {whole}, or its address")
    return (folder / name).read_bytes()


def _fetched(address: str, downloads: Path) -> bytes:
    downloads.mkdir(parents=True, exist_ok=True)
    target = downloads / "fetched"
    download(address, target, LARGEST, PATIENCE)
    return target.read_bytes()
