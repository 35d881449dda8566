"""What a notebook's own cells find, run in this process with other parameters."""

from typing import Any
from unittest.mock import patch

import nbformat

from carec_digital_trade import findings
from carec_digital_trade.parameters import NOTEBOOKS


def found(notebook: str, without: tuple[str, ...] = ("cdt.picture(",), **values: Any) -> dict[str, findings.Finding]:
    """Run the code cells of a committed notebook; return its findings by name.

    Cells that hold one of the texts `without` are left out: by default those that draw.
    """
    kept: dict[str, findings.Finding] = {}
    original = findings.findings_of

    def keeping(chosen: Any) -> Any:
        bound = original(chosen)

        def finding(name: str, of: Any) -> findings.Finding:
            kept[name] = bound(name, of)
            return kept[name]

        return finding

    names = NOTEBOOKS[notebook].model.model_fields
    namespace = {name: field.default for name, field in names.items()} | values
    with patch.object(findings, "findings_of", keeping):
        for cell in nbformat.read(NOTEBOOKS[notebook].path, as_version=4).cells:
            own = cell.cell_type == "code" and not {"parameters", "explore"} & set(cell.metadata.get("tags", []))
            if own and not any(text in cell.source for text in without):
                exec(cell.source, namespace)
    return kept
