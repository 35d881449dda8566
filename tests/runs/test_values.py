"""Values are read by the core rules of YAML 1.2, and written so that they are read back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.values import as_typed, parse_assignments, parse_value, read_parameter_file

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024", 2024),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("2024.5", 2024.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("2_024", "2_024"),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("0b101", "0b101"),
        ("<<", "<<"),
        ("'2024'", "2024"),
        ("[KAZ, KGZ, NO]", ["KAZ", "KGZ", "NO"]),
        ("[]", []),
        ("{share: 0.5, KAZ: [1, null]}", {"share": 0.5, "KAZ": [1, None]}),
    ],
)
def test_core_rules(text: str, value: object):
    read = parse_value("x", text)
    assert read == value
    assert type(read) is type(value)


@settings(max_examples=100, deadline=None)
@given(PLAIN)
def test_written_values_are_read_back(value: object):
    read = parse_value("x", as_typed(value))
    assert read == value
    assert type(read) is type(value)


def test_text_is_quoted_only_where_it_must_be():
    assert as_typed(["KAZ", "Viet Nam", "null", "2024", "a, b", ""]) == '[KAZ, Viet Nam, "null", "2024", "a, b", ""]'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "year needs a value, such as year=2024"),
        ("  ", "year needs a value"),
        ("[KAZ", r"the value of year=\[KAZ cannot be read: line 1, column 5: expected ',' or '\]'"),
        ("{a: 1, a: 2}", "found duplicate key"),
        ("#SGP", r"year=#SGP cannot be read: what follows # is a comment in YAML: quote it, such as '#1'"),
        (" #SGP", "what follows # is a comment in YAML"),
        ("CAREC # without China", "what follows # is a comment in YAML"),
        ("[KAZ, #SGP]", "line 1, column 12: .*, and what follows # is a comment in YAML: quote it"),
        ("[KAZ] # and UZB", "what follows # is a comment in YAML"),
        ("{a: #1", "and what follows # is a comment in YAML"),
        (".inf", "year=.inf cannot be read: it may hold finite numbers"),
        ("[1, .nan]", "finite numbers"),
        ("9" * 5000, "finite numbers"),
        ("&a [*a]", "an alias \\(\\*name\\) is not taken"),
        ("!!binary aGk=", "finite numbers"),
        ("!!python/object:os.system x", "could not determine a constructor"),
        ("a\n---\nb", "another document"),
    ],
)
def test_bad_values(text: str, sentence: str):
    with pytest.raises(InputError, match=sentence):
        parse_value("year", text)


def test_assignments():
    assert parse_assignments(["year=2024", "note=a=b", "empty="]) == {"year": "2024", "note": "a=b", "empty": ""}


@pytest.mark.parametrize(
    ("assignments", "sentence"),
    [
        (["year"], "name=value, such as year=2024, not 'year'"),
        (["=2024"], "not '=2024'"),
        (["year=1", "year=2"], "the parameter year is given twice, as 1 and as 2"),
    ],
)
def test_bad_assignments(assignments: list[str], sentence: str):
    with pytest.raises(InputError, match=sentence):
        parse_assignments(assignments)


def test_parameter_file(tmp_path: Path):
    path = tmp_path / "set.yaml"
    path.write_text("year: 010\nregion: # two\n  [KAZ, NO]  # of them\nnone:\n# at the end\n", encoding="utf-8")
    assert read_parameter_file(path) == {"year": 10, "region": ["KAZ", "NO"], "none": None}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"year: 2024\nregion: [KAZ\n", r"is not YAML: line 3, column 1: expected ',' or '\]'.*begins on line 2$"),
        (b"year: 2024\nyear: 2023\n", "is not YAML: line 2, column 1: found duplicate key"),
        (b"region_exclude: #SGP\nyear: 2024\n", "what follows # is a comment in YAML: quote it"),
        (b"region_exclude:\n  - #SGP\n  - CHN\n", "what follows # is a comment in YAML: quote it"),
        (b"", "must hold lines of the form name: value"),
        (b"- year\n", "must hold lines of the form name: value"),
        (b"2024: 1\n", "must hold lines of the form name: value"),
        (b"year: \xff\n", "is not a text file in UTF-8"),
    ],
)
def test_bad_parameter_file(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "set.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as error:
        read_parameter_file(path)
    assert str(path) in str(error.value)


def test_missing_parameter_file(tmp_path: Path):
    with pytest.raises(InputError, match=r"none\.yaml cannot be read: no such file"):
        read_parameter_file(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x [1]\nb: *x\n", r"is not YAML: line 2, column 4: an alias \(\*name\) is not taken: write the value out"),
        ("a: &x {y: 1}\nb:\n  <<: *x\n", r"line 3, column 7: an alias"),
        ("[" * 1_000, "nested too deeply"),
        ("a" * 5_000_001, "has more than 5 MB"),
    ],
)
def test_a_file_that_stands_for_more_than_it_has_is_refused(tmp_path: Path, text: str, sentence: str):
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    for read in (read_parameter_file, lambda each: plan_batch(each, tmp_path / "out")):
        with pytest.raises(InputError, match=sentence):
            read(path)
