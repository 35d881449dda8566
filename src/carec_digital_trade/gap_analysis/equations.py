"""What goes with trade over all economies and years, and what does the internet term say once income is in?"""

import math
from collections.abc import Sequence

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.gap.equation import COVARIATE_TERMS
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing, sentences
from carec_digital_trade.results import Result, record

ESTIMATOR_WORDS = {"ols": "OLS", "ppml": "PPML"}
COVARIATE_WORDS = {"internet_users_pct": "internet users", "fixed_broadband_per_100": "fixed broadband"}

_INTERNET = "internet_users_pct"
_TERM_WORDS = {
    "log_gdp_per_person": "Log GDP per person",
    "log_population": "Log population",
    "internet_users_10_points": "Internet users, 10 percentage points",
    "fixed_broadband_10_per_100": "Fixed broadband, 10 per 100 people",
}
_SHORT_TERMS = {"internet_users_pct": "internet", "fixed_broadband_per_100": "broadband"}
_STEPS = {
    "internet_users_pct": "Ten percentage points more internet users,",
    "fixed_broadband_per_100": "Ten more fixed broadband subscriptions per 100 people,",
}
_COEFFICIENT_UNITS = {
    "coefficient": "log points of trade",
    "standard_error": "log points of trade",
    "coefficient_p": "probability",
}
_OF_ANY_FIT = ("separation", "few_clusters", "few_traders")
"""What is said whichever fit it is on."""
_FIT_UNITS = {"observations": "rows", "economies": "economies", "explained": "share, 0 to 1", "reset_p": "probability"}


def estimates(chosen: GapParameters) -> Result:
    """Estimate the trade equation by OLS and PPML, with and without economy effects, internet use and what is chosen.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row an estimate and term: coefficient, its standard error clustered by economy, 95% interval and p,
        observations, economies, share explained, and the p of RESET.
    """
    equations = [gap.EQUATION, gap.with_covariates(gap.EQUATION, [_INTERNET]), series.equation(chosen)]
    fits = [(gap.covariates_in(fit.equation), fit) for fit in gap.estimates(series.panel(chosen), equations)]
    table = pd.concat([_estimate_rows(covariates, fit) for covariates, fit in fits], ignore_index=True)
    return Result(
        name="estimates",
        caption=f"Log of {chosen.subject(capital=False)}, on the terms named and year effects, "
        f"{min(fit.first_year for _, fit in fits)}-{max(fit.last_year for _, fit in fits)}, all economies",
        table=table,
        records=pd.concat([_estimate_records(covariates, fit) for covariates, fit in fits], ignore_index=True),
        reading=_estimates_reading(fits, chosen),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals=dict.fromkeys(["Coefficient", "Standard error", "95% from", "to", "p", "Explained", "RESET p"], 3),
    )


def equation(chosen: GapParameters) -> str:
    """Return in words the estimate from which expected trade comes.

    Parameters
    ----------
    chosen : GapParameters
        Estimator and covariates.

    Returns
    -------
    str
        Such as "OLS on GDP per person, population and year".
    """
    terms = ["GDP per person", "population", *(COVARIATE_WORDS[name] for name in chosen.covariates), "year"]
    return f"{ESTIMATOR_WORDS[chosen.estimator]} on {listing(terms)}"


def _estimate_rows(covariates: Sequence[str], fit: gap.Estimate) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Estimator": ESTIMATOR_WORDS[fit.estimator],
            "Economy effects": fit.economy_effects,
            "Covariates": listing(COVARIATE_WORDS[name] for name in covariates),
            "Term": fit.coefficients["term"].map(_TERM_WORDS),
            "Coefficient": fit.coefficients["coefficient"],
            "Standard error": fit.coefficients["standard_error"],
            "95% from": fit.coefficients["low"],
            "to": fit.coefficients["high"],
            "p": fit.coefficients["p"],
            "Observations (economies)": f"{fit.observations:,} ({fit.economies})",
            "Explained": fit.r2,
            "RESET p": fit.reset_p,
        }
    )


def _estimate_records(covariates: Sequence[str], fit: gap.Estimate) -> pd.DataFrame:
    """Put term, estimator, effects and covariates into the metric's name, as results.csv has no columns for them."""
    suffix = f"_{fit.estimator}" + ("_economy_effects" if fit.economy_effects else "")
    suffix += "".join(f"_{_SHORT_TERMS[name]}" for name in covariates)
    table = fit.coefficients.rename(
        columns={"low": "coefficient_low", "high": "coefficient_high", "p": "coefficient_p"}
    )
    coefficients = record(table, "estimates", _COEFFICIENT_UNITS)
    coefficients["metric"] += "_" + pd.concat([table["term"]] * len(_COEFFICIENT_UNITS), ignore_index=True)
    values = {
        "observations": fit.observations,
        "economies": fit.economies,
        "explained": fit.r2,
        "reset_p": fit.reset_p,
    }
    joined = pd.concat([coefficients, record(pd.DataFrame([values]), "estimates", _FIT_UNITS)], ignore_index=True)
    return joined.assign(metric=joined["metric"] + suffix)


def _estimates_reading(fits: Sequence[tuple[tuple[str, ...], gap.Estimate]], chosen: GapParameters) -> str:
    used = next(
        fit
        for covariates, fit in fits
        if (covariates, fit.estimator, fit.economy_effects) == (tuple(chosen.covariates), chosen.estimator, False)
    )
    asked = [] if tuple(chosen.covariates) in ((), (_INTERNET,)) else [tuple(chosen.covariates)]
    terms = [((_INTERNET,), _INTERNET), *((specification, name) for specification in asked for name in specification)]
    others = dict.fromkeys(fit.said[kind] for _, fit in fits for kind in fit.said if kind in _OF_ANY_FIT)
    return sentences(
        *(
            _term_sentence([fit for covariates, fit in fits if covariates == specification], name, specification)
            for specification, name in terms
        ),
        _elasticities(used, chosen),
        *(note for kind, note in used.said.items() if kind not in (*COVARIATE_TERMS.values(), *_OF_ANY_FIT)),
        *others,
    )


def _term_sentence(fits: Sequence[gap.Estimate], name: str, covariates: Sequence[str]) -> str:
    """Say in plain words what goes with more of a covariate, by each estimator, whatever its sign."""
    rows = [fit.coefficients.set_index("term").loc[COVARIATE_TERMS[name]] for fit in fits]
    words = [
        f"{math.expm1(row['coefficient']):+.1%} ({ESTIMATOR_WORDS[fit.estimator]}"
        f"{' with economy effects' if fit.economy_effects else ''}, "
        f"95%: {math.expm1(row['low']):+.1%} to {math.expm1(row['high']):+.1%}, p = {row['p']:.3f})"
        for fit, row in zip(fits, rows, strict=True)
    ]
    positive = sum(row["coefficient"] > 0 for row in rows)
    few = ["few_traders" in fit.said for fit in fits]
    clear = sum(row["p"] < 1 - gap.CONFIDENCE and not each for row, each in zip(rows, few, strict=True))
    uncounted = f" of the {len(rows) - sum(few)} whose intervals do not rest on few economies" if any(few) else ""
    fixed = ["income", "population", *(COVARIATE_WORDS[other] for other in covariates if other != name), "year"]
    return (
        f"{_STEPS[name]} with {listing(fixed)} held fixed, go with a change in trade of {listing(words)}: positive in "
        f"{positive} of {len(rows)} estimates, and to be told from zero in {clear}{uncounted}"
        f"{', so the sign hangs on the estimate' if 0 < positive < len(rows) else ''}."
    )


def _elasticities(used: gap.Estimate, chosen: GapParameters) -> str:
    rows = used.coefficients.set_index("term")
    named = listing(
        f"{words} {row.coefficient:.2f} (95%: {row.low:.2f} to {row.high:.2f})"
        for row, words in zip(rows.iloc[:2].itertuples(), ("GDP per person", "population"), strict=True)
    )
    return (
        f"Expected trade below rests on {equation(chosen)}, without economy effects: {used.observations:,} "
        f"observations of {used.economies} economies, of which it explains {used.r2:.0%}, with the elasticities of "
        f"{named}."
    )
