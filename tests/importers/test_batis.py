"""BaTIS: chunks, what is kept, and that the indices of integration come out as from the whole matrix of trade."""

import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import made_files
import pandas as pd
import pytest

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import batis
from carec_digital_trade.integration import indices, services_integration
from carec_digital_trade.integration.indices import REST
from carec_digital_trade.regions import region
from carec_digital_trade.revisions import diff
from carec_digital_trade.vintages import FOLDER_VARIABLE

ECONOMIES, YEARS = 30, range(2022, 2024)
# Sums over a few hundred values that are printed to a millionth of a million.
PRINTED = 1e-6
REGIONS = [region("CAREC"), region("CAREC", exclude=["CHN"]), region("ASEAN"), region("ASEAN", exclude=["SGP"])]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_files.batis_file(tmp_path_factory.mktemp("batis") / "OECD-WTO_BATIS_bulk.csv", ECONOMIES, YEARS)


@pytest.fixture(scope="module")
def bilateral(file: Path) -> pd.DataFrame:
    """The table as imported in several chunks, for reading only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(file.parent / "data"))
        patch.setattr(importers, "_today", lambda: date(2027, 6, 1))
        patch.setattr(batis, "CHUNK", 7_000)
        importers.import_file("batis", file)
        return load("bilateral", "latest")


def pairs(year: int) -> pd.DataFrame:
    """All pairs of the made matrix, the digitally deliverable services added up."""
    share = sum(made_files.BATIS_SHARES[service] for service in batis.SERVICES)
    matrix = share * made_files.batis_exports(ECONOMIES, year)
    long = matrix.rename_axis(index="exporter", columns="importer").stack().rename("value").reset_index()
    return long[long["exporter"] != long["importer"]]


def test_the_file_has_the_real_layout(file: Path):
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == made_files.BATIS_HEADER
    assert len(lines) - 1 == made_files.batis_rows(ECONOMIES, len(YEARS))
    partners = {line.split(",")[2] for line in lines}
    assert {"NA", "888", "WL", "EU"} <= partners


def test_only_wanted_economies_and_services_are_kept(bilateral: pd.DataFrame):
    members = set(load("memberships")["iso3"])
    assert set(bilateral["exporter"]) == set(bilateral["importer"]) == members | {REST}
    assert set(bilateral["service"]) == set(batis.SERVICES)
    assert set(bilateral["year"]) == set(YEARS)
    assert set(bilateral["method"]) == {"R_IMF", "R_NAT", "E1", "E2", "E5"}
    told_apart = bilateral[bilateral["exporter"].ne(REST) & bilateral["importer"].ne(REST)]
    assert (told_apart["flows"] == 1).all()
    assert bilateral["value"].ne(0).all()


def test_the_oecd_s_own_download_gives_the_same_table(bilateral: pd.DataFrame, tmp_path: Path, monkeypatch):
    file = made_files.oecd_batis_file(tmp_path / "OECD-WTO_BATIS_data_BPM6.csv", ECONOMIES, YEARS)
    assert file.read_text().splitlines()[0].endswith(",Final_value,Methodology,Balanced_value")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(batis, "CHUNK", 7_000)
    imported = importers.import_file("batis", file)
    pd.testing.assert_frame_equal(load("bilateral", "latest"), bilateral)
    assert "Taken for groups of economies and left out: EU27." in imported.notes


def test_a_flow_is_the_balanced_value_of_the_exporter(bilateral: pd.DataFrame):
    exports = made_files.batis_exports(ECONOMIES, 2023).loc["CHN"]
    importer = exports[exports.index.isin(load("memberships")["iso3"])].idxmax()
    found = bilateral.query("exporter == 'CHN' and importer == @importer and year == 2023").set_index("service")
    for service in batis.SERVICES:
        expected = made_files.BATIS_SHARES[service] * exports[importer]
        assert found.loc[service, "value"] == pytest.approx(expected, abs=PRINTED)


def test_nothing_is_lost_by_lumping(bilateral: pd.DataFrame):
    for year in YEARS:
        everything = pairs(year)
        assert bilateral.query("year == @year")["value"].sum() == pytest.approx(everything["value"].sum(), rel=PRINTED)
        flows = bilateral.query("year == @year")["flows"].sum()
        assert flows == len(batis.SERVICES) * (everything["value"] > 0).sum()


@pytest.mark.parametrize("one", REGIONS, ids=lambda one: one.label)
@pytest.mark.parametrize("year", YEARS)
def test_the_indices_are_those_of_the_whole_matrix(bilateral: pd.DataFrame, one, year: int):
    kept, whole = services_integration(bilateral, one, year).indices, indices(pairs(year), one)
    for index in ("intra_regional_share", "trade_intensity", "introversion"):
        assert getattr(kept, index) == pytest.approx(getattr(whole, index), rel=PRINTED)
    assert kept.covered == whole.covered == len(one.members)
    assert kept.outsiders <= whole.outsiders


@pytest.mark.parametrize("one", REGIONS, ids=lambda one: one.label)
def test_the_share_of_estimated_flows_by_a_second_count(bilateral: pd.DataFrame, one):
    matrix = made_files.batis_exports(ECONOMIES, 2023)
    counted = estimated = value = estimated_value = 0.0
    for number, exporter in enumerate(matrix.index):
        for other, importer in enumerate(matrix.columns):
            trade = matrix.loc[exporter, importer]
            if trade and (exporter in one.members or importer in one.members):
                counted, value = counted + 1, value + trade
                if made_files.batis_method(number, other)[0] != "R":
                    estimated, estimated_value = estimated + 1, estimated_value + trade
    found = services_integration(bilateral, one, 2023)
    assert found.estimated_flows == pytest.approx(estimated / counted, rel=1e-12)
    assert found.estimated_value == pytest.approx(estimated_value / value, rel=PRINTED)


def test_more_economies_can_be_told_apart(file: Path):
    # The made file ends after Angola; of Germany, France and others it knows nothing.
    done = importers.import_file("batis", file, economies=["angola", "DEU", "FRA", "ITA"])
    resource, members = describe("bilateral", "latest"), set(load("memberships")["iso3"])
    assert set(resource["origin"]["economies"]) == members | {"AGO", "DEU", "FRA", "ITA"}
    assert set(load("bilateral", "latest")["exporter"]) == members | {"AGO", REST}
    importers.import_file("batis", file, vintage="2027-01", retrieved="2027-01-01")
    assert diff("bilateral", "2027-01", "latest").empty  # of the same file, once Angola is part of the rest again
    assert done.notes[0] == "Not told apart, since the file has no exports of theirs: DEU, FRA, ITA."


def test_zip_and_chunks_make_no_difference(file: Path, tmp_path: Path, bilateral: pd.DataFrame):
    importers.import_file("batis", file)
    assert load("bilateral", "latest").equals(bilateral)
    packed = tmp_path / "OECD-WTO_BATIS_data_BPM6.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "OECD-WTO_BATIS_BPM6_December2025_bulk.csv")
    told = []
    batis_again = importers.import_file("batis", packed, vintage="2027-05", progress=lambda n, of: told.append(n))
    assert batis_again.unchanged
    assert told[-1] == made_files.batis_rows(ECONOMIES, len(YEARS))


@pytest.fixture(scope="module")
def first_year(file: Path) -> pd.DataFrame:
    """The file's first year as text."""
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return frame[frame["Year"] == str(YEARS[0])]


def edited(frame: pd.DataFrame, tmp_path: Path, edit) -> Path:
    """Write an edited copy."""
    return made_files.csv(edit(frame.copy()), tmp_path / "OECD-WTO_BATIS_bulk.csv", "utf-8")


def wanted_row(frame: pd.DataFrame) -> int:
    is_flow = (
        frame["Reporter"].eq("KZ") & frame["Partner"].eq("CN") & frame["Flow"].eq("X") & frame["Item_code"].eq("SJ")
    )
    return is_flow.idxmax()


def with_cell(column: str, value: str):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[wanted_row(frame), column] = value
        return frame

    return edit


def thousands(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(Balanced_value=(frame["Balanced_value"].astype(float) * 1000).map(repr))


NO_NUMBERS = ("many", "inf", "1e400", "nan")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (with_cell("Reporter", "QQ"), "these codes of economies are not known: QQ"),
        *(
            (with_cell("Balanced_value", value), f"column Balanced_value: '{value}' is no number")
            for value in NO_NUMBERS
        ),
        (with_cell("Year", "x"), "is not the CSV file that is expected"),
        (with_cell("Year", "2028"), "the years 2022 to 2028 are not from 1960 to 2027"),
        (lambda frame: frame.rename(columns={"Balanced_value": "Balanced"}), "the column Balanced_value is lacking"),
        (lambda frame: pd.concat([frame, frame.iloc[[wanted_row(frame)]]]), ": KAZ, CHN, 2022, SJ comes twice, as "),
        (lambda frame: frame.iloc[:0], "the file has a header and no rows"),
        (lambda frame: frame[frame["Flow"] == "M"], "holds no exports (Flow X) of the services SF, SG"),
        (lambda frame: frame[frame["Reporter"] < "K"], "are not in the file, so it is cut off"),
        (thousands, "times those at hand, so they are not in USD million"),
    ],
)
def test_what_does_not_fit_is_refused(first_year: pd.DataFrame, tmp_path: Path, edit, sentence: str):
    with pytest.raises(DataError) as caught:
        importers.import_file("batis", edited(first_year, tmp_path, edit))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert vintages().empty


def test_a_file_that_is_cut_off_is_refused(file: Path, tmp_path: Path):
    cut = tmp_path / "OECD-WTO_BATIS_bulk.csv"
    cut.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"the file is cut off: its last line has \d+ of 12 fields"):
        importers.import_file("batis", cut)


def test_what_is_odd_is_noted_and_not_refused(first_year: pd.DataFrame, tmp_path: Path):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        row = wanted_row(frame)
        frame.loc[row, "Balanced_value"] = ""
        more = frame.iloc[[row]].assign(Partner="AN", Balanced_value="1")
        return pd.concat([frame, more], ignore_index=True)

    done = importers.import_file("batis", edited(first_year, tmp_path, edit))
    assert "Part of the rest of the world, since the package does not list them: AN." in done.notes
    assert "Flows without a balanced value, which are left out: 1." in done.notes
    assert any(": 1 of " in note and "most SJ of KAZ in 2022" in note for note in done.notes)


def test_a_region_that_is_not_told_apart_is_partial(bilateral: pd.DataFrame):
    found = services_integration(bilateral, region(["KAZ", "UZB", "DEU"]), 2023).indices
    assert (found.covered, found.missing) == (2, "DEU")


MEASURE = """
import sys
from pathlib import Path
from datetime import date
from carec_digital_trade.importers import batis
from carec_digital_trade.importers.storing import Asked

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

batis.CHUNK = 80_000
before = peak()
batis.read(Path(sys.argv[1]), Asked(date(2027, 6, 1)))
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say what a process has used")
def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    used, file = [], tmp_path / "BATIS.csv"
    year = "".join([*made_files.batis_lines(45, range(2006, 2007))][1:])
    for years in (3, 9):
        rows = (year.replace(",2006,", f",{2006 + number},") for number in range(years))
        file.write_text("".join([f"{made_files.BATIS_HEADER}\n", *rows]), encoding="utf-8")
        out = subprocess.run([sys.executable, "-c", MEASURE, file], capture_output=True, text=True, check=True).stdout
        used.append(int(out))
    assert made_files.batis_rows(45, 3) > 80_000
    # Three times the rows take a tenth more, since chunks come one at a time and what is kept of them is small.
    assert 0 < used[1] < 1.1 * used[0] + 20_000  # kilobytes, in which an allocator takes memory in steps
