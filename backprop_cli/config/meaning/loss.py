"""A loss that is given by its formula: which of its names is the prediction, which the target."""

from collections.abc import Mapping

from backprop_cli.algebra.expression import Expression, Symbol, substitute
from backprop_cli.config.files.yaml_source import Quoted
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.shape.formula import FormulaError, read_formula
from backprop_cli.config.shape.weights import Text
from backprop_cli.functions.losses import Y_HAT, Y_TRUE, N
from backprop_cli.wording import shown

PREDICTION = ("y_hat", "yhat", "ŷ", "y_pred", "pred", "prediction", "output", "out", "o", "a", "p")
TARGET = ("y_true", "ytrue", "t", "target", "label", "d")
# It stands for either, beside a name of the other.
EITHER = "y"


def own_loss(found: Faults, given: Text) -> Expression | None:
    """The formula of the loss of one output, in the symbols of ``losses.py``.

    What is wrong with it is noted in ``found``.
    """
    path, start = ("loss",), int(isinstance(found.source.at(("loss",)), Quoted))
    try:
        formula = read_formula(str(given))
    except FormulaError as error:
        found.complain(path, str, error, at=start + error.at)
        return None
    meant = _meant(formula.names)
    for name, at in formula.names.items():
        if name not in meant:
            found.complain(path, not_of_a_loss, name, at=start + at)
    if Y_HAT not in meant.values() and len(meant) == len(formula.names):
        found.complain(path, no_prediction)
    return substitute(formula.expression, meant)


def _meant(names: Mapping[str, int]) -> Mapping[str, Symbol]:
    """The symbols that the names of a formula stand for."""
    meant = {name: Y_HAT for name in names if name in PREDICTION}
    of_target = {name: Y_TRUE for name in names if name in TARGET}
    if EITHER in names:
        meant[EITHER] = Y_TRUE if meant and not of_target else Y_HAT
    return {**meant, **of_target, **({N.name: N} if N.name in names else {})}


def not_of_a_loss(name: str) -> str:
    """A name in the formula of a loss that is none of those that it may have."""
    return (
        f"{shown(name)} is nothing in a loss; write y_hat for the prediction, y_true for the "
        "target and n for the number of outputs"
    )


def no_prediction() -> str:
    """The formula of a loss that does not depend on the prediction."""
    return "this loss does not depend on the prediction; write y_hat for it, y_true for the target"
