"""Configurations for the other tests: drawn in every form that there is, changed, or refused."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from backprop_cli.config.load import ConfigError, parse
from backprop_cli.config.shape.fields import ACTIVATION_NAMES, LOSS_NAMES
from backprop_cli.functions.optimizers import OPTIMIZERS
from support.networks import BY_GRADIENT, decimals

# The document's network, every number as it is written there.
DOCUMENT = """\
inputs:
  x1: 0.05
  x2: 0.10
weights:
  hidden:
    h1: {x1: 0.15, x2: 0.20}
    h2: {x1: 0.25, x2: 0.30}
  output:
    out: {h1: 0.40, h2: 0.45}
biases:
  hidden: 0.35
  output: 0.60
target: 0.01
learning_rate: 0.5
rounding: 4
order: [w5, w6, w1, w2, w4, w3]
"""


def swapped_in(text: str, old: str, new: str) -> str:
    """A text with another piece in the place of one that is there exactly once."""
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


def complaint(text: str) -> str:
    """What is said of a configuration, ``c.yaml``, that is refused."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "c.yaml")
    message = str(caught.value)
    assert message.isprintable()
    return message


finite = st.floats(allow_nan=False, allow_infinity=False)

COLUMNS = {  # and what they are called
    "sepal length (cm)": "sepal_length_cm",
    "null": "null",
    "größe, x²": "größe_x2",
    'the "y"': "the_y",
    "nil": "nil",
}
ROWS = (
    'sepal length (cm),null,"größe, x²","the ""y""",nil,price,share,species,grade\n'
    "0.10,1e-3,-2,3,0,0.25,1,x²,3\n0.20,2,-1.50,1,0,1,0,no,1.0\n0.15,-3,7,2,0,0.5,0.5,x²,3\n"
)
ODD_NAMES = ("On", "y", "größe", "name", "e5")
TARGETS = {"binary_cross_entropy": ("0", "1"), "cross_entropy": ("0", "1"), "hinge": ("-1", "1")}
FEW_LAYERS = ("hidden", "names", "off", "output")


@st.composite
def typed(draw: st.DrawFn, tame: bool) -> str:
    """A number as a user types it; a tame one is of ordinary size."""
    plain = draw(decimals())
    if tame:
        return str(plain)
    odd = st.sampled_from(["1e-8", "1.50E-30", "2e5", "-0.0", "0", "0.000", "7.e+300", "5e-324"])
    return draw(st.just(str(plain)) | odd | finite.map(repr) | st.just("." + "12" * 400))


def flow(value: Any) -> str:
    """Data as YAML on one line; texts stand as they are."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {flow(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return str(value)


@st.composite
def configurations(draw: st.DrawFn, tame: bool = False) -> str:
    """The text of a configuration in any of its forms."""
    a_number = typed(tame)

    def maybe(strategy: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | strategy)

    def numbers(count: int) -> list[str]:
        return draw(st.lists(a_number, min_size=count, max_size=count))

    loss = draw(st.sampled_from(LOSS_NAMES))
    # The files' targets are shares and classes, of which hinge takes none.
    files = [] if loss == "hinge" else ["columns", "classes", "class numbers"]
    form = draw(st.sampled_from(["one", "examples", *files]))
    widths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    if form.startswith("class"):
        widths[-1] = 2
    elif form == "columns":
        assume(loss != "cross_entropy" or widths[-1] == 1)
    layers = [*draw(st.permutations(FEW_LAYERS))][: len(widths)]
    settings: dict[str, Any] = {}

    inputs = draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=3, unique=True))
    names = [f"x{at}" for at, _ in enumerate(inputs, 1)]
    if form in ("one", "examples") and draw(st.booleans()):
        names = [f'"i_{name}"' for name in names]
    given_by_list = names[0] == "x1" and draw(st.booleans())

    matrix = draw(st.booleans())
    numbered = [f"h{at}" for at in range(1, sum(widths) + 1)]
    if not matrix:
        odd = draw(st.permutations(ODD_NAMES))[: draw(st.integers(0, len(numbered)))]
        numbered[: len(odd)] = odd
    if form not in ("one", "examples"):
        names = [COLUMNS[column] for column in inputs]
    weights: dict[str, Any] = {}
    biases: dict[str, Any] = {}
    sources, rest = names, numbered
    for layer, width in zip(layers, widths, strict=True):
        called, rest = rest[:width], rest[width:]
        is_last = layer == layers[-1]
        if is_last and form == "classes":
            called = ["x2", "no"]
        elif is_last and matrix and form == "class numbers":
            called = ["c_1", "c_3"]
        elif is_last and matrix:
            called = ["out"] if width == 1 else [f"o{at}" for at in range(1, width + 1)]
        if matrix:
            weights[layer] = [numbers(len(sources)) for _ in called]
        else:
            kept = st.lists(st.sampled_from(sources), min_size=1, unique=True)
            weights[layer] = {
                name: dict.fromkeys(draw(kept), "")
                if draw(st.booleans())
                else numbers(len(sources))
                for name in called
            }
            for fan in weights[layer].values():
                if isinstance(fan, dict):
                    fan.update(zip(fan, numbers(len(fan)), strict=True))
        own = st.just(numbers(width)) | st.just(
            dict(
                zip(
                    draw(st.permutations(called))[: draw(st.integers(0, width))],
                    numbers(width),
                    strict=False,
                )
            )
        )
        biases[layer] = maybe(a_number | own)
        sources = called
    settings["weights"] = weights
    settings["biases"] = {layer: bias for layer, bias in biases.items() if bias is not None}

    def example() -> dict[str, Any]:
        values = numbers(len(names))
        by_name = dict(zip(names, values, strict=True))
        if loss == "cross_entropy":
            wanted = ["1"] + ["0"] * (widths[-1] - 1)
        else:
            targets = st.sampled_from(TARGETS[loss]) if loss in TARGETS else a_number
            wanted = [draw(targets) for _ in range(widths[-1])]
        target: Any = wanted[0] if len(wanted) == 1 else wanted
        if draw(st.booleans()):
            target = dict(zip(sources, wanted, strict=True))
        return {"inputs": values if given_by_list else by_name, "target": target}

    if form == "one":
        settings.update(example())
    elif form == "examples":
        settings["examples"] = [example() for _ in range(draw(st.integers(1, 3)))]
    else:
        target: Any = "grade" if form == "class numbers" else "species"
        if form == "columns":
            target = ["share"] * widths[-1]
            target = target[0] if widths[-1] == 1 and draw(st.booleans()) else target
            assume(loss != "cross_entropy")
        settings["data"] = {
            "file": "rows.csv",
            "inputs": ["'" + column.replace("'", "''") + "'" for column in inputs],
            "target": target,
            "standardize": draw(st.sampled_from(["true", "false"])),
        }
    if form != "one":
        settings["batch_size"] = maybe(st.sampled_from(["1", "2", "all", "40"]))
        settings["shuffle"] = maybe(st.sampled_from(["yes", "false"]))
        settings["seed"] = maybe(st.integers(0, 3))
        settings["reduction"] = maybe(st.sampled_from(["mean", "sum"]))

    plain = st.sampled_from([*ACTIVATION_NAMES, "parametric_relu"])
    slope = a_number.map(lambda n: {"name": "parametric_relu", "slope": n})
    alpha = a_number.map(lambda n: {"name": "elu", "alpha": n})
    one = plain | plain.map(lambda name: {"name": name}) | slope | alpha
    by_layer = st.dictionaries(st.sampled_from(layers), one)
    by_layer = by_layer.filter(lambda given: not isinstance(given.get("name", {}), str))
    settings["activation"] = maybe(one | by_layer)

    optimizer = OPTIMIZERS[draw(st.sampled_from(BY_GRADIENT))]
    chosen = {name: "0.5" for name in optimizer.settings if draw(st.booleans())}
    settings["optimizer"] = {"name": optimizer.name, **chosen} if chosen else optimizer.name
    settings["weight_decay"] = maybe(st.sampled_from(["0", "0.010", "1e-4"]))
    strengths = st.sampled_from(["0", "0.10", "1e-4"])
    kinds = st.sampled_from(["l2", "l1"])
    flags = st.sampled_from([{}, {"biases": "yes"}, {"biases": "false"}])
    penalties = st.tuples(kinds, strengths, flags)
    settings["penalty"] = maybe(penalties.map(lambda one: {one[0]: one[1], **one[2]}))
    settings["learning_rate"] = draw(st.sampled_from(["0.5", "0.10", "1e-3"]))
    settings["loss"] = loss
    settings["rounding"] = maybe(st.integers(1, 15))
    fans = [len(fan) for layer in weights.values() for fan in _rows(layer)]
    parameters = [f"w{at}" for at in range(1, sum(fans) + 1)]
    settings["frozen"] = maybe(st.lists(st.sampled_from(parameters), unique=True))
    settings["order"] = maybe(st.lists(st.sampled_from(parameters), unique=True))
    written = {key: value for key, value in settings.items() if value is not None}
    return "".join(f"{key}: {flow(value)}\n" for key, value in written.items())


def _rows(layer: Any) -> Sequence[Any]:
    return layer if isinstance(layer, list) else [*layer.values()]
