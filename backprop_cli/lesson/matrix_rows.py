"""Matrices of a working's quantities, and the equations in which they are worked out."""

from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Symbol, parts, transform
from backprop_cli.algebra.matrices import NO_ELEMENT, Matrix, shortened
from backprop_cli.algebra.paper import written
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Step
from backprop_cli.lesson.blocks import Equation, Equations, Role, Side
from backprop_cli.lesson.equations import result
from backprop_cli.lesson.folded import Folded

# Of a matrix with more rows or columns than these, the first and the last are shown.
MOST_ROWS, MOST_COLUMNS = 24, 10
WIDEST = 60  # characters of an element


class Grid(NamedTuple):
    """A matrix by its name, and the names of its elements; None where there is no element."""

    name: str
    elements: tuple[tuple[str | None, ...], ...]

    @property
    def symbol(self) -> Symbol:
        """The matrix by its name."""
        return Symbol(self.name)

    @property
    def names(self) -> list[str]:
        """The names of its elements, row by row."""
        return [name for row in self.elements for name in row if name is not None]

    def of(self, cell: Callable[[str], Expression]) -> Matrix:
        """A matrix of its shape: what ``cell`` answers for each element, a dot where none is."""
        return Matrix(
            tuple(
                tuple(NO_ELEMENT if name is None else cell(name) for name in row)
                for row in self.elements
            )
        )


def vector(name: str, elements: Sequence[str | None]) -> Grid:
    """A matrix of one column."""
    return Grid(name, tuple((element,) for element in elements))


class Matrices:
    """A working's quantities in matrices; ``named`` are those that have a place in one."""

    def __init__(self, working: AnyWorking, named: Container[str]) -> None:
        self._working, self._named = working, named

    def figures(self, grid: Grid) -> Matrix:
        """The figures of a matrix."""
        return grid.of(lambda name: result(self._working, name))

    def steps(self, grid: Grid) -> list[Step]:
        """The steps that define its elements."""
        by_name = self._working.derivation.by_name
        return [by_name[name] for name in grid.names if name in by_name]

    def formulas(self, grid: Grid) -> Matrix:
        """The formulas of its elements, of a choice the branch that is taken."""
        by_name = self._working.derivation.by_name
        return grid.of(lambda name: self._working.taken(by_name[name].expression))

    def levels(self, grid: Grid) -> list[Matrix]:
        """Its elements in numbers, then after each rounding, and at last their figures."""
        by_name = self._working.derivation.by_name
        found: dict[str, list[Expression]] = {}
        for name in grid.names:
            step = by_name.get(name)
            found[name] = [result(self._working, name)]
            if step is not None:
                found[name] = Folded(self._working, step, self._named).levels()
        height = max(map(len, found.values()), default=1)

        def at(level: int) -> Matrix:
            return grid.of(lambda name: found[name][min(level, len(found[name]) - 1)])

        return [at(level) for level in range(height)]

    def given(self, grid: Grid) -> Equation:
        """A matrix of given numbers: the names of its elements, and their figures."""
        sides = [
            Side(grid.symbol, Role.QUANTITY),
            Side(grid.of(Symbol), Role.SYMBOLS, "="),
            Side(self.figures(grid), Role.GIVEN, "="),
        ]
        return _readable(Equation(grid.symbol, tuple(sides)))

    def work(self, grid: Grid, formula: Expression, *numbers: Expression) -> "Worked":
        """A matrix that is worked out: its formula, its numbers, the results on the way, its own.

        ``numbers`` are the formula in numbers, and again after its first rounding; what is not
        given of these is written element by element. What is too wide for a column is left out
        there, and the elements have a line each below.
        """
        *levels, end = self.levels(grid)
        shown = [*numbers[: len(levels)], *levels[len(numbers) :]]
        sides = [Side(grid.symbol, Role.QUANTITY), Side(formula, Role.SYMBOLS, "=")]
        before: Matrix | None = None
        for values, side in zip([*levels, end], [*shown, end], strict=True):
            if values is end or not (side == end or _is_too_wide(side)):
                same = before is None or _all_equal(before, values)
                role = Role.RESULT if values is end else Role.NUMBERS
                if side != sides[-1].formula:
                    sides.append(Side(side, role, "=" if same else "≈"))
                before = values
        blocks = [Equations((_readable(Equation(grid.symbol, tuple(sides))),))]
        if any(map(_is_too_wide, shown)):
            blocks.append(self.lines(grid.names))
        return Worked(grid, tuple(blocks))

    def lines(self, names: Sequence[str]) -> Equations:
        """A line for each of some quantities."""
        by_name = self._working.derivation.by_name
        return Equations(
            tuple(Folded(self._working, by_name[name], self._named).row() for name in names)
        )


class Worked(NamedTuple):
    """A matrix and the equations that work it out."""

    grid: Grid
    blocks: tuple[Equations, ...]


def _is_too_wide(side: Expression) -> bool:
    """True if an element of a matrix is a sum too long for a column."""
    if isinstance(side, Matrix):
        return any(len(written(element)) > WIDEST for element in side.parts)
    return any(map(_is_too_wide, parts(side)))


def _all_equal(left: Matrix, right: Matrix) -> bool:
    """True if the elements are worth the same, in numbers."""
    pairs = zip(left.parts, right.parts, strict=True)
    return all(one is NO_ELEMENT or equal(one, other) for one, other in pairs)


def _readable(row: Equation) -> Equation:
    """An equation whose matrices have no more rows and columns than can be read."""

    def change(part: Expression) -> Expression | None:
        return shortened(part, MOST_ROWS, MOST_COLUMNS) if isinstance(part, Matrix) else None

    return row._replace(
        sides=tuple(side._replace(formula=transform(side.formula, change)) for side in row.sides)
    )
