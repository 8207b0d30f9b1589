"""A random network with its numbers, and the lines of its forward pass."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from support.student.functions import BY_OUTPUT, FUNCTIONS, HIDDEN, LOSSES, RATE, Formula, sigmoid


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


class Forward:
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

    def drawn(self) -> None:
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
        self.given[RATE] = rate
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

    def made(self) -> Task:
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
        elif self.loss == "hinge":
            targets = [self.random.choice((-1.0, 1.0)) for _ in range(outputs)]
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
        if self.loss in BY_OUTPUT:
            of = BY_OUTPUT[self.loss][0]
            averaged = self.loss == "mean_absolute_error"
            right = each(of, 1 / n if averaged else 1.0)
            if averaged and n > 1:
                wrong["summed_for_averaged"] = [each(of)]
            elif n > 1:
                wrong["averaged_for_summed"] = [each(of, 1 / n)]
        elif self.loss == "half_squared_error":
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
