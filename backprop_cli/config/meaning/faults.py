"""Faults in what a configuration means: the first one found is kept, and how many there are."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from backprop_cli.config.files.text import Mark
from backprop_cli.config.files.yaml_source import Source
from backprop_cli.config.meaning import wording
from backprop_cli.wording import Path

MOST_COUNTED = 10
Describe = Callable[..., str]
T = TypeVar("T")


class _Fault(NamedTuple):
    """A fault in the value (or else the key) at a path, worded by ``describe(*about)``."""

    mark: Mark
    path: Path
    describe: Describe
    about: tuple[Any, ...]


class Faults:
    """Keeps the first fault of a file.

    A fault's message is made only if it is the one reported, so that a file full of faults is
    read as fast as any other.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._count = 0
        self._first: _Fault | None = None

    def complain(
        self, path: Path, describe: Describe, *about: Any, key: bool = False, at: int = 0
    ) -> None:
        """Note a fault in the value (or else the key) at a path, worded by ``describe(*about)``.

        ``at`` is how many characters into the value it stands.
        """
        line, column = self.source.mark(path, key=key)
        self._count += 1
        fault = _Fault((line, column + at), path, describe, about)
        if self._first is None or fault.mark < self._first.mark:
            self._first = fault

    def raise_first(self) -> None:
        """Raise ConfigError for the first fault in the file, if there was any."""
        if self._first:
            mark, path, describe, about = self._first
            error = self.source.document.error(describe(*about), mark, path)
            error.more = min(self._count - 1, MOST_COUNTED)
            raise error

    def by_name(
        self,
        path: Path,
        given: Mapping[str, T] | list[T],
        names: tuple[str, ...],
        what: str,
        owner: str = "neuron",
    ) -> dict[str, T]:
        """Values given as a list or by name, as a mapping in the order of ``names``."""
        if isinstance(given, list):
            if len(given) != len(names):
                self.complain(path, wording.wrong_count, "this list", what, len(given), names)
            return dict(zip(names, given, strict=False))
        known = set(names)
        for name in given:
            if name not in known:
                self.complain((*path, name), wording.unknown, owner, name, names, key=True)
        return {name: given[name] for name in names if name in given}
