"""The commands of many runs: ``cdt batch`` and ``cdt compare``."""
# ruff: noqa: PLC0415

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carec_digital_trade.paths import expanded
from carec_digital_trade.printing import complain, console, say, table

if TYPE_CHECKING:
    from carec_digital_trade.runs.batch import BatchResult
    from carec_digital_trade.runs.planning import Plan

INTERRUPTED = 130
_MOST_ROWS = 30


def add_commands(app: typer.Typer) -> None:
    """Add both to the commands.

    Parameters
    ----------
    app : typer.Typer
        What stands behind ``cdt``.
    """
    app.command()(batch)
    app.command()(compare)


def batch(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The batch: notebook, fixed, grid, runs, chart.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of runs.")] = Path("reports"),
    workers: Annotated[int | None, typer.Option(metavar="N", help="Runs at a time; one a core if left out.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Dask scheduler whose workers perform the runs, such as tls://host:8786. It asks for no password and "
            "listens on every address unless told (dask scheduler --host): who reaches it can run code on its workers "
            "and on this machine.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="After which a run has failed; none if left out.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Perform again what failed in a cell of its notebook.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--stop", help="After a failure, go on with the others, or begin no more.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and the estimated time only.")] = False,
) -> None:
    """Run notebooks over many sets of parameters, and gather all results into one table.

    What is finished is not done again, so the same command goes on after an interruption.
    """
    from carec_digital_trade.runs.pool import executor

    file, out = expanded(file), expanded(out)
    place = executor(workers, cluster, timeout)
    with contextlib.nullcontext() if dry_run else place:  # begun first, since it takes seconds to be ready
        from carec_digital_trade.runs.batch import perform_batch
        from carec_digital_trade.runs.batchfile import BatchFileError
        from carec_digital_trade.runs.planning import plan_batch

        try:
            plan = plan_batch(file, out, retry_failed)
            if dry_run:
                _print_plan(plan, place.workers)
                return
            result = perform_batch(plan, out, place, keep_going, console(stderr=True))
        except BatchFileError as error:
            raise _failed(*error.faults) from None
        except KeyboardInterrupt as interruption:
            raise _failed(str(interruption) or "interrupted before a run began", status=INTERRUPTED) from None
    _print_result(result)


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Finished runs: identities, or folders.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of runs; reports, or that of the folders named.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Drawn over the runs, as in results.csv; repeatable."),
    ] = None,
) -> None:
    """Set finished runs of one notebook side by side on a page: what differs, and the headline numbers."""
    from carec_digital_trade.runs.comparison import compare_runs

    first = Path(runs[0])
    folder = out or (first.parent if len(first.parts) > 1 else Path("reports"))
    say(f"page: {compare_runs(runs, folder, metric or ())}")


def _failed(*sentences: str, status: int = 1) -> typer.Exit:
    for sentence in sentences:
        complain(sentence)
    return typer.Exit(status)


def _print_plan(plan: "Plan", workers: int | None) -> None:
    from carec_digital_trade.prose import count, duration

    waiting = {run.run_id for run in plan.to_do}
    rows = []
    for run in plan.batch.runs[:_MOST_ROWS]:
        standing = "finished" if run.run_id in plan.finished else "to do" if run.run_id in waiting else "failed before"
        rows.append((run.run_id, standing, run.changed_as_typed))
    table(["run", "standing", "parameters"], rows)
    total = len(plan.batch.runs)
    if total > len(rows):
        say(f"... and {total - len(rows):,} more")
    failed = f", {len(plan.failed)} failed before" if plan.failed else ""
    repeated = f" ({plan.batch.repeated} more are listed twice)" if plan.batch.repeated else ""
    say(f"{count(total, 'run')}{repeated}: {len(plan.finished)} finished before{failed}, {len(plan.to_do)} to do")
    if workers and plan.to_do:
        basis = (
            "as runs here have taken" if plan.timed else "partly a guess, since not every notebook has been timed here"
        )
        say(f"estimated time: {duration(plan.estimate(workers))} by {count(workers, 'worker')}, {basis}")


def _print_result(result: "BatchResult") -> None:
    from carec_digital_trade.prose import count

    failed = len(result.failures)
    parts = [f"{result.performed} performed", f"{result.skipped} finished before", f"{failed} failed"]
    if result.unstarted:
        parts.append(f"{result.unstarted} not begun")
    say(f"{count(result.total, 'run')}: {', '.join(parts)}")
    say(f"results:  {result.out / 'results.csv'}")
    say(f"failures: {result.out / 'failures.csv'}\nindex:    {result.index}")
    if failed:
        run_id, failure = next(iter(result.failures.items()))
        more = f", and {failed - 1} more in {result.out / 'failures.csv'}" if failed > 1 else ""
        raise _failed(f"{run_id}: {failure.sentence}{more}")
