"""The names under which people know the rows of our tables."""

from collections.abc import Collection, Mapping
from typing import Protocol


class Named(Protocol):
    """A row that has a name, and others by which it is known as well."""

    @property
    def name(self) -> str:
        """Its own name."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names."""
        ...


def spelling(name: str) -> str:
    """A name without capitals, hyphens, blanks and underscores."""
    return "".join(char for char in name.lower() if char not in "-_ ")


def by_spelling(rows: Collection[Named], *others: str) -> Mapping[str, str]:
    """From every spelling of a name to the name itself; ``others`` have one name each."""
    found = {spelling(row.name): row.name for row in rows}
    found |= {spelling(other): other for other in others}
    return found | {spelling(alias): row.name for row in rows for alias in row.aliases}
