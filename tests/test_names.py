import pytest
from hypothesis import given
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.economies import fold, iso3, known_names, other_names, spellings
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region

KNOWN = known_names()


def test_no_spelling_leads_to_two_economies():
    assert all(spellings()[fold(name)] == code for name, code in KNOWN.items())


@pytest.mark.parametrize("column", ["name", "short_name", "wto_name"])
def test_every_name_of_the_table_of_economies_is_known(column):
    table = load("economies").dropna(subset=column)
    assert [spellings()[fold(name)] for name in table[column]] == table["iso3"].to_list()


@given(st.sampled_from(sorted(KNOWN)), st.sampled_from([str.lower, str.upper, str.title]), st.randoms())
def test_a_name_is_found_in_any_letter_case_and_order_of_words(name, case, random):
    words = case(name).replace(",", " ").split()
    random.shuffle(words)
    assert spellings()[fold(" ".join(words))] == KNOWN[name]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "TUR",
            [
                "Turkey",
                "Türkiye",
                "Turkiye",
                "TÜRKİYE",
                "T\N{LATIN SMALL LETTER U WITH DIAERESIS}rk\N{LATIN SMALL LETTER DOTLESS I}ye",
                "Tu\N{COMBINING DIAERESIS}rkiye",
                "Tuerkiye",
            ],
        ),
        ("CZE", ["Czechia", "Czech Republic", "Czech Rep."]),
        ("SWZ", ["Swaziland", "Eswatini"]),
        ("CIV", ["Ivory Coast", "Côte d'Ivoire", "Cote d\N{RIGHT SINGLE QUOTATION MARK}Ivoire", "Cote dIvoire"]),
        ("CPV", ["Cape Verde", "Cabo Verde"]),
        ("HKG", ["Hong Kong", "Hong Kong SAR", "Hong Kong SAR, China", "China, Hong Kong SAR"]),
        ("MAC", ["Macao", "Macau", "Macao SAR, China", "China, Macao SAR"]),
        ("TWN", ["Taiwan", "Taiwan, China", "Chinese Taipei", "China, Taiwan Province of"]),
        ("KOR", ["Korea, Rep.", "South Korea", "Republic of Korea", "Rep. of Korea"]),
        ("PRK", ["Korea, Dem. People's Rep.", "North Korea"]),
        ("EGY", ["Egypt, Arab Rep."]),
        ("SVK", ["Slovakia", "Slovak Republic"]),
        ("COD", ["Congo, Dem. Rep.", "Dem. Rep. of the Congo", "Congo-Kinshasa", "Zaire"]),
        ("COG", ["Congo, Rep.", "Congo (Brazzaville)"]),
        ("BHS", ["Bahamas, The"]),
        ("GMB", ["Gambia, The"]),
        ("IRN", ["Iran, Islamic Rep.", "Iran (Islamic Republic of)"]),
        ("YEM", ["Yemen, Rep."]),
        ("VEN", ["Venezuela, RB"]),
        ("FSM", ["Micronesia, Fed. Sts."]),
        ("PSE", ["West Bank and Gaza"]),
        ("PRI", ["Puerto Rico (US)"]),
        ("VIR", ["Virgin Islands (U.S.)"]),
        ("SOM", ["Somalia, Fed. Rep."]),
        ("KNA", ["St. Kitts and Nevis", "Saint Kitts & Nevis"]),
        ("VCT", ["St. Vincent and the Grenadines"]),
        ("SXM", ["Sint Maarten (Dutch part)"]),
        ("LAO", ["Laos", "Lao PDR"]),
        ("MKD", ["Macedonia, FYR"]),
    ],
)
def test_names_of_other_sources_and_former_ones(code, names):
    assert {name: iso3(name) for name in names} == dict.fromkeys(names, code)
    assert region(names[0]).members == (code,)


@pytest.mark.parametrize(("retired", "code"), [("TMP", "TLS"), ("rom", "ROU"), ("ZAR", "COD"), ("KSV", "XKX")])
@pytest.mark.parametrize("read", [iso3, lambda spec: region(spec).members[0], lambda spec: region([spec]).members[0]])
def test_a_retired_code_is_read_and_said(retired, code, read):
    with pytest.warns(UserWarning, match=rf"{retired} is a retired code: .* \({code}\) is taken for it"):
        assert read(retired) == code


def test_no_retired_code_is_in_use():
    assert not [code for code in load("economies")["iso3"] if code in other_names()["retired"]]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Congo", ("COD", "COG")),
        ("KOREA", ("KOR", "PRK")),
        ("the Virgin Islands", ("VGB", "VIR")),
        ("SCG", ("MNE", "SRB")),
    ],
)
@pytest.mark.parametrize("read", [iso3, region, lambda spec: region(["KAZ", spec])])
def test_a_shared_name_asks_which(name, codes, read):
    assert tuple(other_names()["shared"][fold(name)]) == codes
    with pytest.raises(
        InputError, match=rf"does not say which economy is meant: write {codes[0]} \(.*or {codes[1]} \("
    ):
        read(name)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Chechia", "'Czechia'"),
        ("Swazilnd", "'Swaziland'"),
        ("Kazakstan", "'Kazakhstan'"),
        ("Turky", "'Turkey'"),
        ("Slovnia", "'Slovenia'"),
    ],
)
def test_a_hint_is_the_nearest_name(typed, hint):
    with pytest.raises(InputError, match=f"did you mean {hint}"):
        iso3(typed)


@pytest.mark.parametrize("typed", ["Siam", "Atlantis", "QQQ", "Prester John"])
def test_no_hint_where_nothing_is_near(typed):
    with pytest.raises(InputError, match=r"or a name$"):
        iso3(typed)
