"""The parts of a quantity's name: a letter, a hat, an index, what stands above."""

import re
from typing import NamedTuple


class Name(NamedTuple):
    """A name taken apart: ``z_h1`` is z with the index h1, ``y_hat_o1`` y with a hat and o1.

    ``above`` is a word set above the line: new.
    """

    base: str
    below: "tuple[str | Name, ...]" = ()
    hat: bool = False
    above: str = ""


NUMBERED = re.compile(r"([^\W\d_])([0-9]+)")
# The program's own quantities of a neuron, a layer or a parameter.
OF_SOMETHING = re.compile(
    r"(z|a|e|max|sum|delta|δ|net|out|Loss|m|v|g|d|step|decayed)_(.+)", re.DOTALL
)
# A weight or a bias of any neuron, in what is said in general.
OF_ANY = re.compile(r"([wb])_([ijk]{1,2})")
OF_MATRIX = re.compile(r"(d[ABWZ]|[AWZ](?=_))_?([0-9]+|l|l−1)")
OF_EXAMPLE = re.compile(r"Loss\[([0-9]+)\]")


def parts_of_name(name: str) -> Name:
    """A name of the program's, or a user's own (which is left whole)."""
    if name.endswith("_new") and name != "_new":
        return parts_of_name(name.removesuffix("_new"))._replace(above="new")
    quantity, from_, neuron = name.partition("_from_")
    if from_ and quantity and neuron:
        whole = parts_of_name(quantity)
        return whole._replace(below=(*whole.below, f"from {neuron}"))
    for hatted in ("y", "m", "v"):
        rest = name.removeprefix(f"{hatted}_hat")
        if rest != name and (not rest or (rest.startswith("_") and len(rest) > 1)):
            return Name(hatted, _as_index(rest[1:]) if rest else (), hat=True)
    if name == "y_true" or (name.startswith("y_true_") and len(name) > len("y_true_")):
        return Name("y", ("true", *_as_index(name[len("y_true_") :])))
    if found := OF_EXAMPLE.fullmatch(name):
        return Name("Loss", (f"[{found[1]}]",))
    if found := NUMBERED.fullmatch(name):
        return Name(found[1], (found[2],))
    if found := OF_ANY.fullmatch(name) or OF_MATRIX.fullmatch(name):
        return Name(found[1], (found[2],))
    if found := OF_SOMETHING.fullmatch(name):
        return Name("δ" if found[1] == "delta" else found[1], _as_index(found[2]))
    return Name(name)


def as_typed(name: str) -> str:
    """A quantity's name as it is typed on any keyboard: ``dLoss/dw1``."""
    return name.replace("∂", "d")


def _as_index(name: str) -> tuple[str | Name, ...]:
    """A name as an index: a parameter's with an index of its own, a neuron's as it is."""
    if not name:
        return ()
    if re.fullmatch(r"[wbs][0-9]+", name):
        return (parts_of_name(name),)
    return (name,)
