"""What draws the site's page, held against hashes like its other parts, and what extends JupyterLab in it."""

import shutil
import zipfile
from importlib import metadata
from io import BytesIO
from pathlib import Path

from parts import PARTS, indexed, locked, recorded
from wheels import described, licence_of


def drawing(downloads: Path) -> list[dict[str, str]]:
    """Check what draws the page: JupyterLite with JupyterLab in it, Python's kernel, and the controls of ipywidgets.

    Parameters
    ----------
    downloads : pathlib.Path
        Folder that keeps what the index gives.

    Returns
    -------
    list of dict
        Name, version and licence of each.

    Raises
    ------
    InputError
        If another version is installed, a file was changed, or the controls cannot be had.
    """
    found = [described(indexed(PARTS["page"]["controls"], downloads))]
    for name in PARTS["page"]["packages"]:
        installed = metadata.distribution(name)
        locked(installed)
        for path in installed.files or ():
            if path.hash is not None:
                recorded(installed, path)
        found.append(installed.metadata)
    return [{"name": each["Name"], "version": each["Version"], "licence": licence_of(each)} for each in found]


def extensions(downloads: Path, work: Path) -> list[Path]:
    """Return the folders of what extends JupyterLab: the kernel, and the controls, which are unpacked.

    Parameters
    ----------
    downloads : pathlib.Path
        Folder that keeps what the index gives.
    work : pathlib.Path
        Folder for what is made on the way.

    Returns
    -------
    list of pathlib.Path
        Each with a ``package.json``.
    """
    installed = [path.locate() for path in metadata.distribution("jupyterlite-pyodide-kernel").files or ()]
    shutil.rmtree(work / "controls", ignore_errors=True)
    with zipfile.ZipFile(BytesIO(indexed(PARTS["page"]["controls"], downloads))) as archive:
        archive.extractall(work / "controls")
    found = [*installed, *(work / "controls").rglob("package.json")]
    return [path.resolve().parent for path in found if path.match("labextensions/*/*/package.json")]
