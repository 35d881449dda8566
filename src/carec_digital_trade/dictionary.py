"""Print the data dictionary of data/README.md from the descriptor: ``python -m carec_digital_trade.dictionary``."""

from typing import Any

from carec_digital_trade.datasets import catalogue, describe
from carec_digital_trade.findings import METRICS


def data_dictionary() -> str:
    """Return the data dictionary.

    Returns
    -------
    str
        Markdown: a section a table with its sources, licence, vintage and columns, then the names of the metrics.
    """
    parts = [_table(describe(name)) for name in catalogue()["table"]]
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
