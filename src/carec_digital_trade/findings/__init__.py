"""What a notebook shows: findings, each a tidy frame with a name, whose words, headings and units are declared.

`findings_of` binds them to a notebook's parameters. Metrics are declared in ``metrics.toml``, a notebook's findings in
``<notebook>.toml``, their sentences in ``<notebook>.md.j2``; what the sentences rest on is decided in ``facts``.
"""

from carec_digital_trade.findings.binding import findings_of
from carec_digital_trade.findings.declared import COLUMNS, METRICS, Metric, split, whole_name
from carec_digital_trade.findings.finding import (
    MEDIA_TYPE,
    METADATA_KEY,
    Finding,
    picture,
    record,
    rounded,
    say,
    stored,
)

__all__ = [
    "COLUMNS",
    "MEDIA_TYPE",
    "METADATA_KEY",
    "METRICS",
    "Finding",
    "Metric",
    "findings_of",
    "picture",
    "record",
    "rounded",
    "say",
    "split",
    "stored",
    "whole_name",
]
