"""What the levers rest on, how much gap they close, and which figure matters."""

from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.wording import MEASURES, asked, economy, few, lever_words
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.regions import economy_name
from carec_digital_trade.scenarios import (
    BASELINE,
    ELASTICITY,
    FUTURES,
    KINDS_IN_WORDS,
    SCALES,
    Goods,
    Simulation,
)

_GAPS = ["indicator_gap", "indicator_gap_used", "indicator_gap_beyond"]


def evidence(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, goods: Goods) -> dict[str, Any]:
    """Say which ranges are published, which are assumed, and what is a proxy or has no effect."""
    elasticity = frame["lever"] == ELASTICITY
    unit = frame["kind"].map(KINDS_IN_WORDS).fillna("").mask(elasticity, "elasticity")
    frame = frame.assign(
        name=frame["lever"].map(lever_words),
        on=frame["outcome"].replace(MEASURES),
        unit=unit,
        figure=frame["central"].map("{:g}".format).replace("nan", "none"),
        range=[
            "" if np.isnan(row.central) else f"{row.low:g} to {row.high:g}, {row.bounds}" for row in frame.itertuples()
        ],
        estimated=frame["estimated_on"].where(frame["estimated_on"] != "", unit),
        closes=[SCALES[used].title if used else "" for used in frame["used"]],
    )
    levers = frame[~elasticity]
    effective = levers[levers["id"] != ""].drop_duplicates(["lever", "id"])

    def named(which: pd.Series) -> list[str]:
        return list(dict.fromkeys(effective["name"][which]))

    own = effective["id"] == "own"
    acting = list(futures.scenario.acting)
    goods_only = (levers["outcome"] == "goods_and_services") & ~levers["lever"].isin(acting)
    return {
        "frame": frame,
        "also": [(_figures(frame), ["effect"])],
        "published": few(named((effective["bounds"] == "published") & ~own), empty=""),
        "assumed": few(named(effective["bounds"] == "assumed"), empty=""),
        "own": few(named(own), empty=""),
        "proxies": few(named(effective["proxy"]), empty=""),
        "without": few(dict.fromkeys(levers["name"][levers["id"] == ""]), empty=""),
        "goods_only": few(dict.fromkeys(levers["name"][goods_only]), empty=""),
        "idle_amplifiers": few(map(lever_words, (set(acting) - set(futures.scenario.effective))), empty=""),
        "spilling": levers.dropna(subset="spillover")["name"].tolist(),
    }


def _figures(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the figures to be recorded, each effect of a lever once."""
    figures = frame.dropna(subset="central").drop_duplicates(["lever", "id"], ignore_index=True)
    twice = figures["lever"].duplicated(keep=False)
    names = {"central": "effect", "low": "effect_low", "high": "effect_high"}
    item = figures["lever"].str.replace(" ", "_") + ("_" + figures["outcome"]).where(twice, "")
    return figures.rename(columns=names).assign(item=item)


def gaps(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say who has no gap, whose gap goes beyond what is used, and how soon the part used would close by itself."""
    scenario = futures.scenario
    if frame.empty:
        return _gap_facts(chosen, futures) | {"frame": frame, "tables": ["panel"], "reached": [], "beyond": ""}
    idle = ~frame["lever"].isin(scenario.effective)
    parts = frame[["gap_used", "gap_beyond"]].mask(idle)
    frame = frame.assign(**parts, extrapolated=frame["extrapolated"] & ~idle)
    pace = scenarios.own_pace_years(frame, chosen.vintage)
    frame = in_words(frame.assign(region=scenario.region.label, own_pace_years=pace, effective=~idle))
    soon = frame.loc[frame["effective"] & (frame["gap_used"] > 0), "own_pace_years"].dropna()
    groups = frame.groupby("lever", sort=False)
    return _gap_facts(chosen, futures) | {
        "frame": frame,
        "also": gap_records(frame),
        "tables": list(dict.fromkeys(SCALES[name].table for name in frame["indicator_name"])),
        "reached": [(lever_words(name), int((rows["gap"] == 0).sum()), len(rows)) for name, rows in groups][:3],
        "beyond": few(dict.fromkeys(frame.loc[frame["effective"] & (frame["gap_beyond"] > 0), "economy"]), empty=""),
        "moving": len(soon),
        "soon": soon.median(),
    }


def _gap_facts(chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    aside = [name for name in chosen.chosen_levers() if name not in futures.scenario.levers]
    return asked(chosen, futures) | {
        "cited": "",
        "aside": few(map(lever_words, aside), empty=""),
        "measure": MEASURES[chosen.measure],
        "moving": 0,
        "soon": np.nan,
        "pace_years": scenarios.PACE_YEARS,
    }


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Add to gaps what is printed: names, and gaps in times where they are in logs."""
    times = frame["gap_unit"] == "log"
    frame = frame.rename(columns={"indicator": "indicator_name"}).rename(columns={"value": "indicator"})
    return economy(frame).assign(
        name=frame["lever"].map(lever_words),
        when=[str(year) if pd.notna(year) else "no data" for year in frame["year"]],
        shown=shown(frame["gap"], times),
        shown_used=shown(frame["gap_used"], times),
        shown_beyond=shown(frame["gap_beyond"], times),
        scale=np.where(times, "times", "difference"),
    )


def shown(gap: pd.Series, times: pd.Series) -> np.ndarray:
    """Return a gap in times where it is in logs; missing from nothing to something, which is no number of times."""
    logs = gap.astype(float).replace(np.inf, np.nan)
    return np.where(times, np.exp(logs), logs)


def gap_records(frame: pd.DataFrame) -> list[tuple[pd.DataFrame, list[str]]]:
    """Return what is recorded of gaps, each with its unit."""
    frame = frame.assign(
        item=frame["lever"],
        indicator_gap=frame["gap"],
        indicator_gap_used=frame["gap_used"],
        indicator_gap_beyond=frame["gap_beyond"],
        extrapolated=frame["extrapolated"].astype(float),
    )
    of_gap = frame.assign(unit=np.where(frame["gap_unit"] == "log", "log ratio", "difference"))
    return [(frame, ["indicator", "own_pace_years", "extrapolated"]), (of_gap, _GAPS)]


def attribution(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say which lever brings how much of what is added."""
    last = frame[frame["year"] == chosen.horizon]
    total = last[last["iso3"].isna()].set_index("lever")["share"]
    bringing = total[total > 0].sort_values(ascending=False)
    sums = last.groupby("iso3", dropna=False)["contribution"].transform("sum")
    printed = economy(last.assign(together=sums)[(sums > 0) & (last["contribution"] > 0)])
    printed = printed.assign(
        name=printed["lever"].map(lever_words),
        lever_contribution=printed["contribution"],
        lever_share=100 * printed["share"],
    ).sort_values("together", ascending=False, kind="stable", ignore_index=True)
    recorded = frame[frame["iso3"].isna() | (frame["year"] == chosen.horizon)]
    recorded = recorded.assign(
        lever_contribution=recorded["contribution"], lever_share=100 * recorded["share"], item=recorded["lever"]
    )
    return asked(chosen, futures) | {
        "frame": printed,
        "also": [(recorded, ["lever_contribution", "lever_share"])],
        "bringing": [(lever_words(name), share) for name, share in bringing.items()][:3],
        "idle": few(map(lever_words, total.index[total == 0]), empty=""),
    }


def tornado(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say which figure moves the result most, and why the middle is not the median of the futures."""
    median = futures.total("additional", chosen.horizon)["median"].item()
    return asked(chosen, futures) | {
        "frame": _of_factors(frame),
        "moves": [(_named(row.factor), row.swing, row.tornado_low, row.tornado_high) for row in frame.itertuples()],
        "centre": frame["tornado"].iloc[0],
        "median": median,
        "futures": FUTURES,
        "still": not frame["swing"].any(),
    }


def sobol(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say which figure makes up most of the variance, and what the next does with all that depends on it."""
    return asked(chosen, futures) | {
        "frame": _of_factors(frame),
        "top": _named(frame["factor"].iloc[0]),
        "alone": min(max(frame["first_order"].iloc[0], 0.0), 1.0),
        "others": [(_named(row.factor), max(row.total_order, 0.0)) for row in frame.iloc[1:].itertuples()][:2],
        "still": bool(frame["total_order"].isna().any()),
    }


def _of_factors(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(name=frame["factor"].map(lever_words), item=frame["factor"].str.replace(" ", "_"))


def _named(factor: str) -> str:
    return f"the {factor}" if factor in (BASELINE, ELASTICITY) else f"the effect of {lever_words(factor)}"


def per_ten_points(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say what connectivity adds in either reading of the WTO's effect."""
    together = scenarios.central_addition(futures.scenario)
    label = futures.scenario.region.label
    frame = frame.assign(region=label, year=chosen.horizon)
    frame = frame.assign(economy=[economy_name(code, short=True) for code in frame["iso3"]])
    whole = pd.DataFrame([{"region": label, "year": chosen.horizon, "additional_central": together}])
    return asked(chosen, futures) | {
        "frame": frame,
        "also": [(whole, ["additional_central"])],
        "tables": [],
        "used": frame["additional_as_used"].sum(),
        "other": frame["additional_in_points"].sum(),
        "together": together,
    }
