# SPDX-License-Identifier: Apache-2.0
"""Single operators and small networks as frozen graphs, with what TensorFlow makes of them. Run as a program, in a
process of its own: `tensorflow_cases.py FOLDER` writes <case>.pb and <case>.npz (in<k>, out<k>, feeds, fetches)."""
import sys
from pathlib import Path

import numpy as np

SEEDS = 2
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


class Maker:
    """One graph. `input` makes a placeholder with numbers of its own."""

    def __init__(self, tf, seed):
        self.tf, self.ops = tf, tf.raw_ops
        self.random = np.random.default_rng(seed)
        self.feeds = {}

    def integer(self, low, high):
        return int(self.random.integers(low, high + 1))

    def choice(self, *values):
        return values[self.integer(0, len(values) - 1)]

    def normal(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32)

    def input(self, *shape, values=None):
        values = self.normal(*shape) if values is None else values
        tensor = self.tf.compat.v1.placeholder(values.dtype, values.shape, f"in{len(self.feeds)}")
        self.feeds[tensor] = values
        return tensor

    def picture(self, channels=None):
        return self.input(self.integer(1, 2), self.integer(7, 10), self.integer(7, 10), channels or self.integer(1, 5))


UNARY = {name: (-2, 2) for name in
         "Abs Atan Asinh Ceil Cos Cosh Elu Erf Erfc Exp Expm1 Floor IsFinite IsNan Neg OnesLike Relu Relu6 Rint Round Selu "
         "Sigmoid Sign Sin Sinh Softplus Softsign Square Tan Tanh ZerosLike LogSoftmax Softmax L2Loss Identity "
         "StopGradient".split()}
UNARY.update({name: (0.1, 2) for name in "Log Log1p Sqrt Rsqrt Reciprocal Inv".split()})
UNARY.update({name: (-0.9, 0.9) for name in "Acos Asin Atanh".split()}, Acosh=(1, 3))
BINARY = ("Add AddV2 Sub Mul RealDiv Maximum Minimum SquaredDifference Equal NotEqual Greater GreaterEqual Less "
          "LessEqual FloorDiv FloorMod DivNoNan MulNoNan Atan2 Xdivy").split()
REDUCTIONS = "Mean Sum Max Min Prod".split()


@case
def unary(make):
    results = []
    for name, (low, high) in UNARY.items():
        x = make.input(values=make.random.uniform(low, high, (2, 3, 5)).astype(np.float32))
        operator = getattr(make.ops, name)
        key = "logits" if "oftmax" in name else "t" if name == "L2Loss" else "features" if name in (
            "Elu", "Relu", "Relu6", "Selu", "Softplus", "Softsign") else "input" if name in (
            "Identity", "StopGradient") else "x"
        results.append(operator(**{key: x}))
    return results


@case
def binary(make):
    a, b = make.input(2, 3, 1, 4), make.input(3, 5, 1)
    return [getattr(make.ops, name)(x=a, y=b) for name in BINARY]


@case
def special_functions(make):
    ops = make.ops
    x = make.input(values=make.random.uniform(0.2, 6, (3, 4)).astype(np.float32))
    y = make.input(values=make.random.uniform(1.1, 4, (4,)).astype(np.float32))
    unit = make.input(values=make.random.uniform(-0.95, 0.95, (3, 4)).astype(np.float32))
    return [ops.Lgamma(x=x), ops.Digamma(x=x), ops.BesselI0e(x=x), ops.BesselI1e(x=unit), ops.Erfinv(x=unit),
            ops.Igamma(a=x, x=y), ops.Igammac(a=x, x=y), ops.Zeta(x=y, q=x), ops.NextAfter(x1=x, x2=y),
            ops.Xlog1py(x=x, y=y), ops.ApproximateEqual(x=x, y=x + 1e-6, tolerance=1e-5),
            ops.PopulationCount(x=make.input(values=np.array([0, -1, 77], np.int32)))]


@case
def linear_algebra(make):
    ops = make.ops
    a = make.input(values=make.random.uniform(-1, 1, (2, 4, 4)).astype(np.float32) + 5 * np.eye(4, dtype=np.float32))
    rhs, x = make.input(2, 4, 3), make.input(2, 3, 5)
    flag, other = make.choice(True, False), make.choice(True, False)
    return [ops.MatrixInverse(input=a, adjoint=flag), ops.MatrixSolve(matrix=a, rhs=rhs, adjoint=flag),
            ops.MatrixTriangularSolve(matrix=a, rhs=rhs, lower=other, adjoint=flag),
            ops.Cholesky(input=ops.BatchMatMulV2(x=a, y=a, adj_y=True)), ops.MatrixDiag(diagonal=x),
            ops.MatrixDiagPart(input=x), ops.MatrixSetDiag(input=x, diagonal=make.input(2, 3)),
            ops.MatrixBandPart(input=x, num_lower=make.integer(-1, 3), num_upper=make.integer(-1, 3)),
            ops.Diag(diagonal=make.input(3)), ops.DiagPart(input=make.input(2, 3, 2, 3))]


@case
def running_and_counting(make):
    ops, x = make.ops, make.input(3, 4, 2)
    axis, exclusive, reverse = make.integer(-3, 2), make.choice(True, False), make.choice(True, False)
    predictions = make.input(4, 6)
    targets = make.input(values=make.random.integers(0, 6, 4).astype(np.int32))
    array = make.input(values=make.random.integers(0, 9, (5, 2)).astype(np.int32))
    return [ops.Cumprod(x=x, axis=axis, exclusive=exclusive, reverse=reverse),
            ops.CumulativeLogsumexp(x=x, axis=axis, exclusive=False, reverse=reverse),
            ops.EuclideanNorm(input=x, axis=[axis], keep_dims=exclusive),
            ops.InTopK(predictions=predictions, targets=targets, k=2),
            ops.InTopKV2(predictions=predictions, targets=targets, k=3),
            ops.Bincount(arr=array, size=7, weights=make.input(5, 2)), ops.LinSpace(start=1.0, stop=x[0, 0, 0], num=5),
            ops.AccumulateNV2(inputs=[x, x * 2, x], shape=[3, 4, 2])]


@case
def fake_quantisation(make):
    ops, x = make.ops, make.input(3, 4)
    bits, narrow = make.integer(2, 10), make.choice(True, False)
    return [ops.FakeQuantWithMinMaxArgs(inputs=x, min=-1.5, max=2.0, num_bits=bits, narrow_range=narrow),
            ops.FakeQuantWithMinMaxVars(inputs=x, min=-1.0, max=0.5, num_bits=bits, narrow_range=narrow),
            ops.FakeQuantWithMinMaxVarsPerChannel(inputs=x, min=np.array([-1, -2, 0.1, -0.5], np.float32),
                                                  max=np.array([1, 0.5, 2, -0.1], np.float32), num_bits=bits,
                                                  narrow_range=narrow)]


@case
def whole_numbers(make):
    a = make.input(values=make.random.integers(-20, 20, (3, 4)).astype(np.int32))
    b = make.input(values=make.random.integers(1, 6, (3, 4)).astype(np.int32))
    return [make.ops.FloorDiv(x=a, y=b), make.ops.FloorMod(x=a, y=b), make.ops.TruncateDiv(x=a, y=b),
            make.ops.BitwiseAnd(x=a, y=b), make.ops.Mul(x=a, y=b), make.tf.cast(a, make.tf.float32) * 0.5]


@case
def reductions(make):
    x = make.input(2, 3, 4, 2)
    axes = make.choice([0], [1, 2], [-1], [3, 0], [])
    keep = make.choice(True, False)
    return [getattr(make.ops, name)(input=x, axis=axes, keep_dims=keep) for name in REDUCTIONS] + [
        make.ops.All(input=x > 0, axis=axes, keep_dims=keep), make.ops.Any(input=x > 1, axis=axes, keep_dims=keep)]


@case
def convolution(make):
    group = make.integer(1, 2)
    x = make.picture(2 * group)
    padding = make.choice("SAME", "VALID", "EXPLICIT")
    more = {"explicit_paddings": [0, 0, 1, 2, 0, 1, 0, 0]} if padding == "EXPLICIT" else {}
    stride, dilation = make.choice((1, 1), (2, 1), (1, 2))
    kernel = make.normal(make.integer(1, 3), make.integer(1, 3), 2, 3 * group)
    return [make.ops.Conv2D(input=x, filter=kernel, strides=[1, stride, stride, 1], padding=padding,
                            dilations=[1, dilation, dilation, 1], **more)] if group == 1 else [
        make.tf.nn.relu(make.ops.Conv2D(input=x, filter=make.normal(3, 3, 4, 5), strides=[1, 1, stride, 1],
                                        padding=padding, **more))]


@case
def depthwise(make):
    x = make.picture(3)
    stride = make.integer(1, 2)
    return [make.ops.DepthwiseConv2dNative(input=x, filter=make.normal(3, 3, 3, make.integer(1, 2)),
                                           strides=[1, stride, stride, 1], padding=make.choice("SAME", "VALID"))]


@case
def transposed_convolution(make):
    x = make.input(1, 4, 5, 3)
    return [make.ops.Conv2DBackpropInput(input_sizes=[1, 8, 10, 2], filter=make.normal(3, 3, 2, 3), out_backprop=x,
                                         strides=[1, 2, 2, 1], padding="SAME"),
            make.ops.Conv2DBackpropInput(input_sizes=[1, 10, 12, 2], filter=make.normal(3, 3, 2, 3), out_backprop=x,
                                         strides=[1, 2, 2, 1], padding="VALID")]


@case
def pools(make):
    x = make.picture()
    k, s, padding = make.integer(1, 3), make.integer(1, 3), make.choice("SAME", "VALID")
    shape = dict(ksize=[1, k, k, 1], strides=[1, s, s, 1], padding=padding)
    return [make.ops.MaxPool(input=x, **shape), make.ops.AvgPool(value=x, **shape)]


@case
def batch_norm(make):
    x = make.picture(4)
    scale, offset, mean = make.normal(4), make.normal(4), make.normal(4)
    y = make.ops.FusedBatchNormV3(x=x, scale=scale, offset=offset, mean=mean, variance=np.abs(make.normal(4)) + 0.5,
                                  epsilon=1e-3, is_training=False)
    return [make.ops.BiasAdd(value=y.y, bias=make.normal(4)), make.ops.LeakyRelu(features=y.y, alpha=0.3)]


@case
def resize(make):
    x = make.picture()
    size = [make.integer(3, 20), make.integer(3, 20)]
    results = []
    for corners, centers in ((False, False), (True, False), (False, True)):
        attrs = dict(images=x, size=size, align_corners=corners, half_pixel_centers=centers)
        results += [make.ops.ResizeBilinear(**attrs), make.ops.ResizeNearestNeighbor(**attrs)]
    return results


@case
def normalisation(make):
    x = make.picture(6)
    return [make.ops.LRN(input=x, depth_radius=2, bias=1.5, alpha=0.3, beta=0.75)]


@case
def products(make):
    a, b = make.input(4, 3), make.input(4, 5)
    c, d = make.input(2, 3, 4, 5), make.input(2, 3, 6, 5)
    return [make.ops.MatMul(a=a, b=b, transpose_a=True, transpose_b=False),
            make.ops.BatchMatMulV2(x=c, y=d, adj_y=True), make.ops.Einsum(inputs=[c, d], equation="abij,abkj->aikb")]


@case
def places(make):
    tf, x = make.tf, make.input(3, 4, 5, 2)
    y = make.input(3, 4, 5, 2)
    parts = tf.split(x, [1, 3], axis=1) + tf.split(x, 5, axis=2) + tf.unstack(x, axis=-1)
    return [*parts, tf.concat([x, y], 2), tf.stack([x, y], 1), tf.transpose(x, [2, 0, 3, 1]), tf.tile(x, [1, 2, 1, 3]),
            x[1:, ::-2, ..., 0], x[:, tf.newaxis, 2, -4:-1, ::-1], tf.slice(x, [1, 0, 2, 0], [2, -1, 1, 2]),
            tf.reverse(x, [1, -1]), tf.squeeze(tf.expand_dims(x, 2), [2]), tf.gather(x, [[2, 0], [1, 1]], axis=0),
            tf.gather_nd(x, [[0, 1], [2, 3]]), tf.pad(x, [[0, 1], [2, 0], [0, 0], [1, 1]]),
            tf.pad(x, [[0, 1], [1, 0], [0, 0], [1, 1]], constant_values=1.5),
            tf.pad(x, [[0, 0], [2, 1], [1, 1], [0, 0]], "REFLECT"),
            tf.pad(x, [[0, 0], [2, 1], [1, 1], [1, 0]], "SYMMETRIC"), tf.cumsum(x, 1, exclusive=True, reverse=True),
            make.ops.DepthToSpace(input=tf.concat([x, y], 3), block_size=2),
            make.ops.SpaceToDepth(input=x[:, :, :4], block_size=2)]


@case
def choices(make):
    tf, x = make.tf, make.input(3, 6)
    top = make.ops.TopKV2(input=x, k=4)
    index = make.input(values=make.random.integers(0, 4, (2, 3)).astype(np.int32))
    return [top.values, top.indices, tf.argmax(x, 1), make.ops.ArgMin(input=x, dimension=0, output_type=tf.int32),
            tf.one_hot(index, 4, 2.5, -1.0, axis=1), tf.where(x > 0, x, x * 2), tf.clip_by_value(x, -0.5, 0.75),
            make.ops.Select(condition=x > 0.3, x=x, y=-x), tf.add_n([x, x, x]),
            tf.scatter_nd([[1], [3], [1]], x, [5, 6]), tf.logical_and(x > 0, x < 1)]


@case
def selections(make):
    tf, ops, x = make.tf, make.ops, make.input(6, 4)
    picture, padding = make.picture(2), make.choice("SAME", "VALID")
    segments = [getattr(ops, f"UnsortedSegment{name}")(data=x, segment_ids=[0, 2, 2, 0, 3, -1], num_segments=4)
                for name in ("Sum", "Prod")]
    segments += [getattr(ops, f"UnsortedSegment{name}")(data=x, segment_ids=[0, 1, 1, 0, 1, 0], num_segments=2)
                 for name in ("Max", "Min")]
    return [*segments, ops.SegmentSum(data=x, segment_ids=[0, 0, 1, 1, 1, 3]), tf.roll(x, [1, -2], [0, 1]),
            ops.SegmentMax(data=x, segment_ids=[0, 0, 1, 1, 1, 2]),
            ops.ExtractImagePatches(images=picture, ksizes=[1, 3, 2, 1], strides=[1, 2, 1, 1], rates=[1, 1, 2, 1],
                                    padding=padding),
            tf.tensor_scatter_nd_sub(x, [[1], [3], [1]], make.normal(3, 4)), tf.gather(x, tf.math.invert_permutation(
                make.input(values=np.array([2, 0, 1], np.int32))))]


@case
def blocks(make):
    tf, x = make.tf, make.input(2, 6, 9, 3)
    apart = make.ops.SpaceToBatchND(input=x, block_shape=[2, 3], paddings=[[1, 1], [2, 1]])
    y = tf.nn.conv2d(apart, make.normal(2, 2, 3, 4), 1, "SAME")
    return [apart, make.ops.BatchToSpaceND(input=y, block_shape=[2, 3], crops=[[1, 0], [0, 2]])]


@case
def shape_arithmetic(make):
    tf, x = make.tf, make.input(2, 3, 4)
    shape = tf.shape(x)
    flat = tf.reshape(x, tf.stack([shape[0], shape[1] * shape[2]]))
    grid = tf.range(shape[1]) + tf.fill([shape[1]], 2)
    return [flat, tf.cast(grid, tf.float32) + tf.reduce_sum(x), tf.broadcast_to(x[:1], shape)]


# --- small networks ---

def conv_bn(make, x, made, size=3, stride=1, relu=True, depthwise=False):
    tf = make.tf
    taken = x.shape[-1]
    if depthwise:
        x = make.ops.DepthwiseConv2dNative(input=x, filter=make.normal(size, size, taken, 1) / size,
                                           strides=[1, stride, stride, 1], padding="SAME")
        made = taken
    else:
        x = tf.nn.conv2d(x, make.normal(size, size, taken, made) / np.sqrt(size * size * taken), stride, "SAME")
    x = make.ops.FusedBatchNormV3(x=x, scale=make.normal(made) * 0.1 + 1, offset=make.normal(made) * 0.1,
                                  mean=make.normal(made) * 0.1, variance=np.abs(make.normal(made)) + 0.5,
                                  is_training=False).y
    return tf.nn.relu6(x) if relu else x


@case
def mobilenet(make):
    tf = make.tf
    x = make.input(1, 32, 32, 3)
    y = conv_bn(make, x * 0.5 - 1.0, 8, stride=2)
    for made, stride in ((16, 1), (16, 2), (24, 1)):
        z = conv_bn(make, y, 24, 1)
        z = conv_bn(make, z, 24, stride=stride, depthwise=True)
        z = conv_bn(make, z, made, 1, relu=False)
        y = y + z if y.shape == z.shape else z
    gate = tf.nn.sigmoid(tf.nn.conv2d(tf.reduce_mean(y, [1, 2], keepdims=True), make.normal(1, 1, 24, 24), 1, "SAME"))
    y = tf.reduce_mean(y * gate, [1, 2])
    return [tf.nn.softmax(tf.matmul(y, make.normal(24, 10)) + make.normal(10))]


@case
def resnet(make):
    tf = make.tf
    x = make.input(2, 33, 31, 3)
    y = tf.nn.conv2d(tf.pad(x, [[0, 0], [3, 3], [3, 3], [0, 0]]), make.normal(7, 7, 3, 8) / 12, 2, "VALID")
    y = tf.nn.max_pool2d(tf.nn.relu(tf.nn.bias_add(y, make.normal(8))), 3, 2, "SAME")
    for stride in (1, 2):
        short = conv_bn(make, y, 16, 1, stride, relu=False)
        y = tf.nn.relu(short + conv_bn(make, conv_bn(make, y, 16, 3, stride), 16, 3, relu=False))
    return [tf.nn.log_softmax(tf.reshape(tf.nn.avg_pool2d(y, 2, 2, "SAME"), [2, -1]))]


@case
def deeplab(make):
    tf = make.tf
    x = make.input(1, 24, 24, 3)
    y = conv_bn(make, x, 8, stride=2)
    around = [conv_bn(make, y, 6, 1)]
    for rate in (2, 3):
        z = make.ops.SpaceToBatchND(input=y, block_shape=[rate, rate], paddings=[[rate, rate]] * 2)
        z = tf.nn.conv2d(z, make.normal(3, 3, 8, 6) / 8, 1, "VALID")
        around.append(tf.nn.relu(make.ops.BatchToSpaceND(input=z, block_shape=[rate, rate], crops=[[0, 0], [0, 0]])))
    pooled = conv_bn(make, tf.reduce_mean(y, [1, 2], keepdims=True), 6, 1)
    shape = tf.shape(y)
    around.append(make.ops.ResizeBilinear(images=pooled, size=shape[1:3], align_corners=True))
    y = tf.nn.conv2d(tf.concat(around, 3), make.normal(1, 1, 24, 5), 1, "SAME")
    y = make.ops.ResizeBilinear(images=y, size=[24, 24], align_corners=True)
    return [y, tf.argmax(y, 3)]


@case
def crop_and_resize(make):
    images, boxes = make.integer(1, 3), make.integer(1, 6)
    x = make.input(images, make.integer(1, 9), make.integer(2, 9), make.integer(1, 3))
    corners = make.input(values=make.random.uniform(-0.3, 1.3, (boxes, 4)).astype(np.float32))
    index = make.input(values=make.random.integers(0, images, boxes).astype(np.int32))
    pixels = make.input(values=make.random.integers(0, 256, (images, 5, 6, 3)).astype(np.uint8))
    sizes = ([4, 5], [1, 3], [7, 1], [1, 1])
    return [make.ops.CropAndResize(image=x, boxes=corners, box_ind=index, crop_size=size, method=method,
                                   extrapolation_value=make.choice(0.0, -7.5))
            for size in sizes for method in ("bilinear", "nearest")] + [
        make.ops.CropAndResize(image=pixels, boxes=corners, box_ind=index, crop_size=[3, 4])]


def some_boxes(make, count):
    """Many that overlap, some with corners in the wrong order, one without area; scores that repeat."""
    corners = make.random.uniform(0, 1, (count, 2, 2)).astype(np.float32)
    corners[3:, 1] = corners[3:, 0] + make.random.uniform(0.2, 0.6, (count - 3, 2)).astype(np.float32)
    corners[2, 1] = corners[2, 0]
    return corners.reshape(count, 4), make.random.integers(0, 12, count).astype(np.float32) / 12


@case
def non_max_suppression(make):
    results = []
    for count in (1, 5, 40):
        boxes, scores = (make.input(values=values) for values in some_boxes(make, max(count, 4)))
        limit, threshold = make.choice(0.1, 0.5, 0.9), make.choice(-1.0, 0.0, 0.4)
        common = {"boxes": boxes, "scores": scores, "max_output_size": make.integer(1, 12), "iou_threshold": limit,
                  "score_threshold": threshold, "pad_to_max_output_size": True}
        results += make.ops.NonMaxSuppressionV4(**common)
        for sigma in (0.0, 0.3, 0.8):
            results += make.ops.NonMaxSuppressionV5(soft_nms_sigma=sigma, **common)
    return results


@case
def combined_non_max_suppression(make):
    """Distinct scores, since TensorFlow may order equal ones as it likes."""
    results = []
    for shared in (True, False):
        images, boxes, classes = make.integer(1, 3), make.integer(4, 12), make.integer(1, 4)
        kinds = 1 if shared else classes
        corners = [some_boxes(make, boxes)[0] for _ in range(images * kinds)]
        corners = np.stack(corners).reshape((images, kinds, boxes, 4)).transpose((0, 2, 1, 3))
        scores = make.random.permutation(images * boxes * classes).reshape((images, boxes, classes))
        inputs = {"boxes": make.input(values=np.ascontiguousarray(corners)),
                  "scores": make.input(values=(scores / scores.size).astype(np.float32)),
                  "max_output_size_per_class": make.integer(1, 6), "max_total_size": make.integer(1, 20),
                  "iou_threshold": make.choice(0.1, 0.5), "score_threshold": make.choice(0.0, 0.4)}
        for pads in (False, True):
            found = make.ops.CombinedNonMaxSuppression(pad_per_class=pads, clip_boxes=make.choice(True, False),
                                                       **inputs)
            results += [make.tf.cast(each, "float32") for each in found]
    return results


@case
def dilation(make):
    channels = make.integer(1, 4)
    x = make.input(make.integer(1, 2), make.integer(5, 9), make.integer(5, 9), channels)
    return [make.ops.Dilation2D(input=x, filter=make.normal(make.integer(1, 3), make.integer(1, 3), channels),
                                strides=[1, make.integer(1, 3), make.integer(1, 3), 1],
                                rates=[1, make.integer(1, 2), make.integer(1, 2), 1], padding=padding)
            for padding in ("SAME", "VALID")]


@case
def known_non_max_suppression(make):
    """Boxes that are known at conversion: results as long as TensorFlow's."""
    x = make.input(6, 2)
    boxes, scores = some_boxes(make, 9)
    common = {"boxes": boxes, "scores": scores, "max_output_size": 6}
    chosen = [make.ops.NonMaxSuppression(**common), make.ops.NonMaxSuppressionV2(**common, iou_threshold=0.3),
              make.ops.NonMaxSuppressionV3(**common, iou_threshold=0.3, score_threshold=0.2),
              *make.ops.NonMaxSuppressionV4(**common, iou_threshold=0.3, score_threshold=0.2),
              *make.ops.NonMaxSuppressionV5(**common, iou_threshold=0.3, score_threshold=0.2, soft_nms_sigma=0.5)]
    return [make.tf.gather(x, chosen[0] % 6)] + [make.tf.identity(x[0, 0] * 0 + make.tf.cast(value, "float32"))
                                                 for value in chosen]


@case
def known_conditions(make):
    """Conditions that are constants, or follow from shapes; one in another; what only a branch reads."""
    tf = make.tf
    x = make.input(2, 5)
    y = make.input(2, 5)
    parts = tf.split(x * 2, [2, 3], 1)
    wide = tf.shape(x)[1] > 3

    def inner():
        return tf.cond(tf.constant(make.choice(True, False)), lambda: [x + 1, parts[1]], lambda: [x - 1, -parts[1]])

    first = tf.cond(wide, inner, lambda: [y, parts[1] * 9])
    second = tf.cond(tf.logical_not(wide), lambda: tf.matmul(x, y, transpose_b=True), lambda: tf.nn.softmax(y - x))
    third = tf.cond(tf.equal(tf.size(y), 10), lambda: tf.constant(3.0), lambda: tf.reduce_sum(y))
    return [*first, second * third]


@case
def style_transfer(make):
    tf = make.tf
    x = make.input(1, 16, 18, 3)
    y = tf.pad(x, [[0, 0], [4, 4], [4, 4], [0, 0]], "REFLECT")
    for stride in (1, 2):
        y = tf.nn.conv2d(y, make.normal(3, 3, y.shape[-1], 6) / 5, stride, "VALID")
        mean = tf.reduce_mean(y, [1, 2], keepdims=True)
        variance = tf.reduce_mean(tf.math.squared_difference(y, tf.stop_gradient(mean)), [1, 2], keepdims=True)
        y = tf.nn.relu((y - mean) * tf.math.rsqrt(variance + 1e-3) * make.normal(6) + make.normal(6))
    y = make.ops.ResizeNearestNeighbor(images=y, size=[16, 18])
    return [tf.tanh(tf.nn.conv2d(y, make.normal(3, 3, 6, 3) / 8, 1, "SAME")) * 127.5 + 127.5]


@case
def bert(make):
    tf, length, width, heads = make.tf, 7, 12, 3
    ids = make.input(values=make.random.integers(0, 20, (2, length)).astype(np.int32))
    mask = make.input(values=np.array([[1] * length, [1] * 4 + [0] * 3], np.int32))
    shape = tf.shape(ids)
    one_hot = tf.one_hot(tf.reshape(ids, [-1]), 20)
    x = tf.reshape(tf.matmul(one_hot, make.normal(20, width)), tf.stack([shape[0], shape[1], width]))
    x += tf.gather(make.normal(16, width), tf.range(shape[1]))

    def norm(x):
        mean = tf.reduce_mean(x, -1, keepdims=True)
        variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
        scale = tf.math.rsqrt(variance + 1e-6) * (make.normal(width) * 0.1 + 1)
        return x * scale + (make.normal(width) - mean * scale)

    def head(x):
        y = tf.matmul(tf.reshape(x, [-1, width]), make.normal(width, width) / 4) + make.normal(width)
        return tf.transpose(tf.reshape(y, tf.stack([shape[0], shape[1], heads, width // heads])), [0, 2, 1, 3])

    x = norm(x)
    scores = tf.matmul(head(x), head(x), transpose_b=True) * 0.5
    scores += (1.0 - tf.cast(mask[:, tf.newaxis, tf.newaxis, :], tf.float32)) * -10000.0
    y = tf.transpose(tf.matmul(tf.nn.softmax(scores), head(x)), [0, 2, 1, 3])
    x = norm(x + tf.einsum("blhd,hdw->blw", y, make.normal(heads, width // heads, width) / 4))
    y = tf.matmul(tf.reshape(x, [-1, width]), make.normal(width, 24) / 4)
    y = y * 0.5 * (1.0 + tf.math.erf(y / np.float32(np.sqrt(2))))
    y = tf.reshape(tf.matmul(y, make.normal(24, width) / 4), tf.shape(x))
    return [norm(x + y), tf.tanh(tf.squeeze((x + y)[:, 0:1], [1]))]


def write(folder):
    import tensorflow as tf

    tf.compat.v1.disable_eager_execution()
    tf.compat.v1.enable_control_flow_v2()
    for name, function in CASES.items():
        for seed in range(SEEDS):
            graph = tf.Graph()
            with graph.as_default():
                make = Maker(tf, seed)
                results = [tf.identity(result, f"out{k}") for k, result in enumerate(function(make))]
            with tf.compat.v1.Session(graph=graph) as session:
                values = session.run(results, make.feeds)
            (folder / f"{name}-{seed}.pb").write_bytes(graph.as_graph_def().SerializeToString())
            arrays = {f"in{k}": value for k, value in enumerate(make.feeds.values())}
            arrays.update({f"out{k}": value for k, value in enumerate(values)})
            np.savez(folder / f"{name}-{seed}.npz", **arrays)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
