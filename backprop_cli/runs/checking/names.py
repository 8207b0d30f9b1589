"""The names by which people call quantities, and the quantities that they mean."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from backprop_cli.algebra.expression import Partial, partial
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.sheet import Place, Written
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.objective import loss_of_batch, of_example
from backprop_cli.derivation.steps import Rule, Step, new
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import LEARNING_RATE, LOSS, Network
from backprop_cli.runs.checking.array_names import ArrayNames, sums_of
from backprop_cli.runs.checking.book_names import book_names, of_one_loss
from backprop_cli.runs.checking.optimizer_names import optimizer_names
from backprop_cli.runs.checking.problem import Problem
from backprop_cli.runs.checking.spellings import (
    APPLIED,
    DELTA,
    DERIVATIVE,
    GRADIENT,
    INDEXED,
    LOSS_BY,
    LOSS_NAMES,
    NEW,
    OF_EPOCH,
    OUT_NAMES,
    PREDICTION_NAMES,
    RATE_NAMES,
    SUM_NAMES,
    example_last,
    folded,
    readings,
)


class Names:
    """The names of a problem's quantities."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.network: Network = problem.network
        self._known = frozenset((*problem.steps, *problem.given))

    def means(self, written: Written) -> tuple[str, ...]:
        """The quantities that a line may be about, the likeliest first; maybe none."""
        named = written.name
        if written.place is not None:
            found = self.at(written.place)
            if found or math.prod(written.place.shape) > 1:
                return found
            named = written.place.array  # a list of one: w5.grad = tensor([0.5])
        for name in readings(named):
            found = self._existing(self._plain(name), written.example)
            if found and found[0] in self.problem.given:  # w5 = … = 0.3589, in an update
                return tuple(dict.fromkeys((*found, *self._of_update(found, written))))
            if found:
                return found
        return ()

    def _of_update(self, given: Sequence[str], written: Written) -> Iterator[str]:
        """Meanings of the name of a parameter in an update, or in a list of gradients."""
        yield from self._existing(map(_new, given), None)
        if not written.working and given[0] in self.network.parameters:
            yield from self._existing([self._gradient(given[0])], written.example)

    def other_derivative(self, written: Written) -> Partial | None:
        """The derivative that a line is about where no step is one, such as ∂z_out/∂w1."""
        for one in self.derivatives(written.name) if written.place is None else ():
            if one.of in self.problem.steps and one.by in self._known:
                return one
        return None

    def derivatives(self, text: str) -> Iterator[Partial]:
        """The derivatives that a name may mean, of any quantity by any other."""
        for name in readings(text):
            found = DERIVATIVE.match(folded(name))
            parts = [self._bases.get(part, ()) for part in found.groups()] if found else [()]
            for above, below in product(*parts) if found else ():
                yield partial(self._predictions_of.get(above, above), below)

    def is_error_signal(self, written: Written) -> bool:
        """True if a line's name is δ or Err of a neuron, which have two signs in books."""
        return any(DELTA.match(folded(name)) for name in readings(written.name))

    def at(self, place: Place) -> tuple[str, ...]:
        """The quantities that a place of an array by layer may mean."""
        return self._existing(self._arrays.of(place), None)

    @cached_property
    def _arrays(self) -> ArrayNames:
        return ArrayNames(self.network, self._gradient, self.problem.examples)

    def shown(self, quantity: str) -> str:
        """The ASCII name of a quantity: ``dLoss/dw5``."""
        return as_typed(quantity).replace("ŷ", "y_hat")

    @cached_property
    def all_shown(self) -> tuple[str, ...]:
        """The ASCII names of all quantities."""
        return tuple(map(self.shown, self.problem.steps))

    def _existing(self, names: Iterable[str], example: int | None) -> tuple[str, ...]:
        found = (own for name in names for own in self._of_examples(name, example))
        return tuple(dict.fromkeys(own for own in found if own in self._known))

    def _of_examples(self, name: str, example: int | None) -> Iterator[str]:
        """A name as it is, and as that of an example of the batch or of all of them."""
        yield name
        of_one, of_all = self.network.derived, loss_of_batch(self.network)
        indexed = INDEXED.match(name)
        if not self.problem.examples:
            if indexed and int(indexed[2]) == self.problem.shown:
                yield indexed[1]
            if name == of_one or name.startswith(f"∂{of_one}/∂"):
                yield name.replace(of_one, of_all, 1)
            return
        base, number = (indexed[1], int(indexed[2])) if indexed else (name, example)
        of_batch = base.replace(of_one, of_all, 1)
        numbers = [number] if number is not None else [self.problem.shown]
        if number is None:
            yield of_batch
        for one in numbers:
            of, _, by = base.removeprefix("∂").partition("/∂")
            # A penalty is on the loss of all of them; of one there is the rest.
            of = of_one if of == LOSS else of
            if by:
                yield partial(of_example(of, one), by).name
                yield partial(of_example(of, one), of_example(by, one)).name
            else:
                yield of_example(of, one)

    def _plain(self, name: str) -> Iterator[str]:
        """The quantities, without an example's number, that a name may mean."""
        if name in self._known:
            yield name
            return
        text = folded(name)
        if text not in self._bases:
            of_outputs = (one for one, of in self._bases.items() if {*of} & {*self._own_losses})
            text = example_last(text, {*of_outputs})
        indexed = INDEXED.match(text)
        if indexed and text not in self._bases:
            for own in self._plain(indexed[1]):
                yield of_example(own, int(indexed[2]))
            return
        # E_o1 is the loss of an output sooner than e_o1, the exp of a softmax.
        yield from sorted(self._bases.get(text, ()), key=lambda own: own.lower() == name.lower())
        yield from self._derivatives(text)
        epoch = OF_EPOCH.match(text)
        if epoch and self.problem.is_whole_epoch:
            for own in self._bases.get(epoch[1], ()):
                changes = epoch[2] == "after" and new(own).name in self._known
                yield new(own).name if changes else own
        found = NEW.match(text)
        if found:
            for own in self._bases.get(found["after"] or found["before"], ()):
                yield new(own).name
        found = APPLIED.match(text)
        if found:
            yield from self._applied(self._bases.get(found["argument"], ()), found["slope"])
        found = DELTA.match(text)
        if found:
            for own in self._bases.get(found[1], ()):
                yield self.network.gradient(self._sums.get(own, own)).name

    def _applied(self, arguments: Iterable[str], slope: str) -> Iterator[str]:
        """The quantity that a function of a weighted sum is, or its derivative: σ(z), σ'(z)."""
        for out, total in self._sums.items():
            if total in arguments:
                yield partial(out, total).name if slope else out

    def _derivatives(self, text: str) -> Iterator[str]:
        found = DERIVATIVE.match(text)
        if found:
            of = [] if found[1] in LOSS_NAMES else self._bases.get(found[1], ())
            for below in self._bases.get(found[2], ()):
                if found[1] in LOSS_NAMES:
                    yield self._gradient(below)
                for above in of:
                    yield partial(above, below).name
                    if above in self._own_losses:
                        own = self._own_losses[above]
                        yield from of_one_loss(self.network, self._forward, own, below)
        for pattern, group in ((LOSS_BY, 2), (GRADIENT, 1)):
            found = pattern.match(text)
            if found:
                for below in self._bases.get(found[group], ()):
                    yield self._gradient(below)

    def _gradient(self, below: str) -> str:
        """The derivative of the loss by a quantity; where a penalty adds nothing, of its rest."""
        of_loss = partial(LOSS, below).name
        return of_loss if of_loss in self._known else self.network.gradient(below).name

    @cached_property
    def _forward(self) -> Mapping[str, Step]:
        return {step.defines.name: step for step in forward_steps(self.network)}

    @cached_property
    def _own_losses(self) -> Mapping[str, Neuron]:
        """Of several outputs, each by the name of its loss."""
        outputs = self.network.outputs if len(self.network.outputs) > 1 else ()
        return {self.network.loss_of(output): output for output in outputs}

    @cached_property
    def _predictions_of(self) -> Mapping[str, str]:
        """From an output's activation to its prediction."""
        outputs = self.network.outputs
        return {output.activation: self.network.prediction(output) for output in outputs}

    @cached_property
    def _sums(self) -> Mapping[str, str]:
        """From a neuron's activation or prediction to its weighted sum."""
        return sums_of(self.network)

    @cached_property
    def _bases(self) -> Mapping[str, tuple[str, ...]]:
        """By folded name, the quantities that are no derivatives, or that derivatives are by."""
        found: dict[str, dict[str, None]] = {}

        def add(name: str, *quantities: str) -> None:
            found.setdefault(name, {}).update(dict.fromkeys(quantities))

        for quantity in (*self.problem.given, *self.problem.steps):
            base = INDEXED.match(quantity) if self.problem.examples else None
            add(folded(quantity), quantity)
            if base:
                add(folded(base[1]), base[1])
        for step in self.problem.steps.values():
            if step.rule is Rule.SOFTMAX_EXPONENTIAL and step.neuron:
                total = folded(step.neuron.weighted_sum)
                for name in (f"exp({total})", f"exp{total}", f"e{total}"):
                    add(name, step.defines.name)
            if step.rule is Rule.SOFTMAX_SUM:
                for name in ("sumexp", "sumofexp", "sumofexps", "sumofexponentials"):
                    add(name, step.defines.name)
            if isinstance(step.defines, Partial):
                for name in (step.defines.of, step.defines.by):
                    base = INDEXED.match(name) if self.problem.examples else None
                    name = base[1] if base else name
                    add(folded(name), name)
        for name in LOSS_NAMES:
            add(name, LOSS)
        for name in RATE_NAMES:
            add(name, LEARNING_RATE)
        for neuron in self.network.neurons:
            called = [folded(neuron.name), *self._output_names(neuron.name)]
            out = [neuron.activation, *self._predictions(neuron.name)]
            for one in called:
                for prefix in SUM_NAMES:
                    add(prefix + one, neuron.weighted_sum)
                for prefix in OUT_NAMES:
                    add(prefix + one, *out)
        for output in self.network.outputs:
            own = folded(output.name)
            prediction, target = self.network.prediction(output), self.network.target(output)
            for name in (f"y{own}", f"yhat{own}", f"pred{own}", f"prediction{own}"):
                add(name, prediction, output.activation)
            for name in (f"target{own}", f"t{own}"):
                add(name, target)
            if self.network.aimed:
                for name in LOSS_NAMES:
                    add(name + own, self.network.loss_of(output))
            if len(self.network.outputs) == 1:
                for name in PREDICTION_NAMES:
                    add(name, prediction, output.activation)
                for name in ("target", "t", "actual", "label", "ytrue"):
                    add(name, target)
                add("y", target, prediction)
        books: dict[str, dict[str, None]] = {}
        for name, meant in (*book_names(self.network), *optimizer_names(self.network)):
            books.setdefault(name, {}).update(dict.fromkeys(meant))
        found = books | found
        return {name: tuple(quantities) for name, quantities in found.items()}

    def _predictions(self, neuron: str) -> list[str]:
        return [self.network.prediction(one) for one in self.network.outputs if one.name == neuron]

    def _output_names(self, neuron: str) -> list[str]:
        """The other names of the only output."""
        outputs = [output.name for output in self.network.outputs]
        return ["o", "o1", "y", "out", "output"] if outputs == [neuron] else []


def _new(name: str) -> str:
    return new(name).name
