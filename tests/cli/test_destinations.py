"""No file is lost: not one that was there, not one that comes meanwhile, not one that is read."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from support.program import (
    DEFAULT,
    PATIENCE,
    PROGRAM,
    ROOT,
    Backprop,
    Run,
    can_be_interrupted,
    environment,
)

from backprop_cli import renaming
from backprop_cli.disk import write_beside, write_over
from backprop_cli.places import refusal, same_file, stamp

OPTIONS = ("--output", "--save", "--picture", "--checkpoint")
ENDING = {"--output": ".txt", "--save": ".yaml", "--picture": ".svg", "--checkpoint": ".yaml"}
FOREIGN = b"another's work\n"


def refused(run: Run) -> str:
    """The one line of a command that has done nothing."""
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1), run
    return run.stderr


def wait_for(*files: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(file.exists() for file in files) and time.monotonic() < deadline:
        time.sleep(0.02)


# --- what comes meanwhile -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "pipe", "link"])
def test_what_is_put_in_a_files_place_while_training_runs_is_kept_and_so_is_the_result(
    tmp_path: Path, kind: str
) -> None:
    pytest.importorskip("matplotlib")
    files = {option: tmp_path / f"{option[2:]}{ENDING[option]}" for option in OPTIONS}
    given = [str(part) for pair in files.items() for part in pair]
    process = subprocess.Popen(
        [*PROGRAM, "run", "--epochs", "100000000000", "--every", "10", "--quiet", *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        preexec_fn=can_be_interrupted,
    )
    try:
        wait_for(files["--checkpoint"])
        mine = tmp_path / "mine"
        mine.write_bytes(FOREIGN)
        for file in files.values():
            put = tmp_path / "put"
            if kind == "pipe":
                os.mkfifo(put)
            elif kind == "link":
                put.symlink_to(mine)
            else:
                put.write_bytes(FOREIGN)
            put.rename(file)  # at once, whatever the program does meanwhile
        beside = {option: file.with_stem(f"{file.stem}-2") for option, file in files.items()}
        wait_for(beside["--checkpoint"])
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert (stdout, process.returncode) == (b"", 130)
    told = sorted(stderr.decode().splitlines())
    assert told == sorted(
        f"{file}: another file has been put there meanwhile; {beside[option]} is written"
        for option, file in files.items()
    )
    if kind == "file":
        assert {file.read_bytes() for file in files.values()} == {FOREIGN}
    assert mine.read_bytes() == FOREIGN
    assert "Training was interrupted" in beside["--output"].read_text(encoding="utf-8")
    assert b"</svg>" in beside["--picture"].read_bytes()
    saved, checkpoint = (beside[option].read_bytes() for option in ("--save", "--checkpoint"))
    assert saved == checkpoint
    assert yaml.safe_load(saved)["trained"]["epochs"] >= 10


def test_a_result_that_is_not_where_it_was_to_be_is_exit_code_1(tmp_path: Path) -> None:
    # The program waits for its configuration, and has looked for the file before.
    pipe, output = tmp_path / "pipe", tmp_path / "out.txt"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*PROGRAM, "run", str(pipe), "-o", str(output)],
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    )
    with pipe.open("wb") as writing:  # opens once the program reads
        output.write_bytes(FOREIGN)
        writing.write(DEFAULT.read_bytes())
    _, stderr = process.communicate(timeout=PATIENCE)
    assert (stderr.count(b"\n"), process.returncode) == (1, 1)
    assert output.read_bytes() == FOREIGN
    assert "Step-by-step" in (tmp_path / "out-2.txt").read_text(encoding="utf-8")


def test_a_name_beside_is_the_first_that_is_free_and_no_longer_than_names_may_be(
    tmp_path: Path,
) -> None:
    for name in ("a.yaml", "ß" * 125 + ".yaml", "a", ".hidden"):
        path = tmp_path / name
        path.write_text("foreign")
        first, _ = write_beside(path, "one", None)
        second, own = write_beside(path, "two", None)
        assert [one.read_text() for one in (path, first, second)] == ["foreign", "one", "two"]
        assert {one.suffix for one in (path, first, second)} == {path.suffix}
        assert write_beside(second, "three", own)[0] == second


def test_a_file_that_appears_after_the_last_look_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    sync = os.fsync

    def appearing(handle: int) -> None:
        sync(handle)
        if not path.exists():
            path.write_bytes(FOREIGN)

    monkeypatch.setattr(os, "fsync", appearing)
    with pytest.raises(FileExistsError):
        write_over(path, "ours", None)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [FOREIGN]


def test_where_the_disk_knows_no_links_files_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(renaming, "_renamed", lambda *_: False)
    path = tmp_path / "a.yaml"
    own = write_over(path, "first", None)
    write_over(path, "second", own)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["second"]


def put_by_another(path: Path, content: bytes) -> None:
    """Replace what is at a path, as another program does that writes its file whole."""
    other = path.with_name("another")
    other.write_bytes(content)
    other.replace(path)


def coming(path: Path, others: Sequence[bytes]) -> Callable[[str, Path], bool]:
    """An exchange of two names before which others put their files there, one before each."""
    waiting, exchange = [*others], renaming.exchanged

    def exchanged(file: str, to: Path) -> bool:
        if waiting:
            put_by_another(path, waiting.pop(0))
        return exchange(file, to)

    return exchanged


@pytest.mark.parametrize("others", [[FOREIGN], [FOREIGN, b"the last"]])
def test_a_file_that_appears_at_the_very_moment_of_a_replacement_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: list[bytes]
) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    own, _ = write_over(path, "first", None), write_over(other, "other", None)
    if not (renaming.exchanged(str(path), other) and renaming.exchanged(str(path), other)):
        pytest.skip("this system cannot exchange two names")
    other.unlink()
    monkeypatch.setattr(renaming, "exchanged", coming(path, others))
    beside, _ = write_beside(path, "second", own)
    assert contents(tmp_path) == {"a.yaml": others[-1], beside.name: b"second"}
    assert beside.name == "a-2.yaml"


def test_a_file_that_vanishes_at_the_very_moment_of_its_replacement_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    own, exchange = write_over(path, "first", None), renaming.exchanged

    def exchanged(file: str, to: Path) -> bool:
        path.unlink()
        return exchange(file, to)

    monkeypatch.setattr(renaming, "exchanged", exchanged)
    write_over(path, "second", own)
    assert contents(tmp_path) == {"a.yaml": b"second"}


def test_where_names_cannot_be_exchanged_a_file_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    own = write_over(path, "first", None)
    monkeypatch.setattr(renaming, "_renamed", lambda *_: False)
    write_over(path, "second", own)
    assert contents(tmp_path) == {"a.yaml": b"second"}


# --- one file, however it is spelt --------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> Mapping[str, Path]:
    """One folder in many spellings."""
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "linked").symlink_to(here)
    (tmp_path / "twice").symlink_to(tmp_path / "linked")
    return {
        "plain": here,
        "up and down": tmp_path / "linked" / ".." / "here",
        "a link": tmp_path / "linked",
        "a link to a link": tmp_path / "twice",
        "relative": Path(os.path.relpath(here, ROOT)),
    }


@pytest.mark.parametrize("spelling", ["up and down", "a link", "a link to a link", "relative"])
@pytest.mark.parametrize("there", [True, False])
def test_two_options_never_name_one_file(
    backprop: Backprop, folders: Mapping[str, Path], spelling: str, there: bool
) -> None:
    pairs = (("--save", "-o", "n.txt"), ("--checkpoint", "--save", "n.yaml"))
    for one, two, name in (*pairs, ("--picture", "--save", "n.svg")):
        file, other = folders["plain"] / name, folders[spelling] / name
        if there:
            file.write_bytes(FOREIGN)
        line = refused(backprop("run", "--epochs", "5", one, file, two, other, "--force"))
        assert "names the same file" in line
    assert [path.read_bytes() for path in folders["plain"].iterdir()] == [FOREIGN] * 3 * there


@pytest.mark.parametrize("option", ["-o", "--picture"])
@pytest.mark.parametrize("spelling", ["plain", "a link", "relative"])
def test_a_report_is_not_written_over_the_configuration_that_is_read(
    backprop: Backprop, folders: Mapping[str, Path], option: str, spelling: str
) -> None:
    name = "n.txt" if option == "-o" else "n.svg"
    config = folders["plain"] / name
    config.write_bytes(DEFAULT.read_bytes())
    for command in (("run", config), ("sweep", config, "--lr", "1"), ("run", "--resume", config)):
        line = refused(backprop(*command, option, folders[spelling] / name, "--force"))
        assert line.endswith("the configuration is read from this file; name another one\n")
    if option == "-o":
        refused(backprop("export", config, "--to", "numpy", "-o", config, "--force"))
    assert config.read_bytes() == DEFAULT.read_bytes()


DATA = "a,b\n0,1\n1,0\n"
OF_DATA = """\
data: {file: data.txt, inputs: [a], target: b}
weights: {output: {out: {a: 1}}}
learning_rate: 0.5
"""


@pytest.mark.parametrize("spelling", ["plain", "a link", "relative"])
def test_the_data_that_are_read_are_not_written_over(
    backprop: Backprop, folders: Mapping[str, Path], spelling: str
) -> None:
    config, data = (folders["plain"] / name for name in ("n.yaml", "data.txt"))
    config.write_text(OF_DATA, encoding="utf-8")
    data.write_text(DATA, encoding="utf-8")
    same = folders[spelling] / "data.txt"
    for given in (
        *(("run", config, option, same) for option in ("-o", "--save", "--checkpoint")),
        ("run", config, "--gradcheck", "-o", same),
        ("sweep", config, "--lr", "1", "-o", same),
        ("export", config, "--to", "numpy", "-o", same),
    ):
        line = refused(backprop(*given, "--force"))
        assert line.endswith("the data are read from this file; name another one\n")
    assert data.read_text(encoding="utf-8") == DATA
    saved = backprop("run", config, "--save", config, "--force")  # which trains on from there
    assert (saved.stderr, saved.returncode) == ("", 0)


# --- what is no file ----------------------------------------------------------------------------


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_link_that_leads_back_to_itself_is_refused_and_stays(
    backprop: Backprop, tmp_path: Path, option: str, force: tuple[str, ...]
) -> None:
    pytest.importorskip("matplotlib")
    link, other = (tmp_path / f"{name}{ENDING[option]}" for name in ("link", "other"))
    link.symlink_to(other)
    other.symlink_to(link)
    line = refused(backprop("run", "--epochs", "3", option, link, *force))
    assert line == f"{link}: this link leads back to itself\n"
    assert link.is_symlink()
    with pytest.raises(OSError, match="symbolic links"):
        write_over(link, "new", None)


@pytest.mark.parametrize("option", ["--save", "--picture", "--checkpoint"])
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_would_be_waited_for_is_no_place_for_a_file(
    backprop: Backprop, tmp_path: Path, option: str, kind: str
) -> None:
    pytest.importorskip("matplotlib")
    place = tmp_path / f"p{ENDING[option]}"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(place))
    for force in ((), ("--force",)):
        line = refused(backprop("run", "--epochs", "3", option, place, *force))
        assert line == f"{place}: this is a pipe, not a file\n"


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a/" * 3000 + "b"])
@pytest.mark.parametrize("option", OPTIONS)
def test_a_name_that_is_too_long_is_one_line(
    backprop: Backprop, tmp_path: Path, option: str, name: str
) -> None:
    pytest.importorskip("matplotlib")
    given = tmp_path / f"{name}{ENDING[option]}"
    assert "File name too long" in refused(backprop("run", "--epochs", "3", option, given))
    if option == "--picture":
        refused(backprop("activation", "relu", option, given))
        refused(backprop("sweep", "--lr", "1", option, given))
    refused(backprop("run", given))


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("mode", [0o555, 0o444, 0o000, 0o666])
def test_a_locked_folder_is_one_line(
    backprop: Backprop, tmp_path: Path, option: str, mode: int
) -> None:
    pytest.importorskip("matplotlib")
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / f"old{ENDING[option]}").write_bytes(FOREIGN)
    locked.chmod(mode)
    try:
        given = ("run", "--epochs", "3", option)
        for name in ("old", "new"):
            file = locked / f"{name}{ENDING[option]}"
            assert str(locked) in refused(backprop(*given, file, "--force", privileged=False))
        if option == "--picture":
            file = locked / "x.svg"
            refused(backprop("activation", "relu", option, file, privileged=False))
    finally:
        locked.chmod(0o755)
    assert [file.read_bytes() for file in locked.iterdir()] == [FOREIGN]


@pytest.mark.parametrize("what", ["the configuration", "its data"])
def test_completion_waits_for_no_pipe(backprop: Backprop, tmp_path: Path, what: str) -> None:
    pipe = tmp_path / ("pipe" if what == "the configuration" else "data.txt")
    os.mkfifo(pipe)
    if what == "its data":
        pipe = tmp_path / "n.yaml"
        pipe.write_text(OF_DATA, encoding="utf-8")
    env = {
        "_BACKPROP_COMPLETE": "complete_bash",
        "COMP_WORDS": f"backprop run {pipe} --explain w",
        "COMP_CWORD": "4",
    }
    code = "import sys; sys.argv[0] = 'backprop'; from backprop_cli.cli.entry import main; main()"
    run = backprop(env=env, program=(PROGRAM[0], "-c", code))
    assert (run.stdout.strip(), run.stderr) == ("", "")


# --- what is written can be read ----------------------------------------------------------------


@pytest.mark.parametrize("option", ["--save", "--checkpoint"])
@pytest.mark.parametrize(("done", "more"), [(2**53, 1), (2**53 - 2, 3), (1, 2**53)])
def test_more_epochs_than_a_file_can_count_are_refused_before_training(
    backprop: Backprop, tmp_path: Path, option: str, done: int, more: int
) -> None:
    text = DEFAULT.read_text(encoding="utf-8") + f"\ntrained: {{epochs: {done}}}\n"
    file = tmp_path / "saved.yaml"
    line = refused(backprop("run", "-", "--epochs", str(more), option, file, input=text))
    assert line.startswith(f"<stdin>: --epochs {more}: ")
    assert list(tmp_path.iterdir()) == []


# --- a fuzz -------------------------------------------------------------------------------------


@pytest.mark.drawn(20)
def test_whatever_stands_there_what_is_written_is_read_again_or_nothing_is_changed(
    tmp_path: Path, seed: int
) -> None:
    """Of paths drawn at random: refused, or written and nothing else touched."""
    draw = random.Random(seed)
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to("folder")
    places = [tmp_path, tmp_path / "folder", tmp_path / "linked", tmp_path / "nowhere"]
    for number in range(12):
        place = draw.choice(places[:2]) / f"{number}"
        match draw.randrange(5):
            case 0:
                place.write_bytes(FOREIGN)
            case 1:
                place.symlink_to(draw.choice(places) / str(draw.randrange(12)))
            case 2:
                os.mkfifo(place)
            case 3:
                place.mkdir()
    for _ in range(40):
        name = draw.choice([str(draw.randrange(14))] * 9 + ["ö" * draw.randint(1, 300)])
        path = draw.choice(places) / draw.choice(["", "../folder", "."]) / name
        if refusal(path, force=draw.random() < 0.3) is not None:
            continue
        own = stamp(path)
        before = contents(tmp_path)
        text = f"{draw.random()}"
        write_over(path, text, own)
        assert path.read_text() == text
        after = contents(tmp_path)
        changed = {name for name in after if before.get(name) != after[name]}
        assert before.keys() <= after.keys()
        assert {same_file(tmp_path / name, path) for name in changed} == {True}


def contents(folder: Path) -> dict[str, object]:
    """What is in a folder and those within it: the content of files, and where links lead."""
    found: dict[str, object] = {}
    for place in folder.rglob("*"):
        name = str(place.relative_to(folder))
        if place.is_symlink():
            found[name] = place.readlink()
        elif place.is_file():
            found[name] = place.read_bytes()
        else:
            found[name] = place.stat().st_mode
    return found
