"""A file is written whole or not at all, and never over one that is not its own."""

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backprop_cli.disk import write_over, write_whole
from backprop_cli.places import checkpoint_refusal, refusal, stamp

OLD = "what was there"
needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def failing(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


# --- whole or not at all ---------------------------------------------------------------------


@pytest.mark.parametrize("content", ["größe\n", b"\x00\xff", "", "x" * 10_000_000])
def test_what_is_written_is_there(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "a.yaml"
    write_whole(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    ("name", "number"),
    [("fsync", errno.ENOSPC), ("fsync", errno.EIO), ("fdopen", errno.EMFILE)],
)
@pytest.mark.parametrize("exists", [True, False])
def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, exists: bool
) -> None:
    path = tmp_path / "a.yaml"
    if exists:
        path.write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(os, name, failing(number))
    with pytest.raises(OSError, match=os.strerror(number)):
        write_whole(path, "new")
    assert files(tmp_path) == ({"a.yaml": OLD} if exists else {})


def test_a_rename_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(Path, "replace", failing(errno.EPERM))
    with pytest.raises(OSError, match="not permitted"):
        write_whole(path, "new")
    assert files(tmp_path) == {"a.yaml": OLD}


def test_an_interruption_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD, encoding="utf-8")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert files(tmp_path) == {"a.yaml": OLD}


@pytest.fixture
def full_disk(tmp_path: Path) -> Any:
    """A folder on a disk of 64 kB, where such a one can be had."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    )
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_what_was_there(full_disk: Path) -> None:
    path = full_disk / "a.yaml"
    path.write_text(OLD, encoding="utf-8")
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "new" * 100_000)
    assert files(full_disk) == {"a.yaml": OLD}


def test_a_file_that_outgrows_its_limit_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD, encoding="utf-8")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from backprop_cli.disk import write_whole\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole(Path(sys.argv[1]), 'new' * 1000)\n"
        "except OSError as error: print(error.strerror)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert files(tmp_path) == {"a.yaml": OLD}


def test_killed_at_any_moment_the_file_is_one_that_was_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    code = (
        "import sys; from itertools import count; from pathlib import Path\n"
        "from backprop_cli.disk import write_whole\n"
        "for n in count(): write_whole(Path(sys.argv[1]), f'{n}\\n' * 50_000)\n"
    )
    for moment in range(8):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)])
        while not path.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(0.0137 * moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 50_000
        assert len(set(lines)) == 1


# Ends itself as a kill would, at the moment when the file is written and not yet in its place.
KILLED = (
    "import os, signal, sys; from pathlib import Path; from backprop_cli.disk import write_whole\n"
    "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
    "write_whole(Path(sys.argv[1]), 'killed')\n"
)


def test_what_a_kill_left_behind_is_removed_when_the_same_file_is_written_again(
    tmp_path: Path,
) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for killed in (path, other, tmp_path / "a.yaml.yaml"):
        subprocess.run([sys.executable, "-c", KILLED, str(killed)], check=False)
    left = files(tmp_path)
    assert [*left.values()] == ["killed"] * 3
    write_whole(path, "new")
    # What another file's writing has left is none of its business.
    kept = {name: text for name, text in left.items() if not re.match(r"\.a\.yaml\.\w+\.unf", name)}
    assert files(tmp_path) == {**kept, "a.yaml": "new"}
    assert len(kept) == 2
    write_whole(other, "new")
    write_whole(tmp_path / "a.yaml.yaml", "new")
    assert sorted(files(tmp_path)) == ["a.yaml", "a.yaml.yaml", "b.yaml"]


def test_what_another_process_is_writing_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    code = (
        "import os, sys; from pathlib import Path; from backprop_cli.disk import write_whole\n"
        "os.fsync = lambda _: input(print('written', flush=True) or '')\n"
        "write_whole(Path(sys.argv[1]), 'theirs')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        write_whole(path, "ours")
        assert sorted(files(tmp_path).values()) == ["ours", "theirs"]
        process.communicate(b"\n\n")
    assert process.returncode == 0
    assert files(tmp_path) == {"a.yaml": "theirs"}


def test_a_file_that_only_looks_like_one_that_was_left_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    kept = (
        ".a.yaml.backup12",
        ".a.yaml.old.unfinished",
        ".a.yaml.unfinished",
        "a.yaml.abcd1234.unfinished",
        ".axyaml.abcd1234.unfinished",
    )
    for name in kept:
        tmp_path.joinpath(name).write_text("mine", encoding="utf-8")
    # A writer has made its file and not yet claimed it: it is empty, and new.
    tmp_path.joinpath(".a.yaml.abcd1234.unfinished").touch()
    long_ago = tmp_path / ".a.yaml.efgh5678.unfinished"
    long_ago.touch()
    os.utime(long_ago, (1, 1))
    link = tmp_path / ".a.yaml.ijkl5678.unfinished"
    link.symlink_to(tmp_path / ".a.yaml.backup12")
    write_whole(path, "new")
    expected = {*kept, "a.yaml", ".a.yaml.abcd1234.unfinished", link.name}
    assert {entry.name for entry in tmp_path.iterdir()} == expected


def test_a_folder_that_cannot_be_looked_through_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "scandir", failing(errno.EACCES))
    monkeypatch.setattr(Path, "glob", failing(errno.EACCES))
    write_whole(tmp_path / "a.yaml", "new")
    monkeypatch.undo()
    assert files(tmp_path) == {"a.yaml": "new"}


def test_the_file_and_its_folder_are_on_the_disk_before_it_counts_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, list[str]]] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        synced.append((is_folder, [n for n in os.listdir(tmp_path) if n == "a.yaml"]))  # noqa: PTH208
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(tmp_path / "a.yaml", "new")
    assert synced == [(False, []), (True, ["a.yaml"])]


# --- what the new file is --------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OLD, encoding="utf-8")
    path.chmod(mode)
    write_whole(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "a.yaml", "new")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == 0o666 & ~mask


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    link = tmp_path / "link.yaml"
    link.symlink_to("home/a.yaml")
    for content in ("new", "newer"):  # at first it leads to nothing
        write_whole(link, content)
        assert link.is_symlink()
        assert files(home) == {"a.yaml": content}


def test_a_device_is_written_to_and_not_replaced() -> None:
    assert refusal(Path(os.devnull), force=False) is None
    write_whole(Path(os.devnull), "new")
    null = stamp(Path(os.devnull))
    assert write_over(Path(os.devnull), "new", null) == null
    assert not Path(os.devnull).is_file()


def test_a_name_may_be_as_long_as_the_system_lets_it_be(tmp_path: Path) -> None:
    path = tmp_path / ("ß" * 125 + ".yaml")
    write_whole(path, "new")
    assert files(tmp_path) == {path.name: "new"}


# --- what is refused beforehand --------------------------------------------------------------


def test_a_file_that_exists_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    assert refusal(path, force=False) is None
    path.write_text(OLD, encoding="utf-8")
    assert refusal(path, force=False) == "the file exists already; --force replaces it"
    assert refusal(path, force=True) is None


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (".", "this is a folder, not a file"),
        ("nowhere/a.yaml", "there is no folder {}/nowhere"),
        ("dangling.yaml", "there is no folder {}/nowhere, to which this link leads"),
        ("through/dangling.yaml", "there is no folder {}/nowhere, to which this link leads"),
        ("gone/a.yaml", "there is no folder {}/gone"),
        ("x" * 300, "this cannot be written: File name too long"),
    ],
)
def test_where_no_file_can_be_it_is_said_beforehand(
    tmp_path: Path, name: str, fault: str, force: bool
) -> None:
    tmp_path.joinpath("dangling.yaml").symlink_to(tmp_path / "nowhere" / "a.yaml")
    tmp_path.joinpath("through").symlink_to(tmp_path)
    tmp_path.joinpath("gone").symlink_to(tmp_path / "nowhere")
    path = tmp_path / name
    assert refusal(path, force=force) == fault.format(tmp_path)
    assert checkpoint_refusal(path, None, force=force) == fault.format(tmp_path)


@needs_permissions
def test_a_folder_that_may_not_be_written_into_is_said_beforehand(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.joinpath("a.yaml").write_text(OLD, encoding="utf-8")
    locked.chmod(0o555)
    assert refusal(locked / "b.yaml", force=False) == f"you may not write into the folder {locked}"
    with pytest.raises(PermissionError):
        write_whole(locked / "a.yaml", "new")
    assert files(locked) == {"a.yaml": OLD}
    locked.chmod(0o000)
    assert refusal(locked / "b.yaml", force=False) is not None
    locked.chmod(0o755)


def test_where_the_system_denies_access_it_is_said_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    fault = refusal(tmp_path / "a.yaml", force=True)
    assert fault == f"you may not write into the folder {tmp_path}"


# --- a file's own earlier self ---------------------------------------------------------------


def test_a_checkpoint_is_written_over_only_by_the_run_that_goes_on_from_it(tmp_path: Path) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    assert checkpoint_refusal(path, None, force=False) is None
    assert checkpoint_refusal(path, other, force=False) is None
    path.write_text(OLD, encoding="utf-8")
    fault = "the file exists already; --resume goes on from it, --force replaces it"
    assert checkpoint_refusal(path, None, force=False) == fault
    assert checkpoint_refusal(path, other, force=False) == fault
    other.write_text(OLD, encoding="utf-8")
    assert checkpoint_refusal(path, other, force=False) == fault
    assert checkpoint_refusal(path, other, force=True) is None
    assert checkpoint_refusal(path, path, force=False) is None
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    assert checkpoint_refusal(path, link, force=False) is None


def test_a_file_is_written_over_its_own_earlier_self_and_over_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    own = write_over(path, "first", None)
    own = write_over(path, "second", own)
    assert files(tmp_path) == {"a.yaml": "second"}
    path.unlink()
    own = write_over(path, "third", own)
    write_whole(path, "foreign")
    with pytest.raises(FileExistsError, match="another file has been put there meanwhile"):
        write_over(path, "fourth", own)
    with pytest.raises(FileExistsError):
        write_over(path, "fourth", None)
    assert files(tmp_path) == {"a.yaml": "foreign"}
    write_over(path, "fourth", stamp(path))
    assert files(tmp_path) == {"a.yaml": "fourth"}
