"""What would paperless trade do to trade in goods and services, and does that agree with ESCAP's own figure?"""

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing, percent, sentences
from carec_digital_trade.results import COLUMNS, Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.additions import (
    NOTHING,
    WHOLE_NUMBERS,
    economy_records,
    economy_table,
    medians_do_not_add,
    share_words,
)
from carec_digital_trade.scenario_analysis.distances import gap_records, gap_words, shown
from carec_digital_trade.scenario_analysis.trust import SCOPES, SCOPES_IN_WORDS, UNRELIABLE, beaten, origins_note
from carec_digital_trade.scenario_analysis.wording import METHODS, amount_with_band, names, sources, suffixed_records

_TREATY = {1.0: "party", 0.5: "signed", 0.0: "neither"}


def goods(chosen: ScenarioParameters) -> Result:
    """Give what the paperless lever would add to trade in goods and services.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row the region and one a member, at the horizon, as in `by_economy`, with where the member stands on the
        lever's indicator (for the treaty: party, signed or neither) and its gap; empty where the region has too few
        data, and the reading says so. The reading sets the baseline's errors in a backtest beside its rivals'.
    """
    region = chosen.compared()[0].label
    caption = (
        f"Additional trade in goods and services, {chosen.flow_in_words()}, by paperless trade, {region}, "
        f"{chosen.horizon}, USD million"
    )
    try:
        simulation = recipe.goods(chosen)
    except InputError as error:
        empty = pd.DataFrame(columns=["Economy", "Baseline", "Additional"])
        words = f"Trade in goods and services cannot be simulated here: {error}."
        return Result(
            "goods", caption, empty, pd.DataFrame(columns=COLUMNS), words, source_line("panel", vintage=chosen.vintage)
        )
    scenario, frame = simulation.scenario, simulation.by_member()
    distances = scenario.gaps.assign(own_pace_years=scenarios.own_pace_years(scenario.gaps, chosen.vintage))
    past = recipe.goods_forecasts(chosen)
    return Result(
        name="goods",
        caption=caption,
        table=_with_gaps(economy_table(frame), frame, distances),
        records=pd.concat(
            [
                economy_records(frame, simulation, "goods"),
                gap_records(distances, "goods", region),
                _error_records(past, region),
            ],
            ignore_index=True,
        ),
        reading=sentences(
            _lever_words(chosen),
            *(gap_words(name, rows, True) for name, rows in distances.groupby("lever")),
            _goods_words(frame),
            medians_do_not_add(frame),
            _bands_words(scenario.baseline.widening),
            _errors_words(past),
            *beaten(past, chosen.baseline),
            origins_note(past),
            f"Without recent data: {names(list(scenario.baseline.left_out))}." if scenario.baseline.left_out else "",
        ),
        source=sources(chosen, scenario, "panel", "cpta"),
        decimals=WHOLE_NUMBERS | {"Gap": 2},
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
        reading=_crosscheck_words(frame.set_index("figure"), chosen),
        source=source_line("panel", vintage=chosen.vintage),
    )


def in_short(chosen: ScenarioParameters) -> str:
    """Say in two sentences what paperless trade would do to goods and services, and how that compares with ESCAP.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        Empty if it is not among the chosen levers, or cannot be simulated.
    """
    if not recipe.paperless_chosen(chosen):
        return ""
    try:
        total = recipe.goods(chosen).by_member().iloc[0]
    except InputError:
        return ""
    return sentences(
        f"Paperless trade was estimated on goods: it would add {percent(total['additional_share'] / 100)} to trade in "
        "goods and services.",
        _beside_escap(chosen) if total["high_95"] > 0 else "",
    )


def _beside_escap(chosen: ScenarioParameters) -> str:
    """Set the gain of full implementation in one economy beside ESCAP's; what a region gains is another figure."""
    figures, effect = _crosschecked(chosen).set_index("figure")["value"], _cost_effect(chosen)
    if effect not in figures.index:
        return ""
    return (
        f"In an economy that has none of it, full implementation adds {percent(figures[effect] / 100)} by cost "
        f"effect times elasticity, at least {figures[f'{effect}_times_escap']:.1f} times ESCAP's own estimate of at "
        f"most {percent(figures['escap_full_at_most'] / 100)}."
    )


def _cost_effect(chosen: ScenarioParameters) -> str:
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    return lever.effect if isinstance(lever.effect, str) else "own"


def _crosschecked(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return `scenarios.paperless_crosscheck` at the chosen figures."""
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    return scenarios.paperless_crosscheck(
        chosen.trade_elasticity,
        lever.ad_valorem_cost,
        chosen.relative_uncertainty,
        chosen.vintage,
    )


def _with_gaps(table: pd.DataFrame, frame: pd.DataFrame, distances: pd.DataFrame) -> pd.DataFrame:
    """Add where each member stands on the lever's indicator, and how far from the benchmark; nothing for the region."""
    own = distances.set_index("iso3").reindex(frame["iso3"])
    treaty = distances["indicator"].iloc[0] == "cpta"
    stands = own["value"].map(_TREATY).fillna("no data").mask(own.index.isna(), "") if treaty else own["value"]
    in_times = pd.Series(distances["gap_unit"].iloc[0] == "log", own.index)
    table.insert(1, "Agreement" if treaty else "Value", stands.to_numpy())
    table.insert(2, "Gap", shown(own["gap"], in_times))
    return table


def _lever_words(chosen: ScenarioParameters) -> str:
    if recipe.paperless_chosen(chosen):
        return ""
    return "The chosen levers hold no paperless trade with an effect on goods, so the ready one is shown."


def _goods_words(frame: pd.DataFrame) -> str:
    total, members = frame[frame["iso3"].isna()].iloc[0], frame.dropna(subset="iso3")
    if total["high_95"] == 0:
        return NOTHING
    done = names(list(members["iso3"][members["median"] == 0]))
    return sentences(
        f"At the published cost effect and the trade elasticity, paperless trade would add {amount_with_band(total)} "
        f"in {total['year']}: {share_words(total, 'the baseline')}.",
        f"Nothing is added in {done}, which have nothing left to close or no data." if done else "",
    )


def _bands_words(factor: float) -> str:
    if factor == 1:
        return "A backtest on this trade called for no wider bands."
    beyond = f", above {UNRELIABLE:g}, so neither they nor the medians can be relied on" if factor > UNRELIABLE else ""
    return f"A backtest on this trade widened the bands by the factor {factor:.2f}{beyond}."


def _error_records(past: pd.DataFrame, region: str) -> pd.DataFrame:
    frame = scenarios.accuracy(past).assign(region=region, year=past["year"].max())
    suffixes = [f"{row.method}_{SCOPES[row.scope]}" for row in frame.itertuples()]
    return suffixed_records(frame, "goods", {"mase": "ratio to a typical year's change"}, suffixes)


def _errors_words(past: pd.DataFrame) -> str:
    """List the mean errors of all methods, best first."""
    frame = scenarios.accuracy(past).dropna(subset="mase")
    parts = [
        f"for {SCOPES_IN_WORDS[scope]} "
        + listing(f"{row.mase:.2f} by {METHODS[row.method]}" for row in rows.itertuples())
        for scope, rows in frame.groupby("scope", sort=False)
    ]
    return f"Mean errors there over a typical year's change (MASE): {'; '.join(parts)}." if parts else ""


def _crosscheck_words(figures: pd.DataFrame, chosen: ScenarioParameters) -> str:
    effect = _cost_effect(chosen)
    published = effect if effect in figures.index else "escap_cpta"
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    others = {cost: scenarios.at_cost(published, cost) for cost in scenarios.AD_VALOREM_COSTS}
    elsewhere = listing(
        f"{percent(figures.at[figure, 'value'] / 100)} at {cost:g}"
        for cost, figure in others.items()
        if figure in figures.index
    )
    ours, times = figures.loc[published], figures.loc[f"{published}_times_escap"]
    value, low, high = (percent(ours[name] / 100) for name in ("value", "low", "high"))
    return sentences(
        f"The cost effect times the elasticity makes {value} more trade ({low} to {high}); ESCAP's own estimate of the "
        "gain in exports is at most "
        f"{percent(figures.at['escap_full_at_most', 'value'] / 100)} of them.",
        f"Ours is at least {times['value']:.1f} times as much ({times['low']:.1f} to {times['high']:.1f}), so read it "
        "as an upper end: a long-run elasticity on an average cost is not what ESCAP's model of exports says.",
        f"Trade costs are held at {lever.ad_valorem_cost:g} times the cost-free price, and no band moves that; the "
        f"central figure would be {elsewhere}.",
    )
