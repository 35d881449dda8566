"""What paperless trade would do for goods, by ESCAP's own estimate and at the upper end."""

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.levers import SCOPES, Facts, asked, economy, gap_records, in_words, shown
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenarios import Goods

_BANDS = ["additional_trade", "additional_trade_50", "additional_trade_95"]


def goods(frame: pd.DataFrame, chosen: ScenarioParameters, goods: Goods) -> Facts:
    """Say what paperless trade would add to goods and services, or why that cannot be simulated."""
    if goods.futures is None:
        return {"lacking": goods.lacking}
    region = chosen.compared()[0].label
    gaps = in_words(goods.gaps(chosen.vintage).assign(region=region))
    past = scenarios.accuracy(goods.past)
    item = past["method"] + "_" + past["scope"].map(SCOPES)
    past = past.assign(region=region, year=goods.past["year"].max(), item=item)
    errors = past[past["scope"] == "region"].set_index("method")["mase"]
    shares = frame.drop(columns=_BANDS).assign(extrapolated=frame["extrapolated"].astype(float))
    frame = economy(frame).assign(
        treaty=frame["treaty"].fillna("not listed").mask(frame["iso3"].isna(), ""),
        stands=frame["value"],
        shown=shown(frame["gap"], gaps["gap_unit"].iloc[0] == "log"),
    )
    return asked(chosen, goods.futures) | {
        "lacking": "",
        "tables": ["panel", "cpta"],
        "frame": frame,
        "records": [
            goods.futures.named("additional", "additional_trade", members=True),
            shares,
            *gap_records(gaps),
            past,
        ],
        "chosen_lever": goods.chosen,
        "unmeasured": bool(gaps["indicator"].isna().all() and (gaps["gap"] > 0).any()),
        "total": frame.iloc[0],
        "gaining": int((frame["additional_trade"].iloc[1:] > 0).sum()),
        "error": errors.get(chosen.baseline, np.nan),
        "no_change": errors.get("no_change", np.nan),
    }


def crosscheck(frame: pd.DataFrame, chosen: ScenarioParameters) -> Facts:
    """Say how many times over the cost effect exceeds ESCAP's own estimate."""
    figures = frame.set_index("figure")
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    effect = lever.effect if isinstance(lever.effect, str) and lever.effect in figures.index else "escap_cpta"
    others = {cost: scenarios.at_cost(effect, cost) for cost in scenarios.AD_VALOREM_COSTS}
    gain = "escap_full_gain"
    return {
        "frame": frame.assign(item=frame["figure"]),
        "ours": figures.loc[effect],
        "theirs": figures.at["escap_full_at_most", "crosscheck"],
        "partial": figures.at["escap_partial_at_most", "crosscheck"],
        "gain": 1e3 * figures.at[gain, "crosscheck"] if gain in figures.index else np.nan,
        "times": figures.loc[f"{effect}_times_escap"],
        "cost": lever.ad_valorem_cost,
        "elsewhere": [(cost, figures.at[name, "crosscheck"]) for cost, name in others.items() if name in figures.index],
    }
