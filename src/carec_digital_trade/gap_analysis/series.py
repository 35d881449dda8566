"""What several sections read, computed once for a set of parameters; all of it for reading only."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital
from carec_digital_trade.readiness import ARTICLE_DOMAINS, DRAFT_VALUE, Uncertainty, components, scores, uncertainty
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.vintages import remembered

Weights = tuple[tuple[str, float], ...] | None


def taking_part(chosen: GapParameters) -> tuple[str, ...]:
    """Return the components of readiness that have a weight.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    tuple of str
        One or more.
    """
    if chosen.weights is None:
        return ARTICLE_DOMAINS
    return tuple(name for name, weight in chosen.weights.items() if weight > 0)


def parts(chosen: GapParameters) -> pd.DataFrame:
    """Return the score of each component for each economy of the tracker.

    Parameters
    ----------
    chosen : GapParameters
        Draft value and vintage; the treaty is taken as the table has it, as the laws are.

    Returns
    -------
    pandas.DataFrame
        As `readiness.components` returns it.
    """
    return _parts(chosen.draft_value, chosen.vintage)


def scored(chosen: GapParameters) -> pd.DataFrame:
    """Return the readiness of each economy of the tracker.

    Parameters
    ----------
    chosen : GapParameters
        Weights, draft value, aggregation and vintage.

    Returns
    -------
    pandas.DataFrame
        As `readiness.scores` returns it.
    """
    weights = None if chosen.weights is None else tuple(chosen.weights.items())
    return _scored(weights, chosen.aggregation, chosen.draft_value, chosen.vintage)


def weightings(chosen: GapParameters) -> pd.DataFrame:
    """Return the weights of the economies in a region's mean, besides the plain one.

    Parameters
    ----------
    chosen : GapParameters
        Measure, flow, year and vintage.

    Returns
    -------
    pandas.DataFrame
        iso3, gdp (USD), trade (USD million; missing where it is negative, since a weight cannot be).
    """
    return _weightings(chosen.measure, chosen.flow, chosen.year, chosen.vintage)


def drawn(chosen: GapParameters) -> Uncertainty:
    """Return what becomes of ranks and of the lead when the choices behind the scores are drawn.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Uncertainty
        ``leads`` has a weighting only where both regions have a member with a weight and a known status.
    """
    spec = (chosen.measure, chosen.flow, chosen.year, chosen.vintage)
    return _drawn(chosen.compared(), taking_part(chosen), chosen.draws, chosen.seed, spec)


def panel(chosen: GapParameters) -> pd.DataFrame:
    """Return trade, population, GDP and connectivity of all economies and years.

    Parameters
    ----------
    chosen : GapParameters
        Measure, flow and vintage.

    Returns
    -------
    pandas.DataFrame
        As `gap.trade_panel` returns it.
    """
    return _panel(chosen.measure, chosen.flow, chosen.vintage)


def expected(chosen: GapParameters) -> pd.DataFrame:
    """Return actual beside expected trade of all economies.

    Parameters
    ----------
    chosen : GapParameters
        Measure, flow, year, covariates, estimator and vintage.

    Returns
    -------
    pandas.DataFrame
        As `gap.expected_trade` returns it.

    Raises
    ------
    InputError
        If no economy has what is needed in the year or the three before it.
    """
    series = (chosen.measure, chosen.flow, chosen.vintage)
    return _expected(series, chosen.year, tuple(chosen.covariates), chosen.estimator)


def members_expected(chosen: GapParameters) -> tuple[dict[str, pd.DataFrame], str]:
    """Return actual beside expected trade of the members of both regions, and say for whom there is none.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    dict of str to pandas.DataFrame, str
        Rows as `gap.members_expected` returns them by the region's label, without a region that has none; sentences,
        or an empty text.
    """
    rows, said = {}, []
    for each in chosen.compared():
        try:
            rows[each.label] = gap.members_expected(expected(chosen), each)
        except InputError as error:
            said.append(as_sentence(error))
    return rows, " ".join(dict.fromkeys(said))


def fitted(chosen: GapParameters, covariates: Sequence[str], estimator: str, economy_effects: bool) -> gap.Estimate:
    """Return an estimate of the trade equation.

    Parameters
    ----------
    chosen : GapParameters
        Measure, flow and vintage.
    covariates, estimator, economy_effects
        As for `gap.estimate`.

    Returns
    -------
    Estimate
        On all economies and years that it can use.
    """
    series = (chosen.measure, chosen.flow, chosen.vintage)
    return _fitted(series, tuple(covariates), estimator, economy_effects)


def checks(chosen: GapParameters, without: tuple[str, Region, Region] | None) -> pd.DataFrame:
    """Return the comparison with expected trade, as asked and with one thing changed at a time.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.
    without : tuple of str, Region and Region, or None
        As for `gap.survives`.

    Returns
    -------
    pandas.DataFrame
        As `gap.survives` returns it.

    Raises
    ------
    InputError
        If a region has no figure as asked.
    """
    spec = (
        chosen.year,
        chosen.measure,
        chosen.flow,
        tuple(chosen.covariates),
        chosen.estimator,
        chosen.vintage,
        without,
    )
    return _checks(chosen.compared(), *spec)


def as_sentence(error: InputError) -> str:
    """Return what an error says as a sentence.

    Parameters
    ----------
    error : InputError
        Met while computing what an admitted set of parameters asks for.

    Returns
    -------
    str
        With a capital letter and a full stop.
    """
    return f"{capital(str(error))}."


@remembered(maxsize=16)
def _parts(draft_value: float, vintage: str) -> pd.DataFrame:
    return components(load("cyberlaw", vintage), load("cpta", vintage), draft_value)


@remembered(maxsize=16)
def _scored(weights: Weights, aggregation: str, draft_value: float, vintage: str) -> pd.DataFrame:
    return scores(_parts(draft_value, vintage), None if weights is None else dict(weights), aggregation)


@remembered(maxsize=16)
def _weightings(measure: str, flow: str, year: int, vintage: str) -> pd.DataFrame:
    everything = _panel(measure, flow, vintage)
    of_year = everything[everything["year"] == year]
    trade = of_year["trade"].where(of_year["trade"] >= 0)
    return pd.DataFrame({"iso3": of_year["iso3"], "gdp": of_year["gdp_current_usd"], "trade": trade})


@remembered(maxsize=4)
def _drawn(
    regions: tuple[Region, Region], names: tuple[str, ...], draws: int, seed: int, spec: tuple[str, str, int, str]
) -> Uncertainty:
    statuses = _parts(DRAFT_VALUE, spec[-1])  # the scores in it are not used
    known = set(statuses.loc[statuses["component"].isin(names) & statuses["score"].notna(), "iso3"])
    if not all(known.intersection(each.members) for each in regions):
        # Ranks are among all economies and need no regions: any two will do.
        stand_ins = [Region(code, (code,), REFERENCE_YEAR) for code in sorted(known)[:2]]
        found = uncertainty(statuses, stand_ins, None, names, draws, seed)
        return replace(found, leads=found.leads.iloc[:0])
    weights = _weightings(*spec)
    weighted = weights[weights["iso3"].isin(known)].set_index("iso3")
    members = [weighted[weighted.index.isin(each.members)] for each in regions]
    usable = [name for name in weighted if all((rows[name] > 0).any() for rows in members)]
    return uncertainty(statuses, regions, weights[["iso3", *usable]], names, draws, seed)


@remembered(maxsize=12)
def _panel(measure: str, flow: str, vintage: str) -> pd.DataFrame:
    return gap.trade_panel(measure, flow, vintage)


@remembered(maxsize=32)
def _expected(series: tuple[str, str, str], year: int, covariates: tuple[str, ...], estimator: str) -> pd.DataFrame:
    return gap.expected_trade(_panel(*series), year, covariates, estimator)


@remembered(maxsize=64)
def _fitted(
    series: tuple[str, str, str], covariates: tuple[str, ...], estimator: str, economy_effects: bool
) -> gap.Estimate:
    return gap.estimate(_panel(*series), covariates, estimator, economy_effects)


@remembered(maxsize=4)
def _checks(regions: tuple[Region, Region], *spec: object) -> pd.DataFrame:
    return gap.survives(*regions, *spec)
