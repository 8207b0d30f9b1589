"""The usual mistakes, a row each: an identifier, a sentence, and the change it makes to a step.

How often each was met is counted over some 90 public questions of students. A new mistake is a new
row; the order is that in which mistakes of one figure are named, the usual ones first.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.algebra.expression import substitute, symbols
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.runs.checking.problem import Problem
from backprop_cli.runs.mistakes import derivatives, factors, forward, others, updates
from backprop_cli.runs.mistakes.site import LOCAL, Change, Site

Changes = Callable[[Site], Iterator[Change]]


class Mistake(NamedTuple):
    """One mistake. ``sentence`` is what a student is told, with the detail in the place of {}.

    ``seen`` is how often it was met; 0 where it was not counted, or together with another.
    """

    name: str
    sentence: str
    changes: Changes
    seen: int = 0

    def told(self, detail: str) -> str:
        """The sentence about one change."""
        bare = self.sentence.replace(" ({})", "").replace(": {}", "")
        return self.sentence.format(detail) if detail else bare


MISTAKES: Mapping[str, Mistake] = {
    row.name: row
    for row in (
        Mistake("sign", "a sign is the other way round ({})", factors.sign, seen=9),
        Mistake(
            "factor_left_out",
            "a constant factor was left out ({})",
            factors.factor_left_out,
            seen=17,
        ),
        Mistake("not_squared", "a square was left out", factors.not_squared),
        Mistake("bias_left_out", "the bias was left out ({})", forward.bias_left_out, seen=9),
        Mistake(
            "activation_derivative_left_out",
            "the derivative of the activation was left out",
            derivatives.activation_derivative_left_out,
            seen=5,
        ),
        Mistake(
            "derivative_at_weighted_sum",
            "the derivative of the activation was taken with z instead of a ({})",
            derivatives.derivative_at_weighted_sum,
            seen=12,
        ),
        Mistake(
            "cancelled_twice",
            "ŷ − y_true has the derivative of the activation in it; it was multiplied by it again",
            derivatives.cancelled_twice,
            seen=8,
        ),
        Mistake(
            "cross_terms_left_out",
            "of the softmax only the neuron's own term was taken; the other outputs are missing",
            derivatives.cross_terms_left_out,
            seen=6,
        ),
        Mistake(
            "new_weight_used", "the updated weight was used: {}", others.new_weight_used, seen=8
        ),
        Mistake(
            "weight_of_another",
            "the weight of another edge was used: {}",
            others.weight_of_another,
            seen=7,
        ),
        Mistake(
            "input_of_another",
            "the activation or input of another neuron was used: {}",
            others.input_of_another,
            seen=5,
        ),
        Mistake(
            "chain_factor_left_out",
            "a factor of the chain was left out: {}",
            derivatives.chain_factor_left_out,
            seen=6,
        ),
        Mistake("path_left_out", "a part of the sum was left out: {}", derivatives.path_left_out),
        Mistake(
            "activation_left_out",
            "the activation was left out ({})",
            forward.activation_left_out,
        ),
        Mistake(
            "wrong_activation",
            "another activation function was used ({})",
            forward.wrong_activation,
        ),
        Mistake(
            "other_logarithm",
            "the wrong logarithm was taken ({})",
            forward.other_logarithm,
        ),
        Mistake("rate_left_out", "the learning rate was left out", updates.rate_left_out, seen=2),
        Mistake(
            "summed_for_averaged", "it was added up, not averaged", factors.summed_for_averaged
        ),
        Mistake(
            "averaged_for_summed", "it was averaged, not added up", factors.averaged_for_summed
        ),
        Mistake(
            "derivative_applied_twice",
            "the activation function was applied once more within its derivative",
            derivatives.derivative_applied_twice,
        ),
        Mistake(
            "factor_too_many",
            "a factor that does not belong there was put in ({})",
            factors.factor_too_many,
        ),
        Mistake(
            "wrong_derivative",
            "another derivative was used ({})",
            derivatives.wrong_derivative,
            seen=3,
        ),
        Mistake(
            "bias_value_used",
            "the value of the bias was used; its derivative is 1 ({})",
            forward.bias_value_used,
        ),
        Mistake(
            "bias_not_updated",
            "it was left as it was before the update ({})",
            updates.bias_not_updated,
        ),
        Mistake("term_left_out", "a term of a sum was left out ({})", forward.term_left_out),
        Mistake("rate_twice", "the learning rate was multiplied by twice", updates.rate_twice),
        Mistake(
            "weight_for_gradient",
            "the weight was put where the gradient belongs",
            updates.weight_for_gradient,
            seen=2,
        ),
        Mistake(
            "gradient_for_weight",
            "the gradient was put where the weight belongs",
            updates.gradient_for_weight,
        ),
        Mistake(
            "momentum_left_out",
            "the memory of earlier steps was left out",
            updates.momentum_left_out,
        ),
        Mistake(
            "old_state_used",
            "the memory from before this update was used: {}",
            updates.old_state_used,
        ),
        Mistake(
            "bias_correction_left_out",
            "the bias correction was left out ({})",
            updates.bias_correction_left_out,
        ),
        Mistake("betas_swapped", "beta1 and beta2 were swapped", updates.betas_swapped),
        Mistake(
            "epsilon_inside_root", "epsilon was put inside the root", updates.epsilon_inside_root
        ),
        Mistake(
            "decay_coupled",
            "the weight decay was put into the gradient, or left out there, the other way round",
            updates.decay_coupled,
        ),
        Mistake("wrong_t", "the number t of the update is off by one ({})", updates.wrong_t),
    )
}


def _most_frequent(count: int) -> tuple[Mistake, ...]:
    counts = sorted((row.seen for row in MISTAKES.values()), reverse=True)
    return tuple(row for row in MISTAKES.values() if row.seen >= counts[count - 1])


ALL = tuple(MISTAKES.values())
# The ten mistakes that are made most often, and those that are made as often as the tenth.
MOST_FREQUENT = _most_frequent(10)


def changes_at(
    problem: Problem, step: Step, written: Collection[str], mistakes: Sequence[Mistake] = ALL
) -> Iterator[tuple[Mistake, Change]]:
    """Every one of the mistakes that can be made at a step, and what it makes of its formula.

    A product of the chain rule is also changed at those of its factors that are ``written`` down:
    what is right on its own line may be left out in the product.
    """
    site = Site(problem, step)
    inner = [
        (name, Site(problem, local))
        for name in dict.fromkeys(symbol.name for symbol in symbols(step.expression))
        if (local := problem.steps.get(name)) is not None
        and step.rule is Rule.CHAIN
        and name in written
        if local.rule in (*LOCAL, Rule.DERIVATIVE_OF_LOSS)
    ]
    parts = [Site(problem, one) for one in _losses(problem, step)]
    for mistake in mistakes:
        for changes in zip(*(mistake.changes(part) for part in parts), strict=False):
            by_name = {
                part.defines.name: one.expression for part, one in zip(parts, changes, strict=True)
            }
            yield mistake, Change(substitute(step.expression, by_name), changes[0].detail)
        yield from ((mistake, change) for change in mistake.changes(site))
        for name, local_site in inner:
            for expression, detail in mistake.changes(local_site):
                whole = substitute(step.expression, {name: expression})
                yield mistake, Change(whole, detail)


def _losses(problem: Problem, step: Step) -> list[Step]:
    """The losses of the outputs that a loss is the sum of: one mistake is made in all of them."""
    if step.rule is not Rule.SUM_OF_LOSSES:
        return []
    found = (problem.steps.get(symbol.name) for symbol in symbols(step.expression))
    return [one for one in found if one is not None]
