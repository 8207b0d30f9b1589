"""Matrices and vectors, for reading: nothing evaluates them, but each element is a quantity."""

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_cli.algebra.expression import Compound, Expression, Symbol

# For an element that does not exist, and for rows that are left out.
NO_ELEMENT, MORE_ROWS = Symbol("·"), Symbol("⋮")


@dataclass(frozen=True, slots=True)
class Matrix(Compound):
    """Elements in rows of the same length; a vector is a matrix of one column."""

    rows: tuple[tuple[Expression, ...], ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """All elements, row by row."""
        return tuple(element for row in self.rows for element in row)

    def made_of(self, parts: tuple[Expression, ...]) -> "Matrix":
        """A matrix of the same shape."""
        across = len(self.rows[0])
        return Matrix(tuple(parts[at * across : (at + 1) * across] for at in range(len(self.rows))))

    @property
    def transposed(self) -> "Matrix":
        """The matrix whose rows are the columns of this one."""
        return Matrix(tuple(zip(*self.rows, strict=True)))


@dataclass(frozen=True, slots=True)
class Transposed(Compound):
    """A matrix with its rows as columns."""

    operand: Expression

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The matrix alone."""
        return (self.operand,)

    def made_of(self, parts: tuple[Expression, ...]) -> "Transposed":
        """The same of another matrix."""
        return Transposed(*parts)


@dataclass(frozen=True, slots=True)
class MatrixProduct(Compound):
    """Rows times columns; the factors stand beside each other."""

    parts: tuple[Expression, ...]

    def made_of(self, parts: tuple[Expression, ...]) -> "MatrixProduct":
        """The product of others."""
        return MatrixProduct(parts)


@dataclass(frozen=True, slots=True)
class ElementProduct(Compound):
    """Matrices of one shape multiplied element by element: A ∘ B."""

    parts: tuple[Expression, ...]

    def made_of(self, parts: tuple[Expression, ...]) -> "ElementProduct":
        """The product of others."""
        return ElementProduct(parts)


def column(elements: Sequence[Expression]) -> Matrix:
    """A vector."""
    return Matrix(tuple((element,) for element in elements))


def shortened(matrix: Matrix, most_rows: int, most_columns: int) -> Matrix:
    """The matrix with no more rows and columns than asked for: of more, the last and the first."""

    def kept(count: int, most: int) -> list[int | None]:
        return [*range(count)] if count <= most else [*range(most - 2), None, count - 1]

    rows, columns = matrix.rows, kept(len(matrix.rows[0]), most_columns)
    return Matrix(
        tuple(
            tuple(
                (MORE_ROWS if down is None else Symbol("…"))
                if across is None or down is None
                else rows[down][across]
                for across in columns
            )
            for down in kept(len(rows), most_rows)
        )
    )
