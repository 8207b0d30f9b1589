"""`backprop activation` and `backprop new`, as their users call them."""

import re
from decimal import Decimal

import mpmath  # type: ignore[import-untyped]
import pytest
from support.pairs import every_pair
from support.program import Backprop, one_spaced

from backprop_cli import config
from backprop_cli.algebra.paper import on_paper
from backprop_cli.cli.commands.new import new_configuration
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.config.writing.sketch import sizes_of
from backprop_cli.errors import UsageError
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate


def test_a_function_is_worked_at_a_point_with_its_numbers_put_in(backprop: Backprop) -> None:
    run = backprop("activation", "sigmoid", "0.3775")
    # 0.5933 and 0.2413 are the worked example's a_h1 and its derivative.
    assert last_lines(run.stdout) == [
        "sigmoid(0.3775) = 1 / (1 + exp(−0.3775)) ≈ 0.5933",
        "sigmoid′(0.3775) = 0.5933 * (1 − 0.5933) = 0.5933 * 0.4067 ≈ 0.2413",
    ]
    assert run.returncode == 0


def test_negative_points_are_numbers_not_options(backprop: Backprop) -> None:
    run = backprop("activation", "tanh", "-1", "0", "1", "--decimals", "6")
    expected = mpmath.nstr(mpmath.tanh(1), 6, strip_zeros=False)
    rows = re.findall(r"│ (−?[0-9.]+) +│ +(−?[0-9.]+) │ +([0-9.]+) │", run.stdout)
    assert [row[:2] for row in rows] == [("−1", f"−{expected}"), ("0", "0.000000"), ("1", expected)]


def test_without_a_name_every_function_is_listed(backprop: Backprop) -> None:
    run = backprop("activation")
    assert [name for name in ACTIVATION_NAMES if f"│ {name} " not in run.stdout] == []
    for words in (
        "exp(z_i) / (exp(z_1) + … + exp(z_n))",
        "z if z > 0, else slope * z",
        "relu: at z = 0 it has no derivative; 0 is taken.",
        "leaky_relu: slope is 0.01; --set slope=NUMBER sets it.",
    ):
        assert words in run.stdout


def last_lines(stdout: str) -> list[str]:
    """The lines that are worked, each with single spaces: those below the source."""
    return one_spaced(stdout[stdout.index("Source: ") :])[2:]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("relu", "0"),
            [
                "relu(0) = z if z > 0, else 0 = 0.0000 (since 0 ≤ 0)",
                "relu′(0) = 1 if z > 0, else 0 = 0 (since 0 ≤ 0)",
            ],
        ),
        (
            ("relu", "0.123456"),
            [
                "relu(0.123456) = z if z > 0, else 0 = 0.123456 ≈ 0.1235 (since 0.123456 > 0)",
                "relu′(0.123456) = 1 if z > 0, else 0 = 1 (since 0.123456 > 0)",
            ],
        ),
        (
            ("leaky_relu", "-2", "--set", "slope=0.10"),
            [
                "leaky_relu(−2) = z if z > 0, else 0.10 * z = 0.10 * (−2) = −0.2000 (since −2 ≤ 0)",
                "leaky_relu′(−2) = 1 if z > 0, else 0.10 = 0.10 (since −2 ≤ 0)",
            ],
        ),
        (
            ("elu", "-1"),
            [
                "elu(−1) = z if z > 0, else 1 * (exp(z) − 1) = 1 * (exp(−1) − 1) "
                "≈ 1 * (−0.6321) = −0.6321 (since −1 ≤ 0)",
                "elu′(−1) = 1 if z > 0, else 1 * exp(z) = 1 * exp(−1) ≈ 0.3679 (since −1 ≤ 0)",
            ],
        ),
        (
            ("binary_step", "0"),
            ["binary_step(0) = 1 if z ≥ 0, else 0 = 1.0000 (since 0 ≥ 0)", "binary_step′(0) = 0"],
        ),
        (("linear", "2.5"), ["linear(2.5) = 2.5000", "linear′(2.5) = 1"]),
    ],
)
def test_a_function_that_is_given_by_cases_is_worked_as_in_a_run(
    backprop: Backprop, arguments: tuple[str, ...], expected: list[str]
) -> None:
    assert last_lines(backprop("activation", *arguments).stdout) == expected


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("point", ["-0.75", "0", "0.75", "2"])
def test_a_point_has_the_figures_that_a_run_has(backprop: Backprop, name: str, point: str) -> None:
    exercise = config.parse(
        f"inputs: [{point}]\nweights: {{output: [[1]]}}\ntarget: 0\nlearning_rate: 1\n"
        f"activation: {name}\n",
        "mine.yaml",
    )
    working = calculate(exercise).working
    figures = [working.arithmetic.figure(working.values["a_out"]), working.figure("∂y_hat/∂z_out")]
    if name == "parametric_relu":
        # A weighted sum has the decimals of a result, a point those that were typed.
        figures.append(Decimal(point) if float(working.values["∂y_hat/∂s1"]) else Decimal(0))
    found = [
        re.sub(r" \(since .*\)", "", line).split()[-1]
        for line in last_lines(backprop("activation", name, point).stdout)
    ]
    assert found == [*map(on_paper, figures)]
    table = backprop("activation", name, point, "7").stdout
    (row,) = re.findall(rf"^  │ {on_paper(Decimal(point))} +│ (.*) │$", table, re.MULTILINE)
    assert [cell.strip() for cell in row.split("│")] == found


def test_of_a_slope_that_is_trained_the_derivative_by_it_is_worked_too(backprop: Backprop) -> None:
    stdout = backprop("activation", "parametric_relu", "-0.5").stdout
    assert "  ∂parametric_relu(z)/∂slope = 0 if z > 0, else z\n" in stdout
    said = (
        "Here slope is trained like a weight and starts at 0.25; "
        "--set slope=NUMBER sets another start."
    )
    assert said in " ".join(stdout.split())
    assert last_lines(stdout) == [
        "parametric_relu(−0.5) = z if z > 0, else 0.25 * z = 0.25 * (−0.5) = −0.1250 "
        "(since −0.5 ≤ 0)",
        "parametric_relu′(−0.5) = 1 if z > 0, else 0.25 = 0.25 (since −0.5 ≤ 0)",
        "∂parametric_relu(−0.5)/∂slope = 0 if z > 0, else z = −0.5 (since −0.5 ≤ 0)",
    ]
    table = backprop("activation", "parametric_relu", "-3", "0", "2", "--set", "slope=0.1").stdout
    assert re.findall(r"^  │ (\S+) +│ .* │ +(\S+) │$", table, re.MULTILINE)[1:] == [
        ("−3", "−3"),
        ("0", "0"),
        ("2", "0"),
    ]
    assert "∂a/∂slope = 0 if z > 0, else z" in backprop("activation").stdout
    assert "slope is trained" not in backprop("activation", "leaky_relu", "1").stdout


CONVENTIONS = {
    "relu": ("0 is taken", "0"),
    "leaky_relu": ("slope is taken", "0.01"),
    "elu": ("alpha is taken", "1.0000"),
    "selu": ("λ * α is taken", "1.7581"),  # 1.0507009873554805 * 1.6732632423543772 = 1.75809934…
    "binary_step": ("0 is taken, as everywhere else", "0"),
    "sign": ("0 is taken, as everywhere else", "0"),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_at_zero_the_convention_is_said_and_elsewhere_it_is_not(
    backprop: Backprop, name: str
) -> None:
    words, slope = CONVENTIONS[name]
    for arguments, said in ((("0",), True), ((), True), (("1", "0"), True), (("0.5",), False)):
        stdout = backprop("activation", name, *arguments).stdout
        assert (words in stdout) == said, arguments
    derivative = next(
        line
        for line in backprop("activation", name, "0").stdout.splitlines()
        if f"{name}′(0)" in line
    )
    assert derivative.removesuffix("(since 0 ≤ 0)").split()[-1] == slope


def test_only_where_a_derivative_jumps_is_there_a_convention() -> None:
    jumping = {"binary_step", "sign", "relu", "leaky_relu", "parametric_relu", "elu", "selu"}
    with_convention = {name for name, row in ACTIVATIONS.items() if row.convention}
    assert with_convention == jumping & set(ACTIVATIONS)


@pytest.mark.parametrize(
    ("arguments", "value", "slope"),
    [
        (("leaky_relu", "-2", "--set", "slope=0.1"), "−0.2000", "0.1"),
        (("leaky_relu", "--set", "slope=0.1", "-2"), "−0.2000", "0.1"),
        (("leaky_relu", "-2", "--set=slope=-0.25"), "0.5000", "−0.25"),
        # 2.5 * (exp(−1) − 1) and 2.5 * exp(−1)
        (("elu", "-1", "--set", "alpha=2.5"), "−1.5803", "0.9197"),
    ],
)
def test_a_setting_of_a_function_is_put_into_its_formulas(
    backprop: Backprop, arguments: tuple[str, ...], value: str, slope: str
) -> None:
    lines = backprop("activation", *arguments).stdout.splitlines()
    results = [re.fullmatch(r".* (\S+) +\(since −[12] ≤ 0\)", line) for line in lines[-2:]]
    assert [result and result[1] for result in results] == [value, slope]


@pytest.mark.parametrize(
    "points", [("1", "2", "3"), ("-1.5", "0", "2.25", "2.25"), ("1000", "1001"), ("5",)]
)
def test_softmax_is_worked_for_its_weighted_sums_together(
    backprop: Backprop, points: tuple[str, ...]
) -> None:
    run = backprop("activation", "softmax", *points, "--decimals", "6")
    sums = [*map(mpmath.mpf, points)]
    # As on paper; the largest weighted sum is taken off where the exps would be very large.
    exps = [mpmath.exp(z - (max(sums) if max(sums) > 20 else 0)) for z in sums]
    shares = [part / mpmath.fsum(exps) for part in exps]
    results = dict(re.findall(r"^  (\S+) += .*[=≈] (\S+)$", run.stdout, re.MULTILINE))
    expected = {"sum_all": mpmath.fsum(exps)}
    for i, share in enumerate(shares, 1):
        expected |= {f"e_{i}": exps[i - 1], f"a_{i}": share}
        for j, other in enumerate(shares, 1):
            expected[f"∂a_{i}/∂z_{j}"] = share * ((i == j) - other)
    for name, value in expected.items():
        found = float(results.pop(name).replace("−", "-"))
        assert abs(found - value) <= mpmath.mpf("0.51e-6"), name
    assert results.keys() - {"softmax(z_i)"} == ({"max_all"} if max(sums) > 20 else set())
    rows = re.findall(r"^  │ a_\d +│ (.*) │$", run.stdout, re.MULTILINE)
    assert len(rows) == (len(points) if len(points) > 1 else 0)
    for i, row in enumerate(rows, 1):
        cells = [float(cell.replace("−", "-")) for cell in row.split("│")]
        true = [expected[f"∂a_{i}/∂z_{j}"] for j in range(1, len(points) + 1)]
        assert all(abs(x - y) <= 0.51e-6 for x, y in zip(cells, true, strict=True))


def test_the_numbers_are_put_into_the_softmax(backprop: Backprop) -> None:
    stdout = backprop("activation", "softmax", "1", "2", "3").stdout
    for line in (
        "e_1     = exp(z_1)        = exp(1)                    ≈ 2.7183",
        "sum_all = e_1 + e_2 + e_3 = 2.7183 + 7.3891 + 20.0855 = 30.1929",
        "a_2 = e_2 / sum_all = 7.3891 / 30.1929  ≈ 0.2447",
        "∂a_1/∂z_3 = −(a_1 * a_3)    = −(0.0900 * 0.6652)                      ≈ −0.0599",
        "∂a_3/∂z_3 = a_3 * (1 − a_3) = 0.6652 * (1 − 0.6652) = 0.6652 * 0.3348 ≈ 0.2227",
    ):
        assert f"  {line}\n" in stdout


def test_a_softmax_of_any_size_is_worked(backprop: Backprop) -> None:
    extreme = backprop("activation", "softmax", "1e300", "-1.7e308", "1.7e308")
    assert "a_3 = e_3 / sum_all = 1.0000 / 1.0000 = 1.0000" in extreme.stdout
    many = backprop("activation", "softmax", *map(str, range(200)))
    assert (extreme.returncode, many.returncode) == (0, 0)
    # 199 is the largest: its share is 1 − exp(−1) but for exp(−200).
    assert re.search(r"a_200 += e_200 / sum_all .* ≈ 0\.6321$", many.stdout, re.MULTILINE)
    assert "Matrix" not in many.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("sigmod", "1"), "activation sigmod: there is no such function; the nearest names are"),
        (("relu", "one"), "one is not a number"),
        (("relu", ".inf"), "is not finite"),
        (("softmx", "1"), "activation softmx: there is no such function; the nearest names are"),
        (("softmax", "1", "x"), "x is not a number"),
        (("leaky_relu", "--set", "slop=1"), "leaky_relu has no setting slop; it has slope"),
        (("sigmoid", "--set", "slope=1"), "sigmoid has no setting slope; it has none"),
        (("softmax", "1", "--set", "slope=1"), "softmax has no setting slope; it has none"),
        (("elu", "--set", "alpha"), "--set alpha: write it as NAME=NUMBER, such as slope=0.1"),
        (("elu", "--set", "alpha=x"), "--set alpha=x: x is not a number"),
        (("elu", "--set", "alpha=1", "--set", "alpha=2"), "alpha is set twice"),
        (("--set", "slope=1"), "which function is to be set?"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    backprop: Backprop, arguments: tuple[str, ...], complaint: str
) -> None:
    run = backprop("activation", *arguments)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr


SHAPES = ["1-1", "1-1-1", "2-3-1", "2-3-2", "3-1-2", "3-2-2-4"]


@pytest.mark.parametrize(
    ("activation", "loss", "shape"), every_pair([*ACTIVATION_NAMES], [*LOSSES], SHAPES)
)
def test_a_new_configuration_is_an_exercise_or_is_refused_or_says_that_nothing_is_learnt(
    activation: str, loss: str, shape: str
) -> None:
    """Of every activation and loss: it runs an epoch, and every layer learns from it."""
    sizes = sizes_of(shape)
    functions = [*[activation] * (len(sizes) - 2), OUTPUT_FOR.get(loss, activation)]
    alone = [size for size, name in zip(sizes[1:], functions, strict=True) if name == "softmax"]
    if 1 in alone:
        with pytest.raises(UsageError, match=f"^{shape}: .* always 1"):
            new_configuration(shape, {"activation": activation, "loss": loss}, 7)
        return
    text = new_configuration(shape, {"activation": activation, "loss": loss}, 7)
    exercise = config.parse(text, "new.yaml")
    network = exercise.network
    assert (len(network.inputs), *(len(layer.neurons) for layer in network.layers)) == sizes
    assert [layer.activation for layer in network.layers] == functions
    assert network.loss == loss
    assert all(abs(float(exercise.numbers[name])) <= 1 for name in network.weights)
    calculation = calculate(exercise, Plan(epochs=2))
    assert calculation.epochs == 2
    assert len(calculation.history) == 3
    gradients = calculate(exercise, Plan(exact=True)).working.values
    learns = [
        any(gradients[f"∂Loss/∂{edge.weight}"] for one in layer.neurons for edge in one.edges)
        for layer in network.layers
    ]
    says_so = " has the derivative 0: nothing is learnt through it" in text
    assert says_so is bool({"binary_step", "sign"} & {*functions})
    assert all(learns) or says_so, learns


OUTPUT_FOR = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("2-3-1", "--activation", "softmax"),
            "2-3-1: a softmax of one output is always 1; give it several outputs, or choose "
            "another activation",
        ),
        (
            ("2-1", "--loss", "cross_entropy"),
            "2-1: cross_entropy compares several classes, and of one output its softmax is always "
            "1; give it several outputs, or choose the loss binary_cross_entropy",
        ),
        (
            ("3-1-2", "--activation", "softmax", "--loss", "binary_cross_entropy"),
            "3-1-2: a softmax of one neuron is always 1; give each layer several, or choose "
            "another activation",
        ),
    ],
)
def test_a_softmax_of_one_is_no_exercise(
    backprop: Backprop, arguments: tuple[str, ...], complaint: str
) -> None:
    run = backprop("new", *arguments)
    assert (run.stdout, run.returncode, run.stderr) == ("", 2, f"{complaint}\n")


UNDER_SOFTMAX = [
    loss
    for loss, row in LOSSES.items()
    if OUTPUT_FOR.get(loss, "softmax") == "softmax" and not row.only_ends
]


@pytest.mark.parametrize("loss", UNDER_SOFTMAX)
def test_the_targets_under_a_softmax_are_a_class(loss: str) -> None:
    exercise = config.parse(
        new_configuration("2-3-4", {"activation": "softmax", "loss": loss}, 3), "new.yaml"
    )
    targets = [exercise.numbers[f"y_true_o{at}"] for at in range(1, 5)]
    assert sorted(targets) == [0, 0, 0, 1]


def test_a_seed_draws_the_same_numbers_every_time(backprop: Backprop) -> None:
    asked = ("new", "2-3-1", "--activation", "tanh", "--seed", "7")
    first, second = backprop(*asked), backprop(*asked)
    assert first.stdout == second.stdout
    assert "seed 7" in first.stdout
    assert backprop(*asked[:-1], "8").stdout != first.stdout


@pytest.mark.parametrize("sizes", ["2", "2-0-1", "a-b", "2--1", "-2-1", "2-99999-1", "²-1"])
def test_sizes_that_are_none_are_refused(backprop: Backprop, sizes: str) -> None:
    run = backprop("new", "--seed", "1", "--", sizes)
    assert (run.stdout, run.returncode) == ("", 2)
    assert "Traceback" not in run.stderr
