# SPDX-License-Identifier: Apache-2.0
"""Random operators: the numbers of their first run, one by one, from another Philox (philox.py). What these numbers are
like is test_random.py's matter."""
import numpy as np

from draw import Draw
from philox import Stream
from single_op import Case, Tensor, Type

FLOATS = ("float32", "float16", "float64")
WORDS = {"int32": (-2**31, 2**31), "int64": (-2**63, 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64)}


def host(values, dtype="int32"):
    """An input whose value decides the shape of the result."""
    return Tensor(np.array(values, dtype), on_host=True)


def size(shape):
    return int(np.prod(shape, dtype=np.int64))


def seeded_cases(draw):
    seeds = iter(range(1, 1000))
    for dtype in FLOATS:
        for kind, shape in (("int32", (2, 3, 5)), ("int64", (33,)), ("int32", ()), ("int64", (4, 0, 3)),
                            ("int64", (1,))):
            for op, numbers in (("RandomUniform", Stream.uniform), ("RandomStandardNormal", Stream.normal),
                                ("TruncatedNormal", Stream.truncated)):
                seed, seed2 = next(seeds), int(draw.random.integers(-2**63, 2**63))
                expected = numbers(Stream(seed, seed2), size(shape), dtype).reshape(shape)
                yield Case(op, [host(shape, kind)], expected, {"dtype": Type(dtype), "seed": seed, "seed2": seed2},
                           types=[dtype])
    for seed, seed2 in ((0, 1), (1, 0), (-1, 0), (2**63 - 1, -2**63)):
        yield Case("RandomUniform", [host([7])], Stream(seed, seed2).uniform(7),
                   {"dtype": Type("float32"), "seed": seed, "seed2": seed2}, types=["float32"])
    yield Case("TruncatedNormal", [host([5])], Stream(3).truncated(5), {"seed": 3}, types=["float32"])
    # The shape may lie on the device, too.
    yield Case("RandomUniform", [np.array([2, 3], np.int32)], Stream(99).uniform(6).reshape(2, 3),
               {"dtype": Type("float32"), "seed": 99}, types=["float32"])


def integer_cases(draw):
    for dtype, limits in (("int32", WORDS["int32"]), ("int64", WORDS["int64"])):
        for low, high in ((-3, 4), (0, 1), (limits[0], limits[1] - 1), (limits[1] - 2, limits[1] - 1)):
            seed = int(draw.random.integers(1, 2**62))
            yield Case("RandomUniformInt", [host([3, 5]), np.array(low, dtype), np.array([high], dtype)],
                       Stream(seed, 7).between(15, low, high).reshape(3, 5), {"seed": seed, "seed2": 7}, types=[dtype])


def stateless_cases(draw):
    def key(value):
        return np.array([value], np.uint64)

    def start(low, high):
        return np.array([low, high], np.uint64)

    for at, (low, high) in enumerate(((0, 0), (2**64 - 1, 5), (2**64 - 2, 2**64 - 1), (123, 456))):
        k = int(draw.random.integers(0, 2**63)) * 2 + 1
        stream = Stream(k, high, low)
        rest = [key(k), start(low, high), np.array((1, 3)[at % 2], np.int32)]
        for dtype in FLOATS:
            for op, numbers in (("StatelessRandomUniformV2", Stream.uniform),
                                ("StatelessRandomNormalV2", Stream.normal),
                                ("StatelessTruncatedNormalV2", Stream.truncated)):
                yield Case(op, [host([3, 7]), *rest], numbers(stream, 21, dtype).reshape(3, 7), {"dtype": Type(dtype)},
                           types=[dtype])
        for dtype, limits in WORDS.items():
            bits = stream.singles(9) if dtype.endswith("32") else stream.doubles(9)
            yield Case("StatelessRandomUniformFullIntV2", [host([9], "int64"), *rest], bits.view(dtype),
                       {"dtype": Type(dtype)}, types=[dtype])
            for least, end in ((limits[0], limits[1] - 1), (5, 17), (limits[1] - 9, limits[1] - 4)):
                yield Case("StatelessRandomUniformIntV2",
                           [host([9]), *rest, np.array(least, dtype), np.array(end, dtype)],
                           stream.between(9, least, end), types=[dtype])
    # The published answers for keys and counters of zeros, of ones, and of the digits of pi.
    for k, low, high, answer in (
            (0, 0, 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
            (2**64 - 1, 2**64 - 1, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
            (0x299F31D0A4093822, 0x85A308D3243F6A88, 0x0370734413198A2E,
             (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1))):
        yield Case("StatelessRandomUniformFullIntV2", [host([4]), key(k), start(low, high), np.array(1, np.int32)],
                   np.array(answer, np.uint32), {"dtype": Type("uint32")}, types=["uint32"], note="published")


def key_cases(draw):
    for kind in ("int32", "int64"):
        for seeds in ((0, 0), (5, -1), (-2**31, 2**31 - 1), draw.random.integers(-2**31, 2**31, 2)):
            seeds = np.array(seeds, kind)
            key, high = seeds.astype(np.int64).view(np.uint64)
            expected = (np.array([key]), np.array([0, high], np.uint64))
            yield Case("StatelessRandomGetKeyCounter", [seeds], expected, types=["uint64"])
            yield Case("StatelessRandomGetKeyCounterAlg", [seeds], (*expected, np.array(1)),
                       types=["uint64", "uint64", "int32"])
    yield Case("StatelessRandomGetAlg", [], np.array(1), types=["int32"])


def bernoulli_cases(draw):
    types = ("float32", "float16", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
             "bool")
    for at, dtype in enumerate(types):
        kind = FLOATS[at % 3]
        one, each = np.array(0.25, kind), draw.random.choice([0, 0.125, 0.5, 0.75, 1], (4, 6)).astype(kind)
        seeds = [np.array(17 + at, np.int64), np.array([-at], np.int64)]
        units = Stream(17 + at, -at).uniform(24, "float64").reshape(4, 6)
        for prob in (one, each):
            yield Case("StatelessBernoulli", [host([4, 6]), prob, *seeds], units < prob, {"dtype": Type(dtype)},
                       types=[dtype])
        yield Case("StatelessBernoulliV2", [each, *seeds], units < each, {"dtype": Type(dtype)}, types=[dtype])
    x = draw.random.random((5, 3)).astype("float16")
    yield Case("StatelessBernoulliV2", [x, np.array(-1, np.int64), np.array(5, np.int64)],
               Stream(-1, 5).uniform(15, "float64").reshape(5, 3) < x)


def multinomial_cases(draw):
    for dtype in FLOATS:
        for kind in ("int32", "int64"):
            for rows, classes, samples in ((3, 5, 7), (1, 1, 4), (2, 9, 0), (0, 3, 2)):
                logits = draw.uniform((rows, classes), -3, 3, dtype)
                if rows == 3:
                    logits[0, 1] = logits[1, 4] = logits[2, 0] = -np.inf
                seed = int(draw.random.integers(1, 2**40))
                units = Stream(seed).uniform(rows * samples, "float64").reshape(rows, samples)
                odds = np.exp(logits.astype(np.float64) - logits.astype(np.float64).max(1, keepdims=True))
                sums = odds.cumsum(1)
                expected = [np.searchsorted(s, u * s[-1], "right") for s, u in zip(sums, units)]
                yield Case("Multinomial", [logits, host(samples)], np.array(expected).reshape(rows, samples),
                           {"seed": seed, "dtype": Type(kind)}, types=[kind])


def shuffle_cases(draw):
    types = ("int64", "int32", "uint16", "int16", "uint8", "int8", "float16", "float32", "float64", "bool")
    for seed, dtype in enumerate(types, 1):
        for shape in ((7, 3), (10,), (), (0, 2), (1, 4), (6, 0)):
            x = draw.array(shape, dtype)
            rows = 0 if x.size == 0 else shape[0] if shape else 1
            order = list(range(rows))
            for i, word in reversed(list(enumerate(Stream(0, seed).doubles(rows)))):
                other = int(word) * (i + 1) >> 64
                order[i], order[other] = order[other], order[i]
            yield Case("RandomShuffle", [x], x[order] if shape and rows else x, {"seed2": seed})


def dropout_cases(draw):
    for at, prob in enumerate((0.0, 0.25, 0.5, 0.9, 1.0)):
        for kind, shape in (("float32", (3, 50)), ("float16", (128,)), ("float32", (0,)), ("float16", ())):
            count, seed = size(shape), 40 + at
            keep = np.array(prob, kind)
            bits = Stream(seed, 2).singles(count).astype(np.uint64) < np.uint64(round(float(keep) * 2**32))
            mask = np.packbits(np.pad(bits, (0, -count % 128)), bitorder="little")
            yield Case("DropOutGenMask", [host(shape, "int64"), keep], mask, {"seed": seed, "seed2": 2},
                       types=["uint8"])
    for dtype in ("float32", "float16"):
        for shape in ((3, 50), (16,), (), (2, 0)):
            x, bits = draw.array(shape, dtype), draw.bools((max(size(shape), 1),))
            mask = np.packbits(np.pad(bits, (0, -bits.size % 128)), bitorder="little")
            kept = bits[:size(shape)].reshape(shape)
            for keep in (np.array(0.75, dtype), np.array([1], "float32")):
                yield Case("DropOutDoMask", [x, mask, keep], lambda a, _, k, b=kept: np.where(b, a / k.reshape(()), 0))
    x = np.array([np.nan, np.inf, -np.inf, 5], "float32")
    yield Case("DropOutDoMask", [x, np.array([8], "uint8"), np.array(0.5, "float32")], np.array([0, 0, 0, 10.0]),
               note="extreme")
    yield Case("DropOutDoMask", [x, np.array([0], "uint8"), np.array(0, "float32")], np.zeros(4), note="nothing kept")


def cases():
    draw = Draw("random")
    for family in (seeded_cases, integer_cases, stateless_cases, key_cases, bernoulli_cases, multinomial_cases,
                   shuffle_cases, dropout_cases):
        yield from family(draw)


CASES = list(cases())
