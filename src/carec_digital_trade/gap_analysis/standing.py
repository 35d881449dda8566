"""Which members lag in the law, in trade against expectation, and in both?"""

import math

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.lagging import ANSWERS
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import equation
from carec_digital_trade.gap_analysis.expectations import RATIO
from carec_digital_trade.gap_analysis.maturity import law_source, member_scores
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.results import Result, record

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
    scored, expected = series.scored(chosen), _expected(chosen)
    frame = gap.lagging(member_scores(chosen), scored, expected)
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
    metrics = {f"lags_{name}": frame[name].map(ANSWERS) for name in ("in_readiness", "in_trade", "in_both")}
    everybody = gap.everybody(scored, expected)
    records = [
        record(frame.assign(year=chosen.year, **metrics), "lagging", dict.fromkeys(metrics, "1 yes, 0 no")),
        record(everybody.assign(year=chosen.year), "lagging", _EVERYBODY),
    ]
    return Result(
        name="lagging",
        caption=f"Readiness of the law beside actual over expected trade, {chosen.year} ({equation(chosen)})",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=_lagging_reading(frame, everybody.iloc[0]),
        source=law_source(chosen, chosen.measure, "panel"),
        decimals=dict.fromkeys(table.columns[2:5], 3)
        | {"Actual over expected": 4}
        | dict.fromkeys(table.columns[6:8], 2),
    )


def _expected(chosen: GapParameters) -> pd.DataFrame:
    try:
        return series.expected(chosen)
    except InputError:
        columns = dict.fromkeys([RATIO, "ratio_low", "ratio_high"], float) | {"iso3": "str", "position": "str"}
        return pd.DataFrame(columns=list(columns)).astype(columns)


def _lagging_reading(frame: pd.DataFrame, everybody: pd.Series) -> str:
    value, low, high, readiness, trade = everybody
    if math.isnan(trade):
        return sentences(
            f"The median score is {readiness:.3g}, and no economy has an expected trade to set beside it.",
            *(_behind_words(rows, label, "in_readiness", "readiness") for label, rows in _by_region(frame)),
        )
    beyond = frame["name"][(frame["in_both"] == "yes") & (frame["position"] == "below")]
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
