"""Where the runs of a batch are performed: on this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.pool import Pool
from carec_digital_trade.runs.workers import cores

if TYPE_CHECKING:
    from carec_digital_trade.runs.execute import RunResult
    from carec_digital_trade.runs.identity import Run


class Executor(Protocol):
    """Where runs are performed: `pool.Pool` or `cluster.Cluster`, for the time of a with statement."""

    words: str
    """What is at work, such as "2 workers"."""
    workers: int
    """How many runs are performed at a time."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: Any) -> None: ...

    def prepare(self, runs: Sequence[Run]) -> None:
        """Be told, once, what runs will be performed."""

    def perform(self, runs: Iterable[Run]) -> Iterator[RunResult | None]:
        """Perform runs, and yield each one's result when it ends, and None now and then."""

    def abandon(self) -> list[Run]:
        """End at once, and return the runs that were under way."""


def executor(workers: int | None = None, cluster: str | None = None, timeout: float | None = None) -> Executor:
    """Choose where runs are performed.

    Parameters
    ----------
    workers, cluster, timeout
        As in `run_batch`.

    Returns
    -------
    Executor
        To be used in a with statement.

    Raises
    ------
    InputError
        If the numbers are too small, or both a cluster and a number of workers are given.
    """
    if timeout is not None and timeout <= 0:
        raise InputError(f"a run needs time: give a timeout of more than 0 seconds, not {timeout:g}")
    if workers is not None and workers < 1:
        raise InputError(f"a batch needs 1 worker at least, not {workers}")
    if cluster is None:
        return Pool(cores() if workers is None else workers, timeout)
    if workers is not None:
        raise InputError("a cluster has workers of its own: leave out either the cluster or the number of workers")
    from carec_digital_trade.runs.cluster import Cluster  # noqa: PLC0415  (it needs the extra "cluster")

    return Cluster(cluster, timeout)
