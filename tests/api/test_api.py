"""The program from Python: what the command line works, as plain data."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.program import DEFAULT, Backprop

import backprop_cli as bp


@pytest.fixture(scope="module")
def net() -> bp.Network:
    return bp.load(DEFAULT)


def test_one_update_has_the_document_s_figures(net: bp.Network) -> None:
    work = net.run()
    assert work.value["a_h1"] == 0.5933
    assert (work.grad["w1"], work.grad["b1"], work.loss) == (0.00067, 0.0284, 0.2748)
    assert (work.new["w6"], work.new["b2"]) == (0.40865, 0.5307)


def test_figures_are_those_of_the_command_line(net: bp.Network, backprop: Backprop) -> None:
    printed = json.loads(backprop("run", DEFAULT, "--exact", "--format", "json").stdout)
    work = net.run(exact=True)
    assert {name: work.value[name] for name in printed["forward"]} == printed["forward"]
    assert dict(work.grad) == printed["gradients"]
    assert dict(work.new) == printed["after"]


def test_training_leaves_the_network_as_it_is_and_gives_another(net: bp.Network) -> None:
    before = dict(net.parameters)
    trained = net.train(epochs=100)
    assert trained.history[0][0] == 0
    assert trained.history[-1] == (100, trained.loss)
    assert trained.loss < trained.history[0][1]
    assert dict(net.parameters) == before
    again = trained.net.train(epochs=100)
    assert again.history[0] == (100, trained.loss)
    assert again.loss < trained.loss


def test_training_ends_early_when_the_loss_is_reached(net: bp.Network) -> None:
    trained = net.train(epochs=100_000, until_loss=0.01)
    assert trained.loss <= 0.01
    assert trained.epochs < 100_000


def test_an_explanation_is_there_in_every_medium(net: bp.Network) -> None:
    explained = net.run().explain("w1")
    assert "0.0554 * 0.2413 ≈ 0.0134" in explained.text
    assert repr(explained) == explained.text
    assert "\\frac{\\partial \\mathrm{Loss}}{\\partial w_{1}}" in explained.markdown
    assert explained.latex.startswith("\\documentclass")
    assert explained.html.startswith("<!DOCTYPE html>")


def test_a_notebook_shows_html_with_mathml_latex_and_plain_text(net: bp.Network) -> None:
    bundle = net.run().explain("w5")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}
    assert "<mfrac>" in bundle["text/html"]
    assert bundle["text/latex"].startswith("$$")
    assert "0.0822" in bundle["text/plain"]
    assert net._repr_mimebundle_()["image/svg+xml"].startswith("<?xml")


def test_gradients_are_checked(net: bp.Network) -> None:
    found = net.gradcheck()
    assert found.passes
    assert found.differences["w1"] == pytest.approx(net.run(exact=True).grad["w1"], rel=1e-6, abs=0)
    assert repr(found) == "<GradientCheck of 8 parameters, all right>"


def test_someone_s_own_figures_are_checked(net: bp.Network) -> None:
    found = net.check({"z_h1": 0.3775, "dLoss/dw1": 0.0013})
    assert found.first_wrong is not None
    assert (found.first_wrong.name, found.first_wrong.verdict) == ("dLoss/dw1", "wrong")
    assert found.first_wrong.mistakes
    assert [line.verdict for line in found.lines] == ["right", "wrong"]
    assert net.check({"z_h1": 0.3775}).first_wrong is None


def test_a_network_is_exported_drawn_and_written(net: bp.Network) -> None:
    assert "torch" in net.export("pytorch")
    assert net.draw().svg.startswith("<?xml")
    assert "z = 0.3775" in net.draw().text
    assert dict(bp.parse(net.yaml).parameters) == dict(net.parameters)


def test_networks_are_drawn_anew_and_come_by_name() -> None:
    assert dict(bp.new("2-3-1", seed=7).parameters) == dict(bp.new("2-3-1", seed=7).parameters)
    assert repr(bp.new("2-3-1", seed=7)).startswith("<Network 2-3-1:")
    assert bp.example("mazur").inputs == {"i1": 0.05, "i2": 0.10}


def test_an_example_and_an_epoch_are_chosen() -> None:
    xor = bp.example("xor")
    assert xor.run(example=2).value["x2"] == float(xor.exercise.examples[1].inputs[1])
    with pytest.raises(bp.UsageError, match=r"^example=5: the examples are 1 to 4$"):
        xor.run(example=5)
    trained = xor.train(epochs=3).net
    assert trained.run(exact=True).value["w1"] == xor.run(epoch=4, exact=True).value["w1"]


def test_what_is_wrong_is_said_as_the_command_line_says_it() -> None:
    with pytest.raises(bp.ConfigError, match=r"^mine\.yaml:1:1: inputs: "):
        bp.parse("weights: {}\n", "mine.yaml")
    with pytest.raises(bp.UsageError, match=r"^w99: there is no such quantity"):
        bp.load(DEFAULT).run().explain("w99")


def test_numbers_are_plain_floats_that_nobody_can_change(net: bp.Network) -> None:
    work = net.run()
    assert {type(value) for value in (*work.value.values(), *work.grad.values())} == {float}
    with pytest.raises(TypeError):
        work.grad["w1"] = 0.0  # type: ignore[index]


def test_the_import_alone_loads_nothing_heavy() -> None:
    heavy = ["rich", "typer", "pydantic", "numpy", "yaml"]
    code = f"import sys, backprop_cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = bp.nothing
    assert "load" in dir(bp)
    assert Path(bp.__file__ or "").name == "__init__.py"
