"""``--explain dz_out/dw1``: the derivative of any quantity by any other, needed or not."""

import json

import pytest
from support.program import CONFIGS, DEFAULT, Backprop

from backprop_cli import config
from backprop_cli.algebra.expression import partial
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.derivation.between import Between, derivation_of
from backprop_cli.derivation.forward import forward_steps

# A circuit, a recurrent cell with a weight that is used twice, and a softmax.
CIRCUIT = """
inputs: {x: -2, y: 5, z: -4}
weights: {graph: {q: "x + y", f: "q * z"}}
"""
RECURRENT = """
inputs: {x1: 1.0, x2: 2.0}
parameters: {U: 0.5, W: 0.1, V: 2.0}
weights:
  t1: {s1: {x1: U}}
  t2: {s2: {x2: U, s1: W}}
  out: {y1: {s1: V}, y2: {s2: V}}
activation: {t1: tanh, t2: tanh, out: linear}
target: {y1: 1.0, y2: 2.0}
"""
SOFTMAX = """
inputs: [3, 1]
weights: {hidden: [[0.1, 0.2], [0.3, -0.1]], output: [[0.2, 0.1], [0, 0.4], [0.3, 0.3]]}
activation: {hidden: tanh, output: softmax}
loss: cross_entropy
target: [1, 0, 0]
"""
STEP = 1e-6


@pytest.mark.parametrize("text", [CIRCUIT, RECURRENT, SOFTMAX])
def test_the_derivative_of_every_quantity_by_every_other_is_a_difference(text: str) -> None:
    """Of each pair: what the one changes by where the other is held a little off its value."""
    exercise = config.parse(text, "network.yaml")
    network, given = exercise.network, {**exercise.given(0)}
    forward, between, exact = forward_steps(network), Between(network), Exact()
    names = [step.defines.name for step in forward]

    def worked(held: dict[str, float]) -> dict[str, float]:
        values = {name: float(number) for name, number in given.items()} | held
        for step in forward:
            if step.defines.name not in held:
                values[step.defines.name] = exact.evaluate(step.expression, values)
        return values

    plain, seen = worked({}), 0
    for by in (*names, *network.inputs, *network.parameters):
        above, below = (worked({by: plain[by] + step}) for step in (STEP, -STEP))
        for of in names:
            pair = partial(of, by)
            if not between.offers(pair) or of == by:
                continue
            found = 0.0
            if between.derives(pair):
                found = work(derivation_of(network, of, [by]), given, exact).values[pair.name]
            difference = (above[of] - below[of]) / (2 * STEP)
            assert found == pytest.approx(difference, rel=1e-6, abs=1e-6), pair.name
            seen += 1
    assert seen >= len(forward)


def test_it_is_the_product_of_what_is_on_the_way(backprop: Backprop) -> None:
    """0.40 * 0.2413 * 0.05 = 0.004826, by the document's figures."""
    text = backprop("run", DEFAULT, "--explain", "dz_out/dw1").stdout
    assert "∂z_out/∂w1 = 0.40 * 0.2413 * 0.05 ≈ 0.00483" in text
    assert "h1 uses sigmoid" in text
    found = json.loads(backprop("run", DEFAULT, "--explain", "dz_out/dw1", "--format=json").stdout)
    last = found["derivations"][-1]
    assert (last["quantity"], last["result"]) == ("dz_out/dw1", 0.00483)


def test_the_loss_of_one_output_is_derived_for_itself(backprop: Backprop) -> None:
    """In Mazur's example E_o1 reaches w5 alone as the whole loss does: ∂E/∂w5 = 0.0822."""
    text = backprop("run", "mazur", "--explain", "dLoss_o1/da_h1").stdout
    assert "0.0554" in text  # ∂E_o1/∂out_h1 = 0.055399425
    text = backprop("run", "mazur", "--explain", "dLoss_o1/dw7").stdout
    assert "does not depend on w7" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dz_h1/dz_h2", "z_h1 does not depend on z_h2"),
        ("dw1/dz_out", "w1 does not depend on z_out"),
        ("dz_h1/dz_h1", "derivative of z_h1 by itself, which is 1"),
    ],
)
def test_what_does_not_depend_on_the_other_is_told_plainly(
    backprop: Backprop, name: str, said: str
) -> None:
    run = backprop("run", DEFAULT, "--explain", name)
    assert said in run.stdout
    assert run.returncode == 0


def test_what_is_no_quantity_of_the_forward_pass_is_no_derivative(backprop: Backprop) -> None:
    for name in ("dz_h1/dη", "dz_h1/dw1_new", "dz_h9/dw1"):
        run = backprop("run", CONFIGS / "default.yaml", "--explain", name)
        assert run.returncode == 2
        assert "there is no such quantity" in run.stderr


def test_the_number_of_the_example_that_is_shown_may_stand_in_a_derivative(
    backprop: Backprop,
) -> None:
    text = SOFTMAX.replace("inputs: [3, 1]\n", "").replace("target: [1, 0, 0]\n", "")
    text += "examples: [{inputs: [1, 2], target: [1, 0, 0]}, {inputs: [3, 1], target: [0, 1, 0]}]\n"
    # By hand: z_h1 = 3 * 0.1 + 1 * 0.2, and (1 − tanh(0.5)^2) * 3 = 0.786448 * 3 = 2.359343.
    for name in ("da_h1[2]/dw1", "da_h1[2]/dw1[2]", "∂a_h1[2]/∂w1"):
        run = backprop("run", "-", "--example", "2", "--explain", name, input=text)
        assert run.returncode == 0, run.stderr
        assert run.stdout.rstrip().endswith("≈ 2.3593")


@pytest.mark.parametrize("name", ["de_o1/dz_o1", "∂e_o1/∂z_o1", "dsum_output/dz_o1"])
def test_what_a_softmax_is_worked_by_is_never_taken_for_the_loss_of_an_output(
    backprop: Backprop, name: str
) -> None:
    run = backprop("run", "-", "--explain", name, input=SOFTMAX)
    assert (run.stdout, run.returncode) == ("", 2)
    assert f"{name}: there is no such quantity" in run.stderr


def test_under_a_softmax_the_part_through_a_weighted_sum_is_not_of_that_output_s_loss(
    backprop: Backprop,
) -> None:
    """The loss of an output whose target is 0 is 0, whatever is changed."""
    text = f"{SOFTMAX}biases: {{output: 0.1}}\n"
    for name in ("dE_o2/db1", "dLoss_o2/da_h1", "dLoss_o3/dw1"):
        run = backprop("run", "-", "--explain", name, "--format", "json", input=text)
        assert run.returncode == 0, run.stderr
        assert json.loads(run.stdout)["derivations"][-1]["result"] == 0, name


SKIPPING = """
inputs: {x: 1}
weights:
  h: {h1: {x: 0.5}}
  g: {g1: {h1: 0.4}}
  o: {o1: {h1: 0.3, g1: 0.2}, o2: {h1: 0.1}}
activation: linear
target: [0, 0]
"""


def test_what_reaches_an_output_on_two_ways_has_both_in_the_derivative_of_its_loss(
    backprop: Backprop,
) -> None:
    """By hand: ŷ_o1 = 0.5 * (0.3 + 0.4 * 0.2) = 0.19, and 0.19 * (0.3 + 0.4 * 0.2) = 0.0722."""
    run = backprop("run", "-", "--explain", "dE_o1/da_h1", input=SKIPPING)
    assert run.stdout.rstrip().endswith("= 0.0152 + 0.0570 = 0.0722")
