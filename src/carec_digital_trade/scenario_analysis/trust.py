"""How far can the baseline be trusted?"""

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import source_line
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, percent, sentences, usd
from carec_digital_trade.results import Result, record
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.wording import METHODS, outcome, suffixed_records
from carec_digital_trade.scenarios import LEVELS, LONGEST

SCOPES = {"economy": "economies", "region": "total"}
_REVISED = (
    "What was known then was an earlier file: the figures have been revised since, and the latest, from which the "
    "baseline starts, will be."
)
UNRELIABLE = 2.0
"""Widening beyond which no band or median is to be relied on: more of each shock is then the factor than the past that
it was drawn from, and in a sum of exponentials shocks of that size decide the median, too."""
SCOPES_IN_WORDS = {"economy": "single economies", "region": "the total"}


def backtest(chosen: ScenarioParameters) -> Result:
    """Set the baseline beside its rivals on years that have passed.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row for economies and one for the region's total for each method, best first: number of forecasts, mean
        absolute scaled error, coverage of the 80% and 95% bands.
    """
    past = recipe.forecasts(chosen)
    frame = scenarios.accuracy(past)
    frame = frame.assign(region=chosen.compared()[0].label, year=past["year"].max())
    frame[["coverage_80", "coverage_95"]] *= 100
    table = pd.DataFrame(
        {
            "Forecasts of": frame["scope"].map(SCOPES),
            "Method": frame["method"].map(METHODS),
            "Chosen": frame["method"] == chosen.baseline,
            "Forecasts": frame["forecasts"],
            "MASE": frame["mase"],
            "80% band covers, %": frame["coverage_80"],
            "95% band covers, %": frame["coverage_95"],
        }
    )
    suffixes = [f"{row.method}_{SCOPES[row.scope]}" for row in frame.itertuples()]
    units = {"forecasts": "forecasts", "mase": "ratio to a typical year's change"}
    covered = [
        suffixed_records(
            frame.assign(coverage=frame[f"coverage_{level}"]),
            "backtest",
            {"coverage": "%"},
            [f"{level}_{suffix}" for suffix in suffixes],
        )
        for level in LEVELS
    ]
    origins = sorted(past["origin"].unique())
    return Result(
        name="backtest",
        caption=f"Forecasts of {outcome(chosen)}, {chosen.compared()[0].label}, 1 to {LONGEST} years "
        f"ahead, made from {origins[0]}-{origins[-1]} from the years up to then, as the present file has them",
        table=table,
        records=pd.concat([suffixed_records(frame, "backtest", units, suffixes), *covered], ignore_index=True),
        reading=sentences(
            standing(frame, chosen.baseline), *beaten(past, chosen.baseline), origins_note(past), _REVISED
        ),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals={"MASE": 2},
    )


def calibration(chosen: ScenarioParameters) -> Result:
    """Set what the baseline's bands covered beside what they state, and widen them to it.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row for economies and one for the region's total for each band: stated and measured coverage, the factor
        that would bring the one to the other, and the coverage with the factor that is used.
    """
    past, factor = recipe.forecasts(chosen), recipe.widening(chosen)
    region = chosen.compared()[0]
    frame = scenarios.calibration(past, chosen.baseline, region)
    frame = frame.assign(
        region=region.label,
        year=past["year"].max(),
        coverage=100 * frame["measured"],
        coverage_widened=100 * frame["measured_widened"],
        band_factor=frame["factor"],
    )
    table = pd.DataFrame(
        {
            "Forecasts of": frame["scope"].map(SCOPES),
            "Band, %": frame["level"],
            "Forecasts": frame["forecasts"],
            "Covered, %": frame["coverage"],
            "Factor needed": frame["band_factor"],
            "Covered once widened, %": frame["coverage_widened"],
        }
    )
    units = {"coverage": "%", "coverage_widened": "%", "band_factor": "factor"}
    suffixes = [f"{row.level}_{SCOPES[row.scope]}" for row in frame.itertuples()]
    records = suffixed_records(frame, "calibration", units, suffixes)
    used = pd.DataFrame([{"region": region.label, "year": past["year"].max(), "widening": factor}])
    return Result(
        name="calibration",
        caption=f"Bands of the baseline ({METHODS[chosen.baseline]}) in the backtest of {region.label}: stated and "
        "measured",
        table=table,
        records=pd.concat([records, record(used, "calibration", {"widening": "factor"})], ignore_index=True),
        reading=sentences(
            *map(_coverage_words, frame.to_dict("records")), _widening_words(frame, factor), unreliable(chosen)
        ),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals={"Factor needed": 2},
    )


def unreliable(chosen: ScenarioParameters) -> str:
    """Warn where the bands are widened so far that neither they nor the medians say much.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        A sentence; empty up to the factor `UNRELIABLE`.
    """
    factor = recipe.widening(chosen)
    if factor <= UNRELIABLE:
        return ""
    return (
        f"Shocks are widened by the factor {factor:.2f}, above {UNRELIABLE:g}: the past was forecast too badly here "
        f"for the bands, medians and chances to be relied on. {without_widening(chosen)}"
    )


def without_widening(chosen: ScenarioParameters) -> str:
    """Say what the baseline's median would be with shocks as the past had them.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        A sentence; empty where nothing is widened.
    """
    if recipe.widening(chosen) == 1:
        return ""
    median = recipe.unwidened_median(chosen, "baseline")["median"].item()
    return f"Without the factor the median of the baseline in {chosen.horizon} is {usd(median)}."


def standing(frame: pd.DataFrame, method: str) -> str:
    """Say how large the baseline's errors were.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from `scenarios.accuracy`.
    method : str
        The baseline's.

    Returns
    -------
    str
        One or two sentences.
    """
    own = frame[frame["method"] == method].set_index("scope")
    parts = [
        f"{row['mase']:.2f} times for {SCOPES_IN_WORDS[scope]} ({count(int(row['forecasts']), 'forecast')})"
        for scope, row in own.dropna(subset="mase").iterrows()
    ]
    unknown = listing((SCOPES_IN_WORDS[scope] for scope in own.index[own["mase"].isna()]), empty="")
    return sentences(
        f"Mean errors of the baseline, {METHODS[method]}, over a typical year's change: {listing(parts)}."
        if parts
        else "",
        f"What a typical year's change is cannot be told for {unknown}." if unknown else "",
    )


def beaten(past: pd.DataFrame, method: str) -> list[str]:
    """Say for economies and for the total which methods did better on the forecasts that both made.

    Parameters
    ----------
    past : pandas.DataFrame
        As from `scenarios.backtest`.
    method : str
        The baseline's.

    Returns
    -------
    list of str
        A sentence each, where a typical year's change is known.
    """
    better = scenarios.better_rivals(past, method)
    words = []
    for scope, rows in past.groupby("scope", sort=False):
        beating = better[better["scope"] == scope]
        listed = listing(
            f"{METHODS[row.method]} did better ({row.mase:.2f} against {row.mase_chosen:.2f})"
            for row in beating.itertuples()
        )
        if rows["scale"].notna().any():
            words.append(f"For {SCOPES_IN_WORDS[scope]} {listed if len(beating) else 'no rival did better'}.")
    return words


def origins_note(past: pd.DataFrame) -> str:
    """Say from how many origins a backtest comes, and what that means for small differences.

    Parameters
    ----------
    past : pandas.DataFrame
        As from `scenarios.backtest`.

    Returns
    -------
    str
        A sentence.
    """
    origins = past["origin"].nunique()
    return (
        f"The forecasts come from {count(origins, 'origin')} and share most of their years, so small differences "
        "between methods may be chance."
    )


def _coverage_words(row: dict[str, float]) -> str:
    return f"The {row['level']:.0f}% bands of {SCOPES_IN_WORDS[row['scope']]} covered {percent(row['measured'])}."


def _widening_words(frame: pd.DataFrame, factor: float) -> str:
    if factor == 1:
        return "They cover at least what they state, so they are used as they are."
    worst = frame.loc[frame["factor"].idxmax()]
    ample = frame.groupby("scope")["factor"].max()
    wide = listing((SCOPES_IN_WORDS[scope] for scope in ample.index[ample < 1]), empty="")
    return sentences(
        f"All bands in this notebook are widened by the factor {factor:.2f}, at which the {worst['level']:.0f}% bands "
        f"of {SCOPES_IN_WORDS[worst['scope']]} would have covered what they state.",
        "The factor comes from these same forecasts, so it is no guarantee.",
        "It makes every shock larger, so it moves the median of a total and the chance of a target, too; both are "
        "given without it where they are shown.",
        f"For {wide} the bands are then wider than the past called for." if wide else "",
    )
