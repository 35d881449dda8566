"""The OECD's restrictions on digital services trade, and the ITU's coverage of 4G through Data360."""

import json
from pathlib import Path

import made_files
import pandas as pd
import pytest
from local_server import Server, body

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import Patience

OECD, ITU = made_files.oecd_file(), made_files.itu_file()


def imported(source: str, frame: pd.DataFrame, tmp_path: Path) -> importers.Imported:
    return importers.import_file(source, made_files.csv(frame, tmp_path / "STRI_and_ITU.csv", "utf-8"))


@pytest.mark.parametrize(
    ("source", "file", "table"), [("oecd_dstri", OECD, "dstri"), ("itu_coverage", ITU, "coverage_4g")]
)
def test_a_file_gives_the_bundled_figures_again(source: str, file: pd.DataFrame, table: str, tmp_path: Path):
    done = imported(source, file.sample(frac=1, random_state=1), tmp_path)
    assert done.notes == ()
    pd.testing.assert_frame_equal(load(table, "latest"), load(table))


def test_the_oecd_is_asked_for_one_csv(server: Server, hasty: Patience):
    content = OECD.to_csv(index=False).encode()
    address = server.serve("/data/OECD.TAD.TPD,DSD_STRI@DF_STRI_DIGITAL,1.0/all", body(content))
    done = importers.refresh("oecd_dstri", f"{address}?format=csvfilewithlabels", patience=hasty)
    assert done.notes == ()
    assert server.asked == ["/data/OECD.TAD.TPD,DSD_STRI@DF_STRI_DIGITAL,1.0/all?format=csvfilewithlabels"]
    pd.testing.assert_frame_equal(load("dstri", "latest"), load("dstri"))
    assert describe("dstri", "latest")["origin"]["address"].startswith(address)


def test_data360_is_asked_for_the_one_indicator(server: Server, hasty: Patience):
    records = ITU.replace({"OBS_VALUE": {"": None}}).to_dict("records")
    answer = body(json.dumps({"count": len(ITU), "value": records}).encode(), kind="application/json")
    done = importers.refresh("itu_coverage", server.serve("/data", answer), patience=hasty)
    assert done.rows == {"coverage_4g": len(load("coverage_4g"))}
    assert "INDICATOR=ITU_DH_POP_COV_4G" in server.asked[0]
    pd.testing.assert_frame_equal(load("coverage_4g", "latest"), load("coverage_4g"))


def test_a_file_without_labels_is_read_and_what_was_not_checked_is_said(tmp_path: Path):
    done = imported("oecd_dstri", OECD.drop(columns=["Reference area", "Measure"]), tmp_path)
    assert done.notes == (
        "The file has no column Reference area, which was not checked.",
        "The file has no column Measure, which was not checked.",
    )


def test_areas_that_do_not_add_up_are_counted(tmp_path: Path):
    cell = OECD[["REF_AREA", "MEASURE", "TIME_PERIOD"]].eq(["KAZ", "CLAS1_7", "2025"]).all(axis="columns")
    wrong = OECD.assign(OBS_VALUE=OECD["OBS_VALUE"].mask(cell, "0.5"))
    gone = OECD[~cell]
    pairs = len(load("dstri")) // 6
    path = tmp_path / "STRI.csv"
    for number, frame in enumerate((wrong, gone), start=1):
        made_files.csv(frame, path, "utf-8")
        first = importers.import_file("oecd_dstri", path, vintage=f"2027-0{number}").notes[0]
        assert first.endswith(f"add up to the overall index: 1 of {pairs:,}, the first being KAZ 2025.")


@pytest.mark.parametrize("measure", ["STRI", "CLAS1_10"])
def test_the_index_and_each_area_are_needed(measure: str, tmp_path: Path):
    with pytest.raises(DataError, match=f"the measure {measure} is lacking"):
        imported("oecd_dstri", OECD[OECD["MEASURE"] != measure], tmp_path)
    assert vintages().empty


@pytest.mark.parametrize(
    ("source", "change", "sentence"),
    [
        ("oecd_dstri", {"OBS_VALUE": "1.2"}, "column value: 1.2 breaks"),
        (
            "oecd_dstri",
            {"REF_AREA": "QQQ", "Reference area": "Atlantis"},
            "these codes of economies are not known: QQQ",
        ),
        ("oecd_dstri", {"TIME_PERIOD": "2028"}, "column TIME_PERIOD: '2028' is no year from 1960 to 2027"),
        ("oecd_dstri", {"FREQ": "Q"}, "column FREQ: 'Q', expected 'A'"),
        ("itu_coverage", {"OBS_VALUE": "101"}, "column value: 101.0 breaks"),
        ("itu_coverage", {"OBS_VALUE": "all"}, "column OBS_VALUE: 'all' is no number"),
    ],
)
def test_an_observation_that_does_not_fit_is_refused(
    source: str, change: dict[str, str], sentence: str, tmp_path: Path
):
    file = OECD if source == "oecd_dstri" else ITU
    newest = str(int(file["TIME_PERIOD"].max()) + 1)
    bad = file.iloc[[0]].assign(TIME_PERIOD=newest).assign(**change)
    with pytest.raises(DataError) as caught:
        imported(source, pd.concat([file, bad], ignore_index=True), tmp_path)
    assert sentence in str(caught.value)
    assert vintages().empty


def test_flags_are_kept(tmp_path: Path):
    flagged = OECD.assign(OBS_STATUS=["P", *OECD["OBS_STATUS"][1:]])
    key = " ".join(map(str, load("dstri").iloc[0][["iso3", "year", "component"]]))
    assert f"1 P (such as {key})" in imported("oecd_dstri", flagged, tmp_path).notes[0]
    assert describe("dstri", "latest")["origin"]["flags"] == {"P": [key]}
