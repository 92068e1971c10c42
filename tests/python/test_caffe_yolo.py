# SPDX-License-Identifier: Apache-2.0
"""Networks with YOLO's layers of Caffe. The judge is darknet's arithmetic in NumPy, over what the convolutions of the
same network, cut off before these layers, make."""
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")  # for test_atc
sys.path.append(str(Path(__file__).parents[2] / "examples"))
from caffe_networks import Network, save  # noqa: E402 (after the path)
from test_atc import ATC, atc, run_model  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")
SIZE = 96, 160  # of the network's input: height, width
OBJECT, SCORE, OVERLAP, BEFORE, AFTER = 0.55, 0.35, 0.45, 400, 300
THRESHOLDS = {"obj_threshold": OBJECT, "score_threshold": SCORE, "iou_threshold": OVERLAP, "pre_nms_topn": BEFORE,
              "post_nms_topn": AFTER}
V3_BIASES = [[116, 90, 156, 198, 373, 326], [30, 61, 62, 45, 59, 119], [10, 13, 16, 30, 33, 23]]
TINY_BIASES = [[81, 82, 135, 169, 344, 319], [10, 14, 23, 27, 37, 58]]
V2_BIASES = [[0.57273, 0.677385, 1.87446, 2.06253, 3.33843, 5.47434, 7.88282, 3.52778, 9.77052, 9.16828]]


def leaky(net, x, channels, kernel=3, stride=1):
    x = net.conv(x, channels, kernel, stride, kernel // 2)
    return net.layer("ReLU", x, x, relu_param={"negative_slope": 0.1})


def up(net, x, skip):
    x = net.layer("Upsample", leaky(net, x, 8, 1), upsample_param={"scale": 2})
    return net.layer("Concat", [x, skip], channels=net.channels[x] + net.channels[skip])


def body(net, batch):
    """Levels of stride 8, 16 and 32."""
    x = net.input("data", [batch, 3, *SIZE])
    levels = []
    for channels in (8, 8, 16, 16, 16):
        x = leaky(net, x, channels, stride=2)
        levels.append(x)
    return levels[2:]


def heads(kind, net, batch, channels):
    """What the YOLO layers read."""
    level8, level16, level32 = body(net, batch)
    if kind == "V2":
        small = net.layer("Reorg", level16, channels=64, reorg_param={"stride": 2})
        x = net.layer("Concat", [small, level32], channels=80)
        return [net.conv(x, channels, 1, name="head0")]
    outputs = [net.conv(level32, channels, 1, name="head0")]
    x = up(net, level32, level16)
    outputs.append(net.conv(x, channels, 1, name="head1"))
    if kind == "V3":
        outputs.append(net.conv(up(net, x, level8), channels, 1, name="head2"))
    return outputs


KINDS = {"V3": (V3_BIASES, 3, "V3", "YoloV3DetectionOutput", "yolov3_detection_output_param"),
         "tiny": (TINY_BIASES, 3, "V3", "YoloV3DetectionOutputV2", "yolov3_detection_output_v2_param"),
         "V2": (V2_BIASES, 5, "V2", "YoloV2DetectionOutput", "yolov2_detection_output_param")}


def add_layers(net, kind, outputs, batch, classes):
    biases, boxes, version, detection, parameters = KINDS[kind]
    tops = []
    for i, x in enumerate(outputs):
        tops.append([f"yolo{i}_{top}" for top in ("coords", "obj", "classes")])
        net.layer("Yolo", x, tops[-1], name=f"yolo{i}", yolo_param={
            "boxes": boxes, "coords": 4, "classes": classes, "yolo_version": f'"{version}"', "softmax": True,
            "background": False})
    net.input("img_info", [batch, 4])
    fields = {"boxes": boxes, "classes": classes, "relative": True, **THRESHOLDS}
    if kind == "V3":
        for name, values in zip(("low", "mid", "high"), biases):
            fields["biases_" + name] = values
    else:
        fields["biases"] = [float(value) for values in biases for value in values]
    bottoms = [top for parts in zip(*tops) for top in parts] + ["img_info"]
    net.layer(detection, bottoms, ["box_out", "box_out_num"], name="detection_out", **{parameters: fields})


def convert(net, stem):
    prototxt, caffemodel = save(net, stem)
    return atc(f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0", f"--output={stem}",
               "--soc_version=Ascend310B4")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def candidates(raw, kind, biases, info):
    """Boxes [n, 4] (corners, in the picture) and scores [n, classes] of one picture, those without an object at 0."""
    _, boxes, version, _, _ = KINDS[kind]
    rows, columns = raw.shape[-2:]
    raw = raw.astype(np.float64).reshape(boxes, -1, rows, columns)
    net_h, net_w, height, width = (int(number) for number in info)
    bias = np.reshape(biases, (boxes, 2, 1, 1)).astype(np.float64)
    per = (columns, rows) if version == "V2" else (net_w, net_h)
    x = (sigmoid(raw[:, 0]) + np.arange(columns)) / columns
    y = (sigmoid(raw[:, 1]) + np.arange(rows)[:, None]) / rows
    w = np.exp(raw[:, 2]) * bias[:, 0] / per[0]
    h = np.exp(raw[:, 3]) * bias[:, 1] / per[1]
    if net_w / width < net_h / height:
        new_w, new_h = net_w, height * net_w // width
    else:
        new_w, new_h = width * net_h // height, net_h
    x = (x - (net_w - new_w) / 2 / net_w) / (new_w / net_w) * width
    y = (y - (net_h - new_h) / 2 / net_h) / (new_h / net_h) * height
    w, h = w * net_w / new_w * width, h * net_h / new_h * height
    labels = raw[:, 5:]
    if version == "V2":
        labels = np.exp(labels - labels.max(1, keepdims=True))
        labels = labels / labels.sum(1, keepdims=True)
    else:
        labels = sigmoid(labels)
    objects = sigmoid(raw[:, 4])
    scores = np.where(objects > OBJECT, objects, 0)[:, None] * labels
    corners = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)
    return corners.reshape(-1, 4), np.moveaxis(scores, 1, -1).reshape(-1, scores.shape[1])


def shared(box, others):
    """Intersection by union of a box with each of the others."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.maximum(sides, 0).prod(1)
    return common / ((box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(1) - common)


def choose(boxes, scores):
    """Rows x1, y1, x2, y2, score, class, the best first."""
    index, label = np.nonzero(scores > SCORE)
    rows = np.column_stack([boxes[index], scores[index, label], label])
    rows = rows[np.argsort(-rows[:, 4])][:BEFORE]
    kept = np.empty((0, 6))
    for row in rows:
        same = kept[kept[:, 5] == row[5]]
        if not (shared(row[:4], same[:, :4]) > OVERLAP).any():
            kept = np.vstack([kept, row])
    return kept[:AFTER]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", list(KINDS))
def test_network(tmp_path, kind, seed):
    batch, classes = 1 + seed, 4
    dice = np.random.default_rng(seed)
    biases, boxes, *_ = KINDS[kind]
    whole, cut = Network("yolo", seed), Network("yolo", seed)
    add_layers(whole, kind, heads(kind, whole, batch, boxes * (5 + classes)), batch, classes)
    heads(kind, cut, batch, boxes * (5 + classes))
    for net, name in ((whole, "whole"), (cut, "cut")):
        done = convert(net, tmp_path / name)
        assert done.returncode == 0, done.stdout + net.prototxt()
    data = dice.standard_normal((batch, 3, *SIZE), dtype=np.float32)
    info = np.array([[*SIZE, 375, 500], [*SIZE, 211, 640]][:batch], np.float32)
    raw = [np.frombuffer(part, np.float32) for part in run_model(tmp_path / "cut.om", data)]
    raw = [part.reshape(batch, boxes * (5 + classes), SIZE[0] // stride, SIZE[1] // stride)
           for part, stride in zip(raw, (32, 16, 8))]
    out, number = run_model(tmp_path / "whole.om", data, info)
    out = np.frombuffer(out, np.float32).reshape(batch, 6 * AFTER)
    number = np.frombuffer(number, np.int32).reshape(batch, 8)
    for n in range(batch):
        parts = [candidates(part[n], kind, bias, info[n]) for part, bias in zip(raw, biases)]
        wanted = choose(*(np.concatenate(arrays) for arrays in zip(*parts)))
        count = number[n, 0]
        assert count == len(wanted) > 10
        assert not number[n, 1:].any() and not out[n, 6 * count:].any()
        np.testing.assert_allclose(out[n, :6 * count].reshape(6, count).T, wanted, rtol=1e-3, atol=1e-3)


def refusal(net, folder):
    done = convert(net, folder / "net")
    assert done.returncode != 0
    return done.stdout


@pytest.mark.parametrize("more, part", [
    ({"biases_low": [1, 2]}, "biases_low has 2 numbers"),
    ({"classes": 5}, "5 classes"),
    ({"biases": [1, 2]}, "parameter biases is none of a YoloV3DetectionOutput"),
    ({"nonsense": 1}, "nonsense"),
    ({"out_box_dim": 2}, "out_box_dim"),
])
def test_refusals(tmp_path, more, part):
    net = Network("yolo")
    add_layers(net, "V3", heads("V3", net, 1, 27), 1, 4)
    net.layers[-1]["yolov3_detection_output_param"].update(more)
    text = refusal(net, tmp_path)
    assert part in text, text


def test_channels_and_bottoms(tmp_path):
    net = Network("yolo")
    add_layers(net, "V3", heads("V3", net, 1, 28), 1, 4)
    assert "28 channels; expected boxes * (coords + 1 + classes), 3 * (4 + 1 + 4) = 27" in refusal(net, tmp_path)
    net = Network("yolo")
    add_layers(net, "V3", heads("V3", net, 1, 27), 1, 4)
    del net.layers[-1]["bottom"][2]
    assert "9 bottoms" in refusal(net, tmp_path)
    net = Network("yolo")
    for name, shape in (("a", [1, 20, 32]), ("b", [1, 48]), ("c", [1, 4, 48]), ("img_info", [1, 4])):
        net.input(name, shape)
    net.layer("YoloV2DetectionOutput", ["a", "b", "c", "img_info"], ["out", "num"],
              yolov2_detection_output_param={"classes": 4, "biases": V2_BIASES[0]})
    assert "height and width of its grid cannot be known" in refusal(net, tmp_path)
