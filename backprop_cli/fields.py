"""What the fields of a configuration may hold: numbers, names, and their several short forms."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    Discriminator,
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
    MOST_COUNTED,
    MOST_DECIMALS,
    check_layer_name,
    check_name,
    counted_from,
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
LayerName = Annotated[
    str,
    AfterValidator(check_layer_name),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "not": {"const": "name"}}
    ),
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
NotNegative = Annotated[
    Decimal, PlainValidator(within(0)), WithJsonSchema({"type": "number", "minimum": 0})
]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Seed = Annotated[int, PlainValidator(read_seed), WithJsonSchema({"type": "integer", "minimum": 0})]
BatchSize = Annotated[
    int | None,
    PlainValidator(read_batch_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]}),
]
Epochs = Annotated[
    int,
    PlainValidator(counted_from(0)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}),
]
UpdateNumber = Annotated[
    int,
    PlainValidator(counted_from(1)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_COUNTED}),
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
