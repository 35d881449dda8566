"""Numbers and lists in sentences; a missing number never reaches one unsaid."""

import math
from collections.abc import Iterable


def usd(million: float) -> str:
    """Return an amount in words.

    Parameters
    ----------
    million : float
        USD million.

    Returns
    -------
    str
        Such as "USD 419.6 billion" or "USD 143 million"; "an unknown amount" where missing.
    """
    if math.isnan(million):
        return "an unknown amount"
    if million == 0:
        return "USD 0"
    if abs(million) >= 1000:
        return f"USD {million / 1000:,.1f} billion"
    return f"USD {million:,.0f} million" if abs(million) >= 10 else f"USD {million:,.1f} million"


def percent(fraction: float, decimals: int = 1) -> str:
    """Return a fraction as per cent.

    Parameters
    ----------
    fraction : float
        1 is 100%.
    decimals : int
        To print.

    Returns
    -------
    str
        Such as "91.5%"; "an unknown share" where missing.
    """
    return "an unknown share" if math.isnan(fraction) else f"{fraction:.{decimals}%}"


def listing(names: Iterable[str], empty: str = "none") -> str:
    """Return names as they stand in a sentence.

    Parameters
    ----------
    names : iterable of str
        In order.
    empty : str
        What to write when there are none.

    Returns
    -------
    str
        Such as "A, B and C".
    """
    items = list(names)
    if not items:
        return empty
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Parameters
    ----------
    number : int
        How many.
    singular, plural : str
        The noun; the plural adds an s unless given.

    Returns
    -------
    str
        Such as "1 member" or "11 members".
    """
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def sentences(*parts: str) -> str:
    """Join sentences, leaving out empty ones.

    Parameters
    ----------
    *parts : str
        Each a whole sentence or an empty text.

    Returns
    -------
    str
        One paragraph.
    """
    return " ".join(part for part in parts if part)


def capital(text: str) -> str:
    """Return a text with a capital letter at its start and the others as they are.

    Parameters
    ----------
    text : str
        Not empty.

    Returns
    -------
    str
        As at the start of a sentence.
    """
    return text[0].upper() + text[1:]


def duration(seconds: float) -> str:
    """Return a time in words.

    Parameters
    ----------
    seconds : float
        At least 0.

    Returns
    -------
    str
        Such as "40 s", "3 min 20 s" or "2 h 5 min".
    """
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
