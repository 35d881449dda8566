"""The pages on one economy: what its recipes return, as tables, records and facts for the sentences."""

from typing import Any

import pandas as pd

from carec_digital_trade.datasets import describe
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts.integration import told
from carec_digital_trade.findings.facts.levers import by_study
from carec_digital_trade.findings.facts.reach import infrastructure_by_year
from carec_digital_trade.findings.facts.scenarios import additional
from carec_digital_trade.findings.facts.snapshot import by_service, over_time
from carec_digital_trade.parameters import CountryParameters
from carec_digital_trade.prose import capital, usd
from carec_digital_trade.scenarios import EVIDENCE_SUPPORT, Simulation
from carec_digital_trade.scenarios import by_study as added_by_study

__all__ = ["additional", "by_service", "by_study", "infrastructure_by_year", "over_time"]

Facts = dict[str, Any]

_RATIO = "actual_over_expected"
_LONGEST_LABEL = 3
"""Words of a name that a sentence has room for."""
_STATUSES = {"legislation": "law", "draft": "draft", "none": "none", "no_data": "no data"}
_BEHIND = {True: "yes", False: "no"}


def common(chosen: CountryParameters) -> Facts:
    """Return what any caption or sentence may name."""
    one, other = (each.label for each in chosen.compared())
    roles = {one: "the economy", other: "the benchmark"}
    called = {label: label if len(label.split()) <= _LONGEST_LABEL else role for label, role in roles.items()}
    return {
        "one": one,
        "other": other,
        "called": called,
        "we": called[one],
        "they": called[other],
        "tracked": describe("cyberlaw", chosen.vintage)["vintage"],
        "year_to_come": chosen.horizon,
        "evidence_support": EVIDENCE_SUPPORT,
        "prices": "current prices",
        "mark": "",
    }


def answer(
    levels: pd.DataFrame,
    chosen: CountryParameters,
    standing: pd.DataFrame,
    against: pd.DataFrame | InputError,
    futures: Simulation | InputError,
) -> Facts:
    """Set trade, rank, what is expected and what closing gaps would add below each other."""
    size, place = levels.iloc[0], standing.iloc[0]
    rows = [("Trade", usd(size["total"]), f"rank {place['rank']:.0f} of {place['covered']} economies")]
    ratio = _own(against, chosen)
    if ratio is not None:
        interval = f"90%: {ratio[f'{_RATIO}_low']:.2f} to {ratio[f'{_RATIO}_high']:.2f}"
        rows.append(("Actual over expected trade", f"{ratio[_RATIO]:.2f}", interval))
    last, studies = None, [("", 0.0)]
    if isinstance(futures, Simulation):
        last = futures.additional().iloc[-1]
        amount, low, high = (_amount(last[f"additional_trade{end}"]) for end in ("", "_low", "_high"))
        rows.append((f"Added by closing gaps, {chosen.horizon}", amount, f"80% of futures: {low} to {high}"))
        studies = by_study(added_by_study(futures), chosen, futures)["studies"] or studies
    return {
        "frame": pd.DataFrame(rows, columns=["words", "told", "sure"]),
        "records": [],
        "size": size,
        "place": place,
        "ratio": ratio,
        "verdict": "unknown" if ratio is None else told(ratio),
        "last": last,
        "least": min(studies, key=lambda study: study[1]),
        "most": max(studies, key=lambda study: study[1]),
    }


def standings(frame: pd.DataFrame, chosen: CountryParameters) -> Facts:
    """Return the place among all, and the regions in which the economy is the largest."""
    own = frame.iloc[1:]
    return {"place": frame.iloc[0], "first_in": own.loc[own["rank"] == 1, "region"].tolist(), "regions": len(own)}


def totals(frame: pd.DataFrame, chosen: CountryParameters) -> Facts:
    """Return the rows of both, and how many times as much the benchmark trades per person."""
    ours, theirs = frame.to_dict("records")
    both = ours["per_person"] > 0 and theirs["per_person"] > 0
    return {"ours": ours, "theirs": theirs, "times": theirs["per_person"] / ours["per_person"] if both else None}


def laws(found: pd.DataFrame, chosen: CountryParameters, peers: pd.DataFrame, everybody: pd.DataFrame) -> Facts:
    """Say of each domain what the status is, and who else has a law."""
    words = WORDS["components"]
    status = found[list(_STATUSES)].idxmax(axis=1)
    frame = found.assign(
        words=found["domain"].map(words).map(capital),
        status=status.map(_STATUSES),
        others=[f"{row.legislation} of {row.members}" for row in peers.itertuples()],
        everybody=(100 * everybody["legislation"] / everybody["members"]).to_numpy(),
        item=found["domain"],
        year=_tracker_year(chosen),
    )
    lacking = frame.loc[frame["status"].isin(["none", "draft"]), "words"].str.lower().tolist()
    return {
        "frame": frame,
        "lacking": lacking,
        "has": int((frame["status"] == "law").sum()),
        "unknown": int((frame["status"] == "no data").sum()),
        "domains": len(frame),
    }


def indices(table: pd.DataFrame, chosen: CountryParameters) -> Facts:
    """Take the economy's own row of each index."""
    own = table[table["iso3"] == chosen.economy].set_index("index").reindex(list(WORDS["indices"]))
    named = {"words": own.index.map(WORDS["indices"]).map(capital), "item": own.index}
    frame = own.rename(columns={"value": "index_value", "rank": "index_rank"}).assign(**named, region=_label(chosen))
    shown = frame.dropna(subset="index_value").astype({"year": int, "of": int}).reset_index(drop=True)
    shown = shown.drop(columns="iso3")
    standing = ((shown["index_rank"] - 0.5) / shown["of"]).set_axis(shown["item"].map(WORDS["indices"]))
    return {
        "frame": shown,
        "known": len(shown),
        "best": standing.idxmin() if len(shown) > 1 else "",
        "worst": standing.idxmax() if len(shown) > 1 else "",
        "rows": shown.set_index("words"),
    }


def infrastructure(medians: pd.DataFrame, chosen: CountryParameters, slow: pd.DataFrame) -> Facts:
    """Set the economy's figure beside the benchmark's median, and say in what it is behind since when."""
    words = WORDS["indicators"]
    own, peers = (medians[medians["region"] == each.label].set_index("indicator") for each in chosen.compared())
    late = slow.set_index("indicator").drop(columns=["iso3", "year", "value"])
    frame = own[["median", "last_year"]].rename(columns={"median": "own"}).join(peers["median"]).join(late)
    frame = frame.reindex(list(words)).rename_axis("item").reset_index()
    known = frame["own"].notna() & frame["median"].notna()
    frame = frame.assign(
        words=frame["item"].map(words).map(capital),
        when=frame["last_year"].map("{:.0f}".format).where(frame["last_year"].notna(), ""),
        behind=frame["item"].isin(late.index).map(_BEHIND).where(known, "not known"),
        behind_since=frame["since"].map("{:.0f}".format).where(frame["since"].notna(), ""),
        region=_label(chosen),
    )
    records = medians.rename(columns={"median": "indicator_median", "indicator": "item", "last_year": "year"})
    since = slow.rename(columns={"indicator": "item", "since": "behind_since"}).drop(columns=["iso3"])
    behind = frame[frame["behind"] == "yes"]
    return {
        "frame": frame,
        "records": [records, since.assign(region=_label(chosen))],
        "known": int(known.sum()),
        "behind": [words[name].partition(",")[0] for name in behind["item"]],
        "never": int((behind["years_to_median"] == float("inf")).sum()),
    }


def expected(everybody: pd.DataFrame, chosen: CountryParameters) -> Facts:
    """Take the economy and the benchmark's members; only the economy's own row is recorded."""
    names = {"year_used": "year", "actual": "total", "low": "expected_low", "high": "expected_high"}
    names |= {"ratio_low": f"{_RATIO}_low", "ratio_high": f"{_RATIO}_high"}
    rows = everybody.drop(columns="name", errors="ignore").rename(columns=names).set_index("iso3")
    parts = [rows.reindex(list(each.members)).assign(region=each.label) for each in chosen.compared()]
    frame = pd.concat([part for part in parts if len(part)]).reset_index()
    frame = frame.assign(
        note=frame["note"].fillna("not in the data"), name=[economy_name(code, short=True) for code in frame["iso3"]]
    )
    own = frame.iloc[:1]
    ratios = everybody[_RATIO].dropna()
    return {
        "frame": frame,
        "records": [own.drop(columns="iso3").dropna(subset="expected")],
        "own": own.to_dict("records")[0],
        "verdict": told(own.to_dict("records")[0]),
        "less": int((ratios < own[_RATIO].iloc[0]).sum()),
        "shown": len(ratios),
    }


def _own(against: pd.DataFrame | InputError, chosen: CountryParameters) -> Facts | None:
    """Return the economy's ratio of actual to expected trade with its interval; None where there is none."""
    if isinstance(against, InputError):
        return None
    row = against[against["iso3"] == chosen.economy].dropna(subset=_RATIO)
    if row.empty:
        return None
    ends = {
        f"{_RATIO}{end}": row[name].item()
        for end, name in (("", _RATIO), ("_low", "ratio_low"), ("_high", "ratio_high"))
    }
    return {name: float(value) for name, value in ends.items()}


def _amount(million: float) -> str:
    return usd(million) if million else "nothing"


def _label(chosen: CountryParameters) -> str:
    return chosen.compared()[0].label


def _tracker_year(chosen: CountryParameters) -> int:
    """Return the year of the tracker of laws, whatever the year of the trade."""
    return int(describe("cyberlaw", chosen.vintage)["vintage"][:4])
