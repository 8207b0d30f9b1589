"""The sentences about faults in examples, data files and the state of a training."""

from collections.abc import Sequence
from decimal import Decimal

from backprop_cli.config.meaning.wording import unknown_parameter
from backprop_cli.network.structure import Network
from backprop_cli.wording import counted, listed, shown


def input_as_target(column: str) -> str:
    """The only target, which is an input too."""
    return (
        f"the column {shown(column)} is an input already; name another, or write "
        f"[{shown(column)}] if the network is to give back its input"
    )


def not_beside(others: str) -> str:
    """Examples that are given in two ways."""
    return f"the examples are given by {others} already; keep one of them"


def no_input(name: str) -> str:
    """An input that has no value."""
    return f"there is no value for the input {name}; add it"


def nothing_to_update(key: str) -> str:
    """A key that says nothing where no example has a target."""
    return (
        f"{key} is for updates, and without a target there are none: each example is worked by "
        "itself, as --example K shows it"
    )


def only_several(key: str) -> str:
    """A key that says nothing of a single example."""
    return f"{key} is for several examples, given by examples: or data:"


def classes_and_outputs(column: str, classes: Sequence[str], outputs: Sequence[str]) -> str:
    """Outputs that do not go with the classes of a data file."""
    if len(outputs) == 1:
        return (
            f"the column {shown(column)} holds {counted(len(classes), 'class')}, and there is one "
            f"output; give the network {counted(len(classes), 'output')}, or the column 0 and 1"
        )
    return (
        f"the classes of the column {shown(column)} are {listed(classes)}, and the outputs are "
        f"{listed(outputs)}; call the outputs by the classes"
    )


def class_numbers_and_outputs(column: str, classes: Sequence[str], outputs: Sequence[str]) -> str:
    """More or fewer class numbers than outputs."""
    holds = "one number only" if len(classes) == 1 else f"{len(classes)} different numbers"
    return (
        f"the column {shown(column)} holds {holds}, and there are {len(outputs)} outputs; give "
        "each class an output of its own, or name a column for each output"
    )


def no_class_numbers(column: str, broken: Decimal, outputs: Sequence[str]) -> str:
    """One column of numbers for several outputs, of which ``broken`` can number no class."""
    return (
        f"the column {shown(column)} holds numbers, and there are {len(outputs)} outputs; name a "
        f"column for each output, or number the classes 0, 1, 2, … "
        f"({shown(str(broken))} is not one)"
    )


def same_name(first: str, second: str, name: str) -> str:
    """Two texts that make the same name."""
    return f"{shown(first)} and {shown(second)} would both be called {name}; change one of them"


def no_quantity(optimizer: str, quantity: str, has: Sequence[str]) -> str:
    """Something running that the optimizer does not keep."""
    keeps = f"it keeps {' and '.join(has)}" if has else "it keeps nothing"
    return f"{optimizer} keeps no {quantity} ({keeps}); remove it"


def quantity_missing(optimizer: str, quantity: str) -> str:
    """Something running that the optimizer keeps, and that was not written."""
    return f"{optimizer} keeps {quantity}, and it is missing; add it, or remove all of `trained`"


def not_running(quantity: str, name: str, network: Network) -> str:
    """A parameter that has no such running quantity."""
    if name in network.frozen:
        return f"{name} is frozen and has no {quantity}; remove it"
    return unknown_parameter(name, network)


def none_for(quantity: str, parameter: str) -> str:
    """A parameter that lacks its running quantity."""
    return f"there is no {quantity} for {parameter}; add a line `{parameter}: …`"


def below_zero(quantity: str) -> str:
    """A mean of squares that is none."""
    return f"{quantity} is a mean of squares and is at least 0"
