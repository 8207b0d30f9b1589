"""The shared part of every medium of lessons: the walk over the blocks and over their prose.

A medium is a class that says how each kind of block looks. Which method writes which kind is
decided here and nowhere else: a new kind of block is a type error in every medium that does not
write it yet.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar, assert_never

from backprop_cli.algebra.expression import Expression
from backprop_cli.algebra.prose import Code, Prose, spans
from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equations,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Plot,
    Table,
)

T = TypeVar("T")

# The colours of a chain's factors on paper: each stands out from white by at least 4.5 : 1.
INKS = ("0057b7", "b34700", "7b3fa0", "3f6b00", "b0003a", "00696b")


class Medium(ABC, Generic[T]):
    """A medium of lessons. A block becomes several T: lines of text, or a terminal's segments."""

    def block(self, block: Block) -> Iterable[T]:
        """A block as this medium writes it."""
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return self.paragraph(block)
            case Equations():
                return self.equations(block)
            case ChainRule():
                return self.chain_rule(block)
            case Table():
                return self.table(block)
            case Plot():
                return self.plot(block)
            case Picture():
                return self.picture(block)
            case NewPage():
                return self.new_page()
            case _:
                assert_never(block)

    @abstractmethod
    def heading(self, heading: Heading) -> Iterable[T]:
        """A heading of its level, with its remark."""

    @abstractmethod
    def paragraph(self, paragraph: Paragraph) -> Iterable[T]:
        """A paragraph, or an item of a list."""

    @abstractmethod
    def equations(self, equations: Equations) -> Iterable[T]:
        """Rows of equations, with their notes and reasons."""

    @abstractmethod
    def chain_rule(self, chain: ChainRule) -> Iterable[T]:
        """A derivative as the product or the sum of others."""

    @abstractmethod
    def table(self, table: Table) -> Iterable[T]:
        """A table under its title."""

    @abstractmethod
    def plot(self, plot: Plot) -> Iterable[T]:
        """Curves over their axes."""

    @abstractmethod
    def picture(self, picture: Picture) -> Iterable[T]:
        """The picture of a network."""

    @abstractmethod
    def new_page(self) -> Iterable[T]:
        """The end of a page."""


class Markup(Medium[str]):
    """A medium of marked-up text: a block becomes lines, prose a part of one."""

    def blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The lines of several blocks, one after the other."""
        for block in blocks:
            yield from self.block(block)

    def prose(self, prose: Prose) -> str:
        """Prose, in which nothing that a user has typed is markup."""
        return "".join(map(self._span, spans(prose)))

    def _span(self, span: str | Expression | Code) -> str:
        if isinstance(span, str):
            return self.text(span)
        return self.code(span.text) if isinstance(span, Code) else self.formula(span)

    @abstractmethod
    def text(self, text: str) -> str:
        """Plain text, escaped."""

    @abstractmethod
    def code(self, text: str) -> str:
        """Text that is typed, to the letter."""

    @abstractmethod
    def formula(self, formula: Expression) -> str:
        """A formula within a sentence."""
