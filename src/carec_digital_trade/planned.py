"""Does a run's kernel read the figures that its manifest names?

The runner tells the kernel through its environment on which figures the run was planned, and each load is held to that.
"""

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from carec_digital_trade.errors import DataError
from carec_digital_trade.vintages import FOLDER_VARIABLE, data_folder

PLANNED_VARIABLE = "CAREC_PLANNED_DATA"
"""Environment variable: JSON of the vintage that the run asks for, and the hash of each of its tables."""


def kernel_environment(vintage: str, data: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the environment in which a kernel finds the figures on which its run was planned, wherever it works.

    Parameters
    ----------
    vintage : str
        That the run asks for.
    data : mapping of str to mapping
        Table to its ``hash``.

    Returns
    -------
    dict of str to str
        For `check_planned`, and the data folder if it is not the platform's.
    """
    planned = {"vintage": vintage, "hashes": {table: each["hash"] for table, each in data.items()}}
    folder = {FOLDER_VARIABLE: str(data_folder())} if os.environ.get(FOLDER_VARIABLE) else {}
    return {PLANNED_VARIABLE: json.dumps(planned), **folder}


def check_planned(table: str, vintage: str, digest: str) -> None:
    """Refuse, in the kernel of a run, a table that is not the one on which the run was planned.

    Parameters
    ----------
    table, vintage : str
        What is loaded.
    digest : str
        Its hash, as its descriptor says.

    Raises
    ------
    DataError
        If the run's manifest will name another.
    """
    planned = _planned(os.environ.get(PLANNED_VARIABLE, "{}"))
    if vintage == planned.get("vintage") and planned["hashes"].get(table, digest) != digest:
        raise DataError(
            f"the table {table} that the notebook reads is not the one on which the run was planned: leave "
            f"{FOLDER_VARIABLE} and the vintages as they are, and run it again"
        )


@lru_cache(maxsize=1)
def _planned(text: str) -> dict[str, Any]:
    return json.loads(text)
