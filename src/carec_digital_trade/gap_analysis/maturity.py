"""How ready is the law of the members, and how much of that hangs on the choices behind a score?"""

import pandas as pd

from carec_digital_trade.datasets import describe, source_line
from carec_digital_trade.gap_analysis.series import drawn, scored
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.readiness import TREATY, members_readiness, taking_part
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import Result, record

COMPONENT_WORDS = {
    "e_transactions": "electronic transactions",
    "consumer_protection": "consumer protection",
    "privacy_data_protection": "privacy and data protection",
    "cybercrime": "cybercrime",
    "indirect_taxation": "indirect taxation",
    "cpta": "paperless trade treaty",
}
_MOST_NAMED = 5


def readiness(chosen: GapParameters) -> Result:
    """Score and rank the members of both regions, with what the draws and the missing components leave open.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member, the readiest first: score with its bounds, rank among all economies, median rank over the
        draws with its 90% interval, and with the widest that missing components leave possible.
    """
    frame = member_scores(chosen)
    frame = frame.sort_values("readiness", ascending=False, kind="stable", na_position="last")
    frame = pd.concat([frame[frame["region"] == each.label] for each in chosen.compared()], ignore_index=True)
    headings = {
        "region": "Region",
        "name": "Economy",
        "readiness": "Score",
        "readiness_low": "Missing at 0",
        "readiness_high": "Missing at 1",
        "readiness_rank": "Rank",
        "readiness_rank_drawn": "Median rank",
        "readiness_rank_drawn_low": "90% from",
        "readiness_rank_drawn_high": "to",
        "readiness_rank_bounds_low": "Best possible",
        "readiness_rank_bounds_high": "Worst possible",
    }
    units = {
        "readiness": "index, 0 to 1",
        "readiness_rank": "rank",
        "readiness_rank_drawn": "rank",
        "readiness_rank_bounds": "rank",
    }
    everybody = scored(chosen)["score"].dropna()
    return Result(
        name="readiness",
        caption=f"Readiness of the law and rank among {len(everybody)} economies, tracker of {tracked(chosen)}: "
        f"{chosen.aggregation} mean of {count(len(taking_part(chosen.weights)), 'component')}, {chosen.draws:,} draws",
        table=frame[list(headings)].rename(columns=headings),
        records=record(frame, "readiness", units),
        reading=sentences(
            _highest(everybody), *(_members_reading(frame, each.label, everybody.max()) for each in chosen.compared())
        ),
        source=law_source(chosen),
        decimals={"Score": 3, "Missing at 0": 3, "Missing at 1": 3},
    )


def member_scores(chosen: GapParameters) -> pd.DataFrame:
    """Return the readiness of the members of both regions.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    pandas.DataFrame
        As `readiness.members_readiness` returns it, and name.
    """
    frame = members_readiness(scored(chosen), drawn(chosen), chosen.compared())
    return frame.assign(name=[economy_name(code, short=True) for code in frame["iso3"]])


def tracked(chosen: GapParameters) -> str:
    """Return the date of the tracker of laws.

    Parameters
    ----------
    chosen : GapParameters
        Only the vintage matters.

    Returns
    -------
    str
        As the descriptor has it.
    """
    return describe("cyberlaw", chosen.vintage)["vintage"]


def law_source(chosen: GapParameters, *others: str) -> str:
    """Return the source line of what is made from the tracker.

    Parameters
    ----------
    chosen : GapParameters
        The treaty is a source only where it has a weight.
    *others : str
        Tables besides.

    Returns
    -------
    str
        Source line.
    """
    treaty = ["cpta"] if TREATY in taking_part(chosen.weights) else []
    return source_line("cyberlaw", *treaty, *others, vintage=chosen.vintage)


def _highest(everybody: pd.Series) -> str:
    top = int((everybody == everybody.max()).sum())
    return (
        f"{top} of {count(len(everybody), 'economy', 'economies')} with a score "
        f"{'has' if top == 1 else 'have'} the highest, {everybody.max():.3g}, so the score tells apart only the others."
    )


def _members_reading(frame: pd.DataFrame, label: str, top: float) -> str:
    rows = frame[frame["region"] == label]
    known = rows.dropna(subset="readiness")
    if known.empty:
        return f"No status is known for any member of {label}."
    below = known[known["readiness"] < top].iloc[::-1]
    named = [_member_words(row) for row in below.head(_MOST_NAMED).to_dict("records")]
    if len(below) > _MOST_NAMED:
        named.append(f"{len(below) - _MOST_NAMED} more")
    at_top = len(known) - len(below)
    first = f"In {label} {at_top} of {count(len(rows), 'member')} {'has' if at_top == 1 else 'have'} it"
    unknown = listing(rows["name"][rows["readiness"].isna()], empty="")
    return sentences(
        f"{first}; below it {'is' if len(below) == 1 else 'are'} {listing(named)}." if named else f"{first}.",
        *(_unsure(row) for row in known[~known["complete"]].to_dict("records")),
        f"No status is known for {unknown}." if unknown else "",
    )


def _member_words(row: dict[str, object]) -> str:
    median, low, high = (f"{round(row[f'readiness_rank_drawn{end}'], 1):g}" for end in ("", "_low", "_high"))
    return f"{row['name']} at {row['readiness']:.3g} (median rank {median}, 90% of draws {low} to {high})"


def _unsure(row: dict[str, object]) -> str:
    low, high = row["readiness_low"], row["readiness_high"]
    return f"{row['name']} has components without a known status: its score lies between {low:.3g} and {high:.3g}."
