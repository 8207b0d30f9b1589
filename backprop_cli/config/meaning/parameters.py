"""The parameters of a configuration: numbered in reading order, or named."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from backprop_cli.config.meaning import wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.shape.weights import Given, Label
from backprop_cli.network.exercise import Figure
from backprop_cli.network.parameters import Kind
from backprop_cli.wording import Path

SECTION = "parameters"


class Parameters:
    """Gives every parameter its name, and keeps its number."""

    def __init__(self, found: Faults, named: Mapping[str, Decimal]) -> None:
        self._faults = found
        self._named = named
        self._labels: dict[str, Path] = {}
        self._used: set[str] = set()
        self._counts: dict[Kind, int] = {}
        self.numbers: dict[str, Figure] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names that may be written."""
        return tuple(self._named)

    def name_of(self, given: Given, kind: Kind, path: Path) -> str:
        """The name of the parameter at a path: w1, w2, …, or by its own name."""
        if isinstance(given, Label):
            if given.name in self._named or given.name in self._labels:
                self._faults.complain(path, wording.named_twice, given.name)
                return given.name
            self._labels[given.name] = path
            self.numbers[given.name] = given.number
            return given.name
        if isinstance(given, str):
            if not self.use(given):
                self._faults.complain(path, wording.no_parameter, given, self.names)
            return given
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        name = f"{kind.letter}{count}"
        if name not in self._labels and name not in self._named:
            self.numbers[name] = given
        return name

    def use(self, name: str) -> bool:
        """Note that a named parameter is used; False if there is none of that name."""
        if name not in self._named:
            return False
        self._used.add(name)
        self.numbers[name] = self._named[name]
        return True

    def own(self) -> Iterator[tuple[str, Path]]:
        """The names that are not numbered, each with its place."""
        yield from ((name, (SECTION, name)) for name in self._named)
        yield from self._labels.items()

    def numbered(self) -> Iterator[tuple[str, str]]:
        """The names that are numbered, and of what kind each is."""
        for kind, count in self._counts.items():
            for number in range(1, count + 1):
                yield f"{kind.letter}{number}", f"a {kind.name}"

    def check_used(self) -> None:
        """Complain of every named parameter that nothing uses."""
        for name in self._named:
            if name not in self._used:
                self._faults.complain((SECTION, name), wording.unused, name, key=True)
