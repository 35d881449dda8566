"""Under what conditions a run is performed; none of them changes what it finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Conditions:
    """Kernel and time limit of a run.

    Attributes
    ----------
    preloaded : str or None
        Address of the preloaded process that forks the kernel; without one the kernel is a new Python.
    timeout : float or None
        Seconds that the cells may take altogether.
    """

    preloaded: str | None = None
    timeout: float | None = None


ORDINARY = Conditions()
"""A new Python for the kernel, and as long as it takes."""
