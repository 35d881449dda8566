"""What a batch file asks for: its runs, or all that is wrong with it, with the lines of the file.

Values are read by the rules of `yaml_core`. The file is composed into nodes and not loaded, so that each value is known
by its line.
"""

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
from carec_digital_trade.yaml_core import compose, plain, problem

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
    varied : list of str
        Parameters that the file sets to more than one value, in its order.
    chart : list of str
        Metrics that the index page charts; empty if the file names none.
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


@dataclass
class _Fault:
    """What is wrong, on which lines, and for which notebooks if it depends on them."""

    sentence: str = ""
    lines: tuple[int, ...] = ()
    notebooks: list[str] = field(default_factory=list)


@dataclass
class _Content:
    """What the file says, as far as it can be read."""

    sources: list[Source] = field(default_factory=list)
    fixed: _Set = field(default_factory=dict)
    grid: dict[str, list[_Given]] = field(default_factory=dict)
    runs: list[_Set] = field(default_factory=list)
    chart: list[str] = field(default_factory=list)


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
    content = reader.content()
    runs: dict[str, Run] = {}
    count = 0
    for source in content.sources:
        for chosen in _sets(content):
            planned = reader.planned(source, chosen, out)
            if planned is not None:
                count += 1
                runs.setdefault(planned.run_id, planned)
    reader.raise_faults()
    names = [*content.grid, *(name for chosen in content.runs for name in chosen)]
    return Batch(list(runs.values()), count - len(runs), list(dict.fromkeys(names)), content.chart)


def _sets(content: _Content) -> Iterator[_Set]:
    """Go through the combinations of the grid, then the runs listed; the fixed values alone if there are neither."""
    if content.grid or not content.runs:
        for values in itertools.product(*content.grid.values()):
            yield content.fixed | dict(zip(content.grid, values, strict=True))
    for chosen in content.runs:
        yield content.fixed | chosen


class _Reader:
    """Reads one file and gathers its faults."""

    def __init__(self, batch: str | Path | Mapping[str, Any]) -> None:
        self._faults: dict[str, _Fault] = {}
        self._sources: dict[str, int] = {}
        self._unfit: set[tuple[str, int]] = set()
        """Values, by notebook and identity, that are at fault whatever stands beside them."""
        if isinstance(batch, Mapping):
            self._name, self._folder, self._has_lines = "the batch", Path(), False
            text = _as_text(batch)
        else:
            path = Path(batch)
            self._name, self._folder, self._has_lines = str(path), path.parent, True
            text = _read(path)
        try:
            self._root = compose(text)
        except YAMLError as error:
            raise InputError(f"the batch file {self._name} is not YAML: {problem(error)}") from None

    def content(self) -> _Content:
        """Read the file as far as it can be."""
        content = _Content()
        if not isinstance(self._root, MappingNode):
            self._fault(f"this is no batch: {_FORM}", self._root)
            return content
        parts = self._entries(self._root, "the batch")
        for key, (_, node) in parts.items():
            if key not in KEYS:
                self._fault(f"there is no key {key!r}: the keys are {', '.join(KEYS)}{nearest(key, KEYS)}", node)
        if "notebook" not in parts:
            self._fault("a batch needs a notebook, such as notebook: snapshot", self._root)
        for key, read in [
            ("notebook", self._notebooks),
            ("fixed", self._fixed),
            ("grid", self._grid),
            ("runs", self._runs),
            ("chart", self._chart),
        ]:
            if key in parts:
                read(parts[key][0], content)
        self._set_twice(content)
        return content

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
        while fault and source.asked not in self._faults.get(fault, _Fault()).notebooks:
            mattering = {name for name in chosen if _fault(source, chosen, {name}) != fault}
            alone = {name: _fault(source, chosen, mattering - {name}) for name in mattering}
            found = {name: sentence for name, sentence in alone.items() if sentence and sentence in fault}
            for name, sentence in found.items():
                self._fault(sentence, chosen[name].line, source)
                self._unfit.add((source.asked, id(chosen[name])))
            if not found:  # they do not fit together
                lines = {chosen[name].line for name in mattering}
                self._fault(fault, tuple(sorted(lines)) or self._sources[source.asked], source)
            left_out = set(found) or mattering or set(chosen)
            chosen = {name: given for name, given in chosen.items() if name not in left_out}
            fault = _fault(source, chosen, set())

    def raise_faults(self) -> None:
        """Raise what was found, in the order of the lines."""
        if not self._faults:
            return
        raise BatchFileError(
            [self._in_words(each) for each in sorted(self._faults.values(), key=lambda each: each.lines)]
        )

    def _in_words(self, fault: _Fault) -> str:
        where = self._name
        if self._has_lines:
            plural = "s" if len(fault.lines) > 1 else ""
            where += f", line{plural} {listing(map(str, fault.lines))}"
        of_some = 0 < len(fault.notebooks) < len(self._sources)
        notebooks = f"{listing(fault.notebooks)}: " if of_some else ""
        return f"{where}: {notebooks}{fault.sentence}"

    def _fault(self, sentence: str, where: Node | int | tuple[int, ...] | None, source: Source | None = None) -> None:
        """Keep a fault; the same one of several notebooks is one."""
        if where is None or isinstance(where, Node):
            where = where.start_mark.line + 1 if where else 1
        lines = (where,) if isinstance(where, int) else where
        fault = self._faults.setdefault(sentence, _Fault(sentence, lines))
        if source is not None:
            fault.notebooks.append(source.asked)

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

    def _notebooks(self, node: Node, content: _Content) -> None:
        for item in self._items(node, "notebook") if isinstance(node, SequenceNode) else [node]:
            given = self._given(item)
            asked = str(given.value)
            if asked.endswith(".ipynb"):
                asked = str(self._folder / expanded(asked))
            try:
                source = open_notebook(asked)
            except InputError as error:
                self._fault(str(error), given.line)
                continue
            if source.asked in self._sources:
                self._fault(f"the notebook {source.asked} is named twice", given.line)
            self._sources[source.asked] = given.line
            content.sources.append(source)

    def _fixed(self, node: Node, content: _Content) -> None:
        content.fixed = self._set(node, "fixed")

    def _set(self, node: Node, what: str) -> _Set:
        return {name: self._given(*entry) for name, entry in self._entries(node, what).items()}

    def _grid(self, node: Node, content: _Content) -> None:
        for name, (value, _) in self._entries(node, "grid").items():
            if items := self._items(value, f"{name} in grid"):
                content.grid[name] = [self._given(item) for item in items]
        size = math.prod(len(values) for values in content.grid.values())
        if size > LARGEST_GRID:
            self._fault(f"the grid has {size:,} combinations: leave at most {LARGEST_GRID:,}", node)
            content.grid = {}

    def _runs(self, node: Node, content: _Content) -> None:
        sets = [(self._set(item, "a run"), item) for item in self._items(node, "runs")]
        content.runs = [chosen for chosen, item in sets if isinstance(item, MappingNode)]

    def _chart(self, node: Node, content: _Content) -> None:
        given = self._given(node)
        content.chart = [given.value] if isinstance(given.value, str) else given.value
        if not isinstance(content.chart, list) or not all(isinstance(each, str) for each in content.chart):
            self._fault("chart must be a metric or a list of metrics, such as [total, hhi]", given.line)
            return
        if any(source.model is None for source in content.sources):
            return  # a user's own notebook has metrics of its own
        for metric in content.chart:
            if not any(metric == known or metric.startswith(f"{known}_") for known in METRICS):
                self._fault(
                    f"there is no metric {metric!r}: it is one of those in results.csv, such as total, hhi or "
                    f"per_person{nearest(metric, METRICS)}",
                    given.line,
                )

    def _set_twice(self, content: _Content) -> None:
        for name, given in content.fixed.items():
            others = [content.grid[name][0]] if content.grid.get(name) else []
            others += [chosen[name] for chosen in content.runs if name in chosen]
            for other in others:
                self._fault(f"{name} is fixed on line {given.line} and set again: take out one of the two", other.line)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"the batch file {path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise InputError(f"the batch file {path} is not a text file in UTF-8") from None


def _as_text(batch: Mapping[str, Any]) -> str:
    """Write a mapping as YAML; JSON is."""
    try:
        return json.dumps(batch, default=_plain_sequence, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"a batch may hold plain values only (numbers, text, lists, mappings): {error}") from None


def _plain_sequence(value: Any) -> list[Any]:
    """Take a range or an array for a list."""
    return value.tolist() if hasattr(value, "tolist") else list(value)


def _values(chosen: _Set) -> dict[str, Any]:
    return {name: given.value for name, given in chosen.items()}


def _fault(source: Source, chosen: _Set, left_out: set[str]) -> str | None:
    """Say what is wrong with a set of values, less some of them."""
    try:
        source.validated(_values({name: given for name, given in chosen.items() if name not in left_out}))
    except InputError as error:
        return str(error)
    return None
