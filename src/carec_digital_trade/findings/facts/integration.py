"""Integration: what its recipes return, as tables, records and facts for the sentences."""

from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.integration import TABLES, WITHIN, Gravity
from carec_digital_trade.parameters import IntegrationParameters
from carec_digital_trade.prose import capital

Facts = dict[str, Any]

_RATIO = "actual_over_expected"
SMALL = 0.05
"""A p below which the data speak."""
_LONGEST_LABEL = 3
"""Words of a region's name that a sentence has room for; a longer one stands in captions and tables."""
_FEW = 60
"""Economies below which a region is held against little else than its own members and the benchmark's."""
_CLUSTERED = {"pair": "by pair", "two_way": "by exporter and importer", "leverage": "by pair, corrected for leverage"}


def common(chosen: IntegrationParameters) -> Facts:
    """Return what any caption or sentence may name."""
    one, other = (each.label for each in chosen.compared())
    roles = {one: "the region", other: "the benchmark"}
    brief = {label: label if len(label.split()) <= _LONGEST_LABEL else role for label, role in roles.items()}
    otherwise = "two_way" if chosen.cluster == "pair" else "pair"
    return {
        "one": one,
        "other": other,
        "we": brief[one],
        "they": brief[other],
        "table": TABLES[chosen.measure],
        "rests": "",
        "clustered": _CLUSTERED[chosen.cluster],
        "clustered_otherwise": f"Clustered {_CLUSTERED[otherwise]}",
    }


def answer(
    found: pd.DataFrame,
    chosen: IntegrationParameters,
    against: pd.DataFrame | InputError,
    checks: pd.DataFrame | InputError,
) -> Facts:
    """Set the shares, what is expected, and what changes it below each other."""
    labels = [each.label for each in chosen.compared()]
    shares = [100 * found.set_index("region").loc[label, "intra_regional_share"] for label in labels]
    rows = [("Trade that stays within, %", *map(_number, shares), "a count; it grows with a region's size")]
    told = {}
    if isinstance(against, pd.DataFrame):
        expected = (100 * against["expected_share"]).tolist()
        rows.append(
            ("Expected of size, distance and ties, %", *map(_number, expected), "PPML with effects of each economy")
        )
        texts = [_with_interval(row) for _, row in against.iterrows()]
        rows.append(("Actual over expected", *texts, "95% intervals"))
        told = {"ours": _told(against.iloc[0]), "theirs": _told(against.iloc[1])}
    turned = overturning(checks) if isinstance(checks, pd.DataFrame) else None
    if turned and turned["legacy"] is not None:
        rows.append(("with the former Soviet Union's ties fixed", *turned["legacy"], "95% intervals"))
    table = pd.DataFrame(rows, columns=["question", "region_value", "benchmark_value", "sure"])
    return {
        "frame": table,
        "records": [],
        "shares": [share / 100 for share in shares],
        "ours": told.get("ours"),
        "theirs": told.get("theirs"),
        "turned": turned,
    }


def shares(frame: pd.DataFrame, chosen: IntegrationParameters) -> Facts:
    """Say what stays within, and whose leaving would change the share the most."""
    low, high = frame["intra_regional_share_low"], frame["intra_regional_share_high"]
    spread = [f"{one:.1f} to {other:.1f}" if one == one else "n/a" for one, other in zip(low, high, strict=True)]  # noqa: PLR0124
    covered = [f"{row.covered} of {row.members}" for row in frame.itertuples()]
    rows = frame.assign(spread=spread, covered_of=covered).set_index("region", drop=False)
    labels = [each.label for each in chosen.compared()]
    return {
        "frame": rows.reset_index(drop=True),
        "rows": [rows.loc[label] for label in labels],
        "missing": [code for label in labels for code in rows.loc[label, "missing"].split(", ") if code],
    }


def partners(found: pd.DataFrame, chosen: IntegrationParameters) -> Facts:
    """Return a row an exporter, with a column for each partner, and who sends most of its exports to members."""
    parts = []
    for label, part in found.groupby("region", sort=False):
        wide = 100 * part.pivot(index="exporter", columns="importer", values="share")
        order = part["exporter"].unique()
        wide = wide.reindex(index=order, columns=order)
        known = wide.notna().any(axis=1)
        first = wide[known].idxmax(axis=1).reindex(order)
        rows = pd.DataFrame(
            {
                "region": label,
                "iso3": order,
                "name": [economy_name(code, short=True) for code in order],
                "partner_share_within": wide.sum(axis=1, min_count=1).to_numpy(),
                "first": [economy_name(code, short=True) if isinstance(code, str) else "n/a" for code in first],
                "first_share": wide.max(axis=1).to_numpy(),
            }
        )
        parts.append(pd.concat([rows, wide.add_prefix("to_").reset_index(drop=True)], axis=1))
    frame = pd.concat(parts, ignore_index=True)
    long = found.assign(iso3=found["exporter"], item=found["importer"], partner_share=100 * found["share"])
    known = frame.dropna(subset="first_share")
    most = known.loc[known.groupby("region", sort=False)["partner_share_within"].idxmax()]
    return {"frame": frame, "records": [long, frame], "most": most.to_dict("records")}


def gravity(fit: Gravity, chosen: IntegrationParameters, bootstrapped: pd.Series) -> Facts:
    """Return the terms in words, with the p of those that few pairs stand for, and what the estimate rests on."""
    words = dict(WORDS["ties"]) | {
        term: f"both in {each.label}" for term, each in zip(WITHIN, chosen.compared(), strict=True)
    }
    names = {"low": "coefficient_low", "high": "coefficient_high", "p": "coefficient_p"}
    rows = fit.coefficients.rename(columns=names)
    other = "two_way_error" if chosen.cluster == "pair" else "pair_error"
    frame = rows.assign(
        item=rows["term"],
        words=[capital(words.get(term, term.replace("_", " "))) for term in rows["term"]],
        other_error=rows[other],
        bootstrap_p=rows["term"].map(bootstrapped),
        times=np.exp(rows["coefficient"]).where(rows["term"] != "log_distance"),
    )
    whole = pd.DataFrame([{"observations": fit.observations, "economies": fit.economies, "explained": fit.explained}])
    counts = {name: getattr(fit, name) for name in ("zeros", "silent", "singletons", "separated")}
    left = pd.DataFrame({"item": list(counts), "rows_of_estimate": list(counts.values())})
    dropped = [f"{words.get(term, term.replace('_', ' '))}: {why}" for term, why in fit.dropped.items()]
    terms = fit.coefficients.set_index("term")["coefficient"]
    return {
        "frame": frame,
        "records": [
            frame.drop(columns="bootstrap_p"),
            frame.dropna(subset="bootstrap_p")[["item", "bootstrap_p"]],
            whole,
            left,
        ],
        "rests": f", {fit.observations:,} rows of {fit.economies} economies",
        "turned": frame.loc[frame["coefficient_p"].lt(SMALL) & frame["bootstrap_p"].ge(SMALL), "words"].tolist(),
        "few": fit.economies if fit.economies < _FEW else 0,
        "zeros": fit.zeros,
        "left": counts["silent"] + counts["singletons"],
        "dropped": dropped,
        "distance": terms.get("log_distance", np.nan),
        "explained": fit.explained,
    }


def expected(frame: pd.DataFrame, chosen: IntegrationParameters) -> Facts:
    """Say for each region whether it trades more or less within than expected."""
    return {"rows": [row | {"told": told(row)} for row in frame.to_dict("records")]}


def changes(checks: pd.DataFrame, chosen: IntegrationParameters) -> Facts:
    """Set both regions beside each other, a row a variant."""
    labels = [each.label for each in chosen.compared()]
    sides = [checks[checks["region"] == label].set_index("key") for label in labels]
    columns = {"": _RATIO, "_low": f"{_RATIO}_low", "_high": f"{_RATIO}_high"}
    values = {
        f"{name}{end}": side[column].astype(float)
        for name, side in zip(("ours", "theirs"), sides, strict=True)
        for end, column in columns.items()
    }
    words = [capital(each) for each in sides[0]["variant"]]
    verdicts = [_VERDICTS[told(row)] for row in sides[0].to_dict("records")]
    frame = pd.DataFrame(values).assign(words=words, verdict=verdicts)
    records = checks.assign(item=checks["key"], **{name: checks[name].astype(float) for name in columns.values()})
    return {"frame": frame.reset_index(), "records": [records]} | {"turned": overturning(checks)}


def left_out(frame: pd.DataFrame, chosen: IntegrationParameters) -> Facts:
    """Say whose leaving turns the verdict on a region."""
    names = {f"{_RATIO}{end}": f"{_RATIO}_without{end}" for end in ("", "_low", "_high")}
    records = frame.rename(columns=names | {"intra_regional_share": "intra_regional_share_without"})
    kinds = frame.assign(told=[told(row) for row in frame.to_dict("records")])
    return {"frame": frame, "records": [records], "rows": kinds.to_dict("records"), "most": _most_involved(frame)}


def told(row: Any) -> str:
    """Return whether trade is above or below what is expected, not told apart from it, or not known.

    Parameters
    ----------
    row : mapping
        The ratio of actual to expected trade and the ends of its interval.

    Returns
    -------
    str
        "more", "less", "open" or "unknown".
    """
    low, high = (float(row[f"{_RATIO}{end}"]) for end in ("_low", "_high"))
    if np.isnan(low):
        return "unknown"
    return "more" if low > 1 else "less" if high < 1 else "open"


def overturning(checks: pd.DataFrame) -> Facts:
    """Return which variants say something else of the region than what was asked says.

    Parameters
    ----------
    checks : pandas.DataFrame
        From `integration.variants`.

    Returns
    -------
    dict
        told (of the region, as asked), checks (variants that can be made), turned (rows of those that differ), legacy
        (ratios of both regions in words with the legacy held fixed; None where that is asked already).
    """
    ours = checks[checks["region"] == checks["region"].iloc[0]].to_dict("records")
    first, *others = ours
    made = [row for row in others if told(row) != "unknown"]
    turned = [row for row in made if told(row) != told(first)]
    legacy = checks[checks["key"] == "legacy"]
    texts = [_with_interval(row) for _, row in legacy.iterrows()]
    order = {"legacy": 0, "other_members_of_region": 1}
    return {
        "told": told(first),
        "checks": len(made),
        "turned": sorted(turned, key=lambda row: order.get(row["key"], 2)),
        "legacy": texts if len(texts) == 2 else None,
    }


_VERDICTS = {"more": "more than expected", "less": "less than expected", "open": "cannot tell", "unknown": "not known"}


def _told(row: pd.Series) -> Facts:
    return {"told": told(row), "ratio": row[_RATIO], "low": row[f"{_RATIO}_low"], "high": row[f"{_RATIO}_high"]}


def _with_interval(row: pd.Series) -> str:
    if np.isnan(float(row[_RATIO])):
        return "not known"
    return f"{row[_RATIO]:.2f} ({row[f'{_RATIO}_low']:.2f} to {row[f'{_RATIO}_high']:.2f})"


def _number(value: float) -> str:
    return "not known" if np.isnan(value) else f"{value:.1f}"


def _most_involved(frame: pd.DataFrame) -> list[Facts]:
    known = frame.dropna(subset="involved")
    return known.loc[known.groupby("region", sort=False)["involved"].idxmax()].to_dict("records")
