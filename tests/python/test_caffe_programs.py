# SPDX-License-Identifier: Apache-2.0
"""The programs of manual 9.1.2.3 and 9.1.2.4 with Caffe's ResNet-50, and GoogLeNet with AIPP; OpenCV is the judge."""
import io
import sys
import threading
from pathlib import Path

import acl
import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="the judge is missing: scripts/setup.sh check installs it")
Image = pytest.importorskip("PIL.Image")
pytest.importorskip("onnx")  # for test_atc
sys.path.append(str(Path(__file__).parents[2] / "examples"))
import caffe_networks  # noqa: E402 (after the path)
from acl_model import DEVICE_TO_HOST, Device, Model, check, checked  # noqa: E402
from test_atc import ATC, atc  # noqa: E402

pytestmark = [pytest.mark.skipif(ATC is None, reason="atc is not built"),
              pytest.mark.skipif("asan" in str(ATC), reason="takes long")]
MEAN = (104, 117, 123)  # blue, green, red: of the pictures that the published networks were trained with
PICTURES = 2


def jpeg(seed):
    """A picture of soft coloured spots with some noise, through JPEG; red, green, blue."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:256, :256]
    pixels = np.zeros((256, 256, 3))
    for _ in range(12):
        y, x, size = random.uniform(0, 256), random.uniform(0, 256), random.uniform(10, 80)
        spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * size * size))
        pixels += spot[..., None] * random.uniform(-100, 200, 3)
    pixels = np.clip(pixels + 60 + random.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=90)
    return np.asarray(Image.open(io.BytesIO(data.getvalue())).convert("RGB"))


def prepared(picture):
    """The middle 224 x 224 pixels: blue, green, red, without the mean."""
    pixels = picture[16:240, 16:240, ::-1].astype(np.float32) - np.array(MEAN, np.float32)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def convert(name, folder, *options):
    prototxt, caffemodel = caffe_networks.save(caffe_networks.build(name), folder / name)
    done = atc(f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0", f"--output={folder / name}",
               "--soc_version=Ascend310B4", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return cv2.dnn.readNetFromCaffe(str(prototxt), str(caffemodel)), folder / f"{name}.om", done.stdout


def answer(judge, pixels):
    judge.setInput(np.ascontiguousarray(pixels, np.float32))
    return judge.forward("prob").ravel()


def assert_equal_classes(ours, theirs):
    assert np.abs(ours - theirs).max() <= 1e-4 * theirs.max()
    assert ours.argsort()[-1:-6:-1].tolist() == theirs.argsort()[-1:-6:-1].tolist()


@pytest.fixture(scope="module")
def resnet50(tmp_path_factory):
    """As the samples convert it: pictures as float16, probabilities as float32."""
    judge, om, screen = convert("resnet50", tmp_path_factory.mktemp("resnet50"), "--input_format=NCHW",
                                "--input_fp16_nodes=data", "--output_type=FP32", "--out_nodes=prob:0")
    assert "  input   data  float16[1,3,224,224]" in screen and "  output  prob:0:prob  float32[1,1000]" in screen
    return judge, om


def test_synchronous_classification(resnet50):
    judge, om = resnet50
    with Device():
        model = Model(om)
        for seed in range(PICTURES):
            pixels = prepared(jpeg(seed)).astype(np.float16)
            prob, = model(pixels)
            assert prob.dtype == np.float32
            assert_equal_classes(prob.ravel(), answer(judge, pixels))
        model.close()


def test_asynchronous_classification(resnet50):
    """Four inferences in a stream; a thread takes each one's result when the stream calls back."""
    judge, om = resnet50
    with Device() as device:
        model = Model(om)
        stream = checked(acl.rt.create_stream())
        ending = threading.Event()

        def process(args):
            check(acl.rt.set_context(args[0]))
            while not ending.is_set():
                acl.rt.process_report(100)
        thread = checked(acl.util.start_thread(process, [device.context]))
        check(acl.rt.subscribe_report(thread, stream))
        found = []
        (address, size), = model.output_memory

        def take(index):
            prob = np.empty(size // 4, np.float32)
            ret = acl.rt.memcpy(acl.util.numpy_to_ptr(prob), size, address, size, DEVICE_TO_HOST)
            found.append((index, ret, prob))
        pictures = [prepared(jpeg(i % PICTURES)).astype(np.float16) for i in range(4)]
        for i, pixels in enumerate(pictures):
            (place, count), = model.input_memory
            check(acl.rt.memcpy_async(place, count, acl.util.numpy_to_ptr(pixels), count, 1, stream))
            check(acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream))
            check(acl.rt.launch_callback(take, i, 1, stream))
        check(acl.rt.synchronize_stream(stream))
        check(acl.rt.unsubscribe_report(thread, stream))
        ending.set()
        check(acl.util.stop_thread(thread))
        assert [(index, ret) for index, ret, _ in found] == [(i, 0) for i in range(4)]
        wanted = [answer(judge, pixels) for pixels in pictures[:PICTURES]]
        for index, _, prob in found:
            assert_equal_classes(prob, wanted[index % PICTURES])
        check(acl.rt.destroy_stream(stream))
        model.close()


def test_googlenet_takes_decoded_jpegs(tmp_path):
    """AIPP cuts the middle out, puts blue first and takes the mean away."""
    config = tmp_path / "aipp.cfg"
    config.write_text("""aipp_op {
        aipp_mode: static
        input_format: RGB888_U8
        src_image_size_w: 256
        src_image_size_h: 256
        crop: true
        load_start_pos_w: 16
        load_start_pos_h: 16
        crop_size_w: 224
        crop_size_h: 224
        rbuv_swap_switch: true
        mean_chn_0: 104
        mean_chn_1: 117
        mean_chn_2: 123
        var_reci_chn_0: 1.0
        var_reci_chn_1: 1.0
        var_reci_chn_2: 1.0
    }""")
    judge, om, _ = convert("googlenet", tmp_path, f"--insert_op_conf={config}")
    with Device():
        model = Model(om)
        for seed in range(3):
            picture = jpeg(seed)
            prob, = model(picture)
            assert_equal_classes(prob.ravel(), answer(judge, prepared(picture)))
        model.close()
