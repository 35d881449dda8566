"""How far a batch has come is said in a bar, or in plain lines where there is no terminal."""

import io
import time

import pytest
from rich.console import Console

from carec_digital_trade.prose import duration
from carec_digital_trade.runs import planning
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.planning import Standing, shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3599.7, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_times_in_words(seconds: float, words: str):
    assert duration(seconds) == words


def test_done_failed_rate_and_time_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "monotonic", lambda: 130.0)
    assert Standing(24, started=100.0).words == "0 of 24 runs done, 0 failed"
    # 12 in 30 seconds are 24 a minute; the other 12 take 30 seconds more.
    done = set(map(str, range(12)))
    failures = {"1": Failure("ValueError", "no")}
    assert Standing(24, done, failures, started=100.0).words == "12 of 24 runs done, 1 failed, 24 a minute, 30 s left"
    assert Standing(1, {"1"}, started=100.0).words == "1 of 1 run done, 0 failed, 2 a minute, 0 s left"


def test_plain_lines_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    clock = iter([float(second) for second in range(1000)])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    standing = Standing(40)
    with shown(standing, Console(file=out, width=120)) as refresh:
        for number in range(40):
            standing.done.add(str(number))
            refresh()
            refresh()
    lines = out.getvalue().splitlines()
    assert lines[-1].startswith("40 of 40 runs done")
    assert 5 < len(lines) < 20
    assert "\x1b" not in out.getvalue()


def test_a_bar_on_a_terminal():
    out = io.StringIO()
    standing = Standing(2)
    with shown(standing, Console(file=out, width=120, force_terminal=True)) as refresh:
        standing.done.add("1")
        refresh()
    assert "1 of 2 runs done" in out.getvalue()
    assert "━" in out.getvalue()


def test_a_notebook_without_widgets_gets_lines(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    monkeypatch.setattr(planning, "find_spec", lambda name: None)
    standing = Standing(1)
    console = Console(file=out, width=120, force_terminal=False)
    console.is_jupyter = True
    with shown(standing, console) as refresh:
        assert type(refresh).__name__ == "_Lines"
