"""Print the data dictionary of data/README.md from the descriptor: ``python -m carec_digital_trade.dictionary``."""

from pathlib import Path

from jinja2 import Environment

from carec_digital_trade.datasets import catalogue, describe
from carec_digital_trade.findings import METRICS


def data_dictionary() -> str:
    """Return the data dictionary.

    Returns
    -------
    str
        Markdown: a section a table with its sources, licence, vintage and columns, then how to read results.csv and
        the names of the metrics.
    """
    template = Path(__file__).with_name("dictionary.md.j2").read_text(encoding="utf-8")
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    tables = [describe(name) for name in catalogue()["table"]]
    return environment.from_string(template).render(tables=tables, metrics=METRICS)


if __name__ == "__main__":
    print(data_dictionary(), end="")
