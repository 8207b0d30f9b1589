"""The lines of the backward pass and of the update, and the mistakes in them."""

from collections.abc import Callable, Sequence
from random import Random

from support.student.functions import BY_OUTPUT, FUNCTIONS, RATE, Formula, Get
from support.student.task import Forward, Task


def task(random: Random, rounding: int | None = None) -> Task:
    """A random network of two or three inputs, up to two hidden layers and up to two outputs."""
    return _Whole(random, rounding).task()


class _Whole(Forward):
    """A network with all lines of its working."""

    def task(self) -> Task:
        self.drawn()
        self._backward()
        self._update()
        return self.made()

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
        wrong: dict[str, list[Formula]]
        name = f"dLoss/d{p}"
        if self.loss in BY_OUTPUT:
            slope = BY_OUTPUT[self.loss][1]
            by = 1 / n if self.loss == "mean_absolute_error" else 1.0

            def sloped(factor: float) -> Formula:
                return lambda get: factor * slope(get(y), get(p))

            wrong = {"sign": [sloped(-by)]}
            if by != 1:
                wrong["summed_for_averaged"] = [sloped(1.0)]
            self.add(name, sloped(by), wrong)
        elif self.loss == "binary_cross_entropy":

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

            wrong = {"sign": [scaled(-factor)]}
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
