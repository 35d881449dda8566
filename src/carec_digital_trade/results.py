"""How a notebook hands over its results: shown to the reader, and stored in the cell's output for the runner.

The executed notebook alone holds everything. A table's numbers travel under a media type of our own beside the text
and HTML that the reader sees; a figure is a PNG whose output metadata carry its name and its text alternative.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd

MEDIA_TYPE = "application/vnd.carec-digital-trade.results+json"
METADATA_KEY = "carec_digital_trade"
_NUMBERS = ["value", "low", "high"]
COLUMNS = ["table", "region", "iso3", "year", "metric", "value", "low", "high", "unit"]
METRICS = {
    "total": "trade of an economy, or of the members of a region with data",
    "total_present": "the same in the WTO's present file, beside a figure that the article printed",
    "revision": "change from the article's figure to the present file's",
    "balance": "exports less imports",
    "share": "of the region's total, or of all members of both regions",
    "rank": "by size within the region, 1 the largest",
    "world_share": "of the World's trade in the same flow",
    "per_person": "trade over population",
    "per_gdp": "trade over gross domestic product",
    "members_covered": "members with data",
    "hhi": "Herfindahl-Hirschman index, sum of squared shares",
    "hhi_normalised": "(hhi - 1/n) / (1 - 1/n) over n members with data",
    "effective_members": "1 / hhi",
    "gini": "Gini index over the members",
    "theil": "Theil's index over the members",
    "theil_within": "part of the index of both regions that lies within the region",
    "theil_between": "part of it that lies between the regions",
    "top_share": "share of the largest member",
    "index": "total relative to the first year with the fullest coverage",
    "compound_growth": "constant yearly growth from first to last year, with the 95% interval of a random walk",
    "trend_growth": "log-linear trend, with its 95% interval about a line, too narrow where deviations persist",
    "dispersion": "standard deviation of the logarithm of trade per person over the members, latest year",
    "dispersion_change": "mean yearly change of the dispersion, with the 95% interval of a random walk",
    "dispersion_trend": "log-linear trend of the dispersion, as for trend_growth; both below 0 are convergence",
    "benchmark_ratio_change": "mean yearly change of the benchmark's trade per person over the region's, likewise",
    "benchmark_ratio_trend": "log-linear trend of that ratio, likewise; both below 0 close the gap",
    "catch_up_years": "years to reach the benchmark per person at that trend, over both intervals; missing if never",
    "advantage": "Balassa's index of exports; the service's code follows the name, as for total and share by service",
    "change": "of trade between two years",
    "world_growth": "part of the change that the World's growth would have given",
    "service_mix": "part of the change from the mix of services",
    "competitive": "rest of the change",
    "readiness": "score of an economy's law for digital trade, with all missing components at 0 and at 1",
    "readiness_rank": "among all economies with a score, 1 the readiest, with the range that missing components leave",
    "readiness_rank_drawn": "median of the rank over random weights, draft values and means, with its 90% interval",
    "readiness_rank_bounds": "the same median, with the 90% interval widened by what missing components leave possible",
    "readiness_mean": "mean of the members' readiness, with its bounds; the weighting follows the name",
    "readiness_mean_arithmetic": "its median over the draws with arithmetic means, with the 90% interval of all draws",
    "readiness_mean_geometric": "the same with geometric means; the weighting follows the name",
    "leads": "draws in which the region's mean is the higher, with the bounds from missing components; likewise, and "
    "without_dominant where each region's dominant member is left out",
    "leads_arithmetic": "the same among the draws with arithmetic means; likewise",
    "leads_geometric": "the same among the draws with geometric means; likewise",
    "laws": "members with legislation; the domain of law follows the name",
    "domain_readiness": "mean score in a domain of law, with its bounds; the domain follows the name",
    "cells": "members by domain whose law the article and the tracker describe; the comparison follows the name",
    "gap": "trade of the region or a member less the benchmark's or its mean member's; what is changed may follow",
    "log_gap": "logarithm of the one over the other, likewise",
    "contribution": "part of the gap that a factor makes up; the factor follows the name, then mean_member as for gap",
    "log_contribution": "logarithm of the factor's ratio, which adds up to log_gap; likewise",
    "coefficient": "of the trade equation, with its 95% interval; term, estimator, effects and covariates follow",
    "standard_error": "of the coefficient, clustered by economy; likewise",
    "coefficient_p": "p of a coefficient of zero, from the same errors; likewise",
    "observations": "rows of an estimate; estimator, effects and covariates follow the name",
    "economies": "clusters of an estimate; likewise",
    "explained": "share of the variance of log trade (OLS) or of the deviance (PPML) explained; likewise",
    "reset_p": "p of the RESET test of an estimate's form; likewise",
    "expected": "trade that other economies lead one to expect, with its 90% prediction interval",
    "actual_over_expected": "actual over expected trade, with the interval that the prediction leaves",
    "percentile": "share of all economies with a smaller ratio of actual to expected trade",
    "interval_coverage": "economies within their prediction interval; the third, of all economies, follows the name",
    "interval_coverage_p": "p of equal coverage in the thirds by population, or by GDP per person; which one follows",
    "lags_in_readiness": "1 if the score is below the median of all economies, 0 if not; missing if that is not known",
    "lags_in_trade": "the same for actual over expected trade",
    "lags_in_both": "1 if a member lags in both, 0 if it does not in one of them",
    "median_of_all_readiness": "median score of all economies, below which a member lags",
    "median_of_all_ratio": "median of actual over expected trade over all economies, likewise",
    "rank_correlation": "Spearman's, of readiness and actual over expected trade, with its 95% interval",
    "median_actual_over_expected": "median over a region's members; what is changed against what was asked follows",
    "mann_whitney_p": "p of the exact test that the two regions' members rank alike; likewise",
    "intra_regional_share": "trade within the region over all its trade; quoted, or of services by partner",
    "trade_intensity": "that share over the region's weight in the world's trade; 1 is neutral",
    "introversion": "symmetric regional introversion index; 0 is neutral",
    "estimated_flows": "share of the flows of services by partner that are estimated, by number",
    "estimated_value": "the same by value",
    "total_bundled": "total in the bundled vintage, of the members that the chosen one has too",
    "revision_since_bundled": "change from the bundled to the chosen vintage",
    "figures_revised": "figures, by economy, year and flow, that the chosen vintage revises",
    "figures_new": "figures that the bundled vintage lacks",
    "figures_gone": "figures that the chosen vintage lacks",
    "forecasts": "number of forecasts of a backtest; method, and economies or total, follow the name",
    "mase": "their mean absolute scaled error; likewise",
    "coverage": "share of actual values inside the bands; the band, and method or economies or total, follow the name",
    "coverage_widened": "the same with the factor that is used",
    "band_factor": "factor at which a band covers what it states; likewise",
    "widening": "factor by which all bands are widened",
    "baseline_trade": "trade without new policy: median of the futures with its 80% band; other bands follow the name",
    "baseline_start": "sum of the members' latest figures, from which the futures start",
    "baseline_unwidened": "baseline_trade with shocks that are not widened, in the last year",
    "scenario_trade": "trade with the levers, likewise",
    "additional_trade": "what the levers add within a future, likewise",
    "additional_share": "the same over the baseline of the same future, with its 80% band",
    "additional_unwidened": "the same addition with shocks that are not widened, in the last year",
    "additional_central": "what all levers add at central figures to a baseline without shocks",
    "additional_as_used": "what connectivity alone adds at central figures, its effect being for a 10% rise",
    "additional_in_points": "the same if its effect is for ten subscriptions more per 100 people",
    "monte_carlo_error": "standard error of the median of additional trade from the number of draws",
    "extrapolated": "1 if a result rests on a rise beyond the evidence, 0 if not; the lever may follow the name",
    "own_drift": "mean yearly change of an economy's log trade",
    "drift": "the change that its baseline goes on with",
    "drift_weight": "weight of its own drift in that, against the members' median",
    "shock": "standard deviation of a year's change about it",
    "effect": "figure that a lever's effect rests on, with bounds; the lever (and outcome, where it has two), or "
    "trade_elasticity, follows the name",
    "indicator": "latest value of the indicator that a lever moves; the lever follows the name",
    "indicator_gap": "distance to its benchmark, 0 at or above it; likewise",
    "indicator_gap_used": "part of it that is turned into trade; likewise",
    "indicator_gap_beyond": "part of it that is beyond the evidence; likewise",
    "own_pace_years": "years in which the part used would close at the member's own recent pace, missing if never; "
    "likewise",
    "lever_contribution": "part of the median additional trade that a lever brings; the lever follows the name",
    "lever_share": "the same as a share of what is added; likewise",
    "tornado": "additional trade with all figures at their medians, and with one at its 10th and 90th percentile; "
    "which one follows the name",
    "first_order": "share of the variance of log additional trade that a figure explains by itself; likewise",
    "total_order": "share that it explains together with others; likewise",
    "target_trade": "trade to be reached; the kind of target follows the name",
    "full_closure_trade": "median trade with every gap closed; likewise",
    "closure_needed": "share of every gap to be closed for the median to reach it, missing if none does; likewise",
    "target_probability": "futures that reach it at that share, or with every gap closed if none does; likewise",
    "reached": "futures that reach the target; baseline or scenario follows the name, and unwidened before it",
    "crosscheck": "ESCAP's figures and what its cost effects imply; which figure follows the name",
    "claims": "number of the article's claims; the verdict follows the name",
    "claim": "value that answers a claim; its identifier follows the name",
}
"""What the metric names in results.csv mean; units stand beside each value."""

SIGNIFICANT_DIGITS = 8
"""Another processor's last bits must fail no comparison."""


@dataclass(frozen=True)
class Result:
    """The answer to one question of a notebook.

    Attributes
    ----------
    name : str
        Name of the table in results.csv, snake_case.
    caption : str
        What the table shows, where, when, in what unit.
    table : pandas.DataFrame
        Numbers as computed, one row a line of the table; `show` prints them rounded.
    records : pandas.DataFrame
        The same numbers in the columns of `COLUMNS`, as `record` makes them.
    reading : str
        The result in one or more sentences (Markdown), computed.
    source : str
        Source line.
    decimals : mapping of str to int
        Decimals to print, by column; 1 for the others.
    """

    name: str
    caption: str
    table: pd.DataFrame
    records: pd.DataFrame
    reading: str
    source: str
    decimals: Mapping[str, int] = field(default_factory=dict)


def record(frame: pd.DataFrame, table: str, units: Mapping[str, str]) -> pd.DataFrame:
    """Turn a wide table into records of the results contract.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an observation, with any of the columns region, iso3 and year, and a column a metric. A metric's range
        stands in columns ``<metric>_low`` and ``<metric>_high``.
    table : str
        Name of the table.
    units : mapping of str to str
        Metric (column, one of `METRICS`) to unit; these columns become records, in this order.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`; a missing value stays a row with a missing value.
    """
    for metric in units:
        assert metric in METRICS, metric
    missing = np.full(len(frame), np.nan)
    place = {key: np.tile(frame.get(key, missing), len(units)) for key in ("region", "iso3", "year")}
    columns = {
        "table": table,
        **place,
        "metric": np.repeat(list(units), len(frame)),
        "value": np.concatenate([frame[metric] for metric in units]),
        "low": np.concatenate([frame.get(f"{metric}_low", missing) for metric in units]),
        "high": np.concatenate([frame.get(f"{metric}_high", missing) for metric in units]),
        "unit": np.repeat(list(units.values()), len(frame)),
    }
    return pd.DataFrame(columns, columns=COLUMNS)


def show(result: Result) -> None:
    """Show a result's table and its reading, and store its numbers in the cell's output.

    Parameters
    ----------
    result : Result
        What a section of the notebook found.
    """
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    printed = rounded(result.table, result.decimals)
    display(
        {
            "text/plain": f"{result.caption}\n{printed.to_string(index=False)}\n{result.source}",
            "text/html": _html(result, printed),
            MEDIA_TYPE: {"columns": COLUMNS, "rows": stored(result.records)},
        },
        raw=True,
        metadata={METADATA_KEY: {"table": result.name, "caption": result.caption, "source": result.source}},
    )
    say(result.reading)


def say(sentence: str, answer: bool = False) -> None:
    """Show a computed sentence.

    Parameters
    ----------
    sentence : str
        Markdown.
    answer : bool
        Whether this is the notebook's answer, which the report puts first.
    """
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    metadata = {METADATA_KEY: {"answer": True}} if answer else {}
    display({"text/markdown": sentence, "text/plain": sentence}, raw=True, metadata=metadata)


def picture(axes: Any, name: str, result: Result) -> None:
    """Show a figure, with the name under which the runner saves it and a text alternative.

    Parameters
    ----------
    axes : list of matplotlib.axes.Axes
        What a function of `figures` returned.
    name : str
        Name of the file, snake_case.
    result : Result
        What the figure shows. The text alternative is what stands above the axes, and its reading.
    """
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    from carec_digital_trade.drawing import png  # noqa: PLC0415  (matplotlib is slow to import, and tables need none)

    figure = axes[0].figure
    above = figure.texts[:-1]  # the last is the source line
    titles = [" ".join(text.get_text().split()).rstrip(".") for text in above]
    display(
        {"image/png": png(figure), "text/plain": f"Figure {name}: {result.caption}"},
        raw=True,
        # Title, caption and source line are in the picture.
        metadata={METADATA_KEY: {"figure": name, "alt": ". ".join([*titles, result.reading])}},
    )


def stored(records: pd.DataFrame) -> list[list[Any]]:
    """Return records as JSON rows, missing values as null, numbers to eight significant digits of their record.

    The largest of value, low and high counts: a bound close to zero is a difference of larger numbers, and its own
    last digits are those of the processor.

    Parameters
    ----------
    records : pandas.DataFrame
        Columns as in `COLUMNS`.

    Returns
    -------
    list of list
        One list a record.
    """
    numbers = records[_NUMBERS].to_numpy(dtype=float)
    largest = np.abs(np.where(np.isfinite(numbers), numbers, 0)).max(axis=1).tolist()
    columns = []
    for name in COLUMNS:
        values = records[name].tolist()
        if name in _NUMBERS:
            values = map(_significant, values, largest)
        columns.append([_plain(value) for value in values])
    return [list(row) for row in zip(*columns, strict=True)]


def rounded(table: pd.DataFrame, decimals: Mapping[str, int]) -> pd.DataFrame:
    """Return a table as text, numbers rounded and with a thousands separator, missing ones as "n/a".

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    decimals : mapping of str to int
        Decimals by column; 1 for other columns of fractional numbers.

    Returns
    -------
    pandas.DataFrame
        Of the same shape, all text.
    """
    texts = {name: [_text(value, decimals.get(name, 1)) for value in table[name]] for name in table}
    return pd.DataFrame(texts, table.index)


def pairs(frame: pd.DataFrame, one: str, other: str, decimals: int) -> list[str]:
    """Return two columns as one of a table that has many.

    Parameters
    ----------
    frame : pandas.DataFrame
        Numbers.
    one, other : str
        Columns.
    decimals : int
        To print.

    Returns
    -------
    list of str
        Such as "0.898, 0.920"; a missing number is "n/a".
    """
    return [
        ", ".join("n/a" if math.isnan(value) else f"{value:,.{decimals}f}" for value in pair)
        for pair in zip(frame[one], frame[other], strict=True)
    ]


def _text(value: Any, decimals: int) -> str:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "n/a"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        if np.isinf(value):
            return "never"
        text = f"{value:,.{decimals}f}"
        return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
    return str(value)


def _significant(value: Any, largest: float) -> Any:
    """Round to the decimals, negative left of the point, that leave the largest number its significant digits."""
    if not isinstance(value, float) or not math.isfinite(value) or largest == 0:
        return value
    return round(value, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(largest)))


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _html(result: Result, printed: pd.DataFrame) -> str:
    numeric = {name for name in printed if pd.api.types.is_numeric_dtype(result.table[name])}
    aligned = {name: ' style="text-align:right"' if name in numeric else ' style="text-align:left"' for name in printed}
    head = "".join(f'<th scope="col"{aligned[name]}>{escape(str(name))}</th>' for name in printed)
    body = "".join(
        "<tr>" + "".join(f"<td{aligned[name]}>{escape(row[name])}</td>" for name in printed) + "</tr>"
        for row in printed.to_dict("records")
    )
    return (
        f"<table><caption>{escape(result.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(result.source)}</p>"
    )
