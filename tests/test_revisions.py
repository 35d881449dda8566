"""What a vintage changed, against changes made on purpose."""

from datetime import date
from pathlib import Path

import made_files
import pandas as pd
import pytest

from carec_digital_trade import importers
from carec_digital_trade.errors import InputError
from carec_digital_trade.revisions import by_group, compared, diff

FILE = made_files.unctad_file()
KEY = ["REF_AREA", "INDICATOR", "TIME_PERIOD"]
EXPORTS, IMPORTS = (f"UNCTAD_DE_DIG_SERVTRADE_ANN_{flow}" for flow in ("EXP", "IMP"))


@pytest.fixture(autouse=True)
def in_2027(user_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importers, "_today", lambda: date(2027, 6, 1))


@pytest.fixture
def changed(tmp_path: Path) -> pd.DataFrame:
    """Import a file with two figures revised, one new, one gone, and one changed beyond what is printed."""
    values = FILE.set_index(KEY)["OBS_VALUE"].copy()
    old = values.loc[[("KAZ", EXPORTS, "2020"), ("CHN", IMPORTS, "2021")]].astype(float)
    values["KAZ", EXPORTS, "2020"] = str(old.iloc[0] * 2)
    values["CHN", IMPORTS, "2021"] = str(old.iloc[1] * 0.99)
    values["UZB", EXPORTS, "2020"] = repr(float(values["UZB", EXPORTS, "2020"]) * (1 + 1e-12))
    values["GEO", EXPORTS, "2015"] = ""
    frame = FILE.set_index(KEY).assign(OBS_VALUE=values).reset_index()
    singapore = {"REF_AREA": "SGP", "REF_AREA_LABEL": "Singapore"}
    frame = pd.concat([frame, FILE.iloc[[0]].assign(**singapore, TIME_PERIOD="2024", INDICATOR=EXPORTS)])
    importers.import_file("unctad_deliverable", made_files.csv(frame, tmp_path / "u.csv"), vintage="2027-06")
    return old


def test_revised_new_and_gone_with_the_largest_first(changed: pd.DataFrame):
    found = diff("deliverable", "bundled", "2027-06")
    rows = found[["iso3", "year", "flow", "figure", "kind"]].values.tolist()
    assert rows == [
        ["CHN", 2021, "imports", "value", "revised"],  # 1% of China is more than all of Kazakhstan
        ["KAZ", 2020, "exports", "value", "revised"],
        ["SGP", 2024, "exports", "value", "new"],
        ["GEO", 2015, "exports", "value", "gone"],
    ]
    assert found["percent"].tolist()[:2] == pytest.approx([-1, 100])
    assert found["change"].tolist()[:2] == pytest.approx([-0.01 * changed.iloc[1], changed.iloc[0]])
    assert found.loc[2:, ["change", "percent"]].isna().all(axis=None)
    by_percent = diff("deliverable", "bundled", "latest", by="percent")
    assert by_percent["iso3"].tolist()[:2] == ["KAZ", "CHN"]


def test_the_other_way_round_new_is_gone(changed: pd.DataFrame):
    found = diff("deliverable", "2027-06", "bundled").set_index("iso3")
    assert found["kind"].to_dict() == {"CHN": "revised", "KAZ": "revised", "GEO": "new", "SGP": "gone"}
    assert found.loc["KAZ", "percent"] == pytest.approx(-50)


def test_counts_add_up(changed: pd.DataFrame):
    counts = compared("deliverable", "bundled", "2027-06")
    assert counts == {"old": 5062, "new": 5062, "revised": 2, "new_figures": 1, "gone": 1, "unchanged": 5059}
    found = diff("deliverable", "bundled", "2027-06")
    for column, groups in (("iso3", 4), ("year", 4)):
        grouped = by_group(found, column)
        assert len(grouped) == groups
        assert grouped[["revised", "new", "gone"]].sum().tolist() == [2, 1, 1]
    assert by_group(found, "iso3").set_index("iso3").loc["KAZ", "largest_percent"] == pytest.approx(100)


def test_a_vintage_and_itself_do_not_differ(changed: pd.DataFrame):
    assert diff("deliverable", "2027-06", "latest").empty
    assert diff("panel", "bundled", "2027-06").empty  # the vintage has no panel of its own
    assert by_group(diff("panel", "bundled", "latest"), "iso3").empty


def test_every_column_of_figures_is_compared(tmp_path: Path):
    frame = made_files.world_bank_file()
    row = frame["Country Code"].eq("KAZ") & frame["Indicator Code"].eq("NY.GDP.MKTP.CD")
    frame.loc[row, "2020"] = str(float(frame.loc[row, "2020"].item()) + 1e9)
    importers.import_file("world_bank", made_files.csv(frame, tmp_path / "WDICSV.csv"))
    found = diff("panel", "bundled", "latest")
    assert found[["iso3", "year", "figure", "kind"]].values.tolist() == [["KAZ", 2020, "gdp_current_usd", "revised"]]
    assert found["change"].tolist() == pytest.approx([1e9])


def test_words_are_compared_as_words(tmp_path: Path):
    frame = made_files.cyberlaw_file()
    kyrgyz = frame["country"] == "Kyrgyz Republic"
    frame.loc[kyrgyz, "Consumer Protection"] = "Draft Legislation"
    importers.import_file("cyberlaw", made_files.csv(frame, tmp_path / "c.csv"))
    found = diff("cyberlaw", "bundled", "latest")
    assert found[["iso3", "domain", "kind", "new"]].values.tolist() == [
        ["KGZ", "consumer_protection", "revised", "draft"]
    ]


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="there is no order 'size': use one of change, percent"):
        diff("delivered", "bundled", "latest", by="size")
    with pytest.raises(InputError, match="there is no vintage '2027-01'"):
        diff("delivered", "bundled", "2027-01")
    with pytest.raises(InputError, match="there is no table 'deliver'"):
        diff("deliver", "bundled", "latest")
    with pytest.raises(InputError, match="there is no column 'country'"):
        by_group(diff("delivered", "bundled", "latest"), "country")
