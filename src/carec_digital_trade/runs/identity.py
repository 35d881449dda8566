"""Which run this is: the same inputs, the same identity."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from carec_digital_trade import __version__
from carec_digital_trade.datasets import describe
from carec_digital_trade.errors import InputError
from carec_digital_trade.paths import expanded
from carec_digital_trade.runs.notebooks import Source
from carec_digital_trade.runs.values import as_typed
from carec_digital_trade.vintages import asked_vintage, remembered

_DIGITS = 12
"""Of the hash: two of 100,000 runs share them with a probability of about 2e-5."""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook with one set of checked parameters.

    Attributes
    ----------
    run_id : str
        The notebook's name and a short hash of notebook source, parameters, data and package version.
    source : Source
        The notebook.
    parameters : dict
        All parameters, as plain values.
    data : dict
        Table to its vintage and hash.
    out : pathlib.Path
        Folder of runs.
    """

    run_id: str
    source: Source
    parameters: dict[str, Any]
    data: dict[str, dict[str, str]]
    out: Path

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return self.out / self.run_id

    @property
    def title(self) -> str:
        """The title of the run's page: the notebook's, or what its model makes of it."""
        model = self.source.model
        return self.source.title if model is None else model(**self.parameters).title(self.source.title)

    @property
    def changed(self) -> dict[str, Any]:
        """The parameters that differ from their defaults."""
        return {
            each.name: self.parameters[each.name]
            for each in self.source.parameters
            if self.parameters[each.name] != each.default
        }

    @property
    def changed_as_typed(self) -> str:
        """The same in a line, as it can be typed."""
        return ", ".join(f"{name}={as_typed(value)}" for name, value in self.changed.items()) or "the defaults"


def plan(
    source: Source,
    parameters: Mapping[str, Any],
    out: Path,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> Run:
    """Check parameters and say which run they make; nothing is written.

    Parameters
    ----------
    source : Source
        The notebook, from `open_notebook`.
    parameters : mapping
        Name to value; what is left out takes its default.
    out : pathlib.Path
        Folder of runs.
    typed : mapping of str to str, optional
        What was typed for a value, for the error to quote.

    Returns
    -------
    Run
        Ready to be performed.

    Raises
    ------
    InputError
        One sentence that says what does not fit.
    """
    try:
        checked, tables = source.validated(parameters)
    except InputError as error:
        raise InputError(f"{error}{_as_it_was_typed(str(error), parameters, typed)}") from None
    data, inputs = _data(tuple(tables), asked_vintage(checked), source.digest, __version__)
    run_id = f"{source.name}-{_hash({'parameters': checked, 'inputs': inputs})}"
    return Run(run_id, source, checked, data, expanded(out))


def _as_it_was_typed(sentence: str, parameters: Mapping[str, Any], typed: Mapping[str, str]) -> str:
    """Quote the text of those values in a sentence that it does not quote itself, such as 010 for ten."""
    hidden = [f"{name}={text}" for name, text in typed.items() if name in sentence and text not in sentence]
    changed = [each for each in hidden if as_typed(parameters[each.partition("=")[0]]) != each.partition("=")[2]]
    return f" (typed: {', '.join(changed)})" if changed else ""


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_DIGITS]


@remembered(maxsize=256)
def _data(tables: tuple[str, ...], vintage: str, digest: str, version: str) -> tuple[dict[str, dict[str, str]], str]:
    """Return tables with their vintage and hash, and the hash of all inputs but the parameters: runs share both."""
    resources = {table: describe(table, vintage) for table in tables}
    data = {table: {"vintage": each["vintage"], "hash": each["hash"]} for table, each in resources.items()}
    return data, _hash({"notebook": digest, "data": data, "version": version})
