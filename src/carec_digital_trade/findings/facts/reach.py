"""Indices beside the tracker, and infrastructure: tables, records, and what their sentences rest on."""

from typing import Any

import pandas as pd

from carec_digital_trade.economies import economy_name
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts.gap_predicates import SMALL
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.readiness.indices import INDICES, WHOLE
from carec_digital_trade.regions import Region

Facts = dict[str, Any]


def indices(table: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Spread the members' values and ranks over columns; name the member that two of the indices rank most apart."""
    places = [(each.label, code) for each in chosen.compared() for code in each.members]
    frame = pd.DataFrame(places, columns=["region", "iso3"])
    own = frame.merge(table, on="iso3")
    long = own.rename(columns={"index": "item", "value": "index_value", "rank": "index_rank"})
    for name in INDICES:
        rows = own[own["index"] == name].set_index("iso3")
        frame[name] = frame["iso3"].map(rows["value"])
        frame[f"{name}_rank"] = frame["iso3"].map(rows["rank"])
    standing = own.assign(place=(own["rank"] - 0.5) / own["of"]).pivot(index="iso3", columns="index", values="place")
    apart = (standing["tracker"] - standing["egovernment"]) if {"tracker", "egovernment"} <= set(standing) else None
    apart = pd.Series(dtype=float) if apart is None else apart.dropna()
    code = apart.abs().idxmax() if len(apart) else None
    ranks = own.set_index(["index", "iso3"])["rank"]
    return {
        "frame": frame,
        "records": [long[["region", "iso3", "year", "item", "index_value", "index_rank"]]],
        "members": len(frame),
        "covered": {name: int(frame[name].notna().sum()) for name in WHOLE},
        "ranked": table.groupby("index")["iso3"].size().to_dict(),
        "apart": economy_name(code, short=True) if code else "",
        "apart_ranks": (ranks["tracker", code], ranks["egovernment", code]) if code else (),
    }


def index_agreement(pairs: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Name the indices."""
    words = WORDS["indices"]
    frame = pairs.assign(
        one_words=pairs["one"].map(words),
        other_words=pairs["other"].map(words),
        item=pairs["one"] + "_" + pairs["other"],
    )
    return {"frame": frame, "pairs": frame.head(len(WHOLE)).dropna().to_dict("records")}


def infrastructure(
    medians: pd.DataFrame, chosen: GapParameters, behind: pd.DataFrame, kept: tuple[Region, ...] | None
) -> Facts:
    """Set the medians of the regions, in full and without their dominant members, side by side by indicator."""
    words, both = WORDS["indicators"], chosen.compared()
    wide = medians.pivot(index="indicator", columns="region", values="median").reindex(list(words))
    rows = medians[medians["region"] == both[0].label].set_index("indicator").reindex(list(words))
    codes = behind.groupby("indicator")["iso3"].agg(list)
    who = [codes.get(name, []) for name in words]
    less = [full.label != rest.label for full, rest in zip(both, kept or both, strict=True)]
    values = {
        name: wide[each.label].to_numpy() if there else float("nan")
        for name, each, there in zip(
            ("ours", "theirs", "ours_without", "theirs_without"),
            (*both, *(kept or both)),
            (True, True, *less),
            strict=True,
        )
    }
    frame = pd.DataFrame(
        values
        | {
            "words": list(words.values()),
            "behind": [f"{len(each)} of {known:.0f}" for each, known in zip(who, rows["covered"], strict=True)],
            "who": [listing(economy_name(code, short=True) for code in each) for each in who],
            "years": [_span(row) for row in rows.itertuples()],
        }
    )
    most = [
        words[name]
        for name, each, known in zip(words, who, rows["covered"], strict=True)
        if known and 2 * len(each) > known
    ]
    records = medians.rename(columns={"median": "indicator_median", "indicator": "item", "last_year": "year"})
    return {"frame": frame, "records": [records], "most": most, "known": int((rows["covered"] > 0).sum())}


def members_behind(rows: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Name the indicators, and count the members that will not reach the median at their pace."""
    frame = rows.assign(item=rows["indicator"], words=rows["indicator"].map(WORDS["indicators"]))
    told = rows.dropna(subset="years_to_median")
    return {
        "frame": frame,
        "gaps": len(rows),
        "members": rows["iso3"].nunique(),
        "told": len(told),
        "never": int((told["years_to_median"] == float("inf")).sum()),
        "soon": int((told["years_to_median"] <= 5).sum()),
    }


def infrastructure_by_year(series: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Put the medians of each indicator and region into a column."""
    words = WORDS["indicators"]
    frame = series.assign(
        series=series["indicator"].map(words) + ", " + series["region"],
        item=series["indicator"],
        indicator_median=series["median"],
    )
    return {"frame": frame}


def _span(row: Any) -> str:
    if pd.isna(row.first_year):
        return ""
    first, last = int(row.first_year), int(row.last_year)
    return str(first) if first == last else f"{first} to {last}"


def slopes(found: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Name the slopes, and say which change over the years by more than chance."""
    words = {"log_gdp_per_person": "GDP per person", "log_population": "population"}
    frame = found.assign(item=found["term"], words=found["term"].map(words))
    records = [
        frame.assign(year=frame["first_year"])[["year", "item", "slope_first"]],
        frame.assign(year=frame["last_year"])[["year", "item", "slope_last", "slope_p"]],
        frame.assign(year=frame["last_year"]).dropna(subset="bootstrap_p")[["year", "item", "bootstrap_p"]],
    ]
    told = frame.assign(sure_p=frame["bootstrap_p"].fillna(frame["slope_p"])).to_dict("records")
    by = WORDS["estimators"][chosen.estimator]
    return {"frame": frame, "records": records, "rows": told, "small": SMALL, "fitted_by": by}
