"""Which members lag in the law, in trade against expectation, and in both?"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import equation
from carec_digital_trade.gap_analysis.expectations import RATIO
from carec_digital_trade.gap_analysis.maturity import law_source, member_scores
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.results import Result, record

_ANSWERS = {"yes": 1.0, "not known": math.nan, "no": 0.0}
_ORDER = list(_ANSWERS)
_EVERYBODY = {"rank_correlation": "-1 to 1", "median_of_all_readiness": "index, 0 to 1", "median_of_all_ratio": "ratio"}


def lagging(chosen: GapParameters) -> Result:
    """Ask which members lag behind the median economy in readiness, in trade against expectation, and in both.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member, those that lag in both first: readiness with its bounds, actual over expected trade with its
        interval, and whether the member lags, which is not known where missing data leave it open.
    """
    frame = _standing(chosen)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Economy": frame["name"],
            "Readiness": frame["readiness"],
            "Missing at 0": frame["readiness_low"],
            "Missing at 1": frame["readiness_high"],
            "Actual over expected": frame[RATIO],
            "90% from": frame["ratio_low"],
            "to": frame["ratio_high"],
            "Lags in readiness": frame["in_readiness"],
            "Lags in trade": frame["in_trade"],
            "In both": frame["in_both"],
        }
    )
    metrics = {f"lags_{name}": frame[name].map(_ANSWERS) for name in ("in_readiness", "in_trade", "in_both")}
    correlation, medians = _rank_correlation(chosen), _medians(chosen)
    everybody = pd.DataFrame([correlation | medians | {"year": chosen.year}])
    records = [
        record(frame.assign(year=chosen.year, **metrics), "lagging", dict.fromkeys(metrics, "1 yes, 0 no")),
        record(everybody, "lagging", _EVERYBODY),
    ]
    return Result(
        name="lagging",
        caption=f"Readiness of the law beside actual over expected trade, {chosen.year} ({equation(chosen)})",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=_lagging_reading(frame, correlation, medians),
        source=law_source(chosen, chosen.measure, "panel"),
        decimals=dict.fromkeys(table.columns[2:5], 3)
        | {"Actual over expected": 4}
        | dict.fromkeys(table.columns[6:8], 2),
    )


def _medians(chosen: GapParameters) -> dict[str, float]:
    """Return the median score, and the median of actual over expected trade, of all economies."""
    try:
        trade = series.expected(chosen)[RATIO].median()
    except InputError:
        trade = math.nan
    return {"median_of_all_readiness": series.scored(chosen)["score"].median(), "median_of_all_ratio": trade}


def _standing(chosen: GapParameters) -> pd.DataFrame:
    """Return the members' readiness and ratio, with whether they lag, those that lag in both first."""
    rows, _ = series.members_expected(chosen)
    columns = ["iso3", RATIO, "ratio_low", "ratio_high", "position"]
    ratios = pd.concat([pd.DataFrame(columns=columns, dtype=float), *(each[columns] for each in rows.values())])
    frame = member_scores(chosen).merge(ratios.astype({"iso3": "str"}), on="iso3", how="left")
    readiness, trade = _medians(chosen).values()
    frame["in_readiness"] = _behind(frame["readiness_low"], frame["readiness_high"], readiness)
    frame["in_trade"] = _behind(frame[RATIO], frame[RATIO], trade)
    both = frame[["in_readiness", "in_trade"]]
    frame["in_both"] = np.select(
        [(both == "yes").all(axis="columns"), (both == "no").any(axis="columns")], ["yes", "no"], "not known"
    )
    order = (
        frame.assign(in_both=frame["in_both"].map(_ORDER.index)).sort_values(["in_both", RATIO], kind="stable").index
    )
    frame = frame.loc[order]
    return pd.concat([frame[frame["region"] == each.label] for each in chosen.compared()], ignore_index=True)


def _behind(low: pd.Series, high: pd.Series, median: float) -> np.ndarray:
    """Say yes where even the highest value is below the median, no where even the lowest is not."""
    return np.select([high < median, low >= median], ["yes", "no"], "not known")


def _rank_correlation(chosen: GapParameters) -> dict[str, float]:
    """Return Spearman's correlation over all economies with the interval of Bonett and Wright (2000)."""
    try:
        both = series.scored(chosen).merge(series.expected(chosen), on="iso3").dropna(subset=["score", RATIO])
    except InputError:
        both = pd.DataFrame(columns=["score", RATIO])
    if len(both) <= 3 or both["score"].nunique() == 1:
        return dict.fromkeys(["rank_correlation", "rank_correlation_low", "rank_correlation_high"], math.nan)
    value = stats.spearmanr(both["score"], both[RATIO]).statistic
    margin = stats.norm.ppf(0.975) * math.sqrt((1 + value**2 / 2) / (len(both) - 3))
    low, high = (math.tanh(math.atanh(value) + side * margin) for side in (-1, 1))
    return {"rank_correlation": value, "rank_correlation_low": low, "rank_correlation_high": high}


def _lagging_reading(frame: pd.DataFrame, correlation: dict[str, float], medians: dict[str, float]) -> str:
    readiness, trade = medians.values()
    if math.isnan(trade):
        return sentences(
            f"The median score is {readiness:.3g}, and no economy has an expected trade to set beside it.",
            *(_behind_words(rows, label, "in_readiness", "readiness") for label, rows in _by_region(frame)),
        )
    beyond = frame["name"][(frame["in_both"] == "yes") & (frame["position"] == "below")]
    value, low, high = correlation.values()
    return sentences(
        f"A member lags where it is below the median of all economies: a score of {readiness:.3g} and a ratio of "
        f"{trade:.4f}. Half of all economies lag in trade by that definition.",
        *(_behind_words(rows, label, "in_both", "both") for label, rows in _by_region(frame)),
        f"Of these, below the prediction interval: {listing(beyond)}." if len(beyond) else "",
        ""
        if math.isnan(value)
        else f"Over all economies the rank correlation of readiness and actual over expected trade is {value:+.2f} "
        f"(95%: {low:+.2f} to {high:+.2f}), an association that shows no cause.",
    )


def _by_region(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return list(frame.groupby("region", sort=False))


def _behind_words(rows: pd.DataFrame, label: str, column: str, words: str) -> str:
    behind = rows["name"][rows[column] == "yes"]
    unknown = listing(rows["name"][rows[column] == "not known"], empty="")
    named = f": {listing(behind)}" if len(behind) else ""
    tail = f"; not known for {unknown}" if unknown else ""
    verb = "lags" if len(behind) == 1 else "lag"
    return f"In {label} {len(behind)} of {count(len(rows), 'member')} {verb} in {words}{named}{tail}."
