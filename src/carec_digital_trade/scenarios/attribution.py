"""Which lever brings how much of the additional trade?

Levers work together (effects multiply, and regulation only raises that of connectivity), so what one brings depends on
which others are there. The Shapley value is its mean contribution over all orders in which they could be put in place.
"""

from math import factorial

import numpy as np
import pandas as pd

from carec_digital_trade.scenarios.random_walk import simulate_paths
from carec_digital_trade.scenarios.scenario import Scenario
from carec_digital_trade.scenarios.simulation import Simulation

MOST_DRAWS = 10_000
"""Every coalition of levers is evaluated in every draw, and shares need no more of them."""


def attribute(simulation: Simulation) -> pd.DataFrame:
    """Share out the additional trade among the levers.

    Parameters
    ----------
    simulation : Simulation
        As from `simulate`. The shares are taken from its first `MOST_DRAWS` draws.

    Returns
    -------
    pandas.DataFrame
        One row for each member and the total (iso3 missing), lever and year: region, iso3, year, lever, contribution
        (the share times the median additional trade, to which the contributions add up), share (mean over the draws
        in which something is added of the lever's Shapley value over it; missing where that is none), part (in the
        last year, of the total's median: what this lever brings in this member, by its mean share of the total; the
        parts of all members add up to the total's contributions, which their own medians do not), unit.
        The mean of the values themselves would hang on a few extreme futures.
    """
    scenario, draws = simulation.scenario, min(simulation.draws, MOST_DRAWS)
    effects = scenario.effect_draws(draws, simulation.seed)
    acting = np.array([name in scenario.acting for name in scenario.levers], dtype=bool)
    player = np.array([scenario.acting.index(term.lever) for term in scenario.terms], dtype=int)
    total = np.zeros((2 ** acting.sum(), len(scenario.years), draws))
    shares, last = [], []
    for i, path in enumerate(simulate_paths(scenario.baseline, int(scenario.years[-1]), draws, simulation.seed)):
        values = _coalitions(scenario, i, path, effects, player)
        total += values
        shares.append(_shares(values, acting))
        last.append(shapley(values[:, -1]))
    shares.append(_shares(total, acting))
    codes = [*scenario.baseline.members, None]
    index = pd.MultiIndex.from_product([codes, scenario.levers, scenario.years], names=["iso3", "lever", "year"])
    columns = {"share": np.array(shares), "of_total": _of_total(np.array(last), total[-1, -1], acting, len(total[0]))}
    frame = pd.DataFrame({name: each.reshape(-1) for name, each in columns.items()}, index=index).reset_index()
    added = simulation.bands[simulation.bands["quantity"] == "additional"]
    frame = frame.merge(added[["region", "iso3", "year", "median", "unit"]], on=["iso3", "year"])
    frame["contribution"] = (frame["share"] * frame["median"]).fillna(0.0)
    frame["part"] = frame["of_total"] * added.loc[added["iso3"].isna(), "median"].iloc[-1]
    return frame[["region", "iso3", "year", "lever", "contribution", "share", "part", "unit"]]


def shapley(values: np.ndarray) -> np.ndarray:
    """Return the exact Shapley value of each of L players.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (2**L, ...): worth of each coalition, indexed by the sum of 2**player over its members; that of nobody
        is at 0.

    Returns
    -------
    numpy.ndarray
        Shape (L, ...): adds up to the worth of all less that of nobody.

    Notes
    -----
    Shapley (1953), A Value for n-Person Games.
    """
    players = len(values).bit_length() - 1
    shares = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        for coalition in range(len(values)):
            if not coalition >> player & 1:
                before = coalition.bit_count()
                weight = factorial(before) * factorial(players - before - 1) / factorial(players)
                shares[player] += weight * (values[coalition | 1 << player] - values[coalition])
    return shares


def _coalitions(
    scenario: Scenario, economy: int, path: np.ndarray, effects: np.ndarray, player: np.ndarray
) -> np.ndarray:
    """Return one economy's additional trade with each coalition of the A acting levers: shape (2**A, Y, D)."""
    values = np.zeros((2 ** len(scenario.acting), *path.shape))
    for coalition in range(1, len(values)):
        closure = scenario.closure * (coalition >> player & 1)
        for step, baseline in enumerate(path):
            change = scenario.log_change(economy, step, effects, closure)
            if change is not None:
                values[coalition, step] = baseline * np.exp(change) - baseline
    return values


def _shares(values: np.ndarray, acting: np.ndarray) -> np.ndarray:
    """Return each lever's share by year, shape (L, Y), from the worth of coalitions of those that act."""
    added = values[-1]
    positive = added > 0
    something = positive.any(axis=1)
    shares = np.full((len(acting), len(added)), np.nan)
    shares[:, something] = 0.0
    parts = shapley(values[:, something])
    within = np.divide(parts, added[something], out=np.zeros_like(parts), where=positive[something])
    shares[np.ix_(acting, something)] = within.sum(axis=-1) / positive[something].sum(axis=-1)
    return shares


def _of_total(parts: np.ndarray, added: np.ndarray, acting: np.ndarray, years: int) -> np.ndarray:
    """Return each member's and lever's share of the total in the last of Y years, shape (M + 1, L, Y), the total last.

    Parameters
    ----------
    parts : numpy.ndarray
        Shapley values of the levers that act in the last year, shape (M, A, D).
    added : numpy.ndarray
        What all together add to the total in that year, shape (D,).
    acting : numpy.ndarray
        Which of the L levers act.
    years : int
        Y.
    """
    positive = added > 0
    shares = np.full((len(parts) + 1, len(acting), years), np.nan)
    shares[..., -1] = 0.0
    if positive.any():
        within = (parts[..., positive] / added[positive]).mean(axis=-1)
        shares[:-1, acting, -1], shares[-1, acting, -1] = within, within.sum(axis=0)
    return shares
