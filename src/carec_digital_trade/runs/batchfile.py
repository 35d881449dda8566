"""What a batch file asks for: its runs, or all that is wrong with it, with the lines of the file.

Values are read by the rules of `yaml_core`. The file is composed into nodes and not loaded, so that each value is known
by its line.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.findings import METRICS
from carec_digital_trade.paths import expanded
from carec_digital_trade.prose import listing
from carec_digital_trade.runs.identity import Run, plan
from carec_digital_trade.runs.notebooks import Source, open_notebook
from carec_digital_trade.runs.values import as_yaml
from carec_digital_trade.yaml_core import compose, plain, problem, read_file

KEYS = ("notebook", "fixed", "grid", "runs", "chart")
LARGEST_GRID = 1_000_000
_FORM = "write notebook, fixed, grid, runs or chart, such as grid: {year: [2019, 2020]}"


class BatchFileError(InputError):
    """A batch asks for what does not exist or does not fit.

    Attributes
    ----------
    faults : list of str
        One sentence a fault, with the file and the line.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Batch:
    """What a batch file asks for.

    Attributes
    ----------
    runs : list of Run
        In the order of the file, each once.
    repeated : int
        How many more the file lists that are the same as one of these.
    varied, chart : list of str
        Parameters that the file sets to more than one value, and metrics that the index page charts, in its order.
    """

    runs: list[Run]
    repeated: int
    varied: list[str]
    chart: list[str]


@dataclass(frozen=True)
class _Given:
    """A value, and the line on which it stands."""

    value: Any
    line: int


_Set = dict[str, _Given]


def read_batch(batch: str | Path | Mapping[str, Any], out: Path) -> Batch:
    """Read a batch file and check every run that it asks for.

    Parameters
    ----------
    batch : str or pathlib.Path or mapping
        File, or its content. A notebook's path is relative to the file, or to the working directory.
    out : pathlib.Path
        Folder of runs.

    Returns
    -------
    Batch
        With one run at least.

    Raises
    ------
    BatchFileError
        All that is wrong, if anything is.
    InputError
        If the file cannot be read at all.
    """
    reader = _Reader(batch)
    reader.read()
    runs: dict[str, Run] = {}
    count = 0
    for source in reader.sources:
        for chosen in reader.sets():
            planned = reader.planned(source, chosen, out)
            if planned is not None:
                count += 1
                runs.setdefault(planned.run_id, planned)
    reader.raise_faults()
    varied = dict.fromkeys([*reader.grid, *(name for chosen in reader.runs for name in chosen)])
    return Batch(list(runs.values()), count - len(runs), list(varied), reader.chart)


class _Reader:
    """Reads one file as far as it can be read, and gathers its faults."""

    def __init__(self, batch: str | Path | Mapping[str, Any]) -> None:
        self.sources: list[Source] = []
        self.fixed: _Set = {}
        self.grid: dict[str, list[_Given]] = {}
        self.runs: list[_Set] = []
        self.chart: list[str] = []
        self._faults: dict[str, tuple[tuple[int, ...], list[str]]] = {}
        """What is wrong, on which lines, and for which notebooks if it depends on them."""
        self._lines: dict[str, int] = {}
        """Of each notebook, as it is asked for."""
        self._unfit: set[tuple[str, int]] = set()
        """Values, by notebook and identity, that are at fault whatever stands beside them."""
        if isinstance(batch, Mapping):
            self._name, self._folder, self._has_lines = "the batch", Path(), False
            text = as_yaml(batch)
        else:
            path = Path(batch)
            self._name, self._folder, self._has_lines = str(path), path.parent, True
            text = read_file(path, "the batch file")
        try:
            self._root = compose(text)
        except YAMLError as error:
            raise InputError(f"the batch file {self._name} is not YAML: {problem(error)}") from None

    def read(self) -> None:
        """Read each part of the file."""
        if not isinstance(self._root, MappingNode):
            self._fault(f"this is no batch: {_FORM}", self._root)
            return
        parts = self._entries(self._root, "the batch")
        for key, (_, node) in parts.items():
            if key not in KEYS:
                self._fault(f"there is no key {key!r}: the keys are {', '.join(KEYS)}{nearest(key, KEYS)}", node)
        if "notebook" not in parts:
            self._fault("a batch needs a notebook, such as notebook: snapshot", self._root)
        for key in KEYS:
            if key in parts:
                getattr(self, f"_read_{key}")(parts[key][0])
        for name, given in self.fixed.items():
            others = [*self.grid.get(name, [])[:1], *(chosen[name] for chosen in self.runs if name in chosen)]
            for other in others:
                self._fault(f"{name} is fixed on line {given.line} and set again: take out one of the two", other.line)

    def sets(self) -> Iterator[_Set]:
        """Go through the combinations of the grid, then the runs listed; only the fixed values if there are neither."""
        if self.grid or not self.runs:
            for values in itertools.product(*self.grid.values()):
                yield self.fixed | dict(zip(self.grid, values, strict=True))
        for chosen in self.runs:
            yield self.fixed | chosen

    def planned(self, source: Source, chosen: _Set, out: Path) -> Run | None:
        """Plan one run; what does not fit is a fault of the lines that it stands on, and there is no run."""
        fitting = {name: given for name, given in chosen.items() if (source.asked, id(given)) not in self._unfit}
        try:
            planned = plan(source, _values(fitting), out)
            return planned if len(fitting) == len(chosen) else None
        except InputError as error:
            self._explain(source, fitting, str(error))
        return None

    def _explain(self, source: Source, chosen: _Set, fault: str | None) -> None:
        """Find the lines of each fault of a set of values, also of those that another one hides."""
        while fault and source.asked not in self._faults.get(fault, ((), []))[1]:
            mattering = {name for name in chosen if _fault(source, chosen, {name}) != fault}
            alone = {name: _fault(source, chosen, mattering - {name}) for name in mattering}
            found = {name: sentence for name, sentence in alone.items() if sentence and sentence in fault}
            for name, sentence in found.items():
                self._fault(sentence, chosen[name].line, source)
                self._unfit.add((source.asked, id(chosen[name])))
            if not found:  # they do not fit together
                lines = {chosen[name].line for name in mattering}
                self._fault(fault, tuple(sorted(lines)) or self._lines[source.asked], source)
            left_out = set(found) or mattering or set(chosen)
            chosen = {name: given for name, given in chosen.items() if name not in left_out}
            fault = _fault(source, chosen, set())

    def raise_faults(self) -> None:
        """Raise what was found, in the order of the lines."""
        sentences = []
        for sentence, (lines, notebooks) in sorted(self._faults.items(), key=lambda item: item[1][0]):
            numbers = f", line{'s' * (len(lines) > 1)} {listing(map(str, lines))}" if self._has_lines else ""
            of_some = f"{listing(notebooks)}: " if 0 < len(notebooks) < len(self._lines) else ""
            sentences.append(f"{self._name}{numbers}: {of_some}{sentence}")
        if sentences:
            raise BatchFileError(sentences)

    def _fault(self, sentence: str, where: Node | int | tuple[int, ...] | None, source: Source | None = None) -> None:
        """Keep a fault; the same one of several notebooks is one."""
        if where is None or isinstance(where, Node):
            where = where.start_mark.line + 1 if where else 1
        lines = (where,) if isinstance(where, int) else where
        _, notebooks = self._faults.setdefault(sentence, (lines, []))
        if source is not None:
            notebooks.append(source.asked)

    def _entries(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        """Return what a mapping holds, each with its key."""
        if not isinstance(node, MappingNode):
            self._fault(f"{what} must hold lines of the form name: value, such as year: 2024", node)
            return {}
        entries: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            name = key.value if isinstance(key.value, str) else ""
            if name in entries:
                first = entries[name][1].start_mark.line + 1
                self._fault(f"{name} is given twice in {what}, first on line {first}", key)
            entries[name] = (value, key)
        return entries

    def _items(self, node: Node, what: str) -> list[Node]:
        if not isinstance(node, SequenceNode) or not node.value:
            self._fault(f"{what} must be a list of at least one, such as [2019, 2020]", node)
            return []
        return node.value

    def _given(self, node: Node, key: Node | None = None) -> _Given:
        # An empty value begins where the next thing does, so that its line is the key's.
        line = (node if key is None or node.value else key).start_mark.line + 1
        try:
            return _Given(plain(node, key), line)
        except YAMLError as error:
            self._fault(problem(error), line)
            return _Given(None, line)

    def _set(self, node: Node, what: str) -> _Set:
        return {name: self._given(*entry) for name, entry in self._entries(node, what).items()}

    def _read_notebook(self, node: Node) -> None:
        for item in self._items(node, "notebook") if isinstance(node, SequenceNode) else [node]:
            given = self._given(item)
            asked = str(given.value)
            try:
                source = open_notebook(str(self._folder / expanded(asked)) if asked.endswith(".ipynb") else asked)
            except InputError as error:
                self._fault(str(error), given.line)
                continue
            if source.asked in self._lines:
                self._fault(f"the notebook {source.asked} is named twice", given.line)
            self._lines[source.asked] = given.line
            self.sources.append(source)

    def _read_fixed(self, node: Node) -> None:
        self.fixed = self._set(node, "fixed")

    def _read_grid(self, node: Node) -> None:
        for name, (value, _) in self._entries(node, "grid").items():
            if items := self._items(value, f"{name} in grid"):
                self.grid[name] = [self._given(item) for item in items]
        size = math.prod(len(values) for values in self.grid.values())
        if size > LARGEST_GRID:
            self._fault(f"the grid has {size:,} combinations: leave at most {LARGEST_GRID:,}", node)
            self.grid = {}

    def _read_runs(self, node: Node) -> None:
        sets = [(self._set(item, "a run"), item) for item in self._items(node, "runs")]
        self.runs = [chosen for chosen, item in sets if isinstance(item, MappingNode)]

    def _read_chart(self, node: Node) -> None:
        given = self._given(node)
        self.chart = [given.value] if isinstance(given.value, str) else given.value
        if not isinstance(self.chart, list) or not all(isinstance(each, str) for each in self.chart):
            self._fault("chart must be a metric or a list of metrics, such as [total, hhi]", given.line)
        elif all(source.model for source in self.sources):  # a user's own notebook has metrics of its own
            for metric in self.chart:
                if not any(metric == known or metric.startswith(f"{known}_") for known in METRICS):
                    self._fault(
                        f"there is no metric {metric!r}: it is one of those in results.csv, such as total, hhi or "
                        f"per_person{nearest(metric, METRICS)}",
                        given.line,
                    )


def _values(chosen: _Set) -> dict[str, Any]:
    return {name: given.value for name, given in chosen.items()}


def _fault(source: Source, chosen: _Set, left_out: set[str]) -> str | None:
    """Say what is wrong with a set of values, less some of them."""
    try:
        source.validated(_values({name: given for name, given in chosen.items() if name not in left_out}))
    except InputError as error:
        return str(error)
    return None
