"""The script in PyTorch: a module, an optimizer, and as many processes as it is launched in."""

from collections.abc import Iterator, Mapping

from backprop_cli.export import parts, snippets, updates
from backprop_cli.export.arrays import Array, flat
from backprop_cli.export.description import Description, LayerArrays
from backprop_cli.export.graph import forward_lines
from backprop_cli.export.layout import INDENT, WIDTH, Block, array, indented, listing
from backprop_cli.export.layout import script as laid_out
from backprop_cli.functions.reductions import MEAN

# An activation in terms of z.
ACTIVATIONS = {
    "linear": "{z}",
    "sigmoid": "torch.sigmoid({z})",
    "tanh": "torch.tanh({z})",
    "bipolar_sigmoid": "torch.tanh(0.5 * {z})",
    "scaled_tanh": "{a} * torch.tanh({b} * {z})",
    "softsign": "F.softsign({z})",
    # F.hardsigmoid takes its 1/6 in float32, whatever it is given.
    "hard_sigmoid": "torch.where(abs({z}) < 3, {z} / 6 + 0.5, 1.0 * ({z} > 0))",
    "sign": "torch.sign({z})",
    "mish": "F.mish({z})",
    "softplus": "F.softplus({z}, threshold=40)",  # by default, z takes over at 20 already
    "swish": "F.silu({z})",
    # A comparison has no gradient at all; with this it is 0.
    "binary_step": "({z} >= 0) + 0 * {z}",
    "relu": "torch.relu({z})",
    "leaky_relu": "F.leaky_relu({z}, {slope})",
    "parametric_relu": "F.prelu({z}, {slope})",
    "elu": "F.elu({z}, {alpha})",
    "selu": "F.selu({z})",
    "gelu": "F.gelu({z})",
    "softmax": "torch.softmax({z}, dim=1)",
}

# The loss, example by example and output by output.
LOSSES = {
    **parts.LOSS_OF_EACH,
    "mean_absolute_error": "abs(y - y_hat) / y.shape[1]",
    "hinge": "torch.relu(1 - y * y_hat)",
}

# The class of torch.optim, and its arguments beside the learning rate, in terms of our settings.
OPTIMIZERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sgd": ("SGD", ()),
    "momentum": ("SGD", ("momentum=momentum",)),
    "dampened_momentum": ("SGD", ("momentum=momentum", "dampening=dampening")),
    "nesterov": ("SGD", ("momentum=momentum", "nesterov=True")),
    "adam": ("Adam", ("betas=(beta1, beta2)", "eps=epsilon")),
    "adamw": ("AdamW", ("betas=(beta1, beta2)", "eps=epsilon")),
}

# Where it keeps our running quantities, in their order.
KEPT = {"SGD": ("momentum_buffer",), "Adam": ("exp_avg", "exp_avg_sq")}
KEPT["AdamW"] = KEPT["Adam"]

PROCESSES = """\
# Launched with torchrun --nproc-per-node N, this is one of N processes, each of which
# takes a part of every batch.
launched = "WORLD_SIZE" in os.environ
processes, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
on_gpu = torch.cuda.device_count() >= int(os.environ.get("LOCAL_WORLD_SIZE", 1))
if on_gpu:
    torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)))
    torch.set_default_device("cuda")
if launched:
    dist.init_process_group("nccl" if on_gpu else "gloo")
""".splitlines()

UPDATE = '''\
def update(x, y):
    """Move every parameter against its gradient of the {name} loss over a batch."""
    mine = slice(rank, None, processes)
    # The gradients' mean over the processes is then their {name} over the batch.
    loss = losses(model(x[mine]), y[mine]).sum() * processes{divided}{penalty}
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
'''

# Gloo's threads end with the last reference to their group. One that outlives the interpreter
# brings the process down as it lets go of a tensor. The model holds a reference; so would default
# arguments of torch.distributed.nn, which the model imports, if the group were there before them.
IMPORTED_EARLY = "import torch.distributed.nn  # before there is a group, to hold none of it"
END = """\
if launched:
    dist.barrier()  # none may leave while another still has something to send
    {end}dist.destroy_process_group()
"""


def script(description: Description) -> str:
    """The script."""
    classes = _network(description)
    functional = any("F." in line for line in classes)
    penalty = " + penalty()" if description.network.penalty else ""
    item = f"{penalty}.item()" if penalty else ""
    blocks: list[Block] = [
        parts.header(description, "PyTorch"),
        parts.imports(description, "os"),
        [
            "import torch",
            "import torch.distributed as dist",
            *([IMPORTED_EARLY] if description.trained else []),
            *(["import torch.nn.functional as F"] if functional else []),
            "from torch import nn",
            *(
                ["from torch.nn.parallel import DistributedDataParallel"]
                if description.trained
                else []
            ),
        ],
        ["torch.set_default_dtype(torch.float64)"],
        PROCESSES,
        parts.settings(description),
        *parts.examples(description, "torch.tensor"),
        _masks(description),
        classes,
        parts.of_loss(description, "torch"),
        [
            "def losses(y_hat, y):",
            '    """The loss of each output for each example."""',
            f"    return {LOSSES[description.network.loss]}",
        ],
        _made(description),
        parts.penalty(description, "torch", _whole),
        [
            "@torch.no_grad()",
            f"def {parts.loss_function(description)}():",
            f'    """The loss{parts.over_examples(description)}."""',
            f"    return losses(network(x), y).sum().item(){parts.divided(description)}{item}",
        ],
    ]
    if description.trained:
        row = description.reduction or MEAN
        divided = " / len(x)" if row.divides else ""
        blocks.append(UPDATE.format(name=row.name, divided=divided, penalty=penalty).splitlines())
    if parts.shuffles(description):
        blocks.append(snippets.ORDER_OF_EPOCH)
    loss = f"loss = {parts.loss_function(description)}()"
    loop = parts.loop(description, "update({x}, {y})", loss, condition="rank == 0 and ")
    let_go = f"del model  # and its hold on the group, whose threads then end\n{INDENT}"
    end = END.format(end=let_go if description.trained else "").splitlines()
    return laid_out([*blocks, snippets.IS_SHOWN, loop, end])


def _masks(description: Description) -> Block:
    """The masks of the arrays that are trained in part only, and the values of the rest."""
    if not description.is_masked:
        return []
    lines = ["# 1 where there is something to train, 0 where not; and what is frozen there."]
    if not any(_has_fixed(one) for one in description.arrays):
        lines = ["# 1 where there is something to train, 0 where not."]
    lines += parts.masks(description, "torch.tensor")
    for one in description.arrays:
        if _has_fixed(one):
            lines += array([f"{one.name}_frozen = torch.tensor"], one.fixed)
    return lines


def _whole(one: Array) -> str:
    """An array of the network, what is frozen of it included."""
    trained = f" * {one.name}_trained" if one.is_masked else ""
    return f"network.{one.name}{trained}{f' + {one.name}_frozen' if _has_fixed(one) else ''}"


def _has_fixed(one: Array) -> bool:
    """True if parameters other than 0 are frozen in an array that is trained in part."""
    return one.is_masked and any(flat(one.fixed))


def _network(description: Description) -> Block:
    """The module."""
    made: list[str] = ["super().__init__()"]
    forward: list[str] = []
    source = "x"
    if description.graph:
        for one in description.singles:
            made += array([f"self.{one.name} = nn.Parameter", "torch.tensor"], one.values, depth=2)
            if not one.is_trained:
                made.append(f"self.{one.name}.requires_grad = False")
        values = {name: f"self.{one.name}" for name, one in description.by_parameter}
        forward += forward_lines(description.network, "torch", ACTIVATIONS, _stacked, values)
    for layer in description.layers:
        made += parts.comment(parts.about(layer), depth=2)
        for one in layer.arrays:
            calls = [f"self.{one.name} = nn.Parameter", "torch.tensor"]
            made += array(calls, one.moving if one.is_masked else one.values, depth=2)
            if not one.is_trained:
                made.append(f"self.{one.name}.requires_grad = False")
        last = layer is description.layers[-1]
        forward += _forward(layer, source, last=last)
        source = f"a{layer.number}"
    return [
        "class Network(nn.Module):",
        *indented(["def __init__(self):", *indented(made), ""]),
        *indented(["def forward(self, x):", *indented(forward)]),
    ]


def _stacked(columns: list[str]) -> str:
    return f"torch.stack([{', '.join(columns)}], dim=1)"


def _forward(layer: LayerArrays, source: str, *, last: bool) -> Iterator[str]:
    used = {}
    for one in layer.arrays:
        used[one.name] = f"self.{one.name}"
        if one.is_masked:
            used[one.name] = one.name
            frozen = f" + {one.name}_frozen" if _has_fixed(one) else ""
            yield f"{one.name} = self.{one.name} * {one.name}_trained{frozen}"
    z = f"z{layer.number}"
    bias = f" + {used[layer.bias.name]}" if layer.bias else ""
    yield f"{z} = {source} @ {used[layer.weights.name]}.T{bias}"
    settings = {name: used.get(value, value) for name, value in layer.settings.items()}
    value = ACTIVATIONS[layer.layer.activation].format(z=z, **settings)
    yield f"return {value}" if last else f"a{layer.number} = {value}"


def _made(description: Description) -> Block:
    """The network, and what trains it."""
    lines = ["network = Network()"]
    if not description.trained:
        return lines
    name = description.network.optimizer
    kind, more = OPTIMIZERS[name]
    if name == "nesterov" and not description.settings["momentum"]:
        # PyTorch refuses Nesterov's momentum without any; that number may yet be changed.
        more = ("momentum=momentum", "nesterov=momentum > 0")
    arguments = ["network.parameters()", "lr=learning_rate", *more]
    decays = description.network.decays
    if decays or name == "adamw":
        arguments.append("weight_decay=weight_decay" if decays else "weight_decay=0.0")
    call = f"torch.optim.{kind}"
    return [
        *lines,
        "model = DistributedDataParallel(network) if launched else network",
        *_call(f"optimizer = {call}", arguments),
        *_running(description),
    ]


def _running(description: Description) -> Iterator[str]:
    """The state that earlier training has left, put where the optimizer keeps it."""
    if not description.running and not (description.counts and description.updates_done):
        if description.network.optimizer == "dampened_momentum":
            yield "# From 0: without a buffer, the first gradient would be taken whole."
            yield "for w in network.parameters():"
            yield f'{INDENT}optimizer.state[w] = {{"momentum_buffer": torch.zeros_like(w)}}'
        return
    quantities = updates.state(description)
    yield from updates.running(description, quantities, "torch.tensor")
    rows = [
        f"(network.{one.name}, {', '.join(updates.name_of(name, one) for name in quantities)})"
        for one in description.trained
    ]
    yield from listing("kept = ", rows)
    kind, _ = OPTIMIZERS[description.network.optimizer]
    keys = [f'"{key}": {name}' for key, name in zip(KEPT[kind], quantities, strict=True)]
    if description.counts:
        yield f"t = {float(description.updates_done)}  # updates so far"
        keys.insert(0, '"step": torch.tensor(t)')
    yield f"for {', '.join(['w', *quantities])} in kept:"
    yield f"{INDENT}optimizer.state[w] = {{{', '.join(keys)}}}"


def _call(start: str, arguments: list[str]) -> Block:
    """A statement that calls: on one line, or with an argument a line."""
    line = f"{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    inner = f"{INDENT}{', '.join(arguments)}"
    if len(inner) <= WIDTH:
        return [f"{start}(", inner, ")"]
    return [f"{start}(", *(f"{INDENT}{argument}," for argument in arguments), ")"]
