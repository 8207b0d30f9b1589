"""A line of Markdown or LaTeX as plain text: ∂L/∂w_5 for a fraction of two partials."""

import re

# What LaTeX calls characters that people type, and what only sets the page.
COMMANDS = {
    "partial": "∂",
    "delta": "δ",
    "Delta": "Δ",
    "sigma": "σ",
    "eta": "η",
    "alpha": "α",
    "nabla": "∇",
    "cdot": " * ",
    "times": " * ",
    "ast": " * ",
    "approx": " ≈ ",
    "simeq": " ≈ ",
    "sim": " ≈ ",
    "rightarrow": " → ",
    "Rightarrow": " ⇒ ",
    "implies": " ⇒ ",
    "to": " → ",
    "prime": "'",
    "div": " / ",
    "quad": "  ",
    "qquad": "  ",
    "left": "",
    "right": "",
    "big": "",
    "Big": "",
    "displaystyle": "",
    "section": "",
    "subsection": "",
    "subsubsection": "",
    "par": "",
}
CHARACTERS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "×": "*",
        "·": "*",
        "⋅": "*",
        "∙": "*",
        "÷": "/",
        "≃": "≈",
        "≅": "≈",
        "≒": "≈",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "′": "'",
        **dict.fromkeys("“”„‟«»", ""),
        "⁺": "+",
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},
    }
)
COMMAND = re.compile(r"\\([A-Za-z]+)")
# A group whose braces matter to LaTeX alone.
WRAPPED = re.compile(
    r"\\(?:text|mathrm|mathbf|mathit|textbf|textit|operatorname|boldsymbol|underline|boxed|mathsf|rm)"
    r"\s*\{([^{}]*)\}"
)
HAT = re.compile(r"\\(?:hat|widehat)\s*(?:\{([^{}]*)\}|([A-Za-z]))")
FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
GROUPS = 12  # how deeply groups may be nested in each other
# A row of equations as the program's own LaTeX has it: \equationrow{$left$}{${}= right$}.
ROW = re.compile(r"^\s*\\equationrow\{\$(.*?)\$\}\{\$\{\}")
SUBSCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
SPACING = re.compile(r"\\[,;:! ]")
DISPLAYED = re.compile(r"\\[()\[\]]|\\(?:begin|end)\s*\{[^{}]*\}|\$")
POWER = re.compile(r"(?<=[\w)])\s*\*\*\s*(?=[\d(-])")
TIMES_POWER = re.compile(r"(?<=\d)\s*\*\s*10\s*\^\s*[({]?\s*([-+]?\d{1,4})\s*[)}]?")
# What is crossed out, a & that aligns, NumPy's and PyTorch's names for a number, and p.grad.
CROSSED_OUT = re.compile(r"~~.+?~~|\\sout\{[^{}]*\}|<(s|del|strike)>.*?</\1>", re.I)
ALIGNED = re.compile(r"&(?=\s*[=≈~])")
WRAPPED_NUMBER = re.compile(
    r"\b(?:np\.|numpy\.|torch\.)?(?:tensor|array|float(?:16|32|64)?)\(\s*\[?\s*"
    r"([-+]?[\d.]+(?:e[-+]?\d+)?)\s*\]?\s*(?:,[^\n]*)?\)",
    re.I,
)
OF_TENSOR = re.compile(r"\b(\w{1,40})\.grad\b")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
BULLET = re.compile(r"^\s*(?:[>#]+\s+|[-*+•]\s+|\(?\w{1,2}[.)]\s+(?=\S))*")


def plain(line: str) -> str:
    """The line without its markup, with ``*`` for every sign of times, and ``-`` for minus."""
    line = SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(RAISED), line)
    text = CROSSED_OUT.sub("", line.translate(CHARACTERS))
    text = ALIGNED.sub("", WRAPPED_NUMBER.sub(r"\1", OF_TENSOR.sub(r"grad_\1", text)))
    if "\\" in text:
        text = _without_latex(text)
    elif "{" in text:
        text = SUBSCRIPT.sub(_raised, text)
    text = DISPLAYED.sub(" ", text)
    text = POWER.sub("^", text)
    text = text.replace("**", "").replace("`", "").replace("__", "")
    text = TIMES_POWER.sub(r"e\1", text)
    return BULLET.sub("", text, count=1).strip()


def _without_latex(text: str) -> str:
    text = ROW.sub(r"\1 ", text)
    text = DISPLAYED.sub(" ", text.replace(r"\_", "_"))
    text = SPACING.sub(" ", text)
    for _ in range(GROUPS):
        before = text
        text = HAT.sub(lambda found: _with_hat(found[1] or found[2] or ""), text)
        text = WRAPPED.sub(r"\1", text)
        text = FRACTION.sub(_over, text)
        text = SUBSCRIPT.sub(_raised, text)
        if text == before:
            break
    text = COMMAND.sub(lambda found: COMMANDS.get(found[1], found[1]), text)
    return text.replace("&", " ").replace("{", "(").replace("}", ")").replace("\\", " ")


def _with_hat(inner: str) -> str:
    return "ŷ" if inner.strip() == "y" else f"{inner}_hat"


def _raised(found: re.Match[str]) -> str:
    """A sub- or superscript: one that is arithmetic keeps its parentheses."""
    sign, inner = found[1], found[2].strip()
    if sign == "^" and not re.fullmatch(r"-?\w+", inner):
        return f"^({inner})" if inner not in ("+", "'") else inner
    # Of an index of several parts, such as {true, o1}, none is a statement of its own.
    return sign + re.sub(r"[,\s]+", "_", inner)


def _over(found: re.Match[str]) -> str:
    above, below = found[1].strip(), found[2].strip()
    derivative = "partial" in above or "∂" in above or re.fullmatch(r"d\s*\\?\w*", above)
    return f"{above}/{below}" if derivative else f"(({above})/({below}))"
