import pytest
from notebook_cells import cells
from overlap import clashes, texts

CASES = {
    "default": {},
    "swapped, with the giants": {"region": "ASEAN", "benchmark": "CAREC", "benchmark_exclude": []},
    "two and two": {"region": ["KAZ", "UZB"], "benchmark": ["LAO", "KHM"], "groups": ["former Soviet Union"]},
    "nobody has data": {"region": ["XKX", "LIE"], "benchmark": ["VAT", "SMR"]},
    "long names": {"region": ["COD", "CAF", "STP", "VCT"], "benchmark": ["PNG", "ATG", "BIH", "TTO"], "controls": []},
}
FIGURES = ["within", "partners", "expected_within", "changes"]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("case", CASES)
def test_labels_do_not_touch(name, case):
    axes = cells("integration", **CASES[case]).picture(name)
    assert clashes(axes) == []
    assert clashes(axes[0].figure.narrowed()) == []


def test_cells_of_the_matrix_have_the_exporter_s_percentages():
    found = cells("integration")
    drawn = [words for words, _ in texts(found.picture("partners"))]
    row = found["partners"].frame.query("iso3 == 'AFG'").iloc[0]
    assert f"{row['to_PAK']:.0f}" in drawn


def test_the_line_of_equality_is_drawn_for_both_regions():
    for axis in cells("integration").picture("changes"):
        assert any(list(line.get_xdata()) == [1, 1] for line in axis.lines)
