from carec_digital_trade.datasets import catalogue
from carec_digital_trade.dictionary import data_dictionary
from carec_digital_trade.paths import bundled

MARK = "<!-- dictionary -->\n\n"


def test_data_readme_holds_the_dictionary():
    text = (bundled("data") / "README.md").read_text(encoding="utf-8")
    assert text.split(MARK)[1] == data_dictionary()


def test_dictionary_names_every_table_and_its_units():
    text = data_dictionary()
    for name in catalogue()["table"]:
        assert f"## {name}: " in text
    assert "| `value` | number | USD million, current prices |" in text
    assert "0 is loaded as missing" in text
