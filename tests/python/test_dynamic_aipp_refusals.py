# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP: what setters refuse, and what a model refuses that is given parameters."""
import acl
import pytest

pytest.importorskip("onnx")
from dynamic_aipp import (BAD, BAD_HANDLE, NO_AIPP, NO_MODEL, SIZES, TOO_FEW, aipp,  # noqa: E402, F401 (fixtures)
                          dynamic_config, load, plain)
from test_aipp import ATC  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

# --- setters

INT8 = [-1, 2]
REFUSED = [
    # setter, calls before, arguments, a part of the sentence
    ("set_aipp_input_format", [], [0], "inputFormat"), ("set_aipp_input_format", [], [5], "inputFormat"),
    ("set_aipp_src_image_size", [], [1, 10], "srcImageSizeW"), ("set_aipp_src_image_size", [], [4097, 10], "srcImageSizeW"),
    ("set_aipp_src_image_size", [], [10, 0], "srcImageSizeH"), ("set_aipp_src_image_size", [], [10, 4097], "srcImageSizeH"),
    ("set_aipp_src_image_size", [("set_aipp_input_format", 1)], [11, 10], "[11] is odd"),
    ("set_aipp_src_image_size", [("set_aipp_input_format", 1)], [10, 11], "[11] is odd"),
    *[("set_aipp_rbuv_swap_switch", [], [bad], "rbuvSwapSwitch") for bad in INT8],
    *[("set_aipp_ax_swap_switch", [], [bad], "axSwapSwitch") for bad in INT8],
    *[("set_aipp_csc_params", [], [bad] + [0] * 15, "cscSwitch") for bad in INT8],
    *[("set_aipp_csc_params", [], [1] + [0] * i + [bad] + [0] * (14 - i), f"cscMatrixR{i // 3}C{i % 3}")
      for i in range(9) for bad in (-32678, 32677)],
    ("set_aipp_csc_params", [("set_aipp_input_format", 4)], [1] + [0] * 15, "YUV400_U8"),
    *[("set_aipp_crop_params", [], [bad, 0, 0, 2, 2, 0], "cropSwitch") for bad in INT8],
    *[("set_aipp_crop_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], name)
      for i, (name, low) in enumerate((("cropStartPosW", 0), ("cropStartPosH", 0), ("cropSizeW", 1), ("cropSizeH", 1)))
      for bad in (low - 1, 4097)],
    *[("set_aipp_crop_params", [("set_aipp_input_format", 1), ("set_aipp_src_image_size", 20, 20)],
       [1] + [3 if i == k else 2 for k in range(4)] + [0], "[3] is odd") for i in range(4)],
    ("set_aipp_crop_params", [("set_aipp_src_image_size", 20, 10)], [1, 11, 0, 10, 10, 0], "beyond src_image_size_w [20]"),
    ("set_aipp_crop_params", [("set_aipp_src_image_size", 20, 10)], [1, 0, 1, 10, 10, 0], "beyond src_image_size_h [10]"),
    *[("set_aipp_scf_params", [], [bad, 2, 2, 2, 2, 0], "scfSwitch") for bad in INT8],
    *[("set_aipp_scf_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], name)
      for i, name in enumerate(("scfInputSizeW", "scfInputSizeH", "scfOutputSizeW", "scfOutputSizeH")) for bad in (0, 4097)],
    *[("set_aipp_padding_params", [], [bad, 1, 1, 1, 1, 0], "paddingSwitch") for bad in INT8],
    *[("set_aipp_padding_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], f"paddingSize{side}")
      for i, side in enumerate(("Top", "Bottom", "Left", "Right")) for bad in (-1, 33)],
    ("set_aipp_padding_params", [("set_aipp_src_image_size", 2000, 10), ("set_aipp_crop_params", 1, 0, 0, 1060, 10, 0)],
     [1, 0, 0, 10, 11, 0], "1081 pixels wide"),
    *[("set_aipp_dtc_pixel_mean", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelMeanChn{i}")
      for i in range(4) for bad in (-1, 256)],
    *[("set_aipp_dtc_pixel_min", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelMinChn{i}")
      for i in range(4) for bad in (-0.5, 255.5, float("nan"), float("inf"))],
    *[("set_aipp_pixel_var_reci", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelVarReciChn{i}")
      for i in range(4) for bad in (-65505, 65505, float("nan"), float("-inf"))],
    ("set_aipp_crop_params", [], [1, 0, 0, 2, 2, 2], "batchIndex"),
    ("set_aipp_scf_params", [], [1, 2, 2, 2, 2, 2], "batchIndex"),
    ("set_aipp_padding_params", [], [1, 1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_dtc_pixel_mean", [], [1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_dtc_pixel_min", [], [1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_pixel_var_reci", [], [1, 1, 1, 1, 2], "batchIndex"),
]


@pytest.mark.parametrize("setter, before, arguments, part", REFUSED)
def test_setters_refuse(aipp, last_message, setter, before, arguments, part):
    one = aipp(2)
    for name, *values in before:
        assert getattr(acl.mdl, name)(one, *values) == 0
    assert getattr(acl.mdl, setter)(one, *arguments) == BAD
    assert part in last_message()


@pytest.mark.parametrize("setter, arguments", [
    ("set_aipp_input_format", [1]), ("set_aipp_input_format", [4]), ("set_aipp_src_image_size", [2, 1]),
    ("set_aipp_src_image_size", [4096, 4096]), ("set_aipp_csc_params", [1] + [-32677] * 9 + [0, 255, 0, 255, 0, 255]),
    ("set_aipp_csc_params", [1] + [32676] * 9 + [0] * 6), ("set_aipp_crop_params", [1, 4095, 4095, 1, 1, 1]),
    ("set_aipp_crop_params", [0, -5, 9999, 0, 0, 0]), ("set_aipp_scf_params", [1, 4096, 4096, 4096, 1, 0]),
    ("set_aipp_scf_params", [0, 0, 0, 0, -1, 0]), ("set_aipp_padding_params", [1, 0, 32, 0, 32, 0]),
    ("set_aipp_padding_params", [0, 99, 99, 99, -1, 0]), ("set_aipp_dtc_pixel_mean", [0, 255, 0, 255, 1]),
    ("set_aipp_dtc_pixel_min", [0, 255.0, 0.5, 255, 1]), ("set_aipp_pixel_var_reci", [-65504, 65504, 0, 1, 1]),
    ("set_aipp_csc_params", [0] + [32767] * 9 + [0] * 6)])
def test_setters_take(aipp, setter, arguments):
    """The ends of ranges, and anything where the switch is off."""
    assert getattr(acl.mdl, setter)(aipp(2), *arguments) == 0, acl.get_recent_err_msg()


def test_objects(device, last_message):
    assert acl.mdl.create_aipp(0) == 0
    assert "145014" in last_message()
    assert acl.mdl.create_aipp(65537) == 0
    assert "65536" in last_message()
    one = acl.mdl.create_aipp(65536)
    assert one != 0 and acl.mdl.destroy_aipp(one) == 0
    assert acl.mdl.destroy_aipp(one) == acl.mdl.set_aipp_src_image_size(one, 2, 2) == BAD_HANDLE
    assert acl.mdl.destroy_aipp(0) == BAD


# --- giving parameters to a model

def test_giving_refuses(load, aipp, last_message):
    model = load({"x": [2, 3, 8, 6], "z": [1, 3, 4, 4]}, dynamic_config(0, largest=600))
    give, by_input = acl.mdl.set_input_aipp, acl.mdl.set_aipp_by_input_index
    good = plain(aipp(2))
    assert give(model.id, model.inputs, 2, good) == by_input(model.id, model.inputs, 0, good) == 0
    assert give(model.id + 1, model.inputs, 2, good) == by_input(model.id + 1, model.inputs, 0, good) == NO_MODEL
    for index in (0, 1):
        assert give(model.id, model.inputs, index, good) == NO_AIPP
        assert "is not for parameters" in last_message()
    for index in (1, 2):
        assert by_input(model.id, model.inputs, index, good) == NO_AIPP
        assert "was not given dynamic AIPP" in last_message()
    for bad in (3, 2 ** 63):
        assert give(model.id, model.inputs, bad, good) == by_input(model.id, model.inputs, bad, good) == BAD
    assert give(model.id, model.inputs, 2, plain(aipp(1))) == TOO_FEW
    assert "for 1 pictures; the model takes up to 2" in last_message()
    assert give(model.id, good, 2, good) == give(model.id, model.inputs, 2, model.inputs) == BAD_HANDLE
    assert give(model.id, model.inputs, 2, plain(aipp(3))) == 0  # more are not looked at
    empty = acl.mdl.create_dataset()
    assert give(model.id, empty, 2, good) == BAD
    assert acl.mdl.destroy_dataset(empty) == 0


@pytest.mark.parametrize("calls, part", [
    ([], "call aclmdlSetAIPPInputFormat"), ([("set_aipp_input_format", 3)], "call aclmdlSetAIPPSrcImageSize"),
    ([("set_aipp_src_image_size", 6, 8)], "call aclmdlSetAIPPInputFormat"),
    ([("set_aipp_src_image_size", 6, 7), ("set_aipp_input_format", 1)], "src_image_size_h [7] is odd"),
    ([("set_aipp_src_image_size", 8, 8), ("set_aipp_input_format", 3)], "makes pictures of 8 x 8 pixels"),
    ([("set_aipp_src_image_size", 10, 11), ("set_aipp_input_format", 3)], "makes pictures of 10 x 11 pixels"),
    ([("set_aipp_crop_params", 1, 3, 0, 6, 8, 0), ("set_aipp_src_image_size", 8, 8), ("set_aipp_input_format", 3)],
     "reaches beyond src_image_size_w [8]"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_csc_params", 1, *[0] * 15), ("set_aipp_input_format", 4)],
     "csc_switch"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 4)], "input_format [YUV400_U8]"),
    ([("set_aipp_src_image_size", 20, 10), ("set_aipp_input_format", 3), ("set_aipp_crop_params", 1, 0, 0, 6, 8, 0)],
     "picture 1"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 3), ("set_aipp_padding_params", 1, 0, 0, 1, 0, 1)],
     "picture 1: padding makes pictures of 7 x 8"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 3), ("set_aipp_scf_params", 1, 6, 7, 6, 8, 1)],
     "picture 1: it is to be resized from 6 x 7 pixels, but has 6 x 8"),
    ([("set_aipp_src_image_size", 20, 20), ("set_aipp_input_format", 3), ("set_aipp_crop_params", 1, 0, 0, 6, 8, 0),
      ("set_aipp_crop_params", 1, 0, 0, 6, 8, 1)], "are 1200 bytes, but the model was converted with"),
])
def test_parameters_that_no_model_takes(load, aipp, last_message, calls, part):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=600))
    one = aipp(2)
    for name, *values in calls:
        assert getattr(acl.mdl, name)(one, *values) == 0
    assert model.set(one) == SIZES
    assert part in last_message()
    assert not model.block().any()  # as it was
    assert model.run() == SIZES and "no parameters of dynamic AIPP have been set" in last_message()


def test_padding_beyond_1080(load, aipp, last_message):
    model = load({"x": [1, 3, 8, 1081]}, dynamic_config(0, largest=99999))
    one = plain(aipp(), w=1080)
    assert acl.mdl.set_aipp_padding_params(one, 1, 0, 0, 1, 0, 0) == 0  # a crop might follow
    assert model.set(one) == SIZES and "1081 pixels wide; expected at most 1080" in last_message()
    wide = plain(aipp(), w=1081)
    assert model.set(wide) == 0, acl.get_recent_err_msg()  # without padding it may be wide
