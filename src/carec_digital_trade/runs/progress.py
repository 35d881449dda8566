"""How far a batch has come: a bar on a terminal and in a notebook, now and then a line elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from carec_digital_trade.prose import count, duration

_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


@dataclass
class Standing:
    """How far a batch has come.

    Attributes
    ----------
    total : int
        Runs to perform.
    done : int
        Of them, those that have ended.
    failed : int
        Of those, the ones that failed.
    started : float
        When, by `time.monotonic`.
    """

    total: int
    done: int = 0
    failed: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def words(self) -> str:
        """Such as "12 of 24 runs done, 1 failed, 42 a minute, 17 s left"."""
        parts = [f"{self.done:,} of {count(self.total, 'run')} done", f"{self.failed} failed"]
        if self.done:
            each = (time.monotonic() - self.started) / self.done
            parts.append(f"{60 / max(each, 1e-9):,.0f} a minute")
            parts.append(f"{duration(each * (self.total - self.done))} left")
        return ", ".join(parts)


@contextmanager
def shown(standing: Standing, console: Console) -> Iterator[Callable[[], None]]:
    """Show how far a batch has come, while in the with block.

    Parameters
    ----------
    standing : Standing
        What the caller keeps up to date.
    console : rich.console.Console
        Where to show it; one that is quiet shows nothing.

    Yields
    ------
    callable
        To be called whenever something may have changed.
    """
    if not console.is_terminal and not (console.is_jupyter and find_spec("ipywidgets")):
        yield _Lines(standing, console)
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        task = progress.add_task(standing.words, total=standing.total)
        yield lambda: progress.update(task, completed=standing.done, description=standing.words)


class _Lines:
    """Prints a line when there is news, at most one in ten seconds, and the last one."""

    def __init__(self, standing: Standing, console: Console) -> None:
        self._standing, self._console = standing, console
        self._printed, self._done = time.monotonic(), 0

    def __call__(self) -> None:
        now, done = time.monotonic(), self._standing.done
        if done > self._done and (now - self._printed >= _EVERY or done == self._standing.total):
            self._console.print(self._standing.words)
            self._printed, self._done = now, done
