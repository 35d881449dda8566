"""A notebook of the package, its cells run in this process with other parameters, as far as a finding needs them."""

import ast
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache, lru_cache
from io import StringIO
from typing import Any
from unittest import mock

import nbformat
from papermill.translators import PythonTranslator

import carec_digital_trade
from carec_digital_trade import findings
from carec_digital_trade.findings import Finding
from carec_digital_trade.parameters import NOTEBOOKS


class Cells:
    """What a notebook finds with parameters that differ from its own.

    Parameters
    ----------
    notebook : str
        Name as on the command line.
    replaced : tuple of str
        A text of one of its cells, and what a reader writes there instead.
    **values : Any
        Its parameters, set by the cell that papermill injects.
    """

    def __init__(self, notebook: str, replaced: tuple[str, str] = ("", ""), **values: Any) -> None:
        parameters, imports, *self._cells = (code.replace(*replaced) for code in _cells(notebook))
        self._found: dict[str, Finding] = {}
        self._pictures: list[Any] = []
        self.space: dict[str, Any] = {}
        for code in (parameters, imports, PythonTranslator.codify(values)):
            exec(code, self.space)

    def __getitem__(self, name: str) -> Finding:
        """Return a finding by its name."""
        if name not in self._found:
            self._run(next(code for code in self._cells if f'finding("{name}"' in code))
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of all findings, in order."""
        return iter(re.findall(r'finding\("(\w+)"', "\n".join(self._cells)))

    def value(self, name: str) -> Any:
        """Return what a cell calls so."""
        if name not in self.space:
            self._run(next(code for code in self._cells if name in _names(code)[0]))
        return self.space[name]

    def picture(self, name: str) -> Any:
        """Return the axes of a figure by its name."""
        self._run(next(code for code in self._cells if re.search(rf'cdt\.picture\(.*"{name}"', code)))
        return self._pictures[-1]

    def _run(self, code: str) -> None:
        made, needed = _names(code)
        for name in needed - made - self.space.keys():
            if any(name in _names(other)[0] for other in self._cells):
                self.value(name)
        fakes = {"findings_of": self._keeping, "picture": lambda axes, *_: self._pictures.append(axes)}
        with mock.patch.multiple(carec_digital_trade, create=True, **fakes), redirect_stdout(StringIO()):
            exec(code, self.space)

    def _keeping(self, chosen: Any) -> Any:
        finding = findings.findings_of(chosen)

        def kept(name: str, *rest: Any) -> Finding:
            self._found[name] = finding(name, *rest)
            return self._found[name]

        return kept


MADE = "panel = gap.trade_panel(chosen.measure, chosen.flow, chosen.vintage)"
NO_BROADBAND = {
    "replaced": (MADE, f'{MADE}; panel.loc[panel["year"] > 2021, "fixed_broadband_per_100"] = None'),
    "year": 2025,
    "covariates": ["fixed_broadband_per_100"],
}
"""A gap analysis in a year that no economy's covariate comes near."""


def cells(notebook: str, **values: Any) -> Cells:
    """Return the cells with these parameters, the same ones when asked again; the data must not change meanwhile."""
    return _known(notebook, repr(values))


@lru_cache(maxsize=64)
def _known(notebook: str, values: str) -> Cells:
    return Cells(notebook, **ast.literal_eval(values))


@cache
def _names(code: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell makes and those that it uses."""
    names = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Name)]
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}, {each.id for each in names}


@cache
def _cells(notebook: str) -> list[str]:
    """Return the code cells: parameters, imports, the others."""
    cells = nbformat.read(NOTEBOOKS[notebook].path, 4).cells
    return [
        cell.source for cell in cells if cell.cell_type == "code" and "explore" not in cell.metadata.get("tags", [])
    ]
