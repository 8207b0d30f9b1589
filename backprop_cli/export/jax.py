"""The script in JAX: the forward pass and the loss; ``jax.grad`` does the rest."""

from collections.abc import Sequence

from backprop_cli.export import parts, snippets, updates
from backprop_cli.export.arrays import Array
from backprop_cli.export.description import Description
from backprop_cli.export.graph import forward_lines
from backprop_cli.export.layout import Block, indented, listing
from backprop_cli.export.layout import script as laid_out

# An activation in terms of z. Where a derivative jumps, at 0, it is that of our own table.
ACTIVATIONS = {
    "linear": "{z}",
    "sigmoid": "jax.nn.sigmoid({z})",
    "tanh": "jnp.tanh({z})",
    "bipolar_sigmoid": "jnp.tanh(0.5 * {z})",
    "scaled_tanh": "{a} * jnp.tanh({b} * {z})",
    "softsign": "jax.nn.soft_sign({z})",
    "hard_sigmoid": "jnp.where(abs({z}) < 3, {z} / 6 + 0.5, jnp.where({z} > 0, 1.0, 0.0))",
    "sign": "jnp.sign({z})",
    "mish": "jax.nn.mish({z})",
    "softplus": "jax.nn.softplus({z})",
    "swish": "jax.nn.silu({z})",
    "binary_step": "jnp.where({z} >= 0, 1.0, 0.0)",
    "relu": "jax.nn.relu({z})",
    "leaky_relu": "jnp.where({z} > 0, {z}, {slope} * {z})",
    "parametric_relu": "jnp.where({z} > 0, {z}, {slope} * {z})",
    "elu": "jax.nn.elu({z}, {alpha})",
    "selu": "jax.nn.selu({z})",
    "gelu": "jax.nn.gelu({z}, approximate=False)",
    "softmax": "jax.nn.softmax({z})",
}

# The loss, example by example and output by output.
LOSSES = {
    **parts.LOSS_OF_EACH,
    # Where both are equal, JAX takes 1 for the derivative of abs, and half of each of these two.
    "mean_absolute_error": "jnp.maximum(y - y_hat, y_hat - y) / y.shape[1]",
    "hinge": "jax.nn.relu(1 - y * y_hat)",
}


def script(description: Description) -> str:
    """The script."""
    blocks: list[Block] = [
        parts.header(description, "JAX"),
        parts.imports(description),
        ["import jax", "import jax.numpy as jnp"],
        ['jax.config.update("jax_enable_x64", True)'],
        parts.settings(description),
        *parts.examples(description, "jnp.array"),
        *parts.layers(description, "jnp.array"),
    ]
    if description.graph:
        blocks.append(parts.singles(description, "jnp.array"))
    update = ""
    blocks += [_parameters(description), *_model(description)]
    if description.trained:
        moved = ", ".join(["parameters", *updates.state(description)])
        count = ", t" if description.counts else ""
        update = f"{moved} = update({moved}, {{x}}, {{y}}{count})"
        blocks.append(_update(description))
    if parts.shuffles(description):
        blocks.append(snippets.ORDER_OF_EPOCH)
    loss = f"loss = {parts.loss_function(description)}(parameters, x, y)"
    blocks += [snippets.IS_SHOWN, parts.loop(description, update, loss, order="jnp.array({})")]
    return laid_out(blocks)


def _parameters(description: Description) -> Block:
    """The arrays that are trained, by name, and what an optimizer keeps of each."""
    trained = description.trained
    lines = _dictionary("parameters", [(one.name, one.name) for one in trained])
    if description.is_masked:
        lines += ["# 1 where there is something to train, 0 where not."]
        lines += parts.masks(description, "jnp.array")
        masks = [(one.name, f"{one.name}_trained" if one.is_masked else "1.0") for one in trained]
        lines += _dictionary("trained", masks)
    zeros = "{name: jnp.zeros_like(w) for name, w in parameters.items()}"
    lines += updates.running(description, description.running, "jnp.array")
    for name in updates.state(description):
        if name in description.running:
            own = [(one.name, updates.name_of(name, one)) for one in trained]
            lines += _dictionary(name, own)
        else:
            lines.append(f"{name} = {zeros}")
    return lines


def _dictionary(name: str, items: Sequence[tuple[str, str]]) -> list[str]:
    return listing(f"{name} = ", [f'"{key}": {value}' for key, value in items], brackets="{}")


def _model(description: Description) -> list[Block]:
    def value_of(one: Array) -> str:
        return f'p["{one.name}"]' if one.is_trained else one.name

    lines: list[str] = []
    source = "x"
    if description.graph:
        values = {name: value_of(one) for name, one in description.by_parameter}
        lines += forward_lines(description.network, "jnp", ACTIVATIONS, _stacked, values)
    for layer in description.layers:
        named = dict(layer.settings)
        if layer.slope is not None:
            named["slope"] = value_of(layer.slope)
        z = f"z{layer.number}"
        bias = f" + {value_of(layer.bias)}" if layer.bias else ""
        lines.append(f"{z} = {source} @ {value_of(layer.weights)}.T{bias}")
        value = ACTIVATIONS[layer.layer.activation].format(z=z, **named)
        source = f"a{layer.number}"
        last = layer is description.layers[-1]
        lines.append(f"return {value}" if last else f"{source} = {value}")
    found = f"jnp.sum({LOSSES[description.network.loss]}){parts.divided(description)}"
    if description.network.penalty:
        found += " + penalty(p)"
    return [
        parts.of_loss(description, "jnp"),
        ["def predict(p, x):", *indented(['"""The outputs for each example."""', *lines])],
        parts.penalty(description, "jnp", value_of),
        [
            "@jax.jit",
            f"def {parts.loss_function(description)}(p, x, y):",
            *indented(
                [
                    f'"""The loss{parts.over_examples(description)}."""',
                    "y_hat = predict(p, x)",
                    f"return {found}",
                ]
            ),
        ],
    ]


def _stacked(columns: list[str]) -> str:
    return f"jnp.stack([{', '.join(columns)}], axis=1)"


def _update(description: Description) -> Block:
    """The function of one update of all arrays."""
    moved = ["p", *updates.state(description)]
    arguments = [*moved, "x", "y", *(["t"] if description.counts else [])]
    copies = ", ".join(f"dict({name})" for name in moved)
    return [
        "@jax.jit",
        f"def update({', '.join(arguments)}):",
        *indented(
            [
                '"""Move every array against its gradient."""',
                f"{', '.join(moved)} = {copies}",
                f"for name, g in jax.grad({parts.loss_function(description)})(p, x, y).items():",
                *indented(updates.lines(description, "p[name]", "name", "jnp")),
                f"return {', '.join(moved)}",
            ]
        ),
    ]
