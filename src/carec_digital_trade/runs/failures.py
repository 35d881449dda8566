"""How a run can fail once its kernel has started."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """What went wrong in a run.

    Attributes
    ----------
    exception : str
        Name of the exception.
    message : str
        What it says.
    cell : int or None
        Number of the code cell, counted from 1 as in the executed notebook; None if the fault is in no cell.
    traceback : str
        For a developer; not part of the manifest.
    """

    exception: str
    message: str
    cell: int | None = None
    traceback: str = ""

    @property
    def sentence(self) -> str:
        """The failure in one line."""
        where = "" if self.cell is None else f" in code cell {self.cell}"
        return " ".join(f"the run failed{where}: {self.exception}: {self.message}".split())


class RunFailed(RuntimeError):  # noqa: N818  (it reads as what happened)
    """A run did not end well."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
