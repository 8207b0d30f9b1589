"""How well a sheet is checked: thousands of simulated students, with one mistake and with none.

Run it as ``python tests/benchmarks/checking.py [WRONG [RIGHT [SEED]]]``, by default with 2,000
sheets that have a mistake and 10,000 that have none. It prints the share of mistakes that are
located at the right line, the share of those that are named, the right sheets with a line that is
called wrong, and a table of mistake against verdict.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import process_time
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.student.measured import Outcome, outcome
from support.student.working import right_sheet, wrong_sheet

MISTAKEN, RIGHT = 2_000, 10_000
MARK = 500  # a dot for so many sheets


class Tally(NamedTuple):
    """What came of the sheets with one mistake, by the mistake."""

    planted: Counter[str]
    located: Counter[str]
    named: Counter[str]
    first: Counter[str]

    def share(self, part: Counter[str], of: Counter[str]) -> str:
        """One count as a percentage of another."""
        return f"{100 * part.total() / max(of.total(), 1):6.2f} %"


def mistaken(count: int, seed: str) -> Tally:
    """Check sheets with one mistake each."""
    tally = Tally(Counter(), Counter(), Counter(), Counter())
    for number in range(count):
        sheet = wrong_sheet(Random(f"{seed}/wrong/{number}"))
        assert sheet.planted is not None
        found, mistake = outcome(sheet), sheet.planted.mistake
        tally.planted[mistake] += 1
        tally.located[mistake] += found.located
        tally.named[mistake] += found.named
        tally.first[mistake] += found.named_first
        if number % MARK == MARK - 1:
            print(".", end="", flush=True)
    return tally


def without_mistake(count: int, seed: str) -> tuple[int, int, Counter[str]]:
    """Check sheets without a mistake: how many have a wrong line, all lines, and the verdicts."""
    wrong, lines = 0, Counter[str]()
    for number in range(count):
        found: Outcome = outcome(right_sheet(Random(f"{seed}/right/{number}")))
        wrong += found.verdicts["wrong"] > 0
        lines += found.verdicts
        if number % MARK == MARK - 1:
            print(".", end="", flush=True)
    return wrong, lines.total(), lines


def main(count: int, right: int, seed: str) -> None:
    """Print all figures."""
    start = process_time()
    tally = mistaken(count, seed)
    wrong, lines, verdicts = without_mistake(right, seed)
    print(f"\n{count} sheets with one mistake, carried on (seed {seed})")
    print(f"  located at the right line  {tally.share(tally.located, tally.planted)}")
    print(f"  of these, named            {tally.share(tally.named, tally.located)}")
    print(f"  of these, named first      {tally.share(tally.first, tally.located)}")
    print(f"{right} sheets without a mistake, {lines} lines")
    print(f"  with a line called wrong   {wrong:6d}")
    print(f"  {', '.join(f'{count} lines {verdict}' for verdict, count in verdicts.items())}")
    print(f"\n  {'mistake':32}{'planted':>9}{'located':>9}{'named':>9}{'first':>9}")
    for mistake, planted in sorted(tally.planted.items()):
        row = (planted, tally.located[mistake], tally.named[mistake], tally.first[mistake])
        print(f"  {mistake:32}" + "".join(f"{number:9d}" for number in row))
    print(f"\n{process_time() - start:.0f} seconds")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else MISTAKEN,
        int(given[1]) if len(given) > 1 else RIGHT,
        given[2] if len(given) > 2 else "1",
    )
