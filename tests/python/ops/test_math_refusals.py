# SPDX-License-Identifier: Apache-2.0
"""What the operators of mathematics refuse, and that they say why: attributes, shapes, and values that no shape
shows."""
import numpy as np
import pytest

import acl
from single_op import Case, OpError, Tensor, execute

F = np.float32


def floats(*shape):
    return np.ones(shape, F)


def number(value):
    return Tensor(np.array(value, np.int32), on_host=True)


LOSS = {"reduction": "median"}
TWO_OUTPUTS = {"ReduceStd", "ArgMinWithValue", "TopK", "TopKD", "Cummax", "SoftmaxCrossEntropyWithLogits", "NLLLoss",
               "SparseSoftmaxCrossEntropyWithLogits"}
REFUSALS = [
    ("Axpy", [floats(2), floats(3)], {"alpha": 1.0}, "do not broadcast"),
    ("Axpy", [floats(2), floats(2)], {}, "alpha"),
    ("Addcmul", [floats(2), floats(2), floats(2), np.ones(1, np.int32)], {}, "expected one type"),
    ("LogAddExp", [floats(2), floats(2)], {"base": 2.0}, "only -1, 1 and 0"),
    ("ThresholdV2", [floats(2), floats(1)], {}, "value is missing"),
    ("ThresholdV2", [floats(2), floats(2), floats(1)], {}, "expected one element"),
    ("Celu", [floats(2)], {"alpha3": 2.0}, "alpha3 is 2"),
    ("GLU", [floats(2, 3)], {}, "cannot be halved"),
    ("SwiGlu", [floats(2, 3)], {"dim": 2}, "outside"),
    ("BiasAdd", [floats(2, 3), floats(4)], {}, "does not fit"),
    ("BiasAdd", [floats(2, 3), floats(3)], {"data_format": "ND"}, "data_format"),
    ("BiasAdd", [floats(3), floats(3)], {}, "at least two dimensions"),
    ("Bias", [floats(2, 3, 4), floats(3, 4)], {}, "expected the 1 dimensions"),
    ("Bias", [floats(2, 3, 4), floats(3)], {"num_axes": 3}, "num_axes is 3"),
    ("Bias", [floats(2, 3, 4), floats(4)], {}, "does not fit"),
    ("Eltwise", [Tensor(floats(2), "x0"), Tensor(floats(3), "x1")], {"N": 2}, "differ"),
    ("Eltwise", [Tensor(floats(2), "x0"), Tensor(floats(2), "x1")], {"N": 2, "mode": 3}, "mode is 3"),
    ("Eltwise", [Tensor(floats(2), "x0"), Tensor(floats(2), "x1")], {"N": 2, "coeff": [1.0]}, "coeff has 1"),
    ("AccumulateNV2", [Tensor(floats(2), "x0")], {"N": 2}, "N is 2"),
    ("Dot", [floats(2), floats(3)], {}, "lists of one length"),
    ("CosineSimilarity", [floats(2), floats(2)], {}, "outside"),
    ("MatMul", [floats(2, 3), floats(2, 3)], {}, "has 3 columns"),
    ("BatchMatMul", [floats(3), floats(3, 3)], {}, "at least 2 dimensions"),
    ("ClipByValue", [floats(4), floats(3), floats(1)], {}, "expected one element"),
    ("ReduceSumD", [floats(2, 3)], {"axes": [2]}, "outside"),
    ("ReduceSumD", [floats(2, 3)], {"axes": [0, 0]}, "stands twice"),
    ("Reduction", [floats(2, 3)], {"operation": 5}, "operation is 5"),
    ("ReduceStd", [floats(2, 3)], {"dim": [-3]}, "outside"),
    ("ArgMaxD", [floats(2, 0)], {"dimension": 1}, "has no element"),
    ("ArgMinWithValue", [floats(2)], {"dimension": 1}, "outside"),
    ("CumsumD", [floats(2)], {"axis": -2}, "outside"),
    ("Cummax", [floats(2)], {"dim": 1}, "outside"),
    ("TopKD", [floats(4), np.zeros(4, np.float16)], {"k": 5}, "k is 5"),
    ("TopK", [floats(4), number(-1)], {}, "k is -1"),
    ("LinSpace", [floats(), floats(), number(0)], {}, "expected at least 1"),
    ("LinSpace", [floats(2), floats(), number(3)], {}, "expected one element"),
    ("Bincount", [np.array([1, 2], np.int32), number(-4), floats(0)], {}, "expected at least 0"),
    ("Bincount", [np.array([1, 2], np.int32), number(4), floats(3)], {}, "weights has the shape"),
    ("HistogramFixedWidth", [floats(3), floats(3), number(4)], {}, "expected [2]"),
    ("HistogramFixedWidthD", [floats(3), floats(2)], {"nbins": 0}, "expected at least 1"),
    ("HistogramFixedWidthD", [floats(3), floats(2)], {"nbins": 2, "dtype": 9}, "dtype is 9"),
    ("Bucketize", [floats(3)], {"boundaries": [2.0, 1.0]}, "not in order"),
    ("InTopK", [floats(3), np.zeros(3, np.int32), np.zeros((), np.int32)], {}, "expected [batch, classes]"),
    ("InTopK", [floats(3, 2), np.zeros(3, np.int32), np.zeros(2, np.int32)], {}, "expected one element"),
    ("MseLoss", [floats(3), floats(3)], LOSS, "'median'; expected none, mean or sum"),
    ("KLDiv", [floats(3), floats(3)], LOSS, "expected none, mean, batchmean or sum"),
    ("MseLoss", [floats(3), floats(1)], {}, "expected one shape"),
    ("LpLoss", [floats(3), floats(3)], {"p": 2}, "only 1 is supported"),
    ("SmoothL1Loss", [floats(3), floats(3)], {"sigma": -1.0}, "sigma is -1"),
    ("BinaryCrossEntropy", [floats(3), floats(3), floats(2, 3)], {}, "weights do not broadcast"),
    ("SoftmaxCrossEntropyWithLogits", [floats(3), floats(3)], {}, "expected two dimensions"),
    ("SparseSoftmaxCrossEntropyWithLogits", [floats(2, 3), np.zeros(3, np.int32)], {}, "expected [batch, classes]"),
    ("NLLLoss", [floats(2, 3, 2), np.zeros((2, 2), np.int32)], {}, "expected [batch, classes]"),
    ("NLLLoss", [floats(2, 3), np.zeros(2, np.int32), floats(2)], {}, "one number for each of the 3 classes"),
    ("MatrixInverse", [floats(2, 3)], {}, "expected square matrices"),
    ("MatrixSolve", [floats(2, 2), floats(3, 1)], {}, "the same dimensions but for the last"),
    ("MatrixDiagPart", [floats(2)], {}, "at least two dimensions"),
    ("MatrixDiag", [floats()], {}, "at least one"),
    ("MatrixSetDiag", [floats(2, 3), floats(3)], {}, "expected [2]"),
    ("DiagPart", [floats(2, 3)], {}, "the same dimensions twice"),
    ("MatrixBandPart", [floats(2, 3), np.zeros(2, np.int32), np.zeros((), np.int32)], {}, "expected one element"),
    ("Trace", [floats(2)], {}, "expected two dimensions"),
    ("Ger", [floats(2, 2), floats(2)], {}, "expected lists"),
    ("Cross", [floats(2, 2), floats(2, 2)], {}, "no dimension"),
    ("Cross", [floats(2, 3), floats(2, 3)], {"dim": 0}, "is not 3"),
    ("AscendQuant", [floats(3)], {"scale": 1.0, "offset": 0.0, "round_mode": "Up"}, "'Up'"),
    ("AscendDequant", [np.ones((2, 3), np.int32), np.ones(3, np.float16)], {}, "only one number"),
    ("AscendAntiQuant", [np.ones(3, np.int8)], {"scale": 1.0, "offset": 0.0, "dtype": 2}, "dtype is 2"),
    ("Quantize", [floats(2, 3), floats(2)], {"dtype": "torch.qint8"}, "one for each of the 3 places"),
    ("Quantize", [floats(2, 3), floats(3)], {"dtype": "int4"}, "'int4'"),
    ("FakeQuantWithMinMaxArgs", [floats(2)], {"num_bits": 17}, "num_bits is 17"),
    ("FakeQuantWithMinMaxArgs", [floats(2)], {"min": 1.0, "max": 1.0}, "expected min < max"),
    ("FakeQuantWithMinMaxVarsPerChannel", [floats(2, 3), floats(2), floats(2)], {}, "each place of the last dimension"),
]

# With results, as these calls get as far as the values.
VALUES = [
    ("Bincount", [np.array([1, -2], np.int32), number(4), floats(0)], {},
     "element 1 of the input array is -2", [floats(4)]),
    ("HistogramFixedWidth", [floats(3), np.array([2, 2], F), number(4)], {}, "ascending", [np.zeros(4, np.int32)]),
    ("SparseSoftmaxCrossEntropyWithLogits", [floats(2, 3), np.array([0, 3], np.int32)], {},
     "label 1 is 3", [floats(2), floats(2, 3)]),
    ("SparseSoftmaxCrossEntropyWithLogits", [floats(2, 3), np.array([-1, 2], np.int64)], {},
     "label 0 is -1", [floats(2), floats(2, 3)]),
    ("NLLLoss", [floats(2, 3), np.array([0, 3], np.int32)], {}, "target 1 is 3", [floats(), floats()]),
    ("Cholesky", [np.array([[1, 2], [2, 1]], F)], {}, "is not positive definite", [floats(2, 2)]),
    ("Cholesky", [np.full((2, 2), np.nan, F)], {}, "is not positive definite", [floats(2, 2)]),
    ("MatrixInverse", [floats(2, 2)], {}, "is not invertible", [floats(2, 2)]),
    ("MatrixTriangularSolve", [np.array([[1, 0], [1, 0]], F), floats(2, 1)], {},
     "has a 0 on its diagonal", [floats(2, 1)]),
    ("FakeQuantWithMinMaxVars", [floats(2), floats(), floats()], {}, "expected min < max", [floats(2)]),
]


@pytest.fixture(scope="module", autouse=True)
def one_device():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    yield
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0


def names(rows):
    return [f"{row[0]}-{i}" for i, row in enumerate(rows)]


def refused(op, inputs, attrs, outputs):
    with pytest.raises(OpError) as failure:
        execute(Case(op, inputs, None, attrs), outputs)
    return str(failure.value)


@pytest.mark.parametrize("op, inputs, attrs, sentence", REFUSALS, ids=names(REFUSALS))
def test_refusal(op, inputs, attrs, sentence):
    assert sentence in refused(op, inputs, attrs, [floats(64)] * (1 + (op in TWO_OUTPUTS)))


@pytest.mark.parametrize("op, inputs, attrs, sentence, outputs", VALUES, ids=names(VALUES))
def test_refusal_of_values(op, inputs, attrs, sentence, outputs):
    assert sentence in refused(op, inputs, attrs, outputs)
