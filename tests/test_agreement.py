"""What another processor may change in a stored output, and what it may not."""

import copy
import re

import numpy as np
import pytest
from agreement import ONE_COUNT, adopted, texts_agree
from notebook_rules import stored_records

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE
from carec_digital_trade.parameters import NOTEBOOKS


def table(text="68.9", **changes):
    record = dict.fromkeys(COLUMNS) | {"table": "backtest", "metric": "mase_theta_economies", "value": 1.2345678}
    data = {MEDIA_TYPE: {"columns": COLUMNS, "rows": [list((record | changes).values())]}, "text/plain": text}
    return {"output_type": "display_data", "data": data}


def agree(stored, new):
    before = copy.deepcopy(new)
    found = adopted([new], [stored], []) == [stored]
    assert new == before, "what a test computed was changed"
    return found


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        (table(), table()),
        (table(), table(value=1.2345679)),
        (table(value=2.3774938), table(value=2.3774927)),
        (table(table="drivers", value=100.0), table(table="drivers", value=100.00001)),
        (
            table("covers 68.9 of 495", metric="coverage_80_theta_economies", value=68.888889),
            table("covers 68.7 of 495", metric="coverage_80_theta_economies", value=68.686869),
        ),
        (table("USD 31.2 billion", value=31_249.999), table("USD 31.3 billion", value=31_250.001)),
        (table("a  9.9", value=9.9499999), table("a 10.0", value=9.9500001)),
    ],
)
def test_what_a_processor_changes_agrees(stored, new):
    assert agree(stored, new)


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        (table(), table(value=1.2445678)),
        (table(), table(value=1.2349678)),
        (table(), table(value=None)),
        (table(), table(low=1.0)),
        (table(), table(region="ASEAN")),
        (table(), table(text="68.8")),
        (table("68.9% of 495"), table("68.9% of 494")),
        (table("CAREC 68.9"), table("ASEAN 68.9")),
        (table(table="drivers", value=100.0), table(table="drivers", value=100.01)),
        (
            table(metric="coverage_80_theta_economies", value=68.888889),
            table(metric="coverage_80_theta_economies", value=68.484848),
        ),
    ],
)
def test_what_is_wrong_does_not_agree(stored, new):
    assert not agree(stored, new)


def test_a_sentence_after_the_table_may_round_its_number_otherwise():
    pairs = np.array([[0.12549999, 0.12550001], [7.0, 7.0]])
    assert texts_agree("it is 12.5%, or 7", "it is 12.6%, or 7", pairs)
    assert not texts_agree("it is 12.5%, or 7", "it is 12.7%, or 7", pairs)
    assert not texts_agree("it is 12.5%, or 7", "it is 12.5%, or 8", pairs)


def test_a_count_is_one_of_those_that_the_notebook_made():
    records = stored_records(NOTEBOOKS["scenarios"].path)
    number = records[records["metric"] == "forecasts"].set_index("item")["value"]
    for item, forecasts in number.items():
        first = next(each for each in ONE_COUNT if re.fullmatch(each, f"coverage_80_{item}"))
        assert ONE_COUNT[first] == 100 / forecasts
