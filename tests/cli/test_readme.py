"""What the README shows is what the program prints."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.program import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```console\n\$ backprop (.*)\n((?:.*\n)*?)```$", README, re.MULTILINE)


@pytest.mark.parametrize(("arguments", "expected"), SHOWN)
def test_an_excerpt_is_what_the_command_prints(
    arguments: str, expected: str, tmp_path: Path
) -> None:
    example = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "default.yaml").write_text(example, encoding="utf-8")
    mistaken = example.replace("h1: {x1: 0.15, x2: 0.20}", "h1: {x1: 0.15, x3: 0.20}")
    (tmp_path / "mine.yaml").write_text(mistaken, encoding="utf-8")
    command = [sys.executable, "-m", "backprop_cli", *arguments.split()]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert (done.stdout or done.stderr).decode("utf-8") == expected


def test_there_are_excerpts_of_a_derivation_and_of_a_complaint() -> None:
    assert len(SHOWN) == 2


def test_the_configuration_in_the_readme_is_the_shipped_one() -> None:
    example = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    without_comment = example.partition("\n")[2]
    assert f"```yaml\n{without_comment}```" in README


@pytest.mark.parametrize(("name", "at_least"), [("run", 9), ("activation", 5), ("export", 4)])
def test_every_option_is_in_the_readme(name: str, at_least: int) -> None:
    command = [sys.executable, "-m", "backprop_cli", name, "--help"]
    environment = {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    options = set(re.findall(r"(--[a-z]+)", done.stdout.decode("utf-8")))
    assert len(options) >= at_least
    assert [option for option in sorted(options) if f"`{option}" not in README] == []
