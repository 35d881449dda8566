"""UNCTAD, Global Cyberlaw Tracker: the status of five domains of law in each economy."""

from pathlib import Path

from carec_digital_trade.importers import checking
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading

DOMAINS = {
    "Electronic Transactions": "e_transactions",
    "Consumer Protection": "consumer_protection",
    "Privacy and Data Protection": "privacy_data_protection",
    "Cybercrime": "cybercrime",
    "Indirect Taxation": "indirect_taxation",
}
STATUSES = {"Legislation": "legislation", "Draft Legislation": "draft", "No Legislation": "none", "No Data": "no_data"}
LARGEST = 100_000_000


def read(path: Path, _asked: Asked) -> Reading:
    """Read the CSV of the tracker.

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
    known, codes = checking.iso_codes("numeric"), rows["code"].str.zfill(3)
    rows = rows.assign(iso3=checking.mapped(codes, known, rows["country"]))
    unknown = checking.names_fit(codes, rows["country"], known)
    checking.once(rows, ["iso3"], list(DOMAINS))
    # A stable sort keeps the domains of an economy in the order of their columns.
    long = rows.melt("iso3", list(DOMAINS), "domain", "status").sort_values("iso3", kind="stable")
    frame = long.assign(domain=long["domain"].map(DOMAINS), status=long["status"].map(STATUSES))
    return Reading({"cyberlaw": frame}, (*unknown, *against_present("cyberlaw", frame)))
