"""How ready the law is for digital trade, and how sure one can be of it.

`components` turns the tracker's statuses and the paperless trade treaty into scores, `scores` aggregates them for each
economy, `regional_means` and `by_domain` for a region; `uncertainty` asks how far ranks and the lead depend on the
choices made; `members_readiness` and `regional_readiness` put both together; `codings` sets the article's account of
the law beside the tracker's.
"""

from carec_digital_trade.readiness.laws import (
    ARTICLE_DOMAINS,
    DRAFT_VALUE,
    TREATY,
    by_domain,
    codings,
    components,
    treaty_status,
)
from carec_digital_trade.readiness.scores import Aggregation, regional_means, scores, taking_part
from carec_digital_trade.readiness.uncertainty import Uncertainty, members_readiness, regional_readiness, uncertainty
