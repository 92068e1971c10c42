# SPDX-License-Identifier: Apache-2.0
"""Random arrays for the cases of operators, the same in every run."""
import zlib

import numpy as np

FLOATS = ("float32", "float16", "float64")
INTS = ("int8", "uint8", "int16", "int32", "int64")
NUMBERS = FLOATS + INTS


class Draw:
    """Random arrays; each name has a sequence of its own."""

    def __init__(self, name):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))

    def shape(self, rank=None, most=6):
        rank = int(self.random.integers(1, 5)) if rank is None else rank
        return tuple(int(size) for size in self.random.integers(1, most + 1, rank))

    def uniform(self, shape, low=-2.0, high=2.0, dtype="float32"):
        return self.random.uniform(low, high, shape).astype(dtype)

    def integers(self, shape, low, high, dtype="int32"):
        """From `low` to `high` inclusive."""
        return self.random.integers(low, high, shape, endpoint=True).astype(dtype)

    def bools(self, shape):
        return self.random.random(shape) < 0.5

    def array(self, shape, dtype, low=-2.0, high=2.0):
        """Of any type; integers come from a range that is 20 times as wide, cut to what the type holds."""
        if dtype == "bool":
            return self.bools(shape)
        if np.dtype(dtype).kind == "f":
            return self.uniform(shape, low, high, dtype)
        limits = np.iinfo(dtype)
        return self.integers(shape, max(int(low * 20), limits.min), min(int(high * 20), limits.max), dtype)

    def spread(self, shape):
        """A shape that broadcasts to `shape`: some sizes become 1, some leading ones go."""
        sizes = [1 if self.random.random() < 0.3 else size for size in shape]
        return tuple(sizes[int(self.random.integers(0, len(sizes) + 1)):])
