# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP: the block of parameters in memory, good and hostile, and the buffers of an execution."""
import struct

import acl
import numpy as np
import pytest

pytest.importorskip("onnx")
from dynamic_aipp import (NO_MEMORY, SIZES, TOO_FEW, TOO_SHORT, aipp, dynamic_config,  # noqa: E402, F401 (fixtures)
                          load, plain)
from test_aipp import ATC, model_of, picture_bytes  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

GOOD = {"tag": 0x44504941, "version": 1, "pictures": 2, "format": 3, "w": 20, "h": 20, "csc": 0}
PICTURE = {"crop": 1, "padding": 0, "resize": 0, "x": 0, "y": 0, "cw": 6, "ch": 8, "fw": 0, "fh": 0, "rw": 0, "rh": 0,
           "top": 0, "bottom": 0, "left": 0, "right": 0, "mean": 0, "min": 0.0, "var": 1.0}


def block_of(header=(), *pictures):
    """The layout as it is documented, written by hand."""
    f = {**GOOD, **dict(header)}
    data = struct.pack("<IIIIiiBBBx9h3B3B12x", f["tag"], f["version"], f["pictures"], f["format"], f["w"], f["h"],
                       f["csc"], 0, 0, *[0] * 15)
    assert len(data) == 64
    for picture in (list(pictures) + [{}, {}])[:2]:
        p = {**PICTURE, **dict(picture)}
        data += struct.pack("<BBBx12i4h4f4f4x", p["crop"], p["padding"], p["resize"], p["x"], p["y"], p["cw"], p["ch"],
                            p["fw"], p["fh"], p["rw"], p["rh"], p["top"], p["bottom"], p["left"], p["right"],
                            *[p["mean"]] * 4, *[p["min"]] * 4, *[p["var"]] * 4)
    assert len(data) == 64 + 2 * 96
    return np.frombuffer(data, np.uint8)


NAN = float("nan")
HOSTILE = [
    ({"tag": 0}, {}, "have been set"), ({"version": 2}, {}, "have been set"), ({"pictures": 0}, {}, "for 0 pictures"),
    ({"pictures": 3}, {}, "for 3 pictures; in 256 bytes is room for 2"), ({"pictures": 0xFFFFFFFF}, {}, "is room for 2"),
    ({"pictures": 1}, {}, "for 1 pictures; the model takes 2"), ({"format": 0}, {}, "format 0"),
    ({"format": 5}, {}, "format 5"), ({"format": 0xFFFFFFFF}, {}, "format 4294967295"),
    ({"w": 4096, "h": 4096}, {}, "max_src_image_size"), ({"w": 0}, {}, "src_image_size_w [0]"),
    ({"h": -1}, {}, "src_image_size_h [-1]"), ({"w": 2 ** 31 - 1}, {}, "src_image_size_w"), ({"w": 5}, {}, "beyond"),
    ({"w": 21, "format": 1}, {}, "odd"),
    *[({}, change, part) for change, part in (
        ({"x": 15}, "reaches beyond"), ({"y": 13}, "reaches beyond"), ({"x": -1}, "load_start_pos_w [-1]"),
        ({"x": 2 ** 31 - 1}, "load_start_pos_w"), ({"cw": 7}, "makes pictures of 7 x 8"), ({"ch": 0}, "crop_size_h [0]"),
        ({"cw": -2 ** 31}, "crop_size_w"), ({"crop": 0}, "makes pictures of 20 x 20"),
        ({"resize": 1}, "resize_output_w [0]"), ({"resize": 1, "rw": 5, "rh": 2 ** 31 - 1}, "resize_output_h"),
        ({"padding": 1, "left": 1}, "makes pictures of 7 x 8"), ({"padding": 255, "top": -1}, "top_padding_size [-1]"),
        ({"padding": 1, "right": 2 ** 31 - 1}, "right_padding_size"), ({"mean": -1}, "mean_chn_0"),
        ({"min": NAN}, "min_chn_0"), ({"var": float("inf")}, "var_reci_chn_0"), ({"var": NAN}, "var_reci_chn_0"))],
]


@pytest.fixture
def two_pictures(load):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=1200))
    model.put(0, np.arange(2 * 1200, dtype=np.uint32).astype(np.uint8))
    return model


@pytest.mark.parametrize("header, picture, part", HOSTILE)
@pytest.mark.parametrize("which", [0, 1])
def test_hostile_blocks(two_pictures, last_message, header, picture, part, which):
    two_pictures.put(1, block_of(header, *([{}] * which), picture))
    assert two_pictures.run() in (SIZES, TOO_FEW)
    assert part in last_message()
    two_pictures.put(1, block_of())
    assert two_pictures.run() == 0, acl.get_recent_err_msg()


def test_random_blocks_are_survived(two_pictures):
    random = np.random.default_rng(11)
    good, answers = block_of(), []
    for _ in range(3000):
        block = good.copy()
        for _ in range(int(random.integers(1, 5))):
            block[random.integers(8, 256)] = random.choice([0, 1, 2, 4, 7, 8, 0x7F, 0x80, 0xFF, random.integers(256)])
        two_pictures.put(1, block)
        answers.append(two_pictures.run())
        assert answers[-1] in (0, SIZES, TOO_FEW), acl.get_recent_err_msg()
    assert len(set(answers)) > 1


def test_the_setters_write_the_block_as_documented(two_pictures, aipp):
    one = plain(aipp(2), 20, 20)
    assert acl.mdl.set_aipp_crop_params(one, 1, 3, 2, 6, 8, 0) == 0
    assert acl.mdl.set_aipp_crop_params(one, 1, 0, 1, 4, 3, 1) == 0
    assert acl.mdl.set_aipp_scf_params(one, 1, 4, 3, 5, 6, 1) == 0
    assert acl.mdl.set_aipp_padding_params(one, 1, 0, 2, 1, 0, 1) == 0
    assert acl.mdl.set_aipp_dtc_pixel_mean(one, 9, 9, 9, 9, 1) == 0
    assert two_pictures.set(one) == 0, acl.get_recent_err_msg()
    wanted = block_of({}, {"x": 3, "y": 2}, {"y": 1, "cw": 4, "ch": 3, "resize": 1, "fw": 4, "fh": 3, "rw": 5, "rh": 6,
                                            "padding": 1, "bottom": 2, "left": 1, "mean": 9})
    np.testing.assert_array_equal(two_pictures.block(), wanted)


@pytest.mark.parametrize("form, number", [("YUV420SP_U8", 1), ("XRGB8888_U8", 2), ("RGB888_U8", 3), ("ARGB8888_U8", 7),
                                          ("YUYV_U8", 8), ("YUV422SP_U8", 9), ("AYUV444_U8", 10)])
def test_formats_in_a_block(two_pictures, form, number):
    """Also those that no setter takes."""
    config = {"input_format": form, "src_image_size_w": 12, "src_image_size_h": 10, "crop": True, "crop_size_w": 6,
              "crop_size_h": 8, "load_start_pos_w": 4, "load_start_pos_h": 2}
    two_pictures.put(1, block_of({"format": number, "w": 12, "h": 10}, *[{"x": 4, "y": 2}] * 2))
    pictures = np.random.default_rng(number).integers(0, 256, (2, picture_bytes(config)), np.uint8)
    two_pictures.put(0, pictures)
    assert two_pictures.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(two_pictures.fetch([2, 3, 8, 6]), np.stack([model_of(config, p, 3) for p in pictures]))


def with_buffers(model, replace):
    """A dataset like the model's with other memory for some inputs: {index: (address, size)}."""
    dataset = acl.mdl.create_dataset()
    for i, memory in enumerate(model.memory):
        acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(*replace.get(i, memory)))
    return dataset


def drop(dataset):
    for i in range(acl.mdl.get_dataset_num_buffers(dataset)):
        acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, i))
    acl.mdl.destroy_dataset(dataset)


def test_buffers(load, aipp, last_message):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=5000))
    assert model.set(plain(aipp(2))) == 0
    pictures = np.random.default_rng(6).integers(0, 256, (2, 8, 6, 3), np.uint8)
    wanted = pictures.transpose(0, 3, 1, 2).astype(np.float32)
    model.put(0, pictures)
    address, _ = model.memory[0]
    block, _ = model.memory[1]

    def run(replace):
        dataset = with_buffers(model, replace)
        ret = acl.mdl.execute(model.id, dataset, model.outputs)
        drop(dataset)
        return ret
    # no more than the pictures need; and as elsewhere up to 63 bytes less
    for size in (288, 5000, 1 << 20):
        assert run({0: (address, min(size, 10000))}) == 0
        np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)
    assert run({0: (address, 225)}) == 0
    short = pictures.copy().reshape(-1)
    short[225:] = 0
    np.testing.assert_array_equal(model.fetch(wanted.shape), short.reshape(pictures.shape).transpose(0, 3, 1, 2))
    assert run({0: (address, 224)}) == SIZES and "has a buffer of 224 bytes; the model needs 288" in last_message()
    assert run({0: (0, 288)}) == SIZES
    assert run({1: (block, 255)}) == TOO_SHORT and "255 bytes; the model needs 256" in last_message()
    assert run({1: (0, 256)}) == TOO_SHORT
    assert run({1: (0x1000, 256)}) == NO_MEMORY
    dataset = with_buffers(model, {1: (block, 255)})
    assert acl.mdl.set_input_aipp(model.id, dataset, 1, plain(aipp(2))) == TOO_SHORT
    drop(dataset)
    dataset = with_buffers(model, {1: (0x1000, 256)})
    assert acl.mdl.set_input_aipp(model.id, dataset, 1, plain(aipp(2))) == NO_MEMORY
    drop(dataset)
    # pictures in host memory that is not aligned, exactly as long as they are
    host = np.zeros(289, np.uint8)
    host[1:] = pictures.reshape(-1)
    assert run({0: (acl.util.numpy_to_ptr(host) + 1, 288)}) == 0
    np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)


def test_parameters_are_read_when_an_execution_is_called(load, aipp):
    model = load({"x": [1, 3, 8, 6]}, dynamic_config(0, largest=5000))
    picture = np.random.default_rng(6).integers(0, 256, (20, 20, 3), np.uint8)
    model.put(0, picture)
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    event, ret = acl.rt.create_event()
    assert ret == 0
    one = plain(aipp(), 20, 20)
    for x in (1, 2):  # the second execution would overwrite the result of the first: the last parameters win
        assert acl.mdl.set_aipp_crop_params(one, 1, x, 0, 6, 8, 0) == 0
        assert model.set(one) == 0
        assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == 0
    model.put(1, np.zeros(160, np.uint8))  # too late for both
    assert acl.rt.synchronize_stream(stream) == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([3, 8, 6]), picture[:8, 2:8].transpose(2, 0, 1))
    assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == SIZES
    assert acl.rt.destroy_event(event) == 0 and acl.rt.destroy_stream(stream) == 0
