"""Execute notebooks in place, each with its own parameters: ``python -m carec_digital_trade.runs.save FILE ...``.

For the committed notebooks, whose stored outputs nbval compares; their figures go to docs/pictures beside the folder of
the notebooks. Nothing that differs from run to run is stored.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from carec_digital_trade.runs.collect import collect
from carec_digital_trade.runs.kernels import RunKernelManager
from carec_digital_trade.runs.notebooks import for_a_reader, read_notebook

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""Of a notebook that is committed: nothing that differs from machine to machine."""


def save(path: Path) -> None:
    """Execute a notebook and save its outputs.

    Parameters
    ----------
    path : pathlib.Path
        The notebook; it is left as it was if a cell fails. The cells for a reader at the screen, which stand last, stay
        unexecuted.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    interactive = [cell for cell in nbformat.read(path, as_version=4).cells if for_a_reader(cell)]
    notebook = executed(read_notebook(path), path.parent)
    figures = collect(notebook, path.stem).figures
    notebook.cells.extend(map(_unexecuted, interactive))
    nbformat.write(notebook, path)
    pictures = path.resolve().parents[1] / "docs" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for figure, picture in figures.items():
        (pictures / f"{figure}.png").write_bytes(picture)


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Execute a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its outputs are replaced.
    folder : pathlib.Path
        The kernel's working directory.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook, ready to be committed.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    NotebookClient(
        notebook,
        kernel_manager_class=RunKernelManager,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def _unexecuted(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.from_dict({**cell, "outputs": [], "execution_count": None}) if cell.cell_type == "code" else cell


if __name__ == "__main__":
    for name in sys.argv[1:]:
        save(Path(name))
