"""`backprop new`: numbers that are worth working, and questions on a terminal."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from support.program import Backprop, OnTerminal, Process, Screen, Types, without_codes

from backprop_cli import config
from backprop_cli.api.templates import completed, network_of
from backprop_cli.cli.commands.new import new_configuration
from backprop_cli.cli.sketched import sketched
from backprop_cli.errors import UsageError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate


def made(sizes: str, seed: int = 1, **given: str) -> Exercise:
    return config.parse(new_configuration(sizes, given, seed), "new.yaml")


# --- drawn numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize("biases", ["own", "shared", "none"])
def test_no_drawn_neuron_of_relu_is_switched_off(biases: str) -> None:
    for sizes, seed in product(["2-3-1", "4-8-8-3", "1-1-1"], range(7)):
        exercise = made(sizes, seed, activation="relu", biases=biases)
        values = calculate(exercise, Plan(exact=True)).working.values
        assert all(values[f"a_{n.name}"] > 0 for n in exercise.network.neurons), (sizes, seed)


def test_drawn_numbers_have_two_decimals_and_are_not_0() -> None:
    # Of the last network, which is too large to be worked, 266 numbers are drawn at a time.
    for sizes, seed in [*product(["3-4-2"], range(5)), *product(["10-12-8"], range(6))]:
        exercise = made(sizes, seed)
        drawn = [
            value for name, value in exercise.numbers.items() if re.fullmatch(r"[wbxy]\S*\d", name)
        ]
        assert len(drawn) >= 3 + 20 + 2 + 2
        assert all(isinstance(number, Decimal) and number for number in drawn)
        assert {number.as_tuple().exponent for number in drawn if isinstance(number, Decimal)} == {
            -2
        }


def test_a_bias_that_could_learn_nothing_is_no_default() -> None:
    exercise = made("2-3-3", activation="sigmoid", loss="cross_entropy")
    values = calculate(exercise, Plan(exact=True)).working.values
    assert len(exercise.network.biases) == 4  # one for the hidden layer, three for the softmax
    assert all(abs(values[f"∂Loss/∂{bias}"]) > 1e-6 for bias in exercise.network.biases)


@pytest.mark.parametrize(
    ("sizes", "given"),
    [
        ("2-2-1", {}),
        ("3-4-2", {"activation": "tanh", "biases": "own", "optimizer": "adamw"}),
        ("2-3-3", {"loss": "cross_entropy", "optimizer": "momentum"}),
        ("2-2-2-1", {"loss": "hinge", "biases": "none", "rate": "0.3"}),
    ],
)
def test_numbers_are_drawn_for_the_exercise_that_is_written(
    sizes: str, given: Mapping[str, str]
) -> None:
    """The numbers of the file are those that were found worth working, not some others."""
    sketch = sketched(sizes, given)
    written = made(sizes, 4, **given)
    assert network_of(sketch) == written.network
    found = completed(sketch, 4)
    assert [*found.numbers] == [
        tuple(written.numbers[name] for name in names)
        for names in (
            *(written.network.inputs, written.network.weights),
            *(written.network.biases, written.network.targets),
        )
    ]


def test_the_same_seed_writes_the_same_file() -> None:
    assert new_configuration("2-3-1", {}, 7) == new_configuration("2-3-1", {}, 7)
    assert new_configuration("2-3-1", {}, 7) != new_configuration("2-3-1", {}, 8)


def test_who_asks_for_softmax_and_no_loss_has_classes() -> None:
    exercise = config.parse(new_configuration("2-3-3", {"activation": "softmax"}, 3), "c.yaml")
    hidden, output = exercise.network.layers
    used = [exercise.network.function_of(layer.neurons[0]).name for layer in (hidden, output)]
    assert (used, exercise.network.loss) == (["sigmoid", "softmax"], "cross_entropy")


# --- given numbers ---------------------------------------------------------------------------


def test_what_is_given_stands_in_the_configuration_as_it_was_typed(backprop: Backprop) -> None:
    """The document's network, its figures from the document."""
    run = backprop(
        *("new", "2-2-1", "--inputs", "0.05,0.10", "--weights", "0.15 0.20 0.25 0.30 0.40 0.45"),
        *("--biases", "0.35,0.60", "--target", "0.01", "--lr", "0.5"),
    )
    assert "its numbers were given" in run.stdout
    assert "x2: 0.10\n" in run.stdout
    worked = backprop("run", "-", "--explain", "w1", input=run.stdout)
    assert worked.stdout == backprop("run", "--explain", "w1").stdout


@pytest.mark.parametrize(
    ("biases", "expected"), [("own", 3), ("shared", 2), ("none", 0), ("1,2", 2), ("1,2,3", 3)]
)
def test_biases_are_own_shared_none_or_numbers(biases: str, expected: int) -> None:
    assert len(made("2-2-1", biases=biases).network.biases) == expected


def test_the_optimizer_and_a_learning_rate_that_suits_it() -> None:
    exercise = made("2-2-1", optimizer="adam")
    assert (exercise.network.optimizer, exercise.numbers["learning_rate"]) == (
        "adam",
        Decimal("0.01"),
    )


@pytest.mark.parametrize(
    ("sizes", "given", "complaint"),
    [
        ("2-1", {"inputs": "0.5"}, "--inputs: 2 numbers belong here, for x1 to x2; 1 given"),
        ("2-1", {"weights": "1,2,3"}, "--weights: 2 numbers belong here, for w1 to w2; 3 given"),
        ("2-1", {"target": "1"}, None),
        ("2-1", {"targets": "x"}, "--target: x is not a number"),
        ("2-1", {"biases": "on"}, "--biases on: there is no such kind; the nearest names are own"),
        ("2-2-1", {"biases": "1"}, "--biases: write own, shared or none; or"),
        ("2-1", {"rate": "fast"}, "--lr: fast is not a number"),
        ("2-1", {"optimizer": "adm"}, "--optimizer adm: there is no such optimizer"),
        ("2-1", {"loss": "binary_cross_entropy", "targets": "2"}, "takes targets from 0 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(
    sizes: str, given: Mapping[str, str], complaint: str | None
) -> None:
    if complaint is None:
        new_configuration(sizes, given, 1)
        return
    with pytest.raises(UsageError, match=re.escape(complaint)):
        new_configuration(sizes, given, 1)


def test_a_written_file_is_named_with_what_to_run_next(backprop: Backprop, tmp_path: Path) -> None:
    run = backprop("new", "2-1", "-o", "a b.yaml", cwd=tmp_path)
    assert (run.stdout, run.returncode) == ("", 0)
    assert run.stderr == "a b.yaml is written. Next: backprop run 'a b.yaml'\n"


def test_where_nobody_can_be_asked_the_sizes_are_asked_for(backprop: Backprop) -> None:
    run = backprop("new")
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert "backprop new 2-3-1" in run.stderr


# --- questions -------------------------------------------------------------------------------


def answering(answers: Sequence[str]) -> Types:
    """Types the next answer whenever a question stands there unanswered."""
    left = list(answers)
    answered = 0

    def typed(received: str, _process: Process) -> str | None:
        nonlocal answered
        questions = len(re.findall(r"\]: ", without_codes(received)))
        if questions > answered and left:
            answered += 1
            return left.pop(0)
        return None

    return typed


def asked(on_terminal: OnTerminal, folder: Path, answers: Sequence[str], *args: str) -> Screen:
    return on_terminal("new", *args, cwd=folder, types=answering(answers))


def test_enter_alone_makes_an_exercise_that_runs(
    on_terminal: OnTerminal, backprop: Backprop, tmp_path: Path
) -> None:
    screen = asked(on_terminal, tmp_path, ["\r"] * 6)
    assert screen.returncode == 0
    assert screen.text.endswith("mine.yaml is written. Next: backprop run mine.yaml\n")
    assert "│" in screen.text, "the network is shown"
    assert backprop("run", tmp_path / "mine.yaml").returncode == 0


def test_every_number_can_be_typed_alone_or_in_a_row(
    on_terminal: OnTerminal, backprop: Backprop, tmp_path: Path
) -> None:
    numbers = ["yes", "0.05", "0.10", "0.15 0.20, 0.25", "0.30 0.40 0.45"]
    biases = ["shared", "0.35", "0.60"]
    answers = ["2-2-1", "sigmoid", "", *numbers, *biases, "0.01", "0.5", "exercise"]
    screen = asked(on_terminal, tmp_path, [f"{answer}\r" for answer in answers])
    assert screen.returncode == 0
    file = tmp_path / "exercise.yaml"
    worked = backprop("run", file, "--explain", "w1").stdout
    assert worked == backprop("run", "--explain", "w1").stdout
    assert "w1 = 0.15" in screen.text, "the network is shown with its weights"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        # The names are those of the tables; wrong ones are told with the nearest.
        (
            ["two"],
            "'two' is not a list of sizes; write the inputs, each layer and the outputs,",
        ),
        (["2-2-1", "sigmod"], "sigmod: there is no such function; the nearest names are sigmoid"),
        (["2-2-1", "softmax"], "a softmax of one output is always 1"),
        (["2-2-1", "", "huber2"], "there is no such loss"),
        (["2-2-1", "", "", "perhaps"], "perhaps: please answer yes or no"),
        (["2-2-1", "", "", "yes", "one"], "one is not a number"),
        (["2-2-1", "", "", "yes", "1 2 3"], "3 numbers; only 2 are still to be typed"),
    ],
)
def test_a_wrong_answer_is_told_and_asked_again(
    answers: Sequence[str], said: str, on_terminal: OnTerminal, tmp_path: Path
) -> None:
    screen = asked(on_terminal, tmp_path, [*[f"{answer}\r" for answer in answers], "\x04"])
    assert said in screen.text
    questions = re.findall(r"^(.+?)\[", screen.text, re.MULTILINE)
    assert questions[-1] == questions[-2], "it is asked again"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 1)])
def test_what_was_answered_is_not_lost_when_the_questions_are_left(
    key: str, code: int, on_terminal: OnTerminal, backprop: Backprop, tmp_path: Path
) -> None:
    answers = ["2-1", "tanh", "", "yes", "0.5", "-0.1", "0.3", key]
    typed = [answer if answer == key else f"{answer}\r" for answer in answers]
    screen = asked(on_terminal, tmp_path, typed)
    assert screen.returncode == code
    assert "Traceback" not in screen.text
    assert list(tmp_path.iterdir()) == []
    command = screen.text.rstrip().splitlines()[-1].split()
    assert command[:3] == ["backprop", "new", "2-1"]
    assert backprop(*command[1:], cwd=tmp_path).returncode == 0
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    assert "x1: 0.5\n" in text
    assert "x2: -0.1\n" in text
    assert "{x1: 0.3, " in text
    assert "activation: tanh" in text


def test_a_file_that_is_there_is_not_replaced(on_terminal: OnTerminal, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("kept")
    screen = asked(on_terminal, tmp_path, ["\r"] * 5 + ["mine.yaml\r", "\r"])
    assert "mine.yaml: the file exists already" in screen.text
    assert "mine2.yaml is written" in screen.text
    assert (tmp_path / "mine.yaml").read_text() == "kept"


# --- networks that are no plain layers ---------------------------------------------------------


def test_with_skip_the_output_is_fed_by_the_inputs_too(backprop: Backprop) -> None:
    made = backprop("new", "2-3-4-1", "--skip", "--seed", "3").stdout
    network = config.parse(made, "new.yaml").network
    sources = [[edge.source for edge in layer.neurons[0].edges] for layer in network.layers]
    assert sources == [
        ["x1", "x2"],
        ["h1", "h2", "h3", "x1", "x2"],
        ["h4", "h5", "h6", "h7", "h1", "h2", "h3"],
    ]
    run = backprop("run", "-", "--gradcheck", input=made)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("sizes", ["1-1-1", "2-1-1", "1-3-2"])
@pytest.mark.parametrize("more", [(), ("--biases", "none"), ("--optimizer", "adamw")])
def test_a_recurrent_network_has_one_set_of_parameters_for_all_steps(
    backprop: Backprop, sizes: str, more: tuple[str, ...]
) -> None:
    made = backprop("new", sizes, "--recurrent", "4", "--seed", "3", *more).stdout
    assert made == backprop("new", sizes, "--recurrent", "4", "--seed", "3", *more).stdout
    network = config.parse(made, "new.yaml").network
    inputs, units, outputs = map(int, sizes.split("-"))
    assert (len(network.inputs), len(network.outputs)) == (4 * inputs, 4 * outputs)
    assert len(network.weights) == units * (inputs + units + outputs)
    assert len(network.biases) == (0 if "none" in more else units + outputs)
    assert all(len(one.neurons) >= 3 for one in network.by_parameter.values())
    run = backprop("run", "-", "--gradcheck", input=made)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("2-1", "--skip"), "2-1: there is no layer that a connection could skip; give it one"),
        (("--skip",), "--skip: SIZES is missing"),
        (("2-1", "--recurrent", "3"), "--recurrent asks for three sizes, those of one step"),
        (("1-1-1", "--recurrent", "1"), "--recurrent 1: write a number from 2 to 50"),
        (("1-1-1", "--recurrent", "99"), "--recurrent 99: write a number from 2 to 50"),
        (("--recurrent", "3"), "--recurrent: SIZES is missing, those of one step"),
        (("1-1-1", "--recurrent", "3", "--inputs", "1"), "--inputs: it does not go with"),
        (("1-1-1", "--recurrent", "3", "--skip"), "it does not go with --recurrent"),
        (("1-1-1", "--recurrent", "3", "--biases", "own"), "the steps share theirs"),
        (("1-2-2", "--recurrent", "3", "--loss", "ce"), "its outputs are linear"),
    ],
)
def test_what_makes_no_such_network_is_refused(
    backprop: Backprop, args: tuple[str, ...], said: str
) -> None:
    done = backprop("new", *args)
    assert (done.stdout, done.returncode) == ("", 2)
    assert said in done.stderr
