"""The kinds of field in a configuration: numbers, names, and their several short forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic_core import CoreSchema, core_schema

from backprop_cli.config.shape.names import (
    LONGEST_NAME,
    check_layer_name,
    check_name,
    check_parameter_name,
    one_of,
)
from backprop_cli.config.shape.patterns import of_spellings, of_words
from backprop_cli.config.shape.scalars import (
    COMPLAINT,
    FLAGS,
    MOST_DECIMALS,
    counted_from,
    read_batch_size,
    read_decimals,
    read_flag,
    read_number,
    read_positive,
    read_rate,
    read_seed,
    within,
)
from backprop_cli.config.shape.weights import (
    LIKE_A_FAN,
    Label,
    Text,
    read_formula_text,
    read_parameter,
    read_slope,
)
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.names import by_spelling, spelling
from backprop_cli.functions.optimizers import OPTIMIZERS
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.classes import MOST_COUNTED

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
ONE_LOSS = "a loss is one name, or a name and its settings in a mapping"
ONE_ACTIVATION = "an activation is one name, or a name and its settings in a mapping"


def shape(value: object) -> str:
    """Which of a field's forms was written, so that a complaint is about that form alone."""
    return MAPPING if isinstance(value, Mapping) else LIST if isinstance(value, list) else SCALAR


def either(wanted: str) -> Discriminator:
    """Tells a field's forms apart; ``wanted`` describes them to a user who wrote another."""
    return Discriminator(shape, custom_error_type=COMPLAINT, custom_error_message=wanted)


@dataclass(frozen=True, eq=False)  # typing wants a hash, and each is its own
class Read:
    """The reader of a scalar, and what the JSON Schema says of it.

    ``reader`` makes the value of what was typed; of a ``name``, of a text. This is what pydantic's
    PlainValidator, AfterValidator and WithJsonSchema come to; those look into every function and
    at every type each time they are met, which was a tenth of a short run.
    """

    reader: Callable[[Any], Any]
    schema: Mapping[str, Any]
    is_name: bool = False

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """See pydantic's documentation of custom types."""
        if self.is_name:
            text = core_schema.str_schema()
            return core_schema.no_info_after_validator_function(self.reader, text)
        return core_schema.no_info_plain_validator_function(self.reader)

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Likewise."""
        return dict(self.schema)


def _known(spellings: Mapping[str, str], what: str) -> Read:
    """The reader of the name of one of our own rows, in any of its spellings.

    An editor offers the names themselves, and takes every spelling.
    """
    names = {"enum": [*dict.fromkeys(spellings.values())]}
    return Read(
        one_of(spellings, what),
        {"type": "string", "anyOf": [names, {"pattern": of_spellings(spellings)}]},
        is_name=True,
    )


Number = Annotated[Decimal, Read(read_number, {"type": "number"})]
Name = Annotated[
    str,
    Read(check_name, {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}, is_name=True),
]
ParameterName = Annotated[
    str,
    Read(
        check_parameter_name,
        {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
        is_name=True,
    ),
]
LayerName = Annotated[
    str,
    Read(
        check_layer_name,
        {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "not": {"const": "name"}},
        is_name=True,
    ),
]
Rate = Annotated[
    Decimal,
    Read(read_rate, {"type": "number", "exclusiveMinimum": 0}),
]
Decimals = Annotated[
    int | None,
    Read(read_decimals, {"type": "integer", "minimum": 1, "maximum": MOST_DECIMALS}),
]
ACTIVATION_SPELLINGS = by_spelling(ACTIVATIONS.values(), SOFTMAX)
ActivationName = Annotated[str, _known(ACTIVATION_SPELLINGS, "activation")]
LOSS_SPELLINGS = by_spelling(LOSSES.values())
_LOSS = _known(LOSS_SPELLINGS, "loss")
LossName = Annotated[str, _LOSS]


def read_loss(text: str) -> str:
    """The name of a loss, or its formula."""
    if spelling(text) not in LOSS_SPELLINGS and any(sign in text for sign in "+*/^()²³"):
        return Text(text)
    return str(_LOSS.reader(text))


LossNameOrFormula = Annotated[
    str,
    Read(
        read_loss,
        {"anyOf": [_LOSS.schema, {"type": "string", "pattern": "[+*/^()²³]"}]},
        is_name=True,
    ),
]
ReductionName = Annotated[str, _known(by_spelling(REDUCTIONS.values()), "reduction")]
OptimizerName = Annotated[str, _known(by_spelling(OPTIMIZERS.values()), "optimizer")]
Fraction = Annotated[
    Decimal,
    Read(within(0, 1), {"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
]
Positive = Annotated[
    Decimal,
    Read(read_positive, {"type": "number", "exclusiveMinimum": 0}),
]
NotNegative = Annotated[Decimal, Read(within(0), {"type": "number", "minimum": 0})]
Flag = Annotated[
    bool,
    Read(
        read_flag,
        {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": of_words(FLAGS)}]},
    ),
]
Seed = Annotated[int, Read(read_seed, {"type": "integer", "minimum": 0})]
BatchSize = Annotated[
    int | None,
    Read(read_batch_size, {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]}),
]
Epochs = Annotated[
    int,
    Read(counted_from(0), {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}),
]
UpdateNumber = Annotated[
    int,
    Read(counted_from(1), {"type": "integer", "minimum": 1, "maximum": MOST_COUNTED}),
]
Columns = Annotated[list[str], Tag(LIST)]
OneColumn = Annotated[str, Tag(SCALAR)]
Numbers = Annotated[list[Number], Tag(LIST)]
NamedNumbers = Annotated[dict[Name, Number], Tag(MAPPING)]
OneNumber = Annotated[Number, Tag(SCALAR)]

Parameter = Annotated[
    Decimal | str | Label,
    Read(
        read_parameter,
        {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "maxLength": LONGEST_NAME, "pattern": "^[^0-9.+-]"},
                {
                    "type": "object",
                    "additionalProperties": {"type": "number"},
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        },
    ),
]
Slope = Annotated[
    Decimal | str,
    Read(
        read_slope,
        {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "maxLength": LONGEST_NAME, "pattern": "^[^0-9.+-]"},
            ]
        },
    ),
]
Formula = Annotated[Text, Read(read_formula_text, {"type": "string", "minLength": 1})]
Parameters = Annotated[list[Parameter], Tag(LIST)]
ByName = Annotated[dict[Name, Parameter], Tag(MAPPING)]

Inputs = Annotated[
    NamedNumbers | Numbers,
    either("the inputs are a mapping such as {x1: 0.05, x2: 0.10}, or a list of numbers"),
]
Fan = Annotated[ByName | Parameters | Annotated[Formula, Tag(SCALAR)], either(LIKE_A_FAN)]
LayerWeights = Annotated[
    Annotated[dict[Name, Fan], Tag(MAPPING)] | Annotated[list[list[Parameter]], Tag(LIST)],
    either(
        "a layer is a mapping from each neuron to its weights or its formula, such as "
        "{y: {x1: 0.1}}, or one list of weights a neuron, such as [[0.1, 0.2]]"
    ),
]
LayerBiases = Annotated[
    ByName | Parameters | Annotated[Parameter, Tag(SCALAR)],
    either("a layer's biases are a number, a list or a mapping"),
]
Targets = Annotated[
    NamedNumbers | Numbers | OneNumber, either("a target is a number, a list or a mapping")
]
