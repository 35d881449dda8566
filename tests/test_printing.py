"""What comes from files, archives and servers is shown, never obeyed by a terminal, and cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carec_digital_trade.errors import DataError, InputError, excerpt, printable
from carec_digital_trade.printing import complain, say, table

OBEYED = (
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\b",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ud800",
    "\ufeff",
)


@pytest.mark.parametrize("sign", OBEYED)
def test_nothing_that_is_printed_is_obeyed(capsys: pytest.CaptureFixture[str], sign: str):
    say(f"a{sign}b")
    say(f"a{sign}b", errors=True)
    complain(f"a{sign}b")
    table([f"a{sign}b"], [[f"c{sign}d"]])
    captured = capsys.readouterr()
    assert (captured.out + captured.err).replace("\n", "").isprintable()


@pytest.mark.parametrize("kind", [DataError, InputError])
@given(text=st.text(max_size=50))
def test_an_error_holds_what_is_printable_and_no_more_than_a_sentence(kind: type[Exception], text: str):
    said = str(kind(f"row 2: {text * 10_000}; nothing was imported"))
    assert said.startswith("row 2: ")
    assert said.endswith("; nothing was imported")
    assert len(said) < 2_100
    assert str(kind(said)) == said  # as where one error is made of another, or sent to another process
    assert printable(said) == said


@given(st.text())
def test_text_of_a_person_stays_as_it_is(text: str):
    shown = printable(text)
    assert printable(shown) == shown
    assert [each for each in text if each.isprintable()] == [each for each in shown if each.isprintable()]
    assert excerpt("Côte d'Ivoire, 東京,\tKyrgyz") == "Côte d'Ivoire, 東京,\tKyrgyz"


def test_a_quotation_is_cut_in_its_middle():
    assert excerpt("a" * 300 + "b" * 300) == "a" * 133 + " … " + "b" * 66
