"""What does each lever's effect rest on, what if it is read otherwise, and do its authors' own figures agree?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.regions import region, region_names
from carec_digital_trade.scenarios.effects import (
    AD_VALOREM_COST,
    ELASTICITY,
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    log_effect,
    make_factors,
    published_effect,
)
from carec_digital_trade.scenarios.indicators import outcome
from carec_digital_trade.scenarios.scenario import Scenario

STUDY_YEAR = 2014
"""Year of ESCAP's estimate."""
AD_VALOREM_COSTS = (0.5, 1.0, 2.0)
"""Trade costs over the cost-free price at which the implied gain is shown besides."""
_GAIN = "escap2014_exports"
"""ESCAP's own estimate: its central figure is of full implementation, its lower one of partial."""
_COSTS = {"escap_cpta": "the paperless trade agreement", "escap_tfa_digital": "that and the digital trade facilitation"}
_ELASTICITY_SOURCE = (
    "central: implied by WTO ERSD-2023-07; range: about the medians of Head & Mayer (2014), Gravity Equations"
)
_COLUMNS = ["lever", "outcome", "effect", "study", "kind", "estimated_on", "sample", "told_by", "indicator", "used"]
_COLUMNS += ["low", "central", "high", "bounds", "proxy", "spillover", "source", "note"]
_TEXTS = ["effect", "study", "kind", "estimated_on", "sample", "told_by", "indicator", "used", "bounds", "source"]
_TOLD = {"study", "kind", "estimated_on", "sample", "told_by", "indicator", "source", "note"}
_ESTIMATES = ("wto2023_cost", "wto2023_trade")
_READINGS = ["iso3", "subscriptions", "subscriptions_then", "points", "share", "share_in_points", "added"]
_READINGS += ["added_in_points"]


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
        "assumed", or "" without an effect), proxy, spillover (missing where none is assumed), source, note.
    """
    rows = [_evidence_row(scenario, name) for scenario in scenarios for name in scenario.levers]
    elasticity = _figures(scenarios[0], ELASTICITY)
    default = tuple(elasticity.values()) == TRADE_ELASTICITY
    rows.append(
        {
            "lever": ELASTICITY,
            "outcome": "any",
            "kind": "d ln trade / d ln trade cost",
            **elasticity,
            "bounds": "assumed",  # no table here holds a published pair
            "proxy": False,
            "source": _ELASTICITY_SOURCE if default else "the user's own",
            "note": "long-run; used for effects on trade cost only",
        }
    )
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    numbers = dict.fromkeys(("low", "central", "high", "spillover"), float)
    return frame.fillna(dict.fromkeys(_TEXTS, "")).astype(numbers)


def _evidence_row(scenario: Scenario, name: str) -> dict[str, object]:
    lever, effect, measure = scenario.levers[name], scenario.acting.get(name), scenario.baseline.measure
    row = {"lever": name, "used": lever.used_indicator}
    if effect is None:
        note = "no published effect: the gap is shown and no trade is claimed"
        return row | {"outcome": "none", "proxy": False, "note": note}
    return row | {
        "outcome": measure,
        "effect": effect.id,
        **effect.model_dump(include=_TOLD),
        **_figures(scenario, name),
        "bounds": "published" if effect.published_bounds else "assumed",
        "proxy": effect.proxy or lever.used_indicator != effect.indicator,
        "spillover": None if measure in effect.measures else lever.spillover,
    }


def _figures(scenario: Scenario, name: str) -> dict[str, float]:
    (factor,) = (each for each in scenario.factors if each.name == name)
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
        In the unit of the baseline.
    """
    central, step = scenario.central_effects(), scenario.step(year)
    added = 0.0
    for economy, trade in enumerate(scenario.baseline.median(int(scenario.years[step]))):
        change = scenario.log_change(economy, step, central)
        added += 0.0 if change is None else trade * float(np.expm1(change).item())
    return added


def per_ten_points(scenario: Scenario, year: int | None = None) -> pd.DataFrame:
    """Set what the lever of connectivity adds beside what it would add if the WTO's effect were for ten points.

    Both readings are in print. The table ``effects`` holds the first (a 10% rise of broadband subscriptions per
    person); the abstract of the paper speaks of ten percentage points. Where few are connected the two are far apart.

    Parameters
    ----------
    scenario : Scenario
        As from `scenario`.
    year : int, optional
        One of its years; by default the last.

    Returns
    -------
    pandas.DataFrame
        One row a member with a gap: iso3, subscriptions (per 100 people), subscriptions_then (with the gap closed as
        set), points (more), share and share_in_points (per cent of its trade added in either reading), added and
        added_in_points (in the unit of the baseline); at the central effect, without shocks and without the other
        levers. Empty if no lever rests on that estimate.
    """
    step = scenario.step(year)
    names = [name for name, effect in scenario.acting.items() if effect.id in _ESTIMATES]
    if not names:
        return pd.DataFrame(columns=_READINGS, dtype=float)
    (name,) = names  # two effects of one family are refused
    position = list(scenario.levers).index(name)
    effect = scenario.central_effects()[position, 0]
    gaps = scenario.gaps[(scenario.gaps["lever"] == name) & (scenario.gaps["gap_used"] > 0)].set_index("iso3")
    gaps = gaps.loc[[code for code in scenario.members if code in gaps.index]]
    done = scenario.phase[position, step]
    rise = scenario.levers[name].closure * gaps["gap_used"]
    points = gaps["value"] * np.expm1(rise)
    changes = {"": effect * rise * done, "_in_points": effect * np.log(1.1) * points / 10 * done}
    trade = pd.Series(scenario.baseline.median(int(scenario.years[step])), scenario.members)[gaps.index]
    now = gaps["value"]
    frame = pd.DataFrame({"subscriptions": now, "subscriptions_then": now + points, "points": points})
    for reading, change in changes.items():
        frame[f"share{reading}"] = 100 * np.expm1(change)
        frame[f"added{reading}"] = trade * np.expm1(change)
    return frame.rename_axis("iso3").reset_index()[_READINGS]


def paperless_crosscheck(
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    ad_valorem_cost: float = AD_VALOREM_COST,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Set the gain that cost effects imply beside ESCAP's own estimate of the gain in exports.

    Parameters
    ----------
    trade_elasticity, relative_uncertainty, vintage
        As in `scenario`.
    ad_valorem_cost : float
        Trade costs over the cost-free price.

    Returns
    -------
    pandas.DataFrame
        One row a figure: figure, what, value, low, high, unit, source. ESCAP's gain is of all Asia and the Pacific;
        over the exports of the package's own regions, which are only part of it, it gives the largest percentage that
        it can mean. The rows of `times_escap` say how many times over the cost effects exceed that, and those of
        `at_cost` what they imply at the other `AD_VALOREM_COSTS`.
    """
    (factor,) = make_factors({}, trade_elasticity, relative_uncertainty)
    elasticity = np.array([factor.low, factor.central, factor.high])
    effects = load("effects", vintage).set_index("id")
    members = sorted({code for name in region_names() for code in region(name).members})
    exports = outcome("goods_and_services", "exports", vintage)
    base = exports.loc[(exports["year"] == STUDY_YEAR) & exports["iso3"].isin(members), "value"]
    total = float(base.sum()) / 1e3
    rows: list[tuple[object, ...]] = []

    def row(figure: str, what: str, value: float, unit: str, source: str, low: float = np.nan, high: float = np.nan):
        rows.append((figure, what, value, low, high, unit, source))

    gain = effects.loc[_GAIN]
    for extent, column in (("full", "central"), ("partial", "low")):
        what = f"exports of Asia and the Pacific gained, {extent} implementation"
        row(f"escap_{extent}", what, float(gain[column]), "USD billion a year", gain["source"])
    covered = f"exports of goods and services of {len(base)} members of {' and '.join(region_names())}, {STUDY_YEAR}"
    row("exports", covered, total, "USD billion", "World Bank")
    largest = float(gain["central"]) / total * 100
    row("escap_full_at_most", "ESCAP's gain as a share of those", largest, "%", "the two above")
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


def at_cost(effect: str, ad_valorem_cost: float) -> str:
    """Return the figure of `paperless_crosscheck` that an effect implies at one of `AD_VALOREM_COSTS`."""
    return f"{effect}_at_cost_{ad_valorem_cost:g}".replace(".", "_")
