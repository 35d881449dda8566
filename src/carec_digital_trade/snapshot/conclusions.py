"""Do the article's claims hold, and what is the answer in one sentence?"""

from collections.abc import Sequence

import pandas as pd

from carec_digital_trade.claims import verdicts
from carec_digital_trade.datasets import has_table, source_line
from carec_digital_trade.metrics import regional_total
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import listing, sentences, usd
from carec_digital_trade.regions import Region
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import traded
from carec_digital_trade.snapshot.spread import concentration_of, evenness

VERDICTS = ["reproduced", "supported", "qualified", "contradicted", "not testable here"]
FOR_SERVICES = ["supported for services", "contradicted for services"]
"""Verdicts that are given only where a vintage holds trade by partner."""


def claims(chosen: SnapshotParameters) -> Result:
    """Give every claim of the article its verdict.

    Parameters
    ----------
    chosen : SnapshotParameters
        Only the vintage matters: the claims are on CAREC and ASEAN, whatever regions are chosen.

    Returns
    -------
    Result
        One row a claim: kind, quote, verdict, finding.
    """
    frame = verdicts(chosen.vintage)
    table = frame[["kind", "quote", "verdict", "finding"]].rename(columns=str.capitalize)
    verdicts_given = [*VERDICTS, *(each for each in FOR_SERVICES if frame["verdict"].eq(each).any())]
    counted = frame["verdict"].value_counts().reindex(verdicts_given, fill_value=0)
    records = pd.concat(
        [
            record(counted.rename("claims").rename_axis("region").reset_index(), "claims", {"claims": "claims"}).assign(
                region="", metric=[f"claims_{verdict.replace(' ', '_')}" for verdict in verdicts_given]
            ),
            *(
                record(rows.assign(region="", claim=rows["value"]), "claims", {"claim": unit}).assign(
                    metric=[f"claim_{name}" for name in rows["id"]]
                )
                for unit, rows in frame.groupby("unit", sort=False)
            ),
        ],
        ignore_index=True,
    )
    return Result(
        name="claims",
        caption="The article's claims on CAREC and ASEAN, each held against the data",
        table=table,
        records=records,
        reading=_counted(frame, counted),
        source=source_line(
            *("claims", "table1", "delivered", "panel", "cyberlaw", "cpta"),
            *(["bilateral"] if has_table("bilateral", chosen.vintage) else []),
            vintage=chosen.vintage,
        ),
    )


def answer(chosen: SnapshotParameters) -> str:
    """Return the notebook's answer in one or two sentences, with its numbers.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    str
        What is shown, both totals in full and without the members left out, and which region is the more evenly spread.
    """
    full, kept = chosen.regions(), chosen.compared()
    return sentences(
        f"{chosen.subject()}, was in {chosen.year}: {_amounts(chosen, full)}.",
        _without(chosen, kept),
        evenness(kept, [concentration_of(chosen, each) for each in kept]),
    )


def _without(chosen: SnapshotParameters, kept: tuple[Region, Region]) -> str:
    """Name the totals of the regions from which a member is left out."""
    less = [each for each in kept if each.excluded]
    alike = "Like for like" if len(less) == len(kept) else "Without the members left out"
    return f"{alike} it was {_amounts(chosen, less)}." if less else ""


def _amounts(chosen: SnapshotParameters, some: Sequence[Region]) -> str:
    return listing(_amount(each, regional_total(traded(chosen), each, chosen.year).iloc[0]) for each in some)


def _amount(one: Region, total: pd.Series) -> str:
    if not total["covered"]:
        return f"no data for {one.label}"
    partial = f" ({total['covered']} of {total['members']} members)" if total["partial"] else ""
    return f"{usd(total['value'])} in {one.label}{partial}"


def _counted(frame: pd.DataFrame, counted: pd.Series) -> str:
    listed = listing(f"{number} {verdict}" for verdict, number in counted.items() if number)
    contradicted = "; ".join(f"“{quote}”" for quote in frame["quote"][frame["verdict"] == "contradicted"])
    tail = f"Contradicted: {contradicted}." if contradicted else ""
    return sentences(f"Of {len(frame)} claims: {listed}.", tail)
