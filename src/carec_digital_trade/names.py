"""What else an economy is called: other sources' spellings, former names and codes, names that several share."""

import re
import unicodedata
from functools import lru_cache

from carec_digital_trade.datasets import load

_WORDS = {"rep": "republic", "dem": "democratic", "fed": "federated", "sts": "states", "st": "saint", "isl": "islands"}
_LITTLE_WORDS = {"the", "of", "and"}
_SMALL_LETTERS = str.maketrans(
    {"\N{LATIN SMALL LETTER DOTLESS I}": "i", "ø": "o", "ł": "l", "đ": "d"}
)  # Unicode does not decompose these.

# fmt: off
_ALSO_CALLED = {
    "BLR": ["Byelorussia"], "CHN": ["China, mainland", "PR China"],
    "CIV": ["Ivory Coast", "Cote d Ivoire"], "COD": ["Congo-Kinshasa", "Zaire", "DRC"], "COG": ["Congo-Brazzaville"],
    "CPV": ["Cape Verde"], "GBR": ["Great Britain", "UK"], "HKG": ["Hong Kong SAR", "Hong Kong SAR, China"],
    "LAO": ["Lao"], "LBY": ["Libyan Arab Jamahiriya"], "LKA": ["Ceylon"],
    "MAC": ["Macau", "Macao SAR", "Macau SAR", "Macao SAR, China", "Macau, China", "Macau SAR, China"],
    "MKD": ["Macedonia", "Macedonia, FYR", "FYROM", "The former Yugoslav Republic of Macedonia"], "MMR": ["Burma"],
    "NLD": ["Holland"], "PRI": ["Puerto Rico (US)"], "PRK": ["DPRK"],
    "PSE": ["West Bank and Gaza", "Palestinian Territory", "Palestinian Territories", "Occupied Palestinian Territory"],
    "SOM": ["Somalia, Fed. Rep."], "SWZ": ["Swaziland"], "TLS": ["East Timor"],
    "TUR": ["Turkey", "Tuerkiye"], "TWN": ["Taiwan, China", "Taiwan Province"],
    "USA": ["US", "America"], "VAT": ["Vatican", "Vatican City"], "VEN": ["Venezuela, RB"],
}
_RETIRED = {
    "ADO": "AND", "BUR": "MMR", "BYS": "BLR", "DHY": "BEN", "FXX": "FRA", "GEL": "KIR", "HVO": "BFA", "IMY": "IMN",
    "KSV": "XKX", "NHB": "VUT", "PCZ": "PAN", "RHO": "ZWE", "ROM": "ROU", "TMP": "TLS", "UNK": "XKX", "WBG": "PSE",
    "XKO": "XKX", "ZAR": "COD",
}
_SHARED = {
    "Congo": ("COD", "COG"), "Korea": ("KOR", "PRK"), "Virgin Islands": ("VGB", "VIR"),
    "Czechoslovakia": ("CZE", "SVK"), "CSK": ("CZE", "SVK"),
    "Serbia and Montenegro": ("MNE", "SRB"), "SCG": ("MNE", "SRB"),
    "Yugoslavia": ("BIH", "HRV", "MKD", "MNE", "SRB", "SVN", "XKX"), "YUG": ("MNE", "SRB", "XKX"),
    "Netherlands Antilles": ("CUW", "SXM"), "ANT": ("CUW", "SXM"),
}
# fmt: on


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Return the form in which all spellings of a name agree.

    Parameters
    ----------
    name : str
        As typed, or as a source prints it.

    Returns
    -------
    str
        Without letter case, accents, punctuation, abbreviations, little words and the order of words, so that
        "Egypt, Arab Rep." and "Arab Republic of Egypt" are one.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_SMALL_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"[.'’‘`´ʼ]", "", plain)).split()  # noqa: RUF001
    return " ".join(sorted(_WORDS.get(word, word) for word in words if word not in _LITTLE_WORDS)) or plain.strip()


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Return every name by which an economy is known.

    Returns
    -------
    dict of str to str
        Names in the form of `fold`, to ISO 3166-1 alpha-3: the package's own, the WTO's, the ISO standard's short,
        common and official ones, those of the World Bank and former ones.
    """
    return {fold(name): code for name, code in known_names().items()}


@lru_cache(maxsize=1)
def known_names() -> dict[str, str]:
    """Return the names of `spellings` as they are written.

    Returns
    -------
    dict of str to str
        To ISO 3166-1 alpha-3; where two economies claim a name, the package's table decides.
    """
    import pycountry  # noqa: PLC0415  (slow to import, and needed only for a name that the table lacks)

    table = load("economies")
    own = set(table["iso3"])
    standard = {
        getattr(each, kind): each.alpha_3
        for kind in ("official_name", "common_name", "name")
        for each in pycountry.countries
        if each.alpha_3 in own and hasattr(each, kind)
    }
    also = {name: code for code, names in _ALSO_CALLED.items() for name in names}
    printed = {
        name: code
        for column in ("wto_name", "short_name", "name")
        for name, code in zip(table[column], table["iso3"], strict=True)
        if isinstance(name, str)
    }
    return standard | also | printed


def successor(code: str) -> str | None:
    """Return the code that took the place of a retired one.

    Parameters
    ----------
    code : str
        Such as TMP, ROM or ZAR, in any letter case: withdrawn from ISO 3166-1, or a source's own.

    Returns
    -------
    str or None
        ISO 3166-1 alpha-3; None where it is not a retired code with one successor.
    """
    return _RETIRED.get(code.strip().upper())


def sharing(name: str) -> tuple[str, ...]:
    """Return the economies between which a name does not decide.

    Parameters
    ----------
    name : str
        Such as "Congo", in any spelling, or the code of a state that fell apart.

    Returns
    -------
    tuple of str
        ISO 3166-1 alpha-3; empty where the name is not shared.
    """
    return {fold(shared): codes for shared, codes in _SHARED.items()}.get(fold(name), ())
