"""The commands of ``cdt data`` that add vintages and compare them."""
# ruff: noqa: PLC0415

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from carec_digital_trade.cli_batch import INTERRUPTED
from carec_digital_trade.printing import complain, progress, say, table

_LONGEST_LIST = 10
_MOST_ROWS = 20

SourceName = Annotated[str, typer.Argument(help="The source, as named above.", metavar="SOURCE")]
VintageName = Annotated[
    str | None,
    typer.Option(
        "--vintage",
        metavar="NAME",
        help="Name of the new vintage, beginning with year and month, such as 2027-05; the date if left out. Vintages "
        "of several sources with one name are used together.",
    ),
]
Economies = Annotated[
    list[str] | None,
    typer.Option(
        "--economy",
        metavar="CODE",
        help="For batis: an economy to tell apart besides the members of CAREC and ASEAN; repeatable.",
    ),
]


def add_commands(data: typer.Typer) -> None:
    """Add import, refresh and diff to the commands on data.

    Parameters
    ----------
    data : typer.Typer
        What stands behind ``cdt data``.
    """
    data.command("import")(import_)
    data.command()(refresh)
    data.command()(diff)


def import_(
    source: SourceName,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file as downloaded, a CSV or the zip that holds it.")
    ],
    vintage: VintageName = None,
    retrieved: Annotated[
        str | None, typer.Option(metavar="DATE", help="When it was downloaded (2027-05-21); today if left out.")
    ] = None,
    economy: Economies = None,
) -> None:
    """Make a new vintage from a downloaded file; the figures at hand stay as they are.

    SOURCE is one of

    wto_delivered: the WTO's DDS_bulk_download.csv
    unctad_deliverable: a CSV of UNCTAD_DE from World Bank Data360
    world_bank: WDICSV.csv, the World Development Indicators
    cyberlaw: the CSV of UNCTAD's tracker of laws
    batis: the bulk CSV of OECD and WTO, or the OECD's own download, trade in services by partner
    oecd_dstri: the CSV of the OECD's restrictions on digital services trade (DSD_STRI@DF_STRI_DIGITAL)
    itu_coverage: a CSV of ITU_DH_POP_COV_4G from World Bank Data360, the reach of 4G networks
    """
    from carec_digital_trade import importers

    with _interruptible(), progress(f"reading {file}") as told:
        done = importers.import_file(source, file, vintage, retrieved, economy or (), told)
    _report(done)


def refresh(
    source: SourceName,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Where to ask instead of the usual address.")
    ] = None,
    vintage: VintageName = None,
    economy: Economies = None,
) -> None:
    """Make a new vintage from the live source; the only command that asks the network.

    SOURCE is unctad_deliverable, world_bank, itu_coverage or oecd_dstri: the World Bank and the OECD serve them at
    addresses that stay.

    For wto_delivered, cyberlaw and batis download the file and import it, or give its present address with --address.
    """
    from carec_digital_trade import importers

    with _interruptible(), progress(f"asking {address or source}") as told:
        done = importers.refresh(source, address, vintage, economy or (), progress=told)
    _report(done)


def diff(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="A table, as `cdt data list` names it.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="A vintage: bundled, latest, or a name.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The vintage to compare with it.")],
    by: Annotated[str, typer.Option(help="Order of the revisions: change (the figure's unit) or percent.")] = "change",
    rows: Annotated[int, typer.Option(min=1, help="How many figures to print.")] = _MOST_ROWS,
) -> None:
    """Show what a vintage changed: the largest revisions first, then new and gone figures; by economy and by year."""
    from carec_digital_trade import revisions
    from carec_digital_trade.datasets import describe

    found = revisions.diff(name, old, new, by)
    empty = [column for column in ("change", "percent") if found[column].isna().all()]  # of words
    counts = revisions.compared(name, old, new)
    before, after = (describe(name, each)["vintage"] for each in (old, new))
    say(
        f"{name}, {before} to {after}: figures revised {counts['revised']:,}, new {counts['new_figures']:,}, "
        f"gone {counts['gone']:,}, unchanged {counts['unchanged']:,}\n"
    )
    if found.empty:
        return
    key = [column for column in found if column in describe(name, new)["schema"]["primaryKey"]]
    for column in [each for each in ("iso3", "reporter", "exporter", "year") if each in key]:
        grouped = revisions.by_group(found, column).drop(columns=["largest_percent"] if empty else [])
        say(f"By {column}{_first(len(grouped), _LONGEST_LIST)}:")
        table(list(grouped), _cells(grouped.head(_LONGEST_LIST)))
    say(f"Figures{_first(len(found), rows)}:")
    shown = found.head(rows).drop(columns=empty)
    table(list(shown), _cells(shown))


def print_vintages() -> None:
    """Print the imported vintages."""
    from carec_digital_trade.datasets import vintages
    from carec_digital_trade.vintages import unreadable_vintages

    found = vintages()
    for sentence in unreadable_vintages().values():
        complain(f"left out: {sentence}")
    if found.empty:
        say("No vintages have been imported (see cdt data import --help): the vintage is bundled.")
        return
    shown = found[["vintage", "source", "table", "retrieved", "rows", "file", "latest"]]
    say("Imported vintages; what one does not hold is taken from the bundled one:")
    table(list(shown), shown.replace({"latest": {True: "latest", False: ""}}).itertuples(index=False))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Say of an import that is interrupted that it left nothing."""
    try:
        yield
    except KeyboardInterrupt:
        complain("interrupted, and nothing was imported")
        raise typer.Exit(INTERRUPTED) from None


def _report(done: Any) -> None:
    """Say what an import came to."""
    from carec_digital_trade.datasets import has_table

    listed = ", ".join(f"{name} ({rows:,} rows)" for name, rows in done.rows.items())
    if done.unchanged:
        say(f"{done.source}: the same figures as its vintage {done.vintage}, so none was added")
    else:
        say(f"{done.source}: vintage {done.vintage} with {listed}\nfolder: {done.folder}")
    for note in done.notes:
        say(f"note:   {note}")
    first = next(iter(done.rows))
    compare = f"; cdt data diff {first} bundled {done.vintage}" if has_table(first) else ""
    say(f"use:    -p vintage={done.vintage} or -p vintage=latest{compare}")


def _first(number: int, shown: int) -> str:
    return f", the first {shown} of {number:,}" if number > shown else ""


def _cells(frame: Any) -> Any:
    """Return rows of text, numbers to seven significant digits and missing ones empty."""
    filled = frame.astype("object").mask(frame.isna(), "")
    return filled.map(lambda value: f"{value:,.7g}" if isinstance(value, float) else value).itertuples(index=False)
