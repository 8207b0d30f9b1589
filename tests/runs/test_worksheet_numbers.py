"""Numbers drawn anew in an exercise's shape."""

from decimal import Decimal

import pytest
from support.program import CONFIGS
from support.shipped import SHIPPED

from backprop_cli import config
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.run import calculate
from backprop_cli.runs.worksheets.drawing import drawn


def shipped(name: str) -> Exercise:
    return config.load(str(CONFIGS / f"{name}.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_only_inputs_parameters_and_targets_change(name: str) -> None:
    exercise = shipped(name)
    found = drawn(exercise, 7)
    network = exercise.network
    changing = {*network.inputs, *network.parameters, *network.targets}
    assert found.network == network
    assert [*found.numbers] == [*exercise.numbers]
    for number in found.numbers:
        if number not in changing:
            assert found.numbers[number] == exercise.numbers[number], number
    assert found._replace(numbers={}, examples=()) == exercise._replace(numbers={}, examples=())


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    exercise = shipped("mazur")
    assert drawn(exercise, 3) == drawn(exercise, 3)
    assert len({tuple(drawn(exercise, seed).numbers.values()) for seed in range(30)}) == 30


@pytest.mark.parametrize("name", ["default", "mazur", "softmax", "relu", "3blue1brown", "hmkcode"])
def test_numbers_have_two_decimals_and_none_is_0(name: str) -> None:
    exercise = shipped(name)
    for seed in range(20):
        found = drawn(exercise, seed)
        for number in (*found.network.inputs, *found.network.parameters):
            figure = found.numbers[number]
            assert isinstance(figure, Decimal)
            assert figure
            assert figure.as_tuple().exponent == -2, f"{number} = {figure}"


def test_a_class_is_still_a_class_and_not_always_the_same() -> None:
    exercise = shipped("softmax")
    found = [drawn(exercise, seed) for seed in range(20)]
    targets = {tuple(one.numbers[name] for name in one.network.targets) for one in found}
    assert targets == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_drawn_is_worked_and_its_targets_are_some_that_the_loss_takes(name: str) -> None:
    exercise = shipped(name)
    for seed in range(5):
        found = drawn(exercise, seed)
        assert calculate(found).working.values
        loss = LOSSES[found.network.loss]
        for example in found.examples:
            assert all(loss.takes(target) for target in example.targets)
            assert loss.takes_total(float(sum(example.targets)))


@pytest.mark.parametrize("name", ["xor", "perceptron", "iris"])
def test_truth_tables_and_data_files_keep_their_examples(name: str) -> None:
    assert drawn(shipped(name), 1).examples == shipped(name).examples


def test_numbers_of_another_size_keep_it() -> None:
    exercise = shipped("houses")
    for seed in range(10):
        for old, example in zip(exercise.examples, drawn(exercise, seed).examples, strict=True):
            for one, other in zip((*old.inputs, *old.targets), example.floats, strict=True):
                assert 0.5 * float(one) - 1 <= other <= 1.5 * float(one) + 1


def test_numbers_that_training_has_led_to_begin_anew() -> None:
    text = "inputs: [1]\nweights: {o: [[0.5]]}\ntarget: 1\nlearning_rate: 0.1\noptimizer: adam\n"
    text += "trained: {epochs: 3, t: 4, m: {w1: 0.2}, v: {w1: 0.1}}\n"
    found = drawn(config.parse(text, "trained.yaml"), 1)
    assert found.trained.epochs == 0
    assert (found.numbers["m_w1"], found.numbers["v_w1"], found.numbers["t"]) == (0, 0, 1)
