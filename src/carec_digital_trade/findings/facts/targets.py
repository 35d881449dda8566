"""Is the target reached, and what would paperless trade do for goods?"""

from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.levers import gap_records, in_words, shown
from carec_digital_trade.findings.facts.wording import METHODS, SCOPES, UNRELIABLE, asked, economy, unwidened
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenarios import Goods, Simulation

_TREATY = {1.0: "party", 0.5: "signed", 0.0: "neither"}


def goal(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, lacking: str) -> dict[str, Any]:
    """Say what share of every gap must be closed for each target, if any closure does."""
    frame = frame.assign(
        title=[_title(kind, chosen) for kind in frame["kind"]], when=frame["year"].astype(str), item=frame["kind"]
    )
    return (
        asked(chosen, futures)
        | unwidened(chosen, futures, "baseline", chosen.goal().year)
        | {
            "frame": frame,
            "targets": frame.to_dict("records"),
            "year": chosen.goal().year,
            "lacking": lacking,
        }
    )


def chances(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, amount: float) -> dict[str, Any]:
    """Say how likely the target is, with and without the levers."""
    label, goal = futures.scenario.region.label, chosen.goal()
    plain = scenarios.reach(futures.unwidened, amount)
    plain = plain[plain["year"] == goal.year]
    each = frame.assign(region=label, reached=100 * frame["probability"], item=frame["quantity"])
    bare = plain.assign(region=label, reached=100 * plain["probability"], item="unwidened_" + plain["quantity"])
    wide = frame.pivot(index="year", columns="quantity", values=["probability", "mc_error"]) * 100
    table = pd.DataFrame(
        {
            "year": wide.index,
            "when": wide.index.astype(str),
            "baseline": wide["probability", "baseline"].to_numpy(),
            "scenario": wide["probability", "scenario"].to_numpy(),
            "error": wide["mc_error"].max(axis="columns").to_numpy(),
        }
    )
    return asked(chosen, futures) | {
        "frame": table,
        "also": [(each, ["reached"]), (bare, ["reached"])],
        "amount": amount,
        "year": goal.year,
        "title": _title(goal.kind, chosen),
        "given_gdp": goal.kind == "benchmark_ratio",
        "factor": futures.scenario.baseline.widening,
        "at": frame[frame["year"] == goal.year].set_index("quantity")["probability"],
        "plain": plain.set_index("quantity")["probability"],
    }


def _title(kind: str, chosen: ScenarioParameters) -> str:
    multiple = chosen.goal().multiple
    if kind == "multiple":
        return "double the latest total" if multiple == 2 else f"{multiple:g} times the latest total"
    return f"the median trade per GDP of {chosen.compared()[1].label}"


def goods(frame: pd.DataFrame, chosen: ScenarioParameters, goods: Goods) -> dict[str, Any]:
    """Say what paperless trade would add to goods and services, or why that cannot be simulated."""
    label = chosen.compared()[0].label
    about = {"region": label, "year_to_come": chosen.horizon, "lacking": goods.lacking}
    if goods.futures is None:
        return about | {"frame": frame}
    gaps = in_words(goods.gaps(chosen.vintage).assign(region=label))
    past = scenarios.accuracy(goods.past)
    past = past.assign(
        region=label, year=goods.past["year"].max(), item=past["method"] + "_" + past["scope"].map(SCOPES)
    )
    total, members = frame.iloc[0], frame.iloc[1:]
    factor = goods.futures.scenario.baseline.widening
    own = past[past["method"] == chosen.baseline].set_index("scope")["mase"]
    unit = gaps["gap_unit"].iloc[0]
    treaty = gaps["indicator_name"].iloc[0] == "cpta"
    stands = frame["value"].map(_TREATY if treaty else "{:.2f}".format, na_action="ignore").fillna("no data")
    columns = ["additional_trade", "additional_trade_50", "additional_trade_95"]
    return (
        asked(chosen, goods.futures)
        | about
        | {
            "tables": ["panel", "cpta"],
            "frame": economy(frame).assign(
                stands=stands.mask(frame["iso3"].isna(), ""),
                shown=shown(frame["gap"], pd.Series(unit == "log", frame.index)),
            ),
            "also": [
                (goods.futures.named("additional", "additional_trade", members=True), columns),
                (frame.assign(extrapolated=frame["extrapolated"].astype(float)), ["additional_share", "extrapolated"]),
                *gap_records(gaps),
                (past, ["mase"]),
            ],
            "chosen_lever": goods.chosen,
            "total": total,
            "gaining": int((members["additional_trade"] > 0).sum()),
            "members": len(members),
            "factor": factor,
            "unreliable": factor > UNRELIABLE,
            "method": METHODS[chosen.baseline],
            "error": own.get("region", np.nan),
            "no_change": past[(past["method"] == "no_change") & (past["scope"] == "region")]["mase"].mean(),
        }
    )


def crosscheck(frame: pd.DataFrame, chosen: ScenarioParameters) -> dict[str, Any]:
    """Say how many times over the cost effect exceeds ESCAP's own estimate."""
    figures = frame.set_index("figure")
    (lever,) = scenarios.paperless_lever(chosen.chosen_levers()).values()
    effect = lever.effect if isinstance(lever.effect, str) and lever.effect in figures.index else "escap_cpta"
    others = {cost: scenarios.at_cost(effect, cost) for cost in scenarios.AD_VALOREM_COSTS}
    return {
        "frame": frame.assign(item=frame["figure"]),
        "ours": figures.loc[effect],
        "theirs": figures.at["escap_full_at_most", "crosscheck"],
        "times": figures.loc[f"{effect}_times_escap"],
        "cost": lever.ad_valorem_cost,
        "elsewhere": [(cost, figures.at[name, "crosscheck"]) for cost, name in others.items() if name in figures.index],
    }
