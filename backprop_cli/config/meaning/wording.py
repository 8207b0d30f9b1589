"""The sentences about faults in what a configuration means: what is wrong, and the mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.faults import OF_ITS_OWN
from backprop_cli.functions.losses import Loss
from backprop_cli.network.parameters import KINDS
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path, counted, did_you_mean, listed, shown, span


@dataclass(frozen=True)
class Sources:
    """The quantities that stand before a neuron and may feed it.

    ``names`` are those of the layer right before it, called ``layer`` (None: the inputs), which a
    list of weights is for. ``known`` is everything by what it is called in the network, ``later``
    what comes after it.
    """

    names: tuple[str, ...]
    layer: str | None
    known: Mapping[str, str]
    later: frozenset[str]

    def __str__(self) -> str:
        if self.layer is None:
            return those("the inputs are", "the only input is", self.names)
        return those("its neurons are", "its only neuron is", self.names)


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


def no_inputs(parameter: str) -> str:
    """A network that starts from nothing, or from parameters alone, of which one is named."""
    message = nothing("inputs", "input")
    if not parameter:
        return message
    return (
        f"{message}: where formulas start from {parameter} alone, that is an input, as in "
        f"inputs: {{{parameter}: 2}}, and the output is derived by it"
    )


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
    """A neuron that is fed by something that is not there, or not yet."""
    if name in before.later:
        return f"{name} does not stand before it; a neuron is fed by inputs and earlier layers"
    if before.layer is None:
        message = f"there is no input called {name}"
    else:
        message = f"there is no neuron called {name} in layer {before.layer}"
    return hinted(message, name, tuple(before.known), str(before))


# Names that formulas of mathematics have, and what to write for them.
CONSTANTS = {"e": "exp(x) for e^x", "pi": "3.14159265", "π": "3.14159265"}


def unknown_in_formula(name: str, known: Sequence[str], later: frozenset[str]) -> str:
    """A name in a formula that stands for nothing, or for nothing yet."""
    if name in later:
        return f"{name} does not stand before this formula"
    message = f"there is no input, neuron or parameter called {shown(name)} before this formula"
    if name in CONSTANTS:
        return f"{message}; write {CONSTANTS[name]}"
    there = those("there are", "there is only", known)
    if not did_you_mean(name, known):
        there += f"; parameters: {{{shown(name)}: 0.5}} gives a number a name"
    return hinted(message, name, known, there)


def no_parameter(name: str, known: Sequence[str]) -> str:
    """A text instead of a weight or a bias that is no number and names no parameter."""
    if not known:
        return f"{shown(name)} is not a number; write one such as 0.5"
    there = those("the parameters are", "the only parameter is", known)
    message = f"{shown(name)} is not a number, and there is no such parameter"
    return hinted(message, name, known, there)


def of_its_own(name: str) -> str:
    """A key of the configuration that was taken for an input."""
    return OF_ITS_OWN.format(name)


def unused(name: str) -> str:
    """A parameter that nothing uses."""
    return f"nothing uses {name}; write it instead of a weight, or remove it"


def named_twice(name: str) -> str:
    """A parameter that is given a number in two places."""
    return f"{name} has a number elsewhere; write {name} alone here, or choose another name"


def no_bias(neuron: str) -> str:
    """A bias of a neuron that is a formula."""
    return f"{neuron} is a formula and has no bias; add it within the formula"


def own_function(neuron: str) -> str:
    """An activation function of a neuron that is a formula."""
    return f"{neuron} is a formula; write its function within it, as in tanh(x1 * x2)"


def unit_formula(neuron: str) -> str:
    """A formula for a unit that is a number."""
    return f"a formula needs a name, such as q; {neuron} is a number"


def unknown(what: str, name: str, names: tuple[str, ...]) -> str:
    """A name that is none of those known; a key of the configuration stands too deep."""
    if name in Configuration.model_fields:
        return OF_ITS_OWN.format(name)
    there = those(f"the {what}s are", f"the only {what} is", names)
    return hinted(f"there is no {what} called {shown(name)}", name, names, there)


def no_layer(name: str, names: tuple[str, ...], homes: Sequence[str]) -> str:
    """A layer that is none, and the layers that have a neuron of its name."""
    if not homes:
        return unknown("layer", name, names)
    return (
        f"{name} is a neuron of layer {homes[0]}; its own function stands under its layer, as in "
        f"{{{homes[0]}: {{{name}: relu}}}}"
    )


def unknown_parameter(name: str, network: Network) -> str:
    """A name that is no weight, bias or slope."""
    kinds = (network.of_kind(kind) for kind in KINDS)
    spans = " and ".join(_span(names) for names in kinds if names)
    message = f"there is no parameter called {shown(name)}"
    return hinted(message, name, network.parameters, f"the parameters are {spans}")


def _span(names: Sequence[str]) -> str:
    """``w1 to w6`` of names that are numbered on, else the names in a row."""
    numbered = [f"{names[0][0]}{number}" for number, _ in enumerate(names, 1)]
    return span(names) if [*names] == numbered else listed(names)


def one_target(outputs: tuple[str, ...]) -> str:
    """One number for several outputs."""
    return f"this is one number for {len(outputs)} outputs; write a list of {len(outputs)} numbers"


def not_its_target(loss: Loss) -> str:
    """A target that the loss cannot take."""
    assert loss.targets is not None
    least, greatest = loss.targets
    if loss.only_ends:
        return f"{loss.name} takes the targets {least} and {greatest} alone"
    return f"{loss.name} takes targets from {least} to {greatest}"


def no_distribution(loss: str, total: float) -> str:
    """Targets that should add up to 1 and do not."""
    return f"the targets of {loss} are probabilities and add up to 1, not to {total:g}"


def no_setting(function: str, known: Mapping[str, Decimal]) -> str:
    """A setting that a function or an optimizer does not have."""
    has = f"it has {listed(known)}" if known else "it has none"
    return f"{function} has no such setting; {has}"


def fixed_slope(function: str, name: str) -> str:
    """A parameter's name for a slope that is not trained."""
    return (
        f"the slope of {function} is a number, and {shown(name)} is a name; "
        "parametric_relu trains its slope"
    )


def no_strength() -> str:
    """A penalty without a number."""
    return "a penalty needs its strength: {l2: 0.1} or {l1: 0.1}"


def one_penalty(names: Sequence[str]) -> str:
    """Two penalties at once."""
    return f"{listed(names)} are two penalties; keep one of them"


def penalty_without_target() -> str:
    """A penalty where there is no loss."""
    return "a penalty is added to the loss, and without a target there is none; add target: 1"


def nothing_penalized() -> str:
    """A penalty on weights that there are none of."""
    return (
        "there is no weight that it could be on; a parameter that stands in formulas alone is no "
        "weight"
    )


def no_target(output: str) -> str:
    """An output that has no target."""
    return f"there is no target for {output}; add a line `{output}: …`"


def of_which(outputs: Sequence[str]) -> str:
    """Several outputs without targets."""
    return (
        f"there is no target, and {listed(outputs)} are outputs; add a line `target: …`, or "
        f"`of: {outputs[0]}` to derive that output itself"
    )


def no_target_beside() -> str:
    """An output to be derived beside a target."""
    return "of names the output that is derived where there is no target; keep one of the two"


def no_neuron(name: str, neurons: Sequence[str]) -> str:
    """A name that is no neuron's."""
    return hinted(
        f"there is no neuron called {shown(name)}", name, neurons, f"they are {listed(neurons)}"
    )


def twice(name: str) -> str:
    """A name that a list should hold once."""
    return f"{shown(name)} is named twice; keep it once"


def taken(name: str, path: Path, which: str) -> str:
    """A name that something else has already."""
    if path[0] == "data":
        what = "a class" if path[1] == "target" else "this column"
        return f"{what} is called {name}, which is already {which}; choose another name there"
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
