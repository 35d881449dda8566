"""How is a gap's make-up said: which part is the largest, or which parts open the gap and which narrow it?"""

import pandas as pd

from carec_digital_trade.prose import listing


def part_words(parts: pd.Series) -> str:
    """Say what the largest part of a gap is to it.

    Parameters
    ----------
    parts : pandas.Series
        Of the gap's size: positive where they open the gap, negative where they narrow it.

    Returns
    -------
    str
        "opens the gap the most" where the signs differ, since there are no shares then; else "makes up most of the
        gap", or "is the largest part of the gap" where it is half or less.
    """
    if differ_in_sign(parts):
        return "opens the gap the most"
    return "makes up most of the gap" if 2 * parts.max() > parts.sum() else "is the largest part of the gap"


def parts_words(parts: pd.Series) -> str:
    """Say which parts open a gap and which narrow it, or which is the largest.

    Parameters
    ----------
    parts : pandas.Series
        As for `part_words`, by the factors' words.

    Returns
    -------
    str
        Begins with a factor and ends before a full stop.
    """
    if not differ_in_sign(parts):
        return f"{parts.idxmax()} {part_words(parts)}"
    ranked = parts[parts.abs().sort_values(ascending=False, kind="stable").index]
    opening, narrowing = ranked.index[ranked > 0], ranked.index[ranked < 0]
    return (
        f"{listing(opening)} {'opens' if len(opening) == 1 else 'open'} the gap; "
        f"{listing(narrowing)} {'narrows' if len(narrowing) == 1 else 'narrow'} it"
    )


def differ_in_sign(parts: pd.Series) -> bool:
    """Say whether parts of a gap have different signs, so that none of them has a share of it.

    Parameters
    ----------
    parts : pandas.Series
        Any unit.

    Returns
    -------
    bool
        Zeros have no sign.
    """
    return bool((parts > 0).any() and (parts < 0).any())
