"""`backprop export`: a script takes the same steps as the program, to rounding."""

import ast
import csv
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.networks import BY_GRADIENT, exercises
from support.pairs import every_pair
from support.program import ROOT, Backprop
from support.scripts import Case, Results, largest_difference, losses_of, ours, run_all

from backprop_cli import config
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.cli.commands.export import script as exported
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.export import TARGETS
from backprop_cli.export.description import describe
from backprop_cli.export.layout import quoted
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.trainer import Trainer

CLOSE = 1e-12
# The perceptron has no gradients, which a script would train by, the circuit no target.
UNTRAINED = {ROOT / "configs" / "perceptron.yaml", ROOT / "configs" / "circuit.yaml"}
SHIPPED = sorted(set((ROOT / "configs").glob("*.yaml")) - UNTRAINED)

# Installed for these tests alone where it is; NumPy always is.
INSTALLED = [
    target
    for target, module in (("numpy", "numpy"), ("pytorch", "torch"), ("jax", "jax"))
    if importlib.util.find_spec(module)
]

# 3-4-2 with four examples: every target is a distribution, every prediction of a positive
# activation lies between 0 and 1.
BASE = """\
examples:
  - {inputs: [0.5, -0.25, 0.3], target: [1, 0]}
  - {inputs: [-1.0, 0.75, 0.2], target: [0, 1]}
  - {inputs: [0.1, 0.2, -0.9], target: [0.25, 0.75]}
  - {inputs: [0.9, 0.6, 0.4], target: [1, 0]}
  - {inputs: [-0.3, -0.8, 0.7], target: [0, 1]}
"""
# The same with targets of -1 and 1.
SIGNED = re.sub(r"target: .*]", "target: [1, -1]", BASE).replace("[1, -1]", "[-1, 1]", 2)
WEIGHTS = """\
weights:
  hidden: [[0.1, 0.25, -0.3], [-0.35, 0.4, 0.2], [0.5, -0.15, 0.05], [0.2, 0.3, 0.4]]
  output: [[0.11, 0.12, 0.13, 0.14], [0.15, 0.06, 0.07, 0.18]]
"""
BIASES = "biases: {hidden: [0.05, 0.1, -0.15, 0.2], output: 0.4}\n"
RATE = "learning_rate: 0.1\n"


def exercise(*parts: str) -> Exercise:
    """The exercise of a configuration in parts."""
    return config.parse("".join(parts), "test.yaml")


def built(name: str, *parts: str, epochs: int = 10) -> Case:
    """The same as a case."""
    return Case(name, exercise(*parts), epochs)


def shipped(path: Path) -> Case:
    """A configuration that is shipped."""
    return Case(path.stem, config.load(str(path)), 12)


def activations_and_losses() -> list[Case]:
    """Every activation, loss and output, each with each; the output may be the activation too."""
    cases = []
    for hidden, loss, output in every_pair(
        [*ACTIVATION_NAMES], [*LOSSES], ["the same", "sigmoid", "softmax"]
    ):
        output = hidden if output == "the same" else output
        functions = f"activation: {{hidden: {hidden}, output: {output}}}\n"
        examples = SIGNED if LOSSES[loss].only_ends else BASE
        more = (WEIGHTS, BIASES, RATE, f"batch_size: 2\n{functions}loss: {loss}\n")
        cases.append(built(f"{hidden}, {output}, {loss}", examples, *more))
    return cases


def settings_of_activations() -> list[Case]:
    """Activations whose settings are not the default, and trained slopes."""
    written = [
        "{name: leaky_relu, slope: 0.3}",
        "{name: leaky_relu, slope: -0.2}",
        "{name: elu, alpha: 0.7}",
        "{name: elu, alpha: -0.7}",
        "{name: scaled_tanh, a: 2, b: 0.5}",
        "{name: parametric_relu, slope: 0.1}",
    ]
    return [
        built(f"{one} {more}", BASE, WEIGHTS, BIASES, RATE, f"activation: {one}\n{more}")
        for one in written
        for more in ("", "weight_decay: 0.1\n", "frozen: [s1]\n")
        if "s1" not in more or "parametric" in one
    ]


SPARSE = """\
weights:
  hidden:
    class: {x1: 0.1, x3: -0.3}
    lambda: {x2: 0.4}
    h3: {x1: 0.5, x2: -0.15, x3: 0.05}
  import:
    print: {class: 0.2, h3: 0.1}
    np: {class: -0.3, lambda: 0.25}
  output:
    o1: {np: 0.7}
    o2: {print: -0.2, np: 0.4}
"""
BIAS_FORMS = {
    "shared": "biases: {hidden: 0.1, import: 0.2, output: -0.3}\n",
    "per neuron": "biases: {hidden: [0.1, 0.2, -0.1], import: [0.3, -0.2], output: [0.1, 0]}\n",
    "some": "biases: {hidden: {lambda: 0.3}, import: {np: 0.1}, output: {o2: -0.2}}\n",
    "mixed": "biases: {hidden: {class: 0.3, h3: 0.1}, output: 0.2}\n",
    "none": "",
}
FROZEN = ("[]", "[w2, w9]", "[w1, w2, w3, w4, w5, w6]", "[b1]", "[w2, w11, b2]")
OPTIMIZING = [
    *(f"optimizer: {name}\n" for name in BY_GRADIENT),
    *(f"optimizer: {name}\nweight_decay: 0.05\n" for name in BY_GRADIENT),
    "optimizer: adamw\nweight_decay: 0\n",
    "optimizer: {name: momentum, momentum: 0.5}\n",
    "optimizer: {name: momentum, momentum: 0}\n",
    "optimizer: {name: nesterov, momentum: 0}\nweight_decay: 0.1\n",
    "optimizer: {name: adam, beta1: 0.8, beta2: 0.95, epsilon: 1e-6}\n",
]


def forms() -> list[Case]:
    """Sparse and full weights, every form of biases, frozen parameters, each with a decay."""
    decays = (
        *("optimizer: adam\n", "weight_decay: 0.1\n", "optimizer: adamw\n"),
        *(f"batch_size: 2\npenalty: {one}\n" for one in ("{l2: 0.1}", "{l1: 0.05, biases: true}")),
    )
    cases = [
        built(
            f"{name} {frozen} {more}",
            *(BASE, SPARSE, BIAS_FORMS[name], RATE, f"frozen: {frozen}\n", more),
        )
        for name, frozen, more in every_pair(
            [*BIAS_FORMS],
            FROZEN,
            decays,
            allowed=lambda name, frozen, _: name != "none" or "b" not in frozen,
        )
    ]
    every = [f"w{at}" for at in range(1, 21)]
    cases.append(built("all frozen", BASE, WEIGHTS, RATE, f"frozen: [{', '.join(every)}]\n"))
    first = f"frozen: [{', '.join(every[:12])}, b1, b2, b3, b4]\n"
    cases.append(built("first layer frozen", BASE, WEIGHTS, BIASES, RATE, first))
    last = f"frozen: [{', '.join(every[12:])}, b5]\n"
    cases.append(built("last layer frozen", BASE, WEIGHTS, BIASES, RATE, last))
    return cases


def optimizers_and_batches() -> list[Case]:
    """Every optimizer, with batches that divide the examples and that do not, drawn or in order."""
    batches = (
        "",
        "batch_size: 2\n",
        "batch_size: 3\nshuffle: true\nseed: 7\n",
        "batch_size: all\n",
        "batch_size: 2\nreduction: sum\n",
        "batch_size: all\nreduction: sum\n",
    )
    return [
        built(f"{one} {many}", BASE, WEIGHTS, BIASES, RATE, one, many)
        for one, many in product(OPTIMIZING, (*batches, "shuffle: true\n"))
    ]


def saved(name: str, *parts: str, epochs: int = 7) -> Case:
    """A network that was trained for so many epochs, saved and read again."""
    started = exercise(*parts)
    trainer = Trainer(started)
    trainer.advance(epochs)
    path = Path("saved.yaml")
    text = configuration_text(started, trainer.numbers, trainer.trained, path)
    return Case(name, config.parse(text, str(path)))


def going_on() -> list[Case]:
    """Every optimizer, going on from what it has kept of every array, of some, of a part of one."""
    one = "inputs: [0.5, -0.25, 0.3]\ntarget: [1, 0]\n"
    sets = (f"{BASE}batch_size: 2\nshuffle: true\nseed: 3\n", one)
    cases = [
        saved(f"{optimizing} {examples}", examples, WEIGHTS, BIASES, RATE, optimizing)
        for optimizing, examples in product(OPTIMIZING, sets)
    ]
    cases += [
        saved(f"{name} {frozen}", BASE, SPARSE, BIAS_FORMS["mixed"], RATE, frozen, optimizing)
        for name in ("momentum", "adamw")
        for frozen, optimizing in product(
            ("frozen: [w2, w9]\n", "frozen: [w1, w2, w3, w4, w5, w6, b2]\n"),
            (f"optimizer: {name}\nweight_decay: 0.1\n",),
        )
    ]
    slope = "activation: {name: parametric_relu, slope: 0.1}\noptimizer: adam\n"
    return [*cases, saved("slopes", BASE, WEIGHTS, BIASES, RATE, slope)]


def perfect_predictions() -> list[Case]:
    """Predictions of exactly 0 and 1, which are the targets."""
    text = """\
examples: [{inputs: [1], target: [1, 0]}, {inputs: [-1], target: [0, 1]}]
weights: {output: [[800], [-800]]}
learning_rate: 1
"""
    kinds = (
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "binary_cross_entropy"),
        ("softmax", "cross_entropy"),
    )
    ways = (
        "",
        "batch_size: all\n",
        "optimizer: adam\n",
        "optimizer: momentum\nweight_decay: 0.01\n",
    )
    return [
        built(f"{activation} {loss} {way}", text, f"activation: {activation}\nloss: {loss}\n", way)
        for (activation, loss), way in product(kinds, ways)
    ]


FAMILIES = {
    "shipped": lambda: [case for path in SHIPPED if (case := shipped(path)).is_layered],
    "activations and losses": activations_and_losses,
    "settings of activations": settings_of_activations,
    "forms": forms,
    "optimizers and batches": optimizers_and_batches,
    "going on": going_on,
    "perfect predictions": perfect_predictions,
}


def worked(cases: Sequence[Case]) -> list[tuple[Case, Results]]:
    """The cases that our own training gets through, with what it comes to."""
    found = []
    for case in cases:
        try:
            found.append((case, ours(case)))
        except (DivergedError, WorkingError):
            # A loss that is a logarithm has no value for predictions that are no probability.
            assert case.exercise.network.loss.endswith("cross_entropy")
    return found


def too_far(
    cases: Sequence[tuple[Case, Results]], target: str, close: float = CLOSE
) -> Mapping[str, float]:
    """The cases whose script comes to something else, with how far it is off."""
    found = run_all([case for case, _ in cases], target, ROOT)
    apart = {
        case.name: largest_difference(one, expected)
        for (case, expected), one in zip(cases, found, strict=True)
    }
    return {name: difference for name, difference in apart.items() if not difference <= close}


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_script_comes_to_our_own_losses_and_parameters(family: str, target: str) -> None:
    made = FAMILIES[family]()
    cases = worked(made)
    assert len(cases) >= max(9, 0.8 * len(made)), "few have no numbers to compare"
    # JAX compiles every script anew: it gets a part of them.
    assert too_far(cases[:: 7 if target == "jax" else 1], target) == {}


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(exercises(), min_size=20, max_size=20))
def test_a_network_of_any_shape_comes_to_our_own_numbers(drawn: list[Exercise]) -> None:
    cases = [Case(f"drawn {at}", one, 5) for at, one in enumerate(drawn)]
    assert too_far(worked(cases), "numpy") == {}


# --- data files ------------------------------------------------------------------------------


class Table(NamedTuple):
    """A data file: its header and rows, how it is written, and what it means."""

    rows: Sequence[Sequence[object]]
    target: str
    delimiter: str = ","
    more: str = ""
    start: str = ""


def table(header: Sequence[str], *columns: Sequence[object]) -> Sequence[Sequence[object]]:
    """A header and sixty rows that go round the values of each column."""
    rows = [[column[at % len(column)] for column in columns] for at in range(60)]
    return [header, *rows]


SEVENTHS = [at / 7 for at in range(-20, 20)]
TABLES = {
    "two numbers a row, semicolons": Table(
        table(["size (cm)", "import", "y1", "y2"], SEVENTHS, [1, 2.5, -3e-1], [0.5, 0.25], [1]),
        "[y1, y2]",
        ";",
    ),
    "standardized, one column constant": Table(
        table(["a", "b", "kind"], SEVENTHS, [3], ["yes", "no"]), "kind", more="standardize: true"
    ),
    "standardized, a constant column whose mean is another number": Table(
        table(["a", "b", "y"], [0.03], SEVENTHS, [0, 1]), "[y, y]", more="standardize: true"
    ),
    "standardized, columns whose squares are no floats": Table(
        table(["a", "b", "y"], [1e308, -1.7e308, 2], [3e-250, 1e-320], [0, 1]),
        "[y, y]",
        more="standardize: true",
    ),
    "quotation marks, byte order mark, tabs": Table(
        table(['say "x"', "it's", "kind"], SEVENTHS, [1, 2], ['the "x"', "it's \\ one"]),
        "kind",
        "\t",
        start="\ufeff\n\n",
    ),
    "a column of yes and no": Table(
        table(["a", "b", "y"], SEVENTHS, [0.3, 0.1], [0, 1, 1]), "[y, y]", more="standardize: true"
    ),
}


def written(folder: Path, made: Table, rows: int = 60) -> Path:
    """A configuration with its data file in a folder."""
    with (folder / "ta ble.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(made.start)
        csv.writer(file, delimiter=made.delimiter).writerows(made.rows[: rows + 1])
    header = made.rows[0]
    inputs = json.dumps([header[0], header[1]])
    data = f"data: {{file: ta ble.csv, inputs: {inputs}, target: {made.target}, {made.more}}}\n"
    weights = "weights: {output: [[0.1, -0.2], [0.3, 0.4]]}\nbatch_size: 7\nshuffle: true\n"
    path = folder / "net.yaml"
    path.write_text(f"{data}{weights}{RATE}", encoding="utf-8")
    return path


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("rows", [3, 60])
def test_a_data_file_is_read_as_the_program_reads_it_or_its_few_numbers_are_written_out(
    name: str, target: str, rows: int, tmp_path: Path
) -> None:
    if target == "jax" and rows == 3:
        pytest.skip("JAX compiles every script anew; NumPy and PyTorch say as much")
    path = written(tmp_path, TABLES[name], rows)
    (tmp_path / "else").mkdir()
    script = tmp_path / "else" / "script.py"
    text = exported(path, target, 5, script)
    assert ("read_columns" in text) == (rows == 60)
    script.write_text(text, encoding="utf-8")
    # The data file is found from wherever the script is run.
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    expected = ours(Case(name, config.load(str(path)), 5))
    found = Results(losses_of(done.stdout), {})
    assert largest_difference(found, Results(expected.losses, {})) <= CLOSE


def test_a_printed_script_finds_the_data_from_the_folder_of_the_command(
    backprop: Backprop, tmp_path: Path
) -> None:
    exported = backprop("export", "configs/iris.yaml", "--to", "numpy", "--epochs", "2")
    (tmp_path / "iris.py").write_text(exported.stdout, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "iris.py"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert losses_of(done.stdout).keys() == {0, 1, 2}


# --- how a script is written -----------------------------------------------------------------

UGLY = "_".join(["ein", "langer", "Name"])
WIDE = f"""\
inputs: [{", ".join(f"0.{n:02}" for n in range(1, 61))}]
weights: {{output: [[{", ".join(f"-0.{n:02}123456789" for n in range(1, 61))}]]}}
target: 0.5
learning_rate: 0.5
"""
DEEP = (
    "inputs: [0.1]\nweights:\n"
    + "".join(f"  {UGLY}{n}: [[0.{n + 1}]]\n" for n in range(12))
    + "biases: {"
    + ", ".join(f"{UGLY}{n}: 0.1" for n in range(12))
    + "}\ntarget: 1\nlearning_rate: 0.1\noptimizer: adam\n"
)


def shown() -> list[Case]:
    """Cases with everything that can be laid out."""
    small = [case for make in FAMILIES.values() for case in make()]
    return [*small, built("wide", WIDE), built("deep", DEEP)]


@pytest.mark.parametrize("target", TARGETS)
def test_ruff_finds_nothing_to_mend_in_a_script(target: str, tmp_path: Path) -> None:
    for at, case in enumerate(shown()):
        (tmp_path / f"script{at}.py").write_text(case.script(target), encoding="utf-8")
    for order in (("check", "--select", "E,F,W,I,B,UP", "--ignore", "B905"), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *order, "--isolated", "--no-cache", "--quiet"]
        done = subprocess.run([*command, tmp_path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout[:2000]


@pytest.mark.parametrize("target", TARGETS)
def test_a_script_has_the_numbers_names_and_steps_where_it_cannot_be_run(target: str) -> None:
    """Line by line, for a library that is not installed here."""
    script = shipped(ROOT / "configs" / "default.yaml").script(target)
    compile(script, "script.py", "exec")
    assert [line for line in LINES[target] if f"{line}\n" not in script] == []
    # Nothing that only a more complicated network needs.
    code, unneeded = code_of(script), ("batch", "_trained", "random", "csv", "enum")
    assert [word for word in unneeded if word in code] == []


def code_of(script: str) -> str:
    """The lines of a script that are neither comments nor documentation."""
    lines = script.splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith(("#", '"')))


LINES = {
    "numpy": [
        "# default.yaml in NumPy; run it with: python script.py",
        "W1 = np.array([[0.15, 0.2], [0.25, 0.3]])",
        "    z1 = x @ W1.T + b1",
        "    y_hat = sigmoid(z2)",
        "    loss = np.sum(0.5 * (y - y_hat) ** 2)",
        "    dz1 = da1 * a1 * (1 - a1)",
        "    db1 = dz1.sum()",
        "        w -= learning_rate * g",
    ],
    "pytorch": [
        "# default.yaml in PyTorch; run it with: python script.py",
        "torch.set_default_dtype(torch.float64)",
        "        self.W1 = nn.Parameter(torch.tensor([[0.15, 0.2], [0.25, 0.3]]))",
        "        self.b1 = nn.Parameter(torch.tensor([0.35]))",
        "        a1 = torch.sigmoid(z1)",
        "    return 0.5 * (y - y_hat) ** 2",
        "model = DistributedDataParallel(network) if launched else network",
        "optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)",
        "    mine = slice(rank, None, processes)",
        "    loss = losses(model(x[mine]), y[mine]).sum() * processes / len(x)",
    ],
    "jax": [
        "# default.yaml in JAX; run it with: python script.py",
        'jax.config.update("jax_enable_x64", True)',
        "W1 = jnp.array([[0.15, 0.2], [0.25, 0.3]])",
        '    z1 = x @ p["W1"].T + p["b1"]',
        "    return jax.nn.sigmoid(z2)",
        "    return jnp.sum(0.5 * (y - y_hat) ** 2)",
        "    for name, g in jax.grad(mean_loss)(p, x, y).items():",
        "        p[name] -= learning_rate * g",
    ],
}


@given(st.text())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_text_is_quoted_as_itself(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert "\n" not in quoted(text)


@pytest.mark.parametrize("target", TARGETS)
def test_names_that_are_keywords_or_functions_stay_out_of_the_code(target: str) -> None:
    case = built("names", BASE, SPARSE, RATE)
    code = code_of(case.script(target))
    assert "lambda" not in code
    assert "import:" not in code
    named = describe(case.exercise, "a\n\x1b[31m.yaml", "evil\nimport os\n.py", 1)
    first, second, *_ = TARGETS[target](named).splitlines()
    assert first.isprintable()
    assert second == ""


# --- training that goes on -------------------------------------------------------------------


@pytest.mark.parametrize("target", INSTALLED)
def test_a_saved_network_goes_on_in_a_script_as_if_it_had_never_stopped(
    target: str, backprop: Backprop, tmp_path: Path
) -> None:
    path = written(tmp_path, TABLES["a column of yes and no"])
    with path.open("a", encoding="utf-8") as file:
        file.write("optimizer: adam\n")
    (tmp_path / "else").mkdir()
    stopped, script = tmp_path / "else" / "saved.yaml", tmp_path / "script.py"
    backprop("run", path, "--epochs", "6", "--save", stopped)
    backprop("export", stopped, "--to", target, "--epochs", "5", "-o", script)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)

    trainer = Trainer(config.load(str(path)))
    trainer.advance(11, range(12))
    expected = {epoch: trainer.history[epoch][1] for epoch in (6, 7, 8, 11)}
    assert largest_difference(Results(losses_of(done.stdout), {}), Results(expected, {})) <= CLOSE


ONE = "inputs: [0.5, -0.25, 0.3]\ntarget: [1, 0]\n"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_nothing_of_earlier_training_is_in_a_script_that_begins(
    optimizer: str, target: str
) -> None:
    script = built("new", ONE, WEIGHTS, RATE, f"optimizer: {optimizer}\n").script(target)
    assert [word for word in ("done", "m_W1", "v_W1", "kept") if word in script] == []
    counts = target != "pytorch" and optimizer.startswith("adam")
    assert ("t = 0  # updates so far" in script) == counts


@pytest.mark.parametrize("target", TARGETS)
def test_of_running_quantities_those_that_are_not_zero_are_in_a_script(target: str) -> None:
    zero = {f"w{at}": 0 for at in range(1, 21)}
    trained = {"epochs": 4, "t": 5, "m": zero, "v": {**zero, "w13": 0.25}}
    text = f"optimizer: adam\ntrained: {json.dumps(trained)}\n"
    script = built("half", ONE, WEIGHTS, RATE, text).script(target)
    assert "epochs_done = 4  # training goes on from there\n" in script
    values = "[[0.25, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]"
    assert f"v_W2 = {CALLS[target]}({values})\n" in script
    assert ("m_W2 = " in script) == (target == "pytorch")  # whose Adam wants all or none
    assert re.search("^t = 4(.0)?  # updates so far$", script, re.MULTILINE)


CALLS = {"numpy": "np.array", "pytorch": "torch.tensor", "jax": "jnp.array"}


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_a_momentum_of_zero_is_a_number_that_can_be_changed(name: str) -> None:
    script = built("zero", ONE, WEIGHTS, RATE, f"optimizer: {{name: {name}, momentum: 0}}\n")
    code = script.script("pytorch")
    assert "momentum = 0.0\n" in code
    assert "momentum=momentum" in code
    assert ("nesterov=momentum > 0" in code) == (name == "nesterov")


# --- several processes -----------------------------------------------------------------------


@pytest.mark.skipif("pytorch" not in INSTALLED, reason="PyTorch is not installed")
@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_several_processes_take_the_same_steps_as_one(
    processes: int, reduction: str, tmp_path: Path
) -> None:
    more = f"optimizer: adam\nbatch_size: 4\nshuffle: true\nreduction: {reduction}\n"
    case = built("uneven", BASE, WEIGHTS, BIASES, RATE, more)  # batches of 4 and of 1
    (tmp_path / "script.py").write_text(case.script("pytorch"), encoding="utf-8")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*launch, "--nproc-per-node", str(processes), tmp_path / "script.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = Results(losses_of(done.stdout), {})
    assert largest_difference(found, Results(ours(case).losses, {})) <= CLOSE


THREADS = """
if launched:
    names = []
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/comm") as file:
            names.append(file.read().strip())
    print(f"left of {rank}: {[name for name in names if 'gloo' in name]}", flush=True)
"""


@pytest.mark.skipif("pytorch" not in INSTALLED, reason="PyTorch is not installed")
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are not listed here")
def test_no_thread_of_the_process_group_outlives_a_script(tmp_path: Path) -> None:
    """Where one does, it may bring the process down after its work is done."""
    script = built("ending", BASE, WEIGHTS, BIASES, RATE).script("pytorch")
    (tmp_path / "script.py").write_text(f"{script}{THREADS}", encoding="utf-8")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*launch, "--nproc-per-node", "2", tmp_path / "script.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    ended = sorted(line for line in done.stdout.splitlines() if line.startswith("left"))
    assert ended == ["left of 0: []", "left of 1: []"]


# --- the command -----------------------------------------------------------------------------


def test_the_shipped_example_is_exported_without_a_configuration(backprop: Backprop) -> None:
    bare = backprop("export", "--to", "numpy")
    named = backprop("export", "configs/default.yaml", "--to", "numpy")
    text = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    piped = backprop("export", "-", "--to", "numpy", input=text)
    assert bare.stdout == named.stdout
    assert piped.stdout == named.stdout.replace("default.yaml", "standard input")
    assert "epochs = 1\n" in bare.stdout


def test_a_script_is_written_to_a_file_that_is_not_there_yet(
    backprop: Backprop, tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    order = ("export", "--to", "numpy", "--epochs", "20", "-o", file)
    assert (backprop(*order).returncode, backprop(*order).returncode) == (0, 2)
    assert backprop(*order, "--force").returncode == 0
    assert "run it with: python mine.py\n" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--to", "pytroch"), "--to pytroch: there is no such library; the nearest names are pyt"),
        (("missing.yaml", "--to", "numpy"), "missing.yaml: there is no such file"),
        (("--to", "numpy", "-o", "/no/such/folder/a.py"), "there is no folder /no/such/folder"),
        (("--to", "numpy", "-o", "/tmp/numpy.py"), "choose another name, such as train_numpy.py"),
        (("--to", "pytorch", "-o", "/tmp/torch.py"), "the script imports torch, and Python would"),
        (("configs/iris.yaml", "--to", "jax", "-o", "/tmp/csv.py"), "the script imports csv, and"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    backprop: Backprop, arguments: tuple[str, ...], complaint: str
) -> None:
    run = backprop("export", *arguments)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr
