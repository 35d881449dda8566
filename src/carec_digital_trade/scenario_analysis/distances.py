"""How much gap is there to close, lever by lever, and what of it becomes trade?"""

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.results import COLUMNS, Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.means import MEASURES
from carec_digital_trade.scenario_analysis.wording import lever_words, marked, names, short, suffixed_records
from carec_digital_trade.scenarios import PACE_YEARS, SCALES, Scenario

_GAP_COLUMNS = (
    *("indicator", "year", "value", "unit", "benchmark", "benchmark_value"),
    *("gap_unit", "gap", "gap_used", "gap_beyond", "ratio", "extrapolated"),
)
_GAP_METRICS = (
    "indicator",
    "indicator_gap",
    "indicator_gap_used",
    "indicator_gap_beyond",
    "own_pace_years",
    "extrapolated",
)


def gaps(chosen: ScenarioParameters) -> Result:
    """Measure each member's gap on each lever's indicator, and what of it lies beyond the evidence.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a lever and member: latest value, the benchmark's, and the gap, whether the lever has an effect here,
        and if so the part that is turned into trade and the rest; in times for indicators whose effects are
        elasticities, else as a difference.
    """
    scenario = recipe.scenario(chosen)
    frame, effective = _with_an_effect(scenario), scenario.effective
    frame = frame.assign(own_pace_years=scenarios.own_pace_years(frame, chosen.vintage))
    times = frame["gap_unit"] == "log"
    table = pd.DataFrame(
        {
            "Lever": frame["lever"].map(lever_words),
            "Economy": frame["iso3"].map(short),
            "Year": [str(year) if pd.notna(year) else "no data" for year in frame["year"]],
            "Value": frame["value"],
            "Benchmark": frame["benchmark_value"],
            "Gap": shown(frame["gap"], times),
            "Effect": frame["lever"].isin(effective).astype(bool),
            "Used": shown(frame["gap_used"], times),
            "Beyond the evidence": shown(frame["gap_beyond"], times),
            "Gap in": np.where(times, "times", "difference"),
            "Extrapolated": frame["extrapolated"].astype(bool),
        }
    )
    return Result(
        name="gaps",
        caption=marked(
            f"Gaps of {chosen.compared()[0].label} on the levers' indicators; a ratio of 1, or a difference of "
            f"0, is no gap; a rise of more than {chosen.support:g} times is not turned into trade",
            scenario,
        ),
        table=table,
        records=gap_records(frame, "gaps", chosen.compared()[0].label),
        reading=sentences(
            *(gap_words(name, rows, name in effective) for name, rows in frame.groupby("lever", sort=False)),
            *(_pace_words(name, rows) for name, rows in frame.groupby("lever", sort=False) if name in effective),
            _set_aside(chosen),
        )
        or "There is no lever, so no gap is closed.",
        source=source_line(*_tables(frame), vintage=chosen.vintage),
        decimals=dict.fromkeys(["Value", "Benchmark", "Gap", "Used", "Beyond the evidence"], 2),
    )


def _with_an_effect(scenario: Scenario) -> pd.DataFrame:
    """Return the gaps; no part of one is used, or beyond the evidence, where there is no effect to use it."""
    frame = scenario.gaps
    if frame.empty:
        return pd.DataFrame(columns=["lever", "iso3", *_GAP_COLUMNS])
    idle = ~frame["lever"].isin(scenario.effective)
    parts = frame[["gap_used", "gap_beyond"]].mask(idle)
    return frame.assign(**parts, extrapolated=frame["extrapolated"] & ~idle)


def _set_aside(chosen: ScenarioParameters) -> str:
    """Say of chosen levers that act on another outcome where their gap is shown."""
    acting = recipe.scenario(chosen).levers
    aside = listing((lever_words(name) for name in chosen.chosen_levers() if name not in acting), empty="")
    if not aside:
        return ""
    where = "section 9 shows its gap" if recipe.paperless_chosen(chosen) else "its gap is not shown"
    return f"{aside.capitalize()} does not act on {MEASURES[chosen.measure]}, so nothing of it is here: {where}."


def shown(gap: pd.Series, times: pd.Series) -> np.ndarray:
    """Return a gap as it is shown.

    Parameters
    ----------
    gap : pandas.Series
        As in `scenarios.gaps`.
    times : pandas.Series
        Whether it is in logs.

    Returns
    -------
    numpy.ndarray
        In times where it is in logs; missing from nothing to something, which is no number of times.
    """
    logs = gap.astype(float).replace(np.inf, np.nan)
    return np.where(times, np.exp(logs), logs)


def _tables(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(SCALES[name].table for name in frame["indicator"])) or ["panel"]


def gap_records(frame: pd.DataFrame, table: str, region: str) -> pd.DataFrame:
    """Return the records of gaps, with the lever's name in the metric's, since results.csv has no column for it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `Scenario.gaps`, and own_pace_years.
    table, region : str
        As in `results.record`.

    Returns
    -------
    pandas.DataFrame
        Columns as in `results.COLUMNS`.
    """
    wide = (
        frame.drop(columns="indicator")
        .rename(
            columns={
                "value": "indicator",
                "gap": "indicator_gap",
                "gap_used": "indicator_gap_used",
                "gap_beyond": "indicator_gap_beyond",
            }
        )
        .assign(region=region, extrapolated=frame["extrapolated"].astype(float))
    )
    parts = [pd.DataFrame(columns=COLUMNS)]
    for (lever, unit, gap_unit), rows in wide.groupby(["lever", "unit", "gap_unit"], sort=False):
        units = dict.fromkeys(_GAP_METRICS, "log ratio" if gap_unit == "log" else "difference")
        units |= {"indicator": unit, "own_pace_years": "years", "extrapolated": "1 if so"}
        parts.append(suffixed_records(rows, table, units, [lever] * len(rows)))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _pace_words(name: str, rows: pd.DataFrame) -> str:
    """Say how much of the lever the baseline may hold already."""
    open_ = rows[(rows["gap_unit"] == "log") & (rows["gap_used"] > 0)]
    if open_.empty:
        return ""
    moving = open_.dropna(subset="own_pace_years").sort_values("own_pace_years", kind="stable")
    never = names(list(open_["iso3"][open_["own_pace_years"].isna()]))
    listed = listing(f"{short(row.iso3)} in {row.own_pace_years:.1f} years" for row in moving.itertuples())
    return sentences(
        f"At the pace of its own last {PACE_YEARS} years the part of {lever_words(name)} that is used would close "
        f"without a lever: {listed}."
        if len(moving)
        else "",
        "What such growth added to trade in the past is in the drifts, so some of what the lever adds may be in the "
        "baseline already."
        if len(moving)
        else "",
        f"At that pace it would not close in {never}, or the pace is not known." if never else "",
    )


def gap_words(name: str, rows: pd.DataFrame, effective: bool) -> str:
    """Say of one lever how many members have a gap, and what becomes of it.

    Parameters
    ----------
    name : str
        As in `Scenario.levers`.
    rows : pandas.DataFrame
        Its rows of `Scenario.gaps`.
    effective : bool
        Whether it has an effect.

    Returns
    -------
    str
        A few sentences.
    """
    first = rows.iloc[0]
    known = rows.dropna(subset="value")
    reached = known[known["gap"] == 0]
    beyond = known[known["gap_beyond"] > 0]
    unknown = names(list(rows["iso3"][rows["value"].isna()]))
    scale = SCALES[first["indicator"]]
    listed = listing(
        f"{short(row.iso3)} ({row.ratio:,.1f} times)" if np.isfinite(row.gap) else f"{short(row.iso3)} (from nothing)"
        for row in beyond.itertuples()
    )
    title = f"{lever_words(name).capitalize()} ({scale.title[0].lower()}{scale.title[1:]}, {scale.unit})"
    benchmark = f"{first['benchmark']}: {first['benchmark_value']:.3g}"
    return sentences(
        f"{title}: {len(reached)} of {count(len(rows), 'member')} {'is' if len(rows) == 1 else 'are'} at or above the "
        f"benchmark ({benchmark}).",
        f"Further from it than is used: {listed}; the rest of their way is not turned into trade."
        if len(beyond)
        else "",
        "It has no effect here: the gap is shown, and none of it is turned into trade." if not effective else "",
        f"No data for {unknown}{', so nothing is claimed there' if effective else ''}." if unknown else "",
    )
