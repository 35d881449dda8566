import pytest
from hypothesis import given, settings
from notebook_cells import Cells
from strategies import gap_values

from carec_digital_trade import datasets, vintages
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import GapParameters


def test_nobody_is_left_out_by_default():
    chosen = GapParameters.validated({})
    assert chosen.compared() == chosen.regions()
    assert [len(each.members) for each in chosen.compared()] == [11, 10]


def test_a_whole_number_is_taken_for_a_fraction():
    chosen = GapParameters.validated({"draft_value": 1, "weights": {"cpta": 2, "cybercrime": 0.5}})
    assert (chosen.draft_value, chosen.weights) == (1.0, {"cpta": 2.0, "cybercrime": 0.5})


def test_a_shared_member_may_be_left_out_of_one_region():
    values = {"region": ["KAZ", "MYS"], "region_exclude": ["MYS"]}
    assert [each.label for each in GapParameters.validated(values).compared()] == [
        "Kazakhstan and Malaysia without Malaysia",
        "ASEAN",
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"weights": {"cyber": 1}},
            r"^weights: there is no component 'cyber': the components are .*; did you mean",
        ),
        ({"weights": {}}, r"^weights: they add up to zero: give at least one component a weight above zero$"),
        ({"weights": {"cpta": 0}}, r"^weights: they add up to zero"),
        ({"weights": {"cpta": -1}}, r"^weights must be a mapping such as .* 0 to 1000, or null, not {cpta: -1}$"),
        ({"weights": {"cpta": "x"}}, r"or null, not {cpta: 'x'}$"),
        ({"weights": {"cpta": True}}, r"or null, not {cpta: True}$"),
        ({"weights": {"cpta": float("nan")}}, r"or null, not {cpta: nan}$"),
        ({"weights": {"cpta": 1e9}}, r"or null, not {cpta: 1000000000.0}$"),
        ({"weights": {1: 1}}, r"or null, not {1: 1}$"),
        ({"weights": ["cpta"]}, r"or null, not \['cpta'\]$"),
        ({"draft_value": 1.5}, r"^draft_value must be less than or equal to 1, not 1.5$"),
        ({"draft_value": "half"}, r"^draft_value must be a number such as 0.5, not 'half'$"),
        ({"coding_error": 0.6}, r"^coding_error must be less than or equal to 0.5, not 0.6$"),
        ({"aggregation": "mean"}, r"^aggregation must be 'arithmetic' or 'geometric', not 'mean'$"),
        ({"draws": 99}, r"^draws must be greater than or equal to 100, not 99$"),
        ({"draws": 1e3}, r"^draws must be a whole number such as 2024, not 1000.0$"),
        ({"estimator": "OLS"}, r"^estimator must be 'ols' or 'ppml', not 'OLS'$"),
        ({"covariates": ["gdp"]}, r"^covariates must be a list of internet_users_pct, .* not \['gdp'\]$"),
        ({"covariates": "internet_users_pct"}, r"^covariates must be a list of .* not 'internet_users_pct'$"),
        ({"covariates": None}, r"^covariates must be a list of .* not None$"),
        (
            {"covariates": ["internet_users_pct"] * 2},
            r"^covariates: internet_users_pct is named twice",
        ),
        (
            {"covariates": ["internet_users_pct", *["fixed_broadband_per_100"] * 2]},
            r"^covariates: fixed_broadband_per_100 is named twice",
        ),
        ({"wieghts": {}}, r"^there is no parameter 'wieghts': .*did you mean 'weights'\?$"),
        ({"region": ["KAZ", "MYS"]}, r"^region and benchmark share MYS"),
        ({"year": "x", "draws": 1}, r"^year must be .*; draws must be "),
    ],
)
def test_what_is_refused_is_said(values, sentence):
    with pytest.raises(InputError, match=sentence):
        GapParameters.validated(values)


@settings(max_examples=50, deadline=None)
@given(gap_values())
def test_what_the_model_admits_keeps_its_meaning(values):
    chosen = GapParameters.validated(values)
    assert GapParameters.validated(chosen.model_dump(mode="json")) == chosen


def test_tables_are_those_that_are_read(monkeypatch):
    read = set()
    load = datasets._load
    vintages.forget()  # also what was made of the tables
    monkeypatch.setattr(datasets, "_load", lambda name, vintage: read.add(name) or load(name, vintage))
    values = {"vintage": "latest", "weights": {"cpta": 1, "cybercrime": 1}}
    chosen = GapParameters.validated(values)
    found = Cells("gap_analysis", **values)
    assert all(found[name].name == name for name in found)
    # Names and members may have been read before.
    assert read | {"economies", "memberships", "groups"} == set(chosen.tables())
