"""The sessions' notebooks: made from their sources, timed, and what students' copies do when run (solutions: nbval)."""

import ast
import re

import nbformat
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.paths import bundled
from carec_digital_trade.runs.save import METADATA
from carec_digital_trade.teaching import EXERCISES, HINTS, Verdict
from carec_digital_trade.teaching import build as builder
from carec_digital_trade.teaching.build import SOLUTIONS, STUDENT, Block, blocks, build, failures, notebook, sources

FOLDER = bundled("notebooks") / "teaching"
MINUTES = re.compile(r"^##+ (.+) \((\d+) minutes\)$", re.MULTILINE)
LONGEST_CELL = 25


@pytest.fixture(params=sources(), ids=lambda path: path.stem)
def source(request):
    return request.param


def committed(source, version):
    return nbformat.read(FOLDER / version / f"{source.stem}.ipynb", as_version=4)


def code(content):
    return [cell for cell in content.cells if cell.cell_type == "code"]


def verdicts(content):
    """Run a notebook's cells here, and return what its checks say; any other error ends the test."""
    namespace, found = {"display": print}, []
    for cell in code(content):
        *statements, last = ast.parse(cell.source).body
        exec(compile(ast.Module(statements, []), "cell", "exec"), namespace)
        if isinstance(last, ast.Expr):
            result = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
            found += [result] if isinstance(result, Verdict) else []
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), namespace)
    return found


def test_there_are_four_sessions_with_five_exercises():
    numbers = [re.findall(r'check\("([\d.]+)"', source.read_text(encoding="utf-8")) for source in sources()]
    assert numbers == [[f"{session}.{exercise}" for exercise in range(1, 6)] for session in (1, 2, 3, 4)]
    assert [each for session in numbers for each in session] == list(EXERCISES)


def test_the_folders_hold_the_sessions_and_nothing_else():
    names = [source.stem for source in sources()]
    for version in (STUDENT, SOLUTIONS):
        assert sorted(path.stem for path in (FOLDER / version).glob("*.ipynb")) == names


def test_the_students_version_is_what_the_source_gives(source):
    expected = notebook(source.read_text(encoding="utf-8"), "student")
    path = FOLDER / STUDENT / f"{source.stem}.ipynb"
    assert path.read_text(encoding="utf-8") == nbformat.writes(expected) + "\n"


def test_the_solutions_are_what_the_source_gives(source):
    expected, found = notebook(source.read_text(encoding="utf-8"), "solution"), committed(source, SOLUTIONS)
    assert [(cell.id, cell.cell_type, cell.source) for cell in found.cells] == [
        (cell.id, cell.cell_type, cell.source) for cell in expected.cells
    ]
    assert found.metadata == nbformat.from_dict(METADATA)


def test_the_solutions_are_committed_executed_and_right(source):
    found = committed(source, SOLUTIONS)
    assert [cell.execution_count for cell in code(found)] == list(range(1, len(code(found)) + 1))
    assert failures(found) == []
    said = [output.data["text/plain"] for cell in code(found) for output in cell.outputs if "data" in output]
    assert [each for each in said if each.startswith("Exercise")] == [
        f"Exercise {source.stem[0]}.{exercise}: right." for exercise in range(1, 6)
    ]
    outputs = [output for cell in code(found) for output in cell.outputs]
    assert not any(output.output_type == "error" or output.get("name") == "stderr" for output in outputs)


def test_an_untouched_student_copy_fails_its_checks_and_nothing_else(source):
    found = verdicts(committed(source, STUDENT))
    assert all(verdict.hint == f"Nothing here yet. {HINTS[verdict.exercise]['start']}" for verdict in found)
    assert [verdict.exercise for verdict in found] == [f"{source.stem[0]}.{exercise}" for exercise in range(1, 6)]


def test_a_student_copy_holds_no_solution(source):
    text = source.read_text(encoding="utf-8")
    hidden = [block.text for block in blocks(text) if block.audience == "solution"]
    shown = "\n".join(cell.source for cell in committed(source, STUDENT).cells)
    assert len(hidden) >= 10
    assert not any(each in shown for each in hidden)
    assert "Solution" not in shown


def test_a_session_takes_45_minutes(source):
    assert sum(int(minutes) for _, minutes in MINUTES.findall(source.read_text(encoding="utf-8"))) == 45


def test_the_lecturers_page_has_the_same_minutes(source):
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| {source.stem[0]} \| (.+?) \| (\d+) \|", table, re.MULTILINE)
    assert rows == MINUTES.findall(source.read_text(encoding="utf-8"))


def test_the_lecturers_page_has_every_exercise_and_no_dead_link():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for exercise in EXERCISES:
        assert f"\n| {exercise} | " in page
    for link in re.findall(r"\]\(([^)]+)\)", page):
        assert (FOLDER / link).is_file(), link


def test_cells_are_short_and_announced(source):
    for version in (STUDENT, SOLUTIONS):
        cells = committed(source, version).cells
        assert max(len(cell.source.splitlines()) for cell in cells if cell.cell_type == "code") <= LONGEST_CELL
        kinds = "".join(cell.cell_type[0] for cell in cells)
        assert kinds.startswith("mm")
        assert "ccc" not in kinds


def test_sessions_import_the_package_and_read_no_file(source):
    imported = re.findall(
        r"^(?:from|import) (\w+)", "\n".join(c.source for c in code(committed(source, SOLUTIONS))), re.M
    )
    assert set(imported) == {"carec_digital_trade"}


SOURCE = """# Title
Prose.

## Part
More.

```python
x = 1
```

```python student
y = ...
```

```python solution
y = x + 1
```

```python
y
```

```markdown solution
# no heading of its own cell
**Solution.**
```
"""


def test_a_source_is_split_into_cells():
    assert blocks(SOURCE) == [
        Block("markdown", "# Title\nProse."),
        Block("markdown", "## Part\nMore."),
        Block("python", "x = 1"),
        Block("python", "y = ...", "student"),
        Block("python", "y = x + 1", "solution"),
        Block("python", "y"),
        Block("markdown", "# no heading of its own cell\n**Solution.**", "solution"),
    ]


def test_each_reader_gets_the_cells_meant_for_them():
    student, solution = (notebook(SOURCE, audience) for audience in ("student", "solution"))
    assert [cell.source for cell in code(student)] == ["x = 1", "y = ...", "y"]
    assert [cell.source for cell in code(solution)] == ["x = 1", "y = x + 1", "y"]
    assert [len(student.cells), len(solution.cells)] == [5, 6]
    nbformat.validate(solution)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\n```julia\n```", "line 2: '```julia' opens no cell"),
        ("```python teacher\n```", "student or solution"),
        ("a\n\n```python\nx", "line 3: the cell that '```python' opens is not closed"),
    ],
)
def test_a_faulty_source_is_refused_with_its_line(text, fault):
    with pytest.raises(InputError, match=re.escape(fault)):
        blocks(text)


WRONG_SOLUTION = """# A session
```python
from carec_digital_trade.teaching import check
```
```python student
answer = ...
```
```python solution
answer = ANSWER
```
```python
check("1.4", answer)
```
"""


def test_both_versions_are_built_into_a_folder(tmp_path):
    source = tmp_path / "0_short.md"
    source.write_text(WRONG_SOLUTION.replace("ANSWER", "[2005]"), encoding="utf-8")
    build(source, tmp_path / "course")
    student, solutions = (
        nbformat.read(tmp_path / "course" / version / "0_short.ipynb", as_version=4) for version in (STUDENT, SOLUTIONS)
    )
    assert [cell.outputs for cell in code(student)] == [[], [], []]
    assert code(solutions)[-1].outputs[0].data["text/plain"] == "Exercise 1.4: right."


def test_a_solution_that_fails_its_check_is_not_written(tmp_path, monkeypatch):
    source = tmp_path / "0_short.md"
    source.write_text(WRONG_SOLUTION.replace("ANSWER", "[2010]"), encoding="utf-8")

    def executed(content, folder):
        code(content)[-1].outputs = [
            nbformat.v4.new_output("execute_result", data={"text/plain": repr(verdicts(content)[0])})
        ]
        return content

    monkeypatch.setattr(builder, "executed", executed)
    with pytest.raises(InputError, match=r"0_short.md: a solution does not pass its check: Exercise 1.4: not yet"):
        build(source, tmp_path)
    assert list(tmp_path.glob("*/*.ipynb")) == []
