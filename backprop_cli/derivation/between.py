"""The derivative of any quantity of the forward pass by any other."""

from collections.abc import Container, Iterable, Sequence

from backprop_cli.algebra.expression import Partial
from backprop_cli.derivation.backward import backward_steps, joined, with_locals
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.steps import Derivation, Rule, Step, reached
from backprop_cli.network.structure import Network


def derivation_of(network: Network, of: str, by: Iterable[str]) -> Derivation:
    """The forward pass, and the derivatives of a quantity of it by all others and by ``by``.

    ``by`` are given quantities, such as parameters and inputs.
    """
    forward, names = forward_steps(network), [*dict.fromkeys(by)]
    given = [one for one in names if one in _given(network)]
    passed = _apart(forward) if _is_of_outputs(forward, {of, *names}) else forward
    return Derivation((*forward, *backward_steps(passed, of, given)), of)


# What a softmax is worked by: the derivatives of its activations pass these by.
WITHIN_SOFTMAX = (
    Rule.SOFTMAX_LARGEST,
    Rule.SOFTMAX_EXPONENTIAL,
    Rule.SOFTMAX_SUM,
    Rule.SOFTMAX_REST,
)


def derivable(forward: Sequence[Step]) -> list[str]:
    """The quantities of a forward pass that are derived, and that others are derived by.

    An activation that is no more than a prediction goes by the name of that.
    """
    steps = joined(with_locals(forward, ()))
    return [step.defines.name for step in steps if step.rule not in WITHIN_SOFTMAX]


def _is_of_outputs(forward: Iterable[Step], names: Container[str]) -> bool:
    """True if the loss of one of several outputs is among the names."""
    return any(one.rule is Rule.LOSS_OF_OUTPUT and one.defines.name in names for one in forward)


def _apart(forward: Sequence[Step]) -> Sequence[Step]:
    """The steps with derivatives of the loss of each output, and of their sum by these."""
    found = {local.because: local for step in forward for local in step.locals or ()}

    def own(step: Step) -> Step:
        if step.rule is Rule.LOSS_OF_OUTPUT:
            return step._replace(locals=(found[step.defines.name],))
        return step._replace(locals=None) if step.rule is Rule.SUM_OF_LOSSES else step

    return [own(step) for step in forward]


def is_derived(derivation: Derivation, derivative: Partial) -> bool:
    """True if a derivative is among the steps and not 0 because nothing is fed."""
    step = derivation.by_name.get(derivative.name)
    return step is not None and step.rule is not Rule.FEEDS_NOTHING


class Between:
    """The quantities of a network's forward pass and the given ones, as derived by each other."""

    def __init__(self, network: Network) -> None:
        self.network = network
        forward = forward_steps(network)
        self._steps = {step.defines.name: step for step in forward}
        self._known = frozenset((*derivable(forward), *_given(network)))

    def knows(self, derivative: Partial) -> bool:
        """True if both quantities of a derivative are among those."""
        return derivative.of in self._known and derivative.by in self._known

    def offers(self, derivative: Partial) -> bool:
        """True if it can be derived, or is 0 or 1 as the one does not depend on the other."""
        if not self.knows(derivative):
            return False
        return self.derives(derivative) or not self.depends(derivative.of, derivative.by)

    def derives(self, derivative: Partial) -> bool:
        """True if it is the derivative of a quantity by one that it depends on."""
        if not self.depends(derivative.of, derivative.by):
            return False
        return is_derived(derivation_of(self.network, derivative.of, [derivative.by]), derivative)

    def is_within_softmax(self, quantity: str) -> bool:
        """True if a softmax is worked by a quantity, such as exp(z_o1), and nothing is derived."""
        return quantity in self._steps and self._steps[quantity].rule in WITHIN_SOFTMAX

    def depends(self, of: str, by: str) -> bool:
        """True if a quantity is worked from another."""
        return by in reached(self._used(of), self._used)

    def _used(self, name: str) -> Iterable[str]:
        return self._steps[name].used if name in self._steps else ()


def _given(network: Network) -> Sequence[str]:
    return (*network.inputs, *network.parameters)
