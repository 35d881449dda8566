"""A notebook of the package, its cells run in this process with other parameters, as far as a finding needs them."""

import re
from functools import cache
from typing import Any
from unittest import mock

import nbformat

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
    **values : Any
        Its parameters.
    """

    def __init__(self, notebook: str, **values: Any) -> None:
        self._cells = _cells(notebook)
        self._found: dict[str, Finding] = {}
        self.space: dict[str, Any] = {}
        self._pictures: list[Any] = []
        for code in self._cells:
            if "import" in code.split() or "region:" in code:
                self._run(code)
        self.space |= values

    def __getitem__(self, name: str) -> Finding:
        """Return a finding by its name."""
        if name not in self._found:
            self._run(next(code for code in self._cells if f'finding("{name}"' in code))
        return self._found[name]

    def value(self, name: str) -> Any:
        """Return what a cell calls so."""
        if name not in self.space:
            self._run(self._making(name))
        return self.space[name]

    def picture(self, name: str) -> Any:
        """Return the axes of a figure by its name."""
        self._run(next(code for code in self._cells if re.search(rf'cdt\.picture\(.*"{name}"', code)))
        return self._pictures[-1]

    def names(self) -> list[str]:
        """Return the names of all findings, in order."""
        return re.findall(r'finding\("(\w+)"', "\n".join(self._cells))

    def _making(self, name: str) -> str:
        return next(code for code in self._cells if re.search(rf"^[\w, ]*\b{name}\b[\w, ]* = ", code, re.MULTILINE))

    def _run(self, code: str) -> None:
        fakes = {"findings_of": self._keeping, "picture": lambda axes, *_: self._pictures.append(axes)}
        with mock.patch.multiple(carec_digital_trade, create=True, **fakes):
            try:
                exec(code, self.space)
            except NameError as lacking:
                self._run(self._making(lacking.name))
                self._run(code)

    def _keeping(self, chosen: Any) -> Any:
        finding = findings.findings_of(chosen)

        def kept(name: str, *rest: Any) -> Finding:
            self._found[name] = finding(name, *rest)
            return self._found[name]

        return kept


@cache
def _cells(notebook: str) -> list[str]:
    cells = nbformat.read(NOTEBOOKS[notebook].path, 4).cells
    return [
        cell.source for cell in cells if cell.cell_type == "code" and "explore" not in cell.metadata.get("tags", [])
    ]
