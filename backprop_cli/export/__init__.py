"""Exercise → a script of its own: the way out for a network that outgrows a calculator."""

from collections.abc import Callable, Mapping

from backprop_cli.export import jax, numpy, pytorch
from backprop_cli.export.description import Description

TARGETS: Mapping[str, Callable[[Description], str]] = {
    "pytorch": pytorch.script,
    "numpy": numpy.script,
    "jax": jax.script,
}
