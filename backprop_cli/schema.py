"""The configuration's shape: which keys there are and what each may hold.

The model reads scalars as they were typed (see ``yaml_source``) and knows nothing of what names
refer to; that is ``meaning``'s business. The same types yield the JSON Schema for editors.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)

from backprop_cli.activations import ACTIVATIONS
from backprop_cli.losses import LOSSES
from backprop_cli.optimizers import OPTIMIZERS
from backprop_cli.scalars import (
    COMPLAINT,
    LONGEST_NAME,
    MOST_DECIMALS,
    check_name,
    one_of,
    read_batch_size,
    read_decimals,
    read_flag,
    read_number,
    read_rate,
    read_seed,
    within,
)
from backprop_cli.softmax import SOFTMAX

ACTIVATION_NAMES = (*ACTIVATIONS, SOFTMAX)
LOSS_NAMES = tuple(LOSSES)
OPTIMIZER_NAMES = tuple(OPTIMIZERS)

TAGS = {
    MAPPING := "<mapping>",
    LIST := "<list>",
    SCALAR := "<scalar>",
    SETTINGS := "<settings>",
}
ONE_OPTIMIZER = "an optimizer is one name, or a name and its settings in a mapping"
ONE_ACTIVATION = "an activation is one name, or a name and its settings in a mapping"


def shape(value: object) -> str:
    """Which of a field's forms was written, so that a complaint is about that form alone."""
    return MAPPING if isinstance(value, Mapping) else LIST if isinstance(value, list) else SCALAR


def either(wanted: str) -> Discriminator:
    """Tells a field's forms apart; ``wanted`` describes them to a user who wrote another."""
    return Discriminator(shape, custom_error_type=COMPLAINT, custom_error_message=wanted)


Number = Annotated[Decimal, PlainValidator(read_number), WithJsonSchema({"type": "number"})]
Name = Annotated[
    str,
    AfterValidator(check_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}),
]
Rate = Annotated[
    Decimal,
    PlainValidator(read_rate),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
Decimals = Annotated[
    int | None,
    PlainValidator(read_decimals),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_DECIMALS}),
]
ActivationName = Annotated[
    str,
    AfterValidator(one_of(ACTIVATION_NAMES, "activation")),
    WithJsonSchema({"type": "string", "enum": list(ACTIVATION_NAMES)}),
]
LossName = Annotated[
    str,
    AfterValidator(one_of(LOSS_NAMES, "loss")),
    WithJsonSchema({"type": "string", "enum": list(LOSS_NAMES)}),
]
OptimizerName = Annotated[
    str,
    AfterValidator(one_of(OPTIMIZER_NAMES, "optimizer")),
    WithJsonSchema({"type": "string", "enum": list(OPTIMIZER_NAMES)}),
]
Fraction = Annotated[
    Decimal,
    PlainValidator(within(0, 1)),
    WithJsonSchema({"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
]
Decay = Annotated[
    Decimal, PlainValidator(within(0)), WithJsonSchema({"type": "number", "minimum": 0})
]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Seed = Annotated[int, PlainValidator(read_seed), WithJsonSchema({"type": "integer", "minimum": 0})]
BatchSize = Annotated[
    int | None,
    PlainValidator(read_batch_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]}),
]
Columns = Annotated[list[str], Tag(LIST)]
OneColumn = Annotated[str, Tag(SCALAR)]
Numbers = Annotated[list[Number], Tag(LIST)]
NamedNumbers = Annotated[dict[Name, Number], Tag(MAPPING)]
OneNumber = Annotated[Number, Tag(SCALAR)]

Inputs = Annotated[
    NamedNumbers | Numbers,
    either("the inputs are a mapping such as {x1: 0.05, x2: 0.10}, or a list of numbers"),
]
Fan = Annotated[
    NamedNumbers | Numbers,
    either("a neuron's weights are a mapping such as {x1: 0.15, x2: 0.20}, or a list of numbers"),
]
LayerWeights = Annotated[
    Annotated[dict[Name, Fan], Tag(MAPPING)] | Annotated[list[list[Number]], Tag(LIST)],
    either("a layer is a mapping from each neuron to its weights, or one list of weights a neuron"),
]
LayerBiases = Annotated[
    NamedNumbers | Numbers | OneNumber, either("a layer's biases are a number, a list or a mapping")
]
Targets = Annotated[
    NamedNumbers | Numbers | OneNumber, either("a target is a number, a list or a mapping")
]


def without_default(schema: dict[str, Any]) -> None:
    """Take a default of null out of the schema: it stands for a key that is not written."""
    schema.pop("default", None)


class ActivationSettings(BaseModel):
    """An activation function with its settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ActivationName
    slope: Number | None = Field(
        default=None,
        description="Of leaky_relu and parametric_relu: the slope below 0; of the latter, where "
        "its training starts.",
        json_schema_extra=without_default,
    )
    alpha: Number | None = Field(
        default=None,
        description="Of elu: what it falls to, far below 0.",
        json_schema_extra=without_default,
    )


def activation_shape(value: object) -> str:
    """As `shape`, with a mapping that has a ``name`` told apart from one by layer."""
    return SETTINGS if isinstance(value, Mapping) and "name" in value else shape(value)


OneActivation = Annotated[
    Annotated[ActivationSettings, Tag(SETTINGS)] | Annotated[ActivationName, Tag(SCALAR)],
    Discriminator(
        activation_shape, custom_error_type=COMPLAINT, custom_error_message=ONE_ACTIVATION
    ),
]
Activations = Annotated[
    Annotated[dict[Name, OneActivation], Tag(MAPPING)]
    | Annotated[ActivationSettings, Tag(SETTINGS)]
    | Annotated[ActivationName, Tag(SCALAR)],
    Discriminator(
        activation_shape,
        custom_error_type=COMPLAINT,
        custom_error_message=f"{ONE_ACTIVATION}, or a mapping from each layer to one",
    ),
]


class OptimizerSettings(BaseModel):
    """An optimizer with its settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: OptimizerName
    momentum: Fraction | None = Field(
        default=None,
        description="Of momentum and nesterov: the part of the last step that is kept.",
        json_schema_extra=without_default,
    )
    beta1: Fraction | None = Field(
        default=None,
        description="Of adam and adamw: the part of the mean gradient that is kept.",
        json_schema_extra=without_default,
    )
    beta2: Fraction | None = Field(
        default=None,
        description="Of adam and adamw: the part of the mean squared gradient that is kept.",
        json_schema_extra=without_default,
    )
    epsilon: Rate | None = Field(
        default=None,
        description="Of adam and adamw: keeps the denominator above 0.",
        json_schema_extra=without_default,
    )


Optimizer = Annotated[
    Annotated[OptimizerSettings, Tag(SETTINGS)] | Annotated[OptimizerName, Tag(SCALAR)],
    Discriminator(
        activation_shape, custom_error_type=COMPLAINT, custom_error_message=ONE_OPTIMIZER
    ),
]


class OneExample(BaseModel):
    """One of several examples."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: Inputs
    target: Targets


class Data(BaseModel):
    """A data file with an example in each row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(
        description="A CSV file whose first line names its columns; its path is relative to this "
        "file.",
        examples=["iris.csv"],
    )
    inputs: list[str] = Field(
        description="The columns that are the inputs.", examples=[["petal_length", "petal_width"]]
    )
    target: Annotated[
        OneColumn | Columns, either("a target is a column, or a list of one for each output")
    ] = Field(
        description="The column that is the target, or a list with one for each output. A column "
        "of class names stands for as many outputs, called by them.",
        examples=["species", ["price"]],
    )
    standardize: Flag = Field(
        default=False,
        description="Shift and scale each input to mean 0 and standard deviation 1.",
    )


class Configuration(BaseModel):
    """One exercise: a network, its numbers, and how it is to be worked."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        title="backprop configuration",
        json_schema_extra={
            "oneOf": [
                {"required": ["inputs", "target"]},
                {"required": ["examples"]},
                {"required": ["data"]},
            ]
        },
    )

    inputs: Inputs | None = Field(
        default=None,
        description="The inputs: a mapping from name to value, or a list (named x1, x2, ...).",
        examples=[{"x1": 0.05, "x2": 0.10}, [0.05, 0.10]],
        json_schema_extra=without_default,
    )
    weights: dict[Name, LayerWeights] = Field(
        description="Layer by layer in forward order, the output layer last. In a layer each "
        "neuron has its weights by source, or a list with one for each source of the layer "
        "before; or the layer is a matrix with one row for each neuron.",
        examples=[
            {
                "hidden": {"h1": {"x1": 0.15, "x2": 0.20}, "h2": {"x1": 0.25, "x2": 0.30}},
                "output": {"out": {"h1": 0.40, "h2": 0.45}},
            },
            {"hidden": [[0.15, 0.20], [0.25, 0.30]], "output": [[0.40, 0.45]]},
        ],
    )
    biases: dict[Name, LayerBiases] = Field(
        default_factory=dict,
        description="By layer: one number shared by the layer, or one for each neuron as a list "
        "or a mapping. A layer or neuron that is left out has none.",
        examples=[{"hidden": 0.35, "output": 0.60}, {"hidden": [0.35, 0.35], "output": [0.60]}],
    )
    target: Targets | None = Field(
        default=None,
        description="What the network should put out: a number, or for several outputs a list "
        "or a mapping by output neuron.",
        examples=[0.01, [0.01, 0.99], {"o1": 0.01, "o2": 0.99}],
        json_schema_extra=without_default,
    )
    examples: list[OneExample] | None = Field(
        default=None,
        description="Several examples, in the place of inputs and target.",
        examples=[[{"inputs": [0, 1], "target": 1}, {"inputs": [1, 1], "target": 0}]],
        json_schema_extra=without_default,
    )
    data: Data | None = Field(
        default=None,
        title="Data",
        description="A data file of examples, in the place of inputs and target.",
        examples=[{"file": "iris.csv", "inputs": ["petal_length"], "target": "species"}],
        json_schema_extra=without_default,
    )
    batch_size: BatchSize = Field(
        default=1,
        description="How many examples there are to an update, or all; the update goes by the "
        "mean of their gradients.",
        examples=[1, "all"],
    )
    shuffle: Flag = Field(
        default=False,
        description="Go through the examples in another order every epoch.",
        examples=[True],
    )
    seed: Seed = Field(
        default=0, description="What the shuffled orders are drawn with.", examples=[7]
    )
    optimizer: Optimizer = Field(
        default=OPTIMIZER_NAMES[0],
        description="How gradients become updates, as PyTorch does it.",
        examples=[OPTIMIZER_NAMES[0], {"name": "momentum", "momentum": 0.9}],
    )
    weight_decay: Decay | None = Field(
        default=None,
        description="How strongly every update pulls the parameters towards 0.",
        examples=[0.01],
        json_schema_extra=without_default,
    )
    learning_rate: Rate = Field(
        description="How far an update goes against the gradient.", examples=[0.5]
    )
    rounding: Decimals = Field(
        default=None,
        description="Decimals carried from line to line, as on paper. Without it the "
        "arithmetic is exact (float64).",
        examples=[4],
        json_schema_extra=without_default,
    )
    order: list[str] = Field(
        default_factory=list,
        description="The order in which gradients are explained, by parameter name. By default "
        "from the output layer backwards.",
        examples=[["w5", "w6", "w1", "w2", "w4", "w3"]],
    )
    activation: Activations = Field(
        default=ACTIVATION_NAMES[0],
        description="The activation function of every layer, or a mapping by layer.",
        examples=[ACTIVATION_NAMES[0], {"hidden": ACTIVATION_NAMES[0]}],
    )
    loss: LossName = Field(
        default=LOSS_NAMES[0],
        description="The loss function, summed over the outputs.",
        examples=[LOSS_NAMES[0]],
    )
    frozen: list[str] = Field(
        default_factory=list,
        description="Parameters that an update leaves as they are.",
        examples=[["b1", "b2"]],
    )
