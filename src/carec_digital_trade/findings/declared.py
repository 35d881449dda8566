"""What is declared of findings and results: a notebook's findings, and every metric with heading, unit and meaning."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

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


@dataclass(frozen=True)
class Spec:
    """A finding as declared in ``<notebook>.toml``.

    Attributes
    ----------
    caption : str
        A jinja2 template, as the words are.
    sources : list of str
        Tables, each a template; one that comes out empty is left out.
    columns : dict of str to str
        Column of the tidy frame to the heading of the printed table, in order; an empty heading is the metric's own. A
        column that the frame lacks is not printed.
    records : list of str
        Columns that become records, of each recorded frame those that it has.
    table : str
        Name in results.csv; the finding's own unless given.
    rename : dict of str to str
        Column as the recipe names it to the metric's name.
    percent : list of str
        Columns (by metric) that are fractions in the recipe and per cent in the finding.
    units : dict of str to str
        Column to unit where that is not the metric's own. Where neither gives one, the frame's column ``unit`` does.
    decimals : dict of str to int
        Column to decimals, likewise.
    optional : list of str
        Columns that are not printed where nobody has a value.
    wide : str
        Column whose values stand side by side in the printed table, as regions do over the years of its first column.
    dated : bool
        Whether a frame without years is of the chosen one.
    """

    caption: str
    sources: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    records: list[str] = field(default_factory=list)
    table: str = ""
    rename: dict[str, str] = field(default_factory=dict)
    percent: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    decimals: dict[str, int] = field(default_factory=dict)
    optional: list[str] = field(default_factory=list)
    wide: str = ""
    dated: bool = True

    def heading(self, column: str) -> str:
        """Return what stands above a column of the printed table: the declared heading, else the metric's."""
        return self.columns[column] or METRICS[split(column)[0]].heading

    def decimals_of(self, column: str) -> int:
        """Return how many decimals of a column are printed: the declared ones, else the metric's, else 1."""
        metric = METRICS.get(column)
        return self.decimals.get(column, metric.decimals if metric else 1)

    def unit(self, column: str) -> str:
        """Return the unit of a column: the declared one, else the metric's; empty where the frame gives it."""
        return self.units.get(column, METRICS[split(column)[0]].unit)


def _declared(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


METRICS = {name: Metric(**declared) for name, declared in _declared("metrics").items()}
"""Every metric by name, in the order of the data dictionary."""

WORDS: dict[str, dict[str, str]] = _declared("words")
"""What names in code and data are called in sentences and tables, by kind of name."""


@lru_cache(maxsize=8)
def specs(notebook: str) -> dict[str, Spec]:
    """Return the findings of a notebook, named as on the command line, by name."""
    return {name: Spec(**declared) for name, declared in _declared(notebook).items()}


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
    """Put a metric's name and what it is of together again, as `split` parted them."""
    return f"{metric}_{item}" if item else metric
