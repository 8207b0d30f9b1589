"""backprop works a small neural network step by step, as a careful teacher does on paper.

The road that everything takes, each room knowing only those before it:

    config → network → derivation → arithmetic → runs (with training) → lesson → render

In Python::

    import backprop_cli as bp

    net = bp.load("mine.yaml")    # or bp.parse(text), bp.new("2-3-1"), bp.example("mazur")
    work = net.run()              # forward pass, backward pass and update
    work.value["a_h1"], work.grad["w1"], work.new["w1"], work.loss
    work.explain("w1")

What is imported is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_cli.api.checks import Checked, GradientCheck
    from backprop_cli.api.networks import Network, example, load, new, parse
    from backprop_cli.api.results import Trained, Work
    from backprop_cli.api.shown import Explanation, Picture
    from backprop_cli.arithmetic.working import WorkingError
    from backprop_cli.errors import ConfigError, UsageError

__all__ = [
    "Checked",
    "ConfigError",
    "Explanation",
    "GradientCheck",
    "Network",
    "Picture",
    "Trained",
    "UsageError",
    "Work",
    "WorkingError",
    "example",
    "load",
    "new",
    "parse",
]

_WHERE = {
    "api.checks": ("Checked", "GradientCheck"),
    "api.networks": ("Network", "example", "load", "new", "parse"),
    "api.results": ("Trained", "Work"),
    "api.shown": ("Explanation", "Picture"),
    "arithmetic.working": ("WorkingError",),
    "errors": ("ConfigError", "UsageError"),
}


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
