"""The sections of a configuration: what has keys of its own, and the short forms of it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from backprop_cli.config.shape.fields import (
    ACTIVATION_SPELLINGS,
    MAPPING,
    ONE_ACTIVATION,
    ONE_LOSS,
    ONE_OPTIMIZER,
    SCALAR,
    SETTINGS,
    ActivationName,
    Columns,
    Epochs,
    Flag,
    Fraction,
    Inputs,
    LossName,
    LossNameOrFormula,
    Name,
    NotNegative,
    Number,
    OneColumn,
    OptimizerName,
    Positive,
    Slope,
    Targets,
    UpdateNumber,
    either,
    shape,
)
from backprop_cli.config.shape.scalars import COMPLAINT
from backprop_cli.functions.names import spelling

# Of the models that are parts of another: they are built with it, and not a second time alone.
PART = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ActivationSettings(BaseModel):
    """An activation function with its settings."""

    model_config = PART

    name: ActivationName
    slope: Slope | None = Field(
        default=None,
        description="For leaky_relu and parametric_relu: the slope below 0; for the latter, where "
        "its training starts, or the name of a parameter.",
    )
    alpha: Number | None = Field(
        default=None,
        description="For elu: what it falls to, far below 0.",
    )
    a: Number | None = Field(
        default=None,
        description="For scaled_tanh: the factor before tanh.",
    )
    b: Number | None = Field(
        default=None,
        description="For scaled_tanh: the factor of the weighted sum.",
    )


SETTING_KEYS = frozenset(ActivationSettings.model_fields)


def activation_shape(value: object) -> str:
    """As `shape`, with settings told apart from a mapping by layer.

    Settings have a ``name``, or it is what is missing of them: all they hold is numbers.
    """
    if not isinstance(value, Mapping):
        return shape(value)
    forgotten = value and all(
        key in SETTING_KEYS
        and isinstance(given, str)
        and spelling(given) not in ACTIVATION_SPELLINGS
        for key, given in value.items()
    )
    return SETTINGS if isinstance(value.get("name"), str) or forgotten else MAPPING


OneActivation = Annotated[
    Annotated[ActivationSettings, Tag(SETTINGS)] | Annotated[ActivationName, Tag(SCALAR)],
    Discriminator(
        activation_shape, custom_error_type=COMPLAINT, custom_error_message=ONE_ACTIVATION
    ),
]
LayerActivations = Annotated[
    Annotated[dict[Name, OneActivation], Tag(MAPPING)]
    | Annotated[ActivationSettings, Tag(SETTINGS)]
    | Annotated[ActivationName, Tag(SCALAR)],
    Discriminator(
        activation_shape,
        custom_error_type=COMPLAINT,
        custom_error_message=f"{ONE_ACTIVATION}, or a mapping from each neuron to one",
    ),
]
Activations = Annotated[
    Annotated[dict[Name, LayerActivations], Tag(MAPPING)]
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

    model_config = PART

    name: OptimizerName
    momentum: Fraction | None = Field(
        default=None,
        description="For momentum and nesterov: the part of the last step that is kept.",
    )
    dampening: Fraction | None = Field(
        default=None,
        description="For momentum: the part of the gradient that is left out, as in "
        "v = momentum * v + (1 - dampening) * gradient.",
    )
    beta1: Fraction | None = Field(
        default=None,
        description="For adam and adamw: the part of the mean gradient that is kept.",
    )
    beta2: Fraction | None = Field(
        default=None,
        description="For adam and adamw: the part of the mean squared gradient that is kept.",
    )
    epsilon: NotNegative | None = Field(
        default=None,
        description="For adam and adamw: keeps the denominator above 0.",
    )


Optimizer = Annotated[
    Annotated[OptimizerSettings, Tag(SETTINGS)] | Annotated[OptimizerName, Tag(SCALAR)],
    Discriminator(
        activation_shape, custom_error_type=COMPLAINT, custom_error_message=ONE_OPTIMIZER
    ),
]


class LossSettings(BaseModel):
    """A loss function with its settings."""

    model_config = PART

    name: LossName
    delta: Positive | None = Field(
        default=None,
        description="For huber: how far from the target the straight line begins.",
    )


OneLoss = Annotated[
    Annotated[LossSettings, Tag(SETTINGS)] | Annotated[LossNameOrFormula, Tag(SCALAR)],
    Discriminator(activation_shape, custom_error_type=COMPLAINT, custom_error_message=ONE_LOSS),
]


class Penalty(BaseModel):
    """The term that is added to the loss so that the weights stay small."""

    model_config = PART

    l2: NotNegative | None = Field(
        default=None,
        description="The strength of 0.5 * l2 * (w1^2 + w2^2 + ...).",
        examples=[0.1],
    )
    l1: NotNegative | None = Field(
        default=None,
        description="The strength of l1 * (abs(w1) + abs(w2) + ...).",
        examples=[0.1],
    )
    biases: Flag = Field(default=False, description="Add up the biases too.")


class OneExample(BaseModel):
    """One of several examples."""

    model_config = PART

    inputs: Inputs
    target: Targets | None = None


class Data(BaseModel):
    """A data file with an example in each row."""

    model_config = PART

    file: str = Field(
        description="A CSV file whose first line names its columns; its path is relative to this "
        "file.",
        examples=["iris.csv"],
    )
    inputs: list[str] = Field(
        description="The columns that are the inputs.", examples=[["petal_length", "petal_width"]]
    )
    target: (
        Annotated[
            OneColumn | Columns, either("a target is a column, or a list of one for each output")
        ]
        | None
    ) = Field(
        default=None,
        description="The column that is the target, or a list with one for each output. A column "
        "of class names, or of class numbers for several outputs, stands for as many outputs. "
        "Without it the output itself is derived.",
        examples=["species", ["price"]],
    )
    standardize: Flag = Field(
        default=False,
        description="Shift and scale each input to mean 0 and standard deviation 1.",
    )


class TrainedSoFar(BaseModel):
    """The state of a training, beside the parameters themselves."""

    model_config = PART

    epochs: Epochs = Field(description="How many epochs are done.")
    first_loss: Number | None = Field(
        default=None,
        description="The mean loss before the first epoch, which later ones are compared with.",
    )
    compared_loss: Number | None = Field(
        default=None,
        description="The mean loss after the last full hundred of epochs, against which an "
        "improvement is measured.",
    )
    t: UpdateNumber | None = Field(
        default=None,
        description="For adam and adamw: the number of the next update.",
    )
    m: dict[str, Number] | None = Field(
        default=None,
        description="For adam and adamw: the running mean of the gradient, by parameter.",
    )
    v: dict[str, Number] | None = Field(
        default=None,
        description="For momentum and nesterov: what is kept of earlier steps, by parameter; for "
        "adam and adamw: the running mean of the squared gradient.",
    )
