# SPDX-License-Identifier: Apache-2.0
"""Arrays of so many elements that loops work in whole blocks, in what remains of them, and in several threads."""
import numpy as np

from draw import Draw
from judge_onnx import judge
from single_op import ACL_TYPES, Case

CASES = []
draw = Draw("large")
SHAPES = ((3, 37, 515), (2, 300, 259), (1, 40000), (1030, 33))


def add(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


def running_sum(x, axis, exclusive, reverse):
    x = np.flip(x, axis) if reverse else x
    sums = np.cumsum(x, axis)
    sums = sums - x if exclusive else sums
    return np.flip(sums, axis) if reverse else sums


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def normalised(x, mean, variance, scale, offset):
    return (x - mean) / np.sqrt(variance + 1e-5) * scale + offset


def norm(axes, parameters):
    """The result, means and variances; of parameters the shape that broadcasts is given."""
    def expect(x, gamma, beta):
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        return normalised(x, mean, variance, gamma.reshape(parameters), beta.reshape(parameters)), mean, variance
    return expect


def dynamic(x):
    low, high = min(x.min(), 0), max(x.max(), 0)
    scale = np.float32(high - low) / np.float32(255)
    zero = np.rint(np.float32(-low) / scale)
    return np.clip(np.rint(x.astype(np.float32) / scale) + zero, 0, 255), scale, zero


def quiet(function):
    return np.errstate(invalid="ignore")(function)


for shape in SHAPES:
    x = draw.uniform(shape)
    for axis in range(len(shape)):
        index = np.array(axis, "int32")
        for exclusive, reverse in ((False, False), (True, True)):
            add("Cumsum", [x, index], lambda x, a, e=exclusive, r=reverse, axis=axis: running_sum(x, axis, e, r),
                {"exclusive": exclusive, "reverse": reverse}, tolerance=1e-3)
        add("Cumsum", [draw.integers(shape, -9, 9), index], lambda x, a, axis=axis: np.cumsum(x, axis))
        add("SoftmaxV2", [x], lambda x, axis=axis: softmax(x, axis), {"axes": [axis]})
        add("LogSoftmaxV2", [x], lambda x, axis=axis: np.log(softmax(x, axis)), {"axes": [axis]})
        few = draw.integers(shape, 0, 5, "float32")  # many equal ones
        few[tuple(size // 2 for size in shape)] = np.nan
        for op, function in (("ArgMaxV2", np.argmax), ("ArgMin", np.argmin)):
            add(op, [few, index], lambda x, a, f=function, axis=axis: f(x, axis), {"dtype": 3}, types=["int32"])
        for op, function in (("ReduceSum", np.sum), ("ReduceMax", np.max), ("ReduceMean", np.mean)):
            add(op, [x, np.array([axis])], lambda x, a, f=function, axis=axis: f(x, axis), {"keep_dims": False})
    add("AddN", [x, draw.uniform(shape), draw.uniform(shape)], lambda *terms: sum(terms), {"N": 3})
    add("LogicalNot", [draw.bools(shape)], np.logical_not)
    add("Cast", [draw.bools(shape)], lambda x: x, {"dst_type": ACL_TYPES["float32"]}, types=["float32"])
    add("Cast", [draw.uniform(shape, -65000, 65000)], lambda x: x.astype("float32").astype("float16"),
        {"dst_type": ACL_TYPES["float16"]}, types=["float16"], tolerance=0)
    add("Cast", [draw.uniform(shape, dtype="float16")], lambda x: x, {"dst_type": ACL_TYPES["float32"]},
        types=["float32"], tolerance=0)
    for diagonal in (-7, 0, 300):
        add("Triu", [x], lambda x, d=diagonal: np.triu(x, d), {"diagonal": diagonal})
        add("Tril", [x], lambda x, d=diagonal: np.tril(x, d), {"diagonal": diagonal})
    add("CpuDynamicQuantizeLinear", [x], dynamic, types=["uint8", "float32", "uint8"])
    add("Selu", [x], judge("Selu"))
    gamma, beta = draw.uniform(shape[-1:]), draw.uniform(shape[-1:])
    add("LayerNorm", [x, gamma, beta], norm((-1,), (-1,)),
        {"begin_norm_axis": -1, "begin_params_axis": -1, "epsilon": 1e-5}, tolerance=1e-4)

angles = draw.uniform((7, 4001), -3e5, 3e5)
wild = angles.copy()
wild[(0, 3, 4, 6), (1, 2000, 4000, 4000)] = (2.5e6, np.inf, np.nan, -1e30)  # whose blocks go by another way
for x in (angles, wild, (angles / 9).astype("float16")):
    add("Sin", [x], quiet(np.sin))
    add("Cos", [x], quiet(np.cos))

# Blocks that are shorter and longer than rows.
for block, height, width in ((2, 6, 70), (3, 5, 40), (4, 3, 37), (20, 2, 3)):
    deep = draw.uniform((2, 5 * block * block, height, width))
    for mode in ("DCR", "CRD"):
        add("DepthToSpace", [deep], judge("DepthToSpace", blocksize=block, mode=mode),
            {"block_size": block, "mode": mode, "data_format": "NCHW"})
    add("SpaceToDepth", [draw.uniform((2, 5, height * block, width * block))],
        judge("SpaceToDepth", blocksize=block), {"block_size": block, "data_format": "NCHW"})

picture = draw.uniform((2, 70, 17, 23))
add("BNInference", [picture, *(draw.uniform((70,), 0.5, 2) for _ in range(2)), np.ones(1, "float32"),
                    *(draw.uniform((70,)) for _ in range(2))],
    lambda x, *lists: normalised(x, *(each[:, None, None] for each in lists if each.size > 1)))
add("InstanceNorm", [picture, draw.uniform((70,)), draw.uniform((70,))], norm((2, 3), (-1, 1, 1)),
    {"data_format": "NCHW", "epsilon": 1e-5}, tolerance=1e-4)
grid = draw.uniform((2, 13, 41, 2), -1.2, 1.2)
for mode in ("bilinear", "nearest", "bicubic"):
    add("GridSampler2D", [picture, grid], judge("GridSample", mode=mode), {"interpolation_mode": mode}, tolerance=1e-4)
rois = np.concatenate([draw.integers((9, 1), 0, 1), draw.uniform((9, 2), -3, 9), draw.uniform((9, 2), 9, 60)], 1)
for samples in (0, 3, 40):
    add("ROIAlign", [picture, rois.astype("float32"), None],
        lambda x, rois, _, n=samples: judge("RoiAlign", output_height=3, output_width=4, sampling_ratio=n,
                                            spatial_scale=0.5)(x, rois[:, 1:], rois[:, 0].astype("int64")),
        {"spatial_scale": 0.5, "pooled_height": 3, "pooled_width": 4, "sample_num": samples, "roi_end_mode": 2},
        tolerance=1e-4)
for mode in ("reflect", "edge"):
    add("PadV3", [picture, np.array([0, 0, 2, 3, 1, 0, 4, 5])], judge("Pad", mode=mode),
        {"mode": mode, "paddings_contiguous": False})
for inner in (1, 7):
    indices = draw.integers((400, inner), -3, 60)
    add("OneHot", [indices, np.array(50, "int32"), np.array(2, "float32"), np.array(-1, "float32")],
        lambda i, *_: np.where(i[:, None, :] == np.arange(50)[None, :, None], 2, -1), {"axis": 1}, types=["float32"])
for few in (2, 3, 4):
    for dtype in ("uint8", "float16", "float32", "int64"):
        for shape, perm in (((2, 37, 45, few), (0, 3, 1, 2)), ((2, few, 37, 45), (0, 2, 3, 1)),
                            ((300, few, few), (0, 2, 1))):
            x = draw.integers(shape, 0, 99, dtype)
            add("TransposeD", [x], x.transpose(perm), {"perm": list(perm)})
