"""What no computed sentence may be."""

import re


def check_prose(text: str) -> None:
    """No missing number reaches a sentence, and no sentence is empty or broken."""
    assert not re.search(r"\b(nan|None|inf|NaT|NA|<NA>)\b", text), text
    assert "  " not in text, text
    assert not re.search(r"\.\.|\s\.|\(\)|: \.|, \.", text.replace("…", "")), text
    assert text.strip() == text, text
    assert text.endswith("."), text
