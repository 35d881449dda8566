"""Linear algebra on one thread: what the package solves is small, and threads that wait for each other cost more."""

import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

P, R = ParamSpec("P"), TypeVar("R")


def one_thread(work: Callable[P, R]) -> Callable[P, R]:
    """Run a function with the linear algebra libraries on one thread, and leave them as they were.

    Parameters
    ----------
    work : callable
        Which solves many small systems.

    Returns
    -------
    callable
        The same.
    """

    @wraps(work)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _libraries("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas"):
            return work(*args, **kwargs)

    return limited


@cache
def _libraries(with_scipys: bool) -> Any:
    """Return what is loaded by then; scipy, which brings linear algebra of its own, may be loaded later."""
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415  (nothing else needs it)

    return ThreadpoolController()
