"""Chosen finished runs of one notebook on a page: what differs, the headline numbers, a metric over the runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from carec_digital_trade import __version__
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.paths import expanded
from carec_digital_trade.prose import listing
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.brief import headline_metrics
from carec_digital_trade.runs.charts import ChartSet, chart_sets
from carec_digital_trade.runs.clearing import check_ours
from carec_digital_trade.runs.gather import regional
from carec_digital_trade.runs.headlines import differing, headlines, labels
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.notebooks import Source
from carec_digital_trade.runs.report import sorting, template

PAGE = "compare.html"
MOST_RUNS = 24
"""On a page; more are no longer looked at, and a batch gathers any number into a table."""
_ALONG = "run"
_WHO = {"economy", "region", "benchmark"}
"""Parameters by which the regions of runs have other names."""


def compare_runs(runs: Sequence[str], out: Path, metrics: Sequence[str] = ()) -> Path:
    """Write a page that sets finished runs of one notebook side by side.

    Parameters
    ----------
    runs : sequence of str
        Two or more, each by its identity or by the path of its folder.
    out : pathlib.Path
        Folder of runs, where the page goes.
    metrics : sequence of str
        To be drawn over the runs, by their names in results.csv; the headline numbers' where none is named.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    InputError
        In one sentence, if there are too few or too many, one is not there or not finished, they are of different
        notebooks, or none of them has a metric; or if a page that is not ours is there.
    """
    out = expanded(out)
    manifests = [_finished(each, out) for each in dict.fromkeys(Path(name).name for name in runs)]
    _check(manifests, out)
    check_ours(out, PAGE)
    varied = differing(manifests)
    told = labels(manifests)
    manifests.sort(key=lambda each: told[each["run_id"]])  # as their rows are
    tables = headlines(manifests)
    script, script_hash = sorting()
    page = template("compare.html.j2").render(
        title=manifests[0]["front"].get("question") or manifests[0]["title"],
        runs=manifests,
        varied=varied,
        parameters={each["run_id"]: each["parameters"] for each in manifests},
        table=tables[0] if tables else None,
        charts=_charts(manifests, out, varied, told, metrics),
        script=script,
        script_hash=script_hash,
        version=__version__,
    )
    layout.write_atomically(out / PAGE, page.encode())
    return out / PAGE


def _finished(name: str, out: Path) -> dict[str, Any]:
    manifest = layout.read_manifest(out / name)
    if manifest is None:
        raise InputError(f"there is no run {name} in {out}: name runs of this folder, or another folder by --out")
    if manifest["status"] != layout.FINISHED:
        raise InputError(f"the run {name} has failed and has no numbers to compare: leave it out, or run it again")
    return {"notebook": "", "front": {}} | manifest


def _check(manifests: Sequence[dict[str, Any]], out: Path) -> None:
    if not 2 <= len(manifests) <= MOST_RUNS:
        raise InputError(f"a comparison is of 2 to {MOST_RUNS} different runs, and {len(manifests)} of {out} are named")
    notebooks = list(dict.fromkeys(each["notebook"] for each in manifests))
    if len(notebooks) > 1:
        raise InputError(f"the runs are of different notebooks, {listing(notebooks)}: compare runs of one notebook")


def _charts(
    manifests: Sequence[dict[str, Any]],
    out: Path,
    varied: Sequence[str],
    told: Mapping[str, str],
    metrics: Sequence[str],
) -> list[ChartSet]:
    """Draw each metric over the runs, a chart a region."""
    asked = list(metrics) or headline_metrics(manifests[0]["notebook"])
    runs = []
    for each in manifests:
        source = Source(each["notebook"], each["notebook"], out / each["run_id"], each["title"], "", None, ())
        along = {_ALONG: told[each["run_id"]]}
        runs.append(Run(each["run_id"], source, each["parameters"] | along, {}, out))
    rows = list(regional(runs, asked))
    if _WHO & set(varied):
        rows = [(run, row | {"region": _role(run, row["region"])}) for run, row in rows]
    sets = chart_sets(rows, asked, [_ALONG], str)
    if metrics and not sets:
        raise InputError(f"none of the runs has {listing(metrics)} of a region: write a metric as results.csv names it")
    return sets


def _role(run: Run, region: str) -> str:
    """Return what a region is to a run, so that runs of different regions stand in one chart."""
    try:
        chosen = NOTEBOOKS[run.source.name].model.validated(
            {name: value for name, value in run.parameters.items() if name != _ALONG}
        )
    except (KeyError, InputError):  # a notebook of one's own, or a vintage that is gone
        return region
    for words, pair in (("", chosen.regions()), (", compared", chosen.compared())):
        for role, each in zip(("the one studied", "its benchmark"), pair, strict=True):
            if each.label == region:
                return f"{role}{words}"
    return region
