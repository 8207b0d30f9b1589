"""A network whose layers are no matrices, as code: a line for each step of its forward pass."""

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from backprop_cli.algebra.expression import Expression, Largest, Sum, transform
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.steps import Rule
from backprop_cli.export.code import Code, without_largest
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.neurons import Function, Neuron
from backprop_cli.network.structure import Network

# Names that mean something in a script, or in a module of PyTorch.
TAKEN = re.compile(
    "[a-z]|self|jax|jnp|np|torch|nn|F|dist|os|csv|math|random|Path|T_destination|y_hat|data|columns"
    "|cells|numbers|inputs|targets|classes|file|rows|header|epochs?|epochs_done|seed|order|batch"
    "|batch_size|start|loss(es)?|trained|parameters|learning_rate|momentum|dampening|beta[12]|epsilon"
    "|weight_decay|predict|penalty|weights|mean_loss|sum_loss|update|is_shown|order_of_epoch|network"
    "|model|optimizer|kept|mine|launched|processes|rank|on_gpu|read_columns|standardized|times_log|forward|train|eval"
    "|training|buffers|children|modules|to|cpu|cuda|half|float|double|bfloat16|type|apply|compile"
    "|zero_grad|requires_grad_|share_memory|extra_repr|(load_)?state_dict|add_module|dump_patches"
    "|([gs]et|named|register)_.*"
)


def safe_name(name: str) -> str:
    """The name of a quantity in a script."""
    if TAKEN.fullmatch(name) or keyword.iskeyword(name) or name in vars(builtins):
        return f"{name}_"
    return name


def why_no_matrices(network: Network) -> str:
    """The reason why a network's layers are no matrices, each fed by the one before; or nothing."""
    before = set(network.inputs)
    for layer in network.layers:
        for neuron in layer.neurons:
            if neuron.formula is not None:
                return f"{neuron.name} is a formula"
            if neuron.function is not None:
                return f"{neuron.name} has an activation function of its own"
            for edge in neuron.edges:
                if edge.source not in before:
                    return f"{neuron.name} is fed by {edge.source}, past the layer between them"
        before = {neuron.name for neuron in layer.neurons}
    uses = Counter(edge.weight for neuron in network.neurons for edge in neuron.edges)
    for layer in network.layers:
        biases = [neuron.bias for neuron in layer.neurons]
        # One bias for the whole layer is one entry.
        uses.update(bias for bias in biases[: 1 if len(set(biases)) == 1 else None] if bias)
    uses.update(layer.slope for layer in network.layers if layer.slope)
    shared = [name for name in network.parameters if uses[name] > 1]
    if shared:
        return f"{shared[0]} stands in several places"
    return "its targets are not those of its last layer" if network.ends else ""


def forward_lines(
    network: Network,
    library: str,
    activations: Mapping[str, str],
    stacked: Callable[[list[str]], str],
    parameters: Mapping[str, str],
) -> Iterator[str]:
    """The lines from ``x``, an example a row, to what is returned.

    ``activations`` are templates in ``{z}`` and the settings, ``stacked`` makes columns of vectors,
    and ``parameters`` say what stands for each parameter.
    """
    names = {quantity: safe_name(quantity) for quantity in network.inputs}
    steps = [step for step in forward_steps(network) if step.rule in SHOWN]
    names |= {step.defines.name: safe_name(step.defines.name) for step in steps}
    names |= parameters
    functions = {
        name: activations[name].format(z="{z}", **_numbers(Function(name), {}))
        for name in ACTIVATIONS
    }
    code = Code(library, names, functions)
    for column, name in enumerate(network.inputs):
        yield f"{names[name]} = x[:, {column}]"
    for step in steps:
        neuron = step.neuron
        assert neuron is not None
        if step.rule is Rule.ACTIVATION:
            value = _activation(network, neuron, activations, stacked, names)
        else:
            expression = transform(step.expression, _chosen)
            value = code.write(expression)
            if isinstance(expression, Sum) and len(f"{step.defines.name} = {value}") > NARROW:
                yield f"{names[step.defines.name]} = ("
                yield from (f"{INDENT}{term}" for term in code.terms(expression))
                yield ")"
                continue
        yield f"{names[step.defines.name]} = {value}"
    yield f"return {stacked([names[output.activation] for output in network.outputs])}"


INDENT = "    "
NARROW = 80  # of a line in a method
SHOWN = (Rule.WEIGHTED_SUM, Rule.FORMULA, Rule.ACTIVATION)


def _activation(
    network: Network,
    neuron: Neuron,
    activations: Mapping[str, str],
    stacked: Callable[[list[str]], str],
    names: Mapping[str, str],
) -> str:
    function = network.function_of(neuron)
    if function.name != SOFTMAX:
        settings = _numbers(function, names)
        return activations[function.name].format(z=names[neuron.weighted_sum], **settings)
    together = network.layer_of(neuron).functions()[function]
    sums = stacked([names[one.weighted_sum] for one in together])
    return f"{activations[SOFTMAX].format(z=sums)}[:, {together.index(neuron)}]"


def _numbers(function: Function, names: Mapping[str, str]) -> Mapping[str, str]:
    """The settings of an activation function as code."""
    if function.slope is not None:
        return {"slope": names[function.slope]}
    chosen = {**ACTIVATIONS[function.name].settings, **dict(function.settings)}
    return {name: repr(float(value)) for name, value in chosen.items()}


def _chosen(part: Expression) -> Expression | None:
    """A largest of several as choices, in all its parts."""
    if not isinstance(part, Largest):
        return None
    among = tuple(transform(one, _chosen) for one in part.among)
    return without_largest(Largest(among))
