"""Files that are wrong without looking so: names under other codes, parts that are gone, other units, cut ends."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import made_files
import pandas as pd
import pytest

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.errors import DataError

FILES = {
    "wto_delivered": (made_files.wto_file, "DDS.csv"),
    "unctad_deliverable": (made_files.unctad_file, "UNCTAD_DE.csv"),
    "world_bank": (made_files.world_bank_file, "WDICSV.csv"),
    "cyberlaw": (made_files.cyberlaw_file, "tracker.csv"),
    "oecd_dstri": (made_files.oecd_file, "STRI.csv"),
    "itu_coverage": (made_files.itu_file, "ITU.csv"),
}
CODES = {
    "wto_delivered": ("REPORTER_CODE", "REPORTER_NAME", "KZ", "KG"),
    "unctad_deliverable": ("REF_AREA", "REF_AREA_LABEL", "KAZ", "KGZ"),
    "world_bank": ("Country Code", "Country Name", "KAZ", "KGZ"),
    "cyberlaw": ("code", "country", "398", "417"),
    "oecd_dstri": ("REF_AREA", "Reference area", "KAZ", "KHM"),
    "itu_coverage": ("REF_AREA", "REF_AREA_LABEL", "KAZ", "KGZ"),
}


def imported(source: str, tmp_path: Path, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> importers.Imported:
    make, name = FILES[source]
    return importers.import_file(source, made_files.csv(edit(make().copy()), tmp_path / name, "utf-8"))


def refused(source: str, tmp_path: Path, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> str:
    with pytest.raises(DataError) as caught:
        imported(source, tmp_path, edit)
    assert vintages().empty
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("source", CODES)
def test_codes_exchanged_with_the_names_right_are_refused(source: str, tmp_path: Path):
    column, _, one, other = CODES[source]
    said = refused(source, tmp_path, lambda frame: frame.replace({column: {one: other, other: one}}))
    assert "'Kazakhstan' under the code " in said
    assert said.partition(": row ")[2][0].isdigit()
    assert "is the name of KAZ" in said


@pytest.mark.parametrize("source", CODES)
@pytest.mark.parametrize("name", ["Afghanistan", "Atlantis", ""])
def test_one_name_for_all_codes_is_refused(source: str, name: str, tmp_path: Path):
    column = CODES[source][1]
    said = refused(source, tmp_path, lambda frame: frame.assign(**{column: name}))
    words = f" is {name!r}, expected 'Africa' in it" if source == "wto_delivered" else f"{name!r} under the code "
    assert words in said


@pytest.mark.parametrize("source", ["unctad_deliverable", "world_bank", "itu_coverage"])
def test_rows_of_hong_kong_under_the_code_of_taiwan_are_refused(source: str, tmp_path: Path):
    column = CODES[source][0]

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame[column] != "TWN"].replace({column: {"HKG": "TWN"}})

    assert "'Hong Kong, China' under the code TWN is the name of HKG" in refused(source, tmp_path, edit)


@pytest.mark.parametrize("source", CODES)
def test_a_spelling_that_is_not_known_is_noted(source: str, tmp_path: Path):
    _, name, one, _ = CODES[source]
    done = imported(source, tmp_path, lambda frame: frame.replace({name: {"Kazakhstan": "Qazaqstan"}}))
    note = f"Names that are not known and could not be held against their codes: Qazaqstan ({one})."
    assert note in done.notes


def without(column: str, value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[frame[column] != value]


def cut_after_lux(frame: pd.DataFrame) -> pd.DataFrame:
    imports = frame["INDICATOR"].str.endswith("_IMP")
    return frame[~(imports & frame["REF_AREA"].gt("LUX"))]


def few_gdp(frame: pd.DataFrame) -> pd.DataFrame:
    gdp = frame["Indicator Code"].eq("NY.GDP.MKTP.CD")
    return frame[~gdp | (gdp.cumsum() <= 8)]


@pytest.mark.parametrize(
    ("source", "edit", "sentence"),
    [
        (
            "unctad_deliverable",
            without("TIME_PERIOD", "2015"),
            "deliverable: exports 2015 is lacking between other years",
        ),
        ("wto_delivered", without("YEAR", "2015"), "delivered: exports 2015 is lacking between other years"),
        ("world_bank", lambda frame: frame.drop(columns="2015"), "2015 is lacking between other years"),
        ("world_bank", lambda frame: frame.assign(**{"2015": ""}), "2015 is lacking between other years"),
        ("unctad_deliverable", cut_after_lux, "deliverable: of the 184 figures of imports 2010 in the present vintage"),
        (
            "oecd_dstri",
            lambda frame: frame[~(frame["MEASURE"].eq("CLAS1_8") & frame["TIME_PERIOD"].eq("2020"))],
            "dstri: payment_system 2020 is lacking between other years",
        ),
        ("itu_coverage", without("TIME_PERIOD", "2020"), "coverage_4g: 2020 is lacking between other years"),
        ("itu_coverage", lambda frame: frame.head(900), "economies of coverage_4g are not in the file, so it is cut"),
        ("world_bank", few_gdp, "figures of gdp_current_usd 2005 in the present vintage the file has 8"),
    ],
)
def test_a_release_with_a_part_gone_is_refused(source: str, edit, sentence: str, tmp_path: Path):
    assert sentence in refused(source, tmp_path, edit)


def test_fewer_figures_that_are_gone_are_counted(tmp_path: Path):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        recent = frame["TIME_PERIOD"].eq("2022") & frame["INDICATOR"].str.endswith("_IMP")
        return frame[~(recent & frame["REF_AREA"].lt("BDI")) & ~frame["REF_AREA"].eq("ZWE")]

    notes = imported("unctad_deliverable", tmp_path, edit).notes
    before, after = (len(load("deliverable", each)) for each in ("bundled", "latest"))
    assert f"of the present vintage of deliverable that are gone: {before - after}, most in imports 2022 (" in notes[1]
    assert notes[0] == "Not in deliverable any more: Zimbabwe."


def test_a_new_year_that_is_not_whole_is_noted(tmp_path: Path):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame[frame["TIME_PERIOD"].eq("2023")].head(20).assign(TIME_PERIOD="2024")])

    notes = imported("unctad_deliverable", tmp_path, edit).notes
    assert any("fewer figures than the years beside them: 2, exports 2024 " in note for note in notes)


@pytest.mark.parametrize(
    ("source", "edit", "sentence"),
    [
        (
            "world_bank",
            lambda frame: frame.replace({"Indicator Name": {"GDP (constant 2015 US$)": "GDP (constant 2021 US$)"}}),
            "NY.GDP.MKTP.KD is 'GDP (constant 2021 US$)', expected '(constant 2015 US$)' in it",
        ),
        (
            "world_bank",
            lambda frame: frame.replace({"Indicator Name": {"GDP (current US$)": "GDP (current LCU)"}}),
            "NY.GDP.MKTP.CD is 'GDP (current LCU)', expected '(current US$)' in it",
        ),
        (
            "unctad_deliverable",
            lambda frame: frame.assign(UNIT_MEASURE="EUR"),
            "column UNIT_MEASURE: UNCTAD_DE is 'EUR', expected 'USD' in it",
        ),
        ("unctad_deliverable", lambda frame: frame.assign(UNIT_MULT="3"), "column UNIT_MULT: '3'"),
        (
            "itu_coverage",
            lambda frame: frame.assign(UNIT_MEASURE="HH"),
            "column UNIT_MEASURE: ITU_DH is 'HH', expected 'PT_POP' in it",
        ),
        ("itu_coverage", lambda frame: frame.assign(UNIT_MULT="3"), "column UNIT_MULT: '3', expected '0' or '0.0'"),
        ("oecd_dstri", lambda frame: frame.assign(UNIT_MEASURE=["IX", *["PT"] * (len(frame) - 1)]), "units, IX, PT"),
        (
            "oecd_dstri",
            lambda frame: frame.replace({"Measure": {"Payment system": "Cross-border payment"}}),
            "column Measure: CLAS1_8 is 'Cross-border payment', expected 'Payment system' in it",
        ),
        (
            "oecd_dstri",
            lambda frame: frame.replace({"STRUCTURE_ID": {"_DIGITAL": "_MAIN"}}, regex=True),
            "expected 'DSD_STRI@DF_STRI_DIGITAL' in it",
        ),
    ],
)
def test_another_unit_or_base_year_is_refused(source: str, edit, sentence: str, tmp_path: Path):
    assert sentence in refused(source, tmp_path, edit)


def test_a_year_in_another_unit_is_refused(tmp_path: Path):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        year = frame["TIME_PERIOD"].eq("2020") & frame["OBS_VALUE"].ne("")
        frame.loc[year, "OBS_VALUE"] = (frame.loc[year, "OBS_VALUE"].astype(float) * 1000).map(repr)
        return frame

    said = refused("unctad_deliverable", tmp_path, edit)
    assert "deliverable, value: the figures of exports 2020 are 1,000 times those at hand" in said


def test_estimates_and_forecasts_are_counted_and_keep_their_flag(tmp_path: Path):
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        latest = frame["TIME_PERIOD"].eq("2023")
        frame.loc[latest & frame["REF_AREA"].eq("KAZ"), "OBS_STATUS"] = "E"
        frame.loc[latest & frame["REF_AREA"].eq("CHN"), "OBS_STATUS"] = "F"
        return frame

    notes = imported("unctad_deliverable", tmp_path, edit).notes
    assert any("2 E (such as KAZ 2023 exports), 2 F (such as CHN 2023 exports)" in note for note in notes)
    flags = describe("deliverable", "latest")["origin"]["flags"]
    assert flags == {"E": ["KAZ 2023 exports", "KAZ 2023 imports"], "F": ["CHN 2023 exports", "CHN 2023 imports"]}


@pytest.mark.parametrize(
    ("source", "double"), [("wto_delivered", 5), ("unctad_deliverable", 5), ("cyberlaw", 5), ("oecd_dstri", 5)]
)
def test_duplicates_name_both_rows_and_both_values(source: str, double: int, tmp_path: Path):
    said = refused(source, tmp_path, lambda frame: pd.concat([frame, frame.iloc[[double]]], ignore_index=True))
    rows = len(FILES[source][0]())
    assert f"rows {double + 2} and {rows + 2}: " in said
    assert " comes twice, as " in said
    assert " and as " in said


@pytest.fixture(scope="module")
def batis_text() -> list[str]:
    return [line.rstrip("\n") for line in made_files.batis_lines(24, range(2021, 2024))]


def batis(lines: list[str], tmp_path: Path, end: str = "\n", packed: bool = False) -> importers.Imported:
    path = tmp_path / "OECD-WTO_BATIS_bulk.csv"
    path.write_text("\n".join(lines) + end, encoding="utf-8")
    if packed:
        with zipfile.ZipFile(tmp_path / "batis.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
    return importers.import_file("batis", tmp_path / "batis.zip" if packed else path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("whole", [True, False])
def test_batis_cut_anywhere_is_noted(batis_text: list[str], whole: bool, packed: bool, tmp_path: Path):
    # The file ends with a flow of the last service, before the World's rows; the last line is whole, or lacks digits.
    rows = [line.split(",") for line in batis_text]
    flows = [number for number, row in enumerate(rows) if row[1:6:2] + row[4:5] == ["c", "c", "SK", "X"]]
    last = max(number for number in flows if float(rows[number][-1]) > 1)
    lines = [*batis_text[:last], batis_text[last] if whole else batis_text[last][:-3]]
    notes = batis(lines, tmp_path, "\n" if whole else "", packed).notes
    start = "Services and years in which the flows that exporters have are not those that importers have: 1, the first"
    assert any(note.startswith(f"{start} being SK 2023, ") for note in notes)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda cells: cells[5] != "SJ", "the service SJ is lacking: the services are "),
        (lambda cells: cells[7] != "2022", "2022 is lacking between other years"),
        (lambda cells: cells[5:8:2] != ["SJ", "2022"], "bilateral: SJ flows 2022 is lacking between other years"),
    ],
)
def test_batis_without_a_service_or_a_year_is_refused(batis_text: list[str], edit, sentence: str, tmp_path: Path):
    with pytest.raises(DataError) as caught:
        batis([line for line in batis_text if edit(line.split(","))], tmp_path)
    assert sentence in str(caught.value)


def test_a_later_batis_is_held_against_the_first(batis_text: list[str], tmp_path: Path):
    batis(batis_text, tmp_path)
    lines = [line for line in batis_text if not line.startswith(("KZ,c,CN,", "CN,c,KZ,"))]
    path = tmp_path / "OECD-WTO_BATIS_bulk.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    notes = importers.import_file("batis", path, vintage="2027-07").notes
    assert any(note.startswith("Figures of the present vintage of bilateral that are gone: ") for note in notes)
