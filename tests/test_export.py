"""`backprop export`: a script takes the same steps as the program, to rounding."""

import importlib.util
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest
from conftest import ROOT
from scripts import Case, Results, largest_difference, ours, run_all

from backprop_cli import config
from backprop_cli.fields import ACTIVATION_NAMES
from backprop_cli.losses import LOSSES
from backprop_cli.network import Exercise
from backprop_cli.optimizers import OPTIMIZERS
from backprop_cli.training import DivergedError

CLOSE = 1e-12
SHIPPED = sorted((ROOT / "configs").glob("*.yaml"))

# Installed for these tests alone where it is; NumPy always is.
INSTALLED = [
    target
    for target, module in (("numpy", "numpy"), ("pytorch", "torch"), ("jax", "jax"))
    if importlib.util.find_spec(module)
]

# 3-4-2 with four examples: every target is a distribution, every prediction of a positive
# activation lies between 0 and 1.
BASE = """\
examples:
  - {inputs: [0.5, -0.25, 0.3], target: [1, 0]}
  - {inputs: [-1.0, 0.75, 0.2], target: [0, 1]}
  - {inputs: [0.1, 0.2, -0.9], target: [0.25, 0.75]}
  - {inputs: [0.9, 0.6, 0.4], target: [1, 0]}
  - {inputs: [-0.3, -0.8, 0.7], target: [0, 1]}
"""
WEIGHTS = """\
weights:
  hidden: [[0.1, 0.25, -0.3], [-0.35, 0.4, 0.2], [0.5, -0.15, 0.05], [0.2, 0.3, 0.4]]
  output: [[0.11, 0.12, 0.13, 0.14], [0.15, 0.06, 0.07, 0.18]]
"""
BIASES = "biases: {hidden: [0.05, 0.1, -0.15, 0.2], output: 0.4}\n"
RATE = "learning_rate: 0.1\n"


def exercise(*parts: str) -> Exercise:
    """The exercise of a configuration in parts."""
    return config.parse("".join(parts), "test.yaml")


def built(name: str, *parts: str, epochs: int = 10) -> Case:
    """The same as a case."""
    return Case(name, exercise(*parts), epochs)


def shipped(path: Path) -> Case:
    """A configuration that is shipped."""
    return Case(path.stem, config.load(str(path)), 12)


def activations_and_losses() -> list[Case]:
    """Every activation in both layers with every loss, and before a sigmoid and a softmax."""
    return [
        built(
            f"{hidden}, {output}, {loss}",
            *(BASE, WEIGHTS, BIASES, RATE, "batch_size: 2\n"),
            f"activation: {{hidden: {hidden}, output: {output}}}\nloss: {loss}\n",
        )
        for hidden, loss in product(ACTIVATION_NAMES, LOSSES)
        for output in dict.fromkeys((hidden, "sigmoid", "softmax"))
    ]


def settings_of_activations() -> list[Case]:
    """Activations whose settings are not the default, and trained slopes."""
    written = [
        "{name: leaky_relu, slope: 0.3}",
        "{name: leaky_relu, slope: -0.2}",
        "{name: elu, alpha: 0.7}",
        "{name: elu, alpha: -0.7}",
        "{name: parametric_relu, slope: 0.1}",
    ]
    return [
        built(f"{one} {more}", BASE, WEIGHTS, BIASES, RATE, f"activation: {one}\n{more}")
        for one in written
        for more in ("", "weight_decay: 0.1\n", "frozen: [s1]\n")
        if "s1" not in more or "parametric" in one
    ]


SPARSE = """\
weights:
  hidden:
    class: {x1: 0.1, x3: -0.3}
    lambda: {x2: 0.4}
    h3: {x1: 0.5, x2: -0.15, x3: 0.05}
  import:
    print: {class: 0.2, h3: 0.1}
    np: {class: -0.3, lambda: 0.25}
  output:
    o1: {np: 0.7}
    o2: {print: -0.2, np: 0.4}
"""
BIAS_FORMS = {
    "shared": "biases: {hidden: 0.1, import: 0.2, output: -0.3}\n",
    "per neuron": "biases: {hidden: [0.1, 0.2, -0.1], import: [0.3, -0.2], output: [0.1, 0]}\n",
    "some": "biases: {hidden: {lambda: 0.3}, import: {np: 0.1}, output: {o2: -0.2}}\n",
    "mixed": "biases: {hidden: {class: 0.3, h3: 0.1}, output: 0.2}\n",
    "none": "",
}
FROZEN = ("[]", "[w2, w9]", "[w1, w2, w3, w4, w5, w6]", "[b1]", "[w2, w11, b2]")
OPTIMIZING = [
    *(f"optimizer: {name}\n" for name in OPTIMIZERS),
    *(f"optimizer: {name}\nweight_decay: 0.05\n" for name in OPTIMIZERS),
    "optimizer: adamw\nweight_decay: 0\n",
    "optimizer: {name: momentum, momentum: 0.5}\n",
    "optimizer: {name: momentum, momentum: 0}\n",
    "optimizer: {name: nesterov, momentum: 0}\nweight_decay: 0.1\n",
    "optimizer: {name: adam, beta1: 0.8, beta2: 0.95, epsilon: 1e-6}\n",
]


def forms() -> list[Case]:
    """Sparse and full weights, every form of biases, frozen parameters, each with a decay."""
    cases = []
    for (name, biases), frozen in product(BIAS_FORMS.items(), FROZEN):
        for more in ("optimizer: adam\n", "weight_decay: 0.1\n", "optimizer: adamw\n"):
            if name == "none" and "b" in frozen:
                continue
            text = (SPARSE, biases, RATE, f"frozen: {frozen}\n", more)
            cases.append(built(f"{name} {frozen} {more}", BASE, *text))
    every = [f"w{at}" for at in range(1, 21)]
    cases.append(built("all frozen", BASE, WEIGHTS, RATE, f"frozen: [{', '.join(every)}]\n"))
    first = f"frozen: [{', '.join(every[:12])}, b1, b2, b3, b4]\n"
    cases.append(built("first layer frozen", BASE, WEIGHTS, BIASES, RATE, first))
    last = f"frozen: [{', '.join(every[12:])}, b5]\n"
    cases.append(built("last layer frozen", BASE, WEIGHTS, BIASES, RATE, last))
    return cases


def optimizers_and_batches() -> list[Case]:
    """Every optimizer, with batches that divide the examples and that do not, drawn or in order."""
    batches = (
        "",
        "batch_size: 2\n",
        "batch_size: 3\nshuffle: true\nseed: 7\n",
        "batch_size: all\n",
    )
    return [
        built(f"{one} {many}", BASE, WEIGHTS, BIASES, RATE, one, many)
        for one, many in product(OPTIMIZING, (*batches, "shuffle: true\n"))
    ]


FAMILIES = {
    "shipped": lambda: [shipped(path) for path in SHIPPED],
    "activations and losses": activations_and_losses,
    "settings of activations": settings_of_activations,
    "forms": forms,
    "optimizers and batches": optimizers_and_batches,
}


def worked(cases: Sequence[Case]) -> list[tuple[Case, Results]]:
    """The cases that our own training gets through, with what it comes to."""
    found = []
    for case in cases:
        try:
            found.append((case, ours(case)))
        except DivergedError:
            # A loss that is a logarithm has no value for predictions that are no probability.
            assert case.exercise.network.loss.endswith("cross_entropy")
    return found


def too_far(
    cases: Sequence[tuple[Case, Results]], target: str, close: float = CLOSE
) -> Mapping[str, float]:
    """The cases whose script comes to something else, with how far it is off."""
    found = run_all([case for case, _ in cases], target, ROOT)
    apart = {
        case.name: largest_difference(one, expected)
        for (case, expected), one in zip(cases, found, strict=True)
    }
    return {name: difference for name, difference in apart.items() if not difference <= close}


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_script_comes_to_our_own_losses_and_parameters(family: str, target: str) -> None:
    cases = worked(FAMILIES[family]())
    assert len(cases) >= 9
    assert too_far(cases, target) == {}


def test_few_of_the_cases_have_no_numbers_to_compare() -> None:
    cases = activations_and_losses()
    assert len(worked(cases)) >= 0.8 * len(cases)
