"""The command line: parse, call, print.

A command that fails prints one sentence on standard error and exits with 1 (2 if the command line itself is wrong);
``--debug`` shows the traceback. Imports are made where they are needed, so that ``cdt --help`` is quick.
"""
# ruff: noqa: PLC0415

import gc
import json
import os
import re
import sys
import traceback
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from carec_digital_trade.cli_batch import INTERRUPTED
from carec_digital_trade.cli_batch import add_commands as add_commands_of_many_runs
from carec_digital_trade.cli_vintages import add_commands, print_vintages
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.paths import expanded
from carec_digital_trade.printing import complain, say
from carec_digital_trade.printing import console as _console
from carec_digital_trade.printing import table as _table

_DEBUG = "--debug"
_COLLECTED_AT = 100_000
"""Objects after which the garbage collector looks for cycles: imports make many, and all of them stay."""

app = typer.Typer(
    help="Digital trade and regional integration: run the notebooks, read their parameters, look at the data.",
)
data_app = typer.Typer(help="The tables: what they are, whether they are intact, their figures, newer vintages.")
app.add_typer(data_app, name="data")
add_commands(data_app)

NotebookName = Annotated[str, typer.Argument(help="A notebook's name, such as snapshot, or the path of your own.")]
TableName = Annotated[str, typer.Argument(help="A table, as `cdt data list` names it.")]
Vintage = Annotated[str, typer.Option(metavar="NAME", help="Vintage: bundled, latest, or a name.")]
ParameterTexts = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="One parameter, its value in YAML; repeatable."),
]


def main() -> None:
    """Run the command line and exit with its status."""
    # jsonschema builds a grammar of addresses with it when it is imported: seconds, for a check that nobody asks for.
    sys.modules["rfc3987_syntax"] = None
    gc.set_threshold(_COLLECTED_AT)
    warnings.showwarning = lambda message, *_, **__: complain(str(message))  # without the line of code
    code = status(sys.argv[1:])
    gc.freeze()  # on its way out the interpreter would look through all that was imported
    sys.exit(code)


def status(arguments: list[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str
        What stands behind ``cdt``.

    Returns
    -------
    int
        Exit status: 0, 1 (failed), 2 (no such command or option) or 130 (interrupted).
    """
    debug = _DEBUG in arguments
    arguments = [each for each in arguments if each != _DEBUG]  # it may stand anywhere
    try:
        code = typer.main.get_command(app).main(arguments, "cdt", standalone_mode=False, obj=debug)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        sentence, code = _explained(error)
        if debug:
            traceback.print_exc()
        complain(sentence)
    return code or 0


def _explained(error: Exception) -> tuple[str, int]:
    """Return the sentence and the exit status for an error that a user can cause; raise any other."""
    if isinstance(error, (InputError, DataError)):
        return str(error), 1
    if isinstance(error, OSError):
        return f"{error.filename or 'the file'}: {str(error.strerror or error).lower()}", 1
    if hasattr(error, "format_message"):  # typer's usage errors, whichever click it carries
        message = re.sub(r"\. (\w)", lambda found: f"; {found[1].lower()}", error.format_message().rstrip("."))
        path = error.ctx.command_path if getattr(error, "ctx", None) else "cdt"
        return f"{message[:1].lower()}{message[1:]} (see {path} --help)", 2
    frames = traceback.extract_tb(error.__traceback__)[1:]
    if any(frame.name == "<module>" for frame in frames):  # PYTHONPATH may lead to anything
        return f"a package cannot be imported: {type(error).__name__}: {error} (in {frames[-1].filename})", 1
    raise error


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        say(f"cdt {version('carec-digital-trade')}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option(_DEBUG, help="Show the traceback of a failure.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keep the options in the help; `status` has taken ``--debug`` off the command line."""


@app.command()
def run(
    context: typer.Context,
    notebook: NotebookName,
    parameter: ParameterTexts = None,
    params: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Parameters from a file; -p overrides.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of runs.")] = Path("reports"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and do nothing.")] = False,
) -> None:
    """Run a notebook with one set of parameters into a folder of its own."""
    from carec_digital_trade import runs
    from carec_digital_trade.runs.clearing import check_ours
    from carec_digital_trade.runs.folder import INDEX, is_finished, read_manifest
    from carec_digital_trade.runs.values import parse_assignments, parse_value, read_parameter_file

    typed = parse_assignments(parameter or [])
    values = read_parameter_file(expanded(params)) if params else {}
    values |= {name: parse_value(name, text) for name, text in typed.items()}
    planned = runs.plan(runs.open_notebook(notebook), values, out, typed)
    check_ours(planned.out, INDEX)
    if dry_run:
        standing = "finished before" if is_finished(planned.folder) else "to do"
        say(f"{planned.run_id}: {standing}\nfolder: {planned.folder}\nwith:   {planned.changed_as_typed}")
        return
    try:
        with _console(stderr=True).status(f"running {notebook}"):
            result = runs.perform(planned)
    except KeyboardInterrupt:
        complain("interrupted, and nothing of the run was kept; the same command starts it again")
        raise typer.Exit(INTERRUPTED) from None
    index = runs.write_index(planned.out, told=complain)
    if result.error:
        if context.obj:
            say(result.error.traceback, errors=True)
        complain(f"{result.error.sentence} (what there is of it is in {result.folder})")
        raise typer.Exit(1)
    say(f"{result.run_id}: {'finished before with the same inputs, so skipped' if result.skipped else 'finished'}")
    if not (read_manifest(result.folder) or {}).get("results"):
        say("table:  none, since the notebook shows no finding; results.csv has its header only")
    say(f"folder: {result.folder}\nreport: {result.report}\nindex:  {index}")


add_commands_of_many_runs(app)


@app.command()
def params(
    notebook: NotebookName,
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON Schema.")] = False,
) -> None:
    """List a notebook's parameters: type, range, default, meaning."""
    from carec_digital_trade.runs.notebooks import open_notebook
    from carec_digital_trade.runs.values import as_typed, in_words

    source = open_notebook(notebook)
    if as_json:
        say(json.dumps(source.json_schema(), indent=2, ensure_ascii=False))
        return
    rows = [(each.name, in_words(each.schema), as_typed(each.default), each.meaning) for each in source.parameters]
    say(f"{source.title}\n")
    _table(["parameter", "takes", "default", "meaning"], rows)
    for each in source.parameters:
        # Some models tell more than fits a table, such as the source of each effect.
        if (told := each.schema.get("description", each.meaning)) != each.meaning:
            say(f"\n{each.name}: {told}")


@data_app.command("list")
def list_tables() -> None:
    """List the tables, and the imported vintages."""
    from carec_digital_trade.datasets import catalogue

    tables = catalogue()[["table", "title", "vintage", "licence"]]
    _table(list(tables), tables.itertuples(index=False))
    print_vintages()


@data_app.command()
def show(table: TableName, vintage: Vintage = "bundled") -> None:
    """Describe a table and print its first rows."""
    from carec_digital_trade.datasets import describe, load

    resource, frame = describe(table, vintage), load(table, vintage)
    say(f"{resource['title']} ({table})\n\n{resource['description']}\n")
    say(f"vintage:   {resource['vintage']}, retrieved {resource['retrieved']}")
    for source in resource["sources"]:
        say(f"source:    {_named(source)}")
    for licence in resource["licenses"]:
        say(f"licence:   {_named(licence)}")
    say(f"hash:      {resource['hash']}\nrows:      {len(frame)}\n")
    fields = resource["schema"]["fields"]
    rows = [(each["name"], each["type"], each.get("unit", ""), each["description"]) for each in fields]
    _table(["column", "type", "unit", "meaning"], rows)
    say("The first rows as loaded:\n")
    first = frame.head().astype("object")
    _table(list(frame), first.mask(first.isna(), "").itertuples(index=False))


@data_app.command()
def verify(
    table: Annotated[str | None, typer.Argument(help="A table; all of them if left out.")] = None,
    vintage: Vintage = "bundled",
) -> None:
    """Check the files against the descriptor's hashes and schemas.

    "As published" means as the descriptor says; the hashes of the bundled tables stand in the package's code as well.
    """
    from carec_digital_trade.datasets import catalogue
    from carec_digital_trade.datasets import verify as find_faults

    faults = find_faults(table, vintage)
    if faults.empty:
        say(f"{table or f'all {len(catalogue(vintage))} tables'}: as published")
        return
    lines = [
        f"{file}, row {row}: {problem}" if row > 0 else f"{file}: {problem}"
        for file, row, problem in faults[["file", "row", "problem"]].fillna({"row": 0}).itertuples(index=False)
    ]
    say("\n".join(lines))
    others = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
    complain(f"the data are not as published: {lines[0]}{others}")
    raise typer.Exit(1)


@data_app.command()
def export(
    table: TableName,
    file: Annotated[Path, typer.Argument(help="A .csv or .json file.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    vintage: Vintage = "bundled",
) -> None:
    """Write a table, as loaded, to a CSV or JSON file."""
    from carec_digital_trade.datasets import load
    from carec_digital_trade.runs.folder import write_atomically

    writers = {
        ".csv": lambda frame: frame.to_csv(index=False, lineterminator="\n"),
        ".json": _records,
    }
    file = expanded(file)
    if file.suffix.lower() not in writers:
        raise InputError(f"the file must end in {' or '.join(writers)}, not {file.suffix or 'nothing'!r}: {file}")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent} to write {file.name} into")
    if os.path.lexists(file) and not force:
        raise InputError(f"{file} is there already: choose another name, or add --force to replace it")
    frame = load(table, vintage)
    write_atomically(file, writers[file.suffix.lower()](frame).encode())
    say(f"{file}: {len(frame)} rows")


def _records(frame: Any) -> str:
    dates = {name: frame[name].dt.strftime("%Y-%m-%d") for name in frame.select_dtypes("datetime")}
    return frame.assign(**dates).to_json(orient="records", double_precision=15, indent=1) + "\n"


def _named(entry: dict[str, str]) -> str:
    return f"{entry['title']}, {entry['path']}" if "path" in entry else entry["title"]
