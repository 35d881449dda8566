"""The two kinds of error that a user can meet; each message is one sentence, and safe to print."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from carec_digital_trade.prose import listing

if TYPE_CHECKING:
    import pandas as pd

LONGEST_SENTENCE = 2_000
_LONGEST_OF_DATA = 400
"""A sentence about a file holds its own words, and some 200 characters of the file."""
_NEAR, _VERY_NEAR = 0.6, 0.75
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that a terminal obeys instead of showing them: control, format, surrogates, separators."""


def printable(text: str) -> str:
    """Return text without characters that move a cursor, set colours or turn the direction of writing.

    Parameters
    ----------
    text : str
        Of whatever origin.

    Returns
    -------
    str
        The same, with its line feeds and tabs.
    """
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) not in _UNSEEN)


def excerpt(text: str, longest: int = 200) -> str:
    """Return a text of foreign origin as a sentence may quote it.

    Parameters
    ----------
    text : str
        What stands in a file, or a server sent.
    longest : int
        Characters from which on its middle is left out.

    Returns
    -------
    str
        Printable, and not much longer than that.
    """
    if len(text) > longest:
        text = f"{text[: 2 * longest // 3]} … {text[-(longest // 3) :]}"
    return printable(text)


class _Sentence:
    """An error that IPython shows by its sentence: the lines that led to it are the library's."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class InputError(_Sentence, ValueError):
    """What was asked for does not exist or does not fit; the message says what would be right."""

    def __init__(self, sentence: str) -> None:
        super().__init__(excerpt(sentence, LONGEST_SENTENCE))


class DataError(_Sentence, RuntimeError):
    """A data file is not what its descriptor says; the message names file, column and row."""

    def __init__(self, sentence: str) -> None:
        super().__init__(excerpt(sentence, _LONGEST_OF_DATA))


def nearest(word: str, known: Iterable[str], likeness: float = _NEAR) -> str:
    """Return a hint such as "; did you mean 'region'?", or an empty string when nothing is near.

    Parameters
    ----------
    word : str
        What was typed.
    known : iterable of str
        What would be right. Letter case is ignored.
    likeness : float
        How near it must be, from 0 to 1, the same.

    Returns
    -------
    str
        The hint, to be put at the end of a sentence.
    """
    by_lower = {name.casefold(): name for name in known}
    typed = word.casefold()
    near = get_close_matches(typed, by_lower, n=5, cutoff=likeness)
    # A first letter is seldom mistyped, so a word with another one has to be nearer.
    match = [name for name in near if name[:1] == typed[:1]] or get_close_matches(
        typed, near, n=1, cutoff=max(likeness, _VERY_NEAR)
    )
    return f"; did you mean {by_lower[match[0]]!r}?" if match else ""


def attempt(recipe: Callable[..., Any], *given: Any) -> Any:
    """Follow a recipe as far as the data allow.

    Parameters
    ----------
    recipe : callable
        Such as `gap.survives`.
    *given
        What it takes. An `InputError` among it, from an earlier attempt, is handed on.

    Returns
    -------
    Any
        What the recipe returns, or the `InputError` that says why it cannot; a finding made of it says so.

    Examples
    --------
    >>> import carec_digital_trade as cdt
    >>> print(attempt(cdt.region, "Atlantis"))
    there is no region 'Atlantis': ...
    """
    if fault := next((each for each in given if isinstance(each, InputError)), None):
        return fault
    try:
        return recipe(*given)
    except InputError as error:
        return error


def check_choice(what: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse a value that is not among the choices.

    Parameters
    ----------
    what : str
        Name of the argument.
    value : str
        What was given.
    choices : tuple of str
        What there is.

    Raises
    ------
    InputError
        If it is not among them; the sentence lists them.
    """
    if value not in choices:
        hint = nearest(str(value), choices)
        raise InputError(f"there is no {what} {value!r}: use one of {', '.join(choices)}{hint}")


def check_once(frame: "pd.DataFrame", key: Sequence[str], what: str = "the table") -> None:
    """Refuse a table that says one thing twice, which would then count twice.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns of the key.
    key : sequence of str
        Columns that together name a row.
    what : str
        The table, for the sentence.

    Raises
    ------
    InputError
        If two rows have the same key; the sentence names the first pair.
    """
    twice = frame.duplicated(list(key))
    if twice.any():
        first = ", ".join(str(part) for part in frame.loc[twice.to_numpy(), list(key)].iloc[0])
        raise InputError(f"{what} has several rows for {first}: give one row for each {listing(key)}")
