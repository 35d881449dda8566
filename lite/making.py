"""Build the static site: ``python lite/making.py [--pyodide FOLDER_OR_ADDRESS] [--out FOLDER]``, or ``make site``.

JupyterLite with this package, its data and its notebooks in it. Once it is built it needs no network, and whoever opens
it needs nothing but a browser.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jinja2
import nbformat
import page
import parts
from wheels import Part, wheel

from carec_digital_trade.errors import DataError, InputError

ROOT = Path(__file__).parents[1]
INSIDE = "inside.html"
"""The page that lists what the site is made of; a folder that has it is a site of ours."""
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
LOADED_FROM = "static/pyodide"
DOWNLOADS = "downloads"
DESKTOP = "desktop"
"""Tag of a cell of the start page that holds in a checkout alone."""


def build(out: Path, pyodide: str | None, work: Path) -> list[Part]:
    """Build the site.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the site, made anew.
    pyodide : str or None
        As `parts.source` takes it.
    work : pathlib.Path
        Folder for what is downloaded and made on the way.

    Returns
    -------
    list of Part
        What Python in the browser is made of.

    Raises
    ------
    InputError, DataError
        If a part is not the one that was meant or does not come, or the folder holds something else; the site is not
        touched then.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / INSIDE).is_file():
        raise InputError(f"{out} holds something else than a site: give another folder")
    taken, drawing = _parts(pyodide, work), page.drawing(work / DOWNLOADS)
    shutil.rmtree(out, ignore_errors=True)
    lite = work / "lite"
    shutil.rmtree(lite, ignore_errors=True)
    for path in notebooks():
        target = lite / "files" / path.relative_to(ROOT / "notebooks")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(for_the_site(nbformat.read(path, as_version=4))), encoding="utf-8")
    (lite / "jupyter-lite.json").write_text(json.dumps(settings(taken)), encoding="utf-8")
    command = [Path(sys.executable).with_name("jupyter-lite"), "build", "--lite-dir", lite, "--output-dir", out]
    command += ["--contents", lite / "files", "--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"]
    # Of the extensions that are installed for JupyterLab, those for another version would be taken too.
    extending = page.extensions(work / DOWNLOADS, work)
    command += ["--ignore-sys-prefix", *(f"--LiteBuildConfig.federated_extensions={folder}" for folder in extending)]
    subprocess.run(
        [*command, "--no-libarchive", "--log-level", "ERROR"], cwd=lite, check=True, stdout=subprocess.DEVNULL
    )
    (out / LOADED_FROM).mkdir(parents=True)
    for part in taken:
        (out / LOADED_FROM / part.file).write_bytes(part.data)
    (out / LOADED_FROM / "pyodide-lock.json").write_text(json.dumps(lock(taken)), encoding="utf-8")
    listed = sorted(taken, key=lambda part: (part.name, part.file))
    shown = {"parts": listed, "drawing": drawing, "about": parts.PARTS["pyodide"]}
    for name in ("index.html", INSIDE):
        template = jinja2.Template((parts.HERE / f"{name}.j2").read_text(encoding="utf-8"), autoescape=True)
        (out / name).write_text(template.render(shown), encoding="utf-8")
    return taken


def notebooks() -> list[Path]:
    """Return the notebooks that the site has: all but the solutions."""
    found = [*(ROOT / "notebooks").glob("0*.ipynb"), *(ROOT / "notebooks" / "teaching" / "student").glob("*.ipynb")]
    return sorted(found)


def for_the_site(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook without the cells that hold in a checkout alone."""
    notebook.cells = [cell for cell in notebook.cells if DESKTOP not in cell.metadata.get("tags", [])]
    return notebook


def lock(taken: Sequence[Part]) -> dict[str, object]:
    """Return the list by which Pyodide finds each package, and checks its hash again."""
    packages = {part.name: part.locked() for part in taken if part.file not in parts.PARTS["pyodide"]["core"]}
    return {"info": parts.official()["info"], "packages": packages}


def settings(taken: Sequence[Part]) -> dict[str, object]:
    """Return what JupyterLite is told: where Python is, that it asks no index, and that it loads all at once."""
    kernel = {
        "pyodideUrl": f"./{LOADED_FROM}/pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(lock(taken)["packages"])},
    }
    config = {"appName": "Digital trade", "exposeAppInBrowser": True, "litePluginSettings": {KERNEL: kernel}}
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}


def _parts(pyodide: str | None, work: Path) -> list[Part]:
    downloads, wheels = work / DOWNLOADS, work / "wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (own,) = wheels.glob("*.whl")
    return [
        *parts.of_pyodide(parts.source(pyodide, downloads)),
        *parts.of_the_index(downloads),
        *parts.installed(),
        *parts.of_the_kernel(),
        wheel(own.read_bytes(), own.name, "this package"),
    ]


def main() -> None:
    """Build the site as the command line says, and print what came of it."""
    asked = argparse.ArgumentParser(description="Build the static site that runs in a browser.")
    asked.add_argument("--pyodide", help=f"folder or address of Pyodide {parts.PARTS['pyodide']['version']}")
    asked.add_argument("--out", type=Path, default=ROOT / "site", help="folder of the site")
    given = asked.parse_args()
    try:
        build(given.out.resolve(), given.pyodide or None, ROOT / "build" / "site")
    except (DataError, InputError) as error:
        sys.exit(f"make site: {error}")
    size = sum(path.stat().st_size for path in given.out.rglob("*") if path.is_file())
    print(f"{given.out}: {size / 1e6:.0f} MB. See it: {sys.executable} -m http.server --directory {given.out}")


if __name__ == "__main__":
    main()
