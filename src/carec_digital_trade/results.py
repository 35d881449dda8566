"""How the sections that are no recipes yet hand over: as `findings` do, with metrics under their whole names."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from carec_digital_trade import findings
from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, METADATA_KEY, METRICS, picture, rounded, say, stored
from carec_digital_trade.findings import Finding as Result

__all__ = [
    "COLUMNS",
    "MEDIA_TYPE",
    "METADATA_KEY",
    "METRICS",
    "Result",
    "pairs",
    "picture",
    "record",
    "rounded",
    "say",
    "show",
    "stored",
]


def record(frame: pd.DataFrame, table: str, units: Mapping[str, str]) -> pd.DataFrame:
    """Turn a wide table into records whose metrics keep their whole names; see `findings.record`."""
    made = findings.record(frame, table, units)
    return made.assign(metric=list(map(findings.whole_name, made["metric"], made["item"])), item="")


def show(result: Result) -> None:
    """Show a result, its metrics parted from their items."""
    parts = pd.DataFrame(map(findings.split, result.records["metric"]), result.records.index, ["metric", "item"])
    replace(result, records=result.records.assign(metric=parts["metric"], item=parts["item"]))._ipython_display_()


def pairs(frame: pd.DataFrame, one: str, other: str, decimals: int) -> list[str]:
    """Return two columns as one of a table that has many.

    Parameters
    ----------
    frame : pandas.DataFrame
        Numbers.
    one, other : str
        Columns.
    decimals : int
        To print.

    Returns
    -------
    list of str
        Such as "0.898, 0.920"; a missing number is "n/a".
    """
    return [
        ", ".join("n/a" if math.isnan(value) else f"{value:,.{decimals}f}" for value in pair)
        for pair in zip(frame[one], frame[other], strict=True)
    ]
