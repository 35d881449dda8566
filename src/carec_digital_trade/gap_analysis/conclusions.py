"""What is the answer, in a few sentences?"""

from carec_digital_trade import gap
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.leads import lead_sentence, regional_scores
from carec_digital_trade.gap_analysis.splits import gap_sentence, split
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import sentences


def answer(chosen: GapParameters) -> str:
    """Return the notebook's answer in a few sentences, with its numbers.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    str
        The gap and its factors, which region's law is the readier, and how the members trade against expectation.
    """
    plain = regional_scores(chosen).query("weighting == 'plain'")
    try:
        first = gap_sentence(split(chosen), chosen)
    except InputError as error:
        first = series.as_sentence(error)
    try:
        last = gap.state_survival(series.checks(chosen), *chosen.compared())
    except InputError as error:
        last = series.as_sentence(error)
    return sentences(first, lead_sentence(plain, "plain"), last)
