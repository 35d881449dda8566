"""How long does a moved slider take to redraw each figure, against drawing an empty one? Run it: no arguments.

The time is from the slider's new value to the picture handed over; the browser's part comes on top. An empty figure of
the same size, dots and axes is made and encoded before each move, so that the median of the ratios of such pairs says
the same on a slow machine and on one that does other things.
"""

import statistics
import time
from collections.abc import Callable

import ipywidgets as widgets
from matplotlib.figure import Figure

from carec_digital_trade.drawing import png
from carec_digital_trade.explore.explorer import Explorer
from carec_digital_trade.explore.views import DOTS_PER_INCH, VIEWS
from carec_digital_trade.figures.layout import bare

LIMIT = 3
"""Times an empty figure."""
MOVES = 7


def main() -> None:
    """Print a line for each figure: the slowest of its sliders."""
    print(f"{'notebook':<22} {'figure':<20} {'seconds':>8} {'empty':>8} {'ratio':>6}  slowest slider")
    worst = 0.0
    for model, views in VIEWS.items():
        explorer = Explorer(model.validated({}))
        for name, view in views.items():
            explorer.view.value = name
            with bare():
                like = view.figure(view.section(explorer.chosen), explorer.chosen)[0].figure
            times = {each: redraws(explorer, each, like) for each in sliders(explorer)}
            if not times:
                continue  # it follows choices alone
            slider = max(times, key=lambda each: times[each][2])
            taken, empty, ratio = times[slider]
            worst = max(worst, ratio)
            print(f"{model.__name__:<22} {name:<20} {taken:>8.3f} {empty:>8.3f} {ratio:>6.1f}  {slider}")
    print(f"worst ratio: {worst:.1f}; asked: at most {LIMIT}")


def sliders(explorer: Explorer) -> list[str]:
    """Return the sliders that the figure depends on."""
    kinds = (widgets.IntSlider, widgets.FloatSlider, widgets.FloatLogSlider, widgets.IntRangeSlider)
    shown = (each for each in explorer.controls.items() if each[1].layout.display is None)
    return [name for name, control in shown if isinstance(control, kinds)]


def redraws(explorer: Explorer, name: str, like: Figure) -> tuple[float, float, float]:
    """Return medians over some moves, none to where the slider has been: seconds of it, of an empty figure, ratio."""
    slider, pairs = explorer.controls[name], []
    start = slider.value
    for step in range(MOVES + 1):
        empty = seconds(lambda: draw_empty(like))
        value = moved(slider, start, step + 1)
        pairs.append((seconds(lambda: setattr(slider, "value", value)), empty))  # noqa: B023  (called at once)
    slider.value = start
    warm = pairs[1:]
    medians = [statistics.median(each) for each in zip(*warm, strict=True)]
    return *medians, statistics.median(taken / empty for taken, empty in warm)


def seconds(do: Callable[[], object]) -> float:
    """Return how long something takes, of this process: another's turn is none of its time."""
    before = time.process_time()
    do()
    return time.process_time() - before


def draw_empty(like: Figure) -> bytes:
    """Draw a figure of the same size with the same axes and nothing in them."""
    figure = Figure(figsize=like.get_size_inches())
    for axis in like.axes:
        figure.add_axes(axis.get_position())
    return png(figure, DOTS_PER_INCH)


def moved(slider: widgets.Widget, start: float | tuple[int, int], steps: int) -> float | tuple[int, int]:
    """Return a value that is some steps from the start, towards the farther end."""
    if isinstance(start, tuple):
        return start[0], start[1] + steps
    if isinstance(slider, widgets.FloatLogSlider):
        return start * 10 ** (steps * slider.step)
    down = start - slider.min > slider.max - start
    return start - steps * slider.step if down else start + steps * slider.step


if __name__ == "__main__":
    main()
