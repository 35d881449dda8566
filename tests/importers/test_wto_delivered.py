"""The WTO's file in its real layout and size: what is taken from it, what is refused, what is noted."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import made_files
import numpy as np
import pandas as pd
import pytest
from notebook_cells import Cells

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.economies import AGGREGATES
from carec_digital_trade.errors import DataError
from carec_digital_trade.gap import trade_panel
from carec_digital_trade.importers.wto import MEMBERS, SERVICES
from carec_digital_trade.metrics import balassa, composition, shift_share, trade
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import outcome

FILE = made_files.wto_file()
TODAY = "2027-06-01"
NOT_THE_SAME = "Figures of delivered_services that are not those of the present vintage"
# Values are printed to ten digits and eight of them are added.
PRINTED = 1e-8


def changed(tmp_path: Path, edit: Callable[[pd.DataFrame], pd.DataFrame], rows: int = len(FILE)) -> Path:
    """Write an edited copy of the first rows of the file."""
    return made_files.csv(edit(FILE.head(rows).copy()), tmp_path / "DDS_bulk_download.csv")


def row_of(code: str, flow: str, year: int, service: str) -> int:
    found = FILE[
        FILE["REPORTER_CODE"].eq(code)
        & FILE["FLOW"].eq(flow)
        & FILE["YEAR"].eq(str(year))
        & FILE["INDICATOR"].eq(service)
    ]
    return found.index.item()


def test_the_file_has_the_real_layout_and_size(wto_csv: Path):
    assert len(FILE) == 201 * 2 * 21 * 9
    assert FILE["REPORTER_CODE"].isin(["NA", "888"]).any()
    assert FILE["VALUE"].str.contains("e-").any()
    assert FILE["BREAKING_SERIES"].eq("B").sum() > len(load("breaks"))
    content = wto_csv.read_bytes()
    assert b'"Personal, cultural, and recreational services"' in content
    assert "Türkiye".encode("latin-1") in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    first = content.split(b"\n")[1].decode()
    assert first.startswith(
        "X,AF,Afghanistan,World,2005,DDS,Total digitally delivered services,Mode 1,Million US dollar,"
    )


def test_the_totals_are_those_of_the_file(imported: importers.Imported):
    assert imported.rows == {"delivered": 192 * 42, "delivered_services": 193 * 42 * 8, "breaks": len(load("breaks"))}
    key = ["iso3", "year", "flow"]
    new, old = (load("delivered", each).set_index(key)["value"].sort_index() for each in (imported.vintage, "bundled"))
    pd.testing.assert_series_equal(new, old, rtol=PRINTED)  # the file was made from the bundled totals
    assert new.isna().sum() == 81
    assert (new < 0).sum() == 4
    pd.testing.assert_frame_equal(
        load("breaks", imported.vintage).sort_values(["flow", "iso3", "service", "year"], ignore_index=True),
        load("breaks").sort_values(["flow", "iso3", "service", "year"], ignore_index=True),
    )


def test_namibia_and_kosovo_are_there_and_aggregates_are_no_economies(imported: importers.Imported):
    delivered, services = load("delivered", imported.vintage), load("delivered_services", imported.vintage)
    assert {"NAM", "XKX"} <= set(delivered["iso3"])
    assert not set(delivered["iso3"]) & set(AGGREGATES)
    assert set(services["reporter"]) & set(AGGREGATES) == {"WLD"}
    assert set(services["reporter"]) - {"WLD"} == set(delivered["iso3"])
    assert not set(load("breaks", imported.vintage)["iso3"]) & set(AGGREGATES)


def test_encodings_line_ends_and_zip_give_the_same(imported: importers.Imported, wto_csv: Path, tmp_path: Path):
    utf8 = made_files.csv(FILE, tmp_path / "utf8.csv", "utf-8-sig")
    packed = tmp_path / "DDS.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/DDS_bulk_download.csv", wto_csv.read_bytes().replace(b"\n", b"\r\n"))
        archive.writestr("readme.txt", "about")
    for file in (utf8, packed):
        done = importers.import_file("wto_delivered", file)
        assert (done.unchanged, done.folder) == (True, imported.folder)


def test_the_descriptor_says_where_the_figures_come_from(imported: importers.Imported, wto_csv: Path):
    resource = describe("delivered_services", imported.vintage)
    assert (resource["vintage"], resource["retrieved"]) == ("2027-01", "2027-01-02")
    assert "all economies" in resource["description"]
    assert resource["origin"]["file"] == wto_csv.name
    assert len(resource["origin"]["sha256"]) == 64
    assert resource["rows"] == imported.rows["delivered_services"]
    assert resource["schema"] == describe("delivered_services")["schema"]
    assert resource["sources"][0]["path"].startswith("https://data.wto.org/")


def test_zeros_and_negatives_are_noted_and_sums_agree(imported: importers.Imported):
    # The parts add up, CIS and North America are the sums of their members, the World is the sum of its regions.
    # The made file's services of the World are others than the bundled ones.
    assert [note.rpartition(" ")[2] for note in imported.notes[:2]] == ["81.", "4."]
    assert [note.partition(":")[0] for note in imported.notes[2:]] == [NOT_THE_SAME]
    totals = FILE[FILE["INDICATOR"] == "DDS"].assign(value=lambda frame: frame["VALUE"].astype(float))
    ours = load("delivered", imported.vintage)
    for code, members in MEMBERS.items():
        theirs = totals[totals["REPORTER_CODE"] == code].groupby(["FLOW", "YEAR"])["value"].sum()
        sums = ours[ours["iso3"].isin(members)].groupby(["flow", "year"])["value"].sum()
        assert np.sort(theirs.to_numpy()) == pytest.approx(np.sort(sums.to_numpy()), rel=PRINTED)


def test_a_total_that_is_no_sum_is_noted_and_not_refused(tmp_path: Path):
    file = changed(tmp_path, cell("VALUE", "5000", row_of("KZ", "X", 2024, "DDS")))
    done = importers.import_file("wto_delivered", file)
    note = next(note for note in done.notes if "sum of their services" in note)
    start = "Totals that differ from the sum of their services by more than rounding: 1, most exports of KAZ in 2024"
    assert note.startswith(start)
    assert "5,000.00 against " in note
    assert any(note.startswith("Commonwealth of Independent States differs") for note in done.notes)
    assert (
        load("delivered", TODAY).query("iso3 == 'KAZ' and year == 2024 and flow == 'exports'")["value"].item() == 5000
    )


def test_rounding_is_not_noted(tmp_path: Path):
    row = row_of("WL", "X", 2015, "DDS")
    file = changed(tmp_path, cell("VALUE", repr(float(FILE["VALUE"][row]) * (1 + 4e-6)), row))
    assert len(importers.import_file("wto_delivered", file).notes) == 3


def test_missing_services_are_noted_and_a_region_is_then_partial(tmp_path: Path):
    frame = FILE.drop(row_of("DE", "X", 2020, "SF"))
    done = importers.import_file("wto_delivered", made_files.csv(frame, tmp_path / "d.csv"))
    assert "Totals that lack some of their eight services: 1, the first being exports of DEU in 2020." in done.notes
    split = composition(load("delivered_services", TODAY), region(["DEU", "FRA"]), 2020, "exports")
    assert split["missing"].unique().tolist() == ["DEU"]


def test_an_unknown_code_is_refused_and_all_are_listed(tmp_path: Path):
    unknown = FILE.replace({"REPORTER_CODE": {"KZ": "QQ", "NA": ""}, "REPORTER_NAME": {"Kazakhstan": "Atlantis"}})
    with pytest.raises(
        DataError, match=r"codes of economies are not known: +\(Namibia\), QQ \(Atlantis\); nothing was"
    ):
        importers.import_file("wto_delivered", made_files.csv(unknown, tmp_path / "d.csv"))
    assert vintages().empty


def test_an_economy_that_the_wto_adds_is_taken(tmp_path: Path):
    more = FILE[FILE["REPORTER_CODE"] == "KZ"].assign(REPORTER_CODE="AD", REPORTER_NAME="Andorra")
    done = importers.import_file("wto_delivered", made_files.csv(pd.concat([FILE, more]), tmp_path / "d.csv"))
    assert "New in delivered: Andorra." in done.notes
    assert "AND" in set(load("delivered", TODAY)["iso3"])


def cell(column, value, row=7):
    def edit(frame):
        frame.loc[row, column] = value
        return frame

    return edit


def unit(frame):
    return frame.assign(UNIT="Thousand US dollar")


def thousands(frame):
    return frame.assign(VALUE=(frame["VALUE"].astype(float) * 1000).map("{:.10g}".format))


def renamed(frame):
    return frame.rename(columns={"VALUE": "AMOUNT"})


def double(frame):
    frame.loc[5] = frame.loc[4]
    return frame


def no_economy(frame):
    return frame[frame["REPORTER_CODE"].ne("KZ") | frame["FLOW"].ne("M")]


def no_world(frame):
    return frame[frame["REPORTER_CODE"] != "WL"]


def no_imports(frame):
    return frame[frame["FLOW"] != "M"]


def half(frame):
    return frame[frame["REPORTER_NAME"].lt("M") | frame["REPORTER_CODE"].eq("WL")]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (unit, "row 2, column UNIT: 'Thousand US dollar', expected 'Million US dollar'"),
        (thousands, "delivered, value: the figures are 1,000 times those at hand, so they are not in USD million"),
        (renamed, "the column VALUE is lacking: the columns are FLOW, REPORTER_CODE"),
        (cell("FLOW", "B"), "row 9, column FLOW: 'B', expected 'X' or 'M'"),
        (cell("MODE", "Mode 3"), "row 9, column MODE: 'Mode 3', expected 'Mode 1'"),
        (cell("PARTNER", "China"), "row 9, column PARTNER: 'China', expected 'World'"),
        (cell("INDICATOR", "SX"), "row 9, column INDICATOR: 'SX', expected"),
        (cell("BREAKING_SERIES", "?"), "row 9, column BREAKING_SERIES: '?', expected '' or 'B'"),
        (cell("VALUE", "n/a"), "row 9, column VALUE: 'n/a' is no number"),
        (cell("VALUE", ""), "row 9, column VALUE: '' is no number"),
        (cell("VALUE", "inf"), "row 9, column VALUE: 'inf' is no number"),
        (cell("YEAR", "20O5"), "row 9, column YEAR: '20O5' is no number"),
        (cell("YEAR", "2028"), "row 9, column YEAR: '2028' is no year from 1960 to 2027"),
        (double, "rows 6 and 7: AFG, exports, 2005, SI1 comes twice, as 5.96"),
        (no_economy, "the file is not complete: 21 totals are lacking, the first being imports of KAZ in 2005"),
        (no_imports, "the file is not complete: "),
        (no_world, "the World (code WL) is lacking"),
        (half, "of the 192 economies of delivered are not in the file, so it is cut off: "),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(tmp_path: Path, edit, sentence: str):
    # What a row shows is said before it is asked whether the file is complete, so that its first rows are enough.
    file = changed(tmp_path, edit, 2_000 if sentence.startswith("row") else len(FILE))
    with pytest.raises(DataError) as caught:
        importers.import_file("wto_delivered", file)
    assert str(caught.value).startswith("DDS_bulk_download.csv: ")
    assert sentence in str(caught.value)
    assert str(caught.value).endswith("; nothing was imported")
    assert "\n" not in str(caught.value)
    assert vintages().empty


@pytest.mark.parametrize("measured", [trade, trade_panel, outcome])
def test_what_reads_the_totals_reads_the_vintage(imported: importers.Imported, measured):
    new, old = (measured("delivered", "total", each) for each in (imported.vintage, "bundled"))
    pd.testing.assert_frame_equal(new, old, rtol=PRINTED)


def test_services_are_there_for_all_economies(imported: importers.Imported):
    services = load("delivered_services", imported.vintage)
    outside = region(["DEU", "FRA", "NAM", "XKX"])
    split = composition(services, outside, 2024, "total")
    total = (
        trade("delivered", "total", imported.vintage).query("year == 2024 and iso3 in @outside.members")["value"].sum()
    )
    assert split["value"].sum() == pytest.approx(total, rel=PRINTED)
    assert split["covered"].unique().tolist() == [4]
    assert balassa(services, outside, 2024)["advantage"].notna().all()
    parts = shift_share(services, outside, 2014, 2024, "total")[["world_growth", "service_mix", "competitive"]]
    assert parts.sum().sum() == pytest.approx(
        shift_share(services, outside, 2014, 2024, "total")["change"].sum(), rel=1e-9
    )
    assert set(services["service"]) == set(SERVICES)


def test_the_snapshot_runs_on_the_vintage_for_any_economies(imported: importers.Imported):
    results = Cells("snapshot", region=["DEU", "FRA"], benchmark=["NAM", "BRA", "XKX"], vintage=imported.vintage)
    for section in results:
        result = results[section]
        assert len(result.table), section
        if "World Trade Organization" in result.source and "article" not in result.source:
            assert f"Digitally Delivered Services Trade Dataset ({imported.vintage})" in result.source, section
    assert results["by_service"].frame.eval("covered == members").all()
    assert "Services are known for the members of" not in results["by_service"].reading
