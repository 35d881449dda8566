"""Does the comparison of two regions survive another measure, year, estimator or specification?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import check_choice
from carec_digital_trade.gap.expected import expected_trade, members_expected
from carec_digital_trade.gap.panel import Flow, Measure, require_disjoint, trade_panel
from carec_digital_trade.gap.sample import Covariate, Estimator
from carec_digital_trade.regions import REFERENCE_YEAR, Region

_RATIO = "actual_over_expected"
_INTERNET: tuple[Covariate, ...] = ("internet_users_pct",)


@dataclass(frozen=True)
class _Setting:
    """One way to compare the regions, and what makes it a variant."""

    variant: str
    measure: Measure
    year: int
    estimator: Estimator
    covariates: tuple[Covariate, ...]
    members_of: Measure | None = None
    """Measure whose members in that year are compared; the setting's own where there is none."""


def regional_medians(expected: pd.DataFrame, region: Region, benchmark: Region) -> pd.DataFrame:
    """Summarise actual over expected trade by region.

    Parameters
    ----------
    expected : pandas.DataFrame
        As `expected_trade` returns it.
    region, benchmark : Region
        Without a common member.

    Returns
    -------
    pandas.DataFrame
        Three rows, the region, the benchmark and all economies: group, members, shown (members with a figure),
        median_actual_over_expected, below_expected and below_interval (members).

    Raises
    ------
    InputError
        If the regions share a member, or no member of one of them can be shown.
    """
    require_disjoint(region, benchmark)
    groups = {each.label: members_expected(expected, each) for each in (region, benchmark)}
    groups["all economies"] = expected
    return pd.DataFrame(
        [
            {
                "group": label,
                "members": len(rows),
                "shown": int(rows["actual"].notna().sum()),
                "median_actual_over_expected": rows[_RATIO].median(),
                "below_expected": int((rows[_RATIO] < 1).sum()),
                "below_interval": int((rows["position"] == "below").sum()),
            }
            for label, rows in groups.items()
        ]
    )


def survives(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    covariates: Sequence[Covariate] = (),
    estimator: Estimator = "ols",
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Compare the regions' median of actual over expected trade as asked, then with one thing changed at a time.

    Changed are the measure (in the nearest year that the other one has), the year (the one before), the estimator, and
    whether internet use is a regressor. As the other measure may lack a year or members, the measure asked for is also
    shown in that year and for those members: a difference between these two rows is due to the measure.

    Parameters
    ----------
    region, benchmark : Region
        Without a common member.
    year, measure, flow, covariates, estimator, vintage
        As in `trade_panel` and `expected_trade`.

    Returns
    -------
    pandas.DataFrame
        One row a variant, the one asked for first: variant, measure, year, estimator, covariates (names, or "none"),
        region_shown and benchmark_shown (members), region_median, benchmark_median, region_below (whether the region's
        median is the lower), p (exact two-sided Mann-Whitney test: the chance of ranks that differ as much if the
        members were dealt to the two regions at random), agrees (with the first row). Medians and answers are missing
        where a region has no figure.

    Raises
    ------
    InputError
        As in `expected_trade`, or if the regions share a member or have no figure as asked.
    """
    check_choice("measure", measure, get_args(Measure))
    require_disjoint(region, benchmark)
    panels = {each: trade_panel(each, flow, vintage) for each in get_args(Measure)}
    asked = _Setting("as asked", measure, year, estimator, tuple(covariates))
    for each in (region, benchmark):  # refuses a region without a figure
        members_expected(_expected(asked, panels), each)
    table = pd.DataFrame([_row(each, panels, region, benchmark) for each in _variants(asked, panels)])
    table["region_below"] = table["region_below"].astype("boolean")
    return table.assign(agrees=table["region_below"] == table["region_below"].iloc[0])


def state_survival(checks: pd.DataFrame, region: Region, benchmark: Region) -> str:
    """Say whether the comparison survives.

    Parameters
    ----------
    checks : pandas.DataFrame
        As `survives` returns it.
    region, benchmark : Region
        The regions compared.

    Returns
    -------
    str
        Two sentences.
    """
    asked = checks.iloc[0]
    order = "lower" if asked["region_below"] else "not lower"
    return (
        f"The median of actual over expected trade is {order} in {region.label} ({asked['region_median']:.2f}) than in "
        f"{benchmark.label} ({asked['benchmark_median']:.2f}; p = {asked['p']:.2f}). {_verdict(checks.iloc[1:])}"
    )


def _verdict(checks: pd.DataFrame) -> str:
    answered = checks.dropna(subset=["agrees"])
    if answered.empty:
        return "No other measure, year, estimator or specification has the figures to check it."
    against = answered.loc[~answered["agrees"].astype(bool), "variant"]
    verdict = "survives every check" if against.empty else f"does not survive: it turns round {'; '.join(against)}"
    return f"This {verdict} ({len(answered) - len(against)} of {len(answered)} checks agree)."


def _variants(asked: _Setting, panels: Mapping[str, pd.DataFrame]) -> list[_Setting]:
    years = {measure: panel.dropna(subset=["trade"])["year"] for measure, panel in panels.items()}
    other = next(measure for measure in panels if measure != asked.measure)
    year = int(np.clip(asked.year, years[other].min(), years[other].max()))
    estimator: Estimator = "ppml" if asked.estimator == "ols" else "ols"
    specification, covariates = (
        ("without the covariates", ()) if asked.covariates else ("with internet use as a regressor", _INTERNET)
    )
    variants = [
        asked,
        replace(asked, variant=f"for {other} trade in {year}", measure=other, year=year),
        replace(asked, variant=f"in {year} for the members with {other} trade", year=year, members_of=other),
        replace(asked, variant=f"in {asked.year - 1}", year=asked.year - 1),
        replace(asked, variant=f"by {estimator}", estimator=estimator),
        replace(asked, variant=specification, covariates=covariates),
    ]
    return [each for each in variants if each.year >= years[each.measure].min()]


def _expected(setting: _Setting, panels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return expected_trade(panels[setting.measure], setting.year, setting.covariates, setting.estimator)


def _row(setting: _Setting, panels: Mapping[str, pd.DataFrame], region: Region, benchmark: Region) -> dict[str, object]:
    shown = _expected(setting, panels).dropna(subset=[_RATIO]).set_index("iso3")[_RATIO]
    if setting.members_of:
        theirs = _expected(replace(setting, measure=setting.members_of), panels).dropna(subset=[_RATIO])
        shown = shown[shown.index.isin(theirs["iso3"])]
    ours, others = (shown[shown.index.isin(each.members)] for each in (region, benchmark))
    both = len(ours) > 0 and len(others) > 0
    return {
        "variant": setting.variant,
        "measure": setting.measure,
        "year": setting.year,
        "estimator": setting.estimator,
        "covariates": ", ".join(setting.covariates) or "none",
        "region_shown": len(ours),
        "benchmark_shown": len(others),
        "region_median": ours.median(),
        "benchmark_median": others.median(),
        "region_below": bool(ours.median() < others.median()) if both else pd.NA,
        "p": stats.mannwhitneyu(ours, others, method="exact").pvalue if both else np.nan,
    }
