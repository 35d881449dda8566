"""How much the members of a region trade with each other, and whether size, distance and ties lead one to expect it."""

from carec_digital_trade.integration.expected import WITHIN, dropping_each, expected_within, together, variants
from carec_digital_trade.integration.gravity import Cluster, Gravity, bootstrap_p, equation, gravity
from carec_digital_trade.integration.indices import Integration, indices, matrix, shares, without_each
from carec_digital_trade.integration.pairs import LEGACY, Control, gravity_pairs, groups
from carec_digital_trade.integration.partners import (
    TABLES,
    Measure,
    ServicesIntegration,
    nearest_year,
    services_integration,
    trade_by_partner,
    within_regions,
    years_by_partner,
)

__all__ = [
    "LEGACY",
    "TABLES",
    "WITHIN",
    "Cluster",
    "Control",
    "Gravity",
    "Integration",
    "Measure",
    "ServicesIntegration",
    "bootstrap_p",
    "dropping_each",
    "equation",
    "expected_within",
    "gravity",
    "gravity_pairs",
    "groups",
    "indices",
    "matrix",
    "nearest_year",
    "services_integration",
    "shares",
    "together",
    "trade_by_partner",
    "variants",
    "within_regions",
    "without_each",
    "years_by_partner",
]
