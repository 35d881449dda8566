"""How the sections name things: methods, levers, bands, and what lies beyond the evidence."""

from collections.abc import Mapping, Sequence

import pandas as pd

from carec_digital_trade.datasets import source_line
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing, sentences, usd
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import record
from carec_digital_trade.scenarios import BANDS, EVIDENCE_SUPPORT, SCALES, Scenario

METHODS = {
    "shrunken_drift": "shrunken drift",
    "own_drift": "own drift",
    "no_change": "no change",
    "damped_trend": "damped trend",
    "theta": "Theta",
}
"""Baseline and rivals in words."""
MAIN_BAND = 80
"""Per cent: the band of a metric that has several; the others have theirs after their name."""


def outcome(chosen: ScenarioParameters) -> str:
    """Return the measure and the flow in the middle of a sentence.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        Such as "digitally delivered trade, exports plus imports".
    """
    return chosen.subject(capital=False)


def short(code: str) -> str:
    """Return an economy's short name.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3.

    Returns
    -------
    str
        As in `regions.economy_name`.
    """
    return economy_name(code, short=True)


def names(codes: list[str]) -> str:
    """Return economies as they stand in a sentence.

    Parameters
    ----------
    codes : list of str
        ISO 3166-1 alpha-3.

    Returns
    -------
    str
        Short names; an empty text for nobody.
    """
    return listing(map(short, codes), empty="")


def lever_words(name: str) -> str:
    """Return a lever's name in words.

    Parameters
    ----------
    name : str
        As in `Scenario.levers`.

    Returns
    -------
    str
        Such as "connectivity 2".
    """
    return name.replace("_", " ")


def sources(chosen: ScenarioParameters, scenario: Scenario, *tables: str) -> str:
    """Return a source line that names the tables and the publications of the effects.

    Parameters
    ----------
    chosen : ScenarioParameters
        Its vintage.
    scenario : Scenario
        Whose effects.
    *tables : str
        As in `datasets.source_line`; by default the measure's and those of the indicators that are used.

    Returns
    -------
    str
        To stand under a table or figure.
    """
    indicators = (SCALES[scenario.levers[name].used_indicator].table for name in scenario.acting)
    line = source_line(*(tables or dict.fromkeys([chosen.measure, *indicators])), vintage=chosen.vintage)
    cited = dict.fromkeys(effect.source for effect in scenario.acting.values())
    return sentences(line, f"Effects: {'; '.join(cited)}." if cited else "")


def extrapolation(scenario: Scenario) -> str:
    """Say which members' results rest on more than the evidence.

    Parameters
    ----------
    scenario : Scenario
        Its support decides.

    Returns
    -------
    str
        A sentence; empty if there are none.
    """
    if not scenario.extrapolated.any():
        return ""
    members = [code for code, beyond in zip(scenario.baseline.members, scenario.extrapolated, strict=True) if beyond]
    return (
        f"Extrapolation: a support of {scenario.support:g} turns rises beyond {EVIDENCE_SUPPORT:g} times into trade in "
        f"{names(members)}, for which there is no estimate."
    )


def marked(caption: str, scenario: Scenario) -> str:
    """Return a caption that says whether the numbers are extrapolated.

    Parameters
    ----------
    caption : str
        Of a table or figure.
    scenario : Scenario
        What it shows.

    Returns
    -------
    str
        The caption, with a mark if they are.
    """
    return f"{caption}; EXTRAPOLATED beyond the evidence" if scenario.extrapolated.any() else caption


def band_columns(frame: pd.DataFrame, bands: tuple[int, ...] = BANDS) -> dict[str, pd.Series]:
    """Return the ends of bands as columns of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        low and high of each band, as in `Simulation.bands`.
    bands : tuple of int
        Per cent.

    Returns
    -------
    dict of str to pandas.Series
        Heading to column.
    """
    return {
        f"{band}% {word}": frame[f"{side}_{band}"] for band in bands for side, word in (("low", "from"), ("high", "to"))
    }


def band_records(frame: pd.DataFrame, table: str, metric: str, unit: str) -> pd.DataFrame:
    """Return the records of a quantity with its bands.

    Parameters
    ----------
    frame : pandas.DataFrame
        region, iso3, year, median, and low and high of each band.
    table, metric, unit : str
        As in `results.record`.

    Returns
    -------
    pandas.DataFrame
        The metric with the band of `MAIN_BAND`, then once for each other band, whose per cent follow the name.
    """
    parts = []
    for band in (MAIN_BAND, *(each for each in BANDS if each != MAIN_BAND)):
        wide = frame.assign(
            **{metric: frame["median"], f"{metric}_low": frame[f"low_{band}"], f"{metric}_high": frame[f"high_{band}"]}
        )
        suffix = "" if band == MAIN_BAND else f"_{band}"
        parts.append(record(wide, table, {metric: unit}).assign(metric=metric + suffix))
    return pd.concat(parts, ignore_index=True)


def suffixed_records(
    frame: pd.DataFrame, table: str, units: Mapping[str, str], suffixes: Sequence[str]
) -> pd.DataFrame:
    """Return records whose metrics say what a row is of, since results.csv has no column for it.

    Parameters
    ----------
    frame, table, units
        As in `results.record`.
    suffixes : sequence of str
        What follows the metric's name, one a row of the frame.

    Returns
    -------
    pandas.DataFrame
        Columns as in `results.COLUMNS`.
    """
    records = record(frame, table, units)
    return records.assign(metric=records["metric"] + [f"_{suffix}" for suffix in suffixes] * len(units))


def amount_with_band(row: Mapping[str, float], band: int = MAIN_BAND) -> str:
    """Return a median with its band in words.

    Parameters
    ----------
    row : mapping
        median, and low and high of the band, USD million.
    band : int
        Per cent.

    Returns
    -------
    str
        Such as "USD 39.2 billion (80% of futures: USD 18.3 billion to USD 103.6 billion)".
    """
    low, high = usd(row[f"low_{band}"]), usd(row[f"high_{band}"])
    return f"{usd(row['median'])} ({band}% of futures: {low} to {high})"
