"""Files in the exact layouts that the sources publish, made from the bundled figures, for tests and benchmarks."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pycountry

from carec_digital_trade.datasets import load
from carec_digital_trade.importers import data360, oecd, world_bank
from carec_digital_trade.importers.wto import MEMBERS, PARTS_OF_WORLD, SERVICES

WTO_COLUMNS = [
    *("FLOW", "REPORTER_CODE", "REPORTER_NAME", "PARTNER", "YEAR", "INDICATOR", "INDICATOR_NAME", "MODE", "UNIT"),
    *("VALUE", "BREAKING_SERIES"),
]
SERVICE_NAMES = {
    "DDS": "Total digitally delivered services",
    "SF": "Insurance and pension services",
    "SG": "Financial services",
    "SH": "Charges for the use of intellectual property n.i.e.",
    "SI1": "Telecommunications services",
    "SI2": "Computer services",
    "SI3": "Information services",
    "SJ": "Other business services",
    "SK": "Personal, cultural, and recreational services",
}
WTO_AGGREGATES = {
    "WL": "World",
    "AFR": "Africa",
    "ASI": "Asia",
    "CIS": "Commonwealth of Independent States (CIS), including certain associate and former member States",
    "EUR": "Europe",
    "EU": "European Union",
    "NAX": "North America",
    "MEA": "Middle East",
    "CSC": "South and Central America and the Caribbean",
}
FLOW_CODES = {"exports": "X", "imports": "M"}


@lru_cache(maxsize=1)
def wto_file() -> pd.DataFrame:
    """The WTO's bulk file as text, for reading only: 192 economies, 9 aggregates, 2 flows, 21 years, 9 indicators."""
    parts = pd.concat([_economies(), _aggregates(_economies())])
    totals = parts.groupby(level=["code", "flow", "year"]).sum().assign(service="DDS").set_index("service", append=True)
    # The European Union's figures are compiled by themselves and are no sum.
    frame = pd.concat([totals, parts]).reset_index()
    economies = load("economies").dropna(subset="wto_code").set_index("wto_code")["wto_name"]
    names = pd.concat([economies, pd.Series(WTO_AGGREGATES)])
    frame = pd.DataFrame(
        {
            "FLOW": frame["flow"].map(FLOW_CODES),
            "REPORTER_CODE": frame["code"],
            "REPORTER_NAME": frame["code"].map(names),
            "PARTNER": "World",
            "YEAR": frame["year"].astype(str),
            "INDICATOR": frame["service"],
            "INDICATOR_NAME": frame["service"].map(SERVICE_NAMES),
            "MODE": "Mode 1",
            "UNIT": "Million US dollar",
            "VALUE": [f"{value:.10g}" for value in frame["value"]],
            "BREAKING_SERIES": _flags(frame),
        }
    )
    order = frame.assign(FLOW=frame["FLOW"].map({"X": 0, "M": 1}))
    return frame.loc[order.sort_values(["FLOW", "REPORTER_NAME", "YEAR", "INDICATOR"]).index].reset_index(drop=True)


def csv(frame: pd.DataFrame, path: Path, encoding: str = "latin-1") -> Path:
    """Write a file as the WTO does."""
    path.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode(encoding))
    return path


@lru_cache(maxsize=1)
def _economies() -> pd.DataFrame:
    """Services of each economy that add up to the bundled total; a total that was not reported has eight zeros."""
    codes = load("economies").dropna(subset="wto_code").set_index("iso3")["wto_code"]
    total = load("delivered").set_index(["iso3", "flow", "year"])["value"].fillna(0)
    shares = np.random.default_rng(7).dirichlet(np.full(len(SERVICES), 0.7), len(total))
    frame = pd.DataFrame(shares * total.to_numpy()[:, None], index=total.index, columns=list(SERVICES))
    known = load("delivered_services").pivot(index=["reporter", "flow", "year"], columns="service", values="value")
    known = known.drop("WLD").rename_axis(["iso3", "flow", "year"])
    frame.loc[known.index] = known[list(SERVICES)]
    long = frame.rename_axis(columns="service").stack().rename("value").reset_index()
    long["code"] = long["iso3"].map(codes)
    return long.set_index(["code", "flow", "year", "service"])[["value"]]


def _aggregates(economies: pd.DataFrame) -> pd.DataFrame:
    """Regions that are sums of economies, Africa with some more that are not listed, the Union, and the World."""
    wide = economies["value"].unstack("code")
    iso = load("economies").dropna(subset="wto_code").set_index("iso3")["wto_code"]
    members = {code: [iso[each] for each in listed] for code, listed in MEMBERS.items()}
    rest = [code for code in wide if all(code not in listed for listed in members.values())]
    others = [code for code in PARTS_OF_WORLD if code not in members]
    members |= {code: rest[number :: len(others)] for number, code in enumerate(others)}
    sums = {code: wide[listed].sum(axis="columns") for code, listed in members.items()}
    sums["AFR"] = 1.003 * sums["AFR"]
    sums["WL"] = sum(sums[code] for code in PARTS_OF_WORLD)
    sums["EU"] = 0.99 * sums["EUR"]
    long = pd.DataFrame(sums).rename_axis(columns="code").stack().rename("value").reset_index()
    return long.set_index(["code", "flow", "year", "service"])[["value"]]


def _flags(frame: pd.DataFrame) -> list[str]:
    codes = load("economies").dropna(subset="wto_code").set_index("iso3")["wto_code"]
    flagged = load("breaks")
    flagged = set(zip(flagged["iso3"].map(codes), flagged["flow"], flagged["year"], flagged["service"], strict=True))
    flagged |= {("AFR", "exports", 2025, service) for service in ("DDS", "SG", "SJ")}
    key = zip(frame["code"], frame["flow"], frame["year"], frame["service"], strict=True)
    return ["B" if each in flagged else "" for each in key]


def unctad_file() -> pd.DataFrame:
    """A CSV of Data360's database UNCTAD_DE as text, with an aggregate, an empty observation and another indicator."""
    table = load("deliverable")
    codes = {flow: code for code, flow in data360.DELIVERABLE.indicators.items()}
    rows = pd.DataFrame(
        {
            "DATABASE_ID": "UNCTAD_DE",
            "INDICATOR": table["flow"].map(codes),
            "REF_AREA": table["iso3"],
            "REF_AREA_LABEL": table["iso3"].map(economy_names()),
            "TIME_PERIOD": table["year"].astype(str),
            "FREQ": "A",
            "OBS_VALUE": table["value"].map(repr),
            "UNIT_MEASURE": "USD",
            "UNIT_MULT": "6",
            "OBS_STATUS": "A",
        }
    )
    first = rows.iloc[[0]]
    more = [
        first.assign(REF_AREA="WLD", REF_AREA_LABEL="World", OBS_VALUE="4000000.0"),
        first.assign(REF_AREA="TKM", REF_AREA_LABEL="Turkmenistan", OBS_VALUE="", OBS_STATUS="O"),
        first.assign(INDICATOR="UNCTAD_DE_OTHER", UNIT_MULT="0"),
    ]
    return pd.concat([rows, *more], ignore_index=True)


def itu_file() -> pd.DataFrame:
    """A CSV of Data360's indicator of 4G coverage as text, with an aggregate and an empty observation."""
    table = load("coverage_4g")
    fixed = {
        "INDICATOR_LABEL": "Population coverage, at least 4G",
        "UNIT_MEASURE": "PT_POP",
        "UNIT_MEASURE_LABEL": "Percentage of population",
    }
    rows = pd.DataFrame(
        {
            "STRUCTURE": "datastructure",
            "STRUCTURE_ID": "WB.DATA360:DS_DATA360(1.2)",
            "FREQ": "A",
            "REF_AREA": table["iso3"],
            "REF_AREA_LABEL": table["iso3"].map(economy_names()),
            "INDICATOR": "ITU_DH_POP_COV_4G",
            **fixed,
            "TIME_PERIOD": table["year"].astype(str),
            "OBS_VALUE": table["value"].map(repr),
            "DATABASE_ID": "ITU_DH",
            "UNIT_MULT": "0",
            "OBS_STATUS": "A",
        }
    )
    first = rows.iloc[[0]]
    more = [
        first.assign(REF_AREA="WLD", REF_AREA_LABEL="World", OBS_VALUE="93.34733333333332"),
        first.assign(TIME_PERIOD="2011", OBS_VALUE="", OBS_STATUS="O"),
    ]
    return pd.concat([rows, *more], ignore_index=True)


OECD_LABELS = {
    "STRI": "Services trade restrictiveness index",
    "CLAS1_6": "Infrastructure and connectivity",
    "CLAS1_7": "Electronic transactions",
    "CLAS1_8": "Payment system",
    "CLAS1_9": "Intellectual property rights",
    "CLAS1_10": "Other barriers affecting trade in digitally enabled services",
}


def oecd_file() -> pd.DataFrame:
    """The OECD's SDMX CSV with labels as text: a column a dimension and one beside it for its label; a group, too."""
    table = load("dstri")
    codes = {component: code for code, component in oecd.COMPONENTS.items()}
    measure = table["component"].map(codes)
    rows = pd.DataFrame(
        {
            "STRUCTURE": "DATAFLOW",
            "STRUCTURE_ID": "OECD.TAD.TPD:DSD_STRI@DF_STRI_DIGITAL(1.0)",
            "STRUCTURE_NAME": "Digital services trade restrictiveness index",
            "ACTION": "I",
            "FREQ": "A",
            "Frequency of observation": "Annual",
            "REF_AREA": table["iso3"],
            "Reference area": table["iso3"].map(economy_names()),
            "MEASURE": measure,
            "Measure": measure.map(OECD_LABELS),
            "UNIT_MEASURE": "IX",
            "Unit of measure": "Index",
            "TIME_PERIOD": table["year"].astype(str),
            "Time period": "",
            "OBS_VALUE": table["value"].map(repr),
            "Observation value": "",
            "OBS_STATUS": "A",
            "Observation status": "Normal value",
        }
    )
    first = rows.iloc[[0]]
    more = [
        first.assign(REF_AREA="OECD", **{"Reference area": "OECD"}),
        first.assign(TIME_PERIOD="2013", OBS_VALUE="", OBS_STATUS="O"),
        first.assign(MEASURE="CLAS1_6_1", Measure="Interconnection"),
    ]
    return pd.concat([rows, *more], ignore_index=True)


WDI_NAMES = {
    "SP.POP.TOTL": "Population, total",
    "NY.GDP.MKTP.CD": "GDP (current US$)",
    "NY.GDP.MKTP.KD": "GDP (constant 2015 US$)",
    "IT.NET.USER.ZS": "Individuals using the Internet (% of population)",
    "IT.NET.BBND.P2": "Fixed broadband subscriptions (per 100 people)",
    "NE.EXP.GNFS.ZS": "Exports of goods and services (% of GDP)",
    "NE.IMP.GNFS.ZS": "Imports of goods and services (% of GDP)",
}


def economy_names() -> dict[str, str]:
    """ISO 3166-1 alpha-3 to a name, and to those of two that are no economies."""
    return load("economies").set_index("iso3")["short_name"].to_dict() | {"WLD": "World", "CHI": "Channel Islands"}


def world_bank_rows() -> pd.DataFrame:
    """Observations as the World Bank gives them: economy, series, year, value; an aggregate among the economies."""
    panel = load("panel").rename(columns={column: code for code, column in world_bank.INDICATORS.items()})
    long = panel.melt(["iso3", "year"], list(world_bank.INDICATORS), "series", "value")
    world = long[long["iso3"] == "KAZ"].assign(iso3="WLD")
    islands = long[long["iso3"] == "AND"].assign(iso3="CHI")
    return pd.concat([long, world, islands], ignore_index=True).rename(columns={"iso3": "economy"})


def world_bank_file() -> pd.DataFrame:
    """WDICSV.csv as text: a row an economy and indicator, a column a year, and an indicator that is not needed."""
    wide = world_bank_rows().pivot(index=["economy", "series"], columns="year", values="value").reset_index()
    text = wide.astype("object").where(wide.notna(), "").map(lambda value: f"{value}" if value != "" else "")
    text = text.rename(columns=str).rename(columns={"economy": "Country Code", "series": "Indicator Code"})
    text.insert(0, "Country Name", text["Country Code"].map(economy_names()))
    text.insert(2, "Indicator Name", text["Indicator Code"].map(WDI_NAMES))
    land = {"Indicator Code": "AG.LND.TOTL.K2", "Indicator Name": "Land area (sq. km)"}
    other = text.iloc[[0]].assign(**land)
    return pd.concat([text, other], ignore_index=True).assign(**{"1960": "", "Unnamed": ""})


def cyberlaw_file() -> pd.DataFrame:
    """The tracker's CSV as text, with the codes of UN M49."""
    numeric = {country.alpha_3: country.numeric for country in pycountry.countries}
    words = {"legislation": "Legislation", "draft": "Draft Legislation", "none": "No Legislation", "no_data": "No Data"}
    wide = load("cyberlaw").replace({"status": words}).pivot(index="iso3", columns="domain", values="status")
    wide = wide.rename(
        columns={
            "e_transactions": "Electronic Transactions",
            "consumer_protection": "Consumer Protection",
            "privacy_data_protection": "Privacy and Data Protection",
            "cybercrime": "Cybercrime",
            "indirect_taxation": "Indirect Taxation",
        }
    )
    wide.insert(0, "country", wide.index.map(economy_names()))
    wide.insert(0, "code", [numeric[code] for code in wide.index])
    return wide.reset_index(drop=True)


BATIS_HEADER = (
    "Reporter,type_Reporter,Partner,type_Partner,Flow,Item_code,type_Item,Year,Reported_value,Final_value,"
    "Final_value_methodology,Balanced_value"
)
BATIS_ITEMS = ("S", "SA", "SB", "SC", "SD", "SE", "SF", "SG", "SH", "SI", "SI1", "SJ", "SK")
BATIS_SHARES = dict(
    zip(BATIS_ITEMS, (1.0, 0.02, 0.03, 0.2, 0.2, 0.02, 0.05, 0.1, 0.08, 0.12, 0.04, 0.15, 0.03), strict=True)
)


def batis_exports(economies: int, year: int) -> pd.DataFrame:
    """Exports of all services by exporter (rows) and importer (columns), ISO 3166-1 alpha-3, USD million.

    Trade is as large as the bundled exports of digitally deliverable services have it, and falls on partners by size; a
    part of the pairs does not trade.
    """
    table = load("deliverable").query("year == 2020 and flow == 'exports'").set_index("iso3")["value"]
    members = [code for code in load("memberships")["iso3"] if code != "TLS"]
    others = [code for code in load("economies").dropna(subset="wto_code")["iso3"] if code not in [*members, "TLS"]]
    # Namibia's code is NA and Kosovo's 888 here too.
    codes = list(dict.fromkeys([*members, "TLS", "NAM", "XKX", *others]))[:economies]
    size = table.reindex(codes).fillna(50.0)
    deliverable = sum(BATIS_SHARES[item] for item in ("SF", "SG", "SH", "SI", "SJ", "SK"))
    random = np.random.default_rng(year)
    trade = np.outer(size, size) * random.lognormal(0, 1, (len(codes), len(codes)))
    trade[random.random(trade.shape) < 0.3] = 0
    np.fill_diagonal(trade, 0)
    trade *= (size / trade.sum(axis=1) / deliverable).to_numpy()[:, None]
    return pd.DataFrame(trade, index=codes, columns=codes)


def batis_method(exporter: int, importer: int) -> str:
    """A methodology code for a pair."""
    return ("R_IMF", "R_NAT", "E1", "E2", "E5")[(3 * exporter + importer) % 5]


def batis_lines(economies: int, years: range) -> Iterator[str]:
    """The lines of a BaTIS file, header first: both flows, 13 items, groups EU and WL, each economy with each other."""
    yield BATIS_HEADER + "\n"
    iso2 = load("economies").set_index("iso3")["wto_code"]
    for year in years:
        exports = batis_exports(economies, year)
        codes = [iso2[code] for code in exports]
        pairs = [
            (number, other, f"{one},c,{two},c,")
            for number, one in enumerate(codes)
            for other, two in enumerate(codes)
            if number != other
        ]
        for item, share in BATIS_SHARES.items():
            values = (share * exports.to_numpy()).round(6)
            tail = f"{item},m,{year},"
            for number, other, start in pairs:
                value, mirrored = values[number, other], values[other, number]
                method, theirs = batis_method(number, other), batis_method(other, number)
                yield f"{start}X,{tail}{value if method[0] == 'R' else ''},{value},{method},{value}\n"
                yield f"{start}M,{tail}{mirrored if theirs[0] == 'R' else ''},{mirrored},{theirs},{mirrored}\n"
            for number, one in enumerate(codes):
                world = values[number].sum().round(6)
                yield f"{one},c,WL,g,X,{tail},{world},E0,{world}\n"
                yield f"{one},c,EU,g,X,{tail},{world / 4},E0,{world / 4}\n"
                yield f"EU,g,{one},c,X,{tail},{world / 5},E0,{world / 5}\n"


OECD_BATIS_HEADER = "Reporter,Partner,Flow,Item_code,Year,Reported_value,Final_value,Methodology,Balanced_value"


def oecd_batis_file(path: Path, economies: int, years: range) -> Path:
    """The same figures as the OECD's own download has them: ISO 3166-1 alpha-3, EXP and IMP, no types."""
    iso3 = load("economies").dropna(subset="wto_code").set_index("wto_code")["iso3"].to_dict() | {"WL": "WLD"}
    flows = {"X": "EXP", "M": "IMP"}
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(OECD_BATIS_HEADER + "\n")
        for line in islice(batis_lines(economies, years), 1, None):
            one, _, other, _, flow, item, _, year, *values = line.split(",")
            codes = [iso3.get(code, "EU27") for code in (one, other)]
            file.write(",".join([*codes, flows[flow], item, year, *values]))
    return path


def batis_rows(economies: int, years: int) -> int:
    """How many rows such a file has."""
    return years * len(BATIS_ITEMS) * (2 * economies * (economies - 1) + 3 * economies)


def batis_file(path: Path, economies: int, years: range) -> Path:
    """Write a BaTIS file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(batis_lines(economies, years))
    return path
