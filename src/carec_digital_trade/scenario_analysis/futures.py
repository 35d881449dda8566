"""What would trade be without new policy?"""

import math

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.metrics import compound_annual_growth
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, percent, sentences, usd
from carec_digital_trade.results import Result, record
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.trust import unreliable, without_widening
from carec_digital_trade.scenario_analysis.wording import (
    amount_with_band,
    band_columns,
    band_records,
    names,
    outcome,
    short,
)
from carec_digital_trade.scenarios import BANDS, Baseline

_RECENT = 10
"""Years over which the past growth is told."""
_DOMINANT = 0.5
"""Share of the region's latest trade from which a member is named."""


def baseline(chosen: ScenarioParameters) -> Result:
    """Follow the region's total from the first year of the data to the horizon, without new policy.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a year to come: median and bands of the total. The records hold the observed totals, too, the members
        in either, the sum of the members' latest figures from which the futures start, and the horizon with shocks
        that are not widened, which the reading gives as well.
    """
    fitted = recipe.scenario(chosen).baseline
    region = chosen.compared()[0]
    past = scenarios.observed(scenarios.outcome(chosen.measure, chosen.flow, chosen.vintage), region, fitted)
    latest = pd.DataFrame([{"region": region.label, "year": fitted.base_year, "baseline_start": fitted.latest()}])
    bands = recipe.simulation(chosen).bands
    ahead = bands[bands["iso3"].isna() & (bands["quantity"] == "baseline")]
    table = pd.DataFrame({"Year": ahead["year"].astype(str), "Median": ahead["median"], **band_columns(ahead)})
    return Result(
        name="baseline",
        caption=f"{chosen.subject()}, {region.label}, USD million, without new policy: {chosen.draws:,} "
        f"futures from {fitted.base_year} on",
        table=table,
        records=pd.concat(
            [
                record(past, "baseline", {"total": "USD million", "members_covered": "members"}),
                band_records(ahead, "baseline", "baseline_trade", "USD million"),
                record(ahead.assign(members_covered=ahead["covered"]), "baseline", {"members_covered": "members"}),
                record(latest, "baseline", {"baseline_start": "USD million"}),
                band_records(
                    recipe.unwidened_median(chosen, "baseline"), "baseline", "baseline_unwidened", "USD million"
                ),
            ],
            ignore_index=True,
        ),
        reading=sentences(
            _outlook(ahead.iloc[-1], past, fitted),
            unreliable(chosen) or _unwidened_words(chosen),
            _dominant(fitted),
            _partial(past, fitted),
        ),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals=dict.fromkeys(table.columns[1:], 0),
    )


def drifts(chosen: ScenarioParameters) -> Result:
    """Show what the baseline is made of, member by member.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member: latest trade and its year, own growth, how far that is kept, growth used, spread of a year's
        shocks; and the simulated trade at the horizon.
    """
    fitted = recipe.scenario(chosen).baseline
    bands = recipe.simulation(chosen).bands
    last = bands[(bands["quantity"] == "baseline") & (bands["year"] == chosen.horizon)]
    made = fitted.table().rename(columns={"weight": "drift_weight"})
    percents = ["own_drift", "drift", "shock", "drift_weight"]
    made[percents] *= 100
    frame = made.merge(last, on="iso3")
    table = pd.DataFrame(
        {
            "Economy": frame["iso3"].map(short),
            "Last year": frame["last_year"],
            "Trade then": frame["last_value"],
            "Own drift, log % a year": frame["own_drift"],
            "Weight of it, %": frame["drift_weight"],
            "Drift used, log % a year": frame["drift"],
            "Shock, log %": frame["shock"],
            f"Median {chosen.horizon}": frame["median"],
            **band_columns(frame, (80,)),
        }
    )
    units = dict.fromkeys(["own_drift", "drift", "shock"], "log % a year") | {"drift_weight": "%"}
    return Result(
        name="drifts",
        caption=f"The baseline by member, {outcome(chosen)}, USD million",
        table=table,
        records=pd.concat(
            [
                record(frame.assign(year=frame["last_year"]), "drifts", units),
                band_records(
                    bands[bands["iso3"].notna() & (bands["quantity"] == "baseline")],
                    "drifts",
                    "baseline_trade",
                    "USD million",
                ),
            ],
            ignore_index=True,
        ),
        reading=sentences(
            _shrinkage(made, chosen), _spread_words(fitted, chosen), _widest(frame, chosen), _left_out(fitted)
        ),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals=dict.fromkeys(["Trade then", *table.columns[-3:], "Weight of it, %"], 0),
    )


def _outlook(last: pd.Series, past: pd.DataFrame, fitted: Baseline) -> str:
    latest = fitted.latest()
    pace = compound_annual_growth(latest, last["median"], last["year"] - fitted.base_year)
    complete = past[past["members_covered"] == len(fitted.members)].set_index("year")["total"]
    recent, last_one = (complete.get(fitted.base_year - back, math.nan) for back in (_RECENT, 0))
    before = compound_annual_growth(recent, last_one, _RECENT)
    against = "" if math.isnan(before) else f", against {before:.1f}% over the last {_RECENT} years of the data"
    return (
        f"Without new policy {last['region']} would go from {usd(latest)} in {fitted.base_year} to "
        f"{amount_with_band(last)} in {last['year']}, a median growth of {pace:.1f}% a year{against}."
    )


def _unwidened_words(chosen: ScenarioParameters) -> str:
    words = without_widening(chosen)
    return f"Shocks are widened by the factor {recipe.widening(chosen):.2f}. {words}" if words else ""


def _dominant(fitted: Baseline) -> str:
    latest = np.exp(fitted.start)
    share = latest.max() / latest.sum()
    if len(latest) == 1 or share < _DOMINANT:
        return ""
    return f"{short(fitted.members[latest.argmax()])} is {percent(share, 0)} of it, so the total is mostly its."


def _partial(past: pd.DataFrame, fitted: Baseline) -> str:
    partial = past[past["members_covered"] < len(fitted.members)]
    early = [
        f"{short(code)} ({year})"
        for code, year in zip(fitted.members, fitted.last_year, strict=True)
        if year < fitted.base_year
    ]
    return sentences(
        f"In {count(len(partial), 'year')} some members lack data." if len(partial) else "",
        f"Forecasts start from an earlier year in {listing(early)}." if early else "",
    )


def _left_out(fitted: Baseline) -> str:
    if not fitted.left_out:
        return ""
    return f"Without recent data, and in no total: {names(list(fitted.left_out))}."


def _shrinkage(made: pd.DataFrame, chosen: ScenarioParameters) -> str:
    known = made["own_drift"].dropna()
    own, used = _span(known, 1), _span(made["drift"], 1)
    if chosen.baseline == "own_drift" or len(made) == 1:
        return f"Own drifts, log % a year: {own}; each member keeps its own."
    return (
        f"Own drifts, log % a year: {own}, a difference that chance may have made. Each member keeps "
        f"{_span(made['drift_weight'], 0)}% of its own and takes the rest from the median; the drifts used: {used}."
    )


def _spread_words(fitted: Baseline, chosen: ScenarioParameters) -> str:
    low, high = (100 * bound for bound in scenarios.between_interval(fitted.drifts))
    if chosen.baseline != "shrunken_drift" or math.isnan(low):
        return ""
    return (
        "The weights rest on how far the true drifts lie apart, a standard deviation of "
        f"{100 * fitted.drifts.between:.1f} log % a year that is itself an estimate (95%: {low:.1f} to {high:.1f}) and "
        "is not drawn."
    )


def _span(values: pd.Series, decimals: int) -> str:
    low, high = f"{values.min():.{decimals}f}", f"{values.max():.{decimals}f}"
    return low if low == high else f"{low} to {high}"


def _widest(frame: pd.DataFrame, chosen: ScenarioParameters) -> str:
    ratio = frame["high_80"] / frame["low_80"]
    row = frame.loc[ratio.idxmax()]
    return (
        f"The least certain is {short(row['iso3'])}: the upper end of its {BANDS[1]}% band in {chosen.horizon} is "
        f"{ratio.max():,.0f} times the lower."
    )
