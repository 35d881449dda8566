"""Codes by which the sources name economies and groups of economies, and what they stand for here."""

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import iso3

# fmt: off
WORLD_BANK_GROUPS = frozenset({
    "AFE", "AFR", "AFW", "ARB", "CAA", "CEA", "CEB", "CEU", "CLA", "CME", "CSA", "CSS", "DEA", "DEC", "DLA", "DMN",
    "DNS", "DSA", "DSF", "DSS", "EAP", "EAR", "EAS", "ECA", "ECS", "EMU", "EUU", "FCS", "FXS", "HIC", "HPC", "IBB",
    "IBD", "IBT", "IDA", "IDB", "IDX", "INX", "LAC", "LCN", "LCR", "LDC", "LIC", "LMC", "LMY", "LTE", "MDE", "MEA",
    "MIC", "MNA", "NAC", "NAF", "NRS", "NXS", "OED", "OSS", "PRE", "PSS", "PST", "RRS", "SAS", "SSA", "SSF", "SST",
    "SXZ", "TEA", "TEC", "TLA", "TMN", "TSA", "TSS", "UMC", "WLD", "XZN",
})
# fmt: on
"""Regions, income and lending groups of the World Development Indicators and of Data360."""

NOT_LISTED = {"CHI": "Channel Islands"}
"""Territories in the World Bank's data without an ISO 3166-1 code of their own, which are left out."""


def iso3_codes() -> dict[str, str]:
    """Return the package's own codes.

    Returns
    -------
    dict of str to str
        ISO 3166-1 alpha-3, and XKX for Kosovo, each to itself.
    """
    return {code: code for code in load("economies")["iso3"]}


def wto_codes() -> dict[str, str]:
    """Return the codes of the WTO's files.

    Returns
    -------
    dict of str to str
        The WTO's own for its economies (NA is Namibia, 888 Kosovo) and ISO 3166-1 alpha-2 for the package's others, to
        ISO 3166-1 alpha-3.
    """
    economies = load("economies").dropna(subset="wto_code")
    return _standard("alpha_2") | dict(zip(economies["wto_code"], economies["iso3"], strict=True))


def m49_codes() -> dict[str, str]:
    """Return the three-digit codes of UN M49, which are the numeric ones of ISO 3166-1.

    Returns
    -------
    dict of str to str
        To ISO 3166-1 alpha-3, of the package's economies.
    """
    return _standard("numeric")


def other_iso2_codes() -> set[str]:
    """Return the codes of economies, past ones too, that the package does not list.

    Returns
    -------
    set of str
        ISO 3166-1 and 3166-3 alpha-2.
    """
    import pycountry  # noqa: PLC0415  (slow to import, and needed only here)

    known = [*pycountry.countries, *pycountry.historic_countries]
    return {each.alpha_2 for each in known if hasattr(each, "alpha_2")} - set(wto_codes())


def named(name: str) -> str | None:
    """Return whose name it is.

    Parameters
    ----------
    name : str
        As a source spells it.

    Returns
    -------
    str or None
        ISO 3166-1 alpha-3 of the economy, or None if it is not known, such as one of a group of economies.
    """
    import pycountry  # noqa: PLC0415  (slow to import, and needed only here)

    try:
        return iso3(name)
    except InputError:
        kinds = ("name", "common_name", "official_name")
        return next((each.alpha_3 for kind in kinds if (each := pycountry.countries.get(**{kind: name}))), None)


def _standard(kind: str) -> dict[str, str]:
    import pycountry  # noqa: PLC0415  (slow to import, and needed only here)

    own = iso3_codes()
    return {getattr(each, kind): each.alpha_3 for each in pycountry.countries if each.alpha_3 in own}
