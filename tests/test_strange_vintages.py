"""A vintage of a stranger: what is wrong with its descriptor or table stops nothing but itself, and is named."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carec_digital_trade import cli, vintages
from carec_digital_trade.datasets import describe, load, verify
from carec_digital_trade.datasets import vintages as listed
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers import SOURCES, storing
from carec_digital_trade.importers.storing import Reading
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.runs import open_notebook, plan

FRAME = pd.DataFrame({"iso3": ["KAZ"], "year": [2020], "flow": ["exports"], "value": [1.5]})


def take_in(name: str, day: str) -> Path:
    origin = {"file": "UNCTAD_DE.csv", "address": None, "sha256": "0" * 64, "retrieved": day}
    frame = FRAME.assign(value=float(day[-2:]))
    return storing.store(SOURCES["unctad_deliverable"], name, Reading({"deliverable": frame}), origin).folder


@pytest.fixture
def good(user_data: Path) -> Path:
    """The folder of a vintage that is as it should be."""
    return take_in("2027-01", "2027-01-01")


@pytest.fixture
def bad(good: Path) -> Path:
    """The folder of a later one, to be damaged."""
    return take_in("2027-02", "2027-02-02")


def without(key: str) -> Callable[[dict], Any]:
    return lambda package: {name: value for name, value in package.items() if name != key}


def of_resource(**changed: Any) -> Callable[[dict], Any]:
    return lambda package: package | {"resources": [{**package["resources"][0], **changed}]}


DAMAGES: dict[str, Callable[[dict], Any]] = {
    "no origin": without("origin"),
    "no resources": without("resources"),
    "an empty list of resources": lambda package: package | {"resources": []},
    "null": lambda _: None,
    "a list": lambda package: [package],
    "text": lambda _: "x",
    "an origin of null": lambda package: package | {"origin": None},
    "a date of null": lambda package: package | {"origin": package["origin"] | {"retrieved": None}},
    "no date": lambda package: package | {"origin": package["origin"] | {"retrieved": "soon"}},
    "a resource of null": lambda package: package | {"resources": [None]},
    "a table called as a path": of_resource(name="../../secret"),
    "no hash": of_resource(hash=None),
    "another algorithm": of_resource(hash="crc:00"),
    "no schema": of_resource(schema=None),
    "a field of an unknown type": of_resource(schema={"fields": [{"name": "a", "type": "object"}]}),
    "a pattern that is none": of_resource(
        schema={
            "fields": [{"name": "a", "type": "string", "constraints": {"pattern": "("}}],
            "primaryKey": [],
            "missingValues": [],
        }
    ),
    "no licence": of_resource(licenses=[{}]),
    "NaN": of_resource(rows=float("nan")),
}
STAND_INS: dict[str, Callable[[Path], Any]] = {
    "no JSON": lambda path: path.write_text("{"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "not UTF-8": lambda path: path.write_bytes(b"\xff\xff"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link": lambda path: path.symlink_to("/etc/hostname"),
    "huge": lambda path: path.write_bytes(b" " * 10_000_001),
}


@pytest.mark.parametrize("kind", [*DAMAGES, *STAND_INS])
def test_a_bad_descriptor_stops_nothing_else_and_is_named(
    good: Path, bad: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture
):
    descriptor = bad / "datapackage.json"
    content = json.loads(descriptor.read_text())
    descriptor.unlink()
    if kind in DAMAGES:
        descriptor.write_text(json.dumps(DAMAGES[kind](content)))
    else:
        STAND_INS[kind](descriptor)
    vintages.forget()
    # The bundled figures and the other vintage work, for the library, a plan and the command line.
    assert SnapshotParameters.validated({}).vintage == "bundled"
    assert plan(open_notebook("snapshot"), {}, tmp_path).data["delivered"]["vintage"] != bad.name
    assert load("deliverable", good.name)["value"].tolist() == [1.0]
    assert listed()["vintage"].tolist() == [good.name]
    assert cli.status(["data", "list"]) == 0
    assert cli.status(["data", "verify", "table1"]) == 0
    errors = capsys.readouterr().err
    assert errors.startswith(f"cdt: left out: {descriptor} cannot be read")
    assert errors.endswith(": remove the folder and import the file again\n")
    assert errors.count("\n") == 1
    # Itself, and what would depend on it, is refused.
    for asked in (bad.name, "latest"):
        with pytest.raises(DataError, match=r"datapackage\.json cannot be read"):
            load("deliverable", asked)
        assert cli.status(["data", "show", "deliverable", "--vintage", asked]) == 1
    # An import goes on, and a name that is taken stays so.
    assert take_in("2027-03", "2027-03-03").exists()
    with pytest.raises(InputError, match="has a vintage 2027-02 already"):
        take_in("2027-02", "2027-02-04")


def tampered(folder: Path, **changed: Any) -> None:
    descriptor = folder / "datapackage.json"
    descriptor.write_text(json.dumps(of_resource(**changed)(json.loads(descriptor.read_text()))))
    vintages.forget()


@pytest.mark.parametrize("how", ["up", "absolute", "link", "link above"])
def test_a_path_in_a_descriptor_stays_in_its_folder(good: Path, tmp_path: Path, how: str):
    secret = tmp_path / "secret" / "key.csv"
    secret.parent.mkdir()
    secret.write_text("a private key\nof somebody\n")
    if how == "up":
        tampered(good, path=os.path.relpath(secret, good))
    elif how == "absolute":
        tampered(good, path=str(secret))
    elif how == "link":
        (good / "raw" / "deliverable.csv").unlink()
        (good / "raw" / "deliverable.csv").symlink_to(secret)
    else:
        shutil.copy(secret, secret.with_name("deliverable.csv"))
        shutil.rmtree(good / "raw")
        (good / "raw").symlink_to(secret.parent)
    vintages.forget()
    (problem,) = verify("deliverable", good.name)["problem"]
    assert problem == f"the path in the descriptor leads out of {good}"
    with pytest.raises(DataError, match="leads out of"):
        load("deliverable", good.name)


def test_what_is_no_table_is_not_quoted(good: Path):
    (good / "raw" / "deliverable.csv").write_text("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n")
    (problem,) = verify("deliverable", good.name)["problem"]
    assert "PRIVATE" not in problem
    assert "MIIEvQ" not in problem
    assert "is not the one in the descriptor" in problem


def test_columns_are_those_of_the_table(good: Path):
    schema = describe("deliverable", good.name)["schema"]
    schema["fields"][0]["name"] = "code"
    tampered(good, schema=schema)
    with pytest.raises(DataError, match="columns of deliverable are code, year, flow, value, not those of"):
        load("deliverable", good.name)


def test_a_bundled_table_is_the_released_one_whatever_its_descriptor_says(data_copy: Path):
    descriptor = data_copy / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    (resource,) = (each for each in package["resources"] if each["name"] == "table1")
    path = data_copy / "raw" / "table1.csv"
    path.write_bytes(path.read_bytes().replace(b"7909", b"7908"))
    resource["hash"] = f"sha256:{storing.hashlib.sha256(path.read_bytes()).hexdigest()}"
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    vintages.forget()
    (problem,) = verify("table1")["problem"]
    assert problem == "the hash in the descriptor is not the one that this package was released with"
    with pytest.raises(DataError, match="released with"):
        load("table1")
