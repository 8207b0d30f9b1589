"""A saved network is a configuration like any other, and trains on to the last bit."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.configurations import ROWS, configurations, finite
from support.networks import BY_GRADIENT
from support.program import CONFIGS
from support.written_graphs import written_graphs, written_perceptrons

from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.config.load import ConfigError, json_schema, load, parse
from backprop_cli.config.meaning.trained import QUANTITIES
from backprop_cli.config.shape.sections import TrainedSoFar
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.config.writing.yaml_text import number
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import OPTIMIZERS, state_names, state_of
from backprop_cli.network.exercise import Example, Exercise, Figure, Trained
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.trainer import Trainer

# Networks that are no plain layers; JSON is YAML.
GRAPHS = (written_graphs() | written_perceptrons()).map(json.dumps)
SCHEMA = Draft202012Validator(json_schema())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data file that drawn configurations name."""
    made = tmp_path_factory.mktemp("saving")
    made.joinpath("rows.csv").write_text(ROWS, encoding="utf-8")
    return made


def read(text: str, folder: Path) -> Exercise:
    return parse(text, str(folder / "c.yaml"))


@st.composite
def states(draw: st.DrawFn, exercise: Exercise) -> dict[str, float]:
    """Whatever training could leave behind: any numbers, for some parameters or for all."""
    network = exercise.network
    squares = {s.name for s in OPTIMIZERS[network.optimizer].squares}
    state: dict[str, float] = {}
    for name in state_names(network):
        if name == "t":
            state[name] = float(draw(st.integers(1, 2**53)))
        elif name in state_of(network) or (name not in network.frozen and draw(st.booleans())):
            state[name] = draw(finite)
            if name.split("_")[0] in squares:
                state[name] = abs(state[name])
    return state


def exactly(figure: Figure) -> object:
    """What tells apart all numbers that differ in a bit, or in a typed digit."""
    return figure.hex() if isinstance(figure, float) else figure.as_tuple()


def digits(example: Example) -> list[object]:
    return [exactly(figure) for figure in (*example.inputs, *example.targets)]


def after_training(trainer: Trainer, exercise: Exercise, folder: Path) -> Exercise:
    """The exercise that is saved and read again after so much training."""
    trained = Trained(trainer.epoch, trainer.history[0][1])
    return read(configuration_text(exercise, trainer.numbers, trained, folder / "s.yaml"), folder)


# --- the round trip --------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.data(), configurations() | GRAPHS)
def test_what_was_saved_is_read_back_to_the_last_bit_and_digit(
    folder: Path, data: st.DataObject, text: str
) -> None:
    exercise = read(text, folder)
    state = data.draw(states(exercise))
    epochs, first_loss = data.draw(st.tuples(st.integers(0, 2**53), st.none() | finite))
    trained = Trained(epochs, first_loss)
    written = configuration_text(exercise, state, trained, folder / "saved.yaml")
    again = read(written, folder)

    assert again.network == exercise.network
    assert (again.rounding, again.order) == (exercise.rounding, exercise.order)
    assert (again.batches, again.data) == (exercise.batches, exercise.data)
    assert [*map(digits, again.examples)] == [*map(digits, exercise.examples)]
    assert again.trained == trained
    assert again.numbers.keys() == exercise.numbers.keys()
    for name, before in exercise.numbers.items():
        if name in state:
            assert float(again.numbers[name]).hex() == state[name].hex()
        else:
            assert exactly(again.numbers[name]) == exactly(before)
    SCHEMA.validate(yaml.safe_load(written))


@settings(max_examples=50, deadline=None)
@given(configurations() | GRAPHS)
def test_a_network_that_was_not_trained_is_saved_as_it_was_typed(folder: Path, text: str) -> None:
    exercise, path = read(text, folder), folder / "saved.yaml"
    written = configuration_text(exercise, exercise.numbers, Trained(), path)
    assert "trained:" not in written
    assert configuration_text(read(written, folder), {}, Trained(), path) == written


def read_back(value: float) -> list[float]:
    """What is written of a number, as Python, YAML and a configuration read it."""
    document, written = CONFIGS.joinpath("default.yaml").read_text(encoding="utf-8"), number(value)
    exercise = parse(document.replace("0.35", written), "c.yaml")
    return [float(written), yaml.safe_load(written), float(exercise.numbers["b1"])]


@settings(max_examples=200)
@given(finite)
def test_every_finite_float_is_written_so_that_it_is_read_back_bit_for_bit(value: float) -> None:
    assert [read.hex() for read in read_back(value)] == [value.hex()] * 3


@pytest.mark.parametrize(
    "value", [5e-324, -5e-324, 2.2250738585072009e-308, 1.7976931348623157e308, -0.0, 1e-05, 1e22]
)
def test_the_extremes_of_float64_are_read_back(value: float) -> None:
    assert [read.hex() for read in read_back(value)] == [value.hex()] * 3


@pytest.mark.parametrize(
    ("typed_as", "written"),
    [
        ("0.10", "0.10"),
        ("1", "1"),
        ("1e-8", "0.00000001"),
        ("1.50e-30", "1.50e-30"),
        ("1e-30", "1.e-30"),
        ("1e5", "1.e+5"),
        ("-0.00", "-0.00"),
        ("0." + "0" * 400, "0." + "0" * 400),
        ("." + "1" * 999, "." + "1" * 999),
    ],
)
def test_typed_numbers_keep_their_digits(typed_as: str, written: str) -> None:
    assert number(Decimal(typed_as)) == written


def test_a_saved_network_is_laid_out_like_the_document_s() -> None:
    document = load(str(CONFIGS / "default.yaml"))
    trained = {"w1": 0.1497807161327628, "b1": 0.3453428738432152}
    text = configuration_text(document, trained, Trained(2, 0.2748), Path("saved.yaml"))
    assert (
        text
        == """\
# A network after 2 epochs of training; every number has all its digits.
inputs: [0.05, 0.10]
target: 0.01
weights:  # layer by layer, in forward order; each neuron lists what feeds it
  hidden:
    h1: {x1: 0.1497807161327628, x2: 0.20}  # w1, w2
    h2: {x1: 0.25, x2: 0.30}  # w3, w4
  output:
    out: {h1: 0.40, h2: 0.45}  # w5, w6
biases:
  hidden: 0.3453428738432152  # b1
  output: 0.60  # b2
activation: sigmoid
loss: half_squared_error
optimizer: sgd
learning_rate: 0.5
rounding: 4  # decimals carried from line to line, as on paper
order: [w5, w6, w1, w2, w4, w3]
trained:  # from here training goes on
  epochs: 2
  first_loss: 0.2748  # before the first epoch
"""
    )


def test_what_an_optimizer_keeps_is_laid_out_by_parameter() -> None:
    exercise = parse(ADAM, "c.yaml")
    text = configuration_text(exercise, {"t": 8.0, "m_w1": -1e-05}, Trained(7), Path("s.yaml"))
    assert text.endswith(
        """\
trained:  # from here training goes on
  epochs: 7
  t: 8  # the number of the next update
  m:  # the running mean of the gradient
    w1: -1.e-05
    b1: 0.125
  v:  # the running mean of its square
    w1: 0.5
    b1: 1e-9
""".replace("1e-9", "0.000000001")
    )


def test_a_trained_number_that_is_what_it_was_keeps_its_typed_digits_and_no_other_does() -> None:
    exercise = parse(ONE.replace("0.15, 0.20", "0.10, 0.0"), "c.yaml")
    trained = Trainer(exercise).numbers
    text = configuration_text(exercise, {**trained, "w2": -0.0}, Trained(1), Path("s.yaml"))
    assert "h1: {x1: 0.10, x2: -0.0}" in text
    assert "out: {h1: 0.40, h2: 0.45}" in text
    assert "hidden: {name: parametric_relu, slope: 0.25}" in text


# --- going on --------------------------------------------------------------------------------

FOUR = """\
examples:
  - {inputs: [0, 0], target: 0}
  - {inputs: [0, 1], target: 1}
  - {inputs: [1, 0], target: 1}
  - {inputs: [1, 1], target: 0}
weights:
  hidden: {h1: [0.8, -0.6], h2: [0.8, 0.9]}
  output: {out: [0.5, -0.6]}
biases: {hidden: {h1: -0.1, h2: 0.1}, output: -0.3}
activation: {hidden: parametric_relu, output: sigmoid}
learning_rate: 0.05
"""
ONE = """\
inputs: [0.05, 0.10]
target: 0.01
weights: {hidden: [[0.15, 0.20], [0.25, 0.30]], output: [[0.40, 0.45]]}
biases: {hidden: 0.35, output: 0.60}
activation: {hidden: parametric_relu, output: sigmoid}
learning_rate: 0.05
"""


@pytest.mark.parametrize("optimizer", BY_GRADIENT)
@pytest.mark.parametrize(
    "form",
    [
        ONE,
        FOUR,
        FOUR + "batch_size: 3\n",
        FOUR + "batch_size: all\n",
        FOUR + "batch_size: all\nreduction: sum\n",
        FOUR + "batch_size: 2\npenalty: {l2: 0.010}\n",
        FOUR + "batch_size: all\nreduction: sum\npenalty: {l1: 1e-3, biases: true}\n",
        FOUR + "shuffle: true\nseed: 5\n",
        FOUR + "shuffle: true\nbatch_size: 3\nweight_decay: 0.01\n",
        FOUR + "shuffle: true\nfrozen: [w1, b2]\n",
        FOUR + "frozen: [s1]\nweight_decay: 0\n",
    ],
)
def test_100_epochs_are_40_and_60_more_from_the_file(
    folder: Path, form: str, optimizer: str
) -> None:
    exercise = read(f"{form}optimizer: {optimizer}\n", folder)
    whole, first = Trainer(exercise), Trainer(exercise)
    whole.advance(100, record=range(101))
    first.advance(40)
    rest = Trainer(after_training(first, exercise, folder))
    rest.advance(100, record=range(101))
    assert bits(rest) == bits(whole)
    assert rest.history == whole.history[40:]
    assert rest.epoch == whole.epoch


@settings(max_examples=50, deadline=None)
@given(configurations(tame=True) | GRAPHS, st.integers(0, 4), st.integers(0, 4))
def test_any_training_goes_on_from_the_file_as_if_it_had_not_stopped(
    folder: Path, text: str, before: int, more: int
) -> None:
    exercise = read(text, folder)
    assume(exercise.network.learns and exercise.network.parameters)
    try:
        whole, first = Trainer(exercise), Trainer(exercise)
        whole.advance(before + more, record=range(9))
        first.advance(before)
    except (DivergedError, WorkingError):
        assume(False)
    rest = Trainer(after_training(first, exercise, folder))
    rest.advance(before + more)
    assert bits(rest) == bits(whole)


def bits(trainer: Trainer) -> dict[str, str]:
    return {name: float(number).hex() for name, number in trainer.numbers.items()}


def test_the_irises_train_on_from_a_file_in_another_folder(tmp_path: Path) -> None:
    exercise = load(str(CONFIGS / "iris.yaml"))
    whole, first = Trainer(exercise), Trainer(exercise)
    whole.advance(5)
    first.advance(2)
    path = tmp_path / "iris-2.yaml"
    trained = Trained(2, first.history[0][1])
    path.write_text(configuration_text(exercise, first.numbers, trained, path), encoding="utf-8")
    rest = Trainer(load(str(path)))
    rest.advance(5)
    assert bits(rest) == bits(whole)


# --- the data file's path --------------------------------------------------------------------


def path_of(exercise: Exercise) -> Path:
    assert exercise.data is not None
    return Path(exercise.data.folder, exercise.data.file)


def moved(exercise: Exercise, path: Path) -> Exercise:
    """The exercise saved at another path, and read from there."""
    path.write_text(configuration_text(exercise, {}, Trained(), path), encoding="utf-8")
    return load(str(path))


@pytest.fixture
def with_data(tmp_path: Path) -> Exercise:
    home = tmp_path / "a"
    home.mkdir()
    home.joinpath("rows.csv").write_text(ROWS, encoding="utf-8")
    home.joinpath("c.yaml").write_text(DATA, encoding="utf-8")
    return load(str(home / "c.yaml"))


DATA = """\
data: {file: rows.csv, inputs: [nil], target: price}
weights: {output: [[0.5]]}
learning_rate: 0.1
"""


@pytest.mark.parametrize("place", [".", "a", "b/c", "größe and more"])
def test_the_data_file_is_found_from_wherever_the_network_is_saved(
    tmp_path: Path, with_data: Exercise, place: str
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    again = moved(with_data, folder / "saved.yaml")
    assert path_of(again).samefile(path_of(with_data))
    assert again.data is not None
    assert not Path(again.data.file).is_absolute()


def test_the_data_file_is_found_through_linked_folders(tmp_path: Path, with_data: Exercise) -> None:
    tmp_path.joinpath("deep", "down").mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "deep" / "down")
    again = moved(with_data, link / "saved.yaml")
    assert path_of(again).samefile(path_of(with_data))


def test_an_absolute_path_of_a_data_file_stays_as_it_is(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(ROWS, encoding="utf-8")
    exercise = parse(DATA.replace("rows.csv", str(rows)), "c.yaml")
    assert f"  file: {rows}\n" in configuration_text(
        exercise, {}, Trained(), Path("b/s.yaml")
    ).replace('"', "")


def test_a_path_that_is_not_text_is_a_complaint(tmp_path: Path) -> None:
    odd = tmp_path / "a\udce9"
    odd.mkdir()
    odd.joinpath("rows.csv").write_text(ROWS, encoding="utf-8")
    exercise = parse(DATA, str(odd / "c.yaml"))
    with pytest.raises(UsageError, match="is not UTF-8; rename it") as caught:
        configuration_text(exercise, {}, Trained(), tmp_path / "s.yaml")
    assert str(caught.value).isprintable()


# --- what goes wrong -------------------------------------------------------------------------

ADAM = """\
inputs: [1]
weights: {output: [[0.5]]}
biases: {output: 0.1}
target: 1
learning_rate: 0.1
optimizer: adam
trained:
  epochs: 7
  first_loss: 0.25
  t: 8
  m: {w1: 0.25, b1: 0.125}
  v: {w1: 0.5, b1: 1e-9}
"""


def test_where_training_stands_is_read() -> None:
    exercise = parse(ADAM, "c.yaml")
    assert exercise.trained == Trained(7, 0.25)
    state = {name: float(exercise.numbers[name]) for name in ("t", "m_w1", "m_b1", "v_w1", "v_b1")}
    assert state == {"t": 8, "m_w1": 0.25, "m_b1": 0.125, "v_w1": 0.5, "v_b1": 1e-9}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("epochs: 7", "epochs: -1", "8:11: trained.epochs: a whole number from 0 on belongs here"),
        ("epochs: 7", "epochs: 7.5", "8:11: trained.epochs: a whole number from 0 on"),
        ("epochs: 7", "epochs: 1" + "0" * 20, "8:11: trained.epochs: this is at most 90071992547"),
        ("epochs: 7", "epoch: 7", "8:3: trained.epoch: there is no such key; did you mean epochs?"),
        ("  epochs: 7\n", "", "8:3: trained.epochs: this key is missing"),
        ("first_loss: 0.25", "first_loss: .nan", "9:15: trained.first_loss: .nan is not finite"),
        ("t: 8", "t: 0", "10:6: trained.t: a whole number from 1 on belongs here"),
        ("  t: 8\n", "", "8:3: trained: adam keeps t, and it is missing; add it, or remove all"),
        ("  v: {w1: 0.5, b1: 1e-9}\n", "", "8:3: trained: adam keeps v, and it is missing"),
        (", b1: 0.125", "", "11:6: trained.m: there is no m for b1; add a line `b1: …`"),
        ("m: {w1: 0.25", "m: {w2: 0.25", "11:7: trained.m.w2: there is no parameter called w2"),
        ("v: {w1: 0.5", "v: {w1: -0.5", "12:11: trained.v.w1: v is a mean of squares and is at"),
        ("v: {w1: 0.5", "v: {w1: half", "12:11: trained.v.w1: half is not a number"),
        ("m: {w1: 0.25, b1: 0.125}", "m: [1, 2]", "11:6: trained.m: a mapping belongs here"),
        ("optimizer: adam", "optimizer: sgd", "10:3: trained.t: sgd keeps no t (it keeps nothing)"),
        (
            "optimizer: adam",
            "optimizer: momentum",
            "10:3: trained.t: momentum keeps no t (it keeps v); remove it",
        ),
        ("optimizer: adam", "optimizer: adam\nfrozen: [b1]", "12:17: trained.m.b1: b1 is frozen"),
        (ADAM[ADAM.index("trained") :], "trained: 7", "7:10: trained: a mapping belongs here"),
    ],
)
def test_what_is_wrong_with_where_training_stands_is_said(
    old: str, new: str, complaint: str
) -> None:
    assert old in ADAM
    with pytest.raises(ConfigError) as caught:
        parse(ADAM.replace(old, new, 1), "c.yaml")
    assert str(caught.value).startswith(f"c.yaml:{complaint}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 7", "epochs: -1"),
        ("epochs: 7", "epoch: 7"),
        ("t: 8", "t: 0"),
        ("0.5, b1", "x, b1"),
    ],
)
def test_the_json_schema_refuses_it_too(old: str, new: str) -> None:
    assert SCHEMA.is_valid(yaml.safe_load(ADAM.replace("1e-9", "1.0e-9")))
    assert not SCHEMA.is_valid(yaml.safe_load(ADAM.replace("1e-9", "1.0e-9").replace(old, new, 1)))


def test_every_running_quantity_of_an_optimizer_has_its_key() -> None:
    own = {"epochs", "first_loss", "compared_loss", "t"}
    assert {symbol.name for symbol in QUANTITIES} == set(TrainedSoFar.model_fields) - own
