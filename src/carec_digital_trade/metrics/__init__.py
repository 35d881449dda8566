"""Metrics of digital trade: how much, how evenly, how fast, in which services, and how much within a region."""

from carec_digital_trade.metrics.bilateral import (
    ServicesIntegration,
    nearest_year,
    services_integration,
    within_regions,
)
from carec_digital_trade.metrics.composition import (
    PARTS,
    balassa,
    composition,
    shift_share,
    sources_of_growth,
    specialisation,
)
from carec_digital_trade.metrics.concentration import (
    EVENNESS_DECIMALS,
    Concentration,
    TheilSplit,
    concentration,
    concentration_over_time,
    leave_one_out,
    more_even,
    theil_split,
)
from carec_digital_trade.metrics.convergence import (
    CatchUp,
    SigmaConvergence,
    sigma_convergence,
    years_to_catch_up,
)
from carec_digital_trade.metrics.development import over_time, paces
from carec_digital_trade.metrics.dynamics import (
    Growth,
    Rate,
    Trend,
    compound_annual_growth,
    growth,
    index,
    log_trend,
)
from carec_digital_trade.metrics.integration import Integration, integration
from carec_digital_trade.metrics.levels import at_a_glance, levels
from carec_digital_trade.metrics.relative import per_gdp, per_person, regional_ratio, world_share, world_total
from carec_digital_trade.metrics.trade import (
    FLOWS,
    MEASURES,
    by_member,
    members,
    regional_total,
    trade,
    years,
)

__all__ = [
    "EVENNESS_DECIMALS",
    "FLOWS",
    "MEASURES",
    "PARTS",
    "CatchUp",
    "Concentration",
    "Growth",
    "Integration",
    "Rate",
    "ServicesIntegration",
    "SigmaConvergence",
    "TheilSplit",
    "Trend",
    "at_a_glance",
    "balassa",
    "by_member",
    "composition",
    "compound_annual_growth",
    "concentration",
    "concentration_over_time",
    "growth",
    "index",
    "integration",
    "leave_one_out",
    "levels",
    "log_trend",
    "members",
    "more_even",
    "nearest_year",
    "over_time",
    "paces",
    "per_gdp",
    "per_person",
    "regional_ratio",
    "regional_total",
    "services_integration",
    "shift_share",
    "sigma_convergence",
    "sources_of_growth",
    "specialisation",
    "theil_split",
    "trade",
    "within_regions",
    "world_share",
    "world_total",
    "years",
    "years_to_catch_up",
]
