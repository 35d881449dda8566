"""A finding: shown to the reader of a notebook, and stored in the cell's output for the runner.

The executed notebook alone holds everything. A table's numbers travel under a media type of our own beside the text
and HTML that the reader sees; a figure is a PNG whose output metadata carry its name, its text alternative and the same
figure drawn for a phone and, of some, for a reader's pointer.
"""

import math
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.findings.declared import COLUMNS, split

MEDIA_TYPE = "application/vnd.carec-digital-trade.results+json"
METADATA_KEY = "carec_digital_trade"
_NUMBERS = ["value", "low", "high"]
SIGNIFICANT_DIGITS = 8
"""Another processor's last bits must fail no comparison."""


@dataclass(frozen=True, repr=False)
class Finding:
    """The answer to one question of a notebook: as the last line of a cell it shows itself.

    Attributes
    ----------
    name : str
        Name of the table in results.csv, snake_case.
    caption : str
        What the table shows, where, when, in what unit.
    table : pandas.DataFrame
        Numbers as computed, under the headings that a reader sees, one row a line; they are printed rounded.
    records : pandas.DataFrame
        The same numbers in the columns of `COLUMNS`, as `record` makes them.
    reading : str
        The result in one or more sentences (Markdown), computed; empty where the table says it all.
    source : str
        Source line.
    decimals : mapping of str to int
        Decimals to print, by heading; 1 for the others.
    frame : pandas.DataFrame
        The tidy frame that figures draw, its columns named by metric.
    answers : bool
        Whether the reading is the notebook's answer, which the report puts first.
    title : str
        The result in a line, to stand above its figure.
    """

    name: str
    caption: str
    table: pd.DataFrame
    records: pd.DataFrame
    reading: str
    source: str
    decimals: Mapping[str, int] = field(default_factory=dict)
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    answers: bool = False
    title: str = ""

    def __repr__(self) -> str:
        """Return caption, table and source line as text."""
        printed = rounded(self.table, self.decimals)
        return f"{self.caption}\n{printed.to_string(index=False)}\n{self.source}"

    def _ipython_display_(self) -> None:
        if self.answers:
            say(self.reading, answer=True)
        self._show_table()
        if self.reading and not self.answers:
            say(self.reading)

    def _show_table(self) -> None:
        from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

        data = {"text/plain": repr(self), "text/html": _html(self, rounded(self.table, self.decimals))}
        if len(self.records):
            data[MEDIA_TYPE] = {"columns": COLUMNS, "rows": stored(self.records)}
        about = {"table": self.name, "caption": self.caption, "source": self.source}
        display(data, raw=True, metadata={METADATA_KEY: about})


def record(frame: pd.DataFrame, table: str, units: Mapping[str, str]) -> pd.DataFrame:
    """Turn a tidy frame into records of the results contract.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an observation, with any of the columns region, iso3, year and item, and a column a metric. A metric's
        range stands in columns ``<metric>_low`` and ``<metric>_high``.
    table : str
        Name of the table.
    units : mapping of str to str
        Column to unit, none for no records; these columns become records, in this order. A column is named by its
        metric, which may be followed by an item (theil_within); the item of the row, if it has one, follows that.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`; a missing value stays a row with a missing value.

    Raises
    ------
    KeyError
        If a column is named by no declared metric.
    """
    if not units:
        return pd.DataFrame(columns=COLUMNS)
    missing = np.full(len(frame), np.nan)
    place = {key: np.tile(frame.get(key, missing), len(units)) for key in ("region", "iso3", "year")}
    names = [split(name) for name in units]
    items = frame.get("item", pd.Series("", frame.index)).fillna("").str.lower()
    columns = {
        "table": table,
        **place,
        "metric": np.repeat([metric for metric, _ in names], len(frame)),
        "item": ["_".join(filter(None, (item, own))) for _, item in names for own in items],
        "value": np.concatenate([frame[name] for name in units]),
        "low": np.concatenate([frame.get(f"{name}_low", missing) for name in units]),
        "high": np.concatenate([frame.get(f"{name}_high", missing) for name in units]),
        "unit": np.repeat(list(units.values()), len(frame)),
    }
    return pd.DataFrame(columns, columns=COLUMNS)


def say(sentence: str, answer: bool = False) -> None:
    """Show a computed sentence.

    Parameters
    ----------
    sentence : str
        Markdown.
    answer : bool
        Whether this is the notebook's answer, which the report puts first.
    """
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    metadata = {METADATA_KEY: {"answer": True}} if answer else {}
    display({"text/markdown": sentence, "text/plain": sentence}, raw=True, metadata=metadata)


def picture(axes: Any, name: str, result: Finding) -> None:
    """Show a figure, with the name under which the runner saves it and a text alternative.

    Parameters
    ----------
    axes : list of matplotlib.axes.Axes
        What a function of `figures` returned.
    name : str
        Name of the file, snake_case.
    result : Finding
        What the figure shows. The text alternative is what stands above the axes, and its reading.
    """
    from IPython.display import display  # noqa: PLC0415  (only a notebook has it loaded)

    # matplotlib is slow to import, and tables need none
    from carec_digital_trade.drawing import PHONE_DOTS, small_png  # noqa: PLC0415

    figure = axes[0].figure
    narrowed = getattr(figure, "narrowed", None)
    about = {"narrow": b64encode(small_png(narrowed()[0].figure, PHONE_DOTS)).decode("ascii")} if narrowed else {}
    texts = [" ".join(text.get_text().split()) for text in figure.texts]
    titles = [text.rstrip(".") for text in texts[:-1]]  # the last is the source line
    interactive = getattr(figure, "chart", None)
    if interactive and (chart := interactive())["data"]["values"]:
        said = {"title": titles[0], "source": texts[-1]}
        about["chart"] = chart | {"description": ". ".join(titles), "usermeta": said}
    display(
        # A kernel on the desktop would encode the bytes itself, one in a browser does not.
        {"image/png": b64encode(small_png(figure)).decode(), "text/plain": f"Figure {name}: {result.caption}"},
        raw=True,
        # Title, caption and source line are in the picture.
        metadata={METADATA_KEY: {"figure": name, "alt": ". ".join([*titles, result.reading])} | about},
    )


def stored(records: pd.DataFrame) -> list[list[Any]]:
    """Return records as JSON rows, missing values as null, numbers to eight significant digits of their record.

    The largest of value, low and high counts: a bound close to zero is a difference of larger numbers, and its own
    last digits are those of the processor.

    Parameters
    ----------
    records : pandas.DataFrame
        Columns as in `COLUMNS`.

    Returns
    -------
    list of list
        One list a record.
    """
    numbers = records[_NUMBERS].to_numpy(dtype=float)
    largest = np.abs(np.where(np.isfinite(numbers), numbers, 0)).max(axis=1).tolist()
    columns = []
    for name in COLUMNS:
        values = records[name].tolist()
        if name in _NUMBERS:
            values = map(_significant, values, largest)
        columns.append([_plain(value) for value in values])
    return [list(row) for row in zip(*columns, strict=True)]


def rounded(table: pd.DataFrame, decimals: Mapping[str, int]) -> pd.DataFrame:
    """Return a table as text, numbers rounded and with a thousands separator, missing ones as "n/a".

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    decimals : mapping of str to int
        Decimals by column; 1 for other columns of fractional numbers.

    Returns
    -------
    pandas.DataFrame
        Of the same shape, all text.
    """
    texts = {name: [_text(value, decimals.get(name, 1)) for value in table[name]] for name in table}
    return pd.DataFrame(texts, table.index)


def _text(value: Any, decimals: int) -> str:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "n/a"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        if np.isinf(value):
            return "never"
        text = f"{value:,.{decimals}f}"
        return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
    return str(value)


def _significant(value: Any, largest: float) -> Any:
    """Round to the decimals, negative left of the point, that leave the largest number its significant digits."""
    if not isinstance(value, float) or not math.isfinite(value) or largest == 0:
        return value
    return round(value, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(largest)))


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _html(result: Finding, printed: pd.DataFrame) -> str:
    numeric = {name for name in printed if pd.api.types.is_numeric_dtype(result.table[name])}
    aligned = {name: ' style="text-align:right"' if name in numeric else ' style="text-align:left"' for name in printed}
    head = "".join(f'<th scope="col"{aligned[name]}>{escape(str(name))}</th>' for name in printed)
    body = "".join(
        "<tr>" + "".join(f"<td{aligned[name]}>{escape(row[name])}</td>" for name in printed) + "</tr>"
        for row in printed.to_dict("records")
    )
    # Two dollar signs of a quotation are no formula.
    return (
        f'<table class="mathjax_ignore"><caption>{escape(result.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(result.source)}</p>"
    )
