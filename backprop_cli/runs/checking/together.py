"""Figures that are wrong together, an array of a program's say, and the one mistake behind them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, substitute, symbols
from backprop_cli.algebra.sheet import Place
from backprop_cli.arithmetic.evaluation import OutOfRangeError
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.derivation.steps import Rule, Step, reached
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.marking import Marked, Marking
from backprop_cli.runs.checking.problem import Problem
from backprop_cli.runs.mistakes.catalogue import MISTAKES, Mistake
from backprop_cli.runs.mistakes.site import Change, Site

# Fewer are explained line by line.
LEAST, LEAST_OF_ARRAY = 3, 2
# In larger networks no such search is made, and of each mistake so many forms are tried.
MOST_STEPS = 4_000
MOST_FORMS = 24
# Nobody takes the weight or input of another everywhere, but by whole arrays.
NEVER_THROUGHOUT = ("weight_of_another", "input_of_another", "term_left_out")

Values = Mapping[str, float]


class Together(NamedTuple):
    """Lines that are not right, by their positions; ``name`` is the array's, if they are one."""

    name: str
    lines: tuple[int, ...]
    mistake: str
    sentence: str


def together(marking: Marking, marked: Sequence[Marked]) -> list[Together]:
    """The groups of wrong lines that one mistake explains as a whole."""
    if len(marking.problem.steps) > MOST_STEPS:
        return []
    groups: dict[str, list[Marked]] = {}
    for one in marked:
        place = one.entry.written.place
        if place is not None or one.verdict is Verdict.WRONG:
            groups.setdefault(place.array if place else "", []).append(one)
    found = []
    for name, lines in groups.items():
        wrong = tuple(one.at for one in lines if one.verdict is not Verdict.RIGHT)
        least = LEAST_OF_ARRAY if name else LEAST
        cause = _cause(marking, name, lines) if len(wrong) >= least else None
        if cause is not None:
            found.append(Together(name, wrong, *cause))
    return found


def _cause(marking: Marking, name: str, lines: Sequence[Marked]) -> tuple[str, str] | None:
    """The mistake that gives all figures of a group, and what is said of it."""
    problem = marking.problem
    if name:
        other = _other_places(marking, lines)
        if other is not None:
            return other
    right = {one.entry.quantity for one in lines if one.verdict is Verdict.RIGHT}
    wrong = [one for one in lines if one.entry.quantity not in right]
    behind = _behind(problem, wrong[0].entry.quantity)
    alike = [
        (steps, near)
        for steps in _alike(problem)
        if (near := [step for step in steps if step.defines.name in behind])
    ]
    for mistake in MISTAKES.values():
        if mistake.name not in NEVER_THROUGHOUT:
            for steps, near in alike:
                detail = _throughout(problem, mistake, steps, near, wrong, behind)
                if detail is not None:
                    return mistake.name, mistake.told(detail)
    return None


def _throughout(
    problem: Problem,
    mistake: Mistake,
    steps: Sequence[Step],
    near: Sequence[Step],
    wrong: Sequence[Marked],
    behind: Collection[str],
) -> str | None:
    """The detail of a mistake that gives all wrong lines if it is made at all steps; else None.

    Most mistakes do not even give the first line: of the steps, those ``near`` are tried before, on
    the quantities ``behind`` that line.
    """
    first, *_ = wrong
    ways = {step.defines.name: [*mistake.changes(Site(problem, step))] for step in near}
    for form in range(min(max(map(len, ways.values()), default=0), MOST_FORMS)):
        if not _gives(first, _values(problem, _made(problem, ways, form), behind)):
            continue
        ways |= {step.defines.name: [*mistake.changes(Site(problem, step))] for step in steps}
        values = _values(problem, _made(problem, ways, form), problem.steps)
        if all(_gives(one, values) for one in wrong):
            details = {way[form].detail for way in ways.values() if form < len(way)}
            return details.pop() if len(details) == 1 else ""
    return None


def _made(
    problem: Problem, ways: Mapping[str, Sequence[Change]], form: int
) -> Mapping[str, Expression]:
    """The formulas of the steps at which a mistake is made in one of its forms."""
    return {
        name: _settled(problem, way[form].expression)
        for name, way in ways.items()
        if form < len(way)
    }


def _behind(problem: Problem, quantity: str) -> Collection[str]:
    """The quantities that one is worked from, and itself."""
    return reached([quantity], lambda name: problem.used.get(name, ()))


def _gives(marked: Marked, values: Values) -> bool:
    value = values.get(marked.entry.quantity)
    return value is not None and marked.entry.bounds.holds(value)


def _alike(problem: Problem) -> list[list[Step]]:
    """The steps at which one mistake is made throughout: of one rule, anywhere or in a layer."""
    found: dict[tuple[Rule, str], list[Step]] = {}
    layers = problem.network.layers
    layer_of = {neuron.name: layer.name for layer in layers for neuron in layer.neurons}
    for step in problem.steps.values():
        layer = layer_of.get(step.neuron.name, "") if step.neuron else ""
        hidden = "not the last" if layer and layer != layers[-1].name else ""
        for where in dict.fromkeys(("", hidden, layer)):
            found.setdefault((step.rule, where), []).append(step)
    return [*found.values()]


def _settled(problem: Problem, expression: Expression) -> Expression:
    """A formula in which updated parameters are the numbers that they are."""
    new: dict[str, Expression] = {
        symbol.name: Number(Decimal(repr(problem.exact[symbol.name])), of=symbol.name)
        for symbol in symbols(expression)
        if symbol.name.endswith("_new") and symbol.name in problem.exact
    }
    return substitute(expression, new) if new else expression


def _values(problem: Problem, changes: Mapping[str, Expression], wanted: Collection[str]) -> Values:
    """The values of all quantities, those wanted with formulas changed; none where one has none.

    Only what rests on a changed formula is worked anew.
    """
    exact, values = Exact(), dict(problem.exact)
    affected = reached(
        (name for name in changes if name in wanted),
        lambda name: (user for user in problem.users.get(name, ()) if user in wanted),
    )
    try:
        for name in sorted(affected, key=problem.order.__getitem__):
            expression = changes.get(name) or problem.steps[name].expression
            values[name] = exact.evaluate(expression, values)
    except (ArithmeticError, ValueError, KeyError, OutOfRangeError):
        return {}
    return values


def _other_places(marking: Marking, lines: Sequence[Marked]) -> tuple[str, str] | None:
    """True if an array's figures are right in other places: transposed, or another layer's."""
    for sentence, moved in _moves(marking, lines):
        values = [marking.problem.exact.get(name) for name in moved]
        fits = zip(lines, values, strict=True)
        if all(value is not None and one.entry.bounds.holds(value) for one, value in fits):
            return "weight_of_another", sentence
    return None


def _moves(marking: Marking, lines: Sequence[Marked]) -> Iterator[tuple[str, list[str]]]:
    places = [one.entry.written.place for one in lines]
    known = [place for place in places if place is not None]
    if len(known[0].shape) == 2 and known[0].shape[0] == known[0].shape[1]:
        turned = [Place(one.array, one.shape, one.at[::-1]) for one in known]
        yield "the array is transposed: rows and columns are swapped", _quantities(marking, turned)
    layer = "".join(filter(str.isdigit, known[0].array))
    for number in range(1, len(marking.problem.network.layers) + 1):
        if layer and str(number) != layer:
            other = [one._replace(array=one.array.replace(layer, str(number))) for one in known]
            yield f"these are the figures of layer {number}", _quantities(marking, other)


def _quantities(marking: Marking, places: Sequence[Place]) -> list[str]:
    return [next(iter(marking.names.at(place)), "") for place in places]
