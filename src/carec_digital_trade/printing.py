"""How the command line prints: text as it is, tables, and progress on a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from carec_digital_trade.errors import LONGEST_SENTENCE, excerpt, printable

_PIPED_WIDTH = 120


def console(stderr: bool = False) -> Any:
    """Return a console that prints text as it is: brackets are no markup.

    Parameters
    ----------
    stderr : bool
        Whether it writes to standard error.

    Returns
    -------
    rich.console.Console
        As wide as the terminal, or 120 columns where there is none.
    """
    from rich.console import Console  # noqa: PLC0415  (cdt --help is quick without it)

    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def say(text: str, errors: bool = False) -> None:
    """Print text, which may come from a file or a server, without what a terminal would obey.

    Parameters
    ----------
    text : str
        Lines.
    errors : bool
        Whether they go to standard error.
    """
    print(printable(text), file=sys.stderr if errors else sys.stdout)


def complain(sentence: str) -> None:
    """Print what was wrong on standard error.

    Parameters
    ----------
    sentence : str
        Printed in one line.
    """
    say(f"cdt: {excerpt(' '.join(sentence.split()), LONGEST_SENTENCE)}", errors=True)


def table(columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    columns : list of str
        Headings.
    rows : iterable of iterables
        Cells, printed as text.
    """
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    printed = Table(*map(printable, columns), box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        printed.add_row(*(printable(str(cell)) for cell in row))
    console().print(printed)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show progress on standard error while it is a terminal.

    Parameters
    ----------
    what : str
        What is being done.

    Yields
    ------
    callable
        To be told how much is done, and how much there is if that is known.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    errors = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(printable(what), total=None, count="")

        def update(done: int, total: int | None) -> None:
            of = f" of {total:,}" if total else ""
            bar.update(task, completed=done, total=total, count=f"{done:,}{of}")

        yield update
