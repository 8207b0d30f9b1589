"""The ways in which people spell the names of quantities."""

import re
from collections.abc import Collection, Iterator

LOSS_NAMES = ("loss", "l", "e", "c", "j", "cost", "error", "etotal", "totalerror", "totalloss")
RATE_NAMES = ("learningrate", "lr", "eta", "η", "α", "alpha", "rate")
SUM_NAMES = ("z", "net", "in", "netinput", "s", "weightedsum", "weightedsumof", "netinputof")
OUT_NAMES = ("a", "out", "", "output", "activation", "activationof", "outputof")
PREDICTION_NAMES = ("prediction", "predictedoutput", "predicted", "pred", "yhat", "output")

# Words that may stand before a name and say nothing about which quantity it is.
FILLERS = {
    *("let", "lets", "let's", "assume", "so", "then", "thus", "hence", "therefore", "we", "get"),
    *("the", "with", "where", "and", "given", "have", "is", "has", "finally", "for", "now"),
    *("since", "because", "step", "our", "as", "of"),
}

# Letters that have no meaning of their own here: γ and gamma are one name.
GREEK = str.maketrans(
    {
        **{"β": "beta", "γ": "gamma", "ε": "epsilon", "θ": "theta", "λ": "lambda", "μ": "mu"},
        **{"π": "pi", "ρ": "rho", "τ": "tau", "φ": "phi", "ψ": "psi", "ω": "omega"},
    }
)
DERIVATIVE = re.compile(r"^d(.+)/d(.+)$")
LOSS_BY = re.compile(rf"^d({'|'.join(sorted(LOSS_NAMES, key=len, reverse=True))})d?(.+)$")
GRADIENT = re.compile(r"^(?:gradientof|gradientfor|gradof|gradfor|gradient|grad|∇|d|g)(.+)$")
DELTA = re.compile(r"^(?:delta|δ|err(?=.))(.*)$")
NEW = re.compile(r"^(?:(?:new|updated)(?P<after>.+)|(?P<before>.+?)(?:new|updated|\+|'))$")
# An activation function of a weighted sum, or its derivative: σ(z_h1), sigmoid'(z_h1).
APPLIED = re.compile(
    r"^(?:sigmoid|σ|sig|logistic|tanh|relu|softplus|f|g|phi|act|activation)(?P<slope>'?)"
    r"\((?P<argument>.+)\)$"
)
OF_EPOCH = re.compile(r"^(.+)(before|after)$")
# The loss of one example, L[2] or L_2, or its derivative.
LOSS_OF_ONE = re.compile(
    rf"^(d?)({'|'.join(LOSS_NAMES)})(?:\[(?P<within>\d{{1,6}})\]|(?P<bare>\d{{1,6}}))(/d.+)?$"
)
INDEXED = re.compile(r"^(.*)\[(\d{1,6})\]$")
ARRAY = re.compile(
    r"^(?P<gradient>dloss/dd?|d|grad|g|delta|δ)?(?P<kind>w|weights?|b|bias(?:es)?|z|a)"
    r"(?P<layer>\d{1,3})(?P<new>new)?$"
)


def example_last(text: str, known: Collection[str]) -> str:
    """The derivative of one example's loss, dl[2]/dw1, as dl/dw1[2]; any other as it is.

    Where l2 is ``known`` as the loss of an output, it is that.
    """
    found = LOSS_OF_ONE.match(text)
    if not found or (found["bare"] and found[2] + found["bare"] in known):
        return text
    return f"{found[1]}{found[2]}{found[5] or ''}[{found['within'] or found['bare']}]"


def folded(name: str) -> str:
    """A name without what people write in different ways: case, ``_``, spaces and braces."""
    text = (
        name.replace("ŷ", "y_hat")
        .replace("∂", "d")
        .replace("\N{COMBINING CIRCUMFLEX ACCENT}", "hat")
    )
    return re.sub(r"[\s_{}*^|\\]", "", text.lower().translate(GREEK))


def readings(name: str) -> Iterator[str]:
    """A name as it stands, what is in parentheses after it, and without words that say nothing.

    What stands in parentheses right after a name belongs to it: m(w1) is m_w1.
    """
    yield name
    inside = re.search(r"(\s*)\(([^()]+)\)\s*$", name)
    if inside:
        before = name[: inside.start()]
        yield inside[2] if inside[1] else f"{before}_{inside[2]}"
        yield before
    words = name.split()
    while len(words) > 1 and words[0].lower().strip(",.") in FILLERS:
        words = words[1:]
        yield " ".join(words)
