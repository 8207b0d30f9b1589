"""The names under which people know the rows of our tables."""

from collections.abc import Collection, Mapping
from typing import Protocol

from backprop_cli.errors import UnknownNameError


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


def meant(name: str, known: Mapping[str, str], what: str, option: str = "") -> str:
    """The name of a row by any of its spellings, ``known`` from `by_spelling`.

    Raises UnknownNameError, which says ``what`` the row would be, and of which ``option``.
    """
    found = known.get(spelling(name))
    if found is None:
        raise UnknownNameError(option, name, dict.fromkeys(known.values()), what)
    return found
