"""The configuration's shape: which keys there are and what each may hold.

The model reads scalars as they were typed (see ``yaml_source``) and knows nothing of what names
refer to; that is ``meaning``'s business. The same types yield the JSON Schema for editors.
"""

from pydantic import BaseModel, ConfigDict, Field

from backprop_cli.config.shape.fields import (
    ACTIVATION_NAMES,
    LOSS_NAMES,
    OPTIMIZER_NAMES,
    BatchSize,
    Decimals,
    Flag,
    Inputs,
    LayerBiases,
    LayerName,
    LayerWeights,
    Name,
    NotNegative,
    Number,
    ParameterName,
    Rate,
    ReductionName,
    Seed,
    Targets,
)
from backprop_cli.config.shape.sections import (
    Activations,
    Data,
    LossSettings,
    OneExample,
    OneLoss,
    Optimizer,
    Penalty,
    TrainedSoFar,
)
from backprop_cli.config.shape.weights import Text
from backprop_cli.functions.losses import OWN
from backprop_cli.functions.reductions import MEAN, SUM


class Configuration(BaseModel):
    """One exercise: a network, its numbers, and how it is to be worked."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        title="backprop configuration",
    )

    inputs: Inputs | None = Field(
        default=None,
        description="The inputs: a mapping from name to value, or a list (named x1, x2, ...).",
        examples=[{"x1": 0.05, "x2": 0.10}, [0.05, 0.10]],
    )
    weights: dict[LayerName, LayerWeights] = Field(
        description="Layer by layer in forward order, the output layer last. In a layer each "
        "neuron has its weights by source (anything before it), a list with one for each source "
        "of the layer before, or a formula; or the layer is a matrix with one row for each "
        "neuron. A weight is a number, the name of a parameter, or a name with its number.",
        examples=[
            {
                "hidden": {"h1": {"x1": 0.15, "x2": 0.20}, "h2": {"x1": 0.25, "x2": 0.30}},
                "output": {"out": {"h1": 0.40, "h2": 0.45}},
            },
            {"hidden": [[0.15, 0.20], [0.25, 0.30]], "output": [[0.40, 0.45]]},
            {"graph": {"q": "x + y", "f": "q * z"}},
        ],
    )
    parameters: dict[ParameterName, Number] = Field(
        default={},
        description="Parameters with names of their own, which may stand several times "
        "instead of a weight or a bias, and in formulas.",
        examples=[{"U": 0.5, "W": 0.1}],
    )
    biases: dict[Name, LayerBiases] = Field(
        default={},
        description="By layer: one number shared by the layer, or one for each neuron as a list "
        "or a mapping. A layer or neuron that is left out has none.",
        examples=[{"hidden": 0.35, "output": 0.60}, {"hidden": [0.35, 0.35], "output": [0.60]}],
    )
    target: Targets | None = Field(
        default=None,
        description="What the network should give: a number, or for several outputs a list "
        "or a mapping by neuron. Without it the output itself is derived.",
        examples=[0.01, [0.01, 0.99], {"o1": 0.01, "o2": 0.99}],
    )
    of: Name | None = Field(
        default=None,
        description="Without a target: the output that is derived, where there are several.",
        examples=["f"],
    )
    examples: list[OneExample] | None = Field(
        default=None,
        description="Several examples, instead of inputs and target.",
        examples=[[{"inputs": [0, 1], "target": 1}, {"inputs": [1, 1], "target": 0}]],
    )
    data: Data | None = Field(
        default=None,
        title="Data",
        description="A data file of examples, instead of inputs and target.",
        examples=[{"file": "iris.csv", "inputs": ["petal_length"], "target": "species"}],
    )
    batch_size: BatchSize = Field(
        default=1,
        description="How many examples each update uses, or all; it uses the mean of their "
        "gradients, or their sum: see reduction.",
        examples=[1, "all"],
    )
    reduction: ReductionName = Field(
        default=MEAN.name,
        description="How the losses of a batch's examples, and their gradients, become one: by "
        "their mean or their sum.",
        examples=[MEAN.name, SUM.name],
    )
    shuffle: Flag = Field(
        default=False,
        description="Go through the examples in another order every epoch.",
        examples=[True],
    )
    seed: Seed = Field(default=0, description="The seed of the shuffled orders.", examples=[7])
    optimizer: Optimizer = Field(
        default=OPTIMIZER_NAMES[0],
        description="How gradients become updates, as PyTorch does it.",
        examples=[OPTIMIZER_NAMES[0], {"name": "momentum", "momentum": 0.9}],
    )
    weight_decay: NotNegative | None = Field(
        default=None,
        description="How strongly every update pulls the parameters towards 0.",
        examples=[0.01],
    )
    learning_rate: Rate | None = Field(
        default=None,
        description="How far an update goes against the gradient. Without it, the gradients are "
        "worked out, but no update.",
        examples=[0.5],
    )
    rounding: Decimals = Field(
        default=None,
        description="Decimals carried from line to line, as on paper. Without it the "
        "arithmetic is exact (float64).",
        examples=[4],
    )
    order: list[str] = Field(
        default=[],
        description="The order in which gradients are explained, by parameter name. By default "
        "from the output layer backwards.",
        examples=[["w5", "w6", "w1", "w2", "w4", "w3"]],
    )
    activation: Activations = Field(
        default=ACTIVATION_NAMES[0],
        description="The activation function of every layer, or a mapping by layer.",
        examples=[ACTIVATION_NAMES[0], {"hidden": ACTIVATION_NAMES[0]}],
    )
    loss: OneLoss = Field(
        default=LOSS_NAMES[0],
        description="The loss function, summed over the outputs: its name, or its formula in "
        "y_hat, y_true and n, the number of outputs.",
        examples=[LOSS_NAMES[0], {"name": "huber", "delta": 1}, "(y_true - y_hat)^2 / n"],
    )
    penalty: Penalty | None = Field(
        default=None,
        title="Penalty",
        description="What is added to the loss so that the weights stay small: l2 is the strength "
        "of 0.5 * l2 * (w1^2 + w2^2 + ...), l1 that of l1 * (abs(w1) + abs(w2) + ...).",
        examples=[{"l2": 0.1}, {"l1": 0.01, "biases": True}],
    )
    frozen: list[str] = Field(
        default=[],
        description="Parameters that updates do not change.",
        examples=[["b1", "b2"]],
    )
    trained: TrainedSoFar | None = Field(
        default=None,
        title="Trained",
        description="How far training has come, in a saved network. Without it, training begins.",
        examples=[{"epochs": 400, "first_loss": 0.27, "v": {"w1": 0.01, "w2": -0.02}}],
    )

    @property
    def loss_name(self) -> str:
        """The loss function's name, with or without settings beside it; OWN for a formula."""
        if isinstance(self.loss, LossSettings):
            return self.loss.name
        return OWN if isinstance(self.loss, Text) else self.loss
