import csv
import hashlib
import json

import frictionless
import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.datasets import (
    catalogue,
    describe,
    labels,
    load,
    source_line,
    verify,
)
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.paths import bundled
from carec_digital_trade.tables import pandera_schema

TABLES = [
    "table1",
    "delivered",
    "delivered_services",
    "breaks",
    "panel",
    "mobile_broadband",
    "dstri",
    "egovernment",
    "coverage_4g",
    "broadband_prices",
    "exchange_points",
    "bilateral_goods",
    "distances",
    "deliverable",
    "cyberlaw",
    "cpta",
    "memberships",
    "groups",
    "effects",
    "intraregional",
    "law_statements",
    "claims",
    "economies",
]
# The services are printed to nine or ten significant digits and eight of them are added: a part in 10^8 is rounding.
PARTS_TOLERANCE = 1e-8


def raw(name):
    with (bundled("data") / "raw" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edit(path, old, new):
    data = path.read_bytes()
    assert data.count(old) >= 1
    path.write_bytes(data.replace(old, new, 1))


def test_catalogue_lists_every_raw_file():
    assert list(catalogue()["table"]) == TABLES
    assert sorted(path.stem for path in (bundled("data") / "raw").iterdir()) == sorted(TABLES)


def test_frictionless_accepts_the_package():
    report = frictionless.validate(str(bundled("data") / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])


@pytest.mark.parametrize("name", TABLES)
def test_descriptor_describes_every_column(name):
    resource = describe(name)
    for key in ("title", "description", "sources", "licenses", "vintage", "retrieved", "hash"):
        assert resource[key], key
    for field in resource["schema"]["fields"]:
        assert field["description"]
        if field["type"] == "number":
            assert field["unit"], f"{field['name']} has no unit"


@pytest.mark.parametrize("name", TABLES)
def test_load_gives_what_the_descriptor_says(name):
    resource = describe(name)
    frame = load(name)
    assert list(frame.columns) == [field["name"] for field in resource["schema"]["fields"]] + list(
        resource.get("adds", {})
    )
    assert len(frame) == len(raw(name))


def test_load_returns_a_fresh_copy():
    first = load("table1")
    first["value"] = 0.0
    assert load("table1")["value"].sum() == 421_527 + 548_462


def test_describe_returns_a_fresh_copy():
    describe("table1")["title"] = "changed"
    assert describe("table1")["title"] != "changed"


def test_all_is_well_with_the_bundled_files():
    assert verify().empty


def test_checksums_of_rows_belong_to_the_files():
    assert sorted(path.stem for path in (bundled("data") / "checksums").iterdir()) == sorted(TABLES)
    for name in TABLES:
        rows = (bundled("data") / "raw" / f"{name}.csv").read_bytes().count(b"\n")
        assert len((bundled("data") / "checksums" / f"{name}.txt").read_text().split()) == rows


def test_unknown_table_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"there is no table 'delivred': .*did you mean 'delivered'"):
        load("delivred")
    with pytest.raises(InputError, match="there is no vintage '2019'"):
        load("delivered", vintage="2019")


def test_namibia_is_not_missing():
    assert (load("delivered")["iso3"] == "NAM").sum() == 42
    economies = load("economies").set_index("iso3")
    assert economies.loc["NAM", "wto_code"] == "NA"
    assert economies.loc["XKX", "wto_code"] == "888"


def test_zeros_that_mean_no_data_are_missing():
    frame = load("delivered").set_index(["iso3", "flow", "year"])["value"].sort_index()
    assert frame.loc["ARE", "exports"].loc[2005:2013].isna().all()
    assert frame.loc["ARE", "imports"].notna().all()
    assert frame.isna().sum() == sum(float(row["value"]) == 0 for row in raw("delivered")) == 81
    assert not (frame == 0).any()


def test_negative_figures_are_kept():
    frame = load("delivered")
    negative = frame[frame["value"] < 0]
    assert list(zip(negative["iso3"], negative["year"], negative["flow"], strict=True)) == [
        ("LAO", 2005, "imports"),
        ("LAO", 2006, "imports"),
        ("LAO", 2007, "imports"),
        ("SLE", 2022, "exports"),
    ]


def test_parts_add_to_the_total_for_each_economy():
    parts = load("delivered_services").groupby(["reporter", "year", "flow"])["value"].sum()
    total = load("delivered").set_index(["iso3", "year", "flow"])["value"].rename_axis(["reporter", "year", "flow"])
    both = pd.concat({"parts": parts.drop("WLD"), "total": total}, axis=1, join="inner").dropna()
    assert len(both) == 21 * 21 * 2
    scale = load("delivered_services").assign(value=lambda frame: frame["value"].abs())
    scale = scale.groupby(["reporter", "year", "flow"])["value"].sum().reindex(both.index)
    assert ((both["parts"] - both["total"]).abs() <= PARTS_TOLERANCE * scale).all()


def test_the_breaks_are_those_the_source_flags():
    breaks = load("breaks")
    assert set(breaks.loc[(breaks["iso3"] == "CHN") & (breaks["service"] == "DDS"), "year"]) == {2014}


def test_figures_were_revised_and_the_vintages_stay_apart():
    article = load("table1").set_index("iso3")["value"]
    present = load("delivered").query("year == 2024").groupby("iso3")["value"].sum().reindex(article.index)
    change = present / article - 1
    assert set(change.index[present.round() == article]) == {"CHN", "AZE", "MYS", "TJK"}
    # The percentages that the producer's revision amounts to, to the whole per cent.
    assert {code: round(100 * change[code]) for code in ("SGP", "KGZ", "MMR", "AFG")} == {
        "SGP": 9,
        "KGZ": -27,
        "MMR": -43,
        "AFG": -19,
    }


@pytest.mark.parametrize("name", TABLES)
def test_a_changed_byte_is_found_with_its_row(data_copy, name):
    path = data_copy / "raw" / f"{name}.csv"
    rows = path.read_bytes().split(b"\n")
    rows[7 % (len(rows) - 2) + 1] += b"9"
    path.write_bytes(b"\n".join(rows))
    faults = verify()
    assert list(faults["table"]) == [name]
    assert list(faults["row"]) == [7 % (len(rows) - 2) + 2]
    assert list(faults["file"]) == [f"raw/{name}.csv"]
    with pytest.raises(DataError, match=f"raw/{name}.csv, row {faults['row'][0]}: the row is not the published one"):
        load(name)


def test_a_changed_digit_is_found_with_its_row(data_copy):
    edit(data_copy / "raw" / "table1.csv", b"7909", b"7908")
    faults = verify("table1")
    assert faults["row"].tolist() == [6]
    assert "7908" in faults["problem"][0]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_changed_line_ends_are_one_sentence(data_copy, end):
    path = data_copy / "raw" / "deliverable.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", end))
    faults = verify("deliverable")
    assert faults["problem"].tolist() == ["its line ends have been changed: they are line feeds alone"]
    assert faults["row"].isna().all()
    with pytest.raises(DataError, match=r"^raw/deliverable.csv: its line ends have been changed"):
        load("deliverable")
    path.write_bytes(path.read_bytes().replace(b"2020", b"2021"))
    faults = verify("deliverable")
    assert faults["row"].notna().sum() == 20
    assert faults["problem"].iloc[-1].endswith("more rows are not the published ones")


def test_a_long_row_is_quoted_in_part(data_copy):
    edit(data_copy / "raw" / "table1.csv", b"7909", b"\x1b[2J" + b"," * 1_000_000)
    problem = verify("table1")["problem"][0]
    assert len(problem) < 300
    assert problem.isprintable()


def test_lost_rows_and_files_are_found(data_copy):
    path = data_copy / "raw" / "table1.csv"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-2]) + b"\n")
    (data_copy / "raw" / "cpta.csv").unlink()
    faults = verify().set_index("table")["problem"]
    assert faults["table1"] == "this row and what follows it is missing"
    assert faults["cpta"].startswith("the file is missing")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"AFG,2005,exports", b"Afg,2005,exports", r"row 44: column iso3: 'Afg' breaks str_matches"),
        (b"AFG,2005,exports", b"AFG,1905,exports", r"row 44: column year: 1905 breaks"),
        (b"AFG,2005,exports", b"AFG,2005,sales", r"row 44: column flow: 'sales' breaks isin"),
        (b"AFG,2005,exports", b"AFG,2005,imports", r"row 44: .*breaks multiple_fields_uniqueness"),
        (b"AFG,2005,exports,", b"AFG,2005,exports,x", r"row 44, column value: .* is not a number"),
        (b"AFG,2005,exports", b"AFG,,exports", r"row 44, column year: the value is missing"),
        (b"iso3,year", b"code,year", "the columns are code, year, flow, value, expected iso3, year, flow, value"),
    ],
)
def test_a_row_that_breaks_the_schema_is_named(data_copy, old, new, message):
    path = data_copy / "raw" / "delivered.csv"
    edit(path, old, new)
    descriptor = json.loads((data_copy / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(resource for resource in descriptor["resources"] if resource["name"] == "delivered")
    resource["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (data_copy / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load("delivered")


def test_pandera_schema_has_the_primary_key():
    assert pandera_schema(describe("delivered")).unique == ["iso3", "year", "flow"]


def test_labels_and_source_line():
    assert labels("delivered_services", "service")["SI2"] == "computer"
    line = source_line("delivered", "delivered_services")
    assert line.count("World Trade Organization") == 1
    assert describe("delivered")["vintage"] in line


def test_missing_values_are_nan_not_text():
    cpta = load("cpta")
    assert cpta["signed"].isna().sum() == 23
    assert cpta["party_since"].dtype.kind == "M"
    assert np.isnan(load("effects").set_index("id").loc["escap_cpta", "low"])


def test_e_government_is_the_mean_of_its_parts():
    scores = load("egovernment")
    parts = scores[["online_services", "telecommunication_infrastructure", "human_capital"]].mean(axis=1)
    # The source prints four or five digits of each.
    np.testing.assert_allclose(scores["egdi"], parts, atol=1e-4)


def test_pairs_of_economies_stand_once():
    ties, flows = load("distances"), load("bilateral_goods")
    economies = set(ties["iso3_a"]) | set(ties["iso3_b"])
    assert (ties["iso3_a"] <= ties["iso3_b"]).all()
    assert len(ties) == len(economies) * (len(economies) + 1) / 2
    assert (flows["exporter"] != flows["importer"]).all()
