"""Vintages: where they are, which one is meant, that they never change and are never half there."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import frictionless
import made_files
import nbformat
import pandas as pd
import pytest
from notebook_cells import Cells
from prose_rules import check_reading

from carec_digital_trade import importers, vintages
from carec_digital_trade.claims import verdicts
from carec_digital_trade.datasets import catalogue, describe, has_table, load, source_line, verify
from carec_digital_trade.datasets import vintages as listed
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers import storing
from carec_digital_trade.integration import services_integration
from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.regions import region
from carec_digital_trade.runs import execute, kernels, open_notebook, plan
from carec_digital_trade.scenarios.indicators import indicator_values
from carec_digital_trade.vintages import PLANNED_VARIABLE, kernel_environment

ROOT = Path(__file__).parents[1]
FILE = made_files.wto_file()


@pytest.fixture(autouse=True)
def in_2027(user_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, on a day after all the years of the files."""
    monkeypatch.setattr(importers, "_today", lambda: date(2027, 6, 1))
    return user_data


def wto(tmp_path: Path, factor: float = 1.0, **when: str) -> importers.Imported:
    """Import a WTO file whose figures are all revised by a factor."""
    values = (FILE["VALUE"].astype(float) * factor).map("{:.10g}".format)
    file = made_files.csv(FILE.assign(VALUE=values), tmp_path / "DDS_bulk_download.csv")
    return importers.import_file("wto_delivered", file, **when)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a WTO vintage called 2027-06, all figures a hundredth larger, to be copied."""
    folder = tmp_path_factory.mktemp("made_once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(vintages.FOLDER_VARIABLE, str(folder))
        patch.setattr(importers, "_today", lambda: date(2027, 6, 1))
        vintages.forget()
        wto(tmp_path_factory.mktemp("wto"), 1.01, vintage="2027-06", retrieved="2027-05-20")
    vintages.forget()
    return folder


@pytest.fixture
def larger(in_2027: Path, made_once: Path) -> Path:
    """The folder of that vintage."""
    shutil.copytree(made_once, in_2027)
    vintages.forget()
    return in_2027 / "vintages" / "wto_delivered" / "2027-06"


def unctad(tmp_path: Path, factor: float = 1.0, **when: str) -> importers.Imported:
    """Import a file of UNCTAD's, which is quicker, likewise."""
    return importers.import_file("unctad_deliverable", unctad_file(tmp_path, factor), **when)


def unctad_file(tmp_path: Path, factor: float = 1.0) -> Path:
    file = made_files.unctad_file()
    values = (pd.to_numeric(file["OBS_VALUE"]) * factor).map(repr).mask(file["OBS_VALUE"] == "", "")
    return made_files.csv(file.assign(OBS_VALUE=values), tmp_path / "UNCTAD_DE.csv", "utf-8")


def tracker(tmp_path: Path, **when: str) -> importers.Imported:
    return importers.import_file("cyberlaw", made_files.csv(made_files.cyberlaw_file(), tmp_path / "c.csv"), **when)


def total(vintage: str, table: str = "deliverable") -> float:
    return load(table, vintage)["value"].sum()


def test_the_folder_is_the_users_or_what_the_variable_says(monkeypatch: pytest.MonkeyPatch, in_2027: Path):
    assert vintages.vintages_folder() == in_2027 / "vintages"
    monkeypatch.delenv(vintages.FOLDER_VARIABLE)
    assert vintages.data_folder().name == "carec-digital-trade"
    monkeypatch.setenv(vintages.FOLDER_VARIABLE, "~/here")
    assert vintages.data_folder() == Path.home() / "here"
    monkeypatch.setenv(vintages.FOLDER_VARIABLE, "here")
    assert vintages.data_folder() == Path.cwd() / "here"


def own_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of the newest figures that hands over the sum of a table."""
    show = (
        "from IPython.display import display\n"
        "columns = ['table', 'region', 'iso3', 'year', 'metric', 'item', 'value', 'low', 'high', 'unit']\n"
        "value = load('delivered', vintage)['value'].sum()\n"
        "row = ['totals', 'all', None, 2024, 'total', '', value, None, None, 'USD']\n"
        "bundle = {'columns': columns, 'rows': [row]}\n"
        "display({'application/vnd.carec-digital-trade.results+json': bundle}, raw=True)"
    )
    parameters = nbformat.v4.new_code_cell('vintage = "latest"  # of the data', metadata={"tags": ["parameters"]})
    code = ["from carec_digital_trade.datasets import load", *cells, show]
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, code)]), path)
    return path


def test_a_relative_data_folder_is_the_same_one_in_the_kernel(larger: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    own = own_notebook(tmp_path / "elsewhere" / "own.ipynb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(vintages.FOLDER_VARIABLE, str(larger.parents[2].relative_to(tmp_path)))
    vintages.forget()
    assert vintages.data_folder() == larger.parents[2]
    result = execute.run(own, {}, tmp_path / "reports")
    assert result.status == "finished", result.error
    assert result.results["value"].tolist() == pytest.approx([total("2027-06", "delivered")])
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data"]["delivered"]["vintage"] == "2027-06"


def test_a_kernel_that_reads_other_figures_than_the_manifest_names_fails(larger: Path, tmp_path: Path):
    moved = f"import os\nos.environ['{vintages.FOLDER_VARIABLE}'] = {str(tmp_path / 'none')!r}"
    result = execute.run(own_notebook(tmp_path / "own.ipynb", moved), {}, tmp_path / "reports")
    assert result.error.exception == "DataError"
    assert "the table delivered that the notebook reads is not the one on which the run was planned" in (
        result.error.sentence
    )


def test_what_was_planned_is_held_to_by_table_and_vintage(larger: Path, monkeypatch: pytest.MonkeyPatch):
    own = {"delivered": {"hash": describe("delivered", "latest")["hash"]}}
    monkeypatch.setenv(PLANNED_VARIABLE, kernel_environment("latest", own)[PLANNED_VARIABLE])
    for table, vintage in [("delivered", "latest"), ("delivered", "bundled"), ("panel", "latest")]:
        load(table, vintage)
    others = {"delivered": {"hash": "sha256:0"}}
    monkeypatch.setenv(PLANNED_VARIABLE, kernel_environment("latest", others)[PLANNED_VARIABLE])
    with pytest.raises(DataError, match="the table delivered that the notebook reads is not the one"):
        load("delivered", "latest")


def test_without_vintages_latest_is_bundled_and_nothing_is_made(in_2027: Path):
    assert listed().empty
    for name in catalogue()["table"]:
        assert load(name, "latest").equals(load(name))
        assert describe(name, "latest") == describe(name)
    assert not in_2027.exists()


def test_a_vintage_holds_its_tables_and_the_others_are_bundled(larger: Path):
    name = larger.name
    assert total(name, "delivered") == pytest.approx(1.01 * total("bundled", "delivered"), rel=1e-8)
    assert load("panel", name).equals(load("panel"))
    own = catalogue(name).set_index("table")["vintage"]
    assert own[["delivered", "delivered_services", "breaks"]].tolist() == [name] * 3
    assert own["panel"] == describe("panel")["vintage"]
    assert describe("delivered", name)["retrieved"] == "2027-05-20"
    line = source_line("delivered", "panel", vintage=name)
    assert f"({name})" in line
    assert f"({describe('panel')['vintage']})" in line


def test_latest_is_the_one_obtained_last_of_each_table(tmp_path: Path):
    unctad(tmp_path, 1.02, retrieved="2027-05-20")
    unctad(tmp_path, 1.01, retrieved="2027-02-01")  # imported later, obtained earlier
    tracker(tmp_path)
    assert describe("deliverable", "latest")["vintage"] == "2027-05-20"
    assert describe("cyberlaw", "latest")["vintage"] == "2027-06-01"
    assert describe("panel", "latest") == describe("panel")
    frame = listed()
    assert frame.query("latest")[["source", "vintage"]].drop_duplicates().values.tolist() == [
        ["unctad_deliverable", "2027-05-20"],
        ["cyberlaw", "2027-06-01"],
    ]


def test_an_older_file_than_the_bundled_one_is_not_the_latest(tmp_path: Path):
    unctad(tmp_path, 0.9, retrieved="2025-06-01")
    assert describe("deliverable", "latest") == describe("deliverable")
    assert total("2025-06-01") < total("bundled")


def test_one_name_can_join_several_sources(tmp_path: Path):
    unctad(tmp_path, 1.01, vintage="2027-06")
    tracker(tmp_path, vintage="2027-06")
    own = catalogue("2027-06").set_index("table")["vintage"]
    assert own[own == "2027-06"].index.tolist() == ["deliverable", "cyberlaw"]


def test_the_year_of_the_laws_is_that_of_the_vintage(tmp_path: Path):
    tracker(tmp_path, vintage="2027-05-tracker")
    new, old = (indicator_values("law_share", each) for each in ("2027-05-tracker", "bundled"))
    assert new["year"].unique().tolist() == [2027]
    assert new["value"].equals(old["value"])


def test_an_unknown_vintage_is_named_with_what_there_is(tmp_path: Path):
    unctad(tmp_path, vintage="2027-05-un")
    with pytest.raises(InputError, match=r"no vintage '2027-05-nu': use 'bundled' or 'latest' or '2027-05-un'; did"):
        load("delivered", "2027-05-nu")
    with pytest.raises(InputError, match="vintage: there is no vintage '2027-05'"):
        SnapshotParameters.validated({"vintage": "2027-05"})
    assert SnapshotParameters.validated({"vintage": "2027-05-un"}).vintage == "2027-05-un"


def test_a_table_that_only_an_import_brings():
    assert not has_table("bilateral", "latest")
    with pytest.raises(
        InputError, match=r"the vintage 'latest' has no table bilateral: import it \(cdt data import batis"
    ):
        load("bilateral", "latest")
    with pytest.raises(InputError, match="there is no table 'bilaterla'"):
        load("bilaterla", "latest")


def test_a_vintage_is_a_data_package(larger: Path):
    report = frictionless.validate(str(larger / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])
    package = json.loads((larger / "datapackage.json").read_text(encoding="utf-8"))
    assert package["origin"]["sha256"] == package["resources"][0]["origin"]["sha256"]
    assert sorted(path.name for path in larger.iterdir()) == ["checksums", "datapackage.json", "raw"]


def test_a_vintage_never_changes(tmp_path: Path):
    first = unctad(tmp_path, 1.01)
    before = {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()}
    with pytest.raises(
        InputError, match="unctad_deliverable has a vintage 2027-06-01 already, and vintages do not change"
    ):
        unctad(tmp_path, 1.02)
    assert unctad(tmp_path, 1.01).unchanged
    assert {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()} == before
    assert len(listed()["vintage"].unique()) == 1


def test_a_changed_byte_is_found_with_its_row(tmp_path: Path):
    done = unctad(tmp_path)
    path = done.folder / "raw" / "deliverable.csv"
    rows = path.read_bytes().split(b"\n")
    rows[100] += b"9"
    path.write_bytes(b"\n".join(rows))
    vintages.forget()
    faults = verify("deliverable", done.vintage)
    assert faults[["file", "row"]].values.tolist() == [["raw/deliverable.csv", 101]]
    with pytest.raises(DataError, match=r"raw/deliverable\.csv, row 101: the row is not the published one"):
        load("deliverable", done.vintage)
    assert verify(vintage="bundled").empty


def test_what_a_process_has_cached_follows_the_vintages(tmp_path: Path):
    chosen = {"vintage": "latest"}
    old = Cells("snapshot", **chosen)["totals"].frame["total"]
    assert years("delivered", "latest") == (2005, 2025)
    newer = FILE[FILE["YEAR"] == "2025"].assign(YEAR="2026")
    values = (FILE["VALUE"].astype(float) * 2).map("{:.10g}".format)
    frame = pd.concat([FILE.assign(VALUE=values), newer], ignore_index=True)
    importers.import_file("wto_delivered", made_files.csv(frame, tmp_path / "d.csv"))
    assert years("delivered", "latest") == (2005, 2026)
    new = Cells("snapshot", **chosen)["totals"].frame["total"]
    assert new.to_numpy() == pytest.approx(2 * old.to_numpy(), rel=1e-8)
    assert SnapshotParameters.validated({**chosen, "year": 2026}).year == 2026
    with pytest.raises(InputError, match="year 2026 is not covered: delivered has the years 2005 to 2025"):
        SnapshotParameters.validated({"year": 2026})


def test_what_another_process_imports_is_seen_when_parameters_are_checked(tmp_path: Path, in_2027: Path):
    SnapshotParameters.validated({"vintage": "latest"})
    before = total("latest")
    file = unctad_file(tmp_path, 2)
    call = f"import_file('unctad_deliverable', {str(file)!r}, '2026-11')"
    code = f"from carec_digital_trade.importers import import_file; {call}"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert total("latest") == before  # until it looks again, a process rests on what it has seen
    SnapshotParameters.validated({"vintage": "latest"})
    assert total("latest") == pytest.approx(2 * before, rel=1e-8)
    assert total("2026-11") == total("latest")


KILLED = """
import os, signal, sys
from carec_digital_trade import importers
from carec_digital_trade.importers import storing

write = storing._write

def killed_at(number):
    left = [number]

    def killed(path, content):
        if not left[0]:
            path.write_bytes(content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        write(path, content)

    return killed

for number in range(3):  # figures, checksums, descriptor
    child = os.fork()
    if not child:
        storing._write = killed_at(number)
        importers.import_file("unctad_deliverable", sys.argv[1])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
"""


def test_an_import_that_is_killed_leaves_nothing_that_is_loaded(tmp_path: Path, in_2027: Path):
    unctad(tmp_path, 1.01, vintage="2027-01", retrieved="2027-01-01")
    file = unctad_file(tmp_path)
    subprocess.run([sys.executable, "-c", KILLED, file], check=True)
    leftovers = list((in_2027 / "vintages" / "unctad_deliverable").glob(".*"))
    assert len(leftovers) == 3
    assert listed()["vintage"].unique().tolist() == ["2027-01"]
    assert total("latest") == total("2027-01")
    # It can be done again, and what was left is swept away a day later.
    assert not importers.import_file("unctad_deliverable", file).unchanged
    assert all(each.exists() for each in leftovers)
    os.utime(leftovers[0], (time.time() - 25 * 3600,) * 2)
    unctad(tmp_path, 1.03, vintage="2027-03")
    assert [each.exists() for each in leftovers] == [False, True, True]


def test_an_import_that_fails_while_it_writes_leaves_nothing(tmp_path: Path, in_2027: Path, monkeypatch):
    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        unctad(tmp_path)
    assert list((in_2027 / "vintages" / "unctad_deliverable").iterdir()) == []
    assert listed().empty


def test_a_table_that_breaks_its_schema_is_refused_before_anything_is_written(tmp_path: Path, in_2027: Path):
    file = made_files.unctad_file()
    file.loc[0, "OBS_VALUE"] = "-5"
    with pytest.raises(DataError, match=r"deliverable, row 2: column value: -5.0 breaks"):
        importers.import_file("unctad_deliverable", made_files.csv(file, tmp_path / "u.csv"))
    assert not in_2027.exists()


def test_a_broken_descriptor_is_said(tmp_path: Path):
    done = unctad(tmp_path)
    (done.folder / "datapackage.json").write_text("{", encoding="utf-8")
    vintages.forget()
    with pytest.raises(
        DataError, match=r"datapackage\.json cannot be read: remove the folder and import the file again"
    ):
        load("deliverable", "latest")
    assert len(load("deliverable"))  # the bundled figures do not need it


def test_a_run_records_which_vintage_each_table_is(tmp_path: Path, larger: Path):
    snapshot = open_notebook("snapshot")
    old, new = (plan(snapshot, {"vintage": each}, tmp_path) for each in ("bundled", "2027-06"))
    assert old.run_id != new.run_id
    assert new.data["delivered"] == {"vintage": "2027-06", "hash": describe("delivered", "2027-06")["hash"]}
    assert new.data["panel"] == old.data["panel"]
    assert plan(snapshot, {"vintage": "latest"}, tmp_path).data == new.data
    wto(tmp_path, 1.02, vintage="2027-06-b")
    assert plan(snapshot, {"vintage": "2027-06"}, tmp_path).run_id == new.run_id
    assert plan(snapshot, {"vintage": "latest"}, tmp_path).data["delivered"]["vintage"] == "2027-06-b"
    assert larger.exists()


def test_a_users_own_notebook_chooses_its_vintage_too(tmp_path: Path, in_2027: Path, monkeypatch):
    cell = nbformat.v4.new_code_cell('vintage = "latest"  # of the data', metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "own.ipynb")
    own = open_notebook(tmp_path / "own.ipynb")
    with pytest.raises(InputError, match=r"^there is no vintage '2027-01': use 'bundled' or 'latest'$"):
        plan(own, {"vintage": "2027-01"}, tmp_path)
    planned = plan(own, {}, tmp_path / "reports")
    assert planned.data["deliverable"]["vintage"] == describe("deliverable")["vintage"]
    # An import while the kernel runs: nobody knows which figures it has read, so that the run must not be kept.
    monkeypatch.setattr(kernels, "execute", lambda *_: unctad(tmp_path, 1.01))
    failed = execute.perform(planned)
    assert failed.error.sentence == (
        "the run failed: ChangedData: an import has made the vintage 'latest' another one since the run was planned: "
        "run it again"
    )
    assert plan(own, {}, tmp_path).data["deliverable"]["vintage"] == "2027-06-01"


def test_the_revisions_section_says_what_changed(tmp_path: Path):
    factors = FILE["REPORTER_CODE"].map({"KG": 0.8, "SG": 1.1}).fillna(1.0)
    values = (FILE["VALUE"].astype(float) * factors).map("{:.10g}".format)
    frame = FILE.assign(VALUE=values.where(FILE["YEAR"].eq("2024"), FILE["VALUE"]))
    importers.import_file("wto_delivered", made_files.csv(frame, tmp_path / "DDS.csv"), vintage="2027-06")
    same = Cells("snapshot")["revisions"]
    assert same.table["Economy"].tolist() == ["Total", "Total"]
    assert same.reading.startswith("The figures are the bundled ones of 2026-05-21;")
    result = Cells("snapshot", vintage="2027-06")["revisions"]
    table = result.table.set_index(["Region", "Economy"])
    assert table.index.tolist() == [
        ("CAREC", "Total"),
        ("CAREC", "Kyrgyz Republic"),
        ("ASEAN", "Total"),
        ("ASEAN", "Singapore"),
    ]
    assert table["Revision, %"]["ASEAN", "Singapore"] == pytest.approx(10)
    assert table.loc[("CAREC", "Total"), ["Figures revised", "new", "gone"]].tolist() == [2, 0, 0]
    assert "The largest revision: Singapore's" in result.reading
    assert "(delivered, delivered_services and breaks imported)" in result.caption
    records = result.records.set_index(["iso3", "metric", "item"])["value"]
    assert records["SGP", "revision", "since_bundled"] == pytest.approx(10)


def test_new_and_gone_years_are_counted(tmp_path: Path):
    newer = FILE[FILE["YEAR"] == "2025"].assign(YEAR="2026")
    frame = pd.concat([FILE[FILE["YEAR"] != "2005"], newer], ignore_index=True)
    importers.import_file("wto_delivered", made_files.csv(frame, tmp_path / "DDS.csv"), vintage="2027-06")
    for year in (2024, 2026):  # the bundled figures end in 2025
        result = Cells("snapshot", vintage="2027-06", year=year)["revisions"]
        carec = result.table.set_index(["Region", "Economy"]).loc[("CAREC", "Total")]
        assert carec[["Figures revised", "new", "gone"]].tolist() == [0, 22, 22]
    assert "No member of CAREC has a figure of 2026 in both vintages" in result.reading


@pytest.fixture
def with_batis(tmp_path: Path) -> importers.Imported:
    file = made_files.batis_file(tmp_path / "OECD-WTO_BATIS_bulk.csv", 26, range(2022, 2024))
    return importers.import_file("batis", file)


def test_integration_is_computed_once_there_is_trade_by_partner(with_batis: importers.Imported):
    before = Cells("snapshot")["intra_regional"]
    assert before.table["Within, %"].tolist() == pytest.approx([7, 24])
    assert "`cdt data import batis` takes in" in before.reading
    chosen = SnapshotParameters.validated({"vintage": "latest"})
    assert "bilateral" in chosen.tables()
    assert "bilateral" in catalogue("latest")["table"].tolist()
    after = Cells("snapshot", vintage="latest")["intra_regional"]
    computed = after.table[after.table["Trade"].str.startswith("digitally deliverable")].set_index("Region")
    assert computed.index.tolist() == ["CAREC", "CAREC without China", "ASEAN", "ASEAN without Singapore"]
    for label, one in zip(computed.index, [*map(region, ("CAREC", "ASEAN"))] * 2, strict=False):
        if label == one.name:
            known = services_integration(load("bilateral", "latest"), one, 2023)
            assert computed.loc[label, "Within, %"] == pytest.approx(100 * known.indices.intra_regional_share)
            assert computed.loc[label, "Value estimated, %"] == pytest.approx(100 * known.estimated_value)
    assert computed["Year"].tolist() == [2023] * 4  # 2024 is asked for and the table ends in 2023
    assert computed[["Intensity", "Introversion"]].notna().all(axis=None)
    assert "of its value estimated" in after.reading
    assert "do not test the shares of all trade" in after.reading
    assert "Balanced Trade in Services (BaTIS, BPM6) (2027-06-01)" in after.source


def test_regions_that_the_table_does_not_tell_apart_are_said(with_batis: importers.Imported):
    asked = {"region": ["BRA", "ARG"], "benchmark": ["KAZ", "DEU"], "vintage": "latest"}
    reading = Cells("snapshot", **asked)["intra_regional"].reading
    check_reading(reading)
    assert "o member of Brazil and Argentina is told apart" in reading
    assert "`cdt data import batis FILE --economy BRA --economy ARG --economy DEU` takes in." in reading


def test_the_claims_on_integration_name_services_too_once_they_are_imported(with_batis: importers.Imported):
    given = verdicts("latest").set_index("id").loc[["intra_carec", "intra_asean"]]
    table = load("bilateral", "latest")
    for finding, one in zip(given["finding"], (region("CAREC", exclude=["CHN"]), region("ASEAN")), strict=True):
        share = services_integration(table, one, 2023).indices.intra_regional_share
        assert f"of that in digitally deliverable services in 2023 it is {share:.1%}" in finding
    assert given["source"].tolist() == ["bilateral_goods (202501); bilateral (2027-06-01)"] * 2
    bundled = verdicts().set_index("id").loc[["intra_carec", "intra_asean"]]
    assert given[["value", "verdict"]].equals(bundled[["value", "verdict"]])


def test_integration_takes_services_once_they_are_imported(with_batis: importers.Imported):
    cells = Cells("integration", measure="services", vintage="latest", year=2023)
    known = services_integration(load("bilateral", "latest"), region("ASEAN"), 2023).indices
    shown = cells["shares"].frame.set_index("region").loc["ASEAN", "intra_regional_share"]
    assert shown == pytest.approx(100 * known.intra_regional_share)
    assert "economies, so what is expected rests on few others" in cells["gravity"].reading


DENIED = """
import socket, sys

def denied(*args, **kwargs):
    raise OSError("the network is denied")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = denied

import pkgutil, importlib
import carec_digital_trade
for module in pkgutil.walk_packages(carec_digital_trade.__path__, "carec_digital_trade."):
    if "__main__" not in module.name:
        importlib.import_module(module.name)
from carec_digital_trade import cli
for arguments in (["data", "import", "unctad_deliverable", sys.argv[1]], ["data", "list"], ["data", "verify"],
                  ["data", "diff", "deliverable", "bundled", "latest"], ["params", "snapshot"]):
    assert cli.status(arguments) == 0, arguments
sys.exit(cli.status(["data", "refresh", "world_bank"]))
"""


def test_nothing_but_refresh_asks_the_network(tmp_path: Path):
    file = unctad_file(tmp_path)
    patience = "import carec_digital_trade.importers as i\nfrom carec_digital_trade.importers import Patience\n"
    patience += "i.Patience = lambda: Patience(attempts=2, first_wait=0.01)\n"
    done = subprocess.run(
        [sys.executable, "-c", DENIED.replace("sys.exit(", patience + "sys.exit("), file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("cdt: https://api.worldbank.org/v2 cannot be reached (")
    assert done.stderr.endswith(", at the last of 2 attempts; nothing was imported\n")
    assert "unctad_deliverable: vintage" in done.stdout
