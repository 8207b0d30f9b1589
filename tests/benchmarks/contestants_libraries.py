"""The same training with NumPy, micrograd, PyTorch and JAX, as their users write it."""

import math
from importlib import import_module
from typing import Any

from tasks import Loop, Task, in_one


def batches(task: Task) -> list[slice]:
    """The rows of each batch."""
    return [slice(at, at + task.batch) for at in range(0, len(task.inputs), task.batch)]


def loop_in_numpy(task: Task) -> Loop:
    """Matrices, and the backward pass by hand."""
    np: Any = import_module("numpy")
    inputs, targets = np.array(task.inputs), np.array(task.targets)
    parts = [(inputs[rows], targets[rows]) for rows in batches(task)]
    activations: dict[str, Any] = {
        "sigmoid": (lambda z: 1.0 / (1.0 + np.exp(-z)), lambda a: a * (1.0 - a)),
        "tanh": (np.tanh, lambda a: 1.0 - a * a),
    }
    value, slope = activations[task.activations[0]]
    squared = task.loss == "half_squared_error"

    def predicted(z: Any) -> Any:
        if task.activations[1] == "softmax":
            exps = np.exp(z - z.max(axis=1, keepdims=True))
            return exps / exps.sum(axis=1, keepdims=True)
        return 1.0 / (1.0 + np.exp(-z))

    def loop(epochs: int) -> list[float]:
        w1, b1, w2, b2 = (np.array(part) for layer in (task.hidden, task.output) for part in layer)
        for _ in range(epochs):
            for x, t in parts:
                h = value(x @ w1.T + b1)
                y = predicted(h @ w2.T + b2)
                e = (y - t) * y * (1.0 - y) if squared else y - t
                d = e @ w2 * slope(h)
                step = task.rate / len(x)
                w2 -= step * (e.T @ h)
                b2 -= step * _for_biases(e.sum(axis=0), b2)
                w1 -= step * (d.T @ x)
                b1 -= step * _for_biases(d.sum(axis=0), b1)
        return in_one(w1.tolist(), w2.tolist(), b1.tolist(), b2.tolist())

    return loop


def _for_biases(by_neuron: Any, biases: Any) -> Any:
    """The gradients by neuron, added up where one bias serves all."""
    return by_neuron if len(biases) == len(by_neuron) else by_neuron.sum(keepdims=True)


def loop_in_micrograd(task: Task) -> Loop:
    """A graph of single numbers, walked backwards."""
    value: Any = import_module("micrograd.engine").Value

    def applied(x: Any, result: float, slope: float) -> Any:
        """A function that micrograd lacks, added as its author does it."""
        out = value(result, (x,))

        def backward() -> None:
            x.grad += slope * out.grad

        out._backward = backward
        return out

    def activated(name: str, z: Any) -> Any:
        if name == "tanh":
            a = math.tanh(z.data)
            return applied(z, a, 1.0 - a * a)
        a = 1.0 / (1.0 + math.exp(-z.data))
        return applied(z, a, a * (1.0 - a))

    def log(x: Any) -> Any:
        return applied(x, math.log(x.data), 1.0 / x.data)

    def predictions(sums: list[Any]) -> list[Any]:
        if task.activations[1] != "softmax":
            return [activated(task.activations[1], z) for z in sums]
        exps = [applied(z, math.exp(z.data), math.exp(z.data)) for z in sums]
        total = sum(exps[1:], exps[0]) ** -1
        return [part * total for part in exps]

    def loss_of(sums: list[Any], targets: list[float]) -> Any:
        parts = [
            {
                "half_squared_error": lambda y, t: 0.5 * (y - t) ** 2,
                "binary_cross_entropy": lambda y, t: -(t * log(y) + (1.0 - t) * log(1.0 - y)),
                "cross_entropy": lambda y, t: -t * log(y),
            }[task.loss](y, t)
            for y, t in zip(predictions(sums), targets, strict=True)
        ]
        return sum(parts[1:], parts[0])

    def loop(epochs: int) -> list[float]:
        (w1, b1), (w2, b2) = (
            ([[value(w) for w in row] for row in weights], [value(b) for b in biases])
            for weights, biases in (task.hidden, task.output)
        )
        parameters = [p for matrix in (w1, w2) for row in matrix for p in row] + b1 + b2
        for _ in range(epochs):
            for rows in batches(task):
                loss = value(0.0)
                for x, t in zip(task.inputs[rows], task.targets[rows], strict=True):
                    h = [activated(task.activations[0], z) for z in weighted_sums(w1, b1, x)]
                    loss = loss + loss_of(weighted_sums(w2, b2, h), t)
                for p in parameters:
                    p.grad = 0.0
                loss.backward()
                for p in parameters:
                    p.data -= task.rate * (p.grad / task.batch)
        return [p.data for p in parameters]

    return loop


def weighted_sums(weights: list[list[Any]], biases: list[Any], sources: list[Any]) -> list[Any]:
    """A layer of single numbers."""
    every = biases * (len(weights) // len(biases))
    return [
        sum((w * x for w, x in zip(row, sources, strict=True)), bias)
        for row, bias in zip(weights, every, strict=True)
    ]


def loop_in_pytorch(task: Task) -> Loop:
    """Eager PyTorch: its layers' functions, its losses, its SGD."""
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    functional = torch.nn.functional
    inputs = torch.tensor(task.inputs, dtype=torch.float64)
    targets = torch.tensor(task.targets, dtype=torch.float64)
    parts = [(inputs[rows], targets[rows]) for rows in batches(task)]
    losses: dict[str, Any] = {
        "half_squared_error": lambda z, t: 0.5 * ((torch.sigmoid(z) - t) ** 2).sum(dim=1).mean(),
        "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
        "cross_entropy": functional.cross_entropy,
    }
    value: Any = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}[task.activations[0]]
    loss = losses[task.loss]

    def loop(epochs: int) -> list[float]:
        w1, b1, w2, b2 = (
            torch.tensor(part, dtype=torch.float64, requires_grad=True)
            for layer in (task.hidden, task.output)
            for part in layer
        )
        optimizer = torch.optim.SGD([w1, b1, w2, b2], lr=task.rate)
        for _ in range(epochs):
            for x, t in parts:
                optimizer.zero_grad()
                loss(value(x @ w1.T + b1) @ w2.T + b2, t).backward()
                optimizer.step()
        return in_one(w1.tolist(), w2.tolist(), b1.tolist(), b2.tolist())

    return loop


def loop_in_jax(task: Task) -> Loop:
    """JAX: gradients by `grad`, all epochs in one compiled `fori_loop`."""
    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp, lax = jax.numpy, jax.lax
    count = len(task.inputs) // task.batch
    inputs = jnp.array(task.inputs).reshape(count, task.batch, -1)
    targets = jnp.array(task.targets).reshape(count, task.batch, -1)
    value: Any = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh}[task.activations[0]]
    losses: dict[str, Any] = {
        "half_squared_error": lambda z, t: 0.5 * (jax.nn.sigmoid(z) - t) ** 2,
        "binary_cross_entropy": lambda z, t: jax.nn.softplus(z) - t * z,
        "cross_entropy": lambda z, t: -t * jax.nn.log_softmax(z),
    }
    loss = losses[task.loss]

    def mean_loss(parameters: Any, x: Any, t: Any) -> Any:
        (w1, b1), (w2, b2) = parameters
        return loss(value(x @ w1.T + b1) @ w2.T + b2, t).sum(axis=1).mean()

    def updated(at: Any, parameters: Any) -> Any:
        slopes = jax.grad(mean_loss)(parameters, inputs[at % count], targets[at % count])
        return jax.tree.map(lambda p, slope: p - task.rate * slope, parameters, slopes)

    train = jax.jit(lambda updates, start: lax.fori_loop(0, updates, updated, start))
    before = tuple((jnp.array(w), jnp.array(b)) for w, b in (task.hidden, task.output))

    def loop(epochs: int) -> list[float]:
        (w1, b1), (w2, b2) = jax.block_until_ready(train(epochs * count, before))
        return in_one(w1.tolist(), w2.tolist(), b1.tolist(), b2.tolist())

    return loop
