"""What the README says and shows is what the package does."""

import base64
import re
from pathlib import Path

import nbformat
import pytest

from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.results import METADATA_KEY

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"


def stored_pictures():
    for notebook in NOTEBOOKS.values():
        for cell in nbformat.read(notebook.path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    yield output.metadata[METADATA_KEY]["figure"], base64.b64decode(output.data["image/png"])


def test_the_pictures_are_those_of_the_notebooks():
    stored = dict(stored_pictures())
    assert sorted(path.stem for path in PICTURES.glob("*.png")) == sorted(stored)
    for name, picture in stored.items():
        assert (PICTURES / f"{name}.png").read_bytes() == picture, name


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_the_example_runs_and_prints_what_it_says():
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    *statements, last = example.strip().splitlines()
    namespace = {}
    exec("\n".join(statements), namespace)
    expression, stated = last.split("  # ")
    assert round(eval(expression, namespace), 1) == float(stated)
