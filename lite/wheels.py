"""Files of the site, and wheels: what they say of themselves, and how they are packed."""

import hashlib
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from io import BytesIO
from typing import Any

from packaging.utils import canonicalize_name

_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a wheel that is packed here, so that the same content gives the same hash."""


@dataclass(frozen=True)
class Part:
    """A file of the site.

    Attributes
    ----------
    name, version, licence : str
        What it is.
    file : str
        Its name.
    data : bytes
        Its content, checked.
    source : str
        Where it is from.
    imports, depends : tuple of str
        The modules that it brings, and the parts that it needs.
    """

    name: str
    version: str
    licence: str
    file: str
    data: bytes
    source: str
    imports: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(self.data).hexdigest()

    def locked(self) -> dict[str, Any]:
        """Return the part's entry in the list by which Pyodide loads it and checks it again."""
        return {
            "name": self.name,
            "version": self.version,
            "file_name": self.file,
            "sha256": self.sha256,
            "imports": list(self.imports),
            "depends": list(self.depends),
            "install_dir": "dynlib" if self.file.endswith(".zip") else "site",
            "package_type": "shared_library" if self.file.endswith(".zip") else "package",
            "unvendored_tests": False,
        }


def wheel(data: bytes, file: str, source: str) -> Part:
    """Describe a wheel by what it says of itself.

    Parameters
    ----------
    data : bytes
        The wheel.
    file, source : str
        Its name, and where it is from.

    Returns
    -------
    Part
        With the modules at its top.
    """
    about = described(data)
    tops = {name.partition("/")[0].removesuffix(".py") for name in zipfile.ZipFile(BytesIO(data)).namelist()}
    imports = tuple(sorted(top for top in tops if top.isidentifier()))
    return Part(canonicalize_name(about["Name"]), about["Version"], licence_of(about), file, data, source, imports)


def packed(files: dict[str, bytes]) -> bytes:
    """Pack files into a wheel, the same for the same files.

    Parameters
    ----------
    files : dict of str to bytes
        Path to content.

    Returns
    -------
    bytes
        A zip archive.
    """
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _THEN), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


def described(data: bytes) -> Message:
    """Return what a wheel says of itself."""
    archive = zipfile.ZipFile(BytesIO(data))
    name = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
    return Parser().parsestr(archive.read(name).decode("utf-8"))


def licence_of(about: Message) -> str:
    """Return the licence that a package names."""
    named = about.get("License-Expression") or about.get("License") or ""
    if named and "\n" not in named.strip() and len(named) < 60:
        return named.strip()
    classes = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License")]
    return "; ".join(classes) or "see its wheel"
