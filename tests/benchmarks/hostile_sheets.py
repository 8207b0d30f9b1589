"""Hostile sheets, checked to the end: none may end in a traceback.

Run it as ``python tests/benchmarks/hostile_sheets.py [COUNT [SEED]]``, by default with 100,000. It
prints how far it is, the seed and the traceback of each that does, and the longest time that one
took; its exit code is 1 if there is one.
"""

import sys
import traceback
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.hostile_sheets import check_hostile, desk

COUNT = 100_000
ALIKE = 20  # sheets about one network
TOLD = 1_000  # how many there are between two lines that tell how far it is


def main(count: int, seed: str) -> int:
    """Check so many; return the exit code."""
    failed, longest, slowest = 0, 0.0, ""
    for number in range(count):
        if number % ALIKE == 0:
            at = desk(f"{seed}/network {number // ALIKE}")
        one, start = f"{seed}/{number}", process_time()
        try:
            check_hostile(at, one)
        except Exception:
            failed += 1
            print(f"\n{one}\n{traceback.format_exc()}")
        took = process_time() - start
        if took > longest:
            longest, slowest = took, one
        if number % TOLD == TOLD - 1:
            print(f"{number + 1} sheets, {failed} tracebacks, slowest {longest:.2f} s", flush=True)
    print(f"{count} sheets, {failed} tracebacks; the slowest took {longest:.2f} s ({slowest})")
    return int(failed > 0)


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]) if given else COUNT, given[1] if len(given) > 1 else "1"))
