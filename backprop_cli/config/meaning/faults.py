"""Faults in what a configuration means: the first one found, and how each is worded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from backprop_cli.config.files.yaml_source import Source
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path, counted, did_you_mean, listed, shown, span

MOST_COUNTED = 10
Describe = Callable[..., str]
T = TypeVar("T")


@dataclass(frozen=True)
class Sources:
    """What may feed a layer: the inputs, or the neurons of the layer before it."""

    names: tuple[str, ...]
    layer: str | None = None

    @cached_property
    def known(self) -> frozenset[str]:
        """The names, to look one up."""
        return frozenset(self.names)

    def __str__(self) -> str:
        if self.layer is None:
            return those("the inputs are", "the only input is", self.names)
        return those("its neurons are", "its only neuron is", self.names)


class Faults:
    """Keeps the first fault of a file.

    A fault's message is made only if it is the one reported, so that a file full of faults is
    read as fast as any other.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._count = 0
        self._first: tuple[tuple[int, int], bool, Path, Describe, tuple[Any, ...]] | None = None

    def complain(self, path: Path, describe: Describe, *about: Any, key: bool = False) -> None:
        """Note a fault in the value (or else the key) at a path, worded by ``describe(*about)``."""
        self._count += 1
        mark = self.source.mark(path, key=key)
        if self._first is None or mark < self._first[0]:
            self._first = (mark, key, path, describe, about)

    def raise_first(self) -> None:
        """Raise ConfigError for the first fault in the file, if there was any."""
        if self._first:
            _, key, path, describe, about = self._first
            error = self.source.error(describe(*about), path, key=key)
            error.more = min(self._count - 1, MOST_COUNTED)
            raise error

    def by_name(
        self,
        path: Path,
        given: Mapping[str, T] | list[T],
        names: tuple[str, ...],
        what: str,
        owner: str = "neuron",
    ) -> dict[str, T]:
        """Values given as a list or by name, as a mapping in the order of ``names``."""
        if isinstance(given, list):
            if len(given) != len(names):
                self.complain(path, wrong_count, "this list", what, len(given), names)
            return dict(zip(names, given, strict=False))
        known = set(names)
        for name in given:
            if name not in known:
                self.complain((*path, name), unknown, owner, name, names, key=True)
        return {name: given[name] for name in names if name in given}


# --- what is wrong, and the mend -------------------------------------------------------------


def those(several: str, one: str, names: Sequence[str]) -> str:
    """``the inputs are x1 and x2``, or that there are none."""
    return f"{one if len(names) == 1 else several} {listed(names)}" if names else "there are none"


def hinted(message: str, name: str, names: Sequence[str], there: str) -> str:
    """A message that names what there is, and the nearest of it first."""
    hint = did_you_mean(name, names)
    return f"{message}; {hint} {there[:1].upper()}{there[1:]}" if hint else f"{message}; {there}"


def nothing(what: str, one: str) -> str:
    """Something that a network needs was left empty."""
    return f"there are no {what}; give at least one {one}"


def no_edges(neuron: str, before: Sources) -> str:
    """A neuron that nothing feeds."""
    return (
        f"{neuron} has no weights; give it at least one, by what feeds it: {listed(before.names)}"
    )


def wrong_count(owner: str, what: str, has: int, names: tuple[str, ...]) -> str:
    """A list that is too short or too long."""
    each = "for" if len(names) == 1 else "one for each of"
    return f"{owner} has {counted(has, what)} and needs {len(names)}, {each} {listed(names)}"


def unknown_source(name: str, before: Sources) -> str:
    """A neuron that is fed by something that is not in the layer before it."""
    if before.layer is None:
        message = f"there is no input called {name}"
    else:
        message = f"there is no neuron called {name} in layer {before.layer}"
    return hinted(message, name, before.names, str(before))


def unknown(what: str, name: str, names: tuple[str, ...]) -> str:
    """A name that is none of those known."""
    there = those(f"the {what}s are", f"the only {what} is", names)
    return hinted(f"there is no {what} called {shown(name)}", name, names, there)


def unknown_parameter(name: str, network: Network) -> str:
    """A name that is no weight, bias or slope."""
    kinds = (network.weights, network.biases, network.slopes)
    spans = " and ".join(span(names) for names in kinds if names)
    message = f"there is no parameter called {shown(name)}"
    return hinted(message, name, network.parameters, f"the parameters are {spans}")


def one_target(outputs: tuple[str, ...]) -> str:
    """One number for several outputs."""
    return f"this is one number for {len(outputs)} outputs; write a list of {len(outputs)} numbers"


def out_of_range(loss: str, least: Decimal, greatest: Decimal) -> str:
    """A target that the loss cannot take."""
    return f"{loss} takes targets from {least} to {greatest}"


def no_distribution(loss: str, total: float) -> str:
    """Targets that should add up to 1 and do not."""
    return f"the targets of {loss} are probabilities and add up to 1, not to {total:g}"


def no_setting(function: str, known: Mapping[str, Decimal]) -> str:
    """A setting that a function or an optimizer does not have."""
    has = f"it has {listed(known)}" if known else "it has none"
    return f"{function} has no such setting; {has}"


def no_target(output: str) -> str:
    """An output that has no target."""
    return f"there is no target for {output}; add a line `{output}: …`"


def twice(name: str) -> str:
    """A name that a list should hold once."""
    return f"{shown(name)} is named twice; keep it once"


def input_as_target(column: str) -> str:
    """The only target, which is an input too."""
    return (
        f"the column {shown(column)} is an input already; name another, or write "
        f"[{shown(column)}] if the network is to give back its input"
    )


def taken(name: str, path: Path, which: str) -> str:
    """A name that something else has already."""
    if path[0] == "data":
        what = "a class" if path[1] == "target" else "this column"
        return f"{what} is called {name}, which is already {which}; call it otherwise there"
    if isinstance(path[-1], int):
        return f"this is called {name}, which is already {which}; write out names of your own"
    return f"{name} is already {which}; choose another name"


def like_prediction(name: str) -> str:
    """A name that is printed as a prediction's is."""
    printed = name.replace("y_hat", "ŷ", 1)
    return f"{name} would be printed as {printed}, like a prediction; choose another name"


def like_part(name: str, neuron: str, through: str) -> str:
    """A neuron that is called like a part of another's gradient."""
    return (
        f"{name} is what the part of the gradient of {neuron} that comes through {through} is "
        "called; choose another name"
    )


def not_beside(others: str) -> str:
    """Examples that are given in two ways."""
    return f"the examples are given by {others} already; keep one of them"


def no_input(name: str) -> str:
    """An input that has no value."""
    return f"there is no value for the input {name}; add it"


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
        f"column for each output, or number the classes 0, 1, 2, … ({shown(str(broken))} is none)"
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
