"""The script in NumPy: forward and backward pass by hand, in matrices."""

from collections.abc import Iterator
from typing import NamedTuple

from backprop_cli.errors import UsageError
from backprop_cli.export import parts, snippets, updates
from backprop_cli.export.description import Description, LayerArrays
from backprop_cli.export.layout import Block, indented, listing
from backprop_cli.export.layout import script as laid_out


class Row(NamedTuple):
    """An activation in terms of z, and the step back through it in terms of da, z and itself.

    ``needs`` names the functions of HELPERS that they call.
    """

    value: str
    back: str
    needs: tuple[str, ...] = ()


ACTIVATIONS = {
    "linear": Row("{z}", "{da}"),
    "sigmoid": Row("sigmoid({z})", "{da} * {own} * (1 - {own})", ("sigmoid",)),
    "tanh": Row("np.tanh({z})", "{da} * (1 - {own}**2)"),
    "bipolar_sigmoid": Row("np.tanh(0.5 * {z})", "{da} * 0.5 * (1 - {own}**2)"),
    "scaled_tanh": Row(
        "{a} * np.tanh({b} * {z})", "{da} * {a} * {b} * (1 - np.tanh({b} * {z}) ** 2)"
    ),
    "softsign": Row("{z} / (1 + np.abs({z}))", "{da} / (1 + np.abs({z})) ** 2"),
    "hard_sigmoid": Row("np.clip({z} / 6 + 0.5, 0, 1)", "{da} * (np.abs({z}) < 3) / 6"),
    "sign": Row("np.sign({z})", "np.zeros_like({da})"),
    "mish": Row(
        "{z} * np.tanh(np.logaddexp(0, {z}))", "{da} * mish_slope({z})", ("sigmoid", "mish")
    ),
    "softplus": Row("np.logaddexp(0, {z})", "{da} * sigmoid({z})", ("sigmoid",)),
    "swish": Row(
        "{z} * sigmoid({z})",
        "{da} * (sigmoid({z}) + {own} * (1 - sigmoid({z})))",
        ("sigmoid",),
    ),
    "binary_step": Row("np.where({z} >= 0, 1.0, 0.0)", "np.zeros_like({da})"),
    "relu": Row("np.maximum({z}, 0)", "{da} * ({z} > 0)"),
    "leaky_relu": Row(
        "np.where({z} > 0, {z}, {slope} * {z})", "{da} * np.where({z} > 0, 1, {slope})"
    ),
    "parametric_relu": Row(
        "np.where({z} > 0, {z}, {slope} * {z})", "{da} * np.where({z} > 0, 1, {slope})"
    ),
    "elu": Row("elu({z}, {alpha})", "{da} * elu_slope({z}, {alpha})", ("elu",)),
    "selu": Row(
        "SELU_SCALE * elu({z}, SELU_ALPHA)",
        "{da} * SELU_SCALE * elu_slope({z}, SELU_ALPHA)",
        ("selu", "elu"),
    ),
    "gelu": Row(
        "{z} * normal({z})",
        "{da} * (normal({z}) + {z} * np.exp(-0.5 * {z}**2) / np.sqrt(2 * np.pi))",
        ("normal",),
    ),
    "softmax": Row(
        "softmax({z})",
        "{own} * ({da} - np.sum({da} * {own}, axis=1, keepdims=True))",
        ("softmax",),
    ),
}

HELPERS = {
    "selu": """\
SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772
""",
    "sigmoid": '''\
def sigmoid(z):
    """1 / (1 + exp(-z)), written so that exp cannot overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)
''',
    "mish": '''\
def mish_slope(z):
    """The derivative of mish."""
    t = np.tanh(np.logaddexp(0, z))
    return t + z * (1 - t**2) * sigmoid(z)
''',
    "elu": '''\
def elu(z, alpha):
    """z if z > 0, else alpha * (exp(z) - 1)."""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def elu_slope(z, alpha):
    """The derivative of elu."""
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))
''',
    "normal": '''\
def normal(z):
    """The normal distribution, 0.5 * (1 + erf(z / sqrt(2)))."""
    return 0.5 * np.vectorize(math.erfc, otypes=[float])(-z / np.sqrt(2))
''',
    "softmax": '''\
def softmax(z):
    """exp(z), divided by its sum over the layer; exp cannot overflow."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
''',
}

OVER = '''\
def over(y, p):
    """y / p, and 0 where y is 0, whatever p is."""
    return y / np.where(y > 0, p, 1.0)
'''

# The loss, example by example and output by output, and its derivative by y_hat.
LOSSES = {
    "half_squared_error": ("0.5 * (y - y_hat) ** 2", "y_hat - y"),
    "squared_error": ("(y_hat - y) ** 2", "2 * (y_hat - y)"),
    "mean_squared_error": ("(y - y_hat) ** 2 / y.shape[1]", "2 * (y_hat - y) / y.shape[1]"),
    "binary_cross_entropy": (
        "-(times_log(y, y_hat) + times_log(1 - y, 1 - y_hat))",
        "over(1 - y, 1 - y_hat) - over(y, y_hat)",
    ),
    "cross_entropy": ("-times_log(y, y_hat)", "-over(y, y_hat)"),
    "mean_absolute_error": ("abs(y - y_hat) / y.shape[1]", "np.sign(y_hat - y) / y.shape[1]"),
    "huber": ("huber(y_hat - y)", "np.clip(y_hat - y, -delta, delta)"),
    "log_cosh": ("log_cosh(y_hat - y)", "np.tanh(y_hat - y)"),
    "hinge": ("np.maximum(1 - y * y_hat, 0)", "np.where(y * y_hat < 1, -y, 0.0)"),
}


def script(description: Description) -> str:
    """The script. Raises UsageError for a network whose layers are no matrices."""
    if description.graph:
        raise UsageError(
            f"--to numpy: {description.graph}; the backward pass in matrices is for plain layers, "
            "but pytorch and jax take this network"
        )
    gelu = ["math"] if "gelu" in description.activations else []
    blocks: list[Block] = [
        parts.header(description, "NumPy"),
        parts.imports(description, *gelu),
        ["import numpy as np"],
        parts.settings(description),
        *parts.examples(description, "np.array"),
        *parts.layers(description, "np.array"),
    ]
    blocks += [_trained(description), *_helpers(description)]
    blocks += [parts.penalty(description, "np", lambda one: one.name), _passes(description)]
    update = ""
    if description.trained:
        update = "update({x}, {y}, t)" if description.counts else "update({x}, {y})"
        blocks.append(_update(description))
    if parts.shuffles(description):
        blocks.append(snippets.ORDER_OF_EPOCH)
    loss = (
        "loss, _ = loss_and_gradients(x, y)"
        if description.trained
        else f"loss = {parts.loss_function(description)}(x, y)"
    )
    blocks += [snippets.IS_SHOWN, parts.loop(description, update, loss)]
    return laid_out(blocks)


def _helpers(description: Description) -> Iterator[Block]:
    needed = {name for one in description.activations for name in ACTIVATIONS[one].needs}
    for name, text in HELPERS.items():
        if name in needed:
            yield text.splitlines()
    yield parts.of_loss(description, "np")
    if description.trained and description.network.loss in parts.LOGARITHMS:
        yield OVER.splitlines()


def _trained(description: Description) -> Block:
    """The lists over which an update goes."""
    trained = description.trained
    if not trained:
        return []
    lines = listing("parameters = ", [one.name for one in trained])
    if description.is_masked:
        lines += ["# 1 where there is something to train, 0 where not."]
        lines += parts.masks(description, "np.array")
        masks = [f"{one.name}_trained" if one.is_masked else "1" for one in trained]
        lines += listing("trained = ", masks)
    lines += updates.running(description, description.running, "np.array")
    for name in updates.state(description):
        if name in description.running:
            own = [updates.name_of(name, one) for one in trained]
            lines += listing(f"{name} = ", own)
        else:
            lines.append(f"{name} = [np.zeros_like(w) for w in parameters]")
    return lines


def _activation(layer: LayerArrays, last: bool) -> str:
    return "y_hat" if last else f"a{layer.number}"


def _passes(description: Description) -> Block:
    """The function of the forward and, where anything is trained, the backward pass."""
    layers = description.layers
    named = {one.number: _activation(one, one is layers[-1]) for one in layers}
    named[0] = "x"
    loss, slope = LOSSES[description.network.loss]
    divided, over = parts.divided(description), parts.over_examples(description)
    penalized = description.penalized if description.network.penalty else ()
    forward = []
    for layer in layers:
        bias = f" + {layer.bias.name}" if layer.bias else ""
        z = f"z{layer.number}"
        value = ACTIVATIONS[layer.layer.activation].value.format(z=z, **layer.settings)
        forward += [
            f"{z} = {named[layer.number - 1]} @ {layer.weights.name}.T{bias}",
            f"{named[layer.number]} = {value}",
        ]
    forward.append(f"loss = np.sum({loss}){divided}{' + penalty()' if penalized else ''}")
    trained = description.trained
    if not trained:
        head = f"def {parts.loss_function(description)}(x, y):"
        return [head, *indented([f'"""The loss{over}."""', *forward, "return loss"])]
    backward = [f"dy_hat = {slope}"]
    if divided:
        backward.append(f"dy_hat /= len(x)  # {over.removeprefix(', ')}")
    first = min(layer.number for layer in layers if any(one.is_trained for one in layer.arrays))
    for layer in reversed(layers[first - 1 :]):
        backward += _back(layer, named, first)
        for one in layer.arrays:
            if one in penalized and one.is_trained:
                slope = parts.penalty_slope(description, "np", one.name)
                backward.append(f"d{one.name} += {slope}  # the penalty's part")
    backward += listing("gradients = ", [f"d{one.name}" for one in trained], depth=1)
    said = '"""The loss, and its gradient by each array."""'
    if row := description.reduction:
        said = f'"""The {row.name} loss over the examples, and its gradient by each array."""'
    lines = [said, *forward, "", *backward, "return loss, gradients"]
    return ["def loss_and_gradients(x, y):", *indented(lines)]


def _back(layer: LayerArrays, named: dict[int, str], first: int) -> Iterator[str]:
    """The lines from a layer's activations back to its arrays, and to the layer before."""
    number, a = layer.number, named[layer.number]
    z, da, dz = f"z{number}", f"d{a}", f"dz{number}"
    row = ACTIVATIONS[layer.layer.activation]
    if layer.slope is not None and layer.slope.is_trained:
        yield f"d{layer.slope.name} = np.sum({da} * np.minimum({z}, 0))"
    reaches = layer.weights.is_trained or number > first
    if reaches or (layer.bias is not None and layer.bias.is_trained):
        yield f"{dz} = {row.back.format(z=z, own=a, da=da, **layer.settings)}"
    if layer.weights.is_trained:
        yield f"d{layer.weights.name} = {dz}.T @ {named[number - 1]}"
    if layer.bias is not None and layer.bias.is_trained:
        yield f"d{layer.bias.name} = {dz}.sum({'' if layer.shares_bias else 'axis=0'})"
    if number > first:
        yield f"d{named[number - 1]} = {dz} @ {layer.weights.name}"


def _update(description: Description) -> Block:
    """The function of one update."""
    body = updates.lines(description, "w", "i", "np")
    each = "for w, g in zip(parameters, gradients):"
    if any("[i]" in line for line in body):
        each = "for i, (w, g) in enumerate(zip(parameters, gradients)):"
    return [
        f"def update(x, y{', t' if description.counts else ''}):",
        *indented(
            [
                '"""Move every array against its gradient."""',
                "_, gradients = loss_and_gradients(x, y)",
                each,
                *indented(body),
            ]
        ),
    ]
