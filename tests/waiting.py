"""How a test waits: for an event, as long as the test run may take, and whatever it started is ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 3_600
"""Seconds. A busy machine takes its time; what never happens still ends."""


def wait_for(condition: Callable[[], Any]) -> Any:
    """Wait until something is so, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


@contextmanager
def started(*command: object, **options: Any) -> Iterator[subprocess.Popen]:
    """Start a process that ends with the block: one that is collected while it runs would fail another test."""
    with subprocess.Popen(list(map(str, command)), **options) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def cdt(*arguments: object, **environment: str) -> Iterator[subprocess.Popen]:
    """Start the command in a process of its own, which hears interrupts though a shell's background job would not."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import carec_digital_trade.cli as c"
    )
    command = [sys.executable, "-c", f"{code}; c.main()", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with started(*command, **pipes, env={**os.environ, **environment}) as process:
        yield process


def alive(pid: int) -> bool:
    """Say whether a process lives; what nobody reaps is dead too."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
