"""In how many futures would an economy trade more than any ever did for its GDP?"""

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.scenarios.draws import stretched
from carec_digital_trade.scenarios.goal import gdp_series
from carec_digital_trade.scenarios.outcome import outcome
from carec_digital_trade.scenarios.random_walk import OLDEST_START, fit_baseline, simulate_paths
from carec_digital_trade.scenarios.simulation import Simulation

_COLUMNS = ["region", "iso3", "year", "exceeding_baseline", "exceeding", "record", "record_iso3", "record_year"]


def feasibility(simulation: Simulation, vintage: str = BUNDLED) -> pd.DataFrame:
    """Count the futures in which trade exceeds a share of GDP that no economy of the panel has ever reached.

    Parameters
    ----------
    simulation : Simulation
        As from `simulate`.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        The region (iso3 missing: at least one member exceeds it), then its members with GDP, the most often first:
        region, iso3, year (the last), exceeding_baseline and exceeding (share of the futures without and with the
        levers), record (the largest trade over GDP on record), record_iso3, record_year (whose). GDP goes on as
        `fit_baseline` projects it, without shocks: an assumption. Empty if no member has recent GDP.
    """
    scenario, baseline = simulation.scenario, simulation.scenario.baseline
    gdp = gdp_series(vintage, baseline.prices)
    recent = set(gdp.loc[gdp["year"] >= gdp["year"].max() - OLDEST_START, "iso3"])
    known = [code for code in baseline.members if code in recent]
    if not known:
        return pd.DataFrame(columns=_COLUMNS)
    ratios = outcome(baseline.measure, baseline.flow, vintage, baseline.prices).merge(
        gdp[["iso3", "year", "value"]], on=["iso3", "year"], suffixes=("", "_gdp")
    )
    shares = (ratios["value"] / ratios["value_gdp"]).dropna()
    holder, last = ratios.loc[shares.idxmax()], int(scenario.years[-1])
    limits = dict(zip(known, shares.max() * fit_baseline(gdp, known).median(last), strict=True))
    effects = scenario.effect_draws(simulation.draws, simulation.seed)
    above = {}
    for economy, path in enumerate(simulate_paths(baseline, last, simulation.draws, simulation.seed)):
        code = baseline.members[economy]
        if code in limits:
            before = stretched(path[-1], baseline.stretch)
            change = scenario.log_change(economy, len(scenario.years) - 1, effects)
            after = before if change is None else before * np.exp(change)
            above[code] = np.array([before, after]) > limits[code]
    members = [(code, *found.mean(axis=1)) for code, found in above.items()]
    members.sort(key=lambda row: -row[-1])
    rows = [(None, *np.any(list(above.values()), axis=0).mean(axis=1)), *members]
    frame = pd.DataFrame(rows, columns=["iso3", "exceeding_baseline", "exceeding"])
    of_record = {"record": shares.max(), "record_iso3": holder["iso3"], "record_year": int(holder["year"])}
    return frame.assign(region=scenario.region.label, year=last, **of_record)[_COLUMNS]
