"""What a batch has to do (its runs, and which of them are done already), and how far it has come."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from carec_digital_trade.prose import count, duration
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.batchfile import Batch, read_batch
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.identity import Run

_EVERY = 10.0
"""Seconds between two lines where there is no terminal."""
_GUESS = 3.0
"""Seconds that a run takes, for an estimate in a folder where none of its notebook has been timed."""


@dataclass(frozen=True)
class Plan:
    """What a batch has to do.

    Attributes
    ----------
    batch : Batch
        All its runs.
    finished : set of str
        Identities of the runs that are finished already.
    failed : dict of str to Failure
        Runs that failed in a cell, and would fail again; they are left alone unless they are to be retried.
    to_do : list of Run
        The others, in the order of the batch.
    seconds : dict of str to float
        Median time of the finished runs of each notebook, by its name.
    """

    batch: Batch
    finished: set[str]
    failed: dict[str, Failure]
    to_do: list[Run]
    seconds: dict[str, float]

    def estimate(self, workers: int) -> float:
        """Estimate how long the batch will take.

        Parameters
        ----------
        workers : int
            How many runs are performed at a time.

        Returns
        -------
        float
            Seconds.
        """
        return sum(self.seconds.get(run.source.name, _GUESS) for run in self.to_do) / workers

    @property
    def timed(self) -> bool:
        """Whether the estimate rests on finished runs, and on no guess."""
        return all(run.source.name in self.seconds for run in self.to_do)


def plan_batch(batch: str | Path | Mapping[str, Any], out: Path, retry_failed: bool = False) -> Plan:
    """Check every run of a batch, and see which of them are done; nothing is written.

    Parameters
    ----------
    batch : str or pathlib.Path or mapping
        As in `run_batch`.
    out : pathlib.Path
        Folder of runs, which need not exist.
    retry_failed : bool
        Whether what failed in a cell is to be performed again.

    Returns
    -------
    Plan
        What there is to do.

    Raises
    ------
    BatchFileError, InputError
        As in `run_batch`.
    """
    asked = read_batch(batch, out)
    present = {folder.name for folder in out.iterdir()} if out.is_dir() else set()
    finished, failed, to_do = set(), {}, []
    seconds: dict[str, list[float]] = {}
    for run in asked.runs:
        status, manifest = layout.look(run.folder) if run.run_id in present else (None, None)
        if status == layout.FINISHED:
            finished.add(run.run_id)
            seconds.setdefault(run.source.name, []).append(manifest["duration_seconds"])
        elif status == layout.FAILED and manifest["error"]["cell"] is not None and not retry_failed:
            failed[run.run_id] = Failure(**{name: manifest["error"][name] for name in ("exception", "message", "cell")})
        else:
            to_do.append(run)
    return Plan(asked, finished, failed, to_do, {name: statistics.median(each) for name, each in seconds.items()})


@dataclass
class Standing:
    """How far a batch has come.

    Attributes
    ----------
    total : int
        Runs to perform.
    done : set of str
        Identities of those that have ended.
    failures : dict of str to Failure
        Of those, the ones that failed, and why.
    started : float
        When, by `time.monotonic`.
    """

    total: int
    done: set[str] = field(default_factory=set)
    failures: dict[str, Failure] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def words(self) -> str:
        """Such as "12 of 24 runs done, 1 failed, 42 a minute, 17 s left"."""
        done = len(self.done)
        parts = [f"{done:,} of {count(self.total, 'run')} done", f"{len(self.failures)} failed"]
        if done:
            each = (time.monotonic() - self.started) / done
            parts.append(f"{60 / max(each, 1e-9):,.0f} a minute")
            parts.append(f"{duration(each * (self.total - done))} left")
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
        yield lambda: progress.update(task, completed=len(standing.done), description=standing.words)


class _Lines:
    """Prints a line when there is news, at most one in ten seconds, and the last one."""

    def __init__(self, standing: Standing, console: Console) -> None:
        self._standing, self._console = standing, console
        self._printed, self._done = time.monotonic(), 0

    def __call__(self) -> None:
        now, done = time.monotonic(), len(self._standing.done)
        if done > self._done and (now - self._printed >= _EVERY or done == self._standing.total):
            self._console.print(self._standing.words)
            self._printed, self._done = now, done
