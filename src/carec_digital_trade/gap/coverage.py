"""Does a prediction interval hold as many economies as it says, and of all kinds?"""

import pandas as pd
import scipy

from carec_digital_trade.errors import check_once


def interval_coverage(expected: pd.DataFrame) -> pd.DataFrame:
    """Measure how many left-out economies lie within their prediction interval, and which kind does not.

    Over all economies the share is close to the level by construction, as each is compared with the others. Whether one
    width fits small and large, poor and rich economies is an empirical matter.

    Parameters
    ----------
    expected : pandas.DataFrame
        As `expected_trade` returns it.

    Returns
    -------
    pandas.DataFrame
        One row a group: by (all, population, gdp_per_person), group (all, or lower, middle or upper third), economies,
        inside (economies), coverage (share from 0 to 1).
    """
    check_once(expected, ["iso3"], "the table of expected trade")
    shown = expected.dropna(subset=["actual"])
    inside = shown["position"] == "within"
    groups = {"all": pd.Series("all", index=shown.index)}
    for column in ("population", "gdp_per_person"):
        groups[column] = pd.qcut(shown[column], 3, labels=["lower third", "middle third", "upper third"])
    counted = {
        by: inside.groupby(group, observed=True).agg(economies="size", inside="sum", coverage="mean")
        for by, group in groups.items()
    }
    return pd.concat(counted, names=["by", "group"]).reset_index()


def equal_coverage(found: pd.DataFrame) -> pd.DataFrame:
    """Test whether thirds of the economies are covered alike.

    Parameters
    ----------
    found : pandas.DataFrame
        As `interval_coverage` returns it.

    Returns
    -------
    pandas.DataFrame
        A row for each division: by (population, gdp_per_person), p (Pearson's chi-square test of equal coverage).
    """
    tests = {}
    for by, rows in found[found["by"] != "all"].groupby("by", sort=False):
        table = [rows["inside"].tolist(), (rows["economies"] - rows["inside"]).tolist()]
        tests[by] = scipy.stats.chi2_contingency(table).pvalue
    return pd.DataFrame(tests.items(), columns=["by", "p"])
