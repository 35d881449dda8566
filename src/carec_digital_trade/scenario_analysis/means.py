"""What do the levers rest on?"""

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing, sentences
from carec_digital_trade.results import Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.wording import lever_words, suffixed_records
from carec_digital_trade.scenarios import ELASTICITY, KINDS_IN_WORDS, SCALES, Scenario

MEASURES = {
    "delivered": "digitally delivered trade",
    "deliverable": "digitally deliverable trade",
    "goods_and_services": "goods and services",
}
"""Outcomes in words."""
_ONE_EFFECT = ["lever", "effect"]
"""A lever may act on the outcome by one effect, and on goods and services by another."""


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
    figures = frame.dropna(subset="central").drop_duplicates(_ONE_EFFECT, ignore_index=True)
    wide = figures.rename(columns={"effect": "id", "central": "effect", "low": "effect_low", "high": "effect_high"})
    outcomes = figures["outcome"].map({words: "_" + measure for measure, words in MEASURES.items()})
    suffixes = figures["lever"].str.replace(" ", "_") + outcomes.where(figures["lever"].duplicated(keep=False), "")
    return Result(
        name="evidence",
        caption="What the levers' effects rest on; figures as published, in per cent",
        table=table,
        records=suffixed_records(wide, "evidence", {"effect": ""}, suffixes).assign(unit=figures["unit"]),
        reading=sentences(*_evidence_reading(frame, chosen)),
        source="Source: for each effect, in its row.",
    )


def _evidence(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return `scenarios.evidence` of both outcomes with a unit, the trade elasticity last."""
    asked = [recipe.scenario(chosen)]
    with suppress(InputError):  # the section on goods says why
        asked.append(recipe.goods(chosen).scenario)
    frame = scenarios.evidence(*asked)
    frame["outcome"] = frame["outcome"].replace(MEASURES)
    elasticity = frame["lever"] == ELASTICITY
    frame["unit"] = frame["kind"].map(KINDS_IN_WORDS).fillna("").mask(elasticity, "elasticity")
    return frame


def _evidence_reading(frame: pd.DataFrame, chosen: ScenarioParameters) -> list[str]:
    levers = frame[frame["lever"] != ELASTICITY]
    effective = levers[levers["effect"] != ""].drop_duplicates(_ONE_EFFECT)
    twice = " on " + effective["outcome"].where(effective["lever"].duplicated(keep=False))
    named = effective.set_index(effective["lever"].map(lever_words) + twice.fillna(""))
    own = named["effect"] == "own"
    given, assumed = (named["bounds"] == bounds for bounds in ("published", "assumed"))
    without = [*levers["lever"][levers["effect"] == ""].map(lever_words)]
    spilling = levers.dropna(subset="spillover")
    return [
        f"For {listing(named.index[given & ~own])} a range is published: it is one of point estimates, and holds no "
        "sampling error."
        if (given & ~own).any()
        else "",
        f"For {listing(named.index[given & own])} the range is the user's." if (given & own).any() else "",
        f"For {listing(named.index[assumed])} a bound is assumed, at {chosen.relative_uncertainty:.0%} of the central "
        "figure."
        if assumed.any()
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
        *_amplifier_words(recipe.scenario(chosen)),
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
    acting = list(recipe.scenario(chosen).acting)
    aside = frame["lever"][(frame["outcome"] == MEASURES[recipe.GOODS]) & ~frame["lever"].isin(acting)]
    if aside.empty:
        return ""
    return (
        f"{lever_words(aside.iloc[0]).capitalize()} was estimated on goods: it is not applied to "
        f"{MEASURES[chosen.measure]}, and its own section shows it on goods and services."
    )


def _elasticity_words(effective: pd.DataFrame) -> str:
    costs = effective["lever"][effective["kind"].str.startswith("cost")].map(lever_words).unique()
    return (
        f"The trade elasticity matters for {listing(costs)}."
        if len(costs)
        else "No effect here needs the trade elasticity."
    )


def _range(row: Any) -> str:
    return "" if np.isnan(row.central) else f"{row.low:g} to {row.high:g}, {row.bounds}"
