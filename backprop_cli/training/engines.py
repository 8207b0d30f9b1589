"""The engines of the compiled loop: Python itself, or numba, which compiles the source further.

numba is the optional extra ``fast``, imported only by a run that uses it. It compiles without
"fast math", and its functions are the C library's, as Python's are: on Linux with glibc all
results agree to the last bit. Where Python raises for a division by 0, so does numba; where
Python's ``log`` or ``exp`` raises, numba's gives inf or nan, which the caller must look for.
"""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from backprop_cli.errors import NotInstalledError, UsageError

AUTO, PYTHON, NUMBA = ENGINES = ("auto", "python", "numba")

# numba refuses tuples of 1000 and more, and would take minutes over them.
MOST_NUMBA_VARIABLES = 999

# Beyond this many operations, some ten minutes of compiling, the cost model is no longer to be
# trusted, nor is the memory that numba takes.
MOST_NUMBA_OPERATIONS = 20_000

# What the cost model counts in a source: arithmetic operations and calls.
OPERATION = re.compile(r" [-+*/] | \*\* |\w\(|-[v(]")

# Measured on sources of 60 to 3,000 operations (CPython 3.11, numba 0.68): an operation takes
# 7 to 12 ns in Python and 0.1 to 1.1 ns in numba; compiling takes 1.0 s for 422 operations, 2.3 s
# for 984 and 17 s for 2,914, and importing numba most of another second. On a slower machine all
# of them grow alike, so the choice stays right.
PYTHON_SECONDS = 10e-9
NUMBA_SECONDS = 0.5e-9
NUMBA_START = 1.0
COMPILING_SECONDS = 2.0e-3
COMPILING_SECONDS_SQUARED = 1.4e-6


class EngineError(UsageError):
    """The engine asked for is unknown, not installed, or cannot take the network."""


def checked(engine: str) -> str:
    """The engine's name. Raises UsageError if it is unknown or not installed."""
    if engine not in ENGINES:
        raise EngineError(f"--engine {engine}: the engines are {', '.join(ENGINES)}")
    if engine == NUMBA and not is_installed():
        raise NotInstalledError("--engine numba: numba is not installed", "numba")
    return engine


def is_installed() -> bool:
    """True if numba can be imported; it is not imported yet."""
    return find_spec("numba") is not None


def uses_numba(engine: str, source: str, passes: int, variables: int) -> bool:
    """True if a source is compiled by numba.

    ``passes`` is how often its innermost loop is run through, ``variables`` the size of the
    state. Raises EngineError where numba is asked for and cannot take so many.
    """
    if engine == NUMBA and variables > MOST_NUMBA_VARIABLES:
        raise EngineError(
            f"--engine numba: numba takes up to {MOST_NUMBA_VARIABLES} trained numbers, "
            f"the optimizer's among them; here are {variables:,}"
        )
    if engine == NUMBA and (count := operations(source)) > MOST_NUMBA_OPERATIONS:
        raise EngineError(
            f"--engine numba: numba takes up to {MOST_NUMBA_OPERATIONS:,} operations; an epoch "
            f"here has {count:,}"
        )
    if engine != AUTO:
        return engine == NUMBA
    takes_it = variables <= MOST_NUMBA_VARIABLES and operations(source) <= MOST_NUMBA_OPERATIONS
    return takes_it and repays(source, passes) and is_installed()


def repays(source: str, passes: int) -> bool:
    """True if numba saves more time in so many passes than it takes to compile the source."""
    count = operations(source)
    return passes * count * (PYTHON_SECONDS - NUMBA_SECONDS) > compiling_seconds(count)


def operations(source: str) -> int:
    """The number of operations and calls in a source."""
    return len(OPERATION.findall(source))


def compiling_seconds(count: int) -> float:
    """The time that numba takes over a source of so many operations, its import included."""
    return NUMBA_START + count * (COMPILING_SECONDS + count * COMPILING_SECONDS_SQUARED)


def compiled_by_numba(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of our own, to be compiled by numba when it is first called."""
    compiled: Callable[..., Any] = import_module("numba").njit(error_model="python")(function)
    return compiled


class Columns:
    """Examples as the loops take them: the numbers of all examples, input by input.

    The rows last seen are remembered, so that training on in pieces converts nothing twice;
    they must not be changed. With ``arrays``, columns are NumPy's.
    """

    def __init__(self, *, arrays: bool = False) -> None:
        self._arrays = arrays
        self._rows: Sequence[Any] | None = None
        self._columns: tuple[Any, ...] = ()

    def of(self, rows: Sequence[Any], *, batched: bool = False) -> tuple[Any, ...]:
        """The columns of rows of numbers, or, ``batched``, of batches of them."""
        if rows is not self._rows:
            flat = [row for batch in rows for row in batch] if batched else rows
            columns: tuple[Any, ...] = tuple(zip(*flat, strict=True))
            if self._arrays:
                array = import_module("numpy").array
                columns = tuple(array(column) for column in columns)
            self._rows, self._columns = rows, columns
        return self._columns
