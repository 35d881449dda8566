"""Figures that answer to a reader's pointer, as Vega-Lite specifications of the frames that the pictures draw.

A page shows them where scripts run. Each function takes what the function of the same name in `figures` takes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carec_digital_trade.figures.style import INK, MUTED, colours
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.parameters import GapParameters, SnapshotParameters
from carec_digital_trade.regions import Region

Chart = dict[str, Any]
_EVERYBODY = "everybody"
_DIGITS = 6
_RATIO = "actual_over_expected"
_PALE = {"legislation": 1.0, "party": 1.0, "draft": 0.45, "signed": 0.45}
"""How strong the colour of a status is; none and no data have none."""


def members(finding: Finding, chosen: SnapshotParameters) -> Chart:
    """Return the members' trade as bars: trade, share and revision of each, and one to pick out."""
    labels = [each.name for each in chosen.regions()]
    frame = finding.frame.assign(billion=finding.frame["total"] / 1000)
    tooltip = [
        *_tooltip({"name": "Economy", "region": "Region"}),
        *_tooltip({"billion": "USD billion", "share": "Share of region, %", "revision": "Revision, %"}, ",.2f"),
    ]
    bar = {
        "mark": {"type": "bar", "cursor": "pointer"},
        "encoding": {
            "x": {"field": "billion", "type": "quantitative", "title": "USD billion"},
            "y": _names(frame.sort_values("billion", ascending=False)["name"]),
            "color": _colour(labels, chosen.regions()),
            "opacity": _picked(),
            "tooltip": tooltip,
        },
    }
    return _chart(frame, ["name", "region", "billion", "share", "revision"], [bar], [_pick(frame["name"])])


def over_time(finding: Finding, chosen: SnapshotParameters) -> Chart:
    """Return the regions over the years: what is measured can be picked, and the year whose values are written."""
    drawn = [*chosen.regions(), *(each for each in chosen.compared() if each not in chosen.regions())]
    shown = {"per_person": "USD per person", "index": "Index", "billion": "USD billion"}
    main = finding.frame["region"].isin([each.label for each in chosen.compared()])
    frame = finding.frame.assign(billion=finding.frame["total"] / 1000, main=main)
    labels = [each.label for each in drawn]
    dashes = {"domain": labels, "range": [[] if each in chosen.compared() else [5, 4] for each in drawn]}
    key = _KEY | {"symbolType": "stroke"}
    dash = {"field": "region", "type": "nominal", "scale": dashes, "legend": key}
    years = frame["year"].min(), frame["year"].max()
    measured = [{"calculate": "datum[measure]", "as": "shown"}, {"filter": "isValid(datum.shown)"}]
    here = [*measured, {"filter": "datum.year == at"}]
    x = {"field": "year", "type": "quantitative", "title": None, "axis": {"format": "d"}}
    place = {
        "x": x | {"scale": {"domain": [int(year) for year in years], "nice": False}},
        "y": {"field": "shown", "type": "quantitative", "title": None},
        "color": _colour(labels, drawn) | {"legend": key},
    }
    tooltip = [*_tooltip({"region": "Region"}), *_tooltip({"year": "Year"}, "d"), *_tooltip(shown, ",.1f")]
    # A number stands beside the rule of its year, where there is more room.
    early = f"at < {(years[0] + years[1]) / 2}"
    beside = {"align": {"expr": f"{early} ? 'left' : 'right'"}, "dx": {"expr": f"{early} ? 8 : -8"}}
    layers = [
        {"transform": measured, "mark": {"type": "line", "strokeWidth": 2.5}, "encoding": place | {"strokeDash": dash}},
        {"transform": here, "mark": {"type": "rule", "color": MUTED, "aria": False}, "encoding": {"x": place["x"]}},
        {"transform": here, "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1}, "encoding": place},
        {
            "transform": [*here, {"filter": "datum.main"}],
            "mark": {"type": "text", "aria": False, "dy": -10, "fontSize": 13, "fontWeight": "bold"} | beside,
            "encoding": place | {"text": {"field": "shown", "format": ",.0f"}},
        },
        {
            "transform": measured,
            "mark": {"type": "point", "filled": True, "size": 250, "opacity": 0},
            "encoding": place | {"tooltip": tooltip},
        },
    ]
    params = [
        _choice("measure", "Show", list(shown), list(shown.values())),
        {
            "name": "at",
            "value": int(min(max(chosen.year, years[0]), years[1])),
            "bind": {"input": "range", "min": int(years[0]), "max": int(years[1]), "step": 1, "name": "Year "},
        },
    ]
    return _chart(frame, ["year", "region", "main", *shown], layers, params) | {"height": 300}


def readiness(finding: Finding, chosen: GapParameters) -> Chart:
    """Return the matrix of laws: the status of each cell, and an economy to pick out."""
    both = chosen.compared()
    columns = [f"status_{each}" for each in WORDS["components"] if f"status_{each}" in finding.frame]
    cells = finding.frame.melt(["name", "region", "readiness"], columns, "domain", "status")
    cells["domain"] = cells["domain"].str.removeprefix("status_").map(WORDS["short_components"])
    cells["status"] = cells["status"].replace("no_data", "no data")
    cells["strength"] = cells["status"].map(_PALE).fillna(0.0)
    place = {
        "x": {"field": "domain", "type": "nominal", "title": None, "sort": None, "axis": _heads(len(columns))},
        "y": _names(finding.frame["name"]),
    }
    tooltip = [
        *_tooltip({"name": "Economy", "region": "Region", "domain": "Law", "status": "Status"}),
        *_tooltip({"readiness": "Score"}, ".3~f"),
    ]
    opacity = {"condition": {"test": _TEST, "field": "strength", "type": "quantitative", "scale": None}, "value": 0.1}
    cell = {
        "mark": {"type": "rect", "stroke": "#c4c4c4", "cursor": "pointer"},
        "encoding": place
        | {
            "color": _colour([each.label for each in both], both),
            "fillOpacity": opacity,
            "tooltip": tooltip,
        },
    }
    words = {
        "transform": [{"filter": "datum.strength < 1"}],
        "mark": {"type": "text", "color": INK, "tooltip": False, "aria": False},
        "encoding": place | {"text": {"field": "status"}},
    }
    fields = ["name", "region", "readiness", "domain", "status", "strength"]
    return _chart(cells, fields, [cell, words], [_pick(finding.frame["name"])])


def expected_trade(finding: Finding, chosen: GapParameters) -> Chart:
    """Return actual over expected trade: both amounts and the interval of each member, and one to pick out."""
    frame = finding.frame[(finding.frame["total"] > 0) & finding.frame["expected"].notna()]
    both = chosen.compared()
    labels = [each.label for each in both]
    numbers = {
        _RATIO: "Actual over expected",
        f"{_RATIO}_low": "90% from",
        f"{_RATIO}_high": "to",
    }
    amounts = {"total": "Actual, USD million", "expected": "Expected, USD million"}
    tooltip = [
        *_tooltip({"name": "Economy", "region": "Region"}),
        *_tooltip(numbers, ".2f"),
        *_tooltip(amounts, ",.0f"),
    ]
    x = {"type": "quantitative", "scale": {"type": "log", "nice": False}, "title": "Actual over expected, log scale"}
    place = {
        "y": _names(frame.sort_values(_RATIO, ascending=False)["name"]),
        "color": _colour(labels, both),
        "opacity": _picked(),
        "tooltip": tooltip,
    }
    ends = {"x": x | {"field": f"{_RATIO}_low"}, "x2": {"field": f"{_RATIO}_high"}}
    layers = [
        {"mark": {"type": "rule", "color": INK, "aria": False}, "encoding": {"x": x | {"datum": 1}}},
        {"mark": {"type": "bar", "height": 6, "fillOpacity": 0.35}, "encoding": place | ends},
        {"mark": {"type": "point", "filled": True, "size": 90}, "encoding": place | {"x": x | {"field": _RATIO}}},
    ]
    fields = ["name", "region", *numbers, *amounts]
    return _chart(frame, fields, layers, [_pick(frame["name"])])


_TEST = f"picked == '{_EVERYBODY}' || datum.name == picked"
_NARROW = "width < 500"
"""Whether a chart is drawn on a phone."""
_KEY = {"orient": "top", "title": None, "columns": {"expr": f"{_NARROW} ? 2 : 0"}}
_UPRIGHT = 4
"""Columns whose heads have room beside each other."""


def _chart(frame: pd.DataFrame, fields: Sequence[str], layers: Sequence[Chart], params: Sequence[Chart]) -> Chart:
    """Return a chart as wide as its place; a missing number is null, and the others have six digits."""
    rows = [{field: _plain(row[field]) for field in fields} for row in frame[list(fields)].to_dict("records")]
    return {
        "data": {"values": rows},
        "width": "container",
        "params": list(params),
        "layer": list(layers),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str | bool) or value is None:
        return value
    return None if pd.isna(value) else float(f"{value:.{_DIGITS}g}")


def _names(names: pd.Series) -> Chart:
    order = list(dict.fromkeys(names))
    return {
        "field": "name",
        "type": "nominal",
        "title": None,
        "sort": order,
        "axis": {"ticks": False, "domain": False, "labelPadding": 6},
    }


def _heads(columns: int) -> Chart:
    """Return the axis of the laws' names, on a phone in two lines; of many they stand upright."""
    words = WORDS["component_heads"]
    lines = {each: f" \n{words[name]}".split("\n")[-2:] for name, each in WORDS["short_components"].items()}
    return {
        "orient": "top",
        "labelAngle": 0 if columns <= _UPRIGHT else -90,
        "labelExpr": f"{_NARROW} ? {json.dumps(lines)}[datum.label] : datum.label",
        "labelPadding": {"expr": f"{_NARROW} ? 16 : 2"},
        "labelFontSize": {"expr": f"{_NARROW} ? 11 : 13"},
        "domain": False,
        "ticks": False,
    }


def _colour(labels: Sequence[str], regions: Sequence[Region]) -> Chart:
    """Return the house's colours, those in full and those as compared alike, with a key above."""
    own, other = colours(regions[0], regions[1])
    paint = [own if each.name == regions[0].name else other for each in regions]
    scale = {"domain": list(labels), "range": paint}
    return {"field": "region", "type": "nominal", "scale": scale, "legend": _KEY}


def _picked() -> Chart:
    return {"condition": {"test": _TEST, "value": 1}, "value": 0.2}


def _pick(names: pd.Series) -> Chart:
    economies = sorted(set(names))
    return _choice("picked", "Economy", [_EVERYBODY, *economies], ["all of them", *economies])


def _choice(name: str, words: str, values: Sequence[str], labels: Sequence[str]) -> Chart:
    bind = {"input": "select", "options": list(values), "labels": list(labels), "name": f"{words} "}
    return {"name": name, "value": values[0], "bind": bind}


def _tooltip(fields: Mapping[str, str], form: str | None = None) -> list[Chart]:
    kind = {"type": "quantitative", "format": form} if form else {"type": "nominal"}
    return [{"field": field, "title": title} | kind for field, title in fields.items()]
