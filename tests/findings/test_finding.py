import json
import re
from importlib.resources import files

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

from carec_digital_trade.findings import (
    COLUMNS,
    MEDIA_TYPE,
    METADATA_KEY,
    METRICS,
    record,
    rounded,
    split,
    stored,
    whole_name,
)


def test_records_keep_range_place_and_missing():
    frame = pd.DataFrame(
        {"region": ["A", "B"], "year": [2024, 2024], "total": [1.5, np.nan], "total_low": [1.0, np.nan], "rank": [1, 2]}
    )
    records = record(frame, "test", {"total": "USD million", "rank": "rank"})
    assert list(records.columns) == COLUMNS
    assert records[["region", "metric", "value", "low"]].values.tolist()[0] == ["A", "total", 1.5, 1.0]
    assert records["value"].isna().tolist() == [False, True, False, False]
    assert records["high"].isna().all()
    assert records["unit"].tolist() == ["USD million"] * 2 + ["rank"] * 2


def test_an_undocumented_metric_is_refused():
    with pytest.raises(KeyError, match="profit"):
        record(pd.DataFrame({"profit": [1.0]}), "test", {"profit": "USD million"})


def test_what_a_metric_is_of_stands_in_the_item():
    frame = pd.DataFrame({"year": [2024, 2024], "item": ["plain", None], "readiness_mean_arithmetic": [0.5, 0.25]})
    records = record(frame, "test", {"readiness_mean_arithmetic": "index"})
    assert records[["metric", "item"]].values.tolist() == [
        ["readiness_mean", "arithmetic_plain"],
        ["readiness_mean", "arithmetic"],
    ]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("contribution_gdp_per_person", ("contribution", "gdp_per_person")),
        ("lever_contribution_paperless", ("lever_contribution", "paperless")),
        ("hhi_normalised", ("hhi_normalised", "")),
        ("additional_trade_50", ("additional_trade", "50")),
    ],
)
def test_a_name_is_parted_at_the_longest_metric(name, parts):
    assert split(name) == parts
    assert whole_name(*parts) == name


def test_every_metric_is_declared_in_full():
    for name, metric in METRICS.items():
        assert split(name) == (name, "")
        assert metric.meaning, name
        assert metric.decimals >= 0, name


def test_numbers_are_stored_to_eight_digits_and_missing_as_null():
    frame = pd.DataFrame({"year": [2024, 2024, 2024], "total": [123456789.123, np.nan, np.inf]})
    rows = stored(record(frame, "test", {"total": "USD million"}))
    assert [row[COLUMNS.index("value")] for row in rows] == [123456790.0, None, None]
    assert json.loads(json.dumps(rows)) == rows


def test_a_bound_close_to_zero_has_the_digits_of_its_record():
    frame = pd.DataFrame(
        {"year": [2024.0], "total": [-0.025237285123], "total_low": [-0.05], "total_high": [-7.70559e-6]}
    )
    assert stored(record(frame, "test", {"total": "log points"})) == [
        ["test", None, None, 2024.0, "total", None, -0.025237285, -0.05, -7.706e-6, "log points"]
    ]


def test_a_large_number_leaves_the_year_alone():
    frame = pd.DataFrame({"year": [2024.0], "total": [4.56789012345e15]})
    assert stored(record(frame, "test", {"total": "USD"}))[0][3:7] == [2024.0, "total", None, 4.5678901e15]


def test_tables_are_printed_rounded():
    table = pd.DataFrame(
        {"a": [1234.56, np.nan, -0.04], "b": [np.inf, 1.0, 2.0], "c": ["x", None, "y"], "d": [1, 2, 3]}
    )
    assert rounded(table, {"a": 1}).values.tolist() == [
        ["1,234.6", "never", "x", "1"],
        ["n/a", "1.0", "n/a", "2"],
        ["0.0", "2.0", "y", "3"],
    ]


CELL = """
import pandas as pd
from carec_digital_trade.figures.layout import canvas
from carec_digital_trade.findings import Finding, picture, record
frame = pd.DataFrame({"region": ["<CAREC>"], "year": [2024], "total": [1 / 3]})
finding = Finding("t", "A & B", frame.rename(columns={"total": "Total"}), record(frame, "t", {"total": "USD million"}),
                "It is a third.", "Source: a test.", {"Total": 2})
picture(canvas(1, 1.0, "Title", "Subtitle", "Source: a test."), "fig", finding)
finding
"""
ANSWER = """
Finding("answer", "A & B", frame, record(frame, "answer", {}), "- The answer.", "Source: a test.", answers=True)
"""


def test_what_a_cell_hands_over():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in (CELL, ANSWER)])
    NotebookClient(notebook, kernel_name="python3").execute()
    figure, table, reading = notebook.cells[0].outputs
    answer, plain = notebook.cells[1].outputs
    assert table.data[MEDIA_TYPE]["columns"] == COLUMNS
    assert table.data[MEDIA_TYPE]["rows"] == [
        ["t", "<CAREC>", None, 2024, "total", None, 0.33333333, None, None, "USD million"]
    ]
    assert "&lt;CAREC&gt;" in table.data["text/html"]
    assert "A &amp; B" in table.data["text/html"]
    assert "0.33" in table.data["text/plain"]
    assert table.metadata[METADATA_KEY]["table"] == "t"
    assert reading.data["text/markdown"] == "It is a third."
    assert answer.metadata[METADATA_KEY] == {"answer": True}
    assert answer.data["text/markdown"] == "- The answer."
    assert MEDIA_TYPE not in plain.data
    assert "<CAREC>" in plain.data["text/plain"]
    assert figure.metadata[METADATA_KEY] == {"figure": "fig", "alt": "Title. Subtitle. It is a third."}
    assert "image/png" in figure.data


def test_no_sentence_turns_on_whether_a_name_is_in_the_plural():
    """A region may be "Baltic states": no verb in the singular has one as its subject. Pages on an economy have one."""
    name = r"(?:(?:called|brief|sides)\[[^]]+\]|we|they|who|one|other|regional|region)"
    subject = rf"(?<!of )(?<!on )(?<!in )\{{\{{ {name}(?: \| capital)?(?: if [^}}]*)? \}}\}}"
    singular = rf"{subject} (?:\{{\{{ \{{'\w+': ')?(\w+s)\b"
    words = {path.name: path.read_text("utf-8") for path in files("carec_digital_trade.findings").glob("*.md.j2")}
    found = {file: set(re.findall(singular, text)) - {"less"} for file, text in words.items()}
    economies = found.pop("country.md.j2")
    assert {"ranks", "has", "is", "trades"} <= economies
    assert not any(found.values()), found
