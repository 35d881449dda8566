"""Does the comparison of two regions survive another measure, year, estimator or specification?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import check_choice
from carec_digital_trade.gap.dominance import left_out, without_dominant
from carec_digital_trade.gap.equation import EQUATION, covariates_in, with_covariates, without_covariates
from carec_digital_trade.gap.expected import expected_trade, members_expected
from carec_digital_trade.gap.panel import Flow, Measure, economy_sizes, require_disjoint, trade_panel
from carec_digital_trade.gap.sample import Estimator
from carec_digital_trade.regions import REFERENCE_YEAR, Region

_RATIO = "actual_over_expected"
_KEYS = ["iso3", "year"]
_SMALL = 0.05
"""Value of p below which two regions can be told apart."""


@dataclass(frozen=True)
class _Setting:
    """One way to compare the regions, and what makes it a variant."""

    key: str
    variant: str
    measure: Measure
    year: int
    estimator: Estimator
    equation: str

    @property
    def common(self) -> bool:
        """Whether fit and comparison keep to the economies and years that both measures have."""
        return self.key in ("other_measure", "same_rows")


def survives(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    equation: str = EQUATION,
    estimator: Estimator = "ols",
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Compare the regions' median of actual over expected trade as asked, then with one thing changed at a time.

    Changed are the measure (in the nearest year that the other one has), the year (the one before), the estimator, the
    members (without the dominant ones), and whether covariates (or, where there are none, internet use) are in the
    equation. As the other measure may lack years or economies, it and the measure asked for are fitted and shown on the
    economies and years that both have: a difference between these two rows is due to the measure.

    Parameters
    ----------
    region, benchmark : Region
        Without a common member.
    year, measure, flow, equation, estimator, vintage
        As in `trade_panel` and `expected_trade`.

    Returns
    -------
    pandas.DataFrame
        One row a variant, the one asked for first: key (as_asked, other_measure, same_rows, year_before,
        other_estimator, other_covariates, without_dominant), variant (the same in words), measure, year, estimator,
        covariates (names, or "none"), region_shown and benchmark_shown (members), region_median, benchmark_median,
        region_below (whether the region's median is the lower), p (exact two-sided Mann-Whitney test: the chance of
        ranks that differ as much if the members were dealt to the two regions at random), agrees (whether the medians
        differ in the same direction as in the first row, told from chance or not). Medians and answers are missing
        where a region has no figure.

    Raises
    ------
    InputError
        As in `expected_trade`, or if the regions share a member or have no figure as asked.
    """
    check_choice("measure", measure, get_args(Measure))
    require_disjoint(region, benchmark)
    panels = {each: trade_panel(each, flow, vintage) for each in get_args(Measure)}
    asked = _Setting("as_asked", "as asked", measure, year, estimator, equation)
    found = _expected(asked, panels)
    for each in (region, benchmark):  # refuses a region without a figure
        members_expected(found, each)
    rows = [_row(asked, found, region, benchmark)]
    rows += [_row(each, _expected(each, panels), region, benchmark) for each in _variants(asked, panels)]
    regions = (region, benchmark)
    if kept := without_dominant(regions, economy_sizes(panels[measure], year)):
        words = left_out(regions, kept)
        rows.append(_row(replace(asked, key="without_dominant", variant=words), found, *kept))
    table = pd.DataFrame(rows)
    table["region_below"] = table["region_below"].astype("boolean")
    return table.assign(agrees=table["region_below"] == table["region_below"].iloc[0])


def state_survival(checks: pd.DataFrame, region: Region, benchmark: Region) -> str:
    """Say whether the regions can be told apart, and whether that survives.

    Parameters
    ----------
    checks : pandas.DataFrame
        As `survives` returns it.
    region, benchmark : Region
        The regions compared.

    Returns
    -------
    str
        Two sentences. A difference survives a check that tells the regions apart (p below 0.05) in the same direction;
        where no variant tells them apart there is nothing to survive, and a change of sign is no finding.
    """
    asked = checks.iloc[0]
    order = "lower" if asked["region_below"] else "not lower"
    return (
        f"The median of actual over expected trade is {order} in {region.label} ({asked['region_median']:.2f}) than in "
        f"{benchmark.label} ({asked['benchmark_median']:.2f}; p = {asked['p']:.2f}). {_verdict(checks)}"
    )


def _verdict(checks: pd.DataFrame) -> str:
    answered = checks.dropna(subset=["agrees"])
    asked, others = answered.iloc[0], answered.iloc[1:]
    if others.empty:
        apart = "can" if asked["p"] < _SMALL else "cannot"
        return (
            f"The regions {apart} be told apart, and no other measure, year, estimator or specification has the "
            "figures to check it."
        )
    clear = others["p"] < _SMALL
    if asked["p"] >= _SMALL:
        return _no_difference(answered) if not clear.any() else _difference_elsewhere(others[clear])
    same = others["agrees"].astype(bool)
    survived = f"{(clear & same).sum()} of {len(others)} checks tell them apart the same way round"
    if (clear & same).all():
        return f"The regions can be told apart, and this survives every check ({survived})."
    faults = [
        f"{words} {'; '.join(others.loc[rows, 'variant'])}"
        for words, rows in (("it turns round", clear & ~same), ("they cannot be told apart", ~clear))
        if rows.any()
    ]
    return f"The regions can be told apart, and this does not survive: {', and '.join(faults)} ({survived})."


def _no_difference(answered: pd.DataFrame) -> str:
    against = int((~answered["agrees"].astype(bool)).sum())
    sign = f"changes in {against}" if against else "is the same in all"
    return (
        f"In none of the {len(answered)} variants, as asked or changed, can the regions be told apart (p from "
        f"{answered['p'].min():.2f} to {answered['p'].max():.2f}); the sign of the difference of the medians {sign}."
    )


def _difference_elsewhere(apart: pd.DataFrame) -> str:
    words = "; ".join(
        f"{row.variant} ({'lower' if row.region_below else 'not lower'}, p = {row.p:.2f})" for row in apart.itertuples()
    )
    return f"The regions cannot be told apart as asked, but {words}."


def _variants(asked: _Setting, panels: Mapping[str, pd.DataFrame]) -> list[_Setting]:
    years = {measure: panel.dropna(subset=["trade"])["year"] for measure, panel in panels.items()}
    other = next(measure for measure in panels if measure != asked.measure)
    year = int(np.clip(asked.year, years[other].min(), years[other].max()))
    estimator: Estimator = "ppml" if asked.estimator == "ols" else "ols"
    specification, equation = (
        ("without the covariates", without_covariates(asked.equation))
        if covariates_in(asked.equation)
        else ("with internet use as a regressor", with_covariates(asked.equation, ["internet_users_pct"]))
    )
    variants = [
        replace(asked, key="other_measure", variant=f"for {other} trade in {year}", measure=other, year=year),
        replace(asked, key="same_rows", variant=f"in {year} where {other} trade is known too", year=year),
        replace(asked, key="year_before", variant=f"in {asked.year - 1}", year=asked.year - 1),
        replace(asked, key="other_estimator", variant=f"by {estimator.upper()}", estimator=estimator),
        replace(asked, key="other_covariates", variant=specification, equation=equation),
    ]
    return [each for each in variants if each.year >= years[each.measure].min()]


def _expected(setting: _Setting, panels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    panel = panels[setting.measure]
    if setting.common:
        panel = panel[_in_all(panels, setting.estimator).reindex(panel.set_index(_KEYS).index).to_numpy()]
    return expected_trade(panel, setting.year, setting.equation, setting.estimator)


def _in_all(panels: Mapping[str, pd.DataFrame], estimator: Estimator) -> pd.Series:
    """Say which economies and years an estimator can use in every measure, indexed by the two."""
    trade = pd.concat([panel.set_index(_KEYS)["trade"] for panel in panels.values()], axis="columns")
    return (trade > 0 if estimator == "ols" else trade >= 0).all(axis="columns")


def _row(setting: _Setting, expected: pd.DataFrame, region: Region, benchmark: Region) -> dict[str, object]:
    shown = expected.set_index("iso3")[_RATIO].dropna()
    ours, others = (shown[shown.index.isin(each.members)] for each in (region, benchmark))
    both = len(ours) > 0 and len(others) > 0
    return {
        "key": setting.key,
        "variant": setting.variant,
        "measure": setting.measure,
        "year": setting.year,
        "estimator": setting.estimator,
        "covariates": ", ".join(covariates_in(setting.equation)) or "none",
        "region_shown": len(ours),
        "benchmark_shown": len(others),
        "region_median": ours.median(),
        "benchmark_median": others.median(),
        "region_below": bool(ours.median() < others.median()) if both else pd.NA,
        "p": stats.mannwhitneyu(ours, others, method="exact").pvalue if both else np.nan,
    }
