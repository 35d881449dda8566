"""pydantic-core in plain Python checks as the compiled one does: same values, same faults, same sentences."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import outcomes
import parts
import pytest


@pytest.mark.slow
def test_it_says_what_the_compiled_one_says(tmp_path):
    laid = tmp_path / "pydantic_core"
    laid.mkdir()
    installed = Path(find_spec("pydantic_core").origin).parent
    for path in (installed / "__init__.py", installed / "core_schema.py", *parts.STAND_IN.glob("*.py")):
        shutil.copy(path, laid)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, outcomes.__file__], env=environment, capture_output=True, check=True)
    plain, compiled = json.loads(done.stdout), json.loads(json.dumps(outcomes.outcomes()))
    assert plain.keys() == compiled.keys()
    assert {key: (plain[key], said) for key, said in compiled.items() if repr(plain[key]) != repr(said)} == {}
    assert sum(isinstance(said, list) for said in compiled.values()) > 50  # some fit, and those are the same too
