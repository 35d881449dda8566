"""A toy notebook and a toy model, so that the runner is tested without the package's own notebooks."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pydantic import Field

from carec_digital_trade import parameters
from carec_digital_trade.runs import run

PARAMETERS_CELL = """year: int = 2024  # year of the figures
region: str | list[str] = "CAREC"  # the region
note = "a, b"  # free text, with a comma
share = 0.5
none = None"""

SHOW = """
from IPython.display import display
COLUMNS = ["table", "region", "iso3", "year", "metric", "item", "value", "low", "high", "unit"]
def show(*rows, columns=COLUMNS):
    display({"text/plain": "a table", "text/html": "<table><caption>Trade</caption><tr><td>1</td></tr></table>",
             "application/vnd.carec-digital-trade.results+json": {"columns": columns, "rows": list(rows)}}, raw=True)
"""

ROWS = """show(["totals", "CAREC", None, year, "total", None, 421527.0, 400000.0, None, "USD million"],
     ["totals", None, "NAM", None, "share", None, None, None, None, "NA"])"""

ANSWER = """display({"text/markdown": f"The answer for **{year}** is 42 per cent. *It* was 4.1 before."},
        raw=True, metadata={"carec_digital_trade": {"answer": True}})"""

# A picture of one pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
ABOUT = {
    "figure": "ranked_members",
    "alt": "China is **first**.",
    "caption": "Members",
    "source": "Source: WTO.",
}
FIGURE = f"""display({{"image/png": "{PIXEL}", "text/plain": "a figure"}}, raw=True,
        metadata={{"carec_digital_trade": {ABOUT}}})"""


NOTEBOOK_ONLY = "## Change the next cell"


class ToyParameters(parameters.RegionalParameters):
    """The shared parameters and one more."""

    points: int = Field(3, ge=1, le=9, description="number of points")

    def tables(self) -> list[str]:
        return ["table1", self.measure]


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook: a text that starts with # or ## and a blank is Markdown, two cells are tagged."""
    made = []
    tags = {PARAMETERS_CELL: ["parameters"], NOTEBOOK_ONLY: ["remove-cell"]}
    for text in cells:
        make = new_markdown_cell if text.startswith("# ") or text.startswith("## ") else new_code_cell
        made.append(make(text, metadata={"tags": tags.get(text, [])}))
    metadata = {"kernelspec": {"name": "no_such_kernel", "language": "python", "display_name": "none"}}
    nbformat.write(new_notebook(cells=made, metadata=metadata), path)
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a user's own notebook of the given cells."""
    return lambda *cells, name="own.ipynb": write_notebook(tmp_path / name, *cells)


@pytest.fixture(scope="session")
def toy_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that does everything right."""
    return write_notebook(
        tmp_path_factory.mktemp("notebooks") / "00_toy.ipynb",
        "# Toy trade of two regions\n\nHow much of it is\nin one place?\n\n"
        "A region has a concentration of $H = 1/n$, and costs US$5 or US$6.",
        NOTEBOOK_ONLY,
        PARAMETERS_CELL,
        SHOW,
        "## Totals\n\nThe table.",
        ROWS,
        ANSWER,
        FIGURE,
        "## Caveat\n\nNone.",
        "import json, ipykernel.connect\n"
        "print(json.load(open(ipykernel.connect.get_connection_file()))['transport'], region, none)",
    )


@pytest.fixture(scope="module")
def toy(toy_path: Path):
    """The toy as a notebook of the package, named toy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(parameters.NOTEBOOKS, "toy", parameters.Notebook("toy", str(toy_path), ToyParameters))
        yield "toy"


@pytest.fixture(scope="module")
def finished(toy: str, tmp_path_factory: pytest.TempPathFactory):
    """A finished run of the toy with two parameters changed; not to be altered."""
    return run(toy, {"year": 2020, "region": ["KAZ", "UZB"]}, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def manifest(finished) -> dict:
    """The manifest of the finished run."""
    return json.loads((finished.folder / "manifest.json").read_text(encoding="utf-8"))
