"""Which region's law is the readier, and in how many of the draws?"""

import math
from collections.abc import Mapping

import pandas as pd

from carec_digital_trade import readiness
from carec_digital_trade.claims.law import SETTLED, WEIGHTED
from carec_digital_trade.gap_analysis.dominance import without_dominant, without_words
from carec_digital_trade.gap_analysis.maturity import law_source, tracked
from carec_digital_trade.gap_analysis.series import drawn, scored, sizes
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, listing, sentences
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import Result, pairs, record

_WEIGHTINGS = {"plain": "plain", "gdp": "GDP", "trade": "trade"}
_KINDS = ("_arithmetic", "_geometric")


def regional_readiness(chosen: GapParameters) -> Result:
    """Average the members' readiness, and count the draws in which each region leads.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a weighting and region: mean with its bounds, median over the draws with each kind of mean and 90%
        interval over all draws, share of the draws in which the region leads, of all and with each kind of mean, and
        what missing components leave of the share of all at least and at most. Records and reading hold the leads
        without the dominant members besides.
    """
    frame = regional_scores(chosen)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Weighting": frame["weighting"].map(_WEIGHTINGS),
            "Members": [f"{row.covered} of {row.members}" for row in frame.itertuples()],
            "Score": frame["readiness_mean"],
            "Unknown laws at 0, at 1": pairs(frame, "readiness_mean_low", "readiness_mean_high", 3),
            "Medians, arithmetic, geometric": pairs(frame, "readiness_mean_arithmetic", "readiness_mean_geometric", 3),
            "90% from, to": pairs(frame, "readiness_mean_arithmetic_low", "readiness_mean_arithmetic_high", 3),
            "Leads, % of draws": frame["leads"],
            "at least, at most": pairs(frame, "leads_low", "leads_high", 1),
            "by mean, arithmetic, geometric": pairs(frame, "leads_arithmetic", "leads_geometric", 1),
        }
    )
    units = {
        "readiness_mean": "index, 0 to 1",
        "readiness_mean_arithmetic": "index, 0 to 1",
        "readiness_mean_geometric": "index, 0 to 1",
        "leads": "% of draws",
        "leads_arithmetic": "% of draws",
        "leads_geometric": "% of draws",
    }
    kept = without_dominant(chosen)
    records = [
        (part := record(rows, "regional_readiness", units)).assign(metric=part["metric"] + f"_{weighting}{suffix}")
        for suffix, scores in (("", frame), ("_without_dominant", regional_scores(kept) if kept else frame.iloc[:0]))
        for weighting, rows in scores.groupby("weighting", sort=False)
    ]
    return Result(
        name="regional_readiness",
        caption=f"Readiness of the regions, weighted by GDP and trade of {chosen.year}, tracker of {tracked(chosen)}",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=sentences(
            means_sentence(frame),
            *(lead_sentence(rows, weighting) for weighting, rows in frame.groupby("weighting", sort=False)),
            without_sentence(chosen),
            _simulation_error(chosen) if frame["leads"].notna().any() else "",
            *(_unweighted(rows) for _, rows in frame.groupby("weighting", sort=False)),
        ),
        source=law_source(chosen, chosen.measure, "panel"),
        decimals={"Score": 3},
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
        As `readiness.regional_readiness` returns it.
    """
    return readiness.regional_readiness(scored(chosen), drawn(chosen), chosen.compared(), sizes(chosen))


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
    how = capital(WEIGHTED[weighting])
    if rows["leads"].isna().any():
        nobody = listing(rows["region"][rows["covered"] == 0], empty=listing(rows["region"]))
        return (
            f"{how}, no lead in readiness can be computed, since no member of {nobody} has both a weight and a known "
            "status."
        )
    first, second = rows.sort_values("leads", ascending=False, kind="stable").to_dict("records")
    if first["leads"] == 0:
        return f"{how}, the regions' readiness is the same in every draw."
    return (
        f"{how}, {first['region']} has the readier law in {first['leads']:.0f}% of the draws{_of_which(first)} and "
        f"{second['region']} in {second['leads']:.0f}%: with {SETTLED:.0%} as the threshold the order is "
        f"{'settled' if first['leads_low'] >= 100 * SETTLED else 'open'}."
    )


def without_sentence(chosen: GapParameters) -> str:
    """Say which region leads without the dominant members, and whether that is another one.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    str
        One sentence, or an empty text where nobody dominates or no lead can be computed.
    """
    kept = without_dominant(chosen)
    if not kept:
        return ""
    leaders, turned = leaders_without(chosen, kept)
    if not leaders:
        return ""
    verdict = f"the lead passes to the other region {listing(turned)}" if turned else "the lead stays where it is"
    listed = listing(f"{leader} leads {how} in {share}" for how, (leader, share) in leaders.items())
    return f"{capital(without_words(chosen, kept))}, {listed}: {verdict}."


def leaders_without(chosen: GapParameters, kept: GapParameters) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Return who leads without the dominant members.

    Parameters
    ----------
    chosen, kept : GapParameters
        What `dominance.without_dominant` was given, and what it returned.

    Returns
    -------
    dict of str to tuple, list of str
        The leader (by the name that it has with all members) and its share of the draws in words, by the weighting in
        words; those weightings under which another region leads than with the dominant members.
    """
    labels = [each.label for each in chosen.compared()]
    leaders, turned = {}, []
    both = [regional_scores(each) for each in (chosen, kept)]
    for weighting, how in WEIGHTED.items():
        full, rest = (scores[scores["weighting"] == weighting].reset_index(drop=True) for scores in both)
        if full["leads"].isna().any() or rest["leads"].isna().any() or rest["leads"].max() == 0:
            continue
        first = rest["leads"].idxmax()
        bounds = _bounds_words(rest.loc[first])
        share = f"{rest.loc[first, 'leads']:.0f}% of the draws"
        leaders[how] = (labels[first], f"{share} ({bounds})" if bounds else share)
        if full["leads"].max() > 0 and full["leads"].idxmax() != first:
            turned.append(how)
    return leaders, turned


def _of_which(row: dict[str, float]) -> str:
    """Say what a share of all draws hides: the kinds of mean, and the unknown laws, where these matter."""
    kinds = [f"{row[f'leads{kind}']:.0f}%" for kind in _KINDS]
    by_kind = f"{kinds[0]} with the arithmetic mean, {kinds[1]} with the geometric" if kinds[0] != kinds[1] else ""
    said = "; ".join(filter(None, [by_kind, _bounds_words(row)]))
    return f" ({said})" if said else ""


def _bounds_words(row: Mapping[str, float] | pd.Series) -> str:
    low, high = (f"{row[f'leads{end}']:.0f}%" for end in ("_low", "_high"))
    return "" if low == high else f"from {low} to {high} whatever the unknown laws are"


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
    everybody = rows["covered"].eq(0).all()
    names = "every member" if everybody else listing(economy_name(code, short=True) for code in missing)
    weighting = rows["weighting"].iloc[0]
    if weighting == "plain":
        return f"Left out of the plain means for lack of a known status: {names}."
    return f"Left out of the means by {_WEIGHTINGS[weighting]} for lack of a weight or a known status: {names}."
