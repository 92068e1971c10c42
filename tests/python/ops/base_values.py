# SPDX-License-Identifier: Apache-2.0
"""Values that the cases of the common operators share: element types, limits, arrays of several kinds."""
import numpy as np

FLOATS = ("float32", "float16", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
NUMBERS = FLOATS + INTS
ANY = NUMBERS + ("bool",)


def extremes(dtype):
    """The ends of a type and what lies around 0."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([False, True])
    if kind == "f":
        limits = np.finfo(dtype)
        return np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, limits.max, limits.min, limits.tiny, limits.eps, 1, -1],
                        dtype)
    limits = np.iinfo(dtype)
    return np.array([limits.min, limits.min + 1, limits.min // 2, 0, 1, limits.max // 2, limits.max - 1, limits.max],
                    dtype)


def arrays(draw, dtype, low=-2.0, high=2.0):
    """One of a random shape, a scalar, and one without elements."""
    return [draw.array(shape, dtype, low, high) for shape in (draw.shape(), (), (2, 0, 3))]


def pairs(draw, dtype, low=-2.0, high=2.0):
    """Two arrays that broadcast, in several ways."""
    shape = draw.shape(3)
    shapes = [(shape, shape), (shape, draw.spread(shape)), (draw.spread(shape), shape), ((), shape), ((), ()),
              ((2, 1, 3), (4, 1)), ((0, 3), (1, 3))]
    if dtype not in ("float32", "int32"):
        shapes = shapes[1:4] + shapes[-1:]
    return [(draw.array(a, dtype, low, high), draw.array(b, dtype, low, high)) for a, b in shapes]


def each_with_each(values):
    """All pairs of the values, as two arrays."""
    a, b = np.meshgrid(values, values)
    return a.ravel(), b.ravel()


def held(function, dtype):
    """The function with results of the type float16 kept within its limits, as devices begin (manual 10.2.6)."""
    if dtype != "float16":
        return function

    def held_function(*arrays):
        result = function(*arrays)
        limit = np.finfo(dtype).max
        return (tuple(np.clip(each, -limit, limit) for each in result) if isinstance(result, tuple) else
                np.clip(result, -limit, limit))
    return held_function


def numbers(array):
    """Without NaN."""
    return array[~np.isnan(array)] if array.dtype.kind == "f" else array
