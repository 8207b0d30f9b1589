"""A lesson whose quantities are written by other names."""

from collections.abc import Iterable, Iterator, Mapping

from backprop_cli.algebra.expression import (
    Alias,
    Derivative,
    Expression,
    Partial,
    Symbol,
    partial,
    transform,
)
from backprop_cli.algebra.prose import Prose, spans
from backprop_cli.lesson.blocks import (
    Block,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Table,
)


class Renaming:
    """Other names for quantities; their derivatives go by these too.

    ``names`` leads from a quantity's name, also a derivative's, to the one to be written.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The blocks with these names in every formula, what each row is about left as it was."""
        for block in blocks:
            match block:
                case Heading(level, text, aside):
                    yield Heading(level, self.prose(text), self.prose(aside))
                case Paragraph(text):
                    yield block._replace(text=self.prose(text))
                case Equations(rows):
                    yield block._replace(rows=tuple(map(self._row, rows)))
                case Table(title, columns, cells):
                    yield block._replace(
                        title=self.prose(title),
                        columns=tuple(c._replace(title=self.prose(c.title)) for c in columns),
                        rows=tuple(tuple(map(self.prose, row)) for row in cells),
                    )
                case _:
                    yield block

    def prose(self, prose: Prose) -> Prose:
        """Prose with these names in its formulas."""
        found = tuple(
            self.formula(span) if isinstance(span, Expression) else span for span in spans(prose)
        )
        return found if isinstance(prose, tuple) else found[0] if found else ""

    def formula(self, expression: Expression) -> Expression:
        """A formula with these names."""
        return transform(expression, self._changed)

    def _changed(self, part: Expression) -> Expression | None:
        if isinstance(part, Derivative):
            by = self._called(part.by.name)
            return part if by is None else Derivative(self.formula(part.of), by, part.sign)
        if not isinstance(part, Symbol):
            return None
        shown = self._called(part.name)
        if shown is None and isinstance(part, Partial):
            of, by = (self._called(name) or Symbol(name) for name in (part.of, part.by))
            if (of.name, by.name) != (part.of, part.by):
                shown = partial(of.name, by.name)
        return Alias(part.name, shown) if shown is not None else None

    def _called(self, name: str) -> Symbol | None:
        if name in self._names:
            return Symbol(self._names[name])
        quantity, from_, origin = name.partition("_from_")
        if from_ and quantity in self._names:
            return Symbol(f"{self._names[quantity]}_from_{self._names.get(origin, origin)}")
        return None

    def _row(self, row: Equation) -> Equation:
        sides = tuple(side._replace(formula=self.formula(side.formula)) for side in row.sides)
        return Equation(row.about, sides, self.prose(row.note), self.prose(row.reason))
