"""The headline numbers of runs stand side by side, whoever has which of them."""

from typing import Any

from carec_digital_trade.runs.headlines import headlines


def number(words: str, amount: float, column: str) -> dict[str, Any]:
    return {"words": words, "column": column, "value": f"{amount:g}", "range": "", "amount": amount}


def manifest(name: str, title: str, *numbers: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    front = {"question": "How much?", "numbers": list(numbers), "sure": None}
    made = {"run_id": f"{name}-{title[:3]}-{parameters}", "notebook": name, "title": title, "status": "finished"}
    return made | {"front": front, "parameters": parameters}


def test_pages_with_titles_of_their_own_go_by_them_in_alphabetical_order():
    runs = [
        manifest("country", "Uzbekistan: trade", number("trade in 2024", 2.0, "trade in its year"), economy="UZB"),
        manifest("country", "China: trade", number("trade in 2024", 9.0, "trade in its year"), economy="CHN"),
    ]
    (table,) = headlines(runs)
    assert table.of_things
    assert [row["label"] for row in table.rows] == ["China", "Uzbekistan"]
    assert table.columns == ["trade in 2024"]
    assert [row["numbers"][0]["amount"] for row in table.rows] == [9.0, 2.0]


def test_other_runs_go_by_what_differs_and_a_number_that_one_lacks_stays_empty():
    total, more = "the region, its year", "more trade in its year"
    runs = [
        manifest("snapshot", "Snapshot", number("EU, 2020", 1.0, total), region="EU", year=2020),
        manifest(
            "snapshot", "Snapshot", number("EU, 2024", 2.0, total), number("more", 3.0, more), region="EU", year=2024
        ),
    ]
    (table,) = headlines(runs)
    assert not table.of_things
    assert [row["label"] for row in table.rows] == ["year = 2020", "year = 2024"]
    assert table.columns == [total, "more"]
    assert table.rows[0]["numbers"][1] is None


def test_a_single_run_and_one_that_failed_make_no_table():
    one = manifest("snapshot", "Snapshot", number("EU", 1.0, "the region"), region="EU")
    failed = manifest("snapshot", "Snapshot", number("EU", 1.0, "the region"), region="SCO") | {"status": "failed"}
    assert headlines([one, failed]) == []
