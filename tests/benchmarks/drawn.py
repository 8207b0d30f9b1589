"""All tests that draw their input at random, with new seeds, for as long as one likes.

    python tests/benchmarks/drawn.py [SECONDS [FIRST]] [-- PYTEST'S OWN ARGUMENTS]

By default for ten minutes. One drawing after the other is made, from the FIRST on (1; the tests
themselves make drawing 0); what fails in one is printed with the command that shows it again, and
the exit code is 1 then. Two arguments that help: ``-n 4`` for four processes, ``-k WORD`` for some
of the tests.

What is drawn, and the test that holds it:

- *predictions next to 0 and 1*, of every kind of output: worked and printed to the end, however few
  decimals are kept (``lesson/test_confident_lines.py``: what has a value in float64 …), right to
  ten digits, and compiled to the same bits (``functions/test_extremes.py``; derivatives alone, for
  any argument: ``functions/test_stability.py``);
- *how much of the output fits* on a disk: the exit code tells (``cli/test_streams.py``: whatever
  fits …);
- *what stands where a file is to be written*, links, pipes, folders, names of any length: nothing
  else is touched (``cli/test_destinations.py``: whatever stands there …); kills at any moment
  (``cli/test_keeping.py``);
- *trainings that are saved and go on*, numbers of any size: what was written is what is read
  (``config/test_saving.py``);
- *names in any script on terminals of any encoding* (``cli/test_streams.py``: a script …), command
  lines (``cli/test_options.py``), configurations, formulas, data files: a result or one complaint
  (``config/test_config_fuzz.py``, ``test_formulas.py``, ``test_csv.py``, ``test_classes.py``);
- *the lines of a solution*: = and ≈ where they are due, each from the figures above it
  (``lesson/test_printed_lines.py``), conditions that hold and summaries that say what the working
  does (``lesson/test_true_lines.py``: conditions …), every figure derived or named
  (``lesson/test_every_figure.py``: every figure …), and no more text than the depth asks for
  (there: of any chain …);
- *graphs of every kind*: gradients, training, check and saving (``derivation/test_graphs.py``), and
  of layered networks the gradient check, sound and with a mistake (``runs/test_gradcheck.py``).

Costs are no matter of chance: ``runs/test_large.py``, ``runs/test_wide_gradcheck.py`` and
``config/test_config.py`` count and measure them. Commands of their own: ``drawn_gradients.py``,
``drawn_graphs.py``, ``hostile_sheets.py`` and ``checking.py`` beside this one.
"""

import subprocess
import sys
import time
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS, NOTHING_FAILED = 600.0, (0, 5)  # 5: nothing was chosen


def main(given: list[str], more: list[str]) -> int:
    """Make drawings until the time is over; return the exit code."""
    seconds = float(given[0]) if given else SECONDS
    started, failed, code = time.monotonic(), list[int](), 0
    for drawing in count(int(given[1]) if len(given) > 1 else 1):
        command = [
            *(sys.executable, "-m", "pytest", "-m", "drawn", "--drawing", f"{drawing}"),
            *("--hypothesis-seed", f"{drawing}", "-rf", "--no-header", *more),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode not in NOTHING_FAILED:
            failed.append(drawing)
            code = 1
            print(done.stdout, done.stderr, " ".join(command), sep="\n", flush=True)
        took = time.monotonic() - started
        print(f"{took:.0f} s: drawing {drawing}; {len(failed)} failed {failed or ''}", flush=True)
        if took > seconds:
            return code
    return code


if __name__ == "__main__":
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    sys.exit(main(arguments[:end], arguments[end + 1 :]))
