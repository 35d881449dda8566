"""The factors of a gap as tables and records."""

import numpy as np
import pandas as pd

from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts import gap_predicates as told
from carec_digital_trade.findings.facts.gap_predicates import Facts
from carec_digital_trade.gap import Decomposition
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital

FACTORS = WORDS["factors"]


def decomposition(total: Decomposition, chosen: GapParameters, mean: Decomposition) -> Facts:
    """Set the factors of regional totals and of mean members below each other, each with the trade itself."""
    place = {"region": chosen.compared()[0].label}
    records = []
    for each, basis in ((total, ""), (mean, "mean_member")):
        records.append(pd.DataFrame([{**place, "item": basis, "gap": each.gap, "log_gap": each.log_gap}]))
        items = [joined(factor, basis) for factor in each.table["factor"]]
        records.append(each.table[["contribution", "log_contribution"]].assign(**place, item=items))
    table = pd.concat([_factors(total, "total"), _factors(mean, "mean_member")], ignore_index=True)
    return {"frame": table, "records": records} | told.gap_facts(total, FACTORS, chosen.compared())


def by_economy(rows: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Spread the factors' parts over columns, a row an economy."""
    frame = rows.drop_duplicates("iso3")[["iso3", "trade", "benchmark_trade", "note"]].set_index("iso3")
    values = ["contribution", "log_contribution"]
    wide = rows.dropna(subset="factor").pivot(index="iso3", columns="factor", values=values)
    wide.columns = [f"{value}_{factor}" for value, factor in wide.columns]
    logs = np.log(frame["trade"] / frame["benchmark_trade"])
    frame = frame.join(wide).assign(gap=frame["trade"] - frame["benchmark_trade"], log_gap=logs).reset_index()
    region = chosen.compared()[0].label
    long = rows.dropna(subset="factor")[["iso3", "factor", *values]].rename(columns={"factor": "item"})
    records = [frame[["iso3", "gap", "log_gap"]].assign(region=region), long.assign(region=region)]
    return {"frame": frame, "records": records} | told.held_back(frame, FACTORS)


def joined(*parts: str) -> str:
    """Join the parts of an item's name that there are."""
    return "_".join(filter(None, parts))


def _factors(found: Decomposition, basis: str) -> pd.DataFrame:
    """Return a row a factor and one for trade; a part has no share of the gap where parts differ in sign."""
    trade = {
        "factor": "trade",
        "unit": "USD million",
        "region_value": found.region_trade,
        "benchmark_value": found.benchmark_trade,
        "log_contribution": found.log_gap,
        "contribution": found.gap,
        "share_of_gap": 1.0 if found.gap else np.nan,
    }
    rows = pd.concat([found.table, pd.DataFrame([trade])], ignore_index=True)
    parts = found.table["contribution"]
    mixed = (parts > 0).any() and (parts < 0).any()
    persons = np.where(rows["unit"] == "persons", 1e6, 1)
    return rows.assign(
        basis=WORDS["bases"][basis],
        words=[capital(name) for name in rows["factor"].replace(FACTORS)],
        ratio=np.exp(rows["log_contribution"]),
        share_of_gap=np.nan if mixed else 100 * rows["share_of_gap"],
        shown_unit=rows["unit"].replace("persons", "million persons"),
        region_shown=rows["region_value"] / persons,
        benchmark_shown=rows["benchmark_value"] / persons,
    )
