"""Does a comparison of two regions survive other data, another estimator or equation, or the loss of a giant?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd
import scipy

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.gap.decomposition import decompose, opening_parts
from carec_digital_trade.gap.equations import EQUATION, covariates_in, slopes_in, with_covariates
from carec_digital_trade.gap.expected import RATIO, expected_trade, members_expected
from carec_digital_trade.gap.panel import COVARIATE_TERMS, Flow, Measure, require_disjoint, trade_panel
from carec_digital_trade.gap.sample import Estimator
from carec_digital_trade.metrics import ratio_of_samples, years
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR, Region

DOMINANT = 0.5
"""Share of a region's trade above which its largest member dominates it."""

_FACTORS = ["population", "gdp_per_person", "trade_per_gdp"]
_SPLIT = ["key", "variant", "region", "measure", "year", "region_covered", "benchmark_covered", "region_trade"]
_SPLIT += ["benchmark_trade", "gap", "log_gap", *_FACTORS, *(f"opening_{factor}" for factor in _FACTORS)]
_SPLIT += ["largest", "problem"]


def economy_sizes(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what members can be weighted by.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    year : int
        Of GDP and trade.

    Returns
    -------
    pandas.DataFrame
        iso3, gdp (USD), trade (USD million; missing where it is negative, since a weight cannot be).
    """
    rows = panel[panel["year"] == year]
    trade = rows["trade"].where(rows["trade"] >= 0)
    return pd.DataFrame({"iso3": rows["iso3"], "gdp": rows["gdp_current_usd"], "trade": trade})


def without_dominant(regions: Sequence[Region], sizes: pd.DataFrame) -> tuple[Region, ...] | None:
    """Leave out each region's dominant member: whom the article leaves out, else whoever has most of the trade.

    Parameters
    ----------
    regions : sequence of Region
        To be compared.
    sizes : pandas.DataFrame
        As `economy_sizes` returns it.

    Returns
    -------
    tuple of Region or None
        The regions with more exclusions; nothing where nobody dominates a region of more than one member, or two would
        bear the same name.
    """
    kept = tuple(_without_largest(each, sizes.set_index("iso3")["trade"]) for each in regions)
    return kept if kept != tuple(regions) and len({each.label for each in kept}) == len(kept) else None


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
        other_estimator, other_covariates, slopes_by_year, without_dominant), variant (the same in words), measure,
        year, estimator, covariates (names, or "none"), region_shown and benchmark_shown (members), region_median,
        benchmark_median, region_below (whether the region's median is the lower), ratio with its 95% interval in
        ``_low`` and ``_high`` and detectable (see `metrics.ratio_of_samples`), p (exact two-sided Mann-Whitney test:
        the chance of ranks that differ as much if the members were dealt to the two regions at random), agrees (whether
        the medians differ in the same direction as in the first row, told from chance or not). Medians and answers are
        missing where a region has no figure.

    Raises
    ------
    InputError
        As in `expected_trade`, or if the regions share a member or have no figure as asked.
    """
    check_choice("measure", measure, get_args(Measure))
    require_disjoint(region, benchmark)
    regions = (region, benchmark)
    panels = {each: trade_panel(each, flow, vintage) for each in get_args(Measure)}
    setting = {"key": "as_asked", "variant": "as asked", "measure": measure, "year": year, "estimator": estimator}
    setting["equation"] = equation
    asked = _expected(setting, panels)
    for each in regions:  # refuses a region without a figure
        members_expected(asked, each)
    rows = [_compared(each, _expected(each, panels), regions) for each in _changed(setting, panels)]
    if kept := without_dominant(regions, economy_sizes(panels[measure], year)):
        rows.append(_compared(setting | _key_without(regions, kept), asked, kept))
    table = pd.DataFrame([_compared(setting, asked, regions), *rows]).drop(columns="equation")
    table["region_below"] = table["region_below"].astype("boolean")
    return table.assign(agrees=table["region_below"] == table["region_below"].iloc[0])


def splits_survive(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Split the gap between two regions as asked, then with other data, and see which factor opens it the most.

    Changed are the measure (in the nearest year that the other one has), the year (that one, and the one before), the
    members (without the dominant ones), and whether those that lack a figure are taken with their latest.

    Parameters
    ----------
    region, benchmark, year, measure, flow, vintage
        As in `decompose`.

    Returns
    -------
    pandas.DataFrame
        One row a variant, the one asked for first: key (as_asked, other_measure, other_measures_year, year_before,
        latest_figures, without_dominant, without_dominant_latest), variant (the same in words), region, measure, year,
        region_covered and benchmark_covered (members), region_trade, benchmark_trade and gap (USD million), log_gap,
        the ratio of each factor (population, gdp_per_person, trade_per_gdp), each factor's part of the gap in
        logarithms, positive where it opens it (opening_population and so on), largest (the factor that opens it the
        most), agrees (whether that is the first row's), problem (why the gap cannot be split, or empty).
    """
    (other,) = (each for each in get_args(Measure) if each != measure)
    near = int(np.clip(year, *years(other, vintage)))
    regions = (region, benchmark)
    asked = {"key": "as_asked", "variant": "as asked", "measure": measure, "year": year}
    changed = {"key": "other_measure", "variant": f"for {other} trade in {near}", "measure": other, "year": near}
    variants = [(asked, regions), (changed, regions)]
    for each, key in {near: "other_measures_year", year - 1: "year_before"}.items():
        if years(measure, vintage)[0] <= each != year:
            variants.append((asked | {"key": key, "variant": f"in {each}", "year": each}, regions))
    latest = {"key": "latest_figures", "variant": "with latest figures", "latest": True}
    variants.append((asked | latest, regions))
    if kept := without_dominant(regions, economy_sizes(trade_panel(measure, flow, vintage), year)):
        without = asked | _key_without(regions, kept)
        words = f"{without['variant']}, {latest['variant']}"
        more = latest | {"key": "without_dominant_latest", "variant": words}
        variants += [(without, kept), (without | more, kept)]
    frame = pd.DataFrame([_split(*variant, flow, vintage) for variant in variants], columns=_SPLIT)
    frame = _without_repeats(frame)
    largest = frame["largest"]
    agrees = (largest == largest.iloc[0]).where(largest.ne("") & (largest.iloc[0] != ""))
    return frame.assign(agrees=agrees.astype("boolean"))


def _without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the variants with latest figures that cover nobody more than those without."""
    covered = frame.set_index("key")[["region_covered", "benchmark_covered"]]
    pairs = {"latest_figures": "as_asked", "without_dominant_latest": "without_dominant"}
    same = [
        late for late, plain in pairs.items() if late in covered.index and covered.loc[late].equals(covered.loc[plain])
    ]
    return frame[~frame["key"].isin(same)].reset_index(drop=True)


def _without_largest(each: Region, trade: pd.Series) -> Region:
    known = trade.reindex(list(each.members)).dropna()
    largest = known.idxmax() if len(known) and known.max() > DOMINANT * known.sum() else None
    code = GIANTS.get(each.name, largest)
    if code not in each.members or len(each.members) == 1:
        return each
    members = tuple(member for member in each.members if member != code)
    return replace(each, members=members, excluded=(*each.excluded, code))


def _key_without(regions: Sequence[Region], kept: Sequence[Region]) -> dict[str, str]:
    gone = [code for full, rest in zip(regions, kept, strict=True) for code in full.members if code not in rest.members]
    names = listing(economy_name(code, short=True) for code in gone)
    return {"key": "without_dominant", "variant": f"without {names}"}


def _changed(asked: dict[str, Any], panels: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return the settings with one thing changed, of years that the measure has."""
    first = {measure: panel.dropna(subset=["trade"])["year"].min() for measure, panel in panels.items()}
    (other,) = (measure for measure in panels if measure != asked["measure"])
    near = int(np.clip(asked["year"], first[other], panels[other].dropna(subset=["trade"])["year"].max()))
    estimator = "ppml" if asked["estimator"] == "ols" else "ols"
    equation, words = asked["equation"], "without the covariates"
    if terms := [COVARIATE_TERMS[each] for each in covariates_in(equation)]:
        equation += "".join(f" - {term}" for term in terms)
    else:
        equation, words = with_covariates(equation, ["internet_users_pct"]), "with internet use as a regressor"
    changes = [
        {"key": "other_measure", "variant": f"for {other} trade in {near}", "measure": other, "year": near},
        {"key": "same_rows", "variant": f"in {near} where {other} trade is known too", "year": near},
        {"key": "year_before", "variant": f"in {asked['year'] - 1}", "year": asked["year"] - 1},
        {"key": "other_estimator", "variant": f"by {estimator.upper()}", "estimator": estimator},
        {"key": "other_covariates", "variant": words, "equation": equation},
    ]
    if asked["estimator"] == "ols":  # by Poisson each of the fits takes seconds
        slopes = asked["equation"] + "".join(f" + {term}:C(year)" for term in slopes_in(asked["equation"]))
        changes.append({"key": "slopes_by_year", "variant": "with slopes by year", "equation": slopes})
    return [each for each in (asked | change for change in changes) if each["year"] >= first[each["measure"]]]


def _expected(setting: dict[str, Any], panels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    panel = panels[setting["measure"]]
    if setting["key"] in ("other_measure", "same_rows"):  # on the economies and years that both measures have
        (other,) = (each for measure, each in panels.items() if measure != setting["measure"])
        known = other[other["trade"] > 0 if setting["estimator"] == "ols" else other["trade"] >= 0]
        panel = panel.merge(known[["iso3", "year"]])
    return expected_trade(panel, setting["year"], setting["equation"], setting["estimator"])


def _compared(setting: dict[str, Any], expected: pd.DataFrame, regions: Sequence[Region]) -> dict[str, Any]:
    shown = expected.set_index("iso3")[RATIO].dropna()
    ours, others = (shown[shown.index.isin(each.members)] for each in regions)
    both = len(ours) > 0 and len(others) > 0
    found = ratio_of_samples(ours, others)
    return setting | {
        "covariates": ", ".join(covariates_in(setting["equation"])) or "none",
        "region_shown": len(ours),
        "benchmark_shown": len(others),
        "region_median": ours.median(),
        "benchmark_median": others.median(),
        "region_below": bool(ours.median() < others.median()) if both else pd.NA,
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "detectable": found.detectable,
        "p": scipy.stats.mannwhitneyu(ours, others, method="exact").pvalue if both else np.nan,
    }


def _split(setting: dict[str, Any], regions: Sequence[Region], flow: Flow, vintage: str) -> dict[str, Any]:
    row = setting | {"region": regions[0].label, "largest": "", "problem": ""}
    try:
        latest = setting.get("latest", False)
        found = decompose(*regions, setting["year"], setting["measure"], flow, vintage=vintage, latest=latest)
    except InputError as error:
        return row | {"problem": str(error)}
    parts = opening_parts(found)
    return row | {
        "region_covered": len(found.region_covered),
        "benchmark_covered": len(found.benchmark_covered),
        **{name: getattr(found, name) for name in ("region_trade", "benchmark_trade", "gap", "log_gap")},
        **np.exp(found.table.set_index("factor")["log_contribution"]),
        **parts.add_prefix("opening_"),
        "largest": parts.idxmax(),
    }
