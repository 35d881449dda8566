"""How ready the law is for digital trade, and how sure one can be of it.

`components` turns the tracker's statuses and the paperless trade treaty into scores, `scores` aggregates them for each
economy, `regional_means` and `by_domain` for a region; `uncertainty` asks how far ranks and the lead depend on the
choices made and on errors of the tracker, `turning_cells` on which of its cells a lead hangs; `members_readiness` and
`regional_readiness` put all together; `codings` sets the article's account of the law beside the tracker's.
"""

from carec_digital_trade.readiness.cells import Cell, leading_law, turning_cells
from carec_digital_trade.readiness.indices import agreement, indices
from carec_digital_trade.readiness.laws import (
    ARTICLE_DOMAINS,
    DRAFT_VALUE,
    TREATY,
    by_domain,
    codings,
    compare,
    components,
    treaty_status,
)
from carec_digital_trade.readiness.regional import members_readiness, regional_readiness
from carec_digital_trade.readiness.scores import Aggregation, regional_means, scores, taking_part
from carec_digital_trade.readiness.uncertainty import CODING_ERROR, Uncertainty, uncertainty
