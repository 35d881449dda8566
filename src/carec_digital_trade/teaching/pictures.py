"""What the third session draws: a region's past, and the futures that a simulation gives it."""

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from carec_digital_trade.datasets import source_line
from carec_digital_trade.figures.style import MUTED, RC, REGION_COLOUR, canvas, spread
from carec_digital_trade.metrics import regional_total
from carec_digital_trade.prose import usd
from carec_digital_trade.regions import Region
from carec_digital_trade.results import COLUMNS, Result
from carec_digital_trade.scenarios import Simulation
from carec_digital_trade.scenarios.simulation import BANDS

_LABEL_GAP = 0.06
"""Of the height of the axes, between two labels at the end of the bands."""


def futures(series: pd.DataFrame, region: Region, simulation: Simulation) -> Result:
    """Put a region's past and its simulated baseline into one table.

    Parameters
    ----------
    series : pandas.DataFrame
        As from `scenarios.outcome`, of digitally delivered trade.
    region : Region
        That the simulation is of.
    simulation : Simulation
        As from `scenarios.simulate`.

    Returns
    -------
    Result
        The table has a row a year: year, observed (missing in the future), median, and low and high of each band
        (missing in the past), USD billion; a year's total is of the members with data.
    """
    past = regional_total(series, region)[["year", "value"]].rename(columns={"value": "observed"})
    bands = simulation.bands
    ahead = bands[bands["iso3"].isna() & (bands["quantity"] == "baseline")]
    ends = ["median", *(f"{side}_{band}" for band in BANDS for side in ("low", "high"))]
    table = pd.concat([past, ahead[["year", *ends]]], ignore_index=True)
    table[["observed", *ends]] /= 1000
    last, final = past.iloc[-1], ahead.iloc[-1]
    return Result(
        name="futures",
        caption=f"Digitally delivered trade, exports plus imports, of {region.label}: observed to {last['year']:.0f} "
        f"(solid), then the median (dashed) and bands of {simulation.draws:,} futures without new policy",
        table=table,
        records=pd.DataFrame(columns=COLUMNS),
        reading=f"From {usd(last['observed'])} in {last['year']:.0f} to between {usd(final['low_80'])} and "
        f"{usd(final['high_80'])} in {final['year']:.0f} in eight of ten futures",
        source=source_line("delivered"),
    )


def fan(result: Result) -> list[Axes]:
    """Draw the past as a line and the futures as bands that open.

    Parameters
    ----------
    result : Result
        From `futures`.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    axes = canvas(1, 4.2, result.reading, f"{result.caption}.", result.source, margins=(1.0, 1.5))
    with mpl.rc_context(RC):
        _draw(axes[0], result.table)
    return axes


def _draw(axis: Axes, table: pd.DataFrame) -> None:
    past, ahead = table.dropna(subset="observed"), table.dropna(subset="median")
    start = past.iloc[-1]
    years = [start["year"], *ahead["year"]]

    def opened(column: str) -> list[float]:
        return [start["observed"], *ahead[column]]

    for band in reversed(BANDS):
        axis.fill_between(
            years, opened(f"low_{band}"), opened(f"high_{band}"), color=REGION_COLOUR, alpha=0.25, linewidth=0
        )
    axis.plot(past["year"], past["observed"], color=REGION_COLOUR, linewidth=2.5)
    axis.plot(years, opened("median"), color=REGION_COLOUR, linewidth=2, linestyle="--")
    axis.set_ylim(0)
    axis.set_xlim(past["year"].min(), years[-1])
    axis.set_xlabel("Year")
    axis.set_ylabel("USD billion")
    axis.xaxis.set_major_locator(MultipleLocator(5))
    _label_ends(axis, ahead.iloc[-1])


def _label_ends(axis: Axes, last: pd.Series) -> None:
    ends = {f"high_{band}": f"{band}% band" for band in BANDS} | {"median": "median"}
    top = axis.get_ylim()[1]
    places = spread([last[column] for column in ends], _LABEL_GAP * top)
    for place, words in zip(places, ends.values(), strict=True):
        axis.annotate(words, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=12, color=MUTED)
