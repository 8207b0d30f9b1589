"""Benchmarks, as ratios within one interleaved run: absolute times differ from machine to machine.

    python tests/benchmarks/run.py [start] [size] [training] [until] [bar]

start     the default run, a whole process, against the smallest program of its kind
size      work and memory for about 100, 1,000 and 10,000 weights
training  the compiled training loop against other ways to do the same
until     the same loop where it is to end with a loss, against where it is not
bar       the same loop with the progress bar on a terminal, against without
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# One thread each, whatever a library would like; libraries read this when they are imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

from bar import bar  # noqa: E402
from rich.console import Console  # noqa: E402
from size import size  # noqa: E402
from start import start  # noqa: E402
from training import training  # noqa: E402
from until import until  # noqa: E402


def main() -> None:
    """Run the benchmarks asked for, or all."""
    asked = sys.argv[1:] or ["start", "size", "training", "until", "bar"]
    console = Console()
    # Compiled once beforehand, as an installation does it: editable ones may not have been.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "backprop_cli"], check=False)
    if "start" in asked:
        console.print(start())
    with tempfile.TemporaryDirectory() as folder:
        if "size" in asked:
            console.print(size(Path(folder)))
        if "training" in asked:
            console.print(training(Path(folder)))
        if "bar" in asked:
            console.print(bar(Path(folder)))
    if "until" in asked:
        console.print(until())


main()
