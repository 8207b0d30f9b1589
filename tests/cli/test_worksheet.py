"""``backprop worksheet`` as a teacher starts it, and ``backprop check`` of what comes back."""

import json
import re
from pathlib import Path

import pytest
from support.program import CONFIGS, DEFAULT, Backprop

BLANK = "_" * 12
CODE = re.compile(r"^  Code: ((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})$", re.MULTILINE)
MINE = """\
inputs: [0.3, 0.7]
weights: {hidden: [[0.1, 0.2], [0.3, -0.4]], output: [[0.5, 0.6]]}
biases: {hidden: [0.1, 0.2], output: 0.3}
target: 1
activation: {hidden: tanh, output: sigmoid}
loss: binary_cross_entropy
learning_rate: 0.5
rounding: 4
"""


def code_of(sheet: Path) -> str:
    found = CODE.search(sheet.read_text(encoding="utf-8"))
    assert found
    return found[1]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_each_student_has_a_sheet_and_the_teacher_a_key_to_each(
    backprop: Backprop, tmp_path: Path
) -> None:
    run = backprop("worksheet", DEFAULT, "--count", "3", "--seed", "7", "-o", "class", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert "--seed 7" in run.stderr
    names = {str(path.relative_to(tmp_path / "class")) for path in (tmp_path / "class").rglob("*")}
    sheets = {f"sheet-0{number}.txt" for number in (1, 2, 3)}
    assert names == {*sheets, "keys", *(f"keys/key-0{number}.txt" for number in (1, 2, 3))}
    texts = [(tmp_path / "class" / name).read_text(encoding="utf-8") for name in sheets]
    assert len({*texts}) == 3
    # Nothing but numbers, the code, and how the picture is laid out for them differs.
    plain = [re.sub(r".*[│╭╰\u2800-\u28ff].*\n", "", one) for one in texts]
    assert len({re.sub(r"Code: .*|[−\d.]+| +", "", one) for one in plain}) == 1


def test_a_sheet_has_a_blank_for_every_result_and_none_of_the_results(
    backprop: Backprop, tmp_path: Path
) -> None:
    backprop("worksheet", "--count", "1", "--seed", "7", "-o", "class", cwd=tmp_path)
    sheet = (tmp_path / "class" / "sheet-01.txt").read_text(encoding="utf-8")
    key = (tmp_path / "class" / "keys" / "key-01.txt").read_text(encoding="utf-8")
    results = re.findall(r"^  (\S+) +=.*[=≈] (−?[\d.]+)$", key, re.MULTILINE)
    assert {"z_h1", "a_h1", "Loss", "∂Loss/∂w5", "∂Loss/∂b1", "w6_new"} <= {n for n, _ in results}
    assert sheet.count(f"= {BLANK}") == len(results)
    given = set(re.findall(r"[−\d.]*\d\.\d+", sheet))
    assert not {figure for _, figure in results if len(figure.split(".")[1]) > 2} & given


def test_the_same_seed_makes_the_same_files_and_another_others(
    backprop: Backprop, tmp_path: Path
) -> None:
    for folder, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        backprop("worksheet", "--count", "2", "--seed", seed, "-o", folder, cwd=tmp_path)

    def content(folder: str) -> list[str]:
        files = sorted((tmp_path / folder).rglob("*.txt"))
        return [path.read_text(encoding="utf-8") for path in files]

    assert content("one") == content("two")
    assert len({*content("one"), *content("three")}) == 8


@pytest.mark.parametrize("as_format", ["text", "markdown", "latex"])
@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_key_is_a_sheet_that_is_all_right(
    backprop: Backprop, tmp_path: Path, path: Path, as_format: str
) -> None:
    made = backprop(
        *("worksheet", path, "--count", "2", "--seed", "3", "--format", as_format, "-o", "class"),
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stderr
    for key in sorted((tmp_path / "class" / "keys").iterdir()):
        run = backprop("check", key, "--format", "json")
        assert run.returncode == 0, run.stderr
        found = json.loads(run.stdout)
        assert (found["wrong"], found["follows"], found["unclear"], found["unread"]) == (0,) * 4
        assert found["right"] >= (4 if path.stem == "circuit" else 5)  # q, f, and two chains
        assert found["missing"] == []


def filled_in(sheet: Path, key: Path) -> str:
    """The sheet with the figures of its key, as a student writes them."""
    figures = dict(
        re.findall(r"^ +(\S+) +=.*[=≈] (−?[\d.]+)", key.read_text(encoding="utf-8"), re.MULTILINE)
    )

    def fill(line: re.Match[str]) -> str:
        return line[0].replace(BLANK, figures[line[1]])

    text = sheet.read_text(encoding="utf-8").replace(f"Name: {BLANK}", "Name: Ada")
    return re.sub(rf"^ +(\S+) +=.*{BLANK}.*$", fill, text, flags=re.MULTILINE)


def test_a_sheet_filled_in_from_its_key_is_right_and_a_mistake_in_it_is_found(
    backprop: Backprop, tmp_path: Path
) -> None:
    backprop("worksheet", "--count", "1", "--seed", "7", "-o", "class", cwd=tmp_path)
    sheet = tmp_path / "class" / "sheet-01.txt"
    text = filled_in(sheet, tmp_path / "class" / "keys" / "key-01.txt")
    assert BLANK not in text
    sheet.write_text(text, encoding="utf-8")
    assert backprop("check", sheet).returncode == 0
    figure = re.search(r"^  ∂Loss/∂w5 .*= (\S+)$", text, re.MULTILINE)
    assert figure
    mistaken = text.replace(figure[0], f"{figure[0].removesuffix(figure[1])}−{figure[1]}")
    sheet.write_text(mistaken.replace("= −−", "= "), encoding="utf-8")
    found = json.loads(backprop("check", sheet, "--format", "json").stdout)
    first = next(line for line in found["lines"] if line["line"] == found["first_wrong"])
    assert (first["name"], first["mistakes"][0]) == ("dLoss/dw5", "sign")


@pytest.mark.parametrize(
    ("as_format", "ending"), [("text", "txt"), ("markdown", "md"), ("latex", "tex")]
)
def test_an_empty_sheet_has_nothing_to_be_checked(
    backprop: Backprop, tmp_path: Path, as_format: str, ending: str
) -> None:
    command = ("worksheet", "relu", "--count", "1", "--format", as_format, "-o", "class")
    backprop(*command, cwd=tmp_path)
    run = backprop("check", f"class/sheet-01.{ending}", cwd=tmp_path)
    said = f"class/sheet-01.{ending}: no figure is filled in yet\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", said)


def test_the_code_alone_tells_the_numbers_of_figures_typed_anywhere(
    backprop: Backprop, tmp_path: Path
) -> None:
    backprop("worksheet", "--count", "1", "--seed", "7", "-o", "class", cwd=tmp_path)
    code = code_of(tmp_path / "class" / "sheet-01.txt")
    key = (tmp_path / "class" / "keys" / "key-01.txt").read_text(encoding="utf-8")
    figure = re.search(r"^  a_h1 .*≈ (\S+)$", key, re.MULTILINE)
    assert figure
    typed = f"a_h1 = {figure[1]}\n"
    assert backprop("check", "-", "--code", code.lower(), input=typed).returncode == 0
    assert backprop("check", "-", input=typed).returncode == 1


def test_a_false_code_is_said_and_so_is_one_of_another_configuration(
    backprop: Backprop, tmp_path: Path, mine: Path
) -> None:
    backprop("worksheet", "--count", "1", "--seed", "7", "-o", "class", cwd=tmp_path)
    key = tmp_path / "class" / "keys" / "key-01.txt"
    code = code_of(key)
    run = backprop("check", key, "--code", code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert (run.returncode, run.stdout) == (2, "")
    assert "no worksheet has this code; a letter or a digit of it is wrong" in run.stderr
    run = backprop("check", mine, key)
    assert (run.returncode, run.stdout) == (2, "")
    assert "it is of a worksheet of another configuration" in run.stderr


def test_the_configuration_of_a_sheet_is_found_beside_it_or_named(
    backprop: Backprop, tmp_path: Path, mine: Path
) -> None:
    made = backprop("worksheet", "mine.yaml", "--count", "1", "-o", "class", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    key = tmp_path / "class" / "keys" / "key-01.txt"
    beside = key.rename(tmp_path / "class" / "key.txt")
    assert backprop("check", beside).returncode == 0
    elsewhere = tmp_path / "far" / "away"
    elsewhere.mkdir(parents=True)
    moved = beside.rename(elsewhere / "key.txt")
    run = backprop("check", moved)
    assert run.returncode == 2
    assert "the configuration that its worksheet was made of is not here; name it" in run.stderr
    assert backprop("check", mine, moved).returncode == 0
    # Nor does it matter how its file is laid out.
    mine.write_text(f"# remarked\n{MINE}", encoding="utf-8")
    assert backprop("check", mine, moved).returncode == 0


def test_nothing_is_written_over_without_force(backprop: Backprop, tmp_path: Path) -> None:
    command = ("worksheet", "--count", "2", "-o", "class")
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "sheet-02.txt").write_text("mine", encoding="utf-8")
    run = backprop(*command, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "class/sheet-02.txt exists already; --force replaces what is there" in run.stderr
    assert [path.name for path in folder.iterdir()] == ["sheet-02.txt"]
    assert backprop(*command, "--force", cwd=tmp_path).returncode == 0
    assert len([*folder.iterdir()]) == 3


def test_a_folder_that_cannot_be_made_is_said(backprop: Backprop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder, said in (("file", "this is a file"), ("no/class", "there is no folder no")):
        run = backprop("worksheet", "--count", "1", "-o", folder, cwd=tmp_path)
        assert (run.returncode, run.stdout) == (2, "")
        assert said in run.stderr


def test_a_full_disk_leaves_no_sheet_at_all(backprop: Backprop, tmp_path: Path) -> None:
    import resource

    def small_disk() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    run = backprop("worksheet", "--count", "3", "-o", "class", cwd=tmp_path, preexec=small_disk)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert [*tmp_path.iterdir()] == []


def test_every_shipped_example_makes_worksheets(backprop: Backprop, tmp_path: Path) -> None:
    for path in sorted(CONFIGS.glob("*.yaml")):
        run = backprop("worksheet", path, "--count", "1", "-o", path.stem, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        assert BLANK in (tmp_path / path.stem / "sheet-01.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("as_format", "ending"),
    [("text", ".txt"), ("markdown", ".md"), ("latex", ".tex"), ("html", ".html")],
)
def test_all_sheets_stand_in_one_file_and_all_keys_in_another(
    backprop: Backprop, tmp_path: Path, as_format: str, ending: str
) -> None:
    command = ("worksheet", "--count", "3", "--seed", "7", "--format", as_format, "-o", "class")
    assert backprop(*command, cwd=tmp_path).returncode == 0
    each = sorted((tmp_path / "class").glob(f"*{ending}"))
    assert len(each) == 3
    together = backprop(*command, "--together", cwd=tmp_path)
    assert together.returncode == 0, together.stderr
    sheets = (tmp_path / "class" / f"sheets{ending}").read_text(encoding="utf-8")
    keys = (tmp_path / "class" / f"keys{ending}").read_text(encoding="utf-8")
    for one in each:
        code = re.search(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}", one.read_text(encoding="utf-8"))
        assert code
        assert code[0] in sheets
        assert code[0] in keys


@pytest.mark.parametrize("heading", ["Name\n", "first name;last name;mail\n", "student,group\n"])
def test_names_are_on_the_sheets_and_nowhere_else(
    backprop: Backprop, tmp_path: Path, heading: str
) -> None:
    rows = {
        "Name\n": ("Ada Lovelace", "Alan Turing"),
        "first name;last name;mail\n": ("Ada;Lovelace;a@x", "Alan;Turing;t@x"),
        "student,group\n": ("Ada Lovelace,1", '"Alan Turing",2'),
    }[heading]
    (tmp_path / "names.csv").write_text(heading + "\n".join(rows), encoding="utf-8")
    run = backprop("worksheet", "--names", "names.csv", "-o", "class", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    files = sorted(path for path in (tmp_path / "class").rglob("*") if path.is_file())
    named = [path.name for path in files if "Ada" in path.read_text(encoding="utf-8")]
    assert named == ["sheet-01.txt"]
    assert [path.name for path in files if path.name.startswith("sheet")] == [
        *("sheet-01.txt", "sheet-02.txt"),
    ]
    assert "  Name: Alan Turing\n" in (tmp_path / "class" / "sheet-02.txt").read_text("utf-8")
    assert "Ada" not in run.stderr + "".join(map(str, files))


def test_several_sheets_in_one_file_are_not_taken_for_one(
    backprop: Backprop, tmp_path: Path
) -> None:
    backprop("worksheet", "--count", "3", "--together", "-o", "class", cwd=tmp_path)
    run = backprop("check", "class/keys.txt", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "there are 3 codes on it; put each sheet into a file of its own" in run.stderr


def test_a_sheet_is_the_same_whatever_the_locale_and_the_terminal_are(
    backprop: Backprop, tmp_path: Path
) -> None:
    command = ("worksheet", "--count", "1", "--seed", "7", "-o")
    plain = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1", "COLUMNS": "40"}
    assert backprop(*command, "one", cwd=tmp_path).returncode == 0
    assert backprop(*command, "two", cwd=tmp_path, env=plain).returncode == 0
    for name in ("sheet-01.txt", "keys/key-01.txt"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_configuration_beside_the_sheets_may_be_the_one_they_are_made_of(
    backprop: Backprop, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    own = folder / "exercise.yaml"
    own.write_text(f"# My remarks stay.\n{MINE}", encoding="utf-8")
    before = own.read_bytes()
    run = backprop("worksheet", own, "--count", "1", "-o", folder)
    assert run.returncode == 0, run.stderr
    assert own.read_bytes() == before
    own.write_text(MINE.replace("0.7", "0.8"), encoding="utf-8")
    run = backprop("worksheet", DEFAULT.with_name("xor.yaml"), "--count", "2", "-o", folder)
    assert run.returncode == 2, "sheet-01.txt is there"


def test_the_examples_of_a_data_file_are_found_again_too(
    backprop: Backprop, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("a,b,y\n0.1,0.2,1\n0.3,0.5,0\n0.7,0.4,1\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "data: {file: rows.csv, inputs: [a, b], target: y}\nweights: {output: [[0.1, 0.2]]}\n"
        "biases: {output: 0.3}\nloss: binary_cross_entropy\nlearning_rate: 0.5\nrounding: 4\n",
        encoding="utf-8",
    )
    made = backprop("worksheet", "mine.yaml", "--count", "2", "-o", "class", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    for key in (tmp_path / "class" / "keys").iterdir():
        run = backprop("check", key)
        assert run.returncode == 0, run.stderr
        assert backprop("check", tmp_path / "mine.yaml", key).returncode == 0


def test_more_names_than_sheets_and_a_file_without_names_are_said(
    backprop: Backprop, tmp_path: Path
) -> None:
    (tmp_path / "names.csv").write_text("name\nAda\nAlan\nGrace\n", encoding="utf-8")
    (tmp_path / "marks.csv").write_text("mark,points\n1,2\n", encoding="utf-8")
    command = ("worksheet", "-o", "class", "--names")
    run = backprop(*command, "names.csv", "--count", "2", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, "--count 2: there are 3 names\n")
    run = backprop(*command, "marks.csv", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("marks.csv:1: no column of names is called name or student")
    assert not (tmp_path / "class").exists()


@pytest.mark.parametrize("blank", ["gradients", "tables"])
def test_the_forward_pass_may_stand_there_worked_out(
    backprop: Backprop, tmp_path: Path, blank: str
) -> None:
    made = backprop(
        *("worksheet", "--count", "1", "--seed", "7", "--blank", blank, "-o", "class"),
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stderr
    sheet = (tmp_path / "class" / "sheet-01.txt").read_text(encoding="utf-8")
    key = (tmp_path / "class" / "keys" / "key-01.txt").read_text(encoding="utf-8")
    for name in ("z_h1", "a_h1", "Loss"):
        (line,) = re.findall(rf"^  {name} +=.*$", key, re.MULTILINE)
        assert " ".join(line.split()) in " ".join(sheet.split())
    figures = dict(re.findall(r"^  (∂Loss/\S+|\w+_new) +=.*[=≈] (−?[\d.]+)", key, re.MULTILINE))
    for name in ("∂Loss/∂w5", "∂Loss/∂w1", "w1_new"):
        assert not re.search(rf"(?<![\d.]){re.escape(figures[name])}(?![\d])", sheet)
    if blank == "gradients":
        assert re.search(rf"^  ∂Loss/∂w5 .*= {BLANK}$", sheet, re.MULTILINE)
    else:
        assert re.search(rf"│ w5 +│ +[−\d.]+ │ +{BLANK} │ +{BLANK} │", sheet)
        assert "∂Loss/∂w5" not in sheet
    run = backprop("check", tmp_path / "class" / "keys" / "key-01.txt")
    assert run.returncode == 0, run.stdout


def test_a_network_that_allows_no_numbers_worth_working_is_told(
    backprop: Backprop, tmp_path: Path, mine: Path
) -> None:
    mine.write_text(MINE.replace("hidden: tanh", "hidden: binary_step"), encoding="utf-8")
    run = backprop("worksheet", mine, "--count", "2", "--seed", "7", "-o", "class", cwd=tmp_path)
    assert run.returncode == 0
    assert (
        "Of 2 sheets no better numbers were found: on sheet 1, w1, w2, w3, w4 and 2 more have no "
        "gradients" in run.stderr
    )
    fine = backprop("worksheet", "--count", "2", "--seed", "7", "-o", "fine", cwd=tmp_path)
    assert "better" not in fine.stderr
