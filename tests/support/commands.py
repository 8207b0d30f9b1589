"""The commands that README and help pages show, and a folder in which they can be run."""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from support.program import DEFAULT, ROOT, Run, run_in_pipe

README = ROOT / "README.md"
PAGES = sorted((ROOT / "backprop_cli" / "help").glob("*.md"))

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
# What stands for something else: `backprop help TOPIC`, `backprop COMMAND --help`.
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")
# What a shell does more with than to cut a line into words.
SHELL_WORDS = re.compile(r"[$&()*;<>?\[\]`{|}~#]")
# What changes the user's shell, and what asks questions (its own test answers them).
NOT_RUN = {"backprop --install-completion", "backprop new"}


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it, with what the page says that it prints, if anything."""

    command: str
    prints: str | None = None


def shown(path: Path) -> list[Shown]:
    """The commands of a page in reading order, each once."""
    found: list[Shown] = []
    text = path.read_text(encoding="utf-8")
    end = 0
    for fence in FENCE.finditer(text):
        found += map(Shown, CODE.findall(text[end : fence.start()]))
        language, block = fence.groups()
        if language == "sh":
            found += [Shown(line.partition("  #")[0].strip()) for line in block.splitlines()]
        elif language == "console":
            first, _, rest = block.partition("\n")
            found.append(Shown(first.removeprefix("$ "), rest))
        end = fence.end()
    found += map(Shown, CODE.findall(text[end:]))
    commands = [one for one in found if one.command.startswith("backprop ")]
    return [
        Shown(one.command.replace("\\|", "|"), one.prints)
        for one in dict.fromkeys(commands)
        if not PLACEHOLDER.search(one.command) and one.command not in NOT_RUN
    ]


def python_of(path: Path) -> str:
    """The Python of a page, all its pieces one after the other."""
    fences = FENCE.finditer(path.read_text(encoding="utf-8"))
    return "\n".join(fence[2] for fence in fences if fence[1] == "python")


def workspace(folder: Path) -> Path:
    """A folder as the pages assume it: an exercise of one's own, and `backprop` at hand."""
    example = DEFAULT.read_text(encoding="utf-8")
    optimizer = "optimizer: adam\n"
    mistaken = example.replace("h1: {x1: 0.15, x2: 0.20}", "h1: {x1: 0.15, x3: 0.20}")
    for name, text in (
        ("mine", first_exercise()),
        ("mistaken", mistaken),
        ("adam", example + optimizer),
    ):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "sheet.txt").write_text("z_h1 = 0.3775\na_h1 = 0.5933\n", encoding="utf-8")
    gradients = '{"dW2": [[0.08216704056423077, 0.08266762784753325]]}\n'
    (folder / "gradients.json").write_text(gradients, encoding="utf-8")
    (folder / "bin").mkdir()
    # A pager that is no terminal's prints what it is given, but not every machine has one.
    for name, does in (("backprop", f'{sys.executable} -m backprop_cli "$@"'), ("less", "cat")):
        program = folder / "bin" / name
        program.write_text(f"#!/bin/sh\nexec {does}\n")
        program.chmod(0o755)
    return folder


def first_exercise() -> str:
    """The five lines of YAML that the README has a new user write."""
    text = README.read_text(encoding="utf-8")
    return next(fence[2] for fence in FENCE.finditer(text) if fence[1] == "yaml")


def run_in(folder: Path, command: str) -> Run:
    """Run a command line of a page as a shell does; without a shell where it is only words."""
    env = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}
    if SHELL_WORDS.search(command) or not command.startswith("backprop "):
        return run_in_pipe(command, env=env, cwd=folder, program=("sh", "-c"))
    return run_in_pipe(*shlex.split(command)[1:], env=env, cwd=folder)
