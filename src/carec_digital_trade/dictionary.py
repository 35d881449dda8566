"""Print the data dictionary of data/README.md from the descriptor: ``python -m carec_digital_trade.dictionary``."""

from typing import Any

from carec_digital_trade.datasets import catalogue, describe
from carec_digital_trade.findings import METRICS

_RESULTS = """## Reading results.csv

One row a number: `table`, `region`, `iso3` (empty for a region), `year`, `metric`, `item` (what the metric is of, where
it has kinds), `value`, `low`, `high`, `unit`. A batch puts `run_id` and a column `parameter_<name>` for each parameter
before them, written as after `-p`; `~` is YAML's null, such as the default exclusions, and a cell is empty where the
notebook has no such parameter.

The file is UTF-8 with commas between the columns and points in the numbers; Python, R and Stata read it as it is. Excel
garbles accents, or takes 1.5 for a date, when the file is opened by a double click: use Data > From Text/CSV with file
origin 65001 (UTF-8) and delimiter comma, and where the decimal sign is a comma Transform Data > Using Locale >
English."""


def data_dictionary() -> str:
    """Return the data dictionary.

    Returns
    -------
    str
        Markdown: a section a table with its sources, licence, vintage and columns, then how to read results.csv and
        the names of the metrics.
    """
    parts = [_table(describe(name)) for name in catalogue()["table"]]
    parts.append(_RESULTS.rstrip())
    metrics = "\n".join(f"| `{name}` | {each.unit} | {each.meaning} |" for name, each in METRICS.items())
    parts.append(
        "## Metrics in results.csv\n\nAn item, in the column of that name, is what a metric is of where it has kinds."
        f"\n\n| metric | unit | meaning |\n| --- | --- | --- |\n{metrics}"
    )
    return "\n\n".join(parts) + "\n"


def _table(resource: dict[str, Any]) -> str:
    sources = "; ".join(f"[{source['title']}]({source['path']})" for source in resource["sources"])
    licences = "; ".join(licence["title"] for licence in resource["licenses"])
    columns = "\n".join(_column(field) for field in resource["schema"]["fields"])
    adds = ", ".join(f"{name} = {value}" for name, value in resource.get("adds", {}).items())
    return "\n\n".join(
        part
        for part in (
            f"## {resource['name']}: {resource['title']}",
            resource["description"],
            f"Source: {sources}. Vintage {resource['vintage']}, retrieved {resource['retrieved']}. "
            f"Licence: {licences}. File: `{resource['path']}`.",
            f"| column | type | unit | meaning |\n| --- | --- | --- | --- |\n{columns}",
            f"Loading adds the columns {adds}." if adds else "",
        )
        if part
    )


def _column(field: dict[str, Any]) -> str:
    meaning = field["description"]
    if "enum" in field.get("constraints", {}) and "categories" not in field:
        meaning += f" ({', '.join(field['constraints']['enum'])})"
    if "vintage" in field:
        meaning += f"; vintage {field['vintage']}"
    if field.get("zeroIsMissing"):
        meaning += "; 0 is loaded as missing"
    return f"| `{field['name']}` | {field['type']} | {field.get('unit', '')} | {meaning} |"


if __name__ == "__main__":
    print(data_dictionary(), end="")
