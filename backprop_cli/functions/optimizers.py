"""The optimizers: one row each, what an update works out for one parameter, line by line.

They are PyTorch's (``torch.optim``), its defaults included: momentum without dampening, Nesterov's
in the form of Sutskever et al., Adam with bias correction and epsilon outside the root, weight
decay added to the gradient but for AdamW, which takes it off the parameter itself. The perceptron
rule alone goes by no gradient: it is Rosenblatt's, by a neuron's error.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from backprop_cli.algebra.expression import ONE, Call, Expression, Symbol, symbols
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.network.structure import LEARNING_RATE, Network

OLD = Symbol("w")  # the parameter before the update
SLOPE = Symbol("gradient")  # of the loss with respect to it
GRADIENT = Symbol("g")  # the same, and with it the weight decay where that acts on the gradient
RATE = Symbol(LEARNING_RATE)
DECAY = Symbol("weight_decay")
T = Symbol("t")  # the number of the update, from 1

MOMENTUM, DAMPENING = Symbol("momentum"), Symbol("dampening")
BETA1, BETA2, EPSILON = Symbol("beta1"), Symbol("beta2"), Symbol("epsilon")

# Running quantities of a parameter before an update, and after it.
V, V_NEW = Symbol("v"), Symbol("v_new")
M, M_NEW = Symbol("m"), Symbol("m_new")
DIRECTION = Symbol("d")
M_HAT, V_HAT = Symbol("m_hat"), Symbol("v_hat")
DECAYED = Symbol("decayed")
# Of the perceptron rule: a neuron's error, and what it is fed through the weight.
ERROR, X = Symbol("error"), Symbol("x")
OWN = (GRADIENT, V, V_NEW, M, M_NEW, DIRECTION, M_HAT, V_HAT, DECAYED)  # each parameter has its own


class Line(NamedTuple):
    """One line of an update: the quantity ``defines`` of a parameter, by ``formula``, and why."""

    defines: Symbol
    formula: Expression
    reason: Prose


class Optimizer(NamedTuple):
    """One optimizer.

    ``lines`` are worked in order for each parameter w with gradient g; then ``step`` is taken off
    the parameter. ``state`` names the running quantities, which start at 0: the line that defines
    ``m_new`` is worked from ``m``; those of them in ``squares`` are never below 0. ``settings`` are
    symbols that a user may set, with their defaults. ``decoupled`` says that weight decay acts on
    the parameter, not on the gradient; ``weight_decay`` is its default. ``aliases`` are other names
    by which it is known. ``by_error`` says that there is
    no gradient: each ``step`` is added, and goes by a neuron's error and its source x.
    """

    name: str
    title: str
    step: Expression
    source: str
    lines: tuple[Line, ...] = ()
    state: tuple[Symbol, ...] = ()
    settings: Mapping[str, Decimal] = MappingProxyType({})
    squares: tuple[Symbol, ...] = ()
    decoupled: bool = False
    weight_decay: Decimal | None = None
    aliases: tuple[str, ...] = ()
    by_error: bool = False

    @property
    def counts(self) -> bool:
        """True if the number of the update enters."""
        return any(symbol == T for line in self.lines for symbol in symbols(line.formula))


def _corrected(running: Symbol) -> Prose:
    return prose("corrected because ", running, " starts at 0; ", T, " is the number of the update")


VELOCITY = Line(V_NEW, MOMENTUM * V + GRADIENT, "a part of the earlier steps, plus the gradient")
DAMPENED = Line(
    V_NEW,
    MOMENTUM * V + (ONE - DAMPENING) * GRADIENT,
    "a part of the earlier steps, plus a part of the gradient",
)
LOOK_AHEAD = Line(
    DIRECTION, GRADIENT + MOMENTUM * V_NEW, prose("the gradient, plus one more step of ", V)
)
ADAM_LINES = (
    Line(M_NEW, BETA1 * M + (ONE - BETA1) * GRADIENT, "the running mean of the gradient"),
    Line(V_NEW, BETA2 * V + (ONE - BETA2) * GRADIENT**2, "the running mean of its square"),
    Line(M_HAT, M_NEW / (ONE - BETA1**T), _corrected(M)),
    Line(V_HAT, V_NEW / (ONE - BETA2**T), _corrected(V)),
)
# Weight decay, on the gradient and on the parameter itself.
PULLED = Line(GRADIENT, SLOPE + DECAY * OLD, "the gradient, plus the weight decay")
SHRUNK = Line(DECAYED, OLD - RATE * DECAY * OLD, "the weight decay, separate from the gradient")

ADAM_STEP = RATE * M_HAT / (Call("sqrt", V_HAT) + EPSILON)
ADAM_SETTINGS = {"beta1": Decimal("0.9"), "beta2": Decimal("0.999"), "epsilon": Decimal("1e-8")}

OPTIMIZERS: Mapping[str, Optimizer] = {
    row.name: row
    for row in (
        Optimizer(
            name="sgd",
            aliases=("gradient_descent", "gd"),
            title="gradient descent",
            step=RATE * GRADIENT,
            source="https://pytorch.org/docs/stable/generated/torch.optim.SGD.html",
        ),
        Optimizer(
            name="momentum",
            title="gradient descent with momentum",
            lines=(VELOCITY,),
            step=RATE * V_NEW,
            state=(V,),
            settings={"momentum": Decimal("0.9")},
            source="https://pytorch.org/docs/stable/generated/torch.optim.SGD.html",
        ),
        # What momentum is with its setting dampening. It starts from v = 0, as in textbooks; the
        # first step of PyTorch, without a buffer yet, takes the gradient whole.
        Optimizer(
            name="dampened_momentum",
            title="gradient descent with dampened momentum",
            lines=(DAMPENED,),
            step=RATE * V_NEW,
            state=(V,),
            settings={"momentum": Decimal("0.9"), "dampening": Decimal("0.9")},
            source="A. Ng, Deep Learning Specialization, course 2: Gradient Descent with Momentum",
        ),
        Optimizer(
            name="nesterov",
            aliases=("nag",),
            title="gradient descent with Nesterov's momentum",
            lines=(VELOCITY, LOOK_AHEAD),
            step=RATE * DIRECTION,
            state=(V,),
            settings={"momentum": Decimal("0.9")},
            source="https://pytorch.org/docs/stable/generated/torch.optim.SGD.html",
        ),
        Optimizer(
            name="adam",
            title="Adam",
            lines=ADAM_LINES,
            step=ADAM_STEP,
            state=(M, V),
            settings=ADAM_SETTINGS,
            squares=(V,),
            source="https://pytorch.org/docs/stable/generated/torch.optim.Adam.html",
        ),
        Optimizer(
            name="adamw",
            title="AdamW",
            lines=ADAM_LINES,
            step=ADAM_STEP,
            state=(M, V),
            settings=ADAM_SETTINGS,
            squares=(V,),
            decoupled=True,
            weight_decay=Decimal("0.01"),
            source="https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html",
        ),
        Optimizer(
            name="perceptron",
            title="the perceptron rule",
            step=RATE * ERROR * X,
            by_error=True,
            source="https://en.wikipedia.org/wiki/Perceptron#Learning_algorithm",
        ),
    )
}


def symbol_of(quantity: Symbol, parameter: str) -> Symbol:
    """A parameter's own quantity: m of w1 is ``m_w1``, m_new is ``m_w1_new``."""
    stem = quantity.name.removesuffix("_new")
    return Symbol(f"{stem}_{parameter}{quantity.name.removeprefix(stem)}")


def goes_by_error(network: Network) -> bool:
    """True if a network is trained by its neurons' errors, and has no gradients."""
    return OPTIMIZERS[network.optimizer].by_error


def lines_of(network: Network) -> tuple[Line, ...]:
    """The quantities that an update works out for each parameter, in order, its new value last."""
    row = OPTIMIZERS[network.optimizer]
    if not network.decays:
        return row.lines
    if row.decoupled:
        return (*row.lines, SHRUNK)
    return (PULLED, *row.lines)


def state_of(network: Network) -> Mapping[str, str]:
    """The running quantities of a network's optimizer, from ``m_w1`` to ``m_w1_new``."""
    row = OPTIMIZERS[network.optimizer]
    return {
        symbol_of(quantity, parameter).name: f"{symbol_of(quantity, parameter).name}_new"
        for quantity in row.state
        for parameter in network.updated
    }


def state_names(network: Network) -> tuple[str, ...]:
    """The running quantities that training carries from update to update.

    The parameters, the optimizer's running quantities, and, where it enters, the number of the
    next update.
    """
    count = (T.name,) if OPTIMIZERS[network.optimizer].counts else ()
    return (*network.parameters, *state_of(network), *count)


def initial_state(network: Network) -> Mapping[str, Decimal]:
    """The running quantities that training carries, as it is before the first update."""
    count = {T.name: Decimal(1)} if OPTIMIZERS[network.optimizer].counts else {}
    return {**dict.fromkeys(state_of(network), Decimal(0)), **count}
