import pytest
from hypothesis import given, settings
from strategies import shared_values

from carec_digital_trade import datasets, vintages
from carec_digital_trade.datasets import catalogue
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import (
    NOTEBOOKS,
    CountryParameters,
    GapParameters,
    ScenarioParameters,
    SnapshotParameters,
)
from carec_digital_trade.regions import region

CAREC_MEMBERS = list(region("CAREC").members)


def test_defaults_are_the_articles():
    chosen = SnapshotParameters.validated({})
    one, other = chosen.compared()
    assert (one.label, other.label) == ("CAREC without China", "ASEAN without Singapore")
    assert [len(each.members) for each in chosen.regions()] == [11, 10]
    assert (chosen.year, chosen.measure, chosen.flow) == (2024, "delivered", "total")


def test_null_leaves_nobody_out_of_other_regions():
    chosen = SnapshotParameters.validated({"region": ["KAZ", "CHN"], "benchmark": ["SGP", "MYS"]})
    assert chosen.compared() == chosen.regions()


def test_an_empty_list_of_exclusions_leaves_nobody_out():
    chosen = SnapshotParameters.validated({"region_exclude": [], "benchmark_exclude": []})
    assert chosen.compared() == chosen.regions()


def test_spelling_does_not_change_the_parameters():
    typed = SnapshotParameters.validated({"region": "carec", "benchmark": "Asean", "region_exclude": ["china"]})
    assert typed == SnapshotParameters.validated({"region_exclude": ["CHN"]})
    assert SnapshotParameters.validated({"region": ["kazakhstan", "UZB"]}).region == ["KAZ", "UZB"]
    assert SnapshotParameters.validated({"region": "namibia"}).region == "NAM"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"region": "CARAC"},
            r"^region: there is no region 'CARAC': write one of CAREC, ASEAN, EU.*mean 'CAREC'\?$",
        ),
        ({"region": ["KAZ", "KZG"]}, r"^region: there is no economy 'KZG'"),
        (
            {"regoin": "CAREC"},
            r"^there is no parameter 'regoin': the parameters are region, .*did you mean 'region'\?$",
        ),
        ({"year": 2004}, r"^year 2004 is not covered: delivered has the years 2005 to 2025$"),
        (
            {"year": 2024, "measure": "deliverable"},
            r"^year 2024 is not covered: deliverable has the years 2010 to 2023$",
        ),
        ({"year": "2024"}, r"^year must be a whole number such as 2024, not '2024'$"),
        ({"year": 2024.5}, r"^year must be a whole number such as 2024, not 2024.5$"),
        ({"year": 2024.0}, r"^year must be a whole number such as 2024, not 2024.0$"),
        ({"year": True}, r"^year must be a whole number such as 2024, not True$"),
        ({"year": None}, r"^year must be a whole number such as 2024, not None$"),
        ({"flow": "both"}, r"^flow must be 'total', 'exports' or 'imports', not 'both'$"),
        ({"measure": 1}, r"^measure must be 'delivered' or 'deliverable', not 1$"),
        ({"region_exclude": ["SGP"]}, r"^SGP cannot be excluded from CAREC because it is no member in 2024"),
        ({"region_exclude": "CHN"}, r"^region_exclude must be a list such as \[CHN\] or null, not 'CHN'$"),
        ({"region": []}, r"^region: a region needs at least one economy"),
        ({"region": "KAZ", "region_exclude": ["KAZ"]}, r"^the exclusions leave Kazakhstan without a member"),
        ({"region": 7}, r"^region: write a name such as CAREC, a list such as \[KAZ, UZB\], or \{name.*\}, not 7$"),
        (
            {"region": ["KAZ", "MYS"]},
            r"^region and benchmark share MYS: list the members so that no economy is in both$",
        ),
        ({"benchmark": "CAREC"}, r"^region and benchmark share AZE"),
        ({"vintage": "2019"}, r"^vintage: there is no vintage '2019'"),
        ({"seed": -1}, r"^seed must be greater than or equal to 0, not -1$"),
        ({"seed": 2**32}, r"^seed must be less than 4294967296, not 4294967296$"),
    ],
)
def test_bad_values_get_one_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        SnapshotParameters.validated(values)
    assert "\n" not in str(caught.value)


def test_every_fault_is_named_at_once():
    with pytest.raises(InputError, match=r"year must be .*; flow must be .*"):
        SnapshotParameters.validated({"year": "x", "flow": "y"})


@settings(max_examples=100, deadline=None)
@given(shared_values(in_full=True))
def test_what_the_model_admits_keeps_its_meaning(values):
    chosen = SnapshotParameters.validated(values)
    assert SnapshotParameters.validated(chosen.model_dump(mode="json")) == chosen
    for full, kept in zip(chosen.regions(), chosen.compared(), strict=True):
        assert kept.members
        assert set(kept.members) | set(kept.excluded) == set(full.members)
    assert not set(chosen.regions()[0].members) & set(chosen.regions()[1].members)


@settings(max_examples=50, deadline=None)
@given(shared_values())
def test_what_exclusions_part_is_told_apart(values):
    chosen = GapParameters.validated(values)
    one, other = chosen.compared()
    assert not set(one.members) & set(other.members)
    assert one.label != other.label


@pytest.mark.parametrize(
    ("values", "label"),
    [
        # Eleven members in 2024: six out on one side and six out on the other leave one in neither.
        (
            {"benchmark": "CAREC", "region_exclude": CAREC_MEMBERS[:6], "benchmark_exclude": CAREC_MEMBERS[5:]},
            "CAREC without 6 members",
        ),
        (
            {
                "region": ["KAZ", "UZB", "KGZ", "TJK", "TKM"],
                "benchmark": ["KAZ", "VNM", "THA", "MYS", "IDN"],
                "region_exclude": ["KAZ"],
                "benchmark_exclude": ["KAZ"],
            },
            "Kazakhstan and 4 others without Kazakhstan",
        ),
    ],
)
def test_regions_of_one_label_are_refused(values, label):
    for model in (GapParameters, ScenarioParameters):
        with pytest.raises(InputError) as caught:
            model.validated(values)
        assert str(caught.value) == (
            f"region and benchmark would both be called {label}: list the members that stay, and exclude nobody"
        )


def test_the_members_that_stay_can_be_listed_instead():
    one, other = GapParameters.validated({"region": CAREC_MEMBERS[6:], "benchmark": CAREC_MEMBERS[:5]}).compared()
    assert (one.label, other.label) == (
        f"{economy_name(CAREC_MEMBERS[6], short=True)} and 4 others",
        f"{economy_name(CAREC_MEMBERS[0], short=True)} and 4 others",
    )


def test_registry():
    for name, notebook in NOTEBOOKS.items():
        assert notebook.name == name
        assert notebook.path.is_file()
        chosen = notebook.model.validated({})
        assert set(chosen.tables()) <= set(catalogue()["table"])
        assert all(field.description for field in notebook.model.model_fields.values())


def test_the_years_in_the_description_are_those_of_the_data():
    text = SnapshotParameters.model_fields["year"].description
    for measure in ("delivered", "deliverable"):
        first, last = years(measure)
        assert f"{measure} {first}-{last}" in text


@pytest.fixture
def without_year(monkeypatch: pytest.MonkeyPatch):
    """Tables that lack a year between others."""

    def leave_out(year: int, *tables: str) -> None:
        load = datasets._load

        def cut(name, folder):
            frame = load(name, folder)
            return frame[frame["year"] != year] if name in tables else frame

        monkeypatch.setattr(datasets, "_load", cut)
        vintages.forget()

    yield leave_out
    monkeypatch.undo()
    vintages.forget()


@pytest.mark.parametrize("model", [SnapshotParameters, GapParameters, ScenarioParameters])
@pytest.mark.parametrize("measure", ["delivered", "deliverable"])
def test_a_year_that_the_vintage_lacks_is_refused(without_year, model, measure):
    without_year(2015, measure)
    sentence = rf"^the vintage 'bundled' has no {measure} exports plus imports of 2015: choose another year or vintage$"
    with pytest.raises(InputError, match=sentence):
        model.validated({"measure": measure, "year": 2015})
    assert model.validated({"measure": measure, "year": 2016}).year == 2016


def test_what_the_snapshot_shows_besides_is_asked_for_too(without_year):
    without_year(2015, "delivered_services")
    with pytest.raises(InputError, match=r"the table delivered_services of the vintage .* has no figures of 2015"):
        SnapshotParameters.validated({"measure": "deliverable", "year": 2015})
    without_year(2024, "delivered")
    with pytest.raises(InputError, match="the table delivered of the vintage 'bundled' has no figures of 2024, which"):
        SnapshotParameters.validated({"year": 2023})


def test_two_regions_of_ones_own_have_two_names():
    values = {name: {"name": "Mine", "members": [code]} for name, code in (("region", "KAZ"), ("benchmark", "UZB"))}
    with pytest.raises(InputError, match="region and benchmark"):
        SnapshotParameters.validated(values)


def test_a_country_page_is_of_one_economy_and_its_benchmark_is_without_it():
    chosen = CountryParameters.validated({"economy": "Viet Nam"})
    one, peers = chosen.compared()
    assert (chosen.economy, one.members) == ("VNM", ("VNM",))
    assert (len(peers.members), "VNM" in peers.members) == (9, False)
    assert chosen.title("Digital trade of one economy") == "Viet Nam: digital trade of one economy"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"economy": "Atlantis"}, "economy: there is no economy 'Atlantis'"),
        ({"economy": "KAZ", "benchmark": "KAZ"}, "economy and benchmark are both KAZ: choose another benchmark"),
        ({"economy": "PRK"}, "PRK has no delivered exports plus imports of 2024"),
        ({"horizon": 2020}, "horizon 2020 is no year to come: the data end in 2025"),
        ({"preset": "magic"}, "preset: there is no preset 'magic'"),
    ],
)
def test_a_country_page_that_cannot_be_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence):
        CountryParameters.validated(values)
