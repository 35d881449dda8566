"""What does importing the package cost against importing pandas? Prints the ratio; the project's bound is 1.5."""

import statistics
import subprocess
import sys
import time

ROUNDS = 7


def seconds(statement: str) -> float:
    """Return the wall-clock time of a new Python that runs one statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Time the two in turn, so that a change of the machine's speed meets both."""
    pairs = [(seconds("import carec_digital_trade"), seconds("import pandas"), seconds("pass")) for _ in range(ROUNDS)]
    ratios = [ours / pandas for ours, pandas, _ in pairs]
    print(f"import carec_digital_trade / import pandas: {statistics.median(ratios):.2f} (median of {ROUNDS} pairs)")
    print(f"range {min(ratios):.2f} to {max(ratios):.2f}; an empty Python takes {pairs[0][2] / pairs[0][1]:.2f} of it")
    everything = "from carec_digital_trade import datasets, metrics, regions"
    print(f"datasets, metrics and regions / import pandas: {seconds(everything) / pairs[-1][1]:.2f}")


if __name__ == "__main__":
    main()
