"""A simulated student: works random networks by hand, and may make one mistake and carry it on.

Nothing here comes from the program: the student has a forward and a backward pass of their own,
written down line by line, each line with the mistakes that can be made in it. A mistake counts only
where it shows: where no rounding of the student's own figures leads to the figure that they wrote.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from random import Random
from types import MappingProxyType
from typing import NamedTuple

Get = Callable[[str], float]
Formula = Callable[[Get], float]

RATE = "learning_rate"
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


# Each with its derivative in terms of z and of its own value a.
FUNCTIONS: Mapping[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "sigmoid": (sigmoid, lambda _, a: a * (1 - a)),
    "linear": (lambda z: z, lambda _z, _a: 1.0),
    "tanh": (math.tanh, lambda _, a: 1 - a * a),
    "softplus": (lambda z: math.log1p(math.exp(z)), lambda z, _: sigmoid(z)),
    "swish": (lambda z: z * sigmoid(z), lambda z, a: sigmoid(z) + a * (1 - sigmoid(z))),
    "relu": (lambda z: max(z, 0.0), lambda z, _: float(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z, _: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z, _: 1.0 if z > 0 else math.exp(z)),
    "selu": (
        lambda z: SCALE * (z if z > 0 else ALPHA * math.expm1(z)),
        lambda z, _: SCALE * (1.0 if z > 0 else ALPHA * math.exp(z)),
    ),
    "gelu": (lambda z: z * normal(z), lambda z, _: normal(z) + z * density(z)),
    "binary_step": (lambda z: float(z >= 0), lambda _z, _a: 0.0),
    "sign": (lambda z: float((z > 0) - (z < 0)), lambda _z, _a: 0.0),
}
HIDDEN = [name for name in FUNCTIONS if name not in ("binary_step", "sign")]

LOSSES = (
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "cross_entropy",
)


@dataclass(frozen=True)
class Line:
    """One line of a working: how it is worked, and how it is worked wrongly, by the mistake."""

    name: str
    formula: Formula
    wrong: Mapping[str, Sequence[Formula]] = field(default_factory=dict)
    factors: tuple[str, ...] = ()  # of a product, what is multiplied


@dataclass(frozen=True)
class Task:
    """A network with its numbers: as a configuration, and as the lines of its working."""

    yaml: str
    given: Mapping[str, float]
    lines: tuple[Line, ...]
    rounding: int | None


class Style(NamedTuple):
    """How a student rounds.

    ``decimals`` (None: not at all); whether they ``carry`` what they wrote or the unrounded number,
    keep ``small`` numbers' two significant digits, write ``zeros`` at the end; the ``way`` they
    round.
    """

    decimals: int | None
    carry: bool = True
    small: bool = True
    zeros: bool = True
    way: str = ROUND_HALF_UP

    def unit(self, value: float) -> float:
        if self.decimals is None:
            return 0.0
        decimals = self.decimals
        if self.small and value and abs(value) < 0.01:
            decimals = max(decimals + 1, 1 - math.floor(math.log10(abs(value))))
        return 10.0**-decimals

    def figure(self, value: float) -> Decimal:
        if self.decimals is None:
            return Decimal(repr(value))
        unit = Decimal(1).scaleb(round(math.log10(self.unit(value))))
        return Decimal(repr(value)).quantize(unit, self.way)

    def text(self, figure: Decimal) -> str:
        if self.decimals is None:
            return repr(float(figure))
        text = f"{figure:f}"
        return text if self.zeros or "." not in text else text.rstrip("0").rstrip(".")


STYLES = {
    "by hand": Style(4),
    "by hand, zeros left off": Style(4, zeros=False),
    "calculator": Style(4, carry=False, small=False),
    "calculator, half even": Style(5, carry=False, way=ROUND_HALF_EVEN),
    "digits cut off": Style(4, way=ROUND_DOWN),
    "calculator, digits cut off": Style(4, carry=False, way=ROUND_DOWN),
    "exact": Style(None),
    "two decimals": Style(2),
    "two decimals, always": Style(2, small=False),
    "three decimals": Style(3, small=False),
}


@dataclass(frozen=True)
class Planted:
    """A mistake that was made: which, where, and the lines at which it is right to be found."""

    mistake: str
    quantity: str
    lines: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """What a student hands in: the task, the text, and what is wrong with it (None: nothing)."""

    task: Task
    style: str
    text: str
    planted: Planted | None


def task(random: Random, rounding: int | None = None) -> Task:
    """A random network of two or three inputs, up to two hidden layers and up to two outputs."""
    return _Maker(random, rounding).task()


class _Maker:
    """Draws a network, and writes its working down."""

    def __init__(self, random: Random, rounding: int | None) -> None:
        self.random, self.rounding = random, rounding
        self.given: dict[str, float] = {}
        self.lines: list[Line] = []
        self.text: list[str] = []

    def number(self, low: float, high: float) -> float:
        return round(self.random.uniform(low, high), self.random.choice((1, 2, 2, 2)))

    def draw(self, name: str, low: float = -1.0, high: float = 1.0) -> float:
        value = 0.0
        while abs(value) < 0.05:
            value = self.number(low, high)
        self.given[name] = value
        return value

    def task(self) -> Task:
        random = self.random
        widths = random.choice(
            ([2, 2, 1], [2, 2, 2], [3, 3, 1], [2, 3, 2], [3, 4, 3, 2], [2, 2, 2, 1])
        )
        self.loss = random.choice(LOSSES)
        last = random.choice(("sigmoid", "linear", "tanh", "softplus"))
        if self.loss == "binary_cross_entropy":
            last = "sigmoid"
        if self.loss == "cross_entropy" or (widths[-1] > 1 and self.loss != "binary_cross_entropy"):
            softmax = self.loss == "cross_entropy" or random.random() < 0.25
            if softmax:
                widths[-1] = max(2, widths[-1])
                last = "softmax"
        layers = len(widths) - 1
        self.activations = [random.choice(HIDDEN) for _ in range(layers - 1)] + [last]
        if random.random() < 0.4:
            self.activations = ["sigmoid"] * (layers - 1) + [last]
        self.names = [[f"x{i + 1}" for i in range(widths[0])]]
        number = 0
        for width in widths[1:-1]:
            self.names.append([f"h{number + i + 1}" for i in range(width)])
            number += width
        outputs = widths[-1]
        self.names.append(["out"] if outputs == 1 else [f"o{i + 1}" for i in range(outputs)])
        self.outputs = outputs
        inputs = [self.draw(name, -1.5, 1.5) for name in self.names[0]]
        self.text.append(f"inputs: {inputs}")
        self._weights()
        self._biases()
        targets = self._targets(outputs)
        rate = self.random.choice((0.5, 0.1, 0.2, 0.05))
        self.given["learning_rate"] = rate
        pairs = ", ".join(
            f"{n}: {a}" for n, a in zip(self._layer_names(), self.activations, strict=True)
        )
        self.text += [
            f"activation: {{{pairs}}}",
            f"loss: {self.loss}",
            f"target: {targets}",
            f"learning_rate: {rate}",
        ]
        if self.rounding is not None:
            self.text.append(f"rounding: {self.rounding}")
        self._forward()
        self._backward()
        self._update()
        return Task("\n".join(self.text) + "\n", self.given, tuple(self.lines), self.rounding)

    def _layer_names(self) -> list[str]:
        hidden = len(self.names) - 2
        return [*(f"hidden{i + 1}" for i in range(hidden)), "output"]

    def _weights(self) -> None:
        self.weight: dict[tuple[str, str], str] = {}
        self.text.append("weights:")
        count = 0
        for at, layer in enumerate(self._layer_names(), 1):
            rows = []
            for neuron in self.names[at]:
                row = []
                for source in self.names[at - 1]:
                    count += 1
                    self.weight[source, neuron] = f"w{count}"
                    row.append(self.draw(f"w{count}"))
                rows.append(row)
            self.text.append(f"  {layer}: {rows}")

    def _biases(self) -> None:
        self.bias: dict[str, str] = {}
        texts = []
        count = 0
        for at, layer in enumerate(self._layer_names(), 1):
            form = self.random.choice(("shared", "own", "some", "none", "shared"))
            neurons = self.names[at]
            if form == "shared":
                count += 1
                texts.append(f"{layer}: {self.draw(f'b{count}')}")
                self.bias.update(dict.fromkeys(neurons, f"b{count}"))
            elif form in ("own", "some"):
                having = neurons if form == "own" else neurons[:1]
                own = []
                for neuron in having:
                    count += 1
                    own.append(f"{neuron}: {self.draw(f'b{count}')}")
                    self.bias[neuron] = f"b{count}"
                texts.append(f"{layer}: {{{', '.join(own)}}}")
        if texts:
            self.text.append(f"biases: {{{', '.join(texts)}}}")

    def _targets(self, outputs: int) -> list[float]:
        if self.loss == "cross_entropy":
            one = self.random.randrange(outputs)
            targets = [float(at == one) for at in range(outputs)]
        elif self.loss == "binary_cross_entropy":
            targets = [float(self.random.random() < 0.5) for _ in range(outputs)]
        else:
            targets = [self.number(0.01, 0.99) for _ in range(outputs)]
        for name, target in zip(self.names[-1], targets, strict=True):
            self.given[self.y(name)] = target
        return targets

    # --- the working ---------------------------------------------------------------------------

    def y(self, output: str) -> str:
        return "y_true" if self.outputs == 1 else f"y_true_{output}"

    def yhat(self, output: str) -> str:
        return "y_hat" if self.outputs == 1 else f"y_hat_{output}"

    def value(self, neuron: str) -> str:
        """What a neuron is called that feeds others, or is an output."""
        if neuron in self.names[0]:
            return neuron
        return self.yhat(neuron) if neuron in self.names[-1] else f"a_{neuron}"

    def add(
        self,
        name: str,
        formula: Formula,
        wrong: Mapping[str, Sequence[Formula]] = MappingProxyType({}),
        factors: tuple[str, ...] = (),
    ) -> None:
        made = {mistake: ways for mistake, ways in wrong.items() if ways}
        self.lines.append(Line(name, formula, made, factors))

    def _forward(self) -> None:
        for at in range(1, len(self.names)):
            sources = self.names[at - 1]
            for neuron in self.names[at]:
                self._sum(at, neuron, sources)
            if self.activations[at - 1] == "softmax":
                self._softmax(at)
            else:
                for neuron in self.names[at]:
                    self._activation(at, neuron)
        self._loss()

    def _sum(self, at: int, neuron: str, sources: list[str]) -> None:
        pairs = [(self.value(source), self.weight[source, neuron]) for source in sources]
        bias = self.bias.get(neuron)

        def total(
            pairs: Sequence[tuple[str, str]], sign: float = 1.0, *, biased: bool = True
        ) -> Formula:
            return lambda get: (
                sum(get(a) * get(w) for a, w in pairs)
                + (sign * get(bias) if bias and biased else 0)
            )

        others = [self.weight[s, n] for s in sources for n in self.names[at] if n != neuron]
        wrong: dict[str, list[Formula]] = {"weight_of_another": [], "input_of_another": []}
        for place, (a, w) in enumerate(pairs):
            for other in others[:3]:
                wrong["weight_of_another"].append(
                    total([*pairs[:place], (a, other), *pairs[place + 1 :]])
                )
            for source in sources:
                if self.value(source) != a:
                    changed = [*pairs[:place], (self.value(source), w), *pairs[place + 1 :]]
                    wrong["input_of_another"].append(total(changed))
        wrong["term_left_out"] = [total([*pairs[:i], *pairs[i + 1 :]]) for i in range(len(pairs))]
        if bias:
            wrong["bias_left_out"] = [total(pairs, biased=False)]
            wrong["sign"] = [total(pairs, -1.0)]
        self.add(f"z_{neuron}", total(pairs), wrong)

    def _activation(self, at: int, neuron: str) -> None:
        name = self.activations[at - 1]
        function = FUNCTIONS[name][0]
        z = f"z_{neuron}"
        wrong: dict[str, list[Formula]] = {"wrong_activation": []}
        for other in ("sigmoid", "tanh", "relu"):
            if other != name:
                wrong["wrong_activation"].append(lambda get, f=FUNCTIONS[other][0]: f(get(z)))  # type: ignore[misc]
        if name != "linear":
            wrong["activation_left_out"] = [lambda get: get(z)]
        self.add(self.value(neuron), lambda get: function(get(z)), wrong)

    def _softmax(self, at: int) -> None:
        neurons = self.names[at]

        def share(own: str, among: Sequence[str]) -> Formula:
            return lambda get: (
                math.exp(get(f"z_{own}")) / sum(math.exp(get(f"z_{n}")) for n in among)
            )

        for neuron in neurons:
            self.add(
                self.value(neuron),
                share(neuron, neurons),
                {"wrong_activation": [lambda get, n=neuron: sigmoid(get(f"z_{n}"))]},  # type: ignore[misc]
            )

    def _loss(self) -> None:
        outputs, n = self.names[-1], self.outputs

        def each(of: Callable[[float, float], float], by: float = 1.0) -> Formula:
            return lambda get: by * sum(of(get(self.y(o)), get(self.yhat(o))) for o in outputs)

        def square(y: float, p: float) -> float:
            return (y - p) ** 2

        def cross(y: float, p: float) -> float:
            return -y * math.log(p) if y else 0.0

        def binary(y: float, p: float) -> float:
            return cross(y, p) + cross(1 - y, 1 - p)

        wrong: dict[str, list[Formula]] = {}
        if self.loss == "half_squared_error":
            right = each(square, 0.5)
            wrong["factor_left_out"] = [each(square)]
            wrong["not_squared"] = [each(lambda y, p: y - p, 0.5)] if n == 1 else []
        elif self.loss == "squared_error":
            right = each(square)
            wrong["factor_too_many"] = [each(square, 0.5)]
        elif self.loss == "mean_squared_error":
            right = each(square, 1 / n)
            wrong["factor_too_many"] = [each(square, 0.5 / n)]
            if n > 1:
                wrong["summed_for_averaged"] = [each(square)]
        elif self.loss == "binary_cross_entropy":
            right = each(binary)
            wrong["sign"] = [each(lambda y, p: -binary(y, p))]
            if n > 1:
                wrong["averaged_for_summed"] = [each(binary, 1 / n)]
        else:
            right = each(cross)
            wrong["sign"] = [each(lambda y, p: -cross(y, p))]
        self.add("Loss", right, wrong)

    def _backward(self) -> None:
        outputs, n = self.names[-1], self.outputs
        for o in outputs:
            self._by_prediction(o, n)
        if self.activations[-1] == "softmax":
            self._through_softmax(outputs)
        for at in range(len(self.names) - 1, 0, -1):
            for neuron in self.names[at]:
                if self.activations[at - 1] != "softmax":
                    self._through_activation(at, neuron)
            for neuron in self.names[at]:
                self._to_weights(at, neuron)
            self._to_biases(at)
            if at > 1:
                for source in self.names[at - 1]:
                    self._to_source(at, source)

    def _by_prediction(self, o: str, n: int) -> None:
        y, p = self.y(o), self.yhat(o)
        name = f"dLoss/d{p}"
        if self.loss == "binary_cross_entropy":

            def ratio(sign: float) -> Formula:
                return lambda get: sign * (get(p) - get(y)) / (get(p) * (1 - get(p)))

            self.add(name, ratio(1.0), {"sign": [ratio(-1.0)]})
        elif self.loss == "cross_entropy":
            if self.given[y]:
                self.add(
                    name, lambda get: -get(y) / get(p), {"sign": [lambda get: get(y) / get(p)]}
                )
            else:
                self.add(name, lambda _: 0.0)
        else:
            factor = {"half_squared_error": 1.0, "squared_error": 2.0}.get(self.loss, 2 / n)

            def scaled(by: float) -> Formula:
                return lambda get: by * (get(p) - get(y))

            wrong: dict[str, list[Formula]] = {"sign": [scaled(-factor)]}
            if self.loss == "half_squared_error":
                wrong["factor_too_many"] = [scaled(2.0)]
            else:
                wrong["factor_left_out"] = [scaled(factor / 2)]
            if self.loss == "mean_squared_error" and n > 1:
                wrong["summed_for_averaged"] = [scaled(2.0)]
            self.add(name, scaled(factor), wrong)

    def _through_activation(self, at: int, neuron: str) -> None:
        name, a, z = self.activations[at - 1], self.value(neuron), f"z_{neuron}"
        function, slope = FUNCTIONS[name]
        wrong: dict[str, list[Formula]] = {"wrong_derivative": []}
        for other in ("sigmoid", "tanh", "relu"):
            if other != name:
                wrong["wrong_derivative"].append(
                    lambda get, f=FUNCTIONS[other][1]: f(get(z), get(a))  # type: ignore[misc]
                )
        if name in ("sigmoid", "tanh"):
            wrong["derivative_at_weighted_sum"] = [lambda get: slope(0.0, get(z))]
            wrong["derivative_applied_twice"] = [lambda get: slope(0.0, function(get(a)))]
        if name == "tanh":
            wrong["not_squared"] = [lambda get: 1 - get(a)]
        others = [self.value(other) for other in self.names[at] if other != neuron]
        if name in ("sigmoid", "tanh") and others:
            wrong["input_of_another"] = [lambda get: slope(0.0, get(others[0]))]
        local = f"d{a}/d{z}"
        self.add(local, lambda get: slope(get(z), get(a)), wrong)
        before = f"dLoss/d{a}"
        wrong = {
            "activation_derivative_left_out": [lambda get: get(before)],
            "sign": [lambda get: -get(before) * get(local)],
            "chain_factor_left_out": [lambda get: get(local)],
        }
        if neuron in self.names[-1] and self.loss == "binary_cross_entropy":
            wrong["cancelled_twice"] = [lambda get: get(before) * get(local) ** 2]
        self.add(f"dLoss/d{z}", lambda get: get(before) * get(local), wrong, (before, local))

    def _through_softmax(self, outputs: list[str]) -> None:
        for own in outputs:

            def term(get: Get, o: str, own: str = own) -> float:
                p, q = get(self.yhat(o)), get(self.yhat(own))
                return get(f"dLoss/d{self.yhat(o)}") * (p * (1 - p) if o == own else -p * q)

            def total(get: Get, term: Callable[[Get, str], float] = term) -> float:
                return sum(term(get, o) for o in outputs)

            def twice(get: Get, total: Formula = total, own: str = own) -> float:
                p = get(self.yhat(own))
                return total(get) * p * (1 - p)

            wrong: dict[str, list[Formula]] = {
                "cross_terms_left_out": [lambda get, t=term, o=own: t(get, o)],  # type: ignore[misc]
            }
            if self.loss == "cross_entropy":
                wrong["cancelled_twice"] = [twice]
            self.add(f"dLoss/dz_{own}", total, wrong)

    def _to_weights(self, at: int, neuron: str) -> None:
        delta = f"dLoss/dz_{neuron}"
        for source in self.names[at - 1]:
            own = self.value(source)
            others = [self.value(other) for other in self.names[at - 1] if other != source]
            wrong: dict[str, list[Formula]] = {
                "input_of_another": [lambda get, s=s: get(delta) * get(s) for s in others],  # type: ignore[misc]
                "chain_factor_left_out": [lambda get: get(delta)],
                "sign": [lambda get, own=own: -get(delta) * get(own)],  # type: ignore[misc]
            }
            name = f"dLoss/d{self.weight[source, neuron]}"
            self.add(name, lambda get, own=own: get(delta) * get(own), wrong, (delta, own))  # type: ignore[misc]

    def _to_biases(self, at: int) -> None:
        sharing: dict[str, list[str]] = {}
        for neuron in self.names[at]:
            if neuron in self.bias:
                sharing.setdefault(self.bias[neuron], []).append(f"dLoss/dz_{neuron}")
        for bias, deltas in sharing.items():

            def total(parts: Sequence[str]) -> Formula:
                return lambda get: sum(get(part) for part in parts)

            wrong: dict[str, list[Formula]] = {}
            if len(deltas) > 1:
                wrong["path_left_out"] = [
                    total([*deltas[:i], *deltas[i + 1 :]]) for i in range(len(deltas))
                ]
                wrong["averaged_for_summed"] = [lambda get, d=deltas: total(d)(get) / len(d)]  # type: ignore[misc]
            else:
                wrong["bias_value_used"] = [lambda get, d=deltas[0], b=bias: get(d) * get(b)]  # type: ignore[misc]
            self.add(f"dLoss/d{bias}", total(deltas), wrong)

    def _to_source(self, at: int, source: str) -> None:
        pairs = [(f"dLoss/dz_{n}", self.weight[source, n]) for n in self.names[at]]

        def total(pairs: Sequence[tuple[str, str]]) -> Formula:
            return lambda get: sum(get(delta) * get(w) for delta, w in pairs)

        wrong: dict[str, list[Formula]] = {}
        if len(pairs) > 1:
            wrong["path_left_out"] = [
                total([*pairs[:i], *pairs[i + 1 :]]) for i in range(len(pairs))
            ]
        wrong["new_weight_used"] = [
            total([(d, f"{w}_new" if i == place else w) for i, (d, w) in enumerate(pairs)])
            for place in range(len(pairs))
        ]
        others = [
            self.weight[s, n] for s in self.names[at - 1] if s != source for n in self.names[at]
        ]
        wrong["weight_of_another"] = [
            total([(d, other if i == 0 else w) for i, (d, w) in enumerate(pairs)])
            for other in others[:3]
        ]
        if len(pairs) == 1:
            wrong["chain_factor_left_out"] = [lambda get: get(pairs[0][0])]
        factors = pairs[0] if len(pairs) == 1 else ()
        self.add(f"dLoss/d{self.value(source)}", total(pairs), wrong, factors)

    def _update(self) -> None:
        for parameter in [*self.weight.values(), *dict.fromkeys(self.bias.values())]:
            gradient = f"dLoss/d{parameter}"

            def step(get: Get, w: str = parameter, g: str = gradient) -> float:
                return get(w) - get(RATE) * get(g)

            def wrongly(
                of: Callable[[float, float, float], float], w: str = parameter, g: str = gradient
            ) -> Formula:
                return lambda get: of(get(w), get(g), get(RATE))

            wrong: dict[str, list[Formula]] = {
                "sign": [wrongly(lambda w, g, r: w + r * g)],
                "rate_left_out": [wrongly(lambda w, g, _: w - g)],
                "rate_twice": [wrongly(lambda w, g, r: w - r * r * g)],
                "weight_for_gradient": [wrongly(lambda w, _, r: w - r * w)],
                "gradient_for_weight": [wrongly(lambda _, g, r: g - r * g)],
                "bias_not_updated": [wrongly(lambda w, _, __: w)],
            }
            self.add(f"{parameter}_new", step, wrong)


# --- a student at work -----------------------------------------------------------------------

NUMBER_SLIPS = (
    "arithmetic",
    "digits_swapped",
    "decimal_point",
    "misread_figure",
    "rounded_too_early",
)
TRIES = 60
PERTURBED = 40


class _Student:
    """Works a task's lines in their order, those that are skipped on other paper."""

    def __init__(self, task: Task, style: Style, random: Random) -> None:
        self.task, self.style, self.random = task, style, random
        self.by_name = {line.name: line for line in task.lines}

    def true(self) -> dict[str, float]:
        """The right values, nothing rounded."""
        return self._values(lambda line, get: line.formula(get), lambda value: value)

    def worked(self, wrong: str | None = None, way: Formula | None = None) -> dict[str, float]:
        """What the student carries for every line; ``wrong`` is worked in another way."""
        carried = self.style.carry
        return self._values(
            lambda line, get: way(get) if way and line.name == wrong else line.formula(get),
            lambda value: float(self.style.figure(value)) if carried else value,
        )

    def _values(
        self, worked: Callable[[Line, Get], float], kept: Callable[[float], float]
    ) -> dict[str, float]:
        values = dict(self.task.given)
        open_ones: set[str] = set()

        def get(name: str) -> float:
            if name not in values:
                if name in open_ones:
                    raise RecursionError(name)
                open_ones.add(name)
                values[name] = kept(worked(self.by_name[name], get))
                if not math.isfinite(values[name]) or abs(values[name]) > 1e6:
                    raise OverflowError(name)
            return values[name]

        for line in self.task.lines:
            get(line.name)
        return values

    def reachable(self, name: str, written: Mapping[str, Decimal]) -> tuple[float, float]:
        """The least and greatest that a line can rightly come to from what stands on the sheet.

        Every figure may have been anything that is rounded to it; every skipped number may have
        been rounded on the way.
        """
        found = []
        for _ in range(PERTURBED):
            values = dict(self.task.given)

            def get(one: str, values: dict[str, float] = values) -> float:
                if one not in values:
                    if one in written:
                        half = 0.5 * 10.0 ** int(written[one].as_tuple().exponent)
                        values[one] = float(written[one]) + half * self._within()
                    else:
                        value = self.by_name[one].formula(get)
                        values[one] = value + 0.5 * self.style.unit(value) * self._within()
                return values[one]

            try:
                found.append(self.by_name[name].formula(get))
            except (ArithmeticError, ValueError):
                return -math.inf, math.inf
        middle, half = (min(found) + max(found)) / 2, (max(found) - min(found)) / 2
        return middle - 1.5 * half, middle + 1.5 * half

    def _within(self) -> float:
        return self.random.choice((-1.0, 1.0, self.random.uniform(-1, 1)))


def right_sheet(random: Random) -> Sheet:
    """A sheet without a mistake."""
    while True:
        found = _sheet(random, planted=False)
        if found is not None:
            return found


def wrong_sheet(random: Random) -> Sheet:
    """A sheet with one mistake that shows, and whatever follows from it."""
    while True:
        found = _sheet(random, planted=True)
        if found is not None:
            return found


def _sheet(random: Random, *, planted: bool) -> Sheet | None:
    style_name = random.choice([*STYLES])
    style = STYLES[style_name]
    rounding = random.choice((None, 4)) if style.decimals != 2 else random.choice((None, 2))
    exercise = task(random, rounding)
    student = _Student(exercise, style, random)
    try:
        true, values = student.true(), student.worked()
        share = random.choice((0.0, 0.0, 0.2, 0.5))
        written = [line.name for line in exercise.lines if random.random() >= share]
        if not planted:
            lines = _lines(student, style, written, values, random)
            return Sheet(exercise, style_name, "\n".join(lines) + "\n", None) if lines else None
        for _ in range(TRIES):
            found = _with_mistake(student, style, written, true, random)
            if found is not None:
                text, mistake = found
                return Sheet(exercise, style_name, text, mistake)
    except (ArithmeticError, ValueError, RecursionError):
        pass
    return None


def _with_mistake(
    student: _Student, style: Style, written: list[str], true: Mapping[str, float], random: Random
) -> tuple[str, Planted] | None:
    line = random.choice(student.task.lines)
    kinds = [*line.wrong]
    if line.name in written and random.random() < 0.3:
        kinds += NUMBER_SLIPS
    if not kinds:
        return None
    mistake = random.choice(kinds)
    way, working = _way(student, style, line, mistake, {*written, *student.task.given}, random)
    if way is None:
        return None
    values = student.worked(line.name, way)
    order = [*written]
    if random.random() < 0.3:
        random.shuffle(order)
    figures = {name: Decimal(style.text(style.figure(values[name]))) for name in order}
    numbered = {name: at for at, name in enumerate(order, 1)}
    rests_on = _rests_on(student, line.name, set(written) - {line.name})
    expected = [
        name
        for name in order
        if name == line.name or (line.name not in written and name in rests_on)
    ]
    showing = [name for name in expected if _shows(student, name, figures, true)]
    # Later figures must be near enough to the mistake to be the student's own, and not right again.
    if not showing or numbered[showing[0]] != min(numbered[name] for name in expected):
        return None
    lines = []
    for name in order:
        shown = working if name == line.name else _working(student, style, name, figures, random)
        lines.append(f"{name} = {shown}{figures[name]}")
    places = frozenset(numbered[name] for name in expected)
    return "\n".join(lines) + "\n", Planted(mistake, line.name, places)


def _shows(
    student: _Student,
    name: str,
    figures: Mapping[str, Decimal],
    true: Mapping[str, float],
) -> bool:
    """Whether a figure is none that is right, and none that right working leads to."""
    figure = float(figures[name])
    unit = max(10.0 ** int(figures[name].as_tuple().exponent), 1e-9 * max(abs(figure), 1e-9))
    low, high = student.reachable(name, {one: f for one, f in figures.items() if one != name})
    if low - 1.5 * unit <= figure <= high + 1.5 * unit:
        return False
    # A figure that may be anything tells nothing.
    if high - low > 0.5 * max(abs(low), abs(high)) and high - low > 2.5 * unit:
        return False
    return abs(figure - true[name]) > 2.5 * unit


def _rests_on(student: _Student, name: str, written: set[str]) -> set[str]:
    """The written lines that are worked from a skipped one, maybe through other skipped ones."""
    users: dict[str, set[str]] = {}
    for line in student.task.lines:

        def get(used: str, user: str = line.name) -> float:
            users.setdefault(used, set()).add(user)
            return 0.5

        with suppress(ArithmeticError):
            line.formula(get)
    found, waiting = set[str](), [name]
    seen = {name}
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user in written:
                found.add(user)
            elif user not in seen:
                seen.add(user)
                waiting.append(user)
    return found


def _way(
    student: _Student,
    style: Style,
    line: Line,
    mistake: str,
    seen: set[str],
    random: Random,
) -> tuple[Formula | None, str]:
    """How a line is worked with a mistake, and the working that is written where that shows it."""
    if mistake in line.wrong:
        return random.choice([*line.wrong[mistake]]), ""
    right = line.formula
    used: list[str] = []

    def noting(get: Get) -> Get:
        def noted(name: str) -> float:
            used.append(name)
            return get(name)

        return noted

    values = student.worked()
    right(noting(values.__getitem__))
    if not used:
        return None, ""
    if mistake == "misread_figure":
        name = random.choice(used)
        if name not in seen or style.decimals is None:
            return None, ""
        given = student.task.given
        digits = list(
            repr(given[name]) if name in given else style.text(style.figure(values[name]))
        )
        places = [at for at, digit in enumerate(digits) if digit.isdigit()]
        at = random.choice(places)
        digits[at] = random.choice([d for d in "0123456789" if d != digits[at]])
        try:
            misread = float("".join(digits))
        except ValueError:
            return None, ""
        return (lambda get: right(lambda one: misread if one == name else get(one))), ""
    if mistake == "rounded_too_early":
        if style.decimals is None or style.decimals < 4:
            return None, ""
        return (
            lambda get: right(
                lambda one: round(get(one), 2) if one in student.by_name else get(one)
            )
        ), ""
    figure = style.figure(values[line.name])
    if mistake == "decimal_point":
        by = random.choice((10.0, 0.1))
        return (lambda get: by * right(get)), ""
    if mistake == "digits_swapped":
        digits = [*style.text(figure)]
        places = [
            at for at in range(len(digits) - 1)
            if digits[at].isdigit() and digits[at + 1].isdigit() and digits[at] != digits[at + 1]
        ][:5]  # fmt: skip
        if not places or style.decimals is None:
            return None, ""
        at = random.choice(places)
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
        swapped = float("".join(digits))
        return (lambda _: swapped), ""
    assert mistake == "arithmetic"
    if not line.factors or style.decimals is None:
        return None, ""
    off = random.choice((1.1, 0.9, 1.05, 0.5, 2.0, 1.01))
    working = " * ".join(style.text(style.figure(values[factor])) for factor in line.factors)
    return (lambda get: off * right(get)), f"{working} = "


def _working(
    student: _Student, style: Style, name: str, figures: Mapping[str, Decimal], random: Random
) -> str:
    factors = student.by_name[name].factors
    if not factors or random.random() < 0.5 or style.decimals is None:
        return ""
    known = {**{n: Decimal(repr(v)) for n, v in student.task.given.items()}, **figures}
    if not all(factor in known for factor in factors):
        return ""
    return " * ".join(str(known[factor]) for factor in factors) + " = "


def _lines(
    student: _Student, style: Style, written: list[str], values: Mapping[str, float], random: Random
) -> list[str]:
    order = [*written]
    if random.random() < 0.3:
        random.shuffle(order)
    figures = {name: Decimal(style.text(style.figure(values[name]))) for name in order}
    return [
        f"{name} = {_working(student, style, name, figures, random)}{figures[name]}"
        for name in order
    ]
