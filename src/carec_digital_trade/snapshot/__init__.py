"""The snapshot: what the two regions trade, how it is spread, how it grew, and whether the article's claims hold.

Each function takes the notebook's parameters and returns a `results.Result`: a table, its records, and the sentences
that read it.
"""

from carec_digital_trade.snapshot.change import over_time
from carec_digital_trade.snapshot.conclusions import answer, claims
from carec_digital_trade.snapshot.growing import growth
from carec_digital_trade.snapshot.levels import article_table, ranked_members, totals
from carec_digital_trade.snapshot.revised import revisions
from carec_digital_trade.snapshot.services import by_service, sources_of_growth
from carec_digital_trade.snapshot.spread import concentrations, inequality_split, without_each
from carec_digital_trade.snapshot.within import intra_regional

__all__ = [
    "answer",
    "article_table",
    "by_service",
    "claims",
    "concentrations",
    "growth",
    "inequality_split",
    "intra_regional",
    "over_time",
    "ranked_members",
    "revisions",
    "sources_of_growth",
    "totals",
    "without_each",
]
