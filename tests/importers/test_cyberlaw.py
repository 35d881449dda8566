"""UNCTAD's tracker of laws."""

from pathlib import Path

import made_files
import pandas as pd
import pytest

from carec_digital_trade import importers
from carec_digital_trade.claims import verdicts
from carec_digital_trade.datasets import load, vintages
from carec_digital_trade.errors import DataError

FILE = made_files.cyberlaw_file()


def imported(frame: pd.DataFrame, tmp_path: Path) -> importers.Imported:
    return importers.import_file("cyberlaw", made_files.csv(frame, tmp_path / "tracker.csv", "utf-8"))


def test_a_file_gives_the_bundled_statuses_again(tmp_path: Path):
    assert imported(FILE.sample(frac=1, random_state=1), tmp_path).rows == {"cyberlaw": 975}
    pd.testing.assert_frame_equal(load("cyberlaw", "latest"), load("cyberlaw"))


def test_leading_zeros_may_be_lost(tmp_path: Path):
    imported(FILE.assign(code=FILE["code"].str.lstrip("0")), tmp_path)
    pd.testing.assert_frame_equal(load("cyberlaw", "latest"), load("cyberlaw"))


def test_the_claims_follow_the_vintage(tmp_path: Path):
    both = FILE["country"].isin(["Azerbaijan", "Kyrgyz Republic"])
    drafted = FILE.assign(**{"Consumer Protection": FILE["Consumer Protection"].mask(both, "Draft Legislation")})
    imported(drafted, tmp_path)
    before, after = (verdicts(each).set_index("id")["verdict"] for each in ("bundled", "latest"))
    changed = after[after != before]
    assert "carec_consumer_draft" in changed
    assert changed["carec_consumer_draft"] == "supported"


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (FILE.replace({"code": {"398": "999"}}), "codes of economies are not known: 999 (Kazakhstan)"),
        (FILE.replace({"Cybercrime": {"Legislation": "Yes"}}), "column Cybercrime: 'Yes', expected 'Legislation' or"),
        (FILE.drop(columns="Indirect Taxation"), "the column Indirect Taxation is lacking"),
        (pd.concat([FILE, FILE.iloc[[0]]], ignore_index=True), "AFG comes twice"),
        (FILE.iloc[:100], "of the 195 economies of cyberlaw are not in the file, so it is cut off"),
        (FILE.iloc[:0], "the file has a header and no rows"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, frame: pd.DataFrame, sentence: str):
    with pytest.raises(DataError) as caught:
        imported(frame, tmp_path)
    assert sentence in str(caught.value)
    assert vintages().empty
