"""Which region's law is the readier, and in how many of the draws?"""

import math

import pandas as pd

from carec_digital_trade.claims.law import SETTLED
from carec_digital_trade.gap_analysis.maturity import law_source, tracked
from carec_digital_trade.gap_analysis.series import drawn, scored, weightings
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing, sentences
from carec_digital_trade.readiness import regional_means
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import Result, record

_WEIGHTINGS = {"plain": "plain", "gdp": "GDP", "trade": "trade"}


def regional_readiness(chosen: GapParameters) -> Result:
    """Average the members' readiness, and count the draws in which each region leads.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a weighting and region: mean with its bounds, median over the draws with its 90% interval, share of the
        draws in which the region leads, and what missing components leave of that share at least and at most.
    """
    frame = regional_scores(chosen)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Weighting": frame["weighting"].map(_WEIGHTINGS),
            "Members": [f"{row.covered} of {row.members}" for row in frame.itertuples()],
            "Score": frame["readiness_mean"],
            "Missing at 0": frame["readiness_mean_low"],
            "Missing at 1": frame["readiness_mean_high"],
            "Median of draws": frame["readiness_mean_drawn"],
            "90% from": frame["readiness_mean_drawn_low"],
            "to": frame["readiness_mean_drawn_high"],
            "Leads, % of draws": frame["leads"],
            "At least": frame["leads_low"],
            "At most": frame["leads_high"],
        }
    )
    units = {
        "readiness_mean": "index, 0 to 1",
        "readiness_mean_drawn": "index, 0 to 1",
        "leads": "% of draws",
    }
    records = [
        (part := record(rows, "regional_readiness", units)).assign(metric=part["metric"] + f"_{weighting}")
        for weighting, rows in frame.groupby("weighting", sort=False)
    ]
    scores = list(table.columns[3:9])
    return Result(
        name="regional_readiness",
        caption=f"Readiness of the regions, weighted by GDP and trade of {chosen.year}, tracker of {tracked(chosen)}",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=sentences(
            means_sentence(frame),
            *(lead_sentence(rows, weighting) for weighting, rows in frame.groupby("weighting", sort=False)),
            _simulation_error(chosen) if frame["leads"].notna().any() else "",
            *(_unweighted(rows) for _, rows in frame.groupby("weighting", sort=False)),
        ),
        source=law_source(chosen, chosen.measure, "panel"),
        decimals=dict.fromkeys(scores, 3),
    )


def regional_scores(chosen: GapParameters) -> pd.DataFrame:
    """Return the readiness of both regions.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    pandas.DataFrame
        A row for each weighting and region: those columns of `readiness.regional_means` that are no metric, and the
        metrics readiness_mean, readiness_mean_drawn and leads (%) with their ranges in ``_low`` and ``_high``.
    """
    means = pd.concat([regional_means(scored(chosen), each, weightings(chosen)) for each in chosen.compared()])
    means = means.rename(columns={"mean": "readiness_mean", "low": "readiness_mean_low", "high": "readiness_mean_high"})
    leads = drawn(chosen).leads.drop(columns="ties")
    shares = ["leads", "leads_at_least", "leads_at_most"]
    leads[shares] *= 100
    names = ["readiness_mean_drawn", "readiness_mean_drawn_low", "readiness_mean_drawn_high", "leads"]
    leads.columns = ["region", "weighting", *names, "leads_low", "leads_high"]
    frame = means.merge(leads, on=["region", "weighting"], how="left")
    order = frame["weighting"].map(list(_WEIGHTINGS).index)
    return frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def means_sentence(frame: pd.DataFrame) -> str:
    """Say the plain means of both regions, with their bounds.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from `regional_scores`.

    Returns
    -------
    str
        One sentence.
    """
    rows = frame[frame["weighting"] == "plain"].to_dict("records")
    return f"The plain mean of the members' scores is {listing(_mean_words(row) for row in rows)}."


def lead_sentence(rows: pd.DataFrame, weighting: str) -> str:
    """Say in how many draws a region leads, and whether that settles the order.

    Parameters
    ----------
    rows : pandas.DataFrame
        The two rows of `regional_scores` with this weighting, the region first.
    weighting : {"plain", "gdp", "trade"}
        How the members are weighted.

    Returns
    -------
    str
        One sentence.
    """
    how = "With all members counted alike" if weighting == "plain" else f"Weighted by {_WEIGHTINGS[weighting]}"
    if rows["leads"].isna().any():
        nobody = listing(rows["region"][rows["covered"] == 0], empty=listing(rows["region"]))
        return (
            f"{how}, no lead in readiness can be computed, since no member of {nobody} has both a weight and a known "
            "status."
        )
    first, second = rows.sort_values("leads", ascending=False, kind="stable").to_dict("records")
    if first["leads"] == 0:
        return f"{how}, the regions' readiness is the same in every draw."
    spread = (
        ""
        if first["leads_low"] == first["leads_high"]
        else f" (from {first['leads_low']:.0f}% to {first['leads_high']:.0f}% whatever the unknown laws are)"
    )
    verdict = "settled" if first["leads_low"] >= 100 * SETTLED else "open"
    return (
        f"{how}, {first['region']} has the readier law in {first['leads']:.0f}% of the draws{spread} and "
        f"{second['region']} in {second['leads']:.0f}%: with {SETTLED:.0%} as the threshold the order is {verdict}."
    )


def _mean_words(row: dict[str, object]) -> str:
    if math.isnan(row["readiness_mean"]):
        return f"not known for {row['region']}"
    low, high = row["readiness_mean_low"], row["readiness_mean_high"]
    bounds = "" if low == high else f" ({low:.2f} to {high:.2f} with the unknown laws at 0 and at 1)"
    return f"{row['readiness_mean']:.2f} for {row['region']}{bounds}"


def _simulation_error(chosen: GapParameters) -> str:
    """Say how far a share of draws can be off at most, with 95% confidence."""
    points = 100 * 1.96 * 0.5 / math.sqrt(chosen.draws)
    return f"A share of {chosen.draws:,} draws is off by {points:.1f} percentage points at most (95% confidence)."


def _unweighted(rows: pd.DataFrame) -> str:
    """Name the members without a weight or a status."""
    missing = dict.fromkeys(code for text in rows["missing"] for code in text.split(", ") if code)
    if not missing:
        return ""
    names = listing(economy_name(code, short=True) for code in missing)
    weighting = rows["weighting"].iloc[0]
    if weighting == "plain":
        return f"Left out of the plain means for lack of a known status: {names}."
    return f"Left out of the means by {_WEIGHTINGS[weighting]} for lack of a weight or a known status: {names}."
