"""When is a notebook's new output the stored one?

Another processor or library build computes other last bits. An optimiser stops elsewhere within its tolerance, and what
lies on a threshold falls to its other side. So numbers of our media type agree within a tolerance, and text, page and
sentence agree where each number that they print otherwise is a rounding of a number that agrees.
"""

import os
import platform
import re
from copy import deepcopy
from typing import Any
from unittest import mock

import numpy as np
from nbval.plugin import IPyNbCell, IPyNbFile
from numpy._core import _multiarray_umath as multiarray

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, whole_name

CLOSED = 1e-6
"""Relative. Sums in another order differ by some 1e-13, iterated fits by less than 1e-8; eight digits are stored."""
OPTIMISED = 1e-4
"""Relative, in `OPTIMISED_TABLES`: near its top a likelihood is flat, so that the root of an optimiser's tolerance
(1e-8 in statsmodels) is as near as a parameter comes."""
OPTIMISED_TABLES = {"backtest", "calibration"}
ONE_COUNT = {
    r"coverage_.*_all_economies": 100 / 8_595,
    r"coverage_.*_economies": 100 / 495,
    r"coverage_.*_total": 100 / 45,
    r"interval_coverage(?!_p).*": 100 / 61,
    r"percentile": 100 / 185,
    r"leads.*": 100 / 5_000,
    r"(target_probability|reached).*": 100 / 10_000,
}
"""Percentage points that one forecast, economy or draw makes in the committed notebooks."""

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_SCALES = (1, 100, 1e-3)
"""Text prints a share as per cent, and USD million as billion."""
_NUMBERS = [COLUMNS.index(name) for name in ("value", "low", "high")]


def other_processor() -> dict[str, str]:
    """Return the environment of linear algebra in the oldest kernels, and of numpy without what it would choose here.

    Empty where the processor is neither Intel's nor AMD's, whose names these are.
    """
    if platform.machine() not in ("x86_64", "AMD64"):
        return {}
    wide = [name for name in multiarray.__cpu_dispatch__ if multiarray.__cpu_features__.get(name)]
    return {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": " ".join(wide)}


def install() -> None:
    """Let nbval compare what `adopted` leaves different, and run the sessions as on another processor."""
    compare, start = IPyNbCell.compare_outputs, IPyNbFile.setup

    def setup(notebook: IPyNbFile) -> None:
        with mock.patch.dict(os.environ, other_processor() if "teaching" in notebook.path.parts else {}):
            start(notebook)

    def compare_outputs(cell: IPyNbCell, test: list[Any], ref: list[Any], skip_compare: Any = None) -> bool:
        seen = cell.parent.__dict__.setdefault("agreeing_numbers", [])
        return compare(cell, adopted(test, ref, seen), ref, skip_compare)

    IPyNbCell.compare_outputs, IPyNbFile.setup = compare_outputs, setup


def adopted(test: list[Any], ref: list[Any], seen: list[tuple[float, float]]) -> list[Any]:
    """Return the new outputs, with the stored one in place of each that agrees with it.

    Parameters
    ----------
    test, ref : list of dict
        New and stored outputs of a cell.
    seen : list of tuple of float
        Stored and new number of each pair that agreed in the cells before; those of this cell are added.
    """
    if len(test) != len(ref):
        return test
    new = deepcopy(test)
    for mine, stored in zip(new, ref, strict=True):
        tables = [output.get("data", {}).get(MEDIA_TYPE) for output in (stored, mine)]
        if all(tables) and (found := _agreeing(*tables)) is not None:
            seen += found
            mine["data"][MEDIA_TYPE] = tables[0]
    pairs = np.array(seen).reshape(-1, 2)
    for mine, stored in zip(new, ref, strict=True):
        for holder, reference in ((mine, stored), (mine.get("data", {}), stored.get("data", {}))):
            for key in holder.keys() & reference.keys():
                if isinstance(holder[key], str) and texts_agree(reference[key], holder[key], pairs):
                    holder[key] = reference[key]
    return new


def texts_agree(stored: str, new: str, pairs: np.ndarray) -> bool:
    """Say whether texts differ in nothing but the rounding of numbers that agree.

    Parameters
    ----------
    stored, new : str
        The texts; runs of spaces, which align a table, count as one.
    pairs : numpy.ndarray
        Shape (n, 2): stored and new number of each pair that agrees.
    """
    words = [re.sub(" +", " ", _NUMBER.sub("0", text)) for text in (stored, new)]
    numbers = zip(*(_NUMBER.findall(text) for text in (stored, new)), strict=False)
    return words[0] == words[1] and all(one == other or _rounds(one, other, pairs) for one, other in numbers)


def _rounds(one: str, other: str, pairs: np.ndarray) -> bool:
    """Say whether some pair, in some scale, is printed as the one and the other."""
    places = len(one.partition(".")[2])
    if places != len(other.partition(".")[2]):
        return False
    printed = np.array([float(text.replace(",", "")) for text in (one, other)])
    # Above the half: a number on the edge of two roundings may itself be off by its tolerance.
    near = 0.5001 * 10.0**-places
    return any((abs(abs(pairs * scale) - abs(printed)) <= near).all(axis=1).any() for scale in _SCALES)


def _agreeing(stored: dict[str, Any], new: dict[str, Any]) -> list[tuple[float, float]] | None:
    """Return the pairs of numbers of two tables of records, or None if they do not agree."""
    if stored["columns"] != new["columns"] or len(stored["rows"]) != len(new["rows"]):
        return None
    pairs: list[tuple[float, float]] = []
    for rows in zip(stored["rows"], new["rows"], strict=True):
        one, other = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
        labels = [{name: row[name] for name in COLUMNS if name not in ("value", "low", "high")} for row in (one, other)]
        numbers = [[row[place] for place in _NUMBERS] for row in rows]
        if labels[0] != labels[1] or [each is None for each in numbers[0]] != [each is None for each in numbers[1]]:
            return None
        values = np.array(numbers, dtype=float)[:, [each is not None for each in numbers[0]]]
        if (
            np.abs(values[0] - values[1]) > _tolerance(one["table"], whole_name(one["metric"], one["item"]), values)
        ).any():
            return None
        pairs += map(tuple, values.T.tolist())
    return pairs


def _tolerance(table: str, metric: str, values: np.ndarray) -> float:
    for pattern, count in ONE_COUNT.items():
        if re.fullmatch(pattern, metric):
            return count * 1.001
    return (OPTIMISED if table in OPTIMISED_TABLES else CLOSED) * np.abs(values).max(initial=0)
