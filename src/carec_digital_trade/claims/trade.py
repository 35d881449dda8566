"""Checks of the article's claims on volumes, shares, concentration and connectivity."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.claims.evidence import Evidence, Finding, Verdict, graded, name, words
from carec_digital_trade.metrics import concentration, per_gdp, per_person, regional_ratio, regional_total
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR, Region, region

# A revision below this is a matter of rounding and late reports; the article's figures are set beside it.
LARGE_REVISION = 0.05
# A ratio of regions within a tenth of another tells the same story.
SAME_STORY = 0.10
_BILLION = {"USD million": 1.0, "USD billion": 1e-3}


def total(claim: Any, evidence: Evidence) -> Finding:
    """Hold a printed total against the sum of the members of Table 1."""
    kept = region(claim.region, exclude=words(claim.economies))
    factor = _BILLION[claim.unit]
    ours = regional_total(evidence.article, kept)["value"].item() * factor
    present = regional_total(evidence.present, kept)["value"].item() * factor
    digits = 0 if claim.unit == "USD million" else 2
    verdict: Verdict = "reproduced" if round(ours, digits) == claim.article_value else "contradicted"
    return Finding(
        ours,
        claim.unit,
        verdict,
        f"The members of Table 1 add up to {ours:,.{digits}f}; in the WTO's present file it is {present:,.{digits}f}.",
    )


def revision(_claim: Any, evidence: Evidence) -> Finding:
    """Hold Table 1's figures against the WTO's present file."""
    printed = evidence.article.set_index("iso3")["value"]
    present = evidence.present.set_index("iso3")["value"].reindex(printed.index)
    change = present / printed - 1
    agreeing = present.round() == printed
    same = int(agreeing.sum())
    large = change[change.abs() > LARGE_REVISION].sort_values(key=np.abs, ascending=False)
    moved = ", ".join(f"{name(code)} {percent:+.0%}" for code, percent in large.items())
    verdict: Verdict = "reproduced" if agreeing.all() else graded(agreeing)
    sentence = f"{same} of {len(printed)} figures stand unchanged in the WTO's present file"
    return Finding(
        same, "figures", verdict, f"{sentence}; revised by more than {LARGE_REVISION:.0%}: {moved or 'none'}."
    )


def like_for_like(claim: Any, evidence: Evidence) -> Finding:
    """Compare two regions as the article does, then with both giants out and with both in."""
    (one, other), (giant, other_giant) = claim.region.split(), words(claim.economies)
    as_written = _ratio(evidence.article, one, [giant], other, [])
    alike = _ratio(evidence.article, one, [giant], other, [other_giant])
    whole = _ratio(evidence.article, one, [], other, [])
    same_order = min(as_written, alike, whole) > 1
    close = abs(alike / as_written - 1) <= SAME_STORY
    return Finding(
        alike,
        f"{other} over {one}",
        graded([True, close]) if same_order else "contradicted",
        f"The sentence leaves {name(giant)} out of {one} and keeps {name(other_giant)} in {other}: {other} is then "
        f"{as_written:.1f} times {one}; with both left out it is {alike:.1f} times, with both in {whole:.1f} times.",
    )


def more_balanced(claim: Any, evidence: Evidence) -> Finding:
    """Compare concentration as the article does, then with both giants out and with both in."""
    (one, other), (giant, other_giant) = claim.region.split(), words(claim.economies)
    index = {
        (which, out): _herfindahl(evidence.article, which, [out] if out else [])
        for which, out in ((one, ""), (one, giant), (other, ""), (other, other_giant))
    }
    as_written = index[other, other_giant] < index[one, ""]
    alike = [index[other, other_giant] < index[one, giant], index[other, ""] < index[one, ""]]
    verdict: Verdict = "contradicted" if not as_written else "supported" if all(alike) else "qualified"
    return Finding(
        index[one, giant] - index[other, other_giant],
        "difference of Herfindahl-Hirschman indices",
        verdict,
        f"As written ({other} without {name(other_giant)}, {one} with {name(giant)}) the Herfindahl-Hirschman index is "
        f"{index[other, other_giant]:.3f} against {index[one, '']:.3f}; with both giants left out it is "
        f"{index[other, other_giant]:.3f} against {index[one, giant]:.3f}, so {one if not alike[0] else other} is then "
        f"the less concentrated region.",
    )


def dominance(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether one member is more than half of its region."""
    values = _values(evidence.article, claim.region, [])
    share = values[claim.economies] / values.sum()
    verdict: Verdict = "supported" if share > 1 / 2 and values.idxmax() == claim.economies else "contradicted"
    sentence = f"{name(claim.economies)} is {share:.1%} of {claim.region}'s digitally delivered trade."
    return Finding(100 * share, "%", verdict, sentence)


def low_levels(claim: Any, evidence: Evidence) -> Finding:
    """Compare levels of trade per person and per GDP, of all members and without the giants."""
    names = claim.region.split()
    levels = {
        "digitally delivered trade per person": partial(_relative, per_person, evidence),
        "digitally delivered trade as % of GDP": partial(_relative, per_gdp, evidence),
        "trade in goods and services as % of GDP": partial(_openness, evidence),
    }
    whole = [region(each) for each in names]
    alike = [region(each, exclude=[GIANTS[each]]) for each in names]
    found = {what: (*_compared(level, *whole), _compared(level, *alike)[0]) for what, level in levels.items()}
    listed = "; ".join(
        f"{what} is {full:.0%} ({covered} members), without the giants {rest:.0%}"
        for what, (full, covered, rest) in found.items()
    )
    value = found["digitally delivered trade as % of GDP"][0]
    giants = listing(name(GIANTS[each]) for each in names)
    return Finding(
        100 * value,
        f"% of {names[1]}'s",
        graded(ratio < 1 for full, _, rest in found.values() for ratio in (full, rest)),
        f"Of {names[1]}'s level, {names[0]}'s {listed} ({REFERENCE_YEAR}; the giants: {giants}).",
    )


def no_data(_claim: Any, _evidence: Evidence) -> Finding:
    """Mark a claim on which there are no data here."""
    return Finding(np.nan, "", "not testable here", "The package holds no data on it.")


def _values(article: pd.DataFrame, one: str, exclude: Sequence[str]) -> pd.Series:
    return article.set_index("iso3")["value"].loc[list(region(one, exclude=exclude).members)]


def _herfindahl(article: pd.DataFrame, one: str, exclude: Sequence[str]) -> float:
    return concentration(_values(article, one, exclude)).hhi


def _ratio(article: pd.DataFrame, one: str, exclude: Sequence[str], other: str, other_exclude: Sequence[str]) -> float:
    return _values(article, other, other_exclude).sum() / _values(article, one, exclude).sum()


def _compared(level: Callable[[Region], tuple[float, int]], one: Region, other: Region) -> tuple[float, str]:
    """Return a level, a value with the number of members that it covers, over another, and the covered in words."""
    (value, covered), (other_value, other_covered) = level(one), level(other)
    words = f"{covered} of {len(one.members)} and {other_covered} of {len(other.members)}"
    return value / other_value, words


def _relative(level: Callable[..., pd.DataFrame], evidence: Evidence, one: Region) -> tuple[float, int]:
    found = regional_ratio(level(evidence.present, one, vintage=evidence.vintage))
    return found["value"].item(), found["covered"].item()


def _openness(evidence: Evidence, one: Region) -> tuple[float, int]:
    """Return exports plus imports of goods and services in % of GDP, over the members that have both."""
    of_year = evidence.panel[evidence.panel["year"] == REFERENCE_YEAR].set_index("iso3")
    rows = of_year.reindex(one.members)
    rows = rows.dropna(subset=["gdp_current_usd", "exports_gs_pct_gdp", "imports_gs_pct_gdp"])
    shares = rows["exports_gs_pct_gdp"] + rows["imports_gs_pct_gdp"]
    return np.average(shares, weights=rows["gdp_current_usd"]), len(rows)
