"""The engines that training runs on: which is chosen, and that all compute the same."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from support.networks import BY_GRADIENT, fully_connected
from support.program import CONFIGS, DEFAULT, Backprop

from backprop_cli.config.load import load
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.errors import NotInstalledError
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import OPTIMIZERS, T, state_names
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Batches, Example, Exercise
from backprop_cli.network.structure import Network
from backprop_cli.training import engines
from backprop_cli.training.compiled import MOST_VARIABLES, Compiled, TooLargeError, check_size
from backprop_cli.training.engines import AUTO, NUMBA, PYTHON, Columns, EngineError
from backprop_cli.training.source import training_source

EXAMPLES = 7


def exercise_of(
    *,
    activation: str = "tanh",
    output: str = "sigmoid",
    loss: str = "half_squared_error",
    optimizer: str = "sgd",
    batch: int | None = None,
    outputs: int = 2,
) -> Exercise:
    """A 2-3-2 network; with ``batch``, seven examples and so many to an update."""
    bare = fully_connected(2, (3, outputs))
    hidden, last = bare.network.layers
    layers = (hidden._replace(activation=activation), last._replace(activation=output))
    network = replace(bare.network, layers=layers, loss=loss, optimizer=optimizer)
    numbers = {**bare.numbers, **OPTIMIZERS[optimizer].settings, "weight_decay": Decimal("0.01")}
    numbers.update((name, Decimal(0)) for name in state_names(network) if name not in numbers)
    numbers[T.name] = Decimal(1)
    targets = [Decimal("0.25"), Decimal("0.75")][:outputs]
    numbers.update(zip(map(network.target, network.outputs), targets, strict=True))
    exercise = Exercise(network, numbers)
    if batch is None:
        return exercise
    examples = tuple(
        Example((Decimal(at) / 5, Decimal(at * at % 5) / 4 - 1), tuple(targets[:: (-1) ** at]))
        for at in range(EXAMPLES)
    )
    return exercise._replace(examples=examples, batches=Batches(batch))


def trained(exercise: Exercise, engine: str, epochs: int = 5) -> list[str]:
    """Every bit of the state after some epochs, and of the loss."""
    compiled = Compiled(exercise, engine)
    state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))
    rows = [example.floats for example in exercise.examples] or [()]
    batches = [
        [rows[at] for at in batch] for batch in exercise.batches.of_epoch(1, exercise.example_count)
    ]
    single = exercise.batches.size == 1
    rate = float(exercise.numbers["learning_rate"])
    after = compiled.train(epochs, state, rows if single else batches, rate)
    return [number.hex() for number in (*after, compiled.loss(after, rows))]


# --- which engine ----------------------------------------------------------------------------


@cache
def source() -> str:
    return training_source(exercise_of(), derive_passes(exercise_of().network))


def test_compiling_takes_longer_the_longer_the_source() -> None:
    seconds = [engines.compiling_seconds(count) for count in (0, 100, 1000, 3000)]
    assert seconds == sorted(seconds)
    assert seconds[-1] > 3 * seconds[-2]  # more than in proportion, as it was measured


def test_numba_repays_its_compilation_only_in_long_runs() -> None:
    repaid = [engines.repays(source(), 10**power) for power in range(10)]
    assert repaid == sorted(repaid)
    assert not repaid[4]
    assert repaid[8]


def test_the_number_of_passes_from_which_numba_repays_is_where_the_times_are_equal() -> None:
    count = engines.operations(source())
    saved = count * (engines.PYTHON_SECONDS - engines.NUMBA_SECONDS)
    passes = round(engines.compiling_seconds(count) / saved)
    assert not engines.repays(source(), passes - 1)
    assert engines.repays(source(), passes + 1)


@pytest.mark.parametrize(
    ("source", "count"),
    [("v0 = x0", 0), ("v0 = x0 * p0 + p1", 2), ("v1 = exp(-v0)", 2), ("v0 = 0.9 ** p1 - p0", 2)],
)
def test_operations_and_calls_are_counted(source: str, count: int) -> None:
    assert engines.operations(source) == count


def test_without_numba_the_longest_run_is_python_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: False)
    assert Compiled(exercise_of(), work=10**12).engine == PYTHON


def test_with_numba_a_long_run_is_numba_s_and_a_short_one_python_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: True)
    assert Compiled(exercise_of(), work=10**9).engine == NUMBA
    assert Compiled(exercise_of(), work=1000).engine == PYTHON
    assert Compiled(exercise_of(), PYTHON, work=10**9).engine == PYTHON


def test_each_example_of_an_epoch_counts_as_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: True)
    assert Compiled(exercise_of(), work=500_000).engine == PYTHON
    assert Compiled(exercise_of(batch=1), work=500_000).engine == NUMBA


def test_numba_asked_for_and_not_installed_is_a_complaint_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: False)
    with pytest.raises(NotInstalledError, match="numba is not installed"):
        Compiled(exercise_of(), NUMBA)


def test_an_unknown_engine_is_a_complaint() -> None:
    with pytest.raises(EngineError, match="--engine fortran: the engines are auto, python, numba"):
        Compiled(exercise_of(), "fortran")


def test_a_state_too_large_for_numba_is_python_s_unless_numba_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: True)
    small, large = fully_connected(31, (31, 1)), fully_connected(31, (31, 2))  # 994 and 1,025
    assert Compiled(small, AUTO, work=10**12).engine == NUMBA
    assert Compiled(large, AUTO, work=10**12).engine == PYTHON
    with pytest.raises(EngineError, match=r"numba takes up to 999 trained numbers.*are 1,025"):
        _ = Compiled(large, NUMBA).train


def test_numba_is_not_imported_by_a_run_that_does_not_use_it() -> None:
    run = "import sys; from backprop_cli.cli.entry import main\ntry: main()\nfinally: " + (
        "assert not {'numba', 'numpy'} & set(sys.modules), sys.modules"
    )
    arguments = ["run", str(CONFIGS / "xor.yaml"), "--epochs", "3", "--brief"]
    found = subprocess.run([sys.executable, "-c", run, *arguments], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


# --- how large -------------------------------------------------------------------------------


def with_weights(count: int, optimizer: str = "sgd") -> Exercise:
    """A network of one neuron and no bias with so many inputs."""
    exercise = fully_connected(1, (1,))
    (layer,) = exercise.network.layers
    (neuron,) = layer.neurons
    (edge,) = neuron.edges
    edges = tuple(edge._replace(source=f"x{at}", weight=f"w{at}") for at in range(1, count + 1))
    inputs = tuple(edge.source for edge in edges)
    layers = (layer._replace(neurons=(neuron._replace(edges=edges, bias=None),)),)
    return Exercise(Network(inputs, layers, optimizer=optimizer), exercise.numbers)


def test_as_many_numbers_as_are_compiled_are_accepted_and_one_more_is_refused() -> None:
    check_size(with_weights(MOST_VARIABLES))
    with pytest.raises(TooLargeError, match=r"50,001 numbers .* 50,000 .* --to pytorch") as caught:
        check_size(with_weights(MOST_VARIABLES + 1))
    assert "\n" not in str(caught.value)
    with pytest.raises(TooLargeError):
        _ = Compiled(with_weights(MOST_VARIABLES + 1)).train


def test_an_optimizer_s_running_quantities_count_as_numbers_to_train() -> None:
    check_size(with_weights(MOST_VARIABLES // 3, "adam"))
    with pytest.raises(TooLargeError):
        check_size(with_weights(MOST_VARIABLES // 3 + 1, "adam"))


def test_thousands_of_weights_train_with_adam_in_batches() -> None:
    exercise = exercise_of(optimizer="adam", batch=2)
    wide = fully_connected(798, (5, 2))
    network = replace(wide.network, optimizer="adam")
    numbers = {**wide.numbers, **OPTIMIZERS["adam"].settings, T.name: Decimal(1)}
    numbers.update((name, Decimal(0)) for name in state_names(network) if name not in numbers)
    examples = tuple(
        Example((Decimal(at) / 7,) * 798, example.targets)
        for at, example in enumerate(exercise.examples[:3])
    )
    assert len(network.weights) == 4_000
    large = Exercise(network, numbers, examples=examples, batches=Batches(2))
    before = tuple(float(numbers[name]) for name in state_names(network))
    rows = [example.floats for example in examples]
    after = Compiled(large).train(2, before, [rows[:2], rows[2:]], 0.5)
    assert len(after) == 3 * len(network.parameters) + 1
    assert sum(a != b for a, b in zip(after, before, strict=True)) > 10_800


# --- the columns -----------------------------------------------------------------------------


def test_rows_and_batches_of_rows_become_the_same_columns() -> None:
    rows = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    columns = ((1.0, 3.0, 5.0), (2.0, 4.0, 6.0))
    assert Columns().of(rows) == columns
    assert Columns().of([rows[:2], rows[2:]], batched=True) == columns
    assert Columns().of([()]) == ()


def test_other_rows_become_other_columns() -> None:
    columns = Columns()
    assert columns.of([(1.0, 2.0)]) == ((1.0,), (2.0,))
    assert columns.of([(3.0, 2.0)]) == ((3.0,), (2.0,))


# --- numba computes the same -----------------------------------------------------------------

BATCHES = (None, 1, 3, EXAMPLES)
CASES = {
    **{f"{name}": exercise_of(activation=name) for name in ACTIVATIONS},
    **{f"{name} by example": exercise_of(optimizer=name, batch=1) for name in BY_GRADIENT},
    **{f"{name} by batch": exercise_of(optimizer=name, batch=3) for name in BY_GRADIENT},
    **{f"batches of {batch}": exercise_of(batch=batch) for batch in BATCHES},
    **{
        f"{name}": exercise_of(loss=name, batch=EXAMPLES)
        for name, row in LOSSES.items()
        if not row.distribution
    },
    "softmax": exercise_of(output=SOFTMAX, loss="cross_entropy", batch=3),
    "one output": exercise_of(outputs=1, loss="binary_cross_entropy", batch=1),
}


@pytest.mark.numba
@pytest.mark.parametrize("name", CASES)
def test_numba_agrees_with_python_to_the_last_bit(name: str) -> None:
    assert trained(CASES[name], NUMBA) == trained(CASES[name], PYTHON)


@pytest.mark.numba
@pytest.mark.parametrize("name", ["default", "xor"])
def test_numba_agrees_on_the_examples_that_come_with_the_program(name: str) -> None:
    exercise = load(str(CONFIGS / f"{name}.yaml"))
    assert trained(exercise, NUMBA, 20) == trained(exercise, PYTHON, 20)


@pytest.mark.numba
@pytest.mark.parametrize("rate", [1, 10, 50, 100, 150, 200, 300])
@pytest.mark.parametrize("output", ["sigmoid", "relu", "elu"])
def test_where_python_raises_numba_raises_or_gives_no_finite_number(rate: int, output: str) -> None:
    exercise = exercise_of(loss="binary_cross_entropy", output=output, batch=1)
    numbers = {**exercise.numbers, "learning_rate": Decimal(f"1e{rate}")}
    exercise = exercise._replace(numbers=numbers)
    try:
        expected = trained(exercise, PYTHON)
    except (ValueError, ZeroDivisionError, OverflowError):
        try:
            found = trained(exercise, NUMBA)
        except ZeroDivisionError:
            return
        assert any(number in ("inf", "-inf", "nan") for number in found)
    else:
        assert trained(exercise, NUMBA) == expected


# --- what numba cannot do here ---------------------------------------------------------------


def with_a_numba(folder: Path, text: str) -> dict[str, str]:
    """An environment in which numba is a file with some text."""
    (folder / "numba").mkdir()
    (folder / "numba" / "__init__.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def test_a_numba_that_cannot_be_imported_is_said_where_it_is_asked_for_and_else_not_used(
    backprop: Backprop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = with_a_numba(tmp_path, "raise ImportError('Numba needs an older NumPy')")
    asked = backprop("run", "--engine", "numba", env=env)
    assert (asked.stdout, asked.returncode) == ("", 2)
    assert asked.stderr == (
        "default: --engine numba: numba is installed, but cannot be imported: "
        "Numba needs an older NumPy\n"
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "numba"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    exercise = load(str(DEFAULT))
    state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))
    found = Compiled(exercise, AUTO, 10**12)
    assert found.engine == NUMBA  # as far as it can be told without an import
    assert found.train(3, state, [()], 0.5) == Compiled(exercise).train(3, state, [()], 0.5)


def test_numba_takes_so_many_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "is_installed", lambda: True)
    most = engines.MOST_NUMBA_OPERATIONS
    assert engines.uses_numba(AUTO, " + " * most, 10**12, 9)
    assert not engines.uses_numba(AUTO, " + " * (most + 1), 10**12, 9)
    with pytest.raises(EngineError, match=r"takes up to 20,000 operations; an epoch here has 20,"):
        engines.uses_numba(NUMBA, " + " * (most + 1), 1, 9)


@pytest.mark.numba
@pytest.mark.parametrize("option", ["--save", "--checkpoint"])
def test_what_numba_s_own_python_computes_is_saved_as_plain_numbers(
    backprop: Backprop, tmp_path: Path, option: str
) -> None:
    given, by_numba, by_python = (
        tmp_path / f"{name}.yaml" for name in ("given", "numba", "python")
    )
    text = (CONFIGS / "xor.yaml").read_text(encoding="utf-8")
    given.write_text(f"{text}\noptimizer: adam\n", encoding="utf-8")
    for engine, path in (("numba", by_numba), ("python", by_python)):
        options = ("--epochs", "30", "--engine", engine, option, path)
        done = backprop("run", given, *options, env={"NUMBA_DISABLE_JIT": "1"})
        assert (done.stderr, done.returncode) == ("", 0)
    assert by_numba.read_bytes() == by_python.read_bytes()
    assert backprop("run", by_numba, "--epochs", "31").returncode == 0


TYPES_OF_WHAT_IS_TRAINED = """\
import sys
from backprop_cli.config.load import load
from backprop_cli.training.compiled import Compiled
from backprop_cli.functions.optimizers import state_names
exercise = load(sys.argv[1])
state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))
examples = [example.floats for example in exercise.examples]
compiled = Compiled(exercise, "numba", 3)
done, until = compiled.train_until(3, state, examples, 0.0, 0.5)
print({type(number).__name__ for number in (*compiled.train(3, state, examples, 0.5), *until)})
"""


@pytest.mark.numba
def test_what_numba_s_own_python_computes_is_plain_floats(backprop: Backprop) -> None:
    program = (sys.executable, "-c", TYPES_OF_WHAT_IS_TRAINED)
    done = backprop(CONFIGS / "xor.yaml", env={"NUMBA_DISABLE_JIT": "1"}, program=program)
    assert (done.stderr, done.stdout) == ("", "{'float'}\n")
