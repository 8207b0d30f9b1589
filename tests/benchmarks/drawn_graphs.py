"""Drawn graphs of every kind, as many as one likes, against differences in sixty digits.

    python tests/benchmarks/drawn_graphs.py [networks]

Of each, the value and every gradient by a parameter or an input agree to 1e-10 of it with mpmath's;
the compiled training is the working to the last bit, the gradient check passes, and what is saved
trains on as if it had never stopped.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.graph_claims import check_graph
from support.graph_kinds import KINDS


def main() -> int:
    """Draw, and tell after each hundred; the exit code is 1 if anything was wrong."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    started, counts, wrong = time.perf_counter(), Counter[str](), 0
    kinds = [*KINDS]
    for number in range(total):
        kind, seed = kinds[number % len(kinds)], 10_000 + number // len(kinds)
        try:
            check_graph(KINDS[kind](seed), seed)
            counts[kind] += 1
        except Exception as error:  # any failure is one
            wrong += 1
            print(f"{kind} {seed}: {error!r}", flush=True)
        if (number + 1) % 100 == 0 or number + 1 == total:
            told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            print(f"{time.perf_counter() - started:.0f} s: right {told}; wrong {wrong}", flush=True)
    return int(wrong > 0)


sys.exit(main())
