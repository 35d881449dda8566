import pytest
from hypothesis import given
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.economies import economy_name, fold, iso3, other_names
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.regions import Region, region, region_names

CODES = sorted(load("economies")["iso3"])
NAMED = [code for code in CODES if fold(economy_name(code)) not in other_names()["shared"]]


def test_members_by_year():
    assert len(region("CAREC").members) == 11
    assert len(region("ASEAN").members) == 10
    assert "TLS" in region("ASEAN", 2025).members
    assert "GEO" not in region("CAREC", 2015).members
    assert len(region("CAREC", 2005).members) == 8
    assert region_names()[:3] == ["CAREC", "ASEAN", "EU"]


def test_exclusions():
    assert "CHN" not in region("CAREC", exclude=["CHN"]).members
    assert region("carec", exclude=["China"]).label == "CAREC without China"
    assert region("CAREC", exclude=["CHN", "PAK"]).label == "CAREC without China and Pakistan"
    assert region("CAREC", exclude=[*region("CAREC").members[:5]]).label == "CAREC without 5 members"


def test_own_lists():
    assert region(["kaz", "Kyrgyz Republic", "UZB"]) == Region(
        "Kazakhstan, Kyrgyz Republic and Uzbekistan", ("KAZ", "KGZ", "UZB"), 2024
    )
    assert region(["KAZ", "KGZ", "ARM", "BLR", "RUS"]).label == "Kazakhstan and 4 others"
    assert region("NAM").members == ("NAM",)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("KAZ", "KAZ"),
        ("kazakhstan", "KAZ"),
        ("Viet Nam", "VNM"),
        ("Lao PDR", "LAO"),
        ("Lao People's Democratic Republic", "LAO"),
        ("China, People\N{RIGHT SINGLE QUOTATION MARK}s Republic of", "CHN"),
        ("CHINA", "CHN"),
        ("Turkiye", "TUR"),
        ("côte d'ivoire", "CIV"),
        ("Brunei Darussalam", "BRN"),
        ("brunei", "BRN"),
        ("Namibia", "NAM"),
        ("UNMIK/Kosovo", "XKX"),
        ("Kyrgyzstan", "KGZ"),
    ],
)
def test_names_in_any_case(name, code):
    assert iso3(name) == code


@given(st.sampled_from(NAMED), st.sampled_from([str.lower, str.upper, str.title]))
def test_every_name_leads_back_to_its_code(code, case):
    assert iso3(case(economy_name(code))) == code
    assert iso3(case(economy_name(code, short=True))) == code


@given(st.lists(st.sampled_from(CODES), min_size=2, max_size=12, unique=True), st.data())
def test_exclusion_takes_out_and_nothing_else(codes, data):
    out = data.draw(st.lists(st.sampled_from(codes), max_size=len(codes) - 1, unique=True))
    kept = region(codes, exclude=out).members
    assert list(kept) == [code for code in codes if code not in out]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: region("ASAEN"), "there is no region 'ASAEN'.*did you mean 'ASEAN'"),
        (lambda: region("World"), "'World' is an aggregate"),
        (lambda: region(["KAZ", "WLD"]), "'WLD' is an aggregate"),
        (lambda: region(["KAZ", "KZG"]), "there is no economy 'KZG'"),
        (lambda: region([]), "a region needs at least one economy"),
        (lambda: region(["KAZ", "Kazakhstan"]), "names KAZ twice"),
        (lambda: region("CAREC", exclude=["SGP"]), "SGP cannot be excluded from CAREC because it is no member in 2024"),
        (lambda: region("KAZ", exclude=["KAZ"]), "the exclusions leave Kazakhstan without a member"),
        (lambda: region("CAREC", 1990), "CAREC has no members in 1990: its first members joined in 2001"),
        (lambda: region({"name": "Caspian"}), "a region of your own has a name and members, such as"),
        (lambda: region({"name": "Caspian", "members": "KAZ"}), "a region of your own has a name and members, such as"),
        (lambda: region({"name": "x" * 41, "members": ["KAZ"]}), "the name of a region has 1 to 40 letters"),
        (lambda: region({"name": "Asean", "members": ["KAZ"]}), "Asean is the name of another region"),
        (lambda: region({"name": "Georgia", "members": ["KAZ"]}), r"Georgia is the name of .* an economy"),
        (lambda: iso3(398), "398 is no economy"),
        (lambda: iso3("Kazakstan"), "did you mean 'Kazakhstan'"),
        (lambda: iso3("Kirgizstan"), "did you mean 'Kyrgyzstan'"),
        (lambda: iso3("Kirghizia"), "or a name$"),
        (lambda: region(["KAZ", "asean"]), "'asean' is a region: a list may hold economies only, such as"),
    ],
)
def test_errors_say_what_would_be_right(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_known_groups_by_year():
    assert len(region("EU", 2019).members) == 28
    assert "GBR" not in region("eu", 2020).members  # it left on 31 January
    assert region("EAEU", 2015).members == ("ARM", "BLR", "KAZ", "KGZ", "RUS")
    with pytest.raises(InputError, match="RCEP has no members in 2021: its first members joined in 2022"):
        region("RCEP", 2021)


def test_a_region_of_ones_own_has_a_name():
    own = region({"name": "Central Asia", "members": ["KAZ", "Uzbekistan"]}, exclude=["KAZ"])
    assert (own.name, own.members, own.label) == ("Central Asia", ("UZB",), "Central Asia without Kazakhstan")


def test_a_file_holds_regions_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREC_DATA_DIR", str(tmp_path))
    (tmp_path / "regions.yaml").write_text("South Caucasus: [ARM, AZE, Georgia]\n", encoding="utf-8")
    assert region("south caucasus").members == ("ARM", "AZE", "GEO")
    chosen = SnapshotParameters.validated({"region": "South Caucasus"})
    assert chosen.region == {"name": "South Caucasus", "members": ["ARM", "AZE", "GEO"]}  # written out for the record
    with pytest.raises(InputError, match=r"write one of CAREC, .*South Caucasus"):
        region("North Caucasus")
    (tmp_path / "regions.yaml").write_text("[ARM, AZE]\n", encoding="utf-8")
    with pytest.raises(InputError, match="must hold a list of economies for each name"):
        region("South Caucasus")
