"""How a notebook's findings are declared: what each is called, where it is from, what its table and records hold."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from carec_digital_trade.findings.declared import METRICS, split


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
        Columns that become records.
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
        """Return what stands above a column of the printed table.

        Parameters
        ----------
        column : str
            One of `columns`.

        Returns
        -------
        str
            The declared heading, else the metric's.
        """
        return self.columns[column] or METRICS[split(column)[0]].heading

    def decimals_of(self, column: str) -> int:
        """Return how many decimals of a column are printed.

        Parameters
        ----------
        column : str
            One of `columns`.

        Returns
        -------
        int
            The declared ones, else the metric's, else 1.
        """
        metric = METRICS.get(column)
        return self.decimals.get(column, metric.decimals if metric else 1)

    def unit(self, column: str) -> str:
        """Return the unit of a column.

        Parameters
        ----------
        column : str
            One of `records`.

        Returns
        -------
        str
            The declared one, else the metric's; empty where the frame gives it.
        """
        return self.units.get(column, METRICS[split(column)[0]].unit)


@lru_cache(maxsize=8)
def specs(notebook: str) -> dict[str, Spec]:
    """Return the findings of a notebook.

    Parameters
    ----------
    notebook : str
        Name as on the command line.

    Returns
    -------
    dict of str to Spec
        By name.
    """
    text = files(__package__).joinpath(f"{notebook}.toml").read_text("utf-8")
    return {name: Spec(**declared) for name, declared in tomllib.loads(text).items()}
