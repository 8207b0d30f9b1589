"""Configurations of networks that are no plain layers."""

SKIP = """\
inputs: {x: 1.5}
parameters: {p: 0.4, q: 0.7, s: 0.3, u: -0.6}
weights:
  first: {h: {x: p}}
  second: {k: {h: q}}
  output: {y: {k: s, h: u}}
activation: {first: relu, second: relu, output: linear}
target: 2
learning_rate: 0.1
"""

CELL = """\
inputs: {x1: 0.5, x2: 1.5}
parameters: {U: 0.6, W: 0.3, V: 1.2}
weights:
  t1: {s1: {x1: U}}
  t2: {s2: {x2: U, s1: W}}
  out: {y1: {s1: V}, y2: {s2: V}}
activation: {t1: tanh, t2: tanh, out: linear}
target: {y1: 0.8, y2: 0.4}
learning_rate: 0.1
"""

CONVOLUTION = """\
inputs: [1, 2, -1, 0.5]
parameters: {k0: 0.5, k1: -0.2}
weights:
  convolution: {c1: {x1: k0, x2: k1}, c2: {x2: k0, x3: k1}, c3: {x3: k0, x4: k1}}
  output: {y: {c1: {v1: 0.3}, c2: {v2: 0.6}, c3: {v3: -0.4}}}
biases: {convolution: 0.1}
activation: {convolution: relu, output: linear}
target: 1
learning_rate: 0.1
"""

NORMALISATION = """\
inputs: {x1: 2, x2: 5}
weights:
  statistics:
    m: (x1 + x2) / 2
    var: "((x1 - m)^2 + (x2 - m)^2) / 2"
    n: (x1 - m) / sqrt(var + 0.1)
  output: {y: {n: {g: 1.5}}}
activation: linear
target: 0.2
learning_rate: 0.1
"""

UNITS = """\
inputs: {1: 1, 2: 0, 3: 1}
weights:
  hidden: {4: {1: 0.2, 2: 0.4, 3: -0.5}, 5: {1: -0.3, 2: 0.1, 3: 0.2}}
  output: {6: {4: -0.3, 5: -0.2}}
biases: {hidden: {4: -0.4, 5: 0.2}, output: 0.1}
target: {6: 1}
learning_rate: 0.9
"""

BY_NEURON = """\
inputs: [0.5]
weights:
  output: {o1: {x1: 0.4}, o2: {x1: -0.2}, o3: {x1: 1}}
activation: {output: {o1: linear, o2: {name: leaky_relu, slope: 0.2}}}
target: [1, 0, 1]
learning_rate: 0.5
"""

SLOPES = """\
inputs: {x1: 0.5, x2: -1.5}
parameters: {s: 0.25, b: 0.1}
weights:
  one: {h: {x1: 0.4, x2: 0.7}, k: {x2: 0.3}}
  two: {m: {h: -0.5, k: 0.2}}
  out: {y: {m: 1.1, k: 0.3}}
biases: {one: {h: b}, two: b, out: b}
activation:
  one: {h: {name: parametric_relu, slope: s}, k: {name: parametric_relu, slope: 0.1}}
  two: {name: parametric_relu, slope: s}
  out: linear
target: 1
learning_rate: 0.1
"""

GRAPHS = {
    "skip": SKIP,
    "cell": CELL,
    "convolution": CONVOLUTION,
    "normalisation": NORMALISATION,
    "units": UNITS,
    "by neuron": BY_NEURON,
    "slopes": SLOPES,
}

# Everything at once: names that mean something in a script, a softmax, a trained slope.
MIXED = """\
inputs: {1: 0.5, y: 2}
parameters: {U: 0.6, p: -0.3}
weights:
  first: {h: {1: U, y: p}, q: "tanh(y * U) - h^2 / 2 + max(h, y) - abs(p) * leaky_relu(h)"}
  soft: {a: {h: 0.3, q: U}, b: {h: -0.4}}
  last: {4: {h: {w13: 0.2}, 1: 0.4, a: 1}, k: {q: U, b: 2}}
biases: {first: p, last: {k: 0.1}}
activation:
  soft: softmax
  last: {4: {name: parametric_relu, slope: 0.1}, k: {name: elu, alpha: 2}}
target: {q: 1, k: 0, 4: 0.3}
learning_rate: 0.05
"""
GRAPHS["mixed"] = MIXED
