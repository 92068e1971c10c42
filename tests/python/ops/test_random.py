# SPDX-License-Identifier: Apache-2.0
"""What the numbers of the random operators are like, how they go on from run to run, and what is refused.

The bounds are such that true random numbers break one of them less than once in 1e9 runs; most runs have seeds, so they
are the same every time."""
import math

import numpy as np
import pytest

import acl
from single_op import Case, OpError, Tensor, Type, execute

COUNT = 200_000
SIGMAS = 6.2  # a normal number is as far away once in 1e9 times, on either side
KOLMOGOROV = math.sqrt(math.log(2e9) / 2)  # sqrt(n) times the distance, likewise
FLOATS = ("float32", "float16", "float64")
erf = np.vectorize(math.erf, otypes=[np.float64])


def start():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0


def finish():
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0


def restart():
    """Forgets prepared operators."""
    finish()
    start()


@pytest.fixture(autouse=True)
def one_device():
    start()
    yield
    finish()


def host(values, dtype="int64"):
    return Tensor(np.array(values, dtype), on_host=True)


def run(op, inputs, shape, result, **attrs):
    """One call with one output of the type `result`."""
    return execute(Case(op, inputs, None, attrs), [np.empty(shape, result)])[0]


def drawn(op, dtype="float32", count=COUNT, **attrs):
    return run(op, [host([count])], (count,), dtype, dtype=Type(dtype), **attrs)


def key_inputs(key=7, counter=(0, 0), alg=1):
    return [np.array([key], np.uint64), np.array(counter, np.uint64), np.array(alg, np.int32)]


def stateless(op, dtype="float32", count=COUNT, **where):
    return run(op, [host([count]), *key_inputs(**where)], (count,), dtype, dtype=Type(dtype))


# --- distributions ---

def uniform_below(x):
    return np.clip(x, 0, 1)


def normal_below(x):
    return (1 + erf(x / math.sqrt(2))) / 2


def truncated_below(x):
    beyond = normal_below(np.array(-2.0))
    return np.clip((normal_below(x) - beyond) / (1 - 2 * beyond), 0, 1)


def truncated_moments():
    """Variance and fourth moment."""
    density = math.exp(-2) / math.sqrt(2 * math.pi)
    inside = math.erf(math.sqrt(2))
    second = 1 - 4 * density / inside
    return second, 3 * second - 16 * density / inside


# Operators, the probability of what is smaller, mean, variance, fourth central moment.
DISTRIBUTIONS = {
    "Uniform": (("RandomUniform", "StatelessRandomUniformV2"), uniform_below, 0.5, 1 / 12, 1 / 80),
    "Normal": (("RandomStandardNormal", "StatelessRandomNormalV2"), normal_below, 0, 1, 3),
    "Truncated": (("TruncatedNormal", "StatelessTruncatedNormalV2"), truncated_below, 0, *truncated_moments()),
}


def assert_distributed(numbers, below, mean, variance, fourth, step=0.0):
    """`step`: as much probability as lies between two numbers of a type that rounds."""
    n = numbers.size
    numbers = numbers.astype(np.float64)
    assert abs(numbers.mean() - mean) < SIGMAS * math.sqrt(variance / n) + step / 100
    assert abs(np.mean((numbers - mean)**2) - variance) < SIGMAS * math.sqrt((fourth - variance**2) / n) + step / 100
    ordered = np.sort(numbers)
    wanted = below(ordered)
    ranks = np.arange(n + 1) / n
    if step:  # many are equal; what is between two of them is rounded to either
        ordered, first = np.unique(ordered, return_index=True)
        wanted, ranks = wanted[first], np.append(first, n) / n
    distance = max(np.abs(wanted - ranks[:-1]).max(), np.abs(wanted - ranks[1:]).max())
    assert distance < KOLMOGOROV / math.sqrt(n) + step
    # What follows on a number does not depend on it.
    for lag in (1, 2, 3, 4, 64):
        a, b = numbers[:-lag] - mean, numbers[lag:] - mean
        assert abs(np.mean(a * b)) < SIGMAS * variance / math.sqrt(n - lag)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distribution(name, dtype):
    (op, stateless_op), *facts = DISTRIBUTIONS[name]
    for numbers in (drawn(op, dtype, seed=1), drawn(op, dtype, seed=-5, seed2=9), drawn(op, dtype),
                    stateless(stateless_op, dtype)):
        assert_distributed(numbers, *facts, 2**-11 if dtype == "float16" else 0)
        if name == "Uniform":
            assert numbers.min() >= 0 and numbers.max() < 1
        if name == "Truncated":
            assert np.abs(numbers).max() <= 2
            assert dtype == "float16" or np.abs(numbers).max() < 2
            assert numbers.max() > 1.99 and numbers.min() < -1.99
        if name == "Normal":
            assert np.isfinite(numbers).all()
            assert 3.8 < np.abs(numbers).max() < 8


@pytest.mark.parametrize("op, most", [("RandomUniform", 1 - 2**-11), ("RandomStandardNormal", np.inf),
                                      ("TruncatedNormal", np.inf)])
def test_float16_is_float32_rounded(op, most):
    single, half = drawn(op, seed=11), drawn(op, "float16", seed=11)
    np.testing.assert_array_equal(half, np.minimum(single.astype(np.float16), np.float16(most)))
    if op == "RandomUniform":
        assert (single > 1 - 2**-12).any(), "no number shows how those that would become 1 are rounded"


def test_floats_have_all_their_digits():
    words = drawn("RandomUniform", seed=3).astype(np.float64) * 2**24
    assert (words == np.floor(words)).all() and (words % 2 == 1).any()
    words = drawn("RandomUniform", "float64", seed=3) * 2.0**53
    assert (words == np.floor(words)).all() and (words % 2 == 1).any()


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_small_integers_are_equally_likely(dtype):
    for low, high in ((-3, 4), (0, 2), (100, 1100)):
        limits = [np.array(each, dtype) for each in (low, high)]
        for numbers in (run("RandomUniformInt", [host([COUNT]), *limits], (COUNT,), dtype, seed=2),
                        run("StatelessRandomUniformIntV2", [host([COUNT]), *key_inputs(), *limits], (COUNT,), dtype)):
            assert numbers.min() == low and numbers.max() == high - 1
            counts = np.bincount(numbers - low)
            p = 1 / (high - low)
            assert np.abs(counts - COUNT * p).max() < (SIGMAS + 1) * math.sqrt(COUNT * p * (1 - p))
            chi = ((counts - COUNT * p)**2 / (COUNT * p)).sum()
            freedom = high - low - 1
            # Laurent and Massart's bound for 1e-9.
            assert chi < freedom + 2 * math.sqrt(freedom * 20.8) + 2 * 20.8


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_wide_integers_are_spread(dtype):
    limits = np.iinfo(dtype)
    width = limits.max - limits.min
    ends = [np.array(limits.min, dtype), np.array(limits.max, dtype)]
    facts = (uniform_below, 0.5, 1 / 12, 1 / 80)
    results = [run("StatelessRandomUniformIntV2", [host([COUNT]), *key_inputs(), *ends], (COUNT,), dtype),
               stateless("StatelessRandomUniformFullIntV2", dtype)]
    if dtype.startswith("int"):
        results.append(run("RandomUniformInt", [host([COUNT]), *ends], (COUNT,), dtype, seed=6))
    for numbers in results:
        assert_distributed((numbers.astype(np.float64) - limits.min) / width, *facts)
        bits = np.unpackbits(numbers.view(np.uint8).reshape(COUNT, -1), axis=1).sum(0)
        assert np.abs(bits - COUNT / 2).max() < (SIGMAS + 1) * math.sqrt(COUNT) / 2


def assert_likely(count, n, p):
    if p in (0, 1):
        assert count == n * p
    else:
        assert abs(count - n * p) < SIGMAS * math.sqrt(n * p * (1 - p)), (count, n * p)


@pytest.mark.parametrize("dtype", FLOATS)
def test_bernoulli(dtype):
    probabilities = np.linspace(0, 1, 11).astype(dtype)
    n = 20_000
    prob = np.repeat(probabilities[None], n, 0)
    seeds = [np.array(5, np.int64), np.array(8, np.int64)]
    for y in (run("StatelessBernoulli", [host([n, 11]), prob, *seeds], (n, 11), "int32", dtype=Type("int32")),
              run("StatelessBernoulliV2", [prob, *seeds], (n, 11), dtype)):
        assert set(np.unique(y)) == {0, 1}
        for column, p in zip(y.T, probabilities):
            assert_likely(int(column.sum()), n, float(p))
    for p in probabilities:
        y = run("StatelessBernoulli", [host([n]), np.array(p, dtype), *seeds], (n,), "bool", dtype=Type("bool"))
        assert_likely(int(y.sum()), n, float(p))


def test_multinomial():
    with np.errstate(divide="ignore"):
        logits = np.log(np.array([[1, 2, 3, 4], [0, 1, 0, 1], [5, 0, 0, 0], [1e-3, 1, 1e-30, 1]], np.float32))
    logits[3] += 80  # the odds count, not their size
    n = 50_000
    y = run("Multinomial", [logits, host(n, "int32")], (4, n), "int64", seed=4)
    odds = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    for row, p in zip(y, odds / odds.sum(1, keepdims=True)):
        for c in range(4):
            assert_likely(int((row == c).sum()), n, float(p[c]) if p[c] > 1e-20 else 0)


def test_shuffled_rows_are_the_same_rows_in_any_order():
    n = 50_000
    x = np.stack([np.arange(n), np.arange(n)**2], 1)
    y = run("RandomShuffle", [x], x.shape, "int64", seed=1)
    assert (np.sort(y[:, 0]) == x[:, 0]).all() and (y[:, 0]**2 == y[:, 1]).all()
    assert (y[:, 0] == x[:, 0]).sum() < 16  # that 16 stay is as likely as 1 / 16!
    place = y[:, 0] / n
    assert abs(np.mean((place - 0.5) * (x[:, 0] / n - 0.5))) < SIGMAS / 12 / math.sqrt(n)
    assert_distributed(place[:n // 2], uniform_below, 0.5, 1 / 12, 1 / 80)


def test_all_orders_are_equally_likely():
    """A kernel goes on, so many runs of one operator are independent."""
    runs = 2400
    x = np.arange(4, dtype=np.int32)
    counts = {}
    for _ in range(runs):
        order = tuple(run("RandomShuffle", [x], (4,), "int32", seed=1, seed2=2))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24
    assert sum((each - 100)**2 / 100 for each in counts.values()) < 23 + 2 * math.sqrt(23 * 20.8) + 2 * 20.8


@pytest.mark.parametrize("prob", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_dropout(prob):
    count = 100_003
    size = -(-count // 128) * 16
    keep = np.array(prob, np.float32)
    mask = run("DropOutGenMask", [host([count]), keep], (size,), "uint8", seed=21)
    bits = np.unpackbits(mask, bitorder="little")
    assert not bits[count:].any()
    assert_likely(int(bits.sum()), count, prob)
    x = np.linspace(1, 2, count, dtype=np.float32)
    y = run("DropOutDoMask", [x, mask, keep], (count,), "float32")
    assert ((y != 0) == (bits[:count] == 1)).all()
    if prob:
        np.testing.assert_allclose(y[y != 0], x[y != 0] / np.float32(prob), rtol=1e-6)
        assert abs(y.mean() - x.mean()) < SIGMAS * 2 / math.sqrt(count * prob)


# --- runs ---

def stateful_calls():
    """By name: an operator's inputs, the shape and type of its output, its attributes."""
    limits = [np.array(0, np.int64), np.array(2**62, np.int64)]
    for op in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal"):
        yield op, [host([300])], (300,), "float32", {"dtype": Type("float32")}
    yield "RandomUniformInt", [host([300]), *limits], (300,), "int64", {}
    yield "Multinomial", [np.zeros((1, 100), np.float32), host(300, "int32")], (1, 300), "int64", {}
    yield "RandomShuffle", [np.arange(300)], (300,), "int64", {}
    yield "DropOutGenMask", [host([2048]), np.array(0.5, np.float32)], (256,), "uint8", {}


STATEFUL = [pytest.param(*rest, id=rest[0]) for rest in stateful_calls()]


@pytest.mark.parametrize("op, inputs, shape, dtype, attrs", STATEFUL)
def test_a_prepared_operator_goes_on_from_its_seeds(op, inputs, shape, dtype, attrs):
    def three(**seeds):
        return [run(op, inputs, shape, dtype, **attrs, **seeds).tobytes() for _ in range(3)]

    first = three(seed=8, seed2=3)
    assert len(set(first)) == 3
    restart()
    assert three(seed=8, seed2=3) == first
    others = three(seed=8) + three(seed2=3) + three(seed=3, seed2=8) + three(seed=8, seed2=4) + three(seed=-8, seed2=3)
    assert len(set(first + others)) == 18


@pytest.mark.parametrize("op, inputs, shape, dtype, attrs", STATEFUL)
def test_without_seeds_no_two_runs_are_alike(op, inputs, shape, dtype, attrs):
    seen = set()
    for _ in range(3):
        for _ in range(2):
            seen.add(run(op, inputs, shape, dtype, **attrs).tobytes())
            seen.add(run(op, inputs, shape, dtype, seed=0, seed2=0, **attrs).tobytes())
        restart()
    assert len(seen) == 12


def test_a_run_ends_where_the_next_one_begins():
    """Two runs draw what one of their size together draws, if groups of numbers end with them."""
    for op, each in (("RandomUniform", 400), ("RandomStandardNormal", 400), ("TruncatedNormal", 400)):
        halves = [drawn(op, count=each, seed=31), drawn(op, count=each, seed=31)]
        np.testing.assert_array_equal(np.concatenate(halves), drawn(op, count=2 * each, seed=31))


def test_stateless_operators_stay_the_same():
    for op in ("StatelessRandomUniformV2", "StatelessRandomNormalV2", "StatelessTruncatedNormalV2"):
        first = stateless(op, count=300)
        np.testing.assert_array_equal(stateless(op, count=300), first)
        np.testing.assert_array_equal(stateless(op, count=300, alg=3), first)
        for other in (stateless(op, count=300, key=8), stateless(op, count=300, counter=(0, 1))):
            assert (other != first).mean() > 0.9
        if op != "StatelessTruncatedNormalV2":
            np.testing.assert_array_equal(stateless(op, count=296, counter=(1, 0)), first[4:])


@pytest.mark.parametrize("op", ["StatelessBernoulli", "StatelessBernoulliV2"])
def test_bernoulli_of_the_seeds_minus_one_and_zero_is_never_the_same(op):
    def once(seed, offset):
        prob = np.full(300, 0.5, np.float32)
        inputs = [prob, np.array(seed, np.int64), np.array(offset, np.int64)]
        return run(op, inputs if op.endswith("V2") else [host([300]), *inputs], (300,), "float32").tobytes()

    free = [once(-1, 0), once(-1, 0)]
    bound = [once(-1, 1), once(0, 0), once(1, 0), once(0, 1)]
    assert len(set(free + bound)) == 6
    assert bound == [once(-1, 1), once(0, 0), once(1, 0), once(0, 1)]
    restart()
    assert once(-1, 0) not in free
    assert once(0, 0) == bound[1]


def test_the_number_of_threads_changes_nothing(run_python):
    program = """
        import hashlib, sys
        sys.path.insert(0, %r)
        from test_random import *
        start()
        digest = hashlib.sha256()
        for _ in range(2):
            for op in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal"):
                for dtype in FLOATS:
                    digest.update(drawn(op, dtype, 100_001, seed=5).tobytes())
            digest.update(run("DropOutGenMask", [host([1_000_001]), np.array(0.3, np.float32)], (125008,), "uint8",
                              seed=1).tobytes())
            digest.update(run("Multinomial", [np.zeros((3, 50), np.float32), host(20_001, "int32")], (3, 20_001),
                              "int64", seed=1).tobytes())
            digest.update(stateless("StatelessRandomUniformFullIntV2", "uint32", 100_001).tobytes())
        finish()
        print(digest.hexdigest())
    """ % str(__file__.rpartition("/")[0])
    found = []
    for threads in (1, 2, 7):
        done = run_python(program, timeout=120, SOFTACL_NUM_THREADS=str(threads))
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.strip())
    assert len(found[0]) == 64 and len(set(found)) == 1


# --- refusals ---

ONE = np.array(1, np.int64)
FLOAT = {"dtype": Type("float32")}
HALF_PROB = np.array(0.5, np.float32)
REFUSALS = [
    ("RandomUniform", [host([2, -3])], FLOAT, "has a negative dimension"),
    ("RandomUniform", [host([[2, 3]])], FLOAT, "expected a list of at most 32 numbers"),
    ("RandomUniform", [host([1] * 33)], FLOAT, "expected a list of at most 32 numbers"),
    ("RandomUniform", [host([2**40, 2**40])], FLOAT, "too large"),
    ("RandomUniform", [host([2**45])], FLOAT, "all memory is"),
    ("RandomUniform", [host([2])], {}, "dtype"),
    ("RandomUniform", [host([2])], {"dtype": Type("int32")}, "dtype is int32"),
    ("RandomStandardNormal", [host([-1])], FLOAT, "has a negative dimension"),
    ("TruncatedNormal", [host([2])], {"dtype": Type("bool")}, "dtype is bool"),
    ("RandomUniformInt", [host([2]), ONE, ONE], {}, "min and max are 1 and 1; expected a larger max"),
    ("RandomUniformInt", [host([2]), host(5), host(-5)], {}, "min and max are 5 and -5"),
    ("RandomUniformInt", [host([2]), ONE, np.array(1, np.int32)], {}, "expected one type"),
    ("RandomUniformInt", [host([2]), ONE, np.array([3, 4])], {}, "expected one element"),
    ("StatelessRandomUniformV2", [host([2]), *key_inputs(alg=2)], {}, "alg is 2 (ThreeFry); expected 1 (Philox)"),
    ("StatelessRandomNormalV2", [host([2]), *key_inputs()[:2], host(0, "int32")], {}, "alg is 0; expected 1 (Philox)"),
    ("StatelessTruncatedNormalV2", [host([2]), *key_inputs(counter=(1,))], {}, "a list of two numbers"),
    ("StatelessTruncatedNormalV2", [host([2]), np.zeros(2, np.uint64), *key_inputs()[1:]], {}, "expected one element"),
    ("StatelessRandomUniformFullIntV2", [host([2]), *key_inputs()], FLOAT, "dtype is float32"),
    ("StatelessRandomUniformIntV2", [host([2]), *key_inputs(), np.array(7, np.uint64), np.array(3, np.uint64)], {},
     "minval and maxval are 7 and 3; expected a larger maxval"),
    ("StatelessRandomUniformIntV2", [host([-2]), *key_inputs(), ONE, np.array(3)], {}, "has a negative dimension"),
    ("StatelessRandomGetKeyCounter", [np.zeros(3, np.int32)], {}, "a list of two numbers"),
    ("StatelessRandomGetKeyCounterAlg", [np.zeros((1, 2), np.int64)], {}, "a list of two numbers"),
    ("StatelessBernoulli", [host([2]), np.array(1.5, np.float32), ONE, ONE], {}, "prob is 1.5; expected a probability"),
    ("StatelessBernoulli", [host([2]), np.array([0, -0.25], np.float16), ONE, ONE], {}, "element 1 of the input prob"),
    ("StatelessBernoulli", [host([2]), np.full(3, 0.5, np.float32), ONE, ONE], {}, "one for each element of [2]"),
    ("StatelessBernoulli", [host([2]), HALF_PROB, np.array([1, 2]), ONE], {}, "expected one element"),
    ("StatelessBernoulliV2", [np.array([np.nan, 0], np.float32), ONE, ONE], {}, "x is nan; expected a probability"),
    ("Multinomial", [np.zeros(3, np.float32), host(2, "int32")], {}, "rows of at least one class"),
    ("Multinomial", [np.zeros((2, 0), np.float32), host(2, "int32")], {}, "rows of at least one class"),
    ("Multinomial", [np.zeros((2, 3), np.float32), host(-1, "int32")], {}, "num_samples is -1"),
    ("Multinomial", [np.array([[0, np.nan]], np.float32), host(2, "int32")], {}, "logits has nan at [0,1]"),
    ("Multinomial", [np.array([[0, 1], [np.inf, 1]], np.float32), host(2, "int32")], {}, "logits has inf at [1,0]"),
    ("Multinomial", [np.array([[0, 1], [-np.inf] * 2], np.float32), host(2, "int32")], {}, "no class that is possible"),
    ("Multinomial", [np.zeros((2, 3), np.float32), host(2, "int32")], FLOAT, "dtype is float32"),
    ("DropOutGenMask", [host([2]), np.array(1.25, np.float32)], {}, "prob is 1.25; expected a probability"),
    ("DropOutGenMask", [host([2]), np.array(np.nan, np.float16)], {}, "prob is nan"),
    ("DropOutGenMask", [host([2, -2]), HALF_PROB], {}, "has a negative dimension"),
    ("DropOutGenMask", [host([2**40, 2**40]), HALF_PROB], {}, "too large"),
    ("DropOutDoMask", [np.zeros(9, np.float32), np.zeros(1, np.uint8), HALF_PROB], {}, "has 1 bytes; the 9 elements"),
    ("DropOutDoMask", [np.zeros(8, np.float32), np.zeros(1, np.uint8), np.array(-1, np.float32)], {},
     "keep_prob is -1"),
    ("DropOutDoMask", [np.zeros(8, np.float32), np.zeros(1, np.uint8), np.ones(2, np.float32)], {},
     "expected one element"),
]


@pytest.mark.parametrize("op, inputs, attrs, sentence", REFUSALS, ids=[f"{each[0]}: {each[3]}" for each in REFUSALS])
def test_refusal(op, inputs, attrs, sentence):
    first = next((each for each in inputs if isinstance(each, np.ndarray)), np.zeros(1, np.float32))
    given = attrs.get("dtype")
    dtype = given if given in FLOATS else {"StatelessRandomUniformFullIntV2": "int32", "RandomUniformInt": "int64",
                                           "StatelessRandomUniformIntV2": "int64", "Multinomial": "int64",
                                           "DropOutGenMask": "uint8"}.get(op, "float32")
    if op == "StatelessRandomUniformIntV2":
        dtype = inputs[-1].dtype.name
    shape = {"Multinomial": (2, 2), "DropOutGenMask": (16,), "DropOutDoMask": first.shape}.get(op, (2,))
    if op == "Multinomial" and first.ndim == 2:
        shape = (first.shape[0], 2)
    with pytest.raises(OpError) as failure:
        outputs = 3 if op.endswith("Alg") else 2 if op.endswith("KeyCounter") else 1
        execute(Case(op, inputs, None, attrs), [np.empty(shape, dtype)] * outputs)
    assert sentence in str(failure.value) and op in str(failure.value)


def test_a_failing_run_draws_nothing():
    """The run behind it begins where it would have begun without it."""
    def numbers(high):
        return run("RandomUniformInt", [host([50]), np.array(0), np.array(high)], (50,), "int64", seed=77)

    first = numbers(10**9)
    restart()
    with pytest.raises(OpError, match="larger max"):
        numbers(0)
    np.testing.assert_array_equal(numbers(10**9), first)
