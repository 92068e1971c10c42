# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP: what is converted and what is not, and what models, their files and dumps tell of it."""
import acl
import numpy as np
import pytest

pytest.importorskip("onnx")
from dynamic_aipp import (AIPP_INPUT, BAD, NONE, NOT_STATIC, aipp, dynamic_config, load,  # noqa: E402, F401 (fixtures)
                          plain)
from onnx import TensorProto, helper  # noqa: E402 (after the check)
from test_atc import ATC, convert, save  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")


def test_what_a_model_tells(load):
    model = load({"x": [2, 3, 8, 6], "z": [1, 3, 4, 4]}, dynamic_config(0, largest=600))
    assert acl.mdl.get_num_inputs(model.desc) == 3 and model.index() == 2
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 2 * 600
    assert acl.mdl.get_input_size_by_index(model.desc, 2) == 64 + 2 * 96
    for dims in (acl.mdl.get_input_dims, acl.mdl.get_input_dims_v2):
        assert dims(model.desc, 0) == ({"name": "x", "dimCount": 4, "dims": [2, 3, 8, 6]}, 0)
    assert acl.mdl.get_input_data_type(model.desc, 0) == 4 and acl.mdl.get_input_format(model.desc, 0) == 0
    assert [acl.mdl.get_aipp_type(model.id, i) for i in range(3)] == [(2, 2, 0), (0, NONE, 0), (3, NONE, 0)]
    assert acl.mdl.get_aipp_type(model.id, 3)[2] == BAD
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0
    assert (info["srcFormat"], info["srcDatatype"], info["srcDimNum"], info["shapeCount"]) == (0, 0, 4, 1)
    dims = {"name": "x", "dimCount": 4, "dims": [2, 3, 8, 6]}
    assert info["outDims"] == [{"srcDims": dims, "srcSize": 1152, "aippOutdims": dims, "aippOutSize": 1152}]
    assert info["srcImageSizeW"] == info["cropSwitch"] == 0
    assert acl.mdl.get_first_aipp_info(model.id, 1)[1] == acl.mdl.get_first_aipp_info(model.id, 2)[1] == NOT_STATIC


@pytest.mark.parametrize("dims, config, options, part", [
    ([1, 3, 8, 6], "aipp_op { aipp_mode: dynamic }", [], "max_src_image_size is missing"),
    ([1, 3, 8, 6], dynamic_config(0, largest=0), [], "[0] is outside of 1 to"),
    ([1, 3, 8, 6], dynamic_config(0, largest=2 ** 31), [], "[2147483648] is outside of 1 to 2147483647"),
    ([1, 2, 8, 6], dynamic_config(0), [], "has 2 channels, but pictures have 1, 3 or 4"),
    ([1, 8, 6], dynamic_config(0), [], "pictures have four dimensions"),
    ([1, 3, 8, 6], dynamic_config(1), [], "[1] is none of the model's 1 inputs"),
    ([1, 3, 8, 6], dynamic_config(0, 0), [], "second block"),
    ([1, 3, 8, 6], dynamic_config(0), ["--input_format=ND"], "NCHW or NHWC"),
    ([-1, 3, 8, 6], dynamic_config(0), ["--input_shape=x:-1,3,8,6"], "insert_op_conf needs to know them"),
])
def test_conversions_that_fail(tmp_path, dims, config, options, part):
    dims = [f"d{i}" if dim < 0 else dim for i, dim in enumerate(dims)]
    network = save(tmp_path / "net.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": dims}, {"y": dims})
    (tmp_path / "aipp.cfg").write_text(config)
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}", *options)
    assert done.returncode != 0 and part in done.stdout, done.stdout
    assert ("CPU-105" if -1 in dims or "d0" in dims else "CPU-120") in done.stdout
    assert not network.with_suffix(".om").exists()


def test_other_types_are_refused(tmp_path):
    spec = ([1, 3, 8, 6], TensorProto.INT32)
    network = save(tmp_path / "net.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": spec}, {"y": spec})
    (tmp_path / "aipp.cfg").write_text(dynamic_config(0))
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}")
    assert done.returncode == 1 and "pictures become float32, float16 or uint8" in done.stdout, done.stdout


def test_the_file_shows_what_is_dynamic(load, tmp_path):
    load({"x": [1, 3, 8, 6]}, dynamic_config(0, largest=1234))
    data = (tmp_path / "net0.om").read_bytes()
    for part in (b"Aipp", b"aipp_mode:dynamic,max_src_image_size:1234", b"acl_cpu.aipp_link", AIPP_INPUT.encode(),
                 b'{"aipp_mode":"dynamic","max_src_image_size":1234}'):
        assert part in data, part


def test_dumps_show_no_more_than_there_is(load, aipp, tmp_path):
    """Pictures set at run time are described only, those of a gear are shown as they lie in memory."""
    import test_dump  # skips where its rival is missing
    static = "aipp_op { aipp_mode: static input_format: YUV420SP_U8 }"
    models = [load({"x": [1, 3, 8, 6]}, dynamic_config(0)),
              load({"x": [1, 3, -1, -1]}, static, "--input_shape=x:1,3,-1,-1", "--dynamic_image_size=4,6;8,12")]
    assert models[0].set(plain(aipp())) == 0
    assert acl.mdl.set_dynamic_hw_size(models[1].id, models[1].inputs, 1, 4, 6) == 0
    picture = np.arange(36, dtype=np.uint8)
    models[1].put(0, picture)
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(test_dump.config(tmp_path, dump_mode="all")) == 0
    for model in models:
        assert model.run() == 0, acl.get_recent_err_msg()
    assert acl.mdl.finalize_dump() == 0
    first, second = (dump for dump in test_dump.dumps(tmp_path) if dump.type == "Aipp")
    pictures, block = first.inputs
    assert pictures is None
    np.testing.assert_array_equal(block, models[0].block())
    np.testing.assert_array_equal(second.inputs[0], picture.reshape(1, 6, 6, 1))
    assert first.outputs[0].shape == (1, 3, 8, 6) and second.outputs[0].shape == (1, 3, 4, 6)
