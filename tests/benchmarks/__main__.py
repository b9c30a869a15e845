"""`python -m tests.benchmarks [name…]`: runs the benchmarks of these names, or all. BENCH=quick or full is the size."""

from __future__ import annotations

import os
import sys
from time import monotonic

from tests.benchmarks.claims import claims
from tests.benchmarks.fanout import fanout
from tests.benchmarks.hour import hour
from tests.benchmarks.idle import idle
from tests.benchmarks.load import load
from tests.benchmarks.measure import SIZES, Bench, Wrong, machine
from tests.benchmarks.starting import starting
from tests.benchmarks.turns import turns
from tests.benchmarks.wording import wording

BENCHES: dict[str, Bench] = {
    "turns": turns,
    "words": wording,
    "fanout": fanout,
    "claims": claims,
    "idle": idle,
    "start": starting,
    "hour": hour,
    "load": load,
}


def main(names: list[str]) -> int:
    """Prints each table when it is there; 1 when a count was wrong. A time never is."""
    size = SIZES[os.environ.get("BENCH", "quick")]
    if unknown := set(names) - set(BENCHES):
        print(f"There is no {', '.join(sorted(unknown))}; there is {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    print(f"Measured on {machine()}; the least, the median and the most of {size.runs} runs.\n", flush=True)
    wrong = 0
    for name in names or BENCHES:
        began = monotonic()
        try:
            for table in BENCHES[name](size):
                print(table, flush=True)
        except Wrong as failure:
            wrong = 1
            print(f"**{name}: {failure}**\n", flush=True)
        print(f"{name} took {monotonic() - began:.0f} s.", file=sys.stderr)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
