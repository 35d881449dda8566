"""What do the levers rest on, and how much gap is there to close?"""

from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.results import COLUMNS, Result
from carec_digital_trade.scenario_analysis import series
from carec_digital_trade.scenario_analysis.wording import lever_words, marked, names, short, suffixed_records
from carec_digital_trade.scenarios import ELASTICITY, KINDS_IN_WORDS, SCALES, Scenario

MEASURES = {
    "delivered": "digitally delivered trade",
    "deliverable": "digitally deliverable trade",
    "goods_and_services": "goods and services",
}
"""Outcomes in words."""
_GAP_METRICS = ("indicator", "indicator_gap", "indicator_gap_used", "indicator_gap_beyond", "extrapolated")


def evidence(chosen: ScenarioParameters) -> Result:
    """Show what each lever's effect rests on, the one on goods and services among them.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a lever and outcome, and one for the trade elasticity: central figure, range, published or assumed,
        what it was estimated on and the indicator that is used, whether that is a proxy, and source. The reading says
        what to mind.
    """
    frame = _evidence(chosen)
    table = pd.DataFrame(
        {
            "Lever": frame["lever"].map(lever_words),
            "Outcome": frame["outcome"],
            "Central": frame["central"].map("{:g}".format).replace("nan", "none"),
            "Range": [_range(row) for row in frame.itertuples()],
            "Estimated on": frame["estimated_on"].where(frame["estimated_on"] != "", frame["unit"]),
            "Closes the gap in": [SCALES[used].title if used else "" for used in frame["used"]],
            "Proxy": frame["proxy"],
            "Source": frame["source"],
        }
    )
    figures = frame.dropna(subset="central").drop_duplicates("lever", ignore_index=True)
    wide = figures.rename(columns={"effect": "id", "central": "effect", "low": "effect_low", "high": "effect_high"})
    suffixes = figures["lever"].str.replace(" ", "_")
    return Result(
        name="evidence",
        caption="What the levers' effects rest on; figures as published, in per cent",
        table=table,
        records=suffixed_records(wide, "evidence", {"effect": ""}, suffixes).assign(unit=figures["unit"]),
        reading=sentences(*_evidence_reading(frame, chosen)),
        source="Source: for each effect, in its row.",
    )


def gaps(chosen: ScenarioParameters) -> Result:
    """Measure each member's gap on each lever's indicator, and what of it lies beyond the evidence.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a lever and member: latest value, the benchmark's, and the gap, the part that is turned into trade and
        the rest; in times for indicators whose effects are elasticities, else as a difference.
    """
    scenario = series.scenario(chosen)
    frame = scenario.gaps
    if frame.empty:
        frame = pd.DataFrame(columns=["lever", "iso3", *_GAP_COLUMNS])
    times = frame["gap_unit"] == "log"
    table = pd.DataFrame(
        {
            "Lever": frame["lever"].map(lever_words),
            "Economy": frame["iso3"].map(short),
            "Year": [str(year) if pd.notna(year) else "no data" for year in frame["year"]],
            "Value": frame["value"],
            "Benchmark": frame["benchmark_value"],
            "Gap": _shown(frame["gap"], times),
            "Used": _shown(frame["gap_used"], times),
            "Beyond the evidence": _shown(frame["gap_beyond"], times),
            "Gap in": np.where(times, "times", "difference"),
            "Extrapolated": frame["extrapolated"].astype(bool),
        }
    )
    return Result(
        name="gaps",
        caption=marked(
            f"Gaps of {chosen.compared()[0].label} on the levers' indicators; 1 time, or a difference of 0, is "
            f"no gap; a rise of more than {chosen.support:g} times is not turned into trade",
            scenario,
        ),
        table=table,
        records=_gap_records(frame, chosen),
        reading=sentences(*(_gap_words(name, rows) for name, rows in frame.groupby("lever", sort=False)))
        or "There is no lever, so no gap is closed.",
        source=source_line(*_tables(frame), vintage=chosen.vintage),
        decimals=dict.fromkeys(["Value", "Benchmark", "Gap", "Used", "Beyond the evidence"], 2),
    )


_GAP_COLUMNS = (
    *("indicator", "year", "value", "unit", "benchmark", "benchmark_value"),
    *("gap_unit", "gap", "gap_used", "gap_beyond", "ratio", "extrapolated"),
)


def beyond_evidence(scenario: Scenario) -> list[str]:
    """Return the members of whose gap most is not turned into trade.

    Parameters
    ----------
    scenario : Scenario
        Whose levers with an effect count.

    Returns
    -------
    list of str
        ISO 3166-1 alpha-3 codes.
    """
    if scenario.gaps.empty:
        return []
    most = scenario.gaps["gap_beyond"] > scenario.gaps["gap_used"]
    return list(dict.fromkeys(scenario.gaps.loc[most & scenario.gaps["lever"].isin(list(scenario.acting)), "iso3"]))


def _evidence(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return `scenarios.evidence` of both outcomes with a unit, the trade elasticity last."""
    rows = scenarios.evidence(series.scenario(chosen)).assign(outcome=MEASURES[chosen.measure])
    parts = [rows]
    try:
        on_goods, _ = series.goods(chosen)
        parts.append(scenarios.evidence(on_goods).assign(outcome=MEASURES[series.GOODS]))
    except InputError:
        pass  # the section on goods says why
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[(frame["lever"] != ELASTICITY) | ~frame["lever"].duplicated(keep="last")].copy()
    frame = frame.sort_values("lever", key=lambda lever: lever == ELASTICITY, kind="stable", ignore_index=True)
    elasticity = frame["lever"] == ELASTICITY
    frame["unit"] = frame["kind"].map(KINDS_IN_WORDS).fillna("").mask(elasticity, "elasticity")
    frame.loc[elasticity, "outcome"] = "any"
    frame.loc[(frame["effect"] == "") & ~elasticity, "outcome"] = "none"
    return frame


def _evidence_reading(frame: pd.DataFrame, chosen: ScenarioParameters) -> list[str]:
    levers = frame[frame["lever"] != ELASTICITY]
    effective = levers[levers["effect"] != ""].drop_duplicates("lever")
    named = effective.set_index(effective["lever"].map(lever_words))
    published, assumed = ([*named.index[named["bounds"] == bounds]] for bounds in ("published", "assumed"))
    without = [*levers["lever"][levers["effect"] == ""].map(lever_words)]
    spilling = levers.dropna(subset="spillover")
    return [
        f"Bounds are published for {listing(published)}." if published else "",
        f"For {listing(assumed)} a bound is assumed, at {chosen.relative_uncertainty:.0%} of the central figure."
        if assumed
        else "",
        f"The indicator or the outcome is a proxy in {listing(named.index[named['proxy']])}."
        if named["proxy"].any()
        else "",
        f"For {listing(without)} there is no effect: the gap is shown and no trade is claimed." if without else "",
        *(
            f"That {row.spillover:.0%} of the effect of {lever_words(row.lever)} reaches {MEASURES[chosen.measure]} is "
            "an assumption."
            for row in spilling.itertuples()
        ),
        *_amplifier_words(series.scenario(chosen)),
        _goods_only_words(frame, chosen),
        _elasticity_words(effective),
        *(f"On {name}: {note}." for name, note in named["note"].items()),
    ]


def _amplifier_words(scenario: Scenario) -> list[str]:
    alone = all(effect.family != "connectivity" for effect in scenario.acting.values())
    tail = ", and there is none with an effect here, so it changes nothing" if alone else ""
    return [
        f"{lever_words(name).capitalize()} has no effect of its own: it raises that of connectivity{tail}."
        for name, amplifies in zip(scenario.levers, scenario.amplifies, strict=True)
        if amplifies
    ]


def _goods_only_words(frame: pd.DataFrame, chosen: ScenarioParameters) -> str:
    acting = list(series.scenario(chosen).acting)
    aside = frame["lever"][(frame["outcome"] == MEASURES[series.GOODS]) & ~frame["lever"].isin(acting)]
    if aside.empty:
        return ""
    return (
        f"{lever_words(aside.iloc[0]).capitalize()} was estimated on goods: it is not applied to "
        f"{MEASURES[chosen.measure]}, and its own section shows it on goods and services."
    )


def _elasticity_words(effective: pd.DataFrame) -> str:
    costs = effective["lever"][effective["kind"].str.startswith("cost")].map(lever_words)
    return (
        f"The trade elasticity matters for {listing(costs)}."
        if len(costs)
        else "No effect here needs the trade elasticity."
    )


def _range(row: Any) -> str:
    return "" if np.isnan(row.central) else f"{row.low:g} to {row.high:g}, {row.bounds}"


def _shown(gap: pd.Series, times: pd.Series) -> np.ndarray:
    """Return a gap in times where it is in logs; from nothing to something is no number of times."""
    logs = gap.astype(float).replace(np.inf, np.nan)
    return np.where(times, np.exp(logs), logs)


def _tables(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(SCALES[name].table for name in frame["indicator"])) or ["panel"]


def _gap_records(frame: pd.DataFrame, chosen: ScenarioParameters) -> pd.DataFrame:
    """Put the lever's name into the metric's, since results.csv has no column for it."""
    wide = (
        frame.drop(columns="indicator")
        .rename(
            columns={
                "value": "indicator",
                "gap": "indicator_gap",
                "gap_used": "indicator_gap_used",
                "gap_beyond": "indicator_gap_beyond",
            }
        )
        .assign(region=chosen.compared()[0].label, extrapolated=frame["extrapolated"].astype(float))
    )
    parts = [pd.DataFrame(columns=COLUMNS)]
    for (lever, unit, gap_unit), rows in wide.groupby(["lever", "unit", "gap_unit"], sort=False):
        units = dict.fromkeys(_GAP_METRICS, "log ratio" if gap_unit == "log" else "difference")
        units |= {"indicator": unit, "extrapolated": "1 if so"}
        parts.append(suffixed_records(rows, "gaps", units, [lever] * len(rows)))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _gap_words(name: str, rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    known = rows.dropna(subset="value")
    reached = known[known["gap"] == 0]
    beyond = known[known["gap_beyond"] > 0]
    unknown = names(list(rows["iso3"][rows["value"].isna()]))
    scale = SCALES[first["indicator"]]
    listed = listing(
        f"{short(row.iso3)} ({row.ratio:,.1f} times)" if np.isfinite(row.gap) else f"{short(row.iso3)} (from nothing)"
        for row in beyond.itertuples()
    )
    title = f"{lever_words(name).capitalize()} ({scale.title[0].lower()}{scale.title[1:]}, {scale.unit})"
    benchmark = f"{first['benchmark']}: {first['benchmark_value']:.3g}"
    return sentences(
        f"{title}: {len(reached)} of {count(len(rows), 'member')} {'is' if len(rows) == 1 else 'are'} at or above the "
        f"benchmark ({benchmark}).",
        f"Further from it than is used: {listed}; the rest of their way is not turned into trade."
        if len(beyond)
        else "",
        f"No data for {unknown}, so nothing is claimed there." if unknown else "",
    )
