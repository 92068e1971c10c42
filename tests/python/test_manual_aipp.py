# SPDX-License-Identifier: Apache-2.0
"""The manual's programs of section 7.7, completed so that they run and check their results."""
import acl
import numpy as np
import pytest

pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
from dynamic_aipp import BAD, dynamic_config, load  # noqa: E402, F401 (a fixture)
from test_aipp import ATC, model_of  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

ACL_DATA_WITH_DYNAMIC_AIPP = 2
ACL_YUV420SP_U8 = 1
CSC = [1, 256, 443, 0, 256, -86, -178, 256, 0, 350, 0, 0, 0, 0, 128, 128]
# the same as test_aipp's model wants it
CONVERTED = {"input_format": "YUV420SP_U8", "csc_switch": True,
             **{f"matrix_r{i}c{j}": CSC[1 + 3 * i + j] for i in range(3) for j in range(3)},
             **{f"input_bias_{i}": CSC[13 + i] for i in range(3)}}


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


def nv12(seed, w, h):
    return np.random.default_rng(seed).integers(0, 256, w * h * 3 // 2, np.uint8)


def set_as_printed(aipp, crop):
    check(acl.mdl.set_aipp_input_format(aipp, ACL_YUV420SP_U8))
    check(acl.mdl.set_aipp_csc_params(aipp, *CSC))
    check(acl.mdl.set_aipp_rbuv_swap_switch(aipp, 0))
    check(acl.mdl.set_aipp_dtc_pixel_mean(aipp, 0, 0, 0, 0, 0))
    check(acl.mdl.set_aipp_dtc_pixel_min(aipp, 0, 0, 0, 0, 0))
    check(acl.mdl.set_aipp_pixel_var_reci(aipp, 1, 1, 1, 1, 0))
    check(acl.mdl.set_aipp_crop_params(aipp, 1, *crop, 224, 224, 0))


def test_7_7_2_one_input(load):  # noqa: F811
    model = load({"data": [1, 3, 224, 224]}, dynamic_config(0, largest=256 * 224 * 3 // 2))
    index, ret = acl.mdl.get_input_index_by_name(model.desc, "ascend_dynamic_aipp_data")
    check(ret)

    aipp_dynamic_set = acl.mdl.create_aipp(1)
    check(acl.mdl.set_aipp_src_image_size(aipp_dynamic_set, 256, 224))
    set_as_printed(aipp_dynamic_set, (0, 0))
    check(acl.mdl.set_input_aipp(model.id, model.inputs, index, aipp_dynamic_set))
    check(acl.mdl.destroy_aipp(aipp_dynamic_set))

    picture = nv12(1, 256, 224)
    model.put(0, picture)
    check(acl.mdl.execute(model.id, model.inputs, model.outputs))
    config = {**CONVERTED, "src_image_size_w": 256, "src_image_size_h": 224, "crop": True, "crop_size_w": 224,
              "crop_size_h": 224}
    np.testing.assert_array_equal(model.fetch([3, 224, 224]), model_of(config, picture, 3))


def test_7_7_3_several_inputs(load):  # noqa: F811
    model = load({"first": [1, 3, 224, 224], "other": [1, 4], "second": [2, 3, 224, 224]},
                 dynamic_config("first", "second", largest=256 * 256 * 3 // 2))
    need_dynamic_aipp = []
    for index in range(acl.mdl.get_num_inputs(model.desc)):
        aipp_type, _, ret = acl.mdl.get_aipp_type(model.id, index)
        check(ret)
        if aipp_type == ACL_DATA_WITH_DYNAMIC_AIPP:
            need_dynamic_aipp.append(index)
    assert need_dynamic_aipp == [0, 2]

    first = acl.mdl.create_aipp(1)
    check(acl.mdl.set_aipp_src_image_size(first, 256, 224))
    check(acl.mdl.set_aipp_input_format(first, ACL_YUV420SP_U8))
    # As printed, the part reaches two rows beyond the picture, which 10.6.2.3.6 forbids.
    assert acl.mdl.set_aipp_crop_params(first, 1, 2, 2, 224, 224, 0) == BAD
    check(acl.mdl.set_aipp_src_image_size(first, 256, 226))
    set_as_printed(first, (2, 2))
    check(acl.mdl.set_aipp_by_input_index(model.id, model.inputs, need_dynamic_aipp[0], first))
    check(acl.mdl.destroy_aipp(first))
    second = acl.mdl.create_aipp(2)
    check(acl.mdl.set_aipp_src_image_size(second, 224, 224))
    check(acl.mdl.set_aipp_input_format(second, ACL_YUV420SP_U8))  # what the example leaves to the reader
    check(acl.mdl.set_aipp_dtc_pixel_mean(second, 1, 2, 3, 0, 1))
    check(acl.mdl.set_aipp_by_input_index(model.id, model.inputs, need_dynamic_aipp[1], second))
    check(acl.mdl.destroy_aipp(second))

    a, b, c = nv12(2, 256, 226), nv12(3, 224, 224), nv12(4, 224, 224)
    model.put(0, a)
    model.put(1, np.zeros(4, np.float32))
    model.put(2, np.concatenate([b, c]))
    check(acl.mdl.execute(model.id, model.inputs, model.outputs))
    config = {**CONVERTED, "src_image_size_w": 256, "src_image_size_h": 226, "crop": True, "crop_size_w": 224,
              "crop_size_h": 224, "load_start_pos_w": 2, "load_start_pos_h": 2}
    np.testing.assert_array_equal(model.fetch([3, 224, 224]), model_of(config, a, 3))
    plain = {"input_format": "YUV420SP_U8", "src_image_size_w": 224, "src_image_size_h": 224}
    wanted = [model_of(plain, b, 3), model_of({**plain, "mean_chn_0": 1, "mean_chn_1": 2, "mean_chn_2": 3}, c, 3)]
    np.testing.assert_array_equal(model.fetch([2, 3, 224, 224], index=2), np.stack(wanted))
