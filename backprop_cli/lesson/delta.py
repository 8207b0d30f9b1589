"""The notation of many textbooks: net and out in the forward pass, δ in the backward pass.

δ_h1 is ∂Loss/∂z_h1. Every other derivative on the way is written out in the line of the δ or of
the gradient that it leads to.

Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
Nature 323 (1986); Bishop, "Pattern Recognition and Machine Learning" (2006), section 5.3.
"""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import DOTS, Call, Partial, Sum, Symbol, partial
from backprop_cli.algebra.prose import Prose, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.backward import (
    bias_gradients,
    explained_order,
    gradient_summary,
    slope_gradients,
)
from backprop_cli.lesson.blocks import Block, Equation, Equations, Heading, Lesson, Paragraph
from backprop_cli.lesson.equations import formula
from backprop_cli.lesson.explanation import explain, sharing
from backprop_cli.lesson.flat import nothing_is_learnt
from backprop_cli.lesson.folded import Folded
from backprop_cli.lesson.given import capital, layer_title, readable
from backprop_cli.lesson.known import WORKED_OUT
from backprop_cli.lesson.notation import Notation
from backprop_cli.lesson.objective import rest_of_gradient
from backprop_cli.lesson.reasons import place, reason
from backprop_cli.lesson.renamed import Renaming
from backprop_cli.network.neurons import Layer, Neuron
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run
from backprop_cli.wording import counted

# What stands for any neuron, in what is said in general.
GENERAL = {"z": "net", "a": "out"}
GENERAL |= {f"{short}_{at}": f"{name}_{at}" for short, name in GENERAL.items() for at in "ij1n"}


def shown_names(network: Network) -> dict[str, str]:
    """The names of this notation, by those of the plain one."""
    found: dict[str, str] = {}
    for neuron in network.neurons:
        found[neuron.weighted_sum] = f"net_{neuron.name}"
        found[neuron.activation] = f"out_{neuron.name}"
        found[network.gradient(neuron.weighted_sum).name] = delta(neuron).name
    given = {*network.inputs, *network.parameters}
    return {name: shown for name, shown in GENERAL.items() if name not in given} | found


def delta(neuron: Neuron) -> Symbol:
    """A neuron's δ, by the name that it has in this notation."""
    return Symbol(f"δ_{neuron.name}")


class Delta(Notation):
    """The backward pass with δ, net and out."""

    def refusal(self, network: Network) -> str:
        """The reason why a network cannot be written with δ; empty if it can."""
        if goes_by_error(network):
            return "the perceptron rule uses the error, not gradients; leave --notation out"
        formulas = [neuron.name for neuron in network.neurons if neuron.formula is not None]
        if formulas:
            return (
                f"{formulas[0]} is a formula, which has no net input and so no δ; leave --notation "
                "out"
            )
        taken = {*network.inputs, *network.parameters} & {*shown_names(network).values()}
        if taken:
            name = min(taken)
            return f"{name} is a name of this notation; call the file's {name} something else"
        return ""

    def written(self, run: Run, lesson: Lesson) -> Lesson:
        """A lesson with net, out and δ in its formulas."""
        return tuple(Renaming(shown_names(run.exercise.network)).blocks(lesson))

    def gradients(self, run: Run) -> Iterator[Block]:
        """Every δ and every gradient, layer by layer from the output back."""
        network, working = run.exercise.network, run.working
        pass_ = _Backward(network, working)
        yield Heading(2, "3. Backward Propagation")
        yield from pass_.introduction()
        order = explained_order(network, run.exercise.order)
        if not readable(network):
            yield Paragraph(
                f"With {counted(len(network.parameters), 'parameter')}, one δ and one gradient are "
                "shown for each layer."
            )
        for at in reversed(range(len(network.layers))):
            yield from pass_.layer(at, order)
        yield from gradient_summary(network, working)
        yield from nothing_is_learnt(network, working)
        if readable(network):
            yield from bias_gradients(network, order, pass_.bias)
            yield from slope_gradients(network, order, pass_.slope)

    def explain(self, network: Network, working: AnyWorking, name: str) -> Iterator[Block]:
        """One quantity; before a gradient, every δ that it rests on."""
        target = network.gradient(name).name if name in network.parameters else name
        step = working.derivation.by_name.get(target)
        if step is None or step.rule not in WORKED_OUT or not isinstance(step.defines, Partial):
            yield from explain(network, working, name)
            return
        pass_ = _Backward(network, working)
        is_delta = target in pass_.deltas
        yield Heading(
            3,
            prose("Step-by-step ", step.defines)
            if is_delta
            else prose("Step-by-step Gradient for ", Symbol(step.defines.by)),
            place(network, name),
        )
        rows = [pass_.row(step) for step in pass_.needed(step)]
        yield Equations((*rows, pass_.row(step)), numbered=len(rows) > 0)
        if name in network.parameters:
            yield from rest_of_gradient(network, working, name)


class _Backward:
    """The backward pass of a working, in which each neuron's δ has a line."""

    def __init__(self, network: Network, working: AnyWorking) -> None:
        self._network, self._working = network, working
        self.deltas = {
            network.gradient(neuron.weighted_sum).name: neuron for neuron in network.neurons
        }
        steps = working.derivation.steps
        self._named = {
            *self.deltas,
            *working.given,
            *(step.defines.name for step in steps if not isinstance(step.defines, Partial)),
        }

    def introduction(self) -> Iterator[Block]:
        """The meaning of a δ, and the three formulas in which it occurs."""
        network = self._network
        of = "the loss" if network.aimed else Symbol(network.derived)
        one, other, weight = Symbol("δ_j"), Symbol("δ_k"), Symbol("w_jk")
        net, out = Symbol("net_j"), Symbol("out_j")
        yield Paragraph(
            prose(
                *(
                    "Each neuron j has a ",
                    one,
                    ": the derivative of ",
                    of,
                    " by its net input ",
                    net,
                ),
                *(". The δ of an output comes from its prediction, that of any other neuron from "),
                *("the δ of the neurons k that it feeds: the working goes back layer by layer. "),
                *("With ", out, " for its activation and f for its function:"),
            )
        )
        slope, following = Call("f′", net), Sum((other * weight, DOTS))
        of_output = [formula(one, network.gradient(out.name) * slope, note="(of an output)")]
        yield Equations(
            (
                *(of_output if network.aimed else ()),
                formula(one, following * slope, note="(of any other)"),
                formula(network.gradient("w_ij"), one * Symbol("out_i"), note="(of what comes in)"),
                formula(network.gradient("b_j"), one),
            )
        )

    def layer(self, at: int, order: Sequence[str]) -> Iterator[Block]:
        """The δs of a layer, counted from 0, and the gradients of the weights that lead into it.

        A weight that several layers share has its gradient in the first of them.
        """
        network, derivation = self._network, self._working.derivation
        layer = network.layers[at]
        steps = [derivation.by_name[network.gradient(n.weighted_sum).name] for n in layer.neurons]
        steps.sort(key=lambda step: derivation.places[step.defines.name])
        own, earlier = _weights(layer), set[str]().union(*map(_weights, network.layers[:at]))
        weights = [name for name in order if name in own - earlier]
        if not readable(network):
            weights = weights[:1]
            led_to = [use.name for name in weights for use in self._uses(name)]
            steps = [step for step in steps if step.defines.name in led_to]
        yield Heading(3, f"δ of the {layer_title(layer)}")
        yield Equations(tuple(map(self.row, steps)))
        if weights:
            before = capital(network.layers[at - 1]) if at else "Input"
            yield Heading(3, f"{before} to {layer_title(layer)} Gradients")
            yield Equations(tuple(map(self.of_parameter, weights)))

    def of_parameter(self, name: str) -> Equation:
        """The line of a parameter's gradient, and where the parameter stands."""
        row = self.row(self._gradient(name))
        where = prose("(", place(self._network, name), ")")
        return row._replace(note=row.note or where)

    def bias(self, name: str) -> Iterator[Block]:
        """The gradient of a bias: the δ of its neuron, or the sum of those of several."""
        yield sharing(self._network, name)
        yield Equations((self.row(self._gradient(name)),))

    def slope(self, name: str) -> Iterator[Block]:
        """The gradient of a trained slope."""
        yield Equations((self.row(self._gradient(name)),))

    def _gradient(self, parameter: str) -> Step:
        return self._working.derivation.by_name[self._network.gradient(parameter).name]

    def _uses(self, parameter: str) -> Iterator[Symbol]:
        return Folded(self._working, self._gradient(parameter), self._named).uses()

    def row(self, step: Step) -> Equation:
        """The line of a δ, with its reason, or of a gradient."""
        folded = Folded(self._working, step, self._named)
        neuron = self.deltas.get(step.defines.name)
        return folded.row(self._why(neuron, step, folded) if neuron else "")

    def needed(self, step: Step) -> list[Step]:
        """Every δ that a gradient rests on, in order."""
        derivation = self._working.derivation
        waiting, found = [step], dict[str, Step]()
        while waiting:
            for symbol in Folded(self._working, waiting.pop(), self._named).uses():
                if symbol.name in self.deltas and symbol.name not in found:
                    found[symbol.name] = derivation.by_name[symbol.name]
                    waiting.append(found[symbol.name])
        return sorted(found.values(), key=lambda one: derivation.places[one.defines.name])

    def _why(self, neuron: Neuron, step: Step, folded: Folded) -> Prose:
        """The reason for a neuron's δ: what it feeds, and what function it uses."""
        if step.rule is Rule.SHORTCUT:
            return reason(self._working, step)
        network, by_name = self._network, self._working.derivation.by_name
        fed = dict.fromkeys(
            self.deltas[one.name].name for one in folded.uses() if one.name in self.deltas
        )
        names, said = [neuron.activation], prose(Symbol(neuron.name))
        if neuron in network.outputs:
            names.append(network.prediction(neuron))
            said = prose(said, " is an output", " and" if fed else "")
        if fed:
            said = prose(said, " feeds ", enumerated([*map(Symbol, fed)]))
        elif step.rule is Rule.CHAIN:
            said = prose(step.expression)
        slopes = (by_name.get(partial(name, neuron.weighted_sum).name) for name in names)
        why = next((reason(self._working, slope) for slope in slopes if slope), "")
        return prose(said, "; ", why) if why else said


def _weights(layer: Layer) -> set[str]:
    """The weights that lead into a layer."""
    return {edge.weight for neuron in layer.neurons for edge in neuron.edges}
