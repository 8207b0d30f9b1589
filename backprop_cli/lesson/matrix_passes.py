"""The passes and the update of a layered network in matrices, an equation for each of them."""

from collections.abc import Callable, Iterator

from backprop_cli.algebra.expression import Call, Expression, Partial, Product, Symbol, partial
from backprop_cli.algebra.matrices import ElementProduct, MatrixProduct, Transposed
from backprop_cli.algebra.prose import prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, new
from backprop_cli.functions import softmax
from backprop_cli.functions.optimizers import lines_of
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import Block, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import equation, formula, result
from backprop_cli.lesson.explanation import sharing
from backprop_cli.lesson.forward import softmax_steps
from backprop_cli.lesson.given import by_function, layer_title
from backprop_cli.lesson.layers import Layers
from backprop_cli.lesson.matrix_rows import Grid, Matrices, Worked
from backprop_cli.lesson.reasons import layer_formulas
from backprop_cli.lesson.updates import update_equation
from backprop_cli.network.structure import LEARNING_RATE, Network

RATE = Symbol("η")


class Passes:
    """The passes and the update of a working, in matrices."""

    def __init__(self, network: Network, working: AnyWorking) -> None:
        self._network, self._working = network, working
        self.layers = layers = Layers(network, working)
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
        self._matrices = Matrices(working, self._named)

    # --- forward ---

    def given(self) -> Iterator[Block]:
        """The arrays and their elements: inputs, weights, biases and targets."""
        layers = self.layers
        yield Paragraph(
            "A capital letter is a matrix. W1 has a row for each neuron of layer 1, and a column "
            "for each of its sources; X, B1, Z1, A1 and Y are columns: the inputs, the biases, the "
            "weighted sums, the activations and the targets."
        )
        found: list[Grid | None] = [layers.activations(0)]
        for at in range(1, layers.last + 1):
            found += [layers.weights(at), layers.biases(at)]
        found.append(layers.targets() if self._network.aimed else None)
        grids = [grid for grid in found if grid is not None]
        if any(None in row for grid in grids for row in grid.elements):
            yield Paragraph("A dot stands where there is no weight or no bias. It counts as 0.")
        for grid in grids:
            yield Equations((self._matrices.given(grid),))

    def forward(self, at: int) -> Iterator[Block]:
        """Z and A of a layer."""
        layer = self._network.layers[at - 1]
        sums, activations = self._forward(at)
        yield Heading(3, f"Step {at}: {layer_title(layer)}")
        yield from sums.blocks
        steps = softmax_steps(layer, self._working)
        if steps:
            yield Heading(4, "Softmax:")
            yield Equations(tuple(equation(self._working, step) for step in steps))
            yield Heading(4, "Activation of each neuron:")
        yield from activations.blocks

    def _forward(self, at: int) -> tuple[Worked, Worked]:
        layers, figures, work = self.layers, self._matrices.figures, self._matrices.work
        weights, before, biases = layers.weights(at), layers.activations(at - 1), layers.biases(at)
        symbols: Expression = MatrixProduct((weights.symbol, before.symbol))
        numbers: Expression = MatrixProduct((figures(weights), figures(before)))
        if biases is not None:
            symbols, numbers = symbols + biases.symbol, numbers + figures(biases)
        sums, found, name = layers.sums(at), layers.activations(at), self._function(at)
        if name == softmax.SOFTMAX:
            after = work(found, Call(name, sums.symbol))
        elif all(isinstance(step.expression, Symbol) for step in self._matrices.steps(found)):
            after = work(found, sums.symbol, figures(sums))
        else:
            after = work(found, Call(name, sums.symbol), Call(name, figures(sums)))
        return work(sums, symbols, numbers), after

    def _function(self, at: int) -> str:
        return next(iter(self._network.layers[at - 1].functions())).name

    # --- backward ---

    def introduction(self) -> Iterator[Block]:
        """The meaning of dZ, and the four formulas."""
        network, of = self._network, Symbol(self._network.derived)
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
                formula(by_w, MatrixProduct((by_z, Transposed(before)))),
                formula(by_b, by_z),
                formula(by_before, MatrixProduct((Transposed(w), by_z))),
            )
        )
        for layer in by_function(network):
            yield Paragraph(f"Derivative of {layer.activation}:")
            yield Equations(layer_formulas(layer)[1])

    def backward(self, at: int) -> Iterator[Worked]:
        """dA, dZ, dW and dB of a layer."""
        layers, figures, work = self.layers, self._matrices.figures, self._matrices.work
        by_sums, before = layers.by_sums(at), layers.activations(at - 1)
        # Of an output that is derived itself there is no dA, and a shortcut to dZ goes without it.
        rules = {step.rule for step in self._matrices.steps(by_sums)}
        if Rule.SHORTCUT not in rules and self._matrices.steps(layers.by_activations(at)):
            yield self._by_activations(at)
        yield from self._by_sums(at)
        yield work(
            layers.by_weights(at),
            MatrixProduct((by_sums.symbol, Transposed(before.symbol))),
            MatrixProduct((figures(by_sums), figures(before).transposed)),
        )
        by_biases = layers.by_biases(at)
        if by_biases is not None:
            yield work(by_biases, by_sums.symbol, figures(by_sums))

    def _by_activations(self, at: int) -> Worked:
        layers, figures, work = self.layers, self._matrices.figures, self._matrices.work
        found = layers.by_activations(at)
        if at == layers.last:
            return self._differences(found) or work(found, self._matrices.formulas(found))
        weights, by_sums = layers.weights(at + 1), layers.by_sums(at + 1)
        return work(
            found,
            MatrixProduct((Transposed(weights.symbol), by_sums.symbol)),
            MatrixProduct((figures(weights).transposed, figures(by_sums))),
        )

    def _differences(self, grid: Grid) -> Worked | None:
        """A − Y, where each element is a prediction minus its target."""
        network, layers = self._network, self.layers
        expected = [
            Symbol(network.prediction(one)) - Symbol(network.target(one)) for one in network.outputs
        ]
        if [step.expression for step in self._matrices.steps(grid)] != expected:
            return None
        found, targets = layers.activations(layers.last), layers.targets()
        figures = self._matrices.figures
        return self._matrices.work(
            grid, found.symbol - targets.symbol, figures(found) - figures(targets)
        )

    def _by_sums(self, at: int) -> Iterator[Worked]:
        """dZ, and before it J, where a softmax is derived the long way."""
        layers, matrices = self.layers, self._matrices
        found, by_activations = layers.by_sums(at), layers.by_activations(at)
        figures, rules = matrices.figures, {step.rule for step in matrices.steps(found)}
        if at == layers.last and (short := self._differences(found)):
            yield short
        elif Rule.SUM_OF_PARTS in rules:
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
        yield sharing(self._network, name)
        yield from self.slope(name)

    def slope(self, name: str) -> Iterator[Block]:
        """The gradient of a parameter that stands in no matrix, from the elements of others."""
        yield self._matrices.lines([self._network.gradient(name).name])

    # --- update ---

    def updates(self) -> Iterator[Block]:
        """W_new and B_new of every layer, and each shared bias by itself."""
        network, layers = self._network, self.layers
        yield Heading(2, "Weight and Bias Updates")
        rate = result(self._working, LEARNING_RATE)
        yield Paragraph(prose("The learning rate ", RATE, " is ", rate, "."))
        goal, of = self._working.derivation.goal, self._working.derivation.of
        if goal != of:
            of_batch = f": {REDUCTIONS[network.reduction].reason}"
            said = of_batch if self._working.is_batched else ", the penalty's part included"
            yield Paragraph(prose("Here dW1 is short for ", partial(goal, "W1"), f"{said}."))
        yield Heading(3, "Weight Updation Formula")
        for at in range(1, layers.last + 1):
            yield from self._new(layers.weights(at)).blocks
        grids = [layers.biases(at) for at in range(1, layers.last + 1)]
        if any(grids):
            yield Heading(3, "Bias Updation Formula")
        for at, grid in enumerate(grids, 1):
            if grid is not None and not layers.shares_bias(at):
                yield from self._new(grid).blocks
            elif grid is not None:
                names = dict.fromkeys(grid.names)
                yield Equations(tuple(update_equation(self._working, name) for name in names))
        if network.slopes:
            yield Heading(3, "Slope Updation Formula")
            yield Equations(tuple(update_equation(self._working, s) for s in network.slopes))

    def _new(self, grid: Grid) -> Worked:
        """W − η dW."""
        figures = self._matrices.figures
        after = Grid(new(grid.name).name, _each(grid, lambda name: new(name).name))
        slopes = Grid(f"d{grid.name}", _each(grid, self._working.update_gradient))
        rate = result(self._working, LEARNING_RATE)
        numbers = figures(grid) - Product((rate, figures(slopes)))
        return self._matrices.work(after, grid.symbol - Product((RATE, slopes.symbol)), numbers)

    # --- one quantity ---

    def way_to(self, target: str, parameter: str) -> list[Block]:
        """The equations that lead to a quantity, and its own line; none if no matrix leads there.

        To the gradient of a ``parameter`` in no matrix, they lead to those that it is made of.
        """
        every, way = range(1, self.layers.last + 1), list[Block]()
        for at in every:
            for worked in (*self._forward(at), *self._updated(at)):
                if target in worked.grid.names:
                    return [*worked.blocks, *self._own(target)]
        for at in reversed(every):
            for worked in self.backward(at):
                name, ends = worked.grid.name, target in worked.grid.names
                if ends or name[:2] in ("dA", "dZ") or name[:1] == "J":
                    way += worked.blocks
                if ends or (parameter and name == self._shared_at(parameter, at)):
                    return [*way, *self._own(target)]
        return []

    def _own(self, target: str) -> Iterator[Block]:
        step = self._working.derivation.by_name[target]
        yield Paragraph(prose("This is ", step.defines, " alone:"))
        yield self._matrices.lines([target])

    def _updated(self, at: int) -> Iterator[Worked]:
        """The new matrices of a layer."""
        biases = self.layers.biases(at)
        if is_by_matrix(self._network):
            yield self._new(self.layers.weights(at))
            if biases is not None and not self.layers.shares_bias(at):
                yield self._new(biases)

    def _shared_at(self, parameter: str, at: int) -> str:
        """The matrix of a layer that the gradient of a parameter in no matrix is made of."""
        neurons = self._network.by_parameter[parameter].neurons
        if not {*neurons} & {*self._network.layers[at - 1].neurons}:
            return ""
        by_bias = parameter in self._network.biases and self.layers.shares_bias(at)
        by_slope = parameter in self._network.slopes
        return f"dZ{at}" if by_bias else f"dA{at}" if by_slope else ""


def is_by_matrix(network: Network) -> bool:
    """True if every parameter is updated, and by nothing but W − η dW."""
    return network.learns and not lines_of(network) and not network.frozen


def _each(grid: Grid, change: Callable[[str], str]) -> tuple[tuple[str | None, ...], ...]:
    return tuple(tuple(name and change(name) for name in row) for row in grid.elements)
