"""Configurations of any shape with numbers at random.

``backprop new`` draws numbers until they are worth working, which takes its time.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from backprop_cli.api.templates import stood_in
from backprop_cli.config.writing.sketch import Sketch
from backprop_cli.config.writing.template import written


def drawn(sizes: Sequence[int], activation: str, loss: str, seed: int) -> str:
    """A configuration of layers of these sizes, inputs first; its numbers are none of them 0."""
    random = Random(seed)

    def numbers(count: int) -> tuple[Decimal, ...]:
        return tuple(
            Decimal(random.choice((-1, 1)) * random.randint(5, 99)) / 100 for _ in range(count)
        )

    sketch = Sketch(tuple(sizes), activation, loss)
    sketch = sketch._replace(
        inputs=numbers(sizes[0]),
        weights=numbers(len(sketch.edges)),
        bias_values=numbers(len(sketch.bias_places)),
    )
    return written(stood_in(sketch), "its numbers are at random")
