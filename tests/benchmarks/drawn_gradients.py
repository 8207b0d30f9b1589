"""The gradient check of as many drawn networks as one likes: what is right, and what is not.

    python tests/benchmarks/drawn_gradients.py [networks]

Of every network the check is run as it is, where each gradient must pass, and once more with one
gradient off by 0.1 %, where that one alone must fail.
"""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.networks import trainings
from support.planted import plant

from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients

AT_ONCE = 100


def draw(number: int, start: int) -> dict[str, int]:
    """Check so many networks, drawn with a seed, and count what came of them."""
    counts = dict.fromkeys(("right", "no loss", "called wrong", "kinks", "found", "missed"), 0)

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(trainings(), st.randoms(use_true_random=False))
    def check(exercise: Exercise, random: object) -> None:
        try:
            found = check_gradients(exercise)
        except WorkingError:
            counts["no loss"] += 1
            return
        counts["right"] += 1
        wrong = [check for check in found if not check.passes]
        if wrong:
            counts["called wrong"] += 1
            print(exercise, wrong)
        counts["kinks"] += any(check.kinks for check in found)
        telling = [check for check in found if check.gradient and not check.kinks]
        if telling:
            name = random.choice(telling).parameter  # type: ignore[attr-defined]
            with pytest.MonkeyPatch.context() as patch:
                plant(patch, name, "1.001")
                failing = {
                    check.parameter for check in check_gradients(exercise) if not check.passes
                }
            counts["found" if failing == {name} else "missed"] += 1
            if failing != {name}:
                print(exercise, name, failing, found)

    check()
    return counts


def main() -> None:
    """Draw in portions, each with a seed of its own, and tell after each."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    totals: dict[str, int] = {}
    started = time.perf_counter()
    for start in range(0, total, AT_ONCE):
        for name, count in draw(min(AT_ONCE, total - start), start).items():
            totals[name] = totals.get(name, 0) + count
        told = ", ".join(f"{name} {count:,}" for name, count in totals.items())
        print(f"{time.perf_counter() - started:.0f} s: {told}", flush=True)


main()
