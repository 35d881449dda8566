"""How much trade would the levers add, where, and when?"""

import numpy as np
import pandas as pd

from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, percent, sentences, usd
from carec_digital_trade.results import Result, record
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.wording import (
    amount_with_band,
    band_columns,
    band_records,
    extrapolation,
    marked,
    names,
    outcome,
    short,
    sources,
)
from carec_digital_trade.scenarios import Simulation

NOTHING = (
    "No lever adds anything here: none acts on this trade, or every effect is missing, or every gap closed or unknown."
)
WHOLE_NUMBERS = dict.fromkeys(["Baseline", "Additional", "80% from", "80% to", "95% from", "95% to"], 0)
"""Decimals of a table of members."""

_SHARE_COLUMNS = ["additional_share", "additional_share_low", "additional_share_high"]
_SHARE_UNITS = {"additional_share": "% of baseline", "extrapolated": "1 if so"}


def additional(chosen: ScenarioParameters) -> Result:
    """Give the trade that the levers would add to the region's total, year by year.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a year: median and bands of the additional trade, its Monte Carlo error, and its share of the baseline
        in the same future. The reading and the records give it for the horizon with shocks that are not widened, too.
    """
    scenario, simulation = recipe.scenario(chosen), recipe.simulation(chosen)
    frame = simulation.additional()
    frame = frame.assign(monte_carlo_error=frame["mc_error"], extrapolated=frame["extrapolated"].astype(float))
    table = pd.DataFrame(
        {
            "Year": frame["year"].astype(str),
            "Median": frame["median"],
            **band_columns(frame),
            "Monte Carlo error": frame["mc_error"],
            "% of baseline": frame["additional_share"],
        }
    )
    return Result(
        name="additional",
        caption=marked(f"Additional {outcome(chosen)}, {frame['region'].iloc[0]}, USD million", scenario),
        table=table,
        records=pd.concat(
            [
                band_records(frame, "additional", "additional_trade", "USD million"),
                band_records(simulation.total("scenario"), "additional", "scenario_trade", "USD million"),
                record(frame, "additional", {"monte_carlo_error": "USD million"} | _SHARE_UNITS),
                band_records(
                    recipe.unwidened_median(chosen, "additional"), "additional", "additional_unwidened", "USD million"
                ),
            ],
            ignore_index=True,
        ),
        reading=sentences(
            _added(frame.iloc[-1]), _skewed(simulation), _unwidened_words(chosen), extrapolation(scenario)
        ),
        source=sources(chosen, scenario),
        decimals=dict.fromkeys(table.columns[1:-2], 0),
    )


def by_economy(chosen: ScenarioParameters) -> Result:
    """Give the trade that the levers would add in each member.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row the region and one a member, at the horizon: baseline, additional trade with its bands, and the share
        of its own trade that it is. The records hold every year.
    """
    scenario, simulation = recipe.scenario(chosen), recipe.simulation(chosen)
    frame = simulation.by_member()
    caption = f"Additional {outcome(chosen)} by member, {chosen.horizon}, USD million"
    return Result(
        name="by_economy",
        caption=marked(caption, scenario),
        table=economy_table(frame),
        records=economy_records(frame, simulation, "by_economy"),
        reading=sentences(_who_gains(frame), medians_do_not_add(frame), extrapolation(scenario)),
        source=sources(chosen, scenario),
        decimals=WHOLE_NUMBERS,
    )


def medians_do_not_add(frame: pd.DataFrame) -> str:
    """Say by how much the members' medians miss the region's.

    Parameters
    ----------
    frame : pandas.DataFrame
        iso3 (missing for the region) and median, USD million.

    Returns
    -------
    str
        A sentence; empty where they add up, as in a region of one.
    """
    total, members = (frame.loc[which, "median"].sum() for which in (frame["iso3"].isna(), frame["iso3"].notna()))
    if np.isclose(total, members):
        return ""
    return (
        f"The members' medians add up to {usd(members)} and the region's is {usd(total)}, since the median of a sum is "
        "not the sum of medians where futures are skewed; only within one future do the members add up."
    )


def share_words(row: pd.Series, whole: str) -> str:
    """Say what share of the baseline is added, with its band.

    Parameters
    ----------
    row : pandas.Series
        As for `medians_do_not_divide`, with additional_share_low and additional_share_high.
    whole : str
        Of what it is a share.

    Returns
    -------
    str
        Such as "2.8% of the baseline (80%: 1.3% to 7.1%)".
    """
    share, low, high = (percent(row[name] / 100) for name in _SHARE_COLUMNS)
    notes = [medians_do_not_divide(row), f"80%: {low} to {high}"]
    return f"{share} of {whole} ({'; '.join(filter(None, notes))})"


def medians_do_not_divide(row: pd.Series) -> str:
    """Say that a share is no quotient of the medians beside it.

    Parameters
    ----------
    row : pandas.Series
        median and baseline (a median too), USD million, and additional_share, per cent.

    Returns
    -------
    str
        A clause; empty where the quotient prints as the share does.
    """
    share, quotient = (percent(value) for value in (row["additional_share"] / 100, row["median"] / row["baseline"]))
    return "" if share == quotient else f"the median of the shares, that of the medians being {quotient}"


def economy_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the printed table of a region and its members.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from `Simulation.by_member`.

    Returns
    -------
    pandas.DataFrame
        One row a line.
    """
    return pd.DataFrame(
        {
            "Economy": frame["iso3"].map(short, na_action="ignore").fillna(frame["region"]),
            "Baseline": frame["baseline"],
            "Additional": frame["median"],
            **band_columns(frame, (80, 95)),
            "% of own trade": frame["additional_share"],
            "% from": frame["additional_share_low"],
            "% to": frame["additional_share_high"],
            "Extrapolated": frame["extrapolated"],
        }
    )


def economy_records(frame: pd.DataFrame, simulation: Simulation, table: str) -> pd.DataFrame:
    """Return the records of a region and its members.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from `Simulation.by_member`.
    simulation : Simulation
        What it was taken from.
    table : str
        Name of the table.

    Returns
    -------
    pandas.DataFrame
        Additional trade in every year, and the shares and marks of the frame's year.
    """
    added = simulation.bands[simulation.bands["quantity"] == "additional"]
    marks = frame.assign(extrapolated=frame["extrapolated"].astype(float))
    return pd.concat(
        [band_records(added, table, "additional_trade", "USD million"), record(marks, table, _SHARE_UNITS)],
        ignore_index=True,
    )


def _added(last: pd.Series) -> str:
    if last["high_95"] == 0:
        return NOTHING
    return (
        f"If the gaps were closed as set and the effects held, {last['region']} would in {last['year']} trade "
        f"{amount_with_band(last)} more: {share_words(last, 'the baseline in the same future')}."
    )


def _skewed(simulation: Simulation) -> str:
    added = (simulation.totals["scenario"] - simulation.totals["baseline"])[-1]
    mean, median = added.mean(), np.median(added)
    if mean <= 1.2 * median:
        return ""
    return (
        f"The mean of the futures is {mean / median:.1f} times the median, since a few futures have very large trade; "
        "the median is the figure to quote."
    )


def _unwidened_words(chosen: ScenarioParameters) -> str:
    factor, median = recipe.widening(chosen), recipe.unwidened_median(chosen, "additional")["median"].item()
    if factor == 1 or median == 0:
        return ""
    return (
        f"Larger shocks raise the median of a sum as well as its bands: with shocks as the past had them, not widened "
        f"by {factor:.2f}, it is {usd(median)}."
    )


def _who_gains(frame: pd.DataFrame) -> str:
    members = frame.dropna(subset="iso3")
    gaining = members[members["median"] > 0]
    if gaining.empty:
        return NOTHING
    top = gaining.iloc[0]
    nothing = names(list(members["iso3"][members["median"] == 0]))
    return sentences(
        f"{len(gaining)} of {count(len(members), 'member')} would gain; the most {short(top['iso3'])}, "
        f"{amount_with_band(top)}, {percent(top['additional_share'] / 100, 0)} of its own trade.",
        f"Nothing is added in {nothing}, where no gap is known or left to close." if nothing else "",
    )
