"""What a page opens on besides question and answer: a few numbers and how sure they are, from the run's records."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

import nbformat
import pandas as pd

from carec_digital_trade.findings.declared import whole_name
from carec_digital_trade.prose import usd
from carec_digital_trade.runs.blocks import opening
from carec_digital_trade.runs.collect import note
from carec_digital_trade.runs.folder import FIGURES
from carec_digital_trade.runs.identity import Run

_USD = "USD million"


def brief(run: Run, results: pd.DataFrame) -> dict[str, Any]:
    """Fill in what is declared for the notebook of a run.

    Parameters
    ----------
    run : Run
        The run.
    results : pandas.DataFrame
        Its records, as in results.csv.

    Returns
    -------
    dict
        ``figure``, the name of the one that stands first; ``numbers``, each with value, words and range as text, the
        amount, and column, words that fit any run; and ``sure``, status and words. None and nothing where the notebook
        declares none.
    """
    declared = _declared().get(run.source.name)
    if declared is None or run.source.model is None:
        return {"figure": None, "numbers": [], "sure": None}
    chosen = run.source.model(**run.parameters)
    labels = {role: one.label for role, one in zip(("region", "benchmark"), chosen.regions(), strict=True)}
    regional = results[results["iso3"].isna()]
    numbers = [_number(each, regional, labels, run.parameters["year"]) for each in declared["numbers"]]
    return {
        "figure": declared["figure"],
        "numbers": [each for each in numbers if each],
        "sure": next((each for each in declared["sure"] if _holds(each, regional)), None),
    }


def front(run: Run, notebook: nbformat.NotebookNode, results: pd.DataFrame) -> dict[str, Any]:
    """Say what the page of a run opens on, and what a front page needs of it.

    Parameters
    ----------
    run : Run
        The run.
    notebook : nbformat.NotebookNode
        As executed.
    results : pandas.DataFrame
        Its records.

    Returns
    -------
    dict
        ``question``; ``figure`` and ``alt``, file and text alternative of the main figure; ``vintage`` of the measure;
        ``numbers`` and ``sure`` as from `brief`. None each where there is none.
    """
    told = brief(run, results)
    name = told["figure"]
    notes = [note(output) for cell in notebook.cells for output in cell.get("outputs", [])]
    alt = next((each.get("alt") for each in notes if name and each.get("figure") == name), None)
    return {
        "question": opening(notebook)[0] or None,
        "figure": f"{FIGURES}/{name}.png" if alt else None,
        "alt": alt,
        "vintage": run.data.get(run.parameters.get("measure"), {}).get("vintage"),
        "numbers": told["numbers"],
        "sure": told["sure"] and {name: told["sure"][name] for name in ("status", "words")},
    }


def headline_metrics(notebook: str) -> list[str]:
    """Return the metrics of a notebook's headline numbers, as `gather.regional` takes them; none for one's own."""
    numbers = _declared().get(notebook, {}).get("numbers", [])
    return list(dict.fromkeys(whole_name(each["metric"], each.get("item", "")) for each in numbers))


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("briefs.toml").read_text("utf-8"))


def _rows(rule: dict[str, Any], results: pd.DataFrame) -> pd.DataFrame:
    rows = results[(results["table"] == rule["table"]) & (results["metric"] == rule["metric"])]
    return rows[rows["value"].notna()]


def _number(rule: dict[str, Any], results: pd.DataFrame, labels: dict[str, str], year: int) -> dict[str, str] | None:
    rows = _rows(rule, results)
    if "of" in rule:
        rows = rows[rows["region"] == labels[rule["of"]]]
    same = rows[rows["item"].fillna("") == rule.get("item", "")]
    if same.empty:
        return None
    there = same[same["year"] == year]
    row = there.iloc[0] if len(there) else same.iloc[-1]
    low, high = (rows["value"].min(), rows["value"].max()) if "over" in rule else (row["low"], row["high"])
    bounds = [_written(each, row["unit"]) for each in (low, high) if pd.notna(each)]
    return {
        "value": _written(row["value"], row["unit"]),
        "words": rule["words"].format(**labels, year=row["year"]),
        "column": rule["words"].format(region="the region", benchmark="the benchmark", year="its year"),
        "amount": float(row["value"]),
        "range": f"{_extent(bounds, pd.isna(high))}, {rule['range']}" if bounds and "range" in rule else "",
    }


def _extent(bounds: list[str], endless: bool) -> str:
    """Write a range, its unit once: USD 1.0 to 34.8 billion."""
    if len(bounds) == 1:
        return f"{bounds[0]} or {'more' if endless else 'less'}"
    low, high = bounds
    shared = re.search(r"(%| [a-z]+)$", high)
    if shared and low.endswith(shared[0]):
        return f"{low.removesuffix(shared[0])} to {high.removeprefix('USD ')}"
    return f"{low} to {high}"


def _written(value: float, unit: str) -> str:
    if unit == _USD:
        text = usd(value)
    elif unit.startswith("%"):
        text = f"{value:.1f}%"
    else:
        text = f"{value:,.0f} years" if unit == "years" else f"{value:.2f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _holds(rule: dict[str, Any], results: pd.DataFrame) -> bool:
    """Say whether a rule holds of its records; one without a test holds where there are any."""
    rows, about = _rows(rule, results), rule.get("about", 0)
    if "items" in rule:
        rows = rows[rows["item"].isin(rule["items"])]
    if rows.empty:
        return False
    low, high = rows["low"].fillna(rows["value"]), rows["high"].fillna(rows["value"])
    tests = {
        "beyond": lambda: bool(((low > about) | (high < about)).all()),
        "reaches": lambda: bool((low > about).any()),
        "apart": lambda: bool(low.max() > high.min()),
        "both": lambda: bool(rows["value"].min() < about < rows["value"].max()),
    }
    return tests[rule["rule"]]() if "rule" in rule else True
