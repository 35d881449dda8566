"""What the levers rest on, how much gap they close, and which figure matters."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.economies import economy_name
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.scenarios import BASELINE, ELASTICITY, KINDS_IN_WORDS, SCALES, STUDY, Goods, Simulation
from carec_digital_trade.scenarios.indicators import PANEL_COLUMNS

Facts = dict[str, Any]

UNRELIABLE = 2.0
"""Factor on the total's bands beyond which they are not to be relied on: more of them is then the factor than the past
that they were drawn from."""
SCOPES = {"economy": "economies", "everybody": "all_economies", "region": "total"}
"""Scope of a backtest's forecasts to the item of a record."""
_MOST = 3
"""Names of a list, and levers, that a sentence has room for."""
_PLACE = ["region", "iso3", "year", "item", "unit"]


def _source(indicator: str) -> str:
    """Return the table of an indicator, with its column where other producers fill the others."""
    return ".".join(filter(None, (SCALES[indicator].table, PANEL_COLUMNS.get(indicator))))


def asked(chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Return what every finding of a simulation says: from which tables and effects, and how far to trust it."""
    scenario = futures.scenario
    indicators = [_source(term.indicator) for term in scenario.terms]
    cited = dict.fromkeys(term.effect.source for term in scenario.terms)
    beyond = bool(scenario.extrapolated.any())
    return {
        "factor": scenario.baseline.total_stretch,
        "unreliable": scenario.baseline.total_stretch > UNRELIABLE,
        "tables": [chosen.measure, *indicators],
        "cited": f"Effects: {'; '.join(cited)}." if cited else "",
        "extrapolated": beyond,
        "outdated": few(map(short_name, scenario.outdated)),
        "mark": "; EXTRAPOLATED beyond the evidence" if beyond else "",
        "nothing": bool((futures.totals["scenario"][-1] == futures.totals["baseline"][-1]).all()),
    }


def economy(frame: pd.DataFrame) -> pd.DataFrame:
    """Name the economy of each row; one without a code is the region."""
    names = [row.region if pd.isna(row.iso3) else short_name(row.iso3) for row in frame.itertuples()]
    return frame.assign(economy=names)


def short_name(code: str) -> str:
    """Return an economy's name as tables have it."""
    return economy_name(code, short=True)


def lever_words(name: str) -> str:
    """Return a lever's name in words, such as "connectivity 2", or that of one of its studies."""
    for study, words in WORDS["studies"].items():
        name = name.replace(study, words)
    return name.replace("_", " ")


def few(names: Iterable[str]) -> str:
    """Return names as a list, of which all but the first few are counted; empty for none."""
    every = list(dict.fromkeys(names))
    rest = len(every) - _MOST
    return listing([*every[:_MOST], *([f"{rest} more"] if rest > 0 else [])], empty="")


def evidence(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, goods: Goods) -> Facts:
    """Say which ranges are published, which are assumed, and what is a proxy or has no effect."""
    elasticity = frame["lever"] == ELASTICITY
    unit = frame["kind"].map(KINDS_IN_WORDS).fillna("").mask(elasticity, "elasticity")
    frame = frame.assign(
        name=frame["lever"].map(lever_words),
        on=frame["outcome"].replace(WORDS["measures"]),
        unit=unit,
        figure=frame["central"].map("{:g}".format).replace("nan", "none"),
        range=[
            "" if np.isnan(row.central) else f"{row.low:g} to {row.high:g}, {row.bounds}" for row in frame.itertuples()
        ],
        estimated=frame["estimated_on"].where(frame["estimated_on"] != "", unit),
        closes=[SCALES[used].title if used else "" for used in frame["used"]],
    )
    levers = frame[~elasticity]
    without, own = levers["id"] == "", levers["id"] == "own"
    acting, working = [term.name for term in futures.scenario.terms], futures.scenario.effective
    goods_only = (levers["outcome"] == "goods_and_services") & ~levers["lever"].isin(acting)
    return {
        "frame": frame,
        "records": [_figures(frame)],
        "published": few(levers["name"][(levers["bounds"] == "published") & ~own & ~without]),
        "assumed": few(levers["name"][(levers["bounds"] == "assumed") & ~without]),
        "own": few(levers["name"][own]),
        "proxies": few(levers["name"][levers["proxy"].astype(bool) & ~without]),
        "without": few(levers["name"][without]),
        "goods_only": few(levers["name"][goods_only]),
        "idle_amplifiers": few(lever_words(name) for name in acting if name not in working),
        "spilling": bool(levers["spillover"].notna().any()),
    }


def _figures(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the figures to be recorded, each effect of a lever once."""
    figures = frame.dropna(subset="central").drop_duplicates(["lever", "id"], ignore_index=True)
    twice = figures["lever"].duplicated(keep=False)
    names = {"central": "effect", "low": "effect_low", "high": "effect_high"}
    item = figures["lever"].str.replace(" ", "_") + ("_" + figures["outcome"]).where(twice, "")
    return figures.rename(columns=names).assign(item=item)


def gaps(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say who has no gap, whose gap goes beyond what is used, and how soon the part used would close by itself."""
    scenario = futures.scenario
    aside = [name for name in chosen.chosen_levers() if name not in scenario.levers]
    facts = asked(chosen, futures) | {
        "cited": "",
        "aside": few(map(lever_words, aside)),
        "measure": WORDS["measures"][chosen.measure],
        "pace_years": scenarios.PACE_YEARS,
    }
    if frame.empty:
        nobody = {"reached": [], "further": [], "beyond": "", "outdated": "", "unknown": 0, "moving": 0, "soon": np.nan}
        return facts | nobody | {"frame": frame, "records": [], "tables": ["panel"]}
    idle = ~frame["lever"].isin(scenario.effective)
    frame = frame.assign(
        gap_used=frame["gap_used"].mask(idle),
        gap_beyond=frame["gap_beyond"].mask(idle),
        extrapolated=frame["extrapolated"] & ~idle,
        region=scenario.region.label,
        effective=~idle,
    )
    frame = in_words(frame.assign(own_pace_years=scenarios.own_pace_years(frame, chosen.vintage)))
    studies = {term.name: WORDS["studies"][term.effect.study] for term in scenario.terms if term.name != term.lever}
    frame = frame.assign(panel=[studies.get(lever, lever_words(lever)) for lever in frame["lever"]])
    soon = frame.loc[frame["effective"] & (frame["gap_used"] > 0), "own_pace_years"].dropna()
    far = frame["effective"] & (frame["gap_beyond"] > 0)
    groups = list(frame.assign(far=far).groupby("name", sort=False))[:_MOST]
    return facts | {
        "frame": frame,
        "records": gap_records(frame),
        "tables": [SCALES[name].table for name in frame["indicator_name"]],
        "reached": [(lever, int((rows["gap"] == 0).sum()), len(rows)) for lever, rows in groups],
        "unknown": int(groups[0][1]["gap"].isna().sum()),
        "further": [(lever, int(rows["far"].sum()), len(rows)) for lever, rows in groups if rows["far"].any()],
        "beyond": few(frame.loc[frame["effective"] & (frame["gap_beyond"] > 0), "economy"]),
        "outdated": few(map(short_name, scenario.outdated)),
        "moving": len(soon),
        "soon": soon.median(),
    }


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Add to gaps what is printed: names, and gaps in times where they are in logs."""
    times, sampled = frame["gap_unit"] == "log", np.isfinite(frame["sample_low"])
    steps = [SCALES[indicator].restriction for indicator in frame["indicator"]]
    levels = frame["sample_low"].map("{:.1f} to ".format) + frame["sample_high"].map("{:.1f}".format)
    frame = frame.rename(columns={"indicator": "indicator_name", "value": "indicator_at_start"})
    frame = frame.rename(columns={"figure": "indicator"})
    return economy(frame).assign(
        name=frame["lever"].map(lever_words),
        when=[str(year) if pd.notna(year) else "no data" for year in frame["year"]],
        shown=shown(frame["gap"], times),
        shown_used=shown(frame["gap_used"], times),
        shown_beyond=shown(frame["gap_beyond"], times),
        levels=levels.where(sampled, ""),
        shown_most=shown(frame["sample_rise"], times),
        scale=frame["gap_unit"].map({"log": "times", "points": "points", "share": "difference"}).mask(steps, "steps"),
    )


def shown(gap: pd.Series, times: pd.Series | bool) -> np.ndarray:
    """Return a gap in times where it is in logs; missing from nothing to something, which is no number of times."""
    logs = gap.astype(float).replace(np.inf, np.nan)
    return np.where(times, np.exp(logs), logs)


def gap_records(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what is recorded of gaps, each with its unit."""
    frame = frame.assign(item=frame["lever"], extrapolated=frame["extrapolated"].astype(float))
    of_gap = frame.assign(
        unit=frame["scale"].replace("times", "log ratio"),
        year=frame["at"],
        indicator_gap=frame["gap"],
        indicator_gap_used=frame["gap_used"],
        indicator_gap_beyond=frame["gap_beyond"],
    )
    at_start = frame.assign(year=frame["at"])[[*_PLACE, "indicator_at_start"]]
    gap_columns = ["indicator_gap", "indicator_gap_used", "indicator_gap_beyond"]
    return [frame.drop(columns="indicator_at_start"), at_start, of_gap[[*_PLACE, *gap_columns]]]


def attribution(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say which lever brings how much of what is added."""
    last = frame["year"] == chosen.horizon
    frame = frame.assign(item=frame["lever"], name=frame["lever"].map(lever_words))
    of_region = frame[last & frame["iso3"].isna()].set_index("name")["lever_share"]
    bringing = of_region[of_region > 0].sort_values(ascending=False)
    together = frame.groupby(["iso3", "year"], dropna=False)["lever_contribution"].transform("sum")
    # A member to which few futures add something has a part of the total, if none of its own median.
    adding = (frame["lever_contribution"] > 0) | (frame["part"] > 0)
    whole = frame.groupby(["iso3", "year"], dropna=False)["part"].transform("sum")
    printed = frame.assign(together=together, whole=whole)[last & adding]
    printed = economy(printed).sort_values(["whole", "together"], ascending=False, kind="stable", ignore_index=True)
    return asked(chosen, futures) | {
        "frame": printed,
        "records": [frame[frame["iso3"].isna() | last]],
        "bringing": list(bringing.items())[:3],
        "idle": few(of_region.index[of_region == 0]),
    }


def tornado(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say which figure moves the result most, and why the middle is not the median of the futures."""
    return asked(chosen, futures) | {
        "frame": _of_factors(frame),
        "moves": [(_named(row.factor), row.swing, row.tornado_low, row.tornado_high) for row in frame.itertuples()],
        "centre": frame["tornado"].iloc[0],
        "median": futures.total("additional", chosen.horizon)["median"].item(),
        "still": not frame["swing"].any(),
    }


def sobol(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say which figure makes up most of the variance, and what the next does with all that depends on it."""
    return asked(chosen, futures) | {
        "frame": _of_factors(frame),
        "top": _named(frame["factor"].iloc[0]),
        "alone": min(max(frame["first_order"].iloc[0], 0.0), 1.0),
        "others": [(_named(row.factor), max(row.total_order, 0.0)) for row in frame.iloc[1:3].itertuples()],
        "still": bool(frame["total_order"].isna().any()),
        "drawn": bool(frame["factor"].str.endswith(STUDY).any()),
        "variance_of": "log " if (frame["of"] == "logarithm").all() else "",
    }


def _of_factors(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(name=frame["factor"].map(lever_words), item=frame["factor"].str.replace(" ", "_"))


def _named(factor: str) -> str:
    if factor.endswith(STUDY):
        return f"which study of {lever_words(factor.removesuffix(STUDY))} is right"
    return f"the {factor}" if factor in (BASELINE, ELASTICITY) else f"the effect of {lever_words(factor)}"


def by_study(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say what is added if one study of a lever is right for sure."""
    costs = [term.effect.study for term in futures.scenario.terms if term.effect.on_cost]
    words = WORDS["studies"]
    frame = frame.assign(
        name=frame["study"].map(lambda study: words.get(study, study)),
        closes=[SCALES[used].title for used in frame["indicator"]],
        share_of_futures=100 * frame["weight"],
        item=frame["lever"] + "_" + frame["study"],
    )
    return asked(chosen, futures) | {
        "frame": frame,
        "tables": [chosen.measure, *(SCALES[used].table for used in frame["indicator"])],
        "costs": few(words.get(study, study) for study in frame["study"] if study in costs),
        "studies": list(zip(frame["name"], frame["additional_trade"], strict=True)),
    }
