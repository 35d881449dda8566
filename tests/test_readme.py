"""What the README says and shows is what the package does."""

import base64
import hashlib
import json
import re
from pathlib import Path

import nbformat
import pytest

from carec_digital_trade import cli
from carec_digital_trade.findings import METADATA_KEY
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.runs.collect import collect
from carec_digital_trade.runs.gather import write_results
from carec_digital_trade.runs.notebooks import read_notebook
from carec_digital_trade.runs.planning import plan_batch

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"


def pictures_of(notebook):
    for cell in nbformat.read(notebook.path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                yield output.metadata[METADATA_KEY]["figure"], base64.b64decode(output.data["image/png"])


def test_the_pictures_are_those_of_the_notebooks():
    stored = dict(pair for notebook in NOTEBOOKS.values() for pair in pictures_of(notebook))
    assert sorted(path.stem for path in PICTURES.glob("*.png")) == sorted(stored)
    for name, picture in stored.items():
        assert (PICTURES / f"{name}.png").read_bytes() == picture, name


def test_the_gallery_shows_every_picture_under_its_notebook():
    text = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = {
        re.search(r"\(\.\./notebooks/(\S+)\)", part)[1]: re.findall(r"\(pictures/(\w+)\.png\)", part)
        for part in text.split("\n## ")[1:]
    }
    assert shown == {notebook.file: [name for name, _ in pictures_of(notebook)] for notebook in NOTEBOOKS.values()}


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "data/README.md", "docs/gallery.md", "docs/cookbook.md"]
)
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


def test_the_plot_of_a_batch_has_a_line_a_region(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = plan_batch({"notebook": "snapshot", "grid": {"year": [2020, 2024]}}, tmp_path / "runs").to_do
    found = collect(read_notebook(NOTEBOOKS["snapshot"].path), "snapshot").results
    for run in runs:  # as if both had found what the committed notebook holds
        run.folder.mkdir(parents=True)
        found.to_csv(run.folder / "results.csv", index=False, lineterminator="\n")
        known = {"status": "finished", "title": "", "changed": {}, "started": "2026-11-25", "duration_seconds": 1}
        others = {"run_id": run.run_id, "parameters": run.parameters, "results": len(found), "figures": []}
        digest = hashlib.sha256((run.folder / "results.csv").read_bytes()).hexdigest()
        ended = {"answer": None, "error": None, "results_sha256": digest}
        (run.folder / "manifest.json").write_text(json.dumps(known | others | ended), encoding="utf-8")
    assert write_results(runs, tmp_path / "runs" / "results.csv") == []
    *statements, plot = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[1].strip().splitlines()
    namespace = {}
    exec("\n".join(statements), namespace)
    grid = eval(plot, namespace)
    assert [text.get_text() for text in grid.legend.get_texts()] == list(dict.fromkeys(namespace["even"]["region"]))
    assert all(line.get_xdata().tolist() == [2020, 2024] for line in grid.ax.lines if len(line.get_xdata()))


def test_the_batch_file_is_planned_as_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("grid.yaml").write_text(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1], encoding="utf-8")
    assert cli.status(["batch", "grid.yaml", "--out", "runs", "--dry-run"]) == 0
    stated = re.search(r"^\d+ runs: .* to do$", README, re.MULTILINE)[0]
    assert stated in capsys.readouterr().out.splitlines()
