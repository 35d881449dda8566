from itertools import combinations

import pandas as pd
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.readiness import codings, components, turning_cells, uncertainty
from carec_digital_trade.regions import Region, region

ONE, TWO = Region("One", ("AAA", "BBB"), 2024), Region("Two", ("CCC", "DDD"), 2024)
LAW, NONE = "legislation", "none"


def drawn(statuses, names=("cybercrime",), error=0.0, draws=200, regions=(ONE, TWO)):
    """Draw the choices for economies whose statuses stand in the order of the names."""
    rows = [(code, *cell) for code, cells in statuses.items() for cell in zip(names, cells, strict=True)]
    parts = components(pd.DataFrame(rows, columns=["iso3", "domain", "status"]))
    return uncertainty(parts, regions, None, names, draws, error=error)


def test_a_tracker_in_which_one_cell_decides():
    # Of one domain, One has two laws and Two one and nothing: two cells of One turn the lead, and none of Two, with
    # whose law both would have two.
    found = turning_cells(drawn({"AAA": [LAW], "BBB": [LAW], "CCC": [LAW], "DDD": [NONE]}))
    singles = found[found["number"] == 1]
    assert singles["turns"].tolist() == [False, False, False]  # a tie turns nothing
    assert found["leader"].eq("One").all()
    pair = found[(found["number"] == 2) & found["turns"]]["cells"].tolist()
    cell = {code: (code, "cybercrime") for code in ("AAA", "BBB", "DDD")}
    assert sorted(map(sorted, pair)) == sorted(sorted(both) for both in combinations(cell.values(), 2))


def test_a_single_cell_that_turns_the_lead_is_found():
    # One leads with a law to Two's draft. Without it Two does, and so it does with a law of DDD's beside the draft;
    # with a law in place of the draft both have one.
    found = turning_cells(drawn({"AAA": [LAW], "BBB": [NONE], "CCC": ["draft"], "DDD": [NONE]}))
    singles = found[found["number"] == 1]
    singles = singles.set_index(singles["cells"].map(lambda cells: cells[0].iso3))
    assert singles["turns"].to_dict() == {"AAA": True, "CCC": False, "DDD": True}
    assert singles["leads"].to_dict() == {"AAA": 0, "CCC": 0, "DDD": 0}
    assert singles["tracker"].to_dict() == {"AAA": LAW, "CCC": "draft", "DDD": NONE}
    assert singles["instead"].to_dict() == {"AAA": NONE, "CCC": LAW, "DDD": LAW}


@pytest.mark.parametrize("error", [0, 0.1])
def test_a_change_is_what_a_changed_tracker_gives(error):
    laws = load("cyberlaw")
    regions = [region("CAREC"), region("ASEAN")]
    compared = codings(load("law_statements"), laws)
    found = turning_cells(uncertainty(components(laws), regions, draws=400, error=error), compared)
    assert found["doubted"].sum() == 3  # two cells and the pair
    pair = found[found["number"] == 2].iloc[0]
    assert pair["doubted"]
    cells = pd.MultiIndex.from_frame(laws[["iso3", "domain"]])
    changed = laws.assign(status=laws["status"].mask(cells.isin(pair["cells"]), LAW))
    leads = uncertainty(components(changed), regions, draws=400, error=error).leads.set_index("region")["leads"]
    if not error:  # the changed cells are right in every draw, those of a changed tracker only mostly
        assert pair["leads"] == leads["CAREC"]
        assert pair["turns"] == (leads["ASEAN"] > leads["CAREC"])
    assert pair["leads"] == pytest.approx(leads["CAREC"], abs=0.1)


def test_an_unknown_member_may_be_the_one():
    # BBB is unknown and has no part; with a law missing there, One's mean is half of what it was.
    found = turning_cells(drawn({"AAA": [LAW], "BBB": ["no_data"], "CCC": [LAW], "DDD": ["draft"]}))
    row = found[found["cells"].map(lambda cells: cells == (("BBB", "cybercrime"),))].iloc[0]
    assert (row["tracker"], row["instead"], row["turns"]) == ("no_data", NONE, True)


def test_without_a_lead_there_is_nothing_to_turn():
    with pytest.raises(InputError, match="there is no lead to turn"):
        turning_cells(drawn({code: [LAW] for code in (*ONE.members, *TWO.members)}))
    with pytest.raises(InputError, match="there is no lead to turn"):
        turning_cells(drawn({"AAA": [LAW], "BBB": [LAW], "CCC": ["no_data"], "DDD": ["no_data"]}))
