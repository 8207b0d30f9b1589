"""Tables of figures: in Markdown, in LaTeX, as the program draws them, with tabs, or as CSV."""

import re
from collections.abc import Sequence

from backprop_cli.config.sheet.arithmetic import number
from backprop_cli.config.sheet.plain import plain

# In LaTeX, & also stands before the relation of a row that is aligned.
SEPARATOR = re.compile(r"[|│┃\t]|(?<!\\)&(?!\s*(?:[=≈~]|\\approx|\\to))")
ROW_END = re.compile(r"\\tabularnewline\s*$")
RULE = re.compile(r"[\s|+:─━┄╌╭╮╰╯├┤┬┴┼╞╡╪═╔╗╚╝=┡┩╇┏┓┗┛┳┻╋-]+")
COLUMN_NAMES = re.compile(r"^(weight|bias|parameter|quantity|name|slope|variable|symbol)s?\b", re.I)
APPROXIMATELY = re.compile(r"^[=≈~:]+\s*")

# What a column holds, by its heading, and how the quantity of a row's name is called then. The
# first that fits counts.
COLUMNS = (
    (re.compile(r"new|updated|after", re.I), "{}_new"),
    (re.compile(r"old|before|initial|current", re.I), "{}"),
    (re.compile(r"grad|^d\w+/d|∂|deriv", re.I), "dLoss/d{}"),
    (re.compile(r"value|figure|result|number|mine|answer|=", re.I), "{}"),
)

MOST_CELLS = 40  # of a row of CSV

Columns = tuple[str | None, ...]


def cells_of(raw: str) -> list[str]:
    """The cells of a row; none of what is no row, or a rule between rows."""
    if RULE.fullmatch(raw):
        return []
    if SEPARATOR.search(raw):
        cells = SEPARATOR.split(ROW_END.sub("", raw).strip().strip("|│┃"))
        return [plain(cell).strip("{} ") for cell in cells]
    separator = ";" if ";" in raw else ","  # with decimal commas, cells are separated by ;
    if 0 < raw.count(separator) <= MOST_CELLS and not re.search(r"[=≈:]", raw):
        cells = [plain(cell.strip().strip('"')) for cell in raw.split(separator)]
        return cells if re.match(r"[^\W\d]|[∂δ]", cells[0]) else []
    return []


def columns_of(cells: Sequence[str]) -> Columns | None:
    """The name of each column's quantity, if the cells are headings; None: no column."""
    if len(cells) < 2 or not COLUMN_NAMES.match(cells[0]):
        return None
    found = [
        next((called for pattern, called in COLUMNS if pattern.search(cell)), None)
        for cell in cells[1:]
    ]
    return tuple(found) if any(found) else None


def figures_of(cells: Sequence[str], columns: Columns | None) -> list[tuple[str, str]]:
    """The name and the figure of each cell that holds one, as text.

    Without headings, two cells are a name and a figure.
    """
    if columns is None:
        columns = ("{}",) if len(cells) == 2 else ()
    if len(cells) != len(columns) + 1 or not cells[0]:
        return []
    named = zip(columns, cells[1:], strict=True)
    texts = [(called, APPROXIMATELY.sub("", cell)) for called, cell in named if called]
    return [(called.format(cells[0]), text) for called, text in texts if number(text) is not None]
