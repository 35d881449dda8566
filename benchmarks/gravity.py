"""Do the 95% intervals of gravity cover what is known of made data? ``python benchmarks/gravity.py [DRAWS]``.

A world of as many economies as the bundled table has, with known coefficients of distance, of a region of a third of
them and of one of ten, for which few pairs stand. Flows are the expected ones times gamma shocks, half of whose
variance is shared by both directions of a pair, and a tenth of them are zero. Prints how often the interval of each
kind of cluster holds the true coefficient, and how long a fit takes.
"""

import sys
from time import perf_counter

import numpy as np
import pandas as pd

from carec_digital_trade.integration import equation, gravity

TRUE = {"log_distance": -0.9, "within_region": 0.8, "within_ten": 0.8}
ECONOMIES, ZEROS = 190, 0.1
EQUATION = equation(list(TRUE))


def world(random: np.random.Generator) -> pd.DataFrame:
    """Return pairs without shocks: exporter, importer, expected, pair, and the terms."""
    one, other = (each.ravel() for each in np.indices((ECONOMIES, ECONOMIES)))
    one, other = one[one != other], other[one != other]
    places, sizes = random.uniform(0, 1, (ECONOMIES, 2)), random.normal(0, 1, (2, ECONOMIES))
    distance = np.log(np.hypot(*(places[one] - places[other]).T) + 0.05)
    within = ((one % 3 == 0) & (other % 3 == 0)).astype(int)
    ten = ((one % 19 == 1) & (other % 19 == 1)).astype(int)
    terms = {"log_distance": distance, "within_region": within, "within_ten": ten}
    index = sizes[0][one] + sizes[1][other] + sum(TRUE[term] * values for term, values in terms.items())
    frame = pd.DataFrame({"exporter": one, "importer": other, "expected": np.exp(index), **terms})
    return frame.assign(pair=np.minimum(one, other) * ECONOMIES + np.maximum(one, other))


def shocked(pairs: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Return the pairs with values: gamma shocks of mean 1, in part common to both directions, some of them zero."""
    common = pd.Series(random.gamma(2, 0.5, ECONOMIES**2))
    shocks = common[pairs["pair"]].to_numpy() * random.gamma(3, 1 / 3, len(pairs))
    kept = (random.random(len(pairs)) >= ZEROS) / (1 - ZEROS)
    return pairs.assign(value=pairs["expected"] * shocks * kept)


def main(draws: int) -> None:
    """Print the coverage of both kinds of interval."""
    random = np.random.default_rng(2026)
    started, held = perf_counter(), []
    for _ in range(draws):
        made = shocked(world(random), random)
        for cluster in ("pair", "two_way", "leverage"):
            found = gravity(made, EQUATION, cluster).coefficients.set_index("term")
            for term, value in TRUE.items():
                inside = found.loc[term, "low"] <= value <= found.loc[term, "high"]
                held.append({"cluster": cluster, "term": term, "covered": inside})
    print((100 * pd.DataFrame(held).groupby(["cluster", "term"])["covered"].mean()).to_string())
    print(f"{draws} draws, {1000 * (perf_counter() - started) / draws / 3:.0f} ms a fit")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
