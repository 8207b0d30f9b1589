"""LaTeX's words for characters, functions and accents."""

from collections.abc import Mapping
from unicodedata import normalize

from backprop_cli.wording import visible

# Characters that mean something to TeX, as they are written in text.
ESCAPED: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    '"': "''",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}

# Signs that stand in formulas and in prose alike.
SIGNS: Mapping[str, str] = {
    "−": "-",
    "∂": r"\partial ",
    "·": r"\cdot ",
    "→": r"\to ",
    "≈": r"\approx ",
    "≥": r"\geq ",
    "≤": r"\leq ",
    "…": r"\dots ",
    "⋮": r"\vdots ",
    "∘": r"\circ ",
    "ᵀ": r"^{\mathsf{T}}",
    "′": "'",
    "∇": r"\nabla ",
    "✓": r"\checkmark ",
    "✗": r"\times ",
    "Σ": r"\Sigma ",
    "Φ": r"\Phi ",
    "φ": r"\varphi ",
    "λ": r"\lambda ",
    "α": r"\alpha ",
    "β": r"\beta ",
    "γ": r"\gamma ",
    "δ": r"\delta ",
    "ε": r"\varepsilon ",
    "η": r"\eta ",
    "θ": r"\theta ",
    "μ": r"\mu ",
    "π": r"\pi ",
    "σ": r"\sigma ",
    "ω": r"\omega ",
}
FUNCTIONS: Mapping[str, str] = {
    "exp": r"\exp",
    "ln": r"\ln",
    "max": r"\max",
    "min": r"\min",
    "tanh": r"\tanh",
    "sin": r"\sin",
    "cos": r"\cos",
}

# Letters that are no letter with an accent.
LETTERS: Mapping[str, str] = {
    "ß": r"\ss{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "•": r"\textbullet{}",
    "–": "--",
}

# By the combining character that follows the letter once it is taken apart.
ACCENTS: Mapping[str, str] = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
}


def in_text(text: str) -> str:
    r"""A text as it stands outside of formulas, whatever is in it.

    A letter that not every TeX has is written as ``\unichar{91CD}{重}``, a macro of the document.
    """
    return "".join(map(_in_text, text))


def _in_text(character: str) -> str:
    if character in SIGNS:
        return f"{{${SIGNS[character].strip()}$}}"
    if character in ESCAPED:
        return ESCAPED[character]
    if character.isascii() and character.isprintable():
        return character
    if character in LETTERS:
        return LETTERS[character]
    letter, marks = (apart := normalize("NFD", character))[0], apart[1:]
    if marks in ACCENTS and letter.isascii() and letter.isalpha():
        return f"\\{ACCENTS[marks]}{{{letter}}}"
    return f"\\unichar{{{ord(character):04X}}}{{{visible(character)}}}"
