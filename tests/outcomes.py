"""What the models say to values that fit and values that do not; run as a program, it prints that as JSON."""

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import NOTEBOOKS, SharedParameters
from carec_digital_trade.parameters import scenarios as of_scenarios
from carec_digital_trade.scenarios.checking import checked
from carec_digital_trade.scenarios.effects import OwnEffect
from carec_digital_trade.scenarios.goal import Target
from carec_digital_trade.scenarios.levers import Lever

OWN = {"kind": "trade_per_10_percent", "indicator": "internet_users", "measures": ["delivered"], "central": 2.0}
OWN |= {"source": "A survey"}
BASES = {
    Target: {},
    Lever: {"family": "connectivity", "effect": "wto2023_trade"},
    OwnEffect: OWN,
}
ODD = [None, True, 0, -1, 2, 0.5, 2.0, 10**9, float("nan"), "", "x", "CAREC", "exports", "per_gdp", 2024, 2024.0]
ODD += [[], ["KAZ"], ["KAZ", 3], [-4.0, -3], [-4.0, "x"], ["delivered", "x"], (1, 2), {}, {"x": 1.0}, {"KAZ": 0.5}]
ODD += [{"KAZ": 2}, {1: 1.0}, {"name": "Two", "members": ["KAZ", "UZB"]}, {"name": "Two", "members": [1]}, OWN]
ODD += [{"multiple": 0.5, "yaer": 2030}, [{"family": "connectivity", "closure": 2.0}], {**OWN, "low": "a", "x": 1}]

UNFIT = [value for value in ODD if value and (value is True or isinstance(value, str | list | dict))]
"""For models that differ in their own fields."""


def outcomes() -> dict[str, Any]:
    """Return by model, field and value what a model makes of it, or the sentence with which it refuses it.

    What the scenarios' model computes of fields that fit is of no concern here, and costs as much as all else.
    """
    fitted = patch.object(of_scenarios, "_testable", return_value=SimpleNamespace(base_year=2025))
    with fitted, patch.multiple(scenarios, policy=lambda *_, **__: None, target_amount=lambda *_: None):
        return _outcomes()


def _outcomes() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for notebook in NOTEBOOKS.values():
        # What all share is tried once; a model of its own fields is what differs.
        shared = set() if notebook.name == "snapshot" else SharedParameters.model_fields.keys()
        for name in [*(notebook.model.model_fields.keys() - shared), "regoin"]:
            for value in UNFIT if shared else ODD:
                found[f"{notebook.name} {name}={value!r}"] = _outcome(notebook.model.validated, {name: value})
    for model, base in BASES.items():
        for name in [*model.model_fields, "kindd"]:
            for value in ODD:
                given = {**base, name: value}
                found[f"{model.__name__} {name}={value!r}"] = _outcome(checked, model, "it", given)
        for name in base:
            lacking = {key: value for key, value in base.items() if key != name}
            found[f"{model.__name__} without {name}"] = _outcome(checked, model, "it", lacking)
    return found


def _outcome(check: Any, *given: Any) -> Any:
    try:
        made = check(*given)
    except InputError as error:
        return str(error)
    return [repr(made), made.model_dump(), made.model_dump(exclude_defaults=True)]


if __name__ == "__main__":
    print(json.dumps(outcomes()))
