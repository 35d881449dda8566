"""What the third session draws: a region's past, and the futures that a simulation gives it."""

import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade.datasets import source_line
from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.style import REGION_COLOUR, unit_for, year_ticks
from carec_digital_trade.figures.years import ROOM, draw_fan, name_bands
from carec_digital_trade.findings import COLUMNS, Finding
from carec_digital_trade.metrics import regional_total
from carec_digital_trade.prose import usd
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios import BANDS, Simulation


def futures(series: pd.DataFrame, region: Region, simulation: Simulation) -> Finding:
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
    Finding
        The table has a row a year: Year, Observed (missing in the future), Median, and from and to of each band
        (missing in the past), USD million; a year's total is of the members with data.
    """
    past = regional_total(series, region)[["year", "value"]].rename(columns={"year": "Year", "value": "Observed"})
    bands = simulation.bands
    ahead = bands[bands["iso3"].isna() & (bands["quantity"] == "baseline")]
    names = {"year": "Year", "median": "Median"}
    names |= {f"{side}_{band}": f"{band}% {end}" for band in BANDS for side, end in (("low", "from"), ("high", "to"))}
    table = pd.concat([past, ahead[list(names)].rename(columns=names)], ignore_index=True)
    last, final = past.iloc[-1], table.iloc[-1]
    return Finding(
        name="futures",
        frame=simulation.baseline(),
        caption=f"Digitally delivered trade, exports plus imports, of {region.label}: observed to {last['Year']:.0f} "
        f"(solid), then the median (dashed) and bands of {simulation.draws:,} futures without new policy",
        table=table,
        records=pd.DataFrame(columns=COLUMNS),
        reading=f"From {usd(last['Observed'])} in {last['Year']:.0f} to between {usd(final['80% from'])} and "
        f"{usd(final['80% to'])} in {final['Year']:.0f} in eight of ten futures",
        source=source_line("delivered"),
    )


@drawing
def fan(result: Finding) -> list[Axes]:
    """Draw the past as a line and the futures as bands that open.

    Parameters
    ----------
    result : Finding
        From `futures`.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, whose scale starts at zero.
    """
    past, ahead, metric = result.table.dropna(subset="Observed"), result.frame, "baseline_trade"
    start = int(past["Year"].iloc[-1]), past["Observed"].iloc[-1]
    axes = canvas(1, 4.2, result.reading, f"{result.caption}.", result.source, margins=(1.0, ROOM), above=0.4)
    unit = unit_for(ahead[metric].iloc[-1])
    years = draw_fan(axes[0], ahead, metric, start, unit, REGION_COLOUR)
    axes[0].plot(past["Year"], past["Observed"] / unit.millions, color=REGION_COLOUR, linewidth=2.5)
    axes[0].set(xlim=(past["Year"].min(), years[-1]), ylabel=unit.name)
    axes[0].set_ylim(0)
    year_ticks(axes[0].xaxis, int(past["Year"].min()), years[-1])
    name_bands(axes[0], ahead.iloc[-1], metric, unit)
    return axes
