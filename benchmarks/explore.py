"""How long does a moved slider take to redraw each figure of the notebooks? Run it: no arguments.

The time is from the slider's new value to the picture handed over, the median of repeated moves; the browser's part
comes on top. On a machine that does other things, the seconds of the processor say what a quiet one would take.
"""

import statistics
import time

import ipywidgets as widgets

from carec_digital_trade.explore.explorer import Explorer
from carec_digital_trade.explore.views import VIEWS

LIMIT = 0.2
"""Seconds."""
MOVES = 7


def main() -> None:
    """Print a line for each figure: the slowest of its sliders."""
    print(f"{'notebook':<20} {'figure':<20} {'seconds':>8} {'processor':>10}  slowest slider")
    slowest = (0.0, 0.0)
    for model, views in VIEWS.items():
        explorer = Explorer(model.validated({}))
        for name in views:
            explorer.view.value = name
            times = {each: redraws(explorer, each) for each in sliders(explorer)}
            slider = max(times, key=times.get)
            slowest = max(slowest, times[slider])
            print(f"{model.__name__:<20} {name:<20} {times[slider][0]:>8.3f} {times[slider][1]:>10.3f}  {slider}")
    print(f"slowest: {slowest[0]:.3f} s ({slowest[1]:.3f} s of processor); asked: under {LIMIT} s")


def sliders(explorer: Explorer) -> list[str]:
    """Return the sliders that the figure depends on."""
    kinds = (widgets.IntSlider, widgets.FloatSlider, widgets.FloatLogSlider, widgets.IntRangeSlider)
    shown = (each for each in explorer.controls.items() if each[1].layout.display is None)
    return [name for name, control in shown if isinstance(control, kinds)]


def redraws(explorer: Explorer, name: str) -> tuple[float, float]:
    """Return the median seconds, by the clock and of this process, of some moves, none to where the slider has been."""
    slider, seconds = explorer.controls[name], []
    start = slider.value
    for step in range(MOVES + 1):
        before = time.perf_counter(), time.process_time()
        slider.value = moved(slider, start, step + 1)
        seconds.append((time.perf_counter() - before[0], time.process_time() - before[1]))
    slider.value = start
    return statistics.median(each[0] for each in seconds[1:]), statistics.median(each[1] for each in seconds[1:])


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
