# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP (manual 7.7): what setters said reaches the result; test_aipp's model in NumPy and static AIPP judge."""
import acl
import numpy as np
import pytest

pytest.importorskip("onnx")
from dynamic_aipp import (AIPP_INPUT, GEAR_INPUT, NONE, NUMBERS, SIZES, TOO_FEW, Model, aipp,  # noqa: E402, F401 (fixtures)
                          dynamic_config, load, plain, set_common, set_picture)
from onnx import TensorProto, helper  # noqa: E402 (after the check)
from test_aipp import ATC, model_of, picture_bytes, random_config, run_aipp  # noqa: E402
from test_atc import convert, save  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")


def random_pictures(random, form, count):
    """One config per picture, which share what they must, and the size and channels of all results."""
    config, h, w, channels = random_config(random, form)
    config.pop("padding_value", None)
    configs = [config]
    for _ in range(1, count):
        other = dict(config)
        if config.get("crop"):  # from somewhere else
            step = 2 if form == "YUV420SP_U8" else 1
            for side in "wh":
                room = config[f"src_image_size_{side}"] - config[f"crop_size_{side}"]
                other[f"load_start_pos_{side}"] = int(random.integers(0, room + 1)) // step * step
        elif config.get("resize"):  # of a part
            other.update(crop=True, crop_size_w=2, crop_size_h=2 if config["src_image_size_h"] > 1 else 1)
        if random.integers(2):
            for k in range(channels):
                other.update({f"mean_chn_{k}": int(random.integers(0, 256)),
                              f"min_chn_{k}": float(np.float32(random.uniform(0, 255))),
                              f"var_reci_chn_{k}": float(np.float32(random.normal() / 50))})
        configs.append(other)
    return configs, h, w, channels


@pytest.mark.parametrize("form", NUMBERS)
def test_random_parameters_of_each_picture(load, aipp, form):
    random = np.random.default_rng([7, *form.encode()])
    for _ in range(8):
        count = int(random.integers(1, 5))
        configs, h, w, channels = random_pictures(random, form, count)
        nhwc, half = bool(random.integers(2)), bool(random.integers(3) == 0)
        shape = [count, h, w, channels] if nhwc else [count, channels, h, w]
        model = load({"x": (shape, TensorProto.FLOAT16 if half else TensorProto.FLOAT)}, dynamic_config(0),
                     f"--input_format={'NHWC' if nhwc else 'NCHW'}")
        for again in range(2):  # other parameters for the same model
            if again:
                for config in configs:
                    config["mean_chn_0"] = int(random.integers(0, 256))
            pictures = random.integers(0, 256, (count, picture_bytes(configs[0])), np.uint8)
            one = aipp(count)
            set_common(one, configs[0])
            for i, config in enumerate(configs):
                set_picture(one, config, i)
            assert model.set(one) == 0, (acl.get_recent_err_msg(), configs)
            model.put(0, pictures)
            assert model.run() == 0, acl.get_recent_err_msg()
            wanted = np.stack([model_of(config, data, channels) for config, data in zip(configs, pictures)])
            wanted = wanted.transpose(0, 2, 3, 1) if nhwc else wanted
            kind = np.float16 if half else np.float32
            np.testing.assert_array_equal(model.fetch(wanted.shape, kind), wanted.astype(kind), err_msg=str(configs))


@pytest.mark.parametrize("form", NUMBERS)
def test_equals_static(tmp_path, form):
    """The same parameters in the model and set at run time: the same bits."""
    random = np.random.default_rng([9, *form.encode()])
    for _ in range(3):
        config, h, w, channels = random_config(random, form)
        config.pop("padding_value", None)
        count = int(random.integers(1, 4))
        pictures = random.integers(0, 256, (count, picture_bytes(config)), np.uint8)
        shape = [count, channels, h, w]
        static = run_aipp(tmp_path, config, pictures, shape)
        network = save(tmp_path / "dynamic.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": shape},
                       {"y": shape})
        (tmp_path / "dynamic.cfg").write_text(dynamic_config(0))
        assert convert(network, f"--insert_op_conf={tmp_path / 'dynamic.cfg'}").returncode == 0
        assert acl.init() == 0 and acl.rt.set_device(0) == 0
        model, one = Model(network.with_suffix(".om")), acl.mdl.create_aipp(count)
        set_common(one, config)
        for i in range(count):
            set_picture(one, config, i)
        assert model.set(one) == 0, acl.get_recent_err_msg()
        assert acl.mdl.destroy_aipp(one) == 0
        model.put(0, pictures)
        assert model.run() == 0, acl.get_recent_err_msg()
        got = model.fetch(shape).tobytes()
        model.close()
        assert acl.rt.reset_device(0) == 0 and acl.finalize() == 0
        assert got == static, config


def test_a_handle_is_used_again(load, aipp):
    """A smaller source and a crop of its own, after a crop that would not fit it."""
    model = load({"x": [1, 3, 8, 6]}, dynamic_config(0))
    one = plain(aipp(), 100, 100)
    pictures = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)
    for w, x in ((100, 90), (20, 3)):
        assert acl.mdl.set_aipp_src_image_size(one, w, w) == 0
        assert acl.mdl.set_aipp_crop_params(one, 1, x, x, 6, 8, 0) == 0
        assert model.set(one) == 0, acl.get_recent_err_msg()
        picture = np.ascontiguousarray(pictures[:w, :w])
        model.put(0, picture)
        assert model.run() == 0
        np.testing.assert_array_equal(model.fetch([3, 8, 6]), picture[x:x + 8, x:x + 6].transpose(2, 0, 1))


@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("resize", [False, True])
@pytest.mark.parametrize("pad", [False, True])
def test_sizes_of_table_10_1(load, aipp, crop, resize, pad):
    w, h = 40, 30
    config = {"input_format": "RGB888_U8", "src_image_size_w": w, "src_image_size_h": h}
    if crop:
        w, h = 20, 14
        config.update(crop=True, load_start_pos_w=3, load_start_pos_h=5, crop_size_w=w, crop_size_h=h)
    if resize:
        w, h = 17, 25
        config.update(resize=True, resize_output_w=w, resize_output_h=h)
    if pad:
        config.update(padding=True, left_padding_size=1, right_padding_size=2, top_padding_size=3, bottom_padding_size=4)
        w, h = w + 3, h + 7
    model = load({"x": [1, 3, h, w]}, dynamic_config(0))
    one = aipp()
    set_common(one, config)
    set_picture(one, config, 0)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    picture = np.random.default_rng(1).integers(0, 256, picture_bytes(config), np.uint8)
    model.put(0, picture)
    assert model.run() == 0
    np.testing.assert_array_equal(model.fetch([3, h, w]), model_of(config, picture, 3))


def test_batches(load, aipp, last_message):
    model = load({"x": [-1, 3, 8, 6]}, dynamic_config(0, largest=600), "--input_shape=x:-1,3,8,6",
                 "--dynamic_batch_size=1,4,2")
    assert [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(3)] == ["x", GEAR_INPUT, AIPP_INPUT]
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 4 * 600
    assert acl.mdl.get_input_size_by_index(model.desc, 2) == 64 + 4 * 96
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [-1, 3, 8, 6]
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0 and [out["aippOutdims"]["dims"][0] for out in info["outDims"]] == [1, 4, 2]
    assert model.set(plain(aipp(2))) == TOO_FEW
    assert "up to 4" in last_message()
    configs = [{"input_format": "RGB888_U8", "src_image_size_w": 10, "src_image_size_h": 12, "crop": True,
                "crop_size_w": 6, "crop_size_h": 8, "load_start_pos_w": i, "load_start_pos_h": 4 - i,
                "mean_chn_0": 10 * i} for i in range(4)]
    one = aipp(4)
    set_common(one, configs[0])
    for i, config in enumerate(configs):
        set_picture(one, config, i)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    random = np.random.default_rng(2)
    for batch in (4, 1, 2, 4):
        assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, 1, batch) == 0
        pictures = random.integers(0, 256, (batch, 360), np.uint8)
        model.put(0, pictures)
        assert model.run() == 0, acl.get_recent_err_msg()
        wanted = np.stack([model_of(config, one, 3) for config, one in zip(configs, pictures)])
        np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)


def test_image_sizes(load, aipp, last_message):
    """Only the largest size, as it is (7.6.1)."""
    model = load({"x": [1, 3, -1, -1]}, dynamic_config(0, largest=600), "--input_shape=x:1,3,-1,-1",
                 "--dynamic_image_size=4,6;8,12;5,5")
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 600
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [1, 3, -1, -1]
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0 and [out["aippOutdims"]["dims"][2:] for out in info["outDims"]] == [[4, 6], [8, 12], [5, 5]]
    one = plain(aipp(), 12, 8)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, 1, 8, 12) == 0
    picture = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    model.put(0, picture)
    assert model.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([3, 8, 12]), picture.transpose(2, 0, 1))
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, 1, 4, 6) == 0
    assert model.run() == SIZES
    assert "makes pictures of 12 x 8 pixels" in last_message()
    assert model.set(plain(aipp(), 6, 4)) == SIZES and "the network takes width 12 and height 8" in last_message()
    for setter, arguments in (("crop", [0, 0, 12, 8]), ("scf", [12, 8, 12, 8]), ("padding", [0, 0, 0, 0])):
        one = plain(aipp(), 12, 8)
        assert getattr(acl.mdl, f"set_aipp_{setter}_params")(one, 1, *arguments, 0) == 0
        assert model.set(one) == SIZES and "must be off" in last_message()


def test_several_inputs(load, aipp):
    """Dynamic, static and none; a name and ranks; each with parameters of its own."""
    config = (dynamic_config("c", 0) + "aipp_op { aipp_mode: static related_input_rank: 1 input_format: RGB888_U8 "
              "mean_chn_0: 5 }")
    model = load({"a": [1, 3, 4, 6], "b": [1, 3, 4, 6], "c": [2, 3, 6, 4], "d": [1, 2]}, config)
    names = [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(acl.mdl.get_num_inputs(model.desc))]
    assert names == ["a", "b", "c", "d", AIPP_INPUT, AIPP_INPUT + "_1"]
    assert [acl.mdl.get_aipp_type(model.id, i)[:2] for i in range(6)] == [
        (2, 4), (1, NONE), (2, 5), (0, NONE), (3, NONE), (3, NONE)]
    random = np.random.default_rng(8)
    a, b = random.integers(0, 256, (2, 1, 4, 6, 3), np.uint8)
    c, d = random.integers(0, 256, (2, 9, 9, 3), np.uint8), np.array([[1, 2]], np.float32)
    for i, data in enumerate((a, b, c, d)):
        model.put(i, data)
    assert acl.mdl.set_aipp_by_input_index(model.id, model.inputs, 0, plain(aipp(), 6, 4)) == 0
    one = plain(aipp(2), 9, 9)
    for i in range(2):
        assert acl.mdl.set_aipp_crop_params(one, 1, i, 3 - i, 4, 6, i) == 0
    assert model.run() == SIZES  # only one has parameters
    assert acl.mdl.set_aipp_by_input_index(model.id, model.inputs, 2, one) == 0, acl.get_recent_err_msg()
    assert model.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([1, 3, 4, 6], index=0), a.transpose(0, 3, 1, 2))
    wanted = b.transpose(0, 3, 1, 2).astype(np.float32)
    wanted[:, 0] -= 5
    np.testing.assert_array_equal(model.fetch([1, 3, 4, 6], index=1), wanted)
    wanted = np.stack([c[i, 3 - i:9 - i, i:i + 4].transpose(2, 0, 1) for i in range(2)])
    np.testing.assert_array_equal(model.fetch([2, 3, 6, 4], index=2), wanted)
    np.testing.assert_array_equal(model.fetch([1, 2], index=3), d)
