# SPDX-License-Identifier: Apache-2.0
"""Philox 4x32-10 once more, in NumPy, and the numbers that the random operators make of its words."""
import numpy as np

LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def words(key, low, high, count):
    """The words of `count` blocks from the counter (low, high) on: [count, 4] of uint32."""
    lows = (low + np.arange(count, dtype=object)) if low + count >= 2**64 else None
    if lows is None:
        low_part = np.uint64(low) + np.arange(count, dtype=np.uint64)
        high_part = np.full(count, high, np.uint64)
    else:
        low_part = np.array([int(each) % 2**64 for each in lows], np.uint64)
        high_part = np.array([(high + int(each) // 2**64) % 2**64 for each in lows], np.uint64)
    c = [low_part & LOW, low_part >> HALF, high_part & LOW, high_part >> HALF]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c[0]
        p2 = np.uint64(0xCD9E8D57) * c[2]
        c = [(p2 >> HALF) ^ c[1] ^ np.uint64(k0), p2 & LOW, (p0 >> HALF) ^ c[3] ^ np.uint64(k1), p0 & LOW]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, 1).astype(np.uint32)


class Stream:
    """What operators draw, from the block at (low, high) on; the results have `count` elements."""

    def __init__(self, key, high=0, low=0):
        self.at = (key % 2**64, low, high % 2**64)

    def words(self, blocks, first=0):
        key, low, high = self.at
        return words(key, low + first, high, blocks)

    def singles(self, count):
        return self.words(-(-count // 4)).reshape(-1)[:count]

    def doubles(self, count):
        """Words of 64 bits."""
        pairs = self.words(-(-count // 2)).reshape(-1, 2).astype(np.uint64)
        return (pairs[:, 0] | pairs[:, 1] << HALF)[:count]

    def uniform(self, count, dtype="float32"):
        if dtype == "float64":
            return (self.doubles(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        numbers = (self.singles(count) >> np.uint32(8)).astype(np.float64) * 2.0**-24
        if dtype == "float16":
            return np.minimum(numbers.astype(np.float16), np.float16(1 - 2.0**-11))
        return numbers

    def normal(self, count, dtype="float32"):
        blocks = -(-count // (2 if dtype == "float64" else 4))
        return normal_of(self.words(blocks), dtype).reshape(-1)[:count]

    def truncated(self, count, dtype="float32"):
        width = 2 if dtype == "float64" else 4
        found = []
        for group in range(-(-count // width)):
            numbers = normal_of(self.words(64, 64 * group), dtype).reshape(-1)
            found.extend(numbers[np.abs(numbers) < 2][:width])
        return np.array(found[:count])

    def between(self, count, low, high):
        """Integers of [low, high)."""
        return np.array([low + (int(word) * (high - low) >> 64) for word in self.doubles(count)], object)


def normal_of(block, dtype):
    """Box and Muller."""
    if dtype == "float64":
        pairs = block.astype(np.uint64)
        unit = ((pairs[:, 0::2] | pairs[:, 1::2] << HALF) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        length, turn = unit[:, :1] + 2.0**-53, unit[:, 1:]
    else:
        length, turn = (block[:, 0::2] + 1.0) * 2.0**-32, block[:, 1::2] * 2.0**-32
    radius = np.sqrt(-2 * np.log(length))
    pairs = np.stack([radius * np.cos(2 * np.pi * turn), radius * np.sin(2 * np.pi * turn)], -1)
    numbers = pairs.reshape(len(block), 2 if dtype == "float64" else 4)
    return numbers if dtype == "float64" else numbers.astype(np.float32)
