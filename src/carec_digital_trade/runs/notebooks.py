"""Which notebook is meant, and what it may be asked.

A notebook of the package is held to its model; a user's own notebook (a path) to its own parameters cell.
"""

import contextlib
import hashlib
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from traitlets.log import get_logger

from carec_digital_trade.datasets import catalogue
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.parameters import NOTEBOOKS, SharedParameters
from carec_digital_trade.paths import expanded
from carec_digital_trade.runs.own_parameters import PARAMETERS_TAG, Parameter, check_kind, own_parameters, unread
from carec_digital_trade.vintages import asked_vintage, look_again

EXPLORE_TAG = "explore"
"""Of cells for a reader at the screen: no run executes them, and none of its pages shows them."""
_MOST_TEXT = 200
"""Characters of a file that an error quotes."""


@dataclass(frozen=True)
class Source:
    """A notebook as it is before a run.

    Attributes
    ----------
    name : str
        Name of the notebook, the first part of a run's identity.
    asked : str
        How the user names it on the command line.
    path : pathlib.Path
        Where it is.
    title : str
        Its first heading, or its name.
    digest : str
        SHA-256 of its cells' kinds, tags and text; outputs do not count.
    model : type of SharedParameters or None
        What it is held to; None for a user's own notebook.
    parameters : tuple of Parameter
        In the order of the model, or of the parameters cell of a user's own notebook.
    unread : frozenset of str
        Those of them that nothing in the notebook reads.
    """

    name: str
    asked: str
    path: Path
    title: str
    digest: str
    model: type[SharedParameters] | None
    parameters: tuple[Parameter, ...]
    unread: frozenset[str] = frozenset()

    @property
    def of_package(self) -> str | None:
        """Its name, if it is one of the package's; None for a user's own notebook."""
        return self.name if self.model else None

    def json_schema(self) -> dict[str, Any]:
        """Describe the parameters as JSON Schema.

        Returns
        -------
        dict
            Schema of an object that holds all parameters.
        """
        if self.model is not None:
            return self.model.model_json_schema()
        properties = {
            each.name: {**each.schema, "default": each.default, "description": each.meaning} for each in self.parameters
        }
        return {"title": self.title, "type": "object", "properties": properties, "additionalProperties": False}

    def validated(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Check values.

        Parameters
        ----------
        values : mapping
            Parameter name to value; what is left out takes its default.

        Returns
        -------
        parameters : dict
            All parameters as plain values.
        tables : list of str
            Data tables that the notebook reads with them; all that there are with its vintage for a user's own
            notebook, which does not say. There too the parameter `vintage` names the vintage of the data.

        Raises
        ------
        InputError
            One sentence that says what does not fit.
        """
        if self.model is not None:
            checked = self.model.validated(values)
            return checked.model_dump(mode="json"), checked.tables()
        known = {each.name: each for each in self.parameters}
        for name, value in values.items():
            if name not in known:
                raise InputError(_unknown(name, known))
            check_kind(known[name], value)
        parameters = {name: each.default for name, each in known.items()} | dict(values)
        look_again()
        return parameters, list(catalogue(asked_vintage(parameters))["table"])


def open_notebook(notebook: str | Path) -> Source:
    """Find a notebook and read what it may be asked.

    Parameters
    ----------
    notebook : str or pathlib.Path
        Name of a notebook of the package, or the path of one's own.

    Returns
    -------
    Source
        The notebook, unexecuted.

    Raises
    ------
    InputError
        If there is no such notebook, or the file is not a Python notebook with literal defaults.
    """
    asked = str(notebook)
    if asked in NOTEBOOKS:
        known = NOTEBOOKS[asked]
        cells = read_notebook(known.path).cells
        title, parameters = _title(cells) or asked, _of_model(known.model)
        return Source(asked, asked, known.path, title, digest(cells), known.model, parameters)
    if not asked.endswith(".ipynb"):
        raise InputError(
            f"there is no notebook {asked!r}: the notebooks are {', '.join(NOTEBOOKS)}, or the path of an .ipynb file"
            f"{nearest(asked, NOTEBOOKS)}"
        )
    path = expanded(notebook)
    content = read_notebook(path)
    language = _language(content)
    if language.lower() not in ("python", "ipython"):
        raise InputError(f"{asked} is a notebook in {language}: cdt runs notebooks in Python")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", path.stem)
    own = tuple(own_parameters(asked, content.cells))
    title = _title(content.cells) or path.stem
    unused = unread(own, content.cells)
    return Source(name, asked, path.resolve(), title, digest(content.cells), None, own, unused)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook file in the present format, without the cells that a run leaves out.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    nbformat.NotebookNode
        Format 4, less the cells tagged `EXPLORE_TAG`.

    Raises
    ------
    InputError
        If the file is missing or is no notebook.
    """
    faults: dict[str, nbformat.ValidationError] = {}
    try:
        with warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")  # older files lack cell ids, which nbformat adds and warns of
            notebook = nbformat.read(path, as_version=4, capture_validation_error=faults)
            for cell in notebook.cells if faults else []:
                cell.pop("outputs", None)  # which a run makes anew
                if cell.cell_type == "code":
                    cell.outputs = []
            if faults:
                nbformat.validate(notebook)
    except OSError as error:
        raise InputError(f"the notebook {path} cannot be read: {str(error.strerror).lower()}") from None
    except nbformat.ValidationError as error:
        place = ".".join(map(str, error.path))
        raise InputError(f"{path} is not a notebook: {place and f'{place}: '}{error.message[:_MOST_TEXT]}") from None
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        raise InputError(f"{path} is not a notebook") from None
    notebook.cells = [cell for cell in notebook.cells if not for_a_reader(cell)]
    return notebook


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep nbformat from printing what is wrong with a file: that is raised."""
    logger = get_logger()
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _language(notebook: nbformat.NotebookNode) -> str:
    """Return the language of a notebook as it says itself; VS Code says it in other places than JupyterLab."""
    about, cells = notebook.metadata, notebook.cells
    said = [about.get("language_info", {}).get("name"), about.get("kernelspec", {}).get("language")]
    said += [cell.metadata.get("vscode", {}).get("languageId") for cell in cells if cell.cell_type == "code"]
    return str(next(filter(None, said), "python"))


def for_a_reader(cell: nbformat.NotebookNode) -> bool:
    """Say whether a cell is there for a reader at the screen only.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        Of any kind.

    Returns
    -------
    bool
        True if a run leaves it out.
    """
    return EXPLORE_TAG in cell.metadata.get("tags", [])


def digest(cells: list[nbformat.NotebookNode]) -> str:
    """Return what identifies a notebook's source.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        Its cells.

    Returns
    -------
    str
        SHA-256 of the cells' kinds, tags and text.
    """
    content = [[cell.cell_type, cell.metadata.get("tags", []), cell.source] for cell in cells]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@lru_cache(maxsize=16)
def _of_model(model: type[SharedParameters]) -> tuple[Parameter, ...]:
    properties = model.model_json_schema()["properties"]
    defaults = model.validated({}).model_dump(mode="json")
    return tuple(
        Parameter(name, defaults[name], properties[name], field.description or "")
        for name, field in model.model_fields.items()
    )


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return (
            f"there is no parameter {name!r}: no cell of the notebook is tagged {PARAMETERS_TAG!r} and assigns one "
            "(in JupyterLab: select the cell, open the Property Inspector on the right, add the tag under Cell Tags)"
        )
    return f"there is no parameter {name!r}: the parameters are {', '.join(known)}{nearest(name, known)}"


def _title(cells: list[Any]) -> str | None:
    lines = (line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("# ") and line[2:].strip()), None)
