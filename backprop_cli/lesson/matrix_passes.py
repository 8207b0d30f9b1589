"""The passes of a layered network in matrices, an equation for each of them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Number,
    Partial,
    Symbol,
    partial,
)
from backprop_cli.algebra.matrices import (
    ElementProduct,
    MatrixProduct,
    Transposed,
    column,
)
from backprop_cli.algebra.prose import enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule
from backprop_cli.functions import softmax
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import Block, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import equation, formula
from backprop_cli.lesson.explanation import sharing
from backprop_cli.lesson.forward import softmax_steps
from backprop_cli.lesson.given import by_function, layer_title
from backprop_cli.lesson.layers import Layers
from backprop_cli.lesson.matrix_rows import Grid, Matrices, Worked
from backprop_cli.lesson.reasons import layer_formulas
from backprop_cli.network.structure import Network

ONE_COLUMN = (
    "X, B1, Z1, A1 and Y are columns: the inputs, the biases, the weighted sums, the activations "
    "and the targets."
)
COLUMNS = (
    "X, Z1, A1 and Y, the inputs, the weighted sums, the activations and the targets, have a "
    "column for each example; B1, the biases, is one column, which is added to each of Z1."
)


# What adds up the columns of a matrix.
ONES = Symbol("ones")


class Passes:
    """The passes of a working, in matrices.

    ``of_each`` are the workings of a batch's examples by number, each of which has a column;
    ``working`` is then that of all of them.
    """

    def __init__(
        self,
        network: Network,
        working: AnyWorking,
        of_each: Mapping[int, AnyWorking] = MappingProxyType({}),
    ) -> None:
        self.network, self.working, self._of_each = network, working, of_each
        self.layers = layers = Layers(network, working, tuple(of_each))
        every = range(1, layers.last + 1)
        steps = working.derivation.steps
        self._named = {
            *working.given,
            *(
                step.defines.name
                for step in steps
                if not isinstance(step.defines, Partial) and step.rule is not Rule.STEP
            ),
            *(name for at in every for name in layers.by_sums(at).names),
            *(name for at in every for name in layers.by_activations(at).names),
            *map(working.update_gradient, network.parameters),
        }
        self.matrices = Matrices(working, self._named)

    # --- forward ---

    def given(self) -> Iterator[Block]:
        """The arrays and their elements: inputs, weights, biases and targets."""
        layers = self.layers
        yield Paragraph(
            "A capital letter is a matrix. W1 has a row for each neuron of layer 1, and a column "
            f"for each of its sources; {COLUMNS if self._of_each else ONE_COLUMN}"
        )
        if self._of_each:
            numbers = [str(number) for number in self._of_each]
            yield Paragraph(
                prose("The columns are examples ", enumerated(numbers), " of the batch.")
            )
        found: list[Grid | None] = [layers.activations(0)]
        for at in range(1, layers.last + 1):
            found += [layers.weights(at), layers.biases(at)]
        found.append(layers.targets() if self.network.aimed else None)
        grids = [grid for grid in found if grid is not None]
        if any(None in row for grid in grids for row in grid.elements):
            yield Paragraph("A dot stands where there is no weight or no bias. It counts as 0.")
        for grid in grids:
            yield Equations((self.matrices.given(grid),))

    def forward(self, at: int) -> Iterator[Block]:
        """Z and A of a layer."""
        layer = self.network.layers[at - 1]
        sums, activations = self.worked_forward(at)
        yield Heading(3, f"Step {at}: {layer_title(layer)}")
        yield from sums.blocks
        workings = self._of_each or {0: self.working}
        for number, working in workings.items():
            if steps := softmax_steps(layer, working):
                yield Heading(4, f"Softmax of example {number}:" if number else "Softmax:")
                yield Equations(tuple(equation(working, step) for step in steps))
        if softmax_steps(layer, next(iter(workings.values()))):
            yield Heading(4, "Activation of each neuron:")
        yield from activations.blocks

    def worked_forward(self, at: int) -> tuple[Worked, Worked]:
        """Z and A of a layer, without words."""
        layers, figures, work = self.layers, self.matrices.figures, self.matrices.work
        weights, before, biases = layers.weights(at), layers.activations(at - 1), layers.biases(at)
        symbols: Expression = MatrixProduct((weights.symbol, before.symbol))
        numbers: Expression = MatrixProduct((figures(weights), figures(before)))
        if biases is not None:
            symbols, numbers = symbols + biases.symbol, numbers + figures(biases)
        sums, found, name = layers.sums(at), layers.activations(at), self._function(at)
        if name == softmax.SOFTMAX:
            after = work(found, Call(name, sums.symbol))
        elif all(isinstance(step.expression, Symbol) for step in self.matrices.steps(found)):
            after = work(found, sums.symbol, figures(sums))
        else:
            after = work(found, Call(name, sums.symbol), Call(name, figures(sums)))
        return work(sums, symbols, numbers), after

    def _function(self, at: int) -> str:
        return next(iter(self.network.layers[at - 1].functions())).name

    # --- backward ---

    def introduction(self) -> Iterator[Block]:
        """The meaning of dZ, and the four formulas."""
        network, of = self.network, Symbol(self.network.derived)
        yield Paragraph(
            prose(
                *("dZ1 is short for ", partial(network.derived, "Z1"), ": the derivatives of ", of),
                " by all elements of Z1. ∘ multiplies element by element, and ᵀ turns rows into "
                "columns. The working goes back layer by layer:",
            )
        )
        names = [Symbol(name) for name in ("dA_l", "dZ_l", "dW_l", "dB_l", "W_l")]
        by_a, by_z, by_w, by_b, w = names
        before, by_before = Symbol("A_l−1"), Symbol("dA_l−1")
        yield Equations(
            (
                formula(by_z, ElementProduct((by_a, Call("f′", Symbol("Z_l"))))),
                formula(by_w, self._reduced(MatrixProduct((by_z, Transposed(before))))),
                formula(by_b, self._reduced(self._added_up(by_z, ONES))),
                formula(by_before, MatrixProduct((Transposed(w), by_z))),
            )
        )
        if self._of_each:
            reduction = REDUCTIONS[network.reduction].reason
            yield Paragraph(
                prose(
                    *("dW1 and dB1 are those of the whole batch: ", reduction, ". "),
                    *(ONES, " is a column of ones, which adds up the examples."),
                )
            )
        for layer in by_function(network):
            yield Paragraph(f"Derivative of {layer.activation}:")
            yield Equations(layer_formulas(layer)[1])

    def backward(self, at: int) -> Iterator[Worked]:
        """dA, dZ, dW and dB of a layer."""
        layers, figures, work = self.layers, self.matrices.figures, self.matrices.work
        by_sums, before = layers.by_sums(at), layers.activations(at - 1)
        # Of an output that is derived itself there is no dA, and a shortcut to dZ goes without it.
        rules = {step.rule for step in self.matrices.steps(by_sums)}
        if Rule.SHORTCUT not in rules and self.matrices.steps(layers.by_activations(at)):
            yield self._by_activations(at)
        yield from self._by_sums(at)
        yield work(
            layers.by_weights(at),
            self._reduced(MatrixProduct((by_sums.symbol, Transposed(before.symbol)))),
            self._reduced(MatrixProduct((figures(by_sums), figures(before).transposed))),
        )
        by_biases = layers.by_biases(at)
        if by_biases is not None:
            ones = column([ONE] * len(self._of_each))
            yield work(
                by_biases,
                self._reduced(self._added_up(by_sums.symbol, ONES)),
                self._reduced(self._added_up(figures(by_sums), ones)),
            )

    def _reduced(self, total: Expression) -> Expression:
        """A sum over the examples, divided by their number where their mean is taken."""
        count = len(self._of_each)
        return (
            REDUCTIONS[self.network.reduction].of(total, Number(Decimal(count))) if count else total
        )

    def _added_up(self, by_sums: Expression, ones: Expression) -> Expression:
        """The sum of the columns, one for each example; of one alone, that column."""
        return MatrixProduct((by_sums, ones)) if self._of_each else by_sums

    def _by_activations(self, at: int) -> Worked:
        layers, figures, work = self.layers, self.matrices.figures, self.matrices.work
        found = layers.by_activations(at)
        if at == layers.last:
            return self._differences(found) or work(found, self.matrices.formulas(found))
        weights, by_sums = layers.weights(at + 1), layers.by_sums(at + 1)
        return work(
            found,
            MatrixProduct((Transposed(weights.symbol), by_sums.symbol)),
            MatrixProduct((figures(weights).transposed, figures(by_sums))),
        )

    def _differences(self, grid: Grid) -> Worked | None:
        """A − Y, where each element is a prediction minus its target."""
        network, layers = self.network, self.layers
        if not network.aimed:
            return None
        found, targets = layers.activations(layers.last), layers.targets()
        pairs = zip(layers.predictions().names, targets.names, strict=True)
        expected = [Symbol(prediction) - Symbol(target) for prediction, target in pairs]
        if [step.expression for step in self.matrices.steps(grid)] != expected:
            return None
        figures = self.matrices.figures
        return self.matrices.work(
            grid, found.symbol - targets.symbol, figures(found) - figures(targets)
        )

    def _by_sums(self, at: int) -> Iterator[Worked]:
        """dZ, and before it J, where a softmax is derived the long way."""
        layers, matrices = self.layers, self.matrices
        found, by_activations = layers.by_sums(at), layers.by_activations(at)
        figures, rules = matrices.figures, {step.rule for step in matrices.steps(found)}
        if at == layers.last and (short := self._differences(found)):
            yield short
        elif Rule.SUM_OF_PARTS in rules and not self._of_each:
            slopes = layers.jacobian(at)
            yield matrices.work(slopes, matrices.formulas(slopes))
            numbers = MatrixProduct((figures(slopes), figures(by_activations)))
            # They are the same before the derivatives in J are rounded and after that.
            product = MatrixProduct((slopes.symbol, by_activations.symbol))
            yield matrices.work(found, product, numbers, numbers)
        elif Rule.CHAIN in rules:
            slope = Call(f"{self._function(at)}′", layers.sums(at).symbol)
            by_a = figures(by_activations)
            levels = dict.fromkeys(matrices.levels(layers.slopes(at)))
            sides = [ElementProduct((by_a, level)) for level in levels]
            yield matrices.work(found, ElementProduct((by_activations.symbol, slope)), *sides)
        else:
            yield matrices.work(found, matrices.formulas(found))

    def bias(self, name: str) -> Iterator[Block]:
        """The gradient of a bias, as an element of dZ or the sum of several."""
        yield sharing(self.network, name)
        yield from self.slope(name)

    def slope(self, name: str) -> Iterator[Block]:
        """The gradient of a parameter that stands in no matrix, from the elements of others."""
        yield self.matrices.lines([self.layers.gradient(name).name])
