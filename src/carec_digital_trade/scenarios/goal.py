"""How much of the gap would have to be closed for a region to reach a target, if any closure does?"""

from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy
from pydantic import Field

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.prose import usd
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.checking import Checked, checked
from carec_digital_trade.scenarios.draws import joint_futures
from carec_digital_trade.scenarios.outcome import at_constant_prices, outcome
from carec_digital_trade.scenarios.random_walk import OLDEST_START, Baseline, fit_baseline
from carec_digital_trade.scenarios.scenario import Scenario
from carec_digital_trade.scenarios.simulation import DRAWS, Simulation, check_draws
from carec_digital_trade.vintages import remembered

_CLOSURE_TOLERANCE = 1e-6
"""Of the share of the gap: far below what a draw more or less changes."""


class Target(Checked):
    """A level of a region's trade to be reached by a year."""

    kind: Literal["multiple", "benchmark_ratio"] = Field(
        "multiple", description="a multiple of the latest total, or the benchmark's median trade per GDP"
    )
    multiple: float = Field(2.0, ge=1, description="of the latest total")
    year: int = Field(2030, description="year by which it is reached")


def target(fields: Any) -> Target:
    """Check a user's target, which is a mapping of fields of `Target`; an `InputError` names the field."""
    return checked(Target, "target", fields)


def target_amount(goal: Target, baseline: Baseline, benchmark: Region, vintage: str = BUNDLED) -> float:
    """Return the trade that a target stands for.

    Parameters
    ----------
    goal : Target
        What is asked.
    baseline : Baseline
        Of the region.
    benchmark : Region
        Whose members' median trade per GDP is the target.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    float
        In the unit of the baseline. A multiple is of the members' latest values. A ratio is the median over the
        benchmark's members of trade over GDP in the last year that they have both, times the region's GDP in the
        target's year, which goes on as `fit_baseline` projects GDP at the same prices, without shocks: an assumption.

    Raises
    ------
    InputError
        If members of the region lack GDP, nobody in the benchmark has trade and GDP, or their ratio would be a target
        below today's trade.
    """
    if goal.kind == "multiple":
        return goal.multiple * float(np.exp(baseline.start).sum())
    about = (baseline.measure, baseline.flow, baseline.members, benchmark, goal.year, vintage, baseline.prices)
    amount = _at_ratio(*about)
    if amount < baseline.latest():
        raise InputError(
            f"the benchmark's trade per GDP would in {goal.year} be {usd(amount)}, less than today's trade: "
            "take a multiple as target"
        )
    return amount


@remembered(maxsize=64)
def _at_ratio(
    measure: str, flow: str, members: tuple[str, ...], benchmark: Region, year: int, vintage: str, prices: str
) -> float:
    gdp = gdp_series(vintage, prices)
    recent = gdp.loc[gdp["year"] >= gdp["year"].max() - OLDEST_START, "iso3"].unique()
    lacking = [code for code in members if code not in recent]
    if lacking:
        raise InputError(
            f"{', '.join(lacking)} has no recent GDP: leave it out of the region or take a multiple as target"
        )
    trade = outcome(measure, flow, vintage, prices)
    both = trade.merge(gdp[["iso3", "year", "value"]], on=["iso3", "year"], suffixes=("", "_gdp"))
    both = both[both["iso3"].isin(benchmark.members)].dropna(subset=["value", "value_gdp"]).sort_values("year")
    if both.empty:
        raise InputError(f"no member of {benchmark.label} has both trade and GDP: choose another benchmark or target")
    latest = both.groupby("iso3").last()
    return float((latest["value"] / latest["value_gdp"]).median() * fit_baseline(gdp, members).median(year).sum())


def goal_seek(
    scenario: Scenario, amount: float, year: int | None = None, draws: int = DRAWS, seed: int = 0
) -> pd.DataFrame:
    """Find the share of the gaps that must be closed for the median of a region's total to reach an amount.

    Parameters
    ----------
    scenario : Scenario
        Its levers are all given the same closure, from none to all of each gap; their phase-in stays.
    amount : float
        In the unit of the baseline, as from `target_amount`.
    year : int, optional
        Year of the scenario; by default the horizon.
    draws, seed : int
        As in `simulate`.

    Returns
    -------
    pandas.DataFrame
        One row: region, year, target, baseline and full (median totals with no gap and with every gap closed, up to
        the support), closure (0 if the baseline gets there; missing if no closure does), reached ("baseline",
        "closure", "never"), probability (of reaching the target at that closure, or at full closure if never),
        extrapolated, unit.

    Raises
    ------
    InputError
        If the year or the number of draws is out of range, or the amount is not positive.
    """
    check_draws(draws)
    if not amount > 0:
        raise InputError(f"the target is {amount:g}: it must be a positive amount of trade")
    step = scenario.step(year)
    wanted = int(scenario.years[step])
    effects = scenario.effect_draws(draws, seed)
    futures = joint_futures(scenario.baseline, wanted, draws, seed)

    def totals(closure: float) -> np.ndarray:
        closures = np.full(len(scenario.terms), closure)
        changes = [scenario.log_change(i, step, effects, closures) for i in range(len(futures))]
        changed = [b if c is None else b * np.exp(c) for b, c in zip(futures, changes, strict=True)]
        return np.sum(changed, axis=0)

    def shortfall(closure: float) -> float:
        # As `simulate` takes the median, so that the same futures give the same figure.
        return float(np.quantile(totals(closure), 0.5, method="inverted_cdf")) - amount

    none, full = shortfall(0.0), shortfall(1.0)
    if none >= 0:
        closure, reached = 0.0, "baseline"
    elif full < 0:
        closure, reached = np.nan, "never"
    else:
        closure, reached = scipy.optimize.brentq(shortfall, 0.0, 1.0, xtol=_CLOSURE_TOLERANCE), "closure"
    row = {
        "region": scenario.region.label,
        "year": wanted,
        "target": amount,
        "baseline": none + amount,
        "full": full + amount,
        "closure": closure,
        "reached": reached,
        "probability": float((totals(1.0 if reached == "never" else closure) >= amount).mean()),
        "extrapolated": bool(scenario.extrapolated.any()),
        "unit": scenario.baseline.unit,
    }
    return pd.DataFrame([row])


def seek_targets(
    simulation: Simulation, goal: Target, benchmark: Region, vintage: str = BUNDLED
) -> tuple[pd.DataFrame, str]:
    """Seek the closure for a target, and for the benchmark's trade per GDP beside it.

    Parameters
    ----------
    simulation : Simulation
        Its scenario, draws and seed are used.
    goal : Target
        What is asked.
    benchmark : Region
        As in `target_amount`.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame, str
        A row a target as from `goal_seek`, with its kind; and why the benchmark's ratio is none, if it is not.
    """
    scenario = simulation.scenario
    rows, lacking = [], ""
    ratio = Target(kind="benchmark_ratio", year=goal.year)
    for each in [goal] if goal.kind == ratio.kind else [goal, ratio]:
        try:
            amount = target_amount(each, scenario.baseline, benchmark, vintage)
        except InputError as error:
            lacking = str(error)
            continue
        rows.append(goal_seek(scenario, amount, each.year, simulation.draws, simulation.seed).assign(kind=each.kind))
    return pd.concat(rows, ignore_index=True), lacking


def reach(simulation: Simulation, amount: float) -> pd.DataFrame:
    """Return how likely a region's total is to reach an amount, year by year.

    Parameters
    ----------
    simulation : Simulation
        As from `simulate`.
    amount : float
        In the unit of the simulation.

    Returns
    -------
    pandas.DataFrame
        year, quantity ("baseline", "scenario"), probability (share of the draws at or above the amount), mc_error
        (its binomial standard error).
    """
    rows = [
        {"year": int(year), "quantity": name, "probability": float((total >= amount).mean())}
        for name, totals in simulation.totals.items()
        for year, total in zip(simulation.years, totals, strict=True)
    ]
    frame = pd.DataFrame(rows)
    chance = frame["probability"]
    return frame.assign(mc_error=np.sqrt(chance * (1 - chance) / simulation.draws))


def gdp_series(vintage: str, prices: str) -> pd.DataFrame:
    """Return GDP in US dollars as a series that `fit_baseline` takes."""
    panel = load("panel", vintage).dropna(subset="gdp_current_usd")
    frame = panel[["iso3", "year"]].assign(value=panel["gdp_current_usd"] / 1e6)
    frame = frame.assign(measure="GDP", flow=f"{prices} prices", unit="USD million")
    return at_constant_prices(frame, vintage) if prices == "constant" else frame
