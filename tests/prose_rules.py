"""What no computed sentence may be."""

import re


def check_prose(text: str) -> None:
    """No missing number reaches a sentence, and no sentence is empty or broken."""
    assert not re.search(r"\b(nan|None|inf|NaT|NA|<NA>)\b", text), text
    assert "  " not in text, text
    assert not re.search(r"\.\.|\s\.|\(\)|: \.|, \.", text.replace("…", "")), text
    assert text.strip() == text, text
    assert text.endswith("."), text


def check_reading(text: str) -> None:
    """A finding is read in three sentences of sixty words in all."""
    check_prose(text)
    assert len(text.split()) <= 60, text
    assert len(re.findall(r"[.!?](?=\s|$)", text)) <= 3, text


def check_answer(text: str) -> None:
    """An answer has three bullets of twenty-five words each: what, how sure, and what would overturn it."""
    bullets = text.split("\n")
    assert len(bullets) == 3, text
    for bullet in bullets:
        assert bullet.startswith("- "), bullet
        check_prose(bullet.removeprefix("- "))
        assert len(bullet.split()) <= 26, bullet  # with its dash
