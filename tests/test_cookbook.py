"""Every recipe of the cookbook runs, and gives what its last line says."""

import ast
import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^## (.+?)\n\n```python\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
DRAWS = "A chart in the house's style"


def test_each_recipe_gives_what_it_says(tmp_path, monkeypatch):
    """One builds on the other, so that they run in order."""
    monkeypatch.chdir(tmp_path)
    assert len(RECIPES) == len(re.findall("^## ", TEXT, re.MULTILINE)) == 15
    space = {}
    for title, code in RECIPES:
        *statements, last = ast.parse(code).body
        exec(compile(ast.Module(statements, []), title, "exec"), space)
        found = eval(compile(ast.Expression(last.value), title, "eval"), space)
        assert title == DRAWS or repr(found) == code.strip().rpartition("  # ")[2], title
    assert {path.name for path in tmp_path.iterdir()} == {"carec.xlsx", "panel.dta", "kazakhstan.png"}
