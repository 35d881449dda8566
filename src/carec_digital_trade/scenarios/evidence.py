"""What does each lever's effect rest on, what if it is read otherwise, and do its authors' own figures agree?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.effects import (
    AD_VALOREM_COST,
    RELATIVE_UNCERTAINTY,
    elasticity_sources,
    log_effect,
    published_effect,
)
from carec_digital_trade.scenarios.factors import ELASTICITY, STUDY, TRADE_ELASTICITY, Choice, Factor, choose_elasticity
from carec_digital_trade.scenarios.outcome import Prices, outcome
from carec_digital_trade.scenarios.random_walk import fit_baseline, simulate_paths
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario
from carec_digital_trade.scenarios.simulation import Simulation

STUDY_YEAR = 2014
"""Year of ESCAP's estimate."""
AD_VALOREM_COSTS = (0.5, 1.0, 2.0)
"""Trade costs over the cost-free price at which the implied gain is shown besides."""
_GAIN = "escap2014_exports"
"""ESCAP's own estimate: its central figure is of full implementation, its lower one of partial."""
_COSTS = {"escap_cpta": "the paperless trade agreement", "escap_tfa_digital": "that and the digital trade facilitation"}
_COLUMNS = ["lever", "outcome", "effect", "study", "kind", "estimated_on", "sample", "told_by", "indicator", "used"]
_COLUMNS += ["low", "central", "high", "bounds", "proxy", "spillover", "source", "note"]
_TEXTS = ["effect", "study", "kind", "estimated_on", "sample", "told_by", "indicator", "used", "bounds", "source"]
_TOLD = {"study", "kind", "estimated_on", "sample", "told_by", "indicator", "source", "note"}
_OF_GOODS = "central figures of the literature on goods, and no bounds: none of services could be read"
_QUANTILES = [0.5, 0.1, 0.9]
_BY_STUDY = ["region", "year", "lever", "study", "effect", "weight", "indicator", "told_by"]
_BY_STUDY += ["additional_trade", "additional_trade_low", "additional_trade_high", "additional_share"]
_BY_STUDY += ["additional_central"]


def evidence(*scenarios: Scenario) -> pd.DataFrame:
    """Show what each lever's effect rests on, on each of some outcomes.

    Parameters
    ----------
    *scenarios : Scenario
        Whose levers; the trade elasticity is that of the first.

    Returns
    -------
    pandas.DataFrame
        One row a lever and outcome, and last one for the trade elasticity: lever, outcome (measure, "none" without an
        effect, or "any"), effect, study, kind, estimated_on (outcome, indicator and its change, as published), sample
        (economies and years), told_by (authors, issuer, restatement), indicator (that stands for it), used (indicator
        whose gap is closed), low, central, high (as used: per cent, or the elasticity), bounds ("published",
        "assumed", "" without an effect; of the elasticity what its figures are), proxy, spillover (missing where none
        is assumed), source, note.
    """
    rows = [row for scenario in scenarios for row in _evidence_rows(scenario)]
    (elasticity,) = (each for each in scenarios[0].factors if each.name == ELASTICITY)
    documented = elasticity_sources()
    values = ", ".join(f"{value:g}" for value in elasticity.values)
    default = elasticity.values == TRADE_ELASTICITY
    rows.append(
        {
            "lever": ELASTICITY,
            "outcome": "any",
            "kind": "d ln trade / d ln trade cost",
            **_figures(elasticity),
            "bounds": "central figures for goods" if default else "given",
            "proxy": default,
            "source": "; ".join(documented["source"]) if default else "the user's own",
            "note": f"{values}: equally likely; " + (_OF_GOODS if default else "the user's"),
        }
    )
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    types = dict.fromkeys(("low", "central", "high", "spillover"), float) | dict.fromkeys(_TEXTS, str)
    # A column of texts of which there is none holds numbers that are missing.
    return frame.astype(dict.fromkeys(_TEXTS, object)).fillna(dict.fromkeys(_TEXTS, "")).astype(types)


def _evidence_rows(scenario: Scenario) -> list[dict[str, object]]:
    measure, flow = scenario.baseline.measure, scenario.baseline.flow
    factors = {factor.name: factor for factor in scenario.factors}
    rows: list[dict[str, object]] = []
    for name, lever in scenario.levers.items():
        terms = [term for term in scenario.terms if term.lever == name]
        if not terms:
            note = "no published effect: the gap is shown and no trade is claimed"
            rows.append({"lever": name, "used": lever.indicator, "outcome": "none", "proxy": False, "note": note})
        for term in terms:
            effect = term.effect
            row = {
                "lever": term.name,
                "used": term.indicator,
                "outcome": measure,
                "effect": effect.id,
                **effect.model_dump(include=_TOLD),
                **_figures(factors[term.name]),
                "bounds": "published" if effect.published_bounds else "assumed",
                "proxy": effect.proxy or term.indicator != effect.indicator,
                "spillover": None if effect.acts_on(measure, flow) else lever.spillover,
            }
            rows.append(row)
    return rows


def _figures(factor: Factor | Choice) -> dict[str, float]:
    return {"low": factor.low, "central": factor.central, "high": factor.high}


def central_addition(scenario: Scenario, year: int | None = None) -> float:
    """Return what all levers together add at central effects to the baseline without shocks.

    Parameters
    ----------
    scenario : Scenario
        As from `scenario`.
    year : int, optional
        One of its years; by default the last.

    Returns
    -------
    float
        In the unit of the baseline; the mean over the studies of a lever, by their weights.
    """
    for study in scenario.studies:
        if max(study.weights) < sum(study.weights):
            each = [central_addition(scenario.with_study(study, number), year) for number in study.values]
            return float(np.average(each, weights=study.weights))
    step = scenario.step(year)
    central = scenario.unit_effects({factor.name: np.array([factor.central]) for factor in scenario.factors})
    added = 0.0
    for economy, trade in enumerate(scenario.baseline.median(int(scenario.years[step]))):
        change = scenario.log_change(economy, step, central)
        added += 0.0 if change is None else trade * float(np.expm1(change).item())
    return added


def by_study(simulation: Simulation) -> pd.DataFrame:
    """Return what all levers add in the last year if one study of a lever is right, in the same futures.

    Parameters
    ----------
    simulation : Simulation
        As from `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row a study of each lever that has several: region, year, lever, study, effect, weight (share of the
        futures), indicator, told_by, additional_trade with low and high (median and 80% band of the total),
        additional_share (median per cent added within a future), additional_central (as `central_addition`).
    """
    scenario, seed = simulation.scenario, simulation.seed
    last = int(scenario.years[-1])
    if not scenario.studies:
        return pd.DataFrame(columns=_BY_STUDY)
    futures = [path[-1].copy() for path in simulate_paths(scenario.baseline, last, simulation.draws, seed)]
    rows = []
    for study in scenario.studies:
        lever = study.name.removesuffix(STUDY)
        for term in (each for each in scenario.terms if each.lever == lever):
            sure = scenario.with_study(study, term.number)
            effects = sure.effect_draws(simulation.draws, seed)
            added = np.zeros(simulation.draws)
            for economy, baseline in enumerate(futures):
                change = sure.log_change(economy, len(scenario.years) - 1, effects)
                added += 0.0 if change is None else baseline * np.expm1(change)
            median, low, high = np.quantile(added, _QUANTILES, method="inverted_cdf")
            share = np.quantile(100 * added / simulation.totals["baseline"][-1], 0.5, method="inverted_cdf")
            about = (scenario.region.label, last, lever, term.effect.study, term.effect.id)
            weight = study.weights[term.number] / sum(study.weights)
            told = (weight, term.indicator, term.effect.told_by)
            rows.append((*about, *told, median, low, high, share, central_addition(sure)))
    return pd.DataFrame(rows, columns=_BY_STUDY)


def paperless_crosscheck(
    region: Region | None = None,
    year: int = HORIZON,
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    ad_valorem_cost: float = AD_VALOREM_COST,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    vintage: str = BUNDLED,
    prices: Prices = "current",
) -> pd.DataFrame:
    """Start from ESCAP's own estimate of the gain in exports, and set beside it the gain that cost effects imply.

    Parameters
    ----------
    region : Region, optional
        To whose exports ESCAP's gain is applied, where they are known.
    year : int
        Of these exports: on a baseline of their own, without shocks.
    trade_elasticity, relative_uncertainty, vintage
        As in `scenario`.
    ad_valorem_cost : float
        Trade costs over the cost-free price.
    prices : {"current", "constant"}
        As in `outcome`.

    Returns
    -------
    pandas.DataFrame
        One row a figure: figure, what, value, low, high, unit, source. ESCAP's gain is of all Asia and the Pacific;
        over the exports of the economies in the treaty's table, all parties among them, which are only part of it, it
        gives the largest percentage that it can mean. The rows of `times_escap` say how many times over the cost
        effects exceed that, and those of `at_cost` what they imply at the other `AD_VALOREM_COSTS`.
    """
    factor = choose_elasticity(trade_elasticity)
    elasticity = np.array([factor.low, factor.central, factor.high])
    effects = load("effects", vintage).set_index("id")
    listed = load("cpta", vintage)["iso3"]
    exports = outcome("goods_and_services", "exports", vintage)
    base = exports.loc[(exports["year"] == STUDY_YEAR) & exports["iso3"].isin(listed), "value"].dropna()
    total = float(base.sum()) / 1e3
    rows: list[tuple[object, ...]] = []

    def row(figure: str, what: str, value: float, unit: str, source: str, low: float = np.nan, high: float = np.nan):
        rows.append((figure, what, value, low, high, unit, source))

    gain = effects.loc[_GAIN]
    for extent, column in (("full", "central"), ("partial", "low")):
        what = f"exports of Asia and the Pacific gained, {extent} implementation"
        row(f"escap_{extent}", what, float(gain[column]), "USD billion a year", gain["source"])
    covered = f"exports of goods and services of {len(base)} economies in the treaty's table, {STUDY_YEAR}"
    row("exports", covered, total, "USD billion", "World Bank")
    largest, partial = (float(gain[column]) / total * 100 for column in ("central", "low"))
    row("escap_full_at_most", "ESCAP's gain as a share of those", largest, "%", "the rows above")
    row("escap_partial_at_most", "the same, partial implementation", partial, "%", "the rows above")
    for sold in _own_exports(region, year, vintage, prices):
        row("own_exports", f"exports of {region.label} in {year} without new policy", sold, "USD billion", "World Bank")
        text = "ESCAP's share of those, at most; low: partial implementation"
        row("escap_full_gain", text, sold * largest / 100, "USD billion", "the rows above", sold * partial / 100)
    for name, what in _COSTS.items():
        effect = published_effect(name, vintage)
        bounds = np.array(effect.bounds(relative_uncertainty))
        for cost in (ad_valorem_cost, *(each for each in AD_VALOREM_COSTS if each != ad_valorem_cost)):
            # The weakest, central and strongest of both figures.
            high, central, low = (np.expm1(log_effect("cost_at_full", bounds, elasticity, cost)) * 100).tolist()
            if cost != ad_valorem_cost:
                text = f"the same by {what}, if trade costs are {cost:g} times the cost-free price"
                row(at_cost(name, cost), text, central, "%", effect.source, low, high)
                continue
            row(name, f"trade gained by {what}, cost effect times elasticity", central, "%", effect.source, low, high)
            times, text = f"{name}_times_escap", f"{what}: times ESCAP's gain, at least"
            row(times, text, central / largest, "ratio", "the rows above", low / largest, high / largest)
    return pd.DataFrame(rows, columns=["figure", "what", "value", "low", "high", "unit", "source"])


def _own_exports(region: Region | None, year: int, vintage: str, prices: Prices) -> list[float]:
    """Return a region's exports of goods and services in a year on a path without shocks, USD billion, if known."""
    if region is None:
        return []
    try:
        exports = fit_baseline(outcome("goods_and_services", "exports", vintage, prices), region.members)
    except InputError:
        return []
    return [float(exports.median(year).sum()) / 1e3] if year >= exports.base_year else []


def at_cost(effect: str, ad_valorem_cost: float) -> str:
    """Return the figure of `paperless_crosscheck` that an effect implies at one of `AD_VALOREM_COSTS`."""
    return f"{effect}_at_cost_{ad_valorem_cost:g}".replace(".", "_")
