"""What would paperless trade do to trade in goods and services, and does that agree with ESCAP's own figure?"""

import math

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import percent, sentences
from carec_digital_trade.results import COLUMNS, Result
from carec_digital_trade.scenario_analysis import series
from carec_digital_trade.scenario_analysis.additions import (
    NOTHING,
    WHOLE_NUMBERS,
    economies_at,
    economy_records,
    economy_table,
)
from carec_digital_trade.scenario_analysis.wording import amount_with_band, names, sources, suffixed_records
from carec_digital_trade.scenarios.factors import make_factors


def goods(chosen: ScenarioParameters) -> Result:
    """Give what the paperless lever would add to trade in goods and services.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row the region and one a member, at the horizon, as in `by_economy`; empty where the region has too few
        data, and the reading says so.
    """
    region = chosen.compared()[0].label
    caption = (
        f"Additional trade in goods and services, {chosen.flow_in_words()}, by paperless trade, {region}, "
        f"{chosen.horizon}, USD million"
    )
    try:
        scenario, simulation = series.goods(chosen)
    except InputError as error:
        empty = pd.DataFrame(columns=["Economy", "Baseline", "Additional"])
        words = f"Trade in goods and services cannot be simulated here: {error}."
        return Result(
            "goods", caption, empty, pd.DataFrame(columns=COLUMNS), words, source_line("panel", vintage=chosen.vintage)
        )
    frame = economies_at(scenario, simulation, chosen.horizon)
    return Result(
        name="goods",
        caption=caption,
        table=economy_table(frame),
        records=economy_records(frame, simulation, "goods"),
        reading=sentences(
            _lever_words(chosen),
            _goods_words(frame),
            _bands_words(scenario.baseline.widening),
            f"Without recent data: {names(list(scenario.baseline.left_out))}." if scenario.baseline.left_out else "",
        ),
        source=sources(chosen, scenario, "panel", "cpta"),
        decimals=WHOLE_NUMBERS,
    )


def crosscheck(chosen: ScenarioParameters) -> Result:
    """Set what ESCAP's cost effects imply beside ESCAP's own estimate of the gain in exports.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a figure, with its range, unit and source.
    """
    frame = _crosschecked(chosen)
    table = frame.drop(columns="figure").rename(columns=str.capitalize).rename(columns={"What": "Figure"})
    wide = frame.rename(columns={"value": "crosscheck", "low": "crosscheck_low", "high": "crosscheck_high"})
    records = suffixed_records(wide, "crosscheck", {"crosscheck": ""}, frame["figure"])
    return Result(
        name="crosscheck",
        caption="ESCAP's cost effects times the trade elasticity, beside ESCAP's own estimate of the gain",
        table=table,
        records=records.assign(unit=frame["unit"]),
        reading=_crosscheck_words(frame.set_index("figure"), _cost_effect(chosen)),
        source=source_line("panel", vintage=chosen.vintage),
    )


def in_short(chosen: ScenarioParameters) -> str:
    """Say in one sentence what paperless trade would do to goods and services.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        Empty if it is not among the chosen levers, or cannot be simulated.
    """
    if not series.paperless_chosen(chosen):
        return ""
    try:
        total = economies_at(*series.goods(chosen), chosen.horizon).iloc[0]
    except InputError:
        return ""
    times = _crosschecked(chosen).set_index("figure")["value"].get(f"{_cost_effect(chosen)}_times_escap", math.nan)
    compared = not math.isnan(times) and total["high_95"] > 0
    beside = f", at least {times:.1f} times as much as by ESCAP's own estimate" if compared else ""
    return (
        f"Paperless trade was estimated on goods: it would add {percent(total['additional_share'] / 100)} to trade in "
        f"goods and services{beside}."
    )


def _cost_effect(chosen: ScenarioParameters) -> str:
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    return lever.effect if isinstance(lever.effect, str) else "own"


def _crosschecked(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return `scenarios.paperless_crosscheck` at the chosen figures."""
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    (elasticity,) = make_factors({}, chosen.trade_elasticity, chosen.relative_uncertainty)
    return scenarios.paperless_crosscheck(
        (elasticity.low, elasticity.central, elasticity.high),
        lever.ad_valorem_cost,
        chosen.relative_uncertainty,
        chosen.vintage,
    )


def _lever_words(chosen: ScenarioParameters) -> str:
    if series.paperless_chosen(chosen):
        return ""
    return "The chosen levers hold no paperless trade with an effect on goods, so the ready one is shown."


def _goods_words(frame: pd.DataFrame) -> str:
    total, members = frame[frame["iso3"].isna()].iloc[0], frame.dropna(subset="iso3")
    if total["high_95"] == 0:
        return NOTHING
    done = names(list(members["iso3"][members["median"] == 0]))
    low, high = (percent(total[f"additional_share_{side}"] / 100) for side in ("low", "high"))
    return sentences(
        f"At the published cost effect and the trade elasticity, paperless trade would add {amount_with_band(total)} "
        f"in {total['year']}: {percent(total['additional_share'] / 100)} of the baseline (80%: {low} to {high}).",
        f"Nothing is added in {done}, which have nothing left to close or no data." if done else "",
    )


def _bands_words(factor: float) -> str:
    if factor == 1:
        return "A backtest on this trade called for no wider bands."
    return f"A backtest on this trade widened the bands by the factor {factor:.2f}."


def _crosscheck_words(figures: pd.DataFrame, effect: str) -> str:
    published = effect if effect in figures.index else "escap_cpta"
    ours, times = figures.loc[published], figures.loc[f"{published}_times_escap"]
    value, low, high = (percent(ours[name] / 100) for name in ("value", "low", "high"))
    return sentences(
        f"The cost effect times the elasticity makes {value} more trade ({low} to {high}); ESCAP's own estimate of the "
        "gain in exports is at most "
        f"{percent(figures.at['escap_full_at_most', 'value'] / 100)} of them.",
        f"Ours is at least {times['value']:.1f} times as much ({times['low']:.1f} to {times['high']:.1f}), so read it "
        "as an upper end: a long-run elasticity on an average cost is not what ESCAP's model of exports says.",
    )
