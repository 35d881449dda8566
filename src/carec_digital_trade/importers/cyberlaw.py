"""UNCTAD, Global Cyberlaw Tracker: the status of five domains of law in each economy."""

from pathlib import Path

import pandas as pd

from carec_digital_trade.importers import checking
from carec_digital_trade.importers.codes import m49_codes
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.source import Asked, Reading, Source

DOMAINS = {
    "Electronic Transactions": "e_transactions",
    "Consumer Protection": "consumer_protection",
    "Privacy and Data Protection": "privacy_data_protection",
    "Cybercrime": "cybercrime",
    "Indirect Taxation": "indirect_taxation",
}
STATUSES = {
    "Legislation": "legislation",
    "Draft Legislation": "draft",
    "No Legislation": "none",
    "No Data": "no_data",
}
LARGEST = 20_000_000


def read(path: Path, _asked: Asked) -> Reading:
    """Read the tracker's CSV.

    Parameters
    ----------
    path : pathlib.Path
        The file; its economies have the three-digit codes of UN M49.
    _asked : Asked
        Not needed: the tracker has no years.

    Returns
    -------
    Reading
        The table cyberlaw.

    Raises
    ------
    DataError
        If the file is not laid out as expected, or names an unknown economy or status.
    """
    rows = text_rows(path, "*.csv", ["code", "country", *DOMAINS], LARGEST)
    for domain in DOMAINS:
        checking.expect(rows, domain, STATUSES)
    codes = rows["code"].str.zfill(3)
    rows = rows.assign(iso3=checking.mapped(codes, m49_codes(), rows["country"]))
    unknown = checking.names_fit(codes, rows["country"], m49_codes())
    checking.once(rows.assign(value=rows[list(DOMAINS)].agg(", ".join, axis="columns")), ["iso3"])
    long = rows.melt("iso3", list(DOMAINS), "domain", "status")
    frame = long.assign(
        domain=pd.Categorical(long["domain"].map(DOMAINS), list(DOMAINS.values())), status=long["status"].map(STATUSES)
    )
    frame = frame.sort_values(["iso3", "domain"]).astype({"domain": "str"})[["iso3", "domain", "status"]]
    return Reading({"cyberlaw": frame}, (*unknown, *against_present("cyberlaw", frame)))


SOURCE = Source(
    name="cyberlaw",
    title="UNCTAD, Global Cyberlaw Tracker",
    page="https://unctad.org/topic/ecommerce-and-digital-economy/ecommerce-law-reform/summary-adoption-e-commerce-legislation-worldwide",
    tables=("cyberlaw",),
    read=read,
    file="the tracker's CSV: code, country and the five domains",
)
"""UNCTAD gives no address of the file that stays, so that it is downloaded by hand."""
