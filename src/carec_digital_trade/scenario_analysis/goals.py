"""Is the target reached, and what would it take?"""

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import capital, percent, sentences, usd
from carec_digital_trade.results import Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.wording import extrapolation, marked, outcome, sources, suffixed_records
from carec_digital_trade.scenarios import Target


def goal(chosen: ScenarioParameters) -> Result:
    """Find the share of every gap that must be closed to reach the target, and the benchmark's trade per GDP.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a target: amount, median without levers and with every gap closed, share to be closed, and the
        probability of reaching it at that share, or with every gap closed where that is not enough.
    """
    scenario = recipe.scenario(chosen)
    frame, lacking = _sought(chosen)
    table = pd.DataFrame(
        {
            "Target": frame["title"],
            "Year": frame["year"].astype(str),
            "USD million": frame["target"],
            "Baseline": frame["baseline"],
            "Every gap closed": frame["full"],
            "Share to close, %": 100 * frame["closure"],
            "Probability then, %": 100 * frame["probability"],
        }
    )
    named = frame.assign(
        target_trade=frame["target"],
        full_closure_trade=frame["full"],
        closure_needed=100 * frame["closure"],
        target_probability=100 * frame["probability"],
    )
    units = {
        "target_trade": "USD million",
        "full_closure_trade": "USD million",
        "closure_needed": "% of every gap",
        "target_probability": "%",
    }
    return Result(
        name="goal",
        caption=marked(
            f"Targets for {outcome(chosen)}, {chosen.compared()[0].label}: what it takes, if all levers "
            "close the same share of their gaps",
            scenario,
        ),
        table=table,
        records=suffixed_records(named, "goal", units, frame["kind"]),
        reading=sentences(
            *map(_goal_words, frame.to_dict("records")), _unwidened_median(chosen), lacking, extrapolation(scenario)
        ),
        source=sources(chosen, scenario),
        decimals=dict.fromkeys(["USD million", "Baseline", "Every gap closed"], 0),
    )


def chances(chosen: ScenarioParameters) -> Result:
    """Give the probability that the region's total reaches the target's amount, year by year.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a year: probability without the levers and with them as set, and their Monte Carlo error. The reading
        and the records give it for the target's year with shocks that are not widened, too.
    """
    scenario = recipe.scenario(chosen)
    frame, amount = _reached(chosen)
    frame[["probability", "mc_error"]] *= 100
    wide = frame.pivot(index="year", columns="quantity", values=["probability", "mc_error"])
    table = pd.DataFrame(
        {
            "Year": wide.index.astype(str),
            "Without the levers, %": wide["probability", "baseline"].to_numpy(),
            "With them as set, %": wide["probability", "scenario"].to_numpy(),
            "Monte Carlo error, points": wide["mc_error"].max(axis="columns").to_numpy(),
        }
    )
    region = chosen.compared()[0].label
    named = frame.assign(region=region, reached=frame["probability"])
    plain = _unwidened_chances(chosen)
    plain = plain.assign(region=region, reached=100 * plain["probability"])
    return Result(
        name="chances",
        caption=marked(f"Probability that {chosen.compared()[0].label} trades at least {usd(amount)}", scenario),
        table=table,
        records=pd.concat(
            [
                suffixed_records(named, "chances", {"reached": "%"}, frame["quantity"]),
                suffixed_records(plain, "chances", {"reached": "%"}, "unwidened_" + plain["quantity"]),
            ],
            ignore_index=True,
        ),
        reading=sentences(_chance_words(chosen), _unwidened_words(chosen), extrapolation(scenario)),
        source=sources(chosen, scenario),
    )


def _unwidened_median(chosen: ScenarioParameters) -> str:
    """Say where the futures without levers would be if shocks were not widened."""
    factor, year = recipe.widening(chosen), chosen.goal().year
    if factor == 1:
        return ""
    median = recipe.unwidened_median(chosen, "baseline", year)["median"].item()
    return (
        f"With shocks as the past had them, not widened by {factor:.2f}, the median of {year} without levers is "
        f"{usd(median)}."
    )


def _chance_words(chosen: ScenarioParameters) -> str:
    """Say how likely the target is."""
    asked = chosen.goal()
    frame, _ = _reached(chosen)
    at = frame[frame["year"] == asked.year].set_index("quantity")["probability"]
    return (
        f"{capital(_title(asked, chosen))}: the probability in {asked.year}{_given(asked.kind)} is "
        f"{percent(at['baseline'], 0)} without the levers and {percent(at['scenario'], 0)} with them as set."
    )


def _given(kind: str) -> str:
    """Say what a target's probability takes as known."""
    return ", given this path of GDP, which has no shocks," if kind == "benchmark_ratio" else ""


def _unwidened_words(chosen: ScenarioParameters) -> str:
    """Say how much of the probabilities comes from the widening of the shocks."""
    factor = recipe.widening(chosen)
    if factor == 1:
        return ""
    at = _unwidened_chances(chosen).set_index("quantity")["probability"]
    return (
        f"With shocks as the past had them, not widened by {factor:.2f}, they are {percent(at['baseline'], 0)} and "
        f"{percent(at['scenario'], 0)}."
    )


def _unwidened_chances(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return the probabilities in the target's year without the widening."""
    frame = scenarios.reach(recipe.unwidened(chosen), _reached(chosen)[1])
    return frame[frame["year"] == chosen.goal().year]


def _reached(chosen: ScenarioParameters) -> tuple[pd.DataFrame, float]:
    """Return the probabilities by year, and the amount to be reached."""
    baseline, benchmark = recipe.scenario(chosen).baseline, chosen.compared()[1]
    amount = scenarios.target_amount(chosen.goal(), baseline, benchmark, chosen.vintage)
    return scenarios.reach(recipe.simulation(chosen), amount), amount


def _sought(chosen: ScenarioParameters) -> tuple[pd.DataFrame, str]:
    """Return a row for the target and for the benchmark's trade per GDP, and why there is none for the latter."""
    frame, lacking = scenarios.seek_targets(
        recipe.simulation(chosen), chosen.goal(), chosen.compared()[1], chosen.vintage
    )
    titles = [_title(chosen.goal() if kind == "multiple" else Target(kind=kind), chosen) for kind in frame["kind"]]
    why = f"The benchmark's trade per GDP is no target here: {lacking}." if lacking else ""
    return frame.assign(title=titles), why


def _title(asked: Target, chosen: ScenarioParameters) -> str:
    if asked.kind == "multiple":
        return "double the latest total" if asked.multiple == 2 else f"{asked.multiple:g} times the latest total"
    return f"the median trade per GDP of {chosen.compared()[1].label}"


def _goal_words(row: dict[str, float]) -> str:
    given = _given(row["kind"])
    start = f"{capital(row['title'])} in {row['year']}{given} is {usd(row['target'])}"
    if row["reached"] == "baseline":
        return f"{start}; at least half of the futures get there without any lever."
    if row["reached"] == "never":
        return (
            f"{start}; no closure brings the median there: with every gap closed it is {usd(row['full'])}, and "
            f"{percent(row['probability'], 0)} of the futures reach the target."
        )
    return f"{start}; the median gets there if {percent(row['closure'], 0)} of every gap is closed."
