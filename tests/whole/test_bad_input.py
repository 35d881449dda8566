"""What does not fit is refused in one sentence, with nothing started and nothing written."""

import pytest

from carec_digital_trade import cli

CASES = {
    "unknown region": (["-p", "region=CARAC"], "there is no region 'CARAC'"),
    "unknown iso3": (["-p", "region=[KAZ, KZG]"], "there is no economy 'KZG'"),
    "misspelt parameter": (["-p", "regoin=CAREC"], "did you mean 'region'"),
    "year outside": (["-p", "year=2004"], "year 2004 is not covered: delivered has the years 2005 to 2025"),
    "year outside the measure": (["-p", "measure=deliverable"], "deliverable has the years 2010 to 2023"),
    "year as text": (["-p", "year='2024'"], "year must be a whole number such as 2024, not '2024'"),
    "unknown flow": (["-p", "flow=both"], "flow must be 'total', 'exports' or 'imports', not 'both'"),
    "exclusion that is no member": (["-p", "region_exclude=[SGP]"], "SGP cannot be excluded from CAREC"),
    "empty list": (["-p", "region=[]"], "a region needs at least one economy"),
    "broken YAML": (["-p", "region=[KAZ"], "region=[KAZ"),
    "missing file": (["--params", "nowhere.yaml"], "nowhere.yaml"),
    "fraction for a year": (["-p", "year=2024.5"], "year must be a whole number such as 2024, not 2024.5"),
    "empty value": (["-p", "year="], "year"),
    "the word NO is a text": (["-p", "region=NO"], "there is no region 'NO'"),
    "010 is ten": (["-p", "year=010"], "year 10 is not covered"),
    "overlap": (["-p", "region=[KAZ, SGP]"], "region and benchmark share SGP"),
    "named twice": (["-p", "year=2020", "-p", "year=2021"], "year"),
    "unknown vintage": (["-p", "vintage=2019-01"], "there is no vintage '2019-01'"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_in_one_sentence(case, tmp_path, monkeypatch, capsys):
    arguments, words = CASES[case]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("carec_digital_trade.runs.execute.perform", lambda planned: pytest.fail("a run was started"))
    assert cli.status(["run", "snapshot", *arguments, "--out", "reports"]) != 0
    output, errors = capsys.readouterr()
    assert words in errors
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert output == ""
    assert list(tmp_path.iterdir()) == []
