"""What no computed sentence may be."""

import re

from carec_digital_trade.findings import Finding

READING, SENTENCES = 60, 3
"""Words and sentences of a reading."""
ANSWER, BULLETS, BULLET, ROWS = 75, 3, 25, 4
"""Words and bullets of an answer, words of a bullet, rows of its table."""


def check_prose(text: str) -> None:
    """No missing number reaches a sentence, and no sentence is empty or broken."""
    assert not re.search(r"\b(nan|None|inf|NaT|NA|<NA>)\b", text), text
    assert "  " not in text, text
    assert not re.search(r"\.\.|\s\.|\(\)|: \.|, \.", text.replace("…", "")), text
    assert text.strip() == text, text
    assert text.endswith("."), text


def check_reading(text: str) -> None:
    """A reading is short; only a count, whose table says it all, has none."""
    if text:
        check_prose(text)
    assert len(text.split()) <= READING, text
    # The point of "N. Mariana Islands" ends no sentence.
    assert len(re.findall(r"(?<!\b[A-Z])[.!?](?=\s|$)", text)) <= SENTENCES, text


def check_words(finding: Finding) -> None:
    """An answer is three bullets and a short table; every other finding is read in a few sentences, or says why not."""
    text = finding.reading
    if finding.answers:
        bullets = text.split("\n")
        assert len(bullets) == BULLETS and all(bullet.startswith("- ") for bullet in bullets), text
        bullets = [bullet.removeprefix("- ") for bullet in bullets]
        for bullet in bullets:
            check_prose(bullet)
            assert len(bullet.split()) <= BULLET, bullet
        assert len(" ".join(bullets).split()) <= ANSWER, text
        assert len(finding.table) <= ROWS, text
    elif len(finding.table):  # an error says what it must
        check_reading(text)
    else:
        check_prose(text)
