# SPDX-License-Identifier: Apache-2.0
"""LSTM and GRU that also tell what each gate was, step by step in NumPy."""
import numpy as np

from draw import Draw
from single_op import Case

CASES = []
draw = Draw("nn_recurrent")


def add(op, inputs, *args, **kwargs):
    CASES.append(Case(op, inputs, *args, **{"tolerance": 4e-3 if inputs[0].dtype == np.float16 else 1e-5} | kwargs))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, w, r, b, h, c, order="ijfo", forget_bias=0.0, clip=-1.0, time_major=True):
    """y, h, c, i, j, f, o and tanh(c) of each step."""
    x = x if time_major else np.swapaxes(x, 0, 1)
    units = r.shape[0]
    h = np.zeros((x.shape[1], units)) if h is None else h.reshape((-1, units))
    c = np.zeros((x.shape[1], units)) if c is None else c.reshape((-1, units))
    steps = []
    for step in x:
        sums = step @ w + h @ r + (0 if b is None else b)
        gate = {letter: sums[:, k * units:(k + 1) * units] for k, letter in enumerate(order)}
        i, j, o = sigmoid(gate["i"]), np.tanh(gate["j"]), sigmoid(gate["o"])
        f = sigmoid(gate["f"] + forget_bias)
        c = f * c + i * j
        c = np.clip(c, -clip, clip) if clip > 0 else c
        h = o * np.tanh(c)
        steps.append((h, h, c, i, j, f, o, np.tanh(c)))
    stacked = [np.stack(each) if steps else np.zeros((0, *h.shape)) for each in (zip(*steps) if steps else [()] * 8)]
    return tuple(each if time_major else np.swapaxes(each, 0, 1) for each in stacked)


def split(x, w, *rest):
    return (x, w[:x.shape[-1]], w[x.shape[-1]:], *rest)


for dtype in ("float32", "float16"):
    for time_major in (True, False):
        for attrs in ({}, {"forget_bias": 1.0}, {"gate_order": "ifjo"}, {"cell_clip": 0.25}):
            steps, batch, width, units = draw.shape(4, 4)
            x = draw.uniform((steps, batch, width) if time_major else (batch, steps, width), dtype=dtype)
            b = draw.uniform((4 * units,), dtype="float32")
            states = [draw.uniform((1, batch, units), dtype=dtype) for _ in range(2)] if attrs else [None, None]
            told = {"order": attrs.get("gate_order", "ijfo"), "forget_bias": attrs.get("forget_bias", 0.0),
                    "clip": attrs.get("cell_clip", -1.0), "time_major": time_major}
            attrs = attrs | {"time_major": time_major}
            w = draw.uniform((width + units, 4 * units), dtype=dtype)
            add("DynamicRNN", [x, w, b, None, *states, *[None] * 4],
                lambda x, w, b, _, h, c, *rest, told=told: lstm(*split(x, w, b, h, c), **told), attrs)
            add("DynamicRNNV2", [x, w[:width], w[width:], b if attrs else None, None, *states, *[None] * 4],
                lambda x, w, r, b, _, h, c, *rest, told=told: lstm(x, w, r, b, h, c, **told), attrs)
    batch, width, units = draw.shape(3, 4)
    for attrs in ({}, {"forget_bias": 0.0}):
        def cell(x, h, c, w, b, _, attrs=attrs):
            _, h, c, i, j, f, o, active = lstm(*split(x[None], w, b, h, c),
                                               forget_bias=attrs.get("forget_bias", 1.0))
            return tuple(each[0] for each in (c, h, i, j, f, o, active))

        add("BasicLSTMCell", [draw.uniform((batch, width), dtype=dtype), draw.uniform((batch, units), dtype=dtype),
                              draw.uniform((batch, units), dtype="float32"),
                              draw.uniform((width + units, 4 * units), dtype=dtype),
                              draw.uniform((4 * units,), dtype="float32"), None], cell, attrs,
            ["float32", dtype] + ["float32"] * 5)


def gru(x, w, r, bx, bh, h, order, after):
    units = r.shape[0]
    h = np.zeros((x.shape[1], units)) if h is None else h.reshape((-1, units))
    steps = []
    for step in x:
        part = {letter: slice(k * units, (k + 1) * units) for k, letter in enumerate(order)}
        xs, hs = step @ w + (0 if bx is None else bx), h @ r + (0 if bh is None else bh)
        z, reset = sigmoid(xs[:, part["z"]] + hs[:, part["z"]]), sigmoid(xs[:, part["r"]] + hs[:, part["r"]])
        inner = hs[:, part["h"]] if after else (reset * h) @ r[:, part["h"]] + (0 if bh is None else bh[part["h"]])
        new = np.tanh(xs[:, part["h"]] + (reset if after else 1) * inner)
        h = (1 - z) * new + z * h
        steps.append((h, h, z, reset, new, inner))
    return tuple(np.stack(each) for each in zip(*steps))


for dtype in ("float32", "float16"):
    for after in (True, False):
        for order in ("zrh", "rzh"):
            steps, batch, width, units = draw.shape(4, 4)
            extras = order == "zrh"
            add("DynamicGRUV2", [draw.uniform((steps, batch, width), dtype=dtype),
                                 draw.uniform((width, 3 * units), dtype=dtype),
                                 draw.uniform((units, 3 * units), dtype=dtype),
                                 *[draw.uniform((3 * units,), dtype=dtype) if extras else None for _ in range(2)],
                                 None, draw.uniform((1, batch, units), dtype=dtype) if extras else None],
                lambda x, w, r, bx, bh, _, h, order=order, after=after: gru(x, w, r, bx, bh, h, order, after),
                {"gate_order": order, "reset_after": after})
