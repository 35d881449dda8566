"""What a batch has to do: its runs, and which of them are done already."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.batchfile import Batch, read_batch
from carec_digital_trade.runs.failures import Failure
from carec_digital_trade.runs.identity import Run

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
