"""What is the answer, in a few sentences?"""

from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, percent, sentences, usd
from carec_digital_trade.scenario_analysis import goods, points, recipe
from carec_digital_trade.scenario_analysis.additions import NOTHING, medians_do_not_divide
from carec_digital_trade.scenario_analysis.trust import unreliable
from carec_digital_trade.scenario_analysis.wording import amount_with_band, extrapolation, lever_words, names, outcome


def answer(chosen: ScenarioParameters) -> str:
    """Return the notebook's answer in a few sentences, with its numbers.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        What the levers would add at the horizon, what of the gaps is beyond the evidence, how much hangs on the reading
        of one effect, and what paperless trade would do for goods.
    """
    scenario = recipe.scenario(chosen)
    frame = recipe.simulation(chosen).by_member()
    total, members = frame.iloc[0], frame.iloc[1:]
    acting = [lever_words(name) for name in scenario.acting]
    if total["high_95"] == 0:
        first = f"{chosen.subject()}, of {total['region']} is not changed. {NOTHING}"
    else:
        clause = f" ({quotient})" if (quotient := medians_do_not_divide(total)) else ""
        gaining = int((members["median"] > 0).sum())
        first = (
            f"If the gaps of {total['region']} in {listing(acting)} were closed as set, and the effects held, "
            f"{outcome(chosen)}, would in {chosen.horizon} be {amount_with_band(total)} higher: "
            f"{percent(total['additional_share'] / 100)} of what it would be anyway{clause}. {gaining} of "
            f"{count(len(members), 'member')} would gain."
        )
    beyond = names(scenario.beyond_evidence)
    return sentences(
        first,
        _unwidened(chosen) if total["high_95"] > 0 else "",
        unreliable(chosen),
        f"Most of the gap of {beyond} is beyond what any estimate covers and is not counted." if beyond else "",
        points.in_short(chosen),
        goods.in_short(chosen),
        extrapolation(scenario),
    )


def _unwidened(chosen: ScenarioParameters) -> str:
    if recipe.widening(chosen) == 1:
        return ""
    median = recipe.unwidened_median(chosen, "additional")["median"].item()
    return f"With shocks that are not widened the median of the addition is {usd(median)}."
