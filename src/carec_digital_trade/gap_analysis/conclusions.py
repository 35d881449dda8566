"""What is the answer, in a few sentences?"""

from carec_digital_trade import gap
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.dominance import without_dominant, without_words
from carec_digital_trade.gap_analysis.expectations import earlier_sentence
from carec_digital_trade.gap_analysis.leads import lead_sentence, leaders_without, regional_scores
from carec_digital_trade.gap_analysis.parts import part_words
from carec_digital_trade.gap_analysis.splits import gap_sentence, opening_parts, split
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, listing, sentences


def answer(chosen: GapParameters) -> str:
    """Return the notebook's answer in a few sentences, with its numbers.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    str
        The gap and its factors, which region's law is the readier, how the members trade against expectation, and what
        changes without the dominant members.
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
    years = earlier_sentence(chosen)
    return sentences(first, lead_sentence(plain, "plain"), last, years, _without_dominant(chosen))


def _without_dominant(chosen: GapParameters) -> str:
    kept = without_dominant(chosen)
    if not kept:
        return ""
    found = [*_split_without(chosen, kept), *_law_without(chosen, kept)]
    return f"{capital(without_words(chosen, kept))}, {'; '.join(found)}." if found else ""


def _split_without(chosen: GapParameters, kept: GapParameters) -> list[str]:
    try:
        asked, parts = (opening_parts(split(each)) for each in (chosen, kept))
    except InputError:
        return []
    first = parts.idxmax()
    same = first == asked.idxmax()
    return [f"{first} {'still ' if same else ''}{part_words(parts)}{'' if same else f' and not {asked.idxmax()}'}"]


def _law_without(chosen: GapParameters, kept: GapParameters) -> list[str]:
    leaders, turned = leaders_without(chosen, kept)
    if not leaders:
        return []
    if not turned:
        return ["the lead in readiness stays where it is"]
    gained: dict[str, list[str]] = {}
    for how in turned:
        leader, share = leaders[how]
        gained.setdefault(leader, []).append(f"{how} (in {share})")
    passed = listing(f"{leader} {listing(ways)}" for leader, ways in gained.items())
    return [f"the lead in readiness passes to {passed}"]
