"""The exercises that worksheets were drawn from, found again by the codes on them."""

from collections.abc import Iterator
from pathlib import Path

from backprop_cli import config
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.errors import ConfigError, UsageError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.worksheets.code import Code, CodeError, mark_of, read_code
from backprop_cli.runs.worksheets.drawing import drawn
from backprop_cli.shipped import DEFAULT, examples
from backprop_cli.wording import printable

ENDINGS = (".yaml", ".yml")
# So many configurations of a folder are looked into.
MOST_LOOKED_INTO = 200


def mark(exercise: Exercise) -> int:
    """The mark by which an exercise is known, whatever file it stands in."""
    # The rows of a data file are a part of it, not their place; nor are they drawn anew.
    alone = exercise._replace(data=None)
    text = configuration_text(alone, {}, alone.trained, Path("exercise.yaml"))
    return mark_of(text if exercise.data is None else f"{text}data: true\n")


def mark_of_file(path: Path) -> int | None:
    """The mark of a configuration; None where the file is none."""
    try:
        return mark(config.load(str(path)))
    except (ConfigError, UsageError):
        return None


class Origins:
    """The places where an exercise is looked for: in the one named, or among those that are there.

    Without one, these are the shipped examples and the configurations beside a sheet, in the folder
    above, where keys have theirs, and in the current folder.
    """

    def __init__(self, named: Exercise | None = None) -> None:
        self._named = named
        self._marked: dict[Path, tuple[int, Exercise] | None] = {}
        self._drawn: dict[Code, Exercise] = {}

    def exercise(self, text: str, beside: Path) -> Exercise:
        """The exercise of a worksheet's code, with its numbers. Raises UsageError."""
        try:
            code = read_code(text)
        except CodeError as error:
            raise UsageError(f"code {printable(text[:40])}: {error}") from None
        if code not in self._drawn:
            self._drawn[code] = drawn(self._origin(code, beside), code.seed)
        return self._drawn[code]

    def _origin(self, code: Code, beside: Path) -> Exercise:
        if self._named is not None:
            if mark(self._named) != code.exercise:
                raise UsageError(f"code {code}: it is of a worksheet of another configuration")
            return self._named
        for path in dict.fromkeys(_likely(beside)):
            found = self._known(path)
            if found and found[0] == code.exercise:
                return found[1]
        raise UsageError(
            f"code {code}: the configuration that its worksheet was made of is not here; name it "
            "before the sheet"
        )

    def _known(self, path: Path) -> tuple[int, Exercise] | None:
        if path not in self._marked:
            try:
                exercise = config.load(str(path))
                self._marked[path] = mark(exercise), exercise
            except (ConfigError, UsageError):  # it is no configuration, or no whole one
                self._marked[path] = None
        return self._marked[path]


def _likely(beside: Path) -> Iterator[Path]:
    """The files that may be the configuration, the likeliest first."""
    yield DEFAULT
    for folder in (beside, beside.resolve().parent, Path()):
        try:
            files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
        except OSError:
            continue
        yield from (path.resolve() for path in files[:MOST_LOOKED_INTO])
    yield from examples().values()
