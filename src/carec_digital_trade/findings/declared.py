"""What is declared of results.csv: its columns, and every metric with heading, unit, decimals and meaning."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

COLUMNS = ["table", "region", "iso3", "year", "metric", "item", "value", "low", "high", "unit"]
"""Columns of a table's records; in results.csv the notebook's name stands before them."""


@dataclass(frozen=True)
class Metric:
    """A metric of results.csv.

    Attributes
    ----------
    meaning : str
        In words; the values of its item, where it has any, follow "item:".
    decimals : int
        To print.
    heading, unit : str
        Of its column in a table, and of its values; empty where both follow from where it is shown.
    """

    meaning: str
    decimals: int
    heading: str = ""
    unit: str = ""


METRICS = {
    name: Metric(**declared)
    for name, declared in tomllib.loads(files(__package__).joinpath("metrics.toml").read_text("utf-8")).items()
}
"""Every metric by name, in the order of the data dictionary."""


@lru_cache(maxsize=4096)
def split(name: str) -> tuple[str, str]:
    """Part a metric's name from what it is of.

    Parameters
    ----------
    name : str
        Such as "contribution_gdp_per_person".

    Returns
    -------
    metric, item : str
        Such as "contribution" and "gdp_per_person": the longest declared metric that begins the name, and the rest.

    Raises
    ------
    KeyError
        If no declared metric begins it.
    """
    metric = name
    while metric not in METRICS:
        metric, separator, _ = metric.rpartition("_")
        if not separator:
            raise KeyError(f"no metric of metrics.toml begins {name!r}")
    return metric, name[len(metric) + 1 :]


def whole_name(metric: str, item: str) -> str:
    """Put a metric's name and what it is of together again.

    Parameters
    ----------
    metric, item : str
        As `split` returns them.

    Returns
    -------
    str
        Such as "contribution_gdp_per_person".
    """
    return f"{metric}_{item}" if item else metric
