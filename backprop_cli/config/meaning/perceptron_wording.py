"""The sentences about what the perceptron rule cannot train."""

from collections.abc import Sequence
from decimal import Decimal


def second_layer(layer: str) -> str:
    """A layer too many for the perceptron rule."""
    return (
        f"the perceptron rule trains one layer, and {layer} is a second one: it has no error for "
        "a hidden neuron; use another optimizer, such as sgd"
    )


def not_with_perceptron(key: str) -> str:
    """A key that says nothing beside the perceptron rule."""
    return (
        f"the perceptron rule uses the error of one example after the other; remove {key}, or "
        "use another optimizer"
    )


def perceptron_target() -> str:
    """The perceptron rule without a target."""
    return "the perceptron rule uses target minus prediction; add a target"


def formula_by_error(neuron: str) -> str:
    """A neuron that the perceptron rule cannot train, for it is a formula."""
    return f"{neuron} is a formula, and the perceptron rule trains the weights of a weighted sum"


def within_layer(neuron: str) -> str:
    """A neuron that feeds, or is fed by, another one."""
    return f"the perceptron rule trains one layer: {neuron} must be an output fed by inputs alone"


def no_step(steps: Sequence[str], name: str) -> str:
    """A function that does not tell two classes apart."""
    return (
        f"the perceptron rule needs a neuron that decides, and {name} does not; write "
        f"activation: {' or '.join(steps)}, or use another optimizer, such as sgd"
    )


def not_one_of_two(
    function: str, two: tuple[Decimal, Decimal], example: int, target: Decimal | float
) -> str:
    """A target that a step function never gives."""
    return (
        f"with {function}, targets are {two[0]} and {two[1]}, not {target}, as in example "
        f"{example + 1}; write one of the two"
    )
