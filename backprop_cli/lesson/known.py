"""The lines to build on: derivatives that have a line already, or are taken as known."""

from collections.abc import Sequence

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.prose import Code, enumerated, prose
from backprop_cli.derivation.steps import Rule
from backprop_cli.lesson.blocks import Paragraph

# The derivatives that have a line in a lesson by now, each with the quantity whose gradient was
# derived there.
Known = dict[str, Symbol]

# A gradient of one of these rules rests on others; any other derivative follows from the forward
# pass in one line.
WORKED_OUT = (Rule.CHAIN, Rule.SUM_OF_PARTS, Rule.THROUGH_SOFTMAX, Rule.SOFTMAX_MEAN)


def taken_as_known(taken: Sequence[Symbol]) -> Paragraph:
    """The quantities that an explanation does not derive, and how to ask for it."""
    first = as_typed(taken[0].name)
    which = "the first of them" if len(taken) > 1 else "it"
    return Paragraph(
        prose(
            *("Taken as known here: ", *enumerated(taken), "; "),
            *(Code(f"--explain {first}"), f" derives {which}."),
        )
    )
