"""A notebook that is run shows the picture of the network, formulas and figures."""

import re

import pytest

nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
pytest.importorskip("ipykernel")

CELLS = (
    "import backprop_cli as bp\nnet = bp.example('mazur')\nnet",
    "net.run().explain('w5')",
    "net.train(epochs=3).loss",
)


@pytest.fixture(scope="module")
def outputs() -> list[dict[str, str]]:
    """What each cell shows, by medium."""
    nbformat = pytest.importorskip("nbformat")
    version = nbformat.v4
    notebook = version.new_notebook(cells=[version.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = []
    for cell in notebook.cells:
        assert [one.output_type for one in cell.outputs] == ["execute_result"], cell.outputs
        shown.append(dict(cell.outputs[0].data))
    return shown


def test_a_network_is_its_picture(outputs: list[dict[str, str]]) -> None:
    assert "<svg" in outputs[0]["image/svg+xml"]
    assert "0.15" in outputs[0]["image/svg+xml"]


def test_an_explanation_is_formulas_with_mazur_s_figure(outputs: list[dict[str, str]]) -> None:
    """∂E/∂w5 is 0.082167041 on Mazur's page."""
    shown = outputs[1]
    assert "<math" in shown["text/html"]
    assert "<script" not in shown["text/html"]
    assert re.search(r"0\.0821?6?7?", shown["text/html"])
    assert shown["text/latex"].startswith("$$")
    assert "∂Loss/∂w5" in shown["text/plain"]


def test_numbers_are_numbers(outputs: list[dict[str, str]]) -> None:
    """The error of 0.298371109 that Mazur's page begins with has fallen after three epochs."""
    assert 0 < float(outputs[2]["text/plain"]) < 0.298371109
