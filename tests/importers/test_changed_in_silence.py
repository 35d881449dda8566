"""Whatever is removed from a source's file, exchanged in it or scaled, is refused or named in a note."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import made_files
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import batis, cyberlaw, data360, oecd, present, storing, world_bank, wto
from carec_digital_trade.importers.storing import Asked, Reading

ASKED = Asked(date(2027, 6, 1))
NAMES = set(made_files.economy_names().values())
TARGETS = ("cell", "row", "column", "year", "economy")


@dataclass(frozen=True)
class Made:
    """A small made file: its text, which columns hold what, and how it is read."""

    read: Callable[[Path, Asked], Reading]
    name: str
    frame: pd.DataFrame
    economy: str
    year: str | None
    values: tuple[str, ...]

    def reading(self, frame: pd.DataFrame, folder: Path) -> Reading:
        return self.read(made_files.csv(frame, folder / self.name, "utf-8"), ASKED)


def trade() -> Made:
    file = made_files.wto_file()
    file = file[file["REPORTER_CODE"].isin(["KZ", "KG", "CN", "DE", "888", "NA", "WL"]) & file["YEAR"].gt("2023")]
    columns = list(wto.COLUMNS)
    return Made(wto.read, "DDS.csv", file[columns], "REPORTER_CODE", "YEAR", ("VALUE",))


def deliverable() -> Made:
    file = made_files.unctad_file()
    file = file[
        file["REF_AREA"].isin(["KAZ", "KGZ", "CHN", "DEU", "FRA", "BRA", "WLD"]) & file["TIME_PERIOD"].gt("2019")
    ]
    columns = [*data360.COLUMNS, *data360.OPTIONAL]
    return Made(data360.DELIVERABLE.read, "UNCTAD.csv", file[columns], "REF_AREA", "TIME_PERIOD", ("OBS_VALUE",))


def wdi() -> Made:
    file = made_files.world_bank_file()
    years = [str(year) for year in range(2017, 2022)]
    file = file.loc[file["Country Code"].isin(["KAZ", "KGZ", "CHN", "DEU", "WLD"]), [*world_bank.COLUMNS, *years]]
    return Made(world_bank.read, "WDICSV.csv", file, "Country Code", None, tuple(years))


def tracker() -> Made:
    return Made(cyberlaw.read, "tracker.csv", made_files.cyberlaw_file().head(20), "code", None, ())


def restrictions() -> Made:
    file = made_files.oecd_file()
    file = file[file["REF_AREA"].isin(["CHN", "KAZ", "MMR", "PER", "OECD"]) & file["TIME_PERIOD"].gt("2022")]
    columns = [*oecd.COLUMNS, *oecd.OPTIONAL]
    return Made(oecd.read, "STRI.csv", file[columns], "REF_AREA", "TIME_PERIOD", ("OBS_VALUE",))


def covered() -> Made:
    file = made_files.itu_file()
    file = file[file["REF_AREA"].isin(["KAZ", "KGZ", "CHN", "DEU", "BRA", "WLD"]) & file["TIME_PERIOD"].gt("2016")]
    columns = [*data360.COLUMNS, *data360.OPTIONAL]
    return Made(data360.COVERAGE.read, "ITU.csv", file[columns], "REF_AREA", "TIME_PERIOD", ("OBS_VALUE",))


def balanced() -> Made:
    lines = [line.rstrip("\n").split(",") for line in made_files.batis_lines(6, range(2021, 2023))]
    file = pd.DataFrame(lines[1:], columns=lines[0])
    matters = file["Item_code"].isin(batis.SERVICES) & file["Balanced_value"].astype(float).ne(0)
    file = file.loc[matters | file["Item_code"].eq("S") & file["Reporter"].eq("KZ"), list(batis.COLUMNS)]
    return Made(batis.read, "BATIS.csv", file, "Reporter", "Year", ("Balanced_value",))


MADE = {
    "wto_delivered": trade,
    "unctad_deliverable": deliverable,
    "world_bank": wdi,
    "cyberlaw": tracker,
    "batis": balanced,
    "oecd_dstri": restrictions,
    "itu_coverage": covered,
}


@pytest.fixture(scope="module", params=MADE)
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Made, Reading, Path]]:
    """A made file, what is read of it, and a folder; the present vintage is the one that it makes."""
    made = MADE[request.param]()
    made = replace(made, frame=made.frame.reset_index(drop=True))
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        few = load("memberships").head(3)
        patch.setattr(batis, "load", lambda table: few if table == "memberships" else load(table))
        patch.setattr(present, "has_table", lambda *_: False)
        first = made.reading(made.frame, folder)
        patch.setattr(present, "has_table", lambda *_: True)
        patch.setattr(present, "load", lambda table, _: unreported(table, first.frames[table]))
        patch.setattr(present, "describe", lambda table, _: {**storing.template(table), "origin": first.about})
        yield made, made.reading(made.frame, folder), folder


def unreported(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(value=frame["value"].where(frame["value"] != 0)) if table == "delivered" else frame


def same(found: Reading, right: Reading) -> bool:
    """Say whether the rows are the same, wherever they stood in the file."""
    pairs = ((found.frames[table], frame) for table, frame in right.frames.items())
    return all(one.reset_index(drop=True).equals(other.reset_index(drop=True)) for one, other in pairs)


def pick(data: st.DataObject, choices: Mapping | list | pd.Index) -> str:
    return data.draw(st.sampled_from(list(choices)))


def two(data: st.DataObject, choices: list | pd.Index) -> list:
    return data.draw(st.lists(st.sampled_from(list(choices)), min_size=2, max_size=2, unique=True))


def scaled(frame: pd.DataFrame, rows: pd.Index, columns: list[str]) -> pd.DataFrame:
    numbers = frame.loc[rows, columns].map(lambda text: repr(float(text) * 1000) if text else "")
    frame.loc[rows, columns] = numbers
    return frame


def rows_of(frame: pd.DataFrame, column: str, value: str) -> pd.Index:
    return frame.index[frame[column] == value]


def removed(data: st.DataObject, made: Made, frame: pd.DataFrame, target: str) -> pd.DataFrame:
    if target == "cell":
        frame.loc[pick(data, frame.index), pick(data, frame)] = ""
        return frame
    if target == "row":
        return frame.drop(index=pick(data, frame.index))
    if target == "column" or (target == "year" and made.year is None):
        return frame.drop(columns=pick(data, frame if target == "column" else list(made.values)))
    column = made.year if target == "year" else made.economy
    return frame[frame[column] != pick(data, frame[column].unique())]


def exchanged(data: st.DataObject, made: Made, frame: pd.DataFrame, target: str) -> pd.DataFrame:
    if target in ("cell", "row"):
        one, other = two(data, frame.index)
        columns = [pick(data, frame)] if target == "cell" else list(made.values) or list(frame.columns[2:])
        frame.loc[[one, other], columns] = frame.loc[[other, one], columns].to_numpy()
        return frame
    if target == "column" or (target == "year" and made.year is None):
        one, other = two(data, frame.columns if target == "column" else list(made.values))
        frame[[one, other]] = frame[[other, one]].to_numpy()
        return frame
    column = made.year if target == "year" else made.economy
    one, other = two(data, frame[column].unique())
    return frame.assign(**{column: frame[column].replace({one: other, other: one})})


def enlarged(data: st.DataObject, made: Made, frame: pd.DataFrame, target: str) -> pd.DataFrame:
    values = list(made.values)
    if target in ("cell", "row"):
        columns = [pick(data, values)] if target == "cell" else values
        return scaled(frame, [pick(data, frame.index)], columns)
    if target == "column" or (target == "year" and made.year is None):
        return scaled(frame, frame.index, [pick(data, values)])
    column = made.year if target == "year" else made.economy
    return scaled(frame, rows_of(frame, column, pick(data, frame[column].unique())), values)


@given(data=st.data())
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_change_is_silent(held: tuple[Made, Reading, Path], data: st.DataObject):
    made, right, folder = held
    change = pick(data, [removed, exchanged, *([enlarged] if made.values else [])])
    target = pick(data, [each for each in TARGETS if each != "year" or made.year or made.values])
    changed = change(data, made, made.frame.copy(), target)
    assume(not changed.equals(made.frame))
    try:
        found = made.reading(changed, folder)
    except DataError as error:
        assert "\n" not in str(error)
        return
    new = [note for note in found.notes if note not in right.notes]
    if same(found, right) and not new:
        assume(list(changed) != list(made.frame))  # what is not read may change
    assert any(re.search(r"\d", note) or any(name in note for name in NAMES) or "no column" in note for note in new)
