"""What a worker of a batch does: one task after another, as they come over its connection."""

import os
from collections.abc import Mapping
from multiprocessing.connection import Connection
from types import MappingProxyType

from carec_digital_trade.runs import kernels  # noqa: F401  (so that a worker is forked with all it needs)
from carec_digital_trade.runs.conditions import Conditions
from carec_digital_trade.runs.workers import ONE_THREAD


def work(connection: Connection, conditions: Conditions, environment: Mapping[str, str] = MappingProxyType({})) -> None:
    """Perform tasks until the other side closes the connection.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Brings tasks and takes their results.
    conditions : Conditions
        What each task is called with.
    environment : mapping of str to str
        Variables to set first.
    """
    os.environ.update({**environment, **ONE_THREAD})
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(task(conditions))
