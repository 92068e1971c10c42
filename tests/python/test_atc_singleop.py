# SPDX-License-Identifier: Apache-2.0
"""atc --singleop: lists as people write them become models that execute what NumPy computes; others are refused with the
place in the list."""
import copy
import json
import re
from pathlib import Path

import pytest

import acl
from test_atc import ATC, FAILED, FIRST, atc

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")


def tensor(shape, dtype="float", layout="ND", **more):
    return {"format": layout, "shape": list(shape), "type": dtype, **more}


ABSENT = {"format": "RESERVED", "shape": [], "type": "UNDEFINED"}
ADD = {"op": "Add", "input_desc": [tensor([8, 16], "int32"), tensor([8, 16], "int32")],
       "output_desc": [tensor([8, 16], "int32")]}
LEAKY = {"op": "LeakyRelu", "input_desc": [tensor([3])], "output_desc": [tensor([3])],
         "attr": [{"name": "negative_slope", "type": "float", "value": 0.25}]}
OPERATORS = [
    ADD,
    LEAKY,
    {"op": "Add", "input_desc": [tensor([-1, 4], shape_range=[[1, 8], [4, 4]], name="x1", param_type="required"),
                                 tensor([4], name="x2")],
     "output_desc": [tensor([-1, 4], name="y")]},
    {"op": "Add", "input_desc": [tensor([], "float16"), tensor([-1], "half", shape_range=[[1, -1]])],
     "output_desc": [tensor([-1], "float16")]},
    {"op": "MatMulV2", "input_desc": [tensor([3, 2]), tensor([4, 3]), ABSENT, ABSENT], "output_desc": [tensor([2, 4])],
     "attr": [{"name": "transpose_x1", "type": "bool", "value": True},
              {"name": "transpose_x2", "type": "bool", "value": True}]},
    {"op": "SoftmaxV2", "input_desc": [tensor([2, 3, 4])], "output_desc": [tensor([2, 3, 4])],
     "attr": [{"name": "axes", "type": "list_int", "value": [1]}]},
    {"op": "ReduceSum", "input_desc": [tensor([2, 3, 4]), tensor([2], "int64", is_const=True, const_value=[0, -1])],
     "output_desc": [tensor([1, 3, 1])], "attr": [{"name": "keep_dims", "type": "bool", "value": True}]},
    {"op": "Cast", "input_desc": [tensor([2, 3])], "output_desc": [tensor([2, 3], "int32")],
     "attr": [{"name": "dst_type", "type": "data_type", "value": "int32"}]},
    {"op": "AddN", "input_desc": [tensor([3], name=f"x{i}") for i in range(3)], "output_desc": [tensor([3])],
     "attr": [{"name": "N", "type": "int", "value": 3}]},
    {"op": "SplitD", "input_desc": [tensor([6, 2])], "output_desc": [tensor([2, 2])] * 3,
     "attr": [{"name": "split_dim", "type": "int", "value": 0}, {"name": "num_split", "type": "int", "value": 3}]},
    # The shape of the result is known, that of the input is not.
    {"op": "ReduceSum", "input_desc": [tensor([-1, 3]), tensor([2], "int64", is_const=True, const_value=[0, 1])],
     "output_desc": [tensor([])]},
    {"op": "Conv2D", "input_desc": [tensor([1, 3, 9, 8], layout="NCHW"), tensor([4, 3, 3, 2], layout="NCHW"), ABSENT,
                                    ABSENT],
     "output_desc": [tensor([1, 4, 5, 4], layout="NCHW")],
     "attr": [{"name": "strides", "type": "list_int", "value": [1, 1, 2, 2]},
              {"name": "pads", "type": "list_int", "value": [1, 1, 0, 0]}]},
]


def convert(folder, ops, *options):
    text = ops if isinstance(ops, (str, bytes)) else json.dumps(ops)
    path = folder / "ops.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return atc(f"--singleop={path}", f"--output={folder / 'models'}", "--soc_version=Ascend310B4", *options)


def names(folder):
    return sorted(path.name for path in (folder / "models").glob("*"))


def test_files_have_the_published_names(tmp_path):
    named = dict(LEAKY, name="my op")
    wide = {"op": "AddN", "input_desc": [tensor([1, 2, 3, 4, 5, 6])] * 12, "output_desc": [tensor([1, 2, 3, 4, 5, 6])],
            "attr": [{"name": "N", "type": "int", "value": 12}]}
    done = convert(tmp_path, [ADD, named, OPERATORS[3], OPERATORS[4], wide])
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == FIRST and lines[-1] == "ATC run success"
    assert lines[1] == "  Add: int32[8,16], int32[8,16] -> int32[8,16]"
    assert lines[2].endswith("models/0_Add_3_2_8_16_3_2_8_16_3_2_8_16.om")
    assert lines[-2].startswith("  5 operators, ")
    found = names(tmp_path)
    assert found[0] == "0_Add_3_2_8_16_3_2_8_16_3_2_8_16.om"
    assert found[1] == "2_Add_1_2_1_2_-1_1_2_-1.om"
    assert found[2] == "3_MatMulV2_0_2_3_2_0_2_4_3_-1_-1_-1_-1_0_2_2_4.om"
    assert re.fullmatch(r"4_AddN_(0_2_1_2_3_4_5_6_){11}.*_[0-9a-f]{16}\.om", found[3]) or \
        re.fullmatch(r"4_AddN_0_2_1_2_3_4_5_6.*_[0-9a-f]{16}\.om", found[3])
    assert len(found[3]) == 203
    assert found[4] == "my op.om"


def test_a_single_object_is_a_list_of_one(tmp_path):
    done = convert(tmp_path, ADD)
    assert done.returncode == 0 and names(tmp_path) == ["0_Add_3_2_8_16_3_2_8_16_3_2_8_16.om"]
    assert "  1 operator, " in done.stdout


def test_operators_are_executed_as_numpy_does(tmp_path, run_python):
    done = convert(tmp_path, OPERATORS)
    assert done.returncode == 0, done.stdout
    assert len(names(tmp_path)) == len(OPERATORS)
    program = (f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import strict_operators\n"
               f"strict_operators.check_all({str(tmp_path / 'models')!r}, {str(tmp_path / 'ops.json')!r})")
    ran = run_python(program, SOFTACL_STRICT_OPS="1")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [f"{op['op']} as NumPy" for op in OPERATORS] + ["refused 100021"]
    ran = run_python(program.replace("models", "none"), SOFTACL_STRICT_OPS="1")
    assert ran.returncode != 0 and "set_model_dir: 100003" in ran.stderr


def test_a_file_may_be_loaded_from_memory(tmp_path, device):
    convert(tmp_path, [ADD])
    model = (tmp_path / "models/0_Add_3_2_8_16_3_2_8_16_3_2_8_16.om").read_bytes()
    assert acl.op.load(acl.util.bytes_to_ptr(model), len(model)) == 0
    assert acl.op.load(acl.util.bytes_to_ptr(model), len(model) // 2) != 0


def record(folder, name):
    """What a model file says of its operator."""
    out = folder / "model.json"
    done = atc("--mode=1", f"--om={folder / 'models' / name}.om", f"--json={out}")
    assert done.returncode == 0, done.stdout
    model = json.loads(out.read_text())
    attrs = {entry["key"]: entry["value"] for entry in model["attr"]}
    return json.loads(attrs["acl_cpu.single_op"]["s"]), attrs, model["graph"][0]["op"]


def test_the_file_keeps_the_description(tmp_path):
    open_output = copy.deepcopy(OPERATORS[2])
    open_output["output_desc"][0]["shape"] = [-1, -1]
    assert convert(tmp_path, [dict(open_output, name="add"), dict(OPERATORS[6], name="sum")]).returncode == 0
    add, attrs, ops = record(tmp_path, "add")
    assert add["op"] == "Add" and add["name"] == "add"
    assert add["output_desc"] == [{"name": "y", "format": "ND", "type": "float32", "shape": [-1, 4],
                                   "shape_range": [[1, 8], [4, 4]]}]
    assert add["input_desc"][0]["shape_range"] == [[1, 8], [4, 4]] and "shape_range" not in add["input_desc"][1]
    assert attrs["acl_cpu.free_shape"] == {"b": True} and attrs["soc_version"] == {"s": "Ascend310B4"}
    assert sorted(op["type"] for op in ops) == ["Add", "Data", "Data", "NetOutput"]
    summed, attrs, ops = record(tmp_path, "sum")
    assert summed["input_desc"][1] == {"format": "ND", "type": "int64", "shape": [2], "is_const": True,
                                       "const_value": [0, -1]}
    assert summed["attr"] == [{"type": "bool", "value": True, "name": "keep_dims"}]
    assert sorted(op["type"] for op in ops) == ["Const", "Data", "NetOutput", "ReduceSum"]
    # What a file keeps can be converted again, to the same file.
    before = (tmp_path / "models/add.om").read_bytes()
    (tmp_path / "again").mkdir()
    assert convert(tmp_path / "again", [add]).returncode == 0
    again = record(tmp_path / "again", "add")
    assert again[0] == add and again[2] == record(tmp_path, "add")[2] and before


def changed(op, path, value):
    """A copy of an operator with one value changed, or taken away if it is `del`."""
    op = copy.deepcopy(op)
    *way, last = path
    place = op
    for key in way:
        place = place[key]
    if value is del_:
        del place[last]
    else:
        place[last] = value
    return [op]


del_ = object()
CONST = OPERATORS[6]
BAD = [
    (b"", "CPU-130", "is no JSON"),
    (b"[", "CPU-130", "is no JSON"),
    (b"[" * 100000, "CPU-130", "is no JSON"),
    (b"[{\"op\": \"\xff\"}]", "CPU-130", "is no JSON"),
    (b"[" * 100000 + b"]" * 100000, "CPU-131", "[0] is a list of 1; expected an object"),
    (b"[]", "CPU-131", "the list is empty"),
    (b"3", "CPU-131", "the text is 3; expected an object"),
    (b"{}", "CPU-131", "op is missing"),
    ([ADD, 7], "CPU-131", "[1] is 7; expected an object"),
    (changed(ADD, ["op"], 5), "CPU-131", "[0].op is 5; expected a text"),
    (changed(ADD, ["op"], "Addition"), "CPU-131", "[0].op is [Addition], which is no operator known here"),
    (changed(ADD, ["kind"], 5), "CPU-131", "[0].kind is not known; expected one of op, name, input_desc"),
    (changed(ADD, ["name"], "a/b"), "CPU-131", "[0].name is \"a/b\"; expected the name of a file"),
    (changed(ADD, ["name"], ".."), "CPU-131", "[0].name"),
    ([dict(ADD, name="a"), dict(ADD, name="a")], "CPU-131", "[1].name is \"a\", as that of another operator is"),
    (changed(ADD, ["input_desc"], {}), "CPU-131", "[0].input_desc is an object; expected a list"),
    (changed(ADD, ["input_desc", 1], None), "CPU-131", "[0].input_desc[1] is null; expected an object"),
    (changed(ADD, ["input_desc", 1, "shape"], del_), "CPU-131", "[0].input_desc[1].shape is missing"),
    (changed(ADD, ["input_desc", 1, "shape", 1], "x"), "CPU-131", "[0].input_desc[1].shape[1] is \"x\"; expected a size"),
    (changed(ADD, ["input_desc", 1, "shape", 1], -3), "CPU-131", "[0].input_desc[1].shape[1] is -3"),
    (changed(ADD, ["input_desc", 1, "shape", 1], 1.5), "CPU-131", "[0].input_desc[1].shape[1] is 1.5"),
    (changed(ADD, ["input_desc", 1, "shape", 1], 2**64), "CPU-131", "[0].input_desc[1].shape[1]"),
    (changed(ADD, ["input_desc", 1, "shape"], [2**40, 2**40]), "CPU-131", "which is too large"),
    (changed(ADD, ["input_desc", 1, "shape"], [1] * 40), "CPU-131", "has 40 dimensions"),
    (changed(ADD, ["input_desc", 1, "shape"], [-2]), "CPU-131", "does not know its number of dimensions"),
    (changed(ADD, ["input_desc", 1, "type"], "int33"), "CPU-131", "[0].input_desc[1].type is \"int33\""),
    (changed(ADD, ["input_desc", 1, "format"], "ABC"), "CPU-131", "[0].input_desc[1].format is \"ABC\""),
    (changed(ADD, ["input_desc", 1, "type"], "UNDEFINED"), "CPU-131", "a tensor of type UNDEFINED is absent"),
    (changed(ADD, ["input_desc", 1, "name"], "second"), "CPU-131", "is [second]; this input of Add is named x2"),
    (changed(ADD, ["output_desc", 0, "name"], "z"), "CPU-131", "is [z]; this output of Add is named y"),
    (changed(ADD, ["input_desc", 1, "shape"], [3, 5]), "CPU-131", "[0] does not fit: operator Add"),
    (changed(ADD, ["input_desc", 1], del_), "CPU-131", "1 inputs are given; expected 2"),
    (changed(ADD, ["output_desc"], []), "CPU-131", "0 outputs are given; expected 1"),
    (changed(ADD, ["output_desc", 0, "shape"], [8, 15]), "CPU-131", "[0].output_desc[0].shape is [8,15]; Add gives int32[8,16]"),
    (changed(ADD, ["output_desc", 0, "type"], "float"), "CPU-131", "[0].output_desc[0].type is float32; Add gives int32[8,16]"),
    (changed(ADD, ["output_desc", 0], ABSENT), "CPU-131", "Add would have no result"),
    (changed(ADD, ["input_desc", 0, "type"], "string"), "CPU-131", "[0] does not fit"),
    (changed(ADD, ["output_desc", 0, "is_const"], True), "CPU-131", "const_value is missing"),
    (changed(ADD, ["input_desc", 0, "shape_range"], [[1, 2]]), "CPU-131", "has 1 pairs; expected one for each of the 2"),
    (changed(ADD, ["input_desc", 0, "shape_range"], [[8, 8], [17, 20]]), "CPU-131", "[0].input_desc[0].shape_range[1]"),
    (changed(OPERATORS[2], ["input_desc", 0, "shape_range", 0], [5, 4]), "CPU-131", "shape_range[0] is no range"),
    (changed(OPERATORS[2], ["input_desc", 0, "shape_range", 0], [-1, 4]), "CPU-131", "shape_range[0] is no range"),
    (changed(LEAKY, ["attr"], {"name": "a"}), "CPU-131", "[0].attr is an object; expected a list"),
    (changed(LEAKY, ["attr", 0, "value"], del_), "CPU-131", "[0].attr[0].value is missing"),
    (changed(LEAKY, ["attr", 0, "value"], "much"), "CPU-131", "[0].attr[0].value is \"much\"; expected a number"),
    (changed(LEAKY, ["attr", 0, "value"], 1e300), "CPU-131", "[0].attr[0].value is 1e+300"),
    (changed(LEAKY, ["attr", 0, "type"], "complex"), "CPU-131", "[0].attr[0].type is \"complex\"; expected bool, int"),
    (changed(LEAKY, ["attr", 0, "type"], "string"), "CPU-131", "[0].attr[0].value is 0.25; expected a text"),
    (changed(LEAKY, ["attr", 0, "name"], ""), "CPU-131", "[0].attr[0].name is \"\""),
    (changed(LEAKY, ["attr", 0, "name"], "slope"), "CPU-131",
     "[0].attr names [slope], which LeakyRelu does not have. Its attributes: negative_slope."),
    (changed(LEAKY, ["attr"], LEAKY["attr"] * 2), "CPU-131", "[0].attr[1].name"),
    (changed(OPERATORS[5], ["attr", 0, "type"], "list_float"), "CPU-131", "the attribute axes is a ListFloat"),
    (changed(OPERATORS[5], ["attr", 0, "value", 0], {}), "CPU-131", "[0].attr[0].value[0] is an object"),
    (changed(OPERATORS[7], ["attr"], []), "CPU-131", "dst_type"),
    (changed(CONST, ["input_desc", 1, "const_value"], [0]), "CPU-131", "has 1 values; the shape has 2"),
    (changed(CONST, ["input_desc", 1, "const_value", 0], 2**63), "CPU-131", "const_value[0] is 9223372036854775808, which is no"),
    (changed(CONST, ["input_desc", 1, "const_value"], del_), "CPU-131", "[0].input_desc[1].const_value is missing"),
    (changed(CONST, ["input_desc", 1, "is_const"], False), "CPU-131", "has values, and is_const is not true"),
    (changed(CONST, ["input_desc", 1, "is_const"], 2), "CPU-131", "is_const is 2; expected true or false"),
    (changed(CONST, ["input_desc", 1, "shape"], [-1]), "CPU-131", "those of a constant are known"),
]


@pytest.mark.parametrize("ops, code, words", BAD, ids=[words[:40] for _, _, words in BAD])
def test_lists_that_are_wrong(tmp_path, ops, code, words):
    done = convert(tmp_path, ops)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == [FIRST, FAILED]
    assert lines[2].startswith(code + ": ") and lines[2].endswith(".")
    assert any(words in line for line in lines[2:]), done.stdout
    assert "--singleop" in lines[3], "the solution is not about the list"
    assert not (tmp_path / "models").exists()


def test_everything_that_is_wrong_is_reported_and_nothing_written(tmp_path):
    done = convert(tmp_path, [ADD, *changed(ADD, ["op"], "A"), LEAKY, *changed(LEAKY, ["output_desc", 0, "shape"], [4])])
    assert done.returncode == 1
    assert "CPU-131: [1].op is [A]" in done.stdout and "CPU-131: [3].output_desc[0].shape is [4]" in done.stdout
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("options, status, code", [
    (["--model=a.onnx"], 2, "CPU-105"),
    (["--input_shape=a:1"], 2, "CPU-105"),
    (["--dynamic_batch_size=1,2"], 2, "CPU-105"),
    (["--insert_op_conf=a.cfg"], 2, "CPU-105"),
    (["--mode=3"], 2, "CPU-105"),
    (["--mode=1", "--om=a.om", "--json=a.json"], 2, "CPU-105"),
    (["--output="], 2, "CPU-103"),
    (["--output=/dev/null"], 1, "CPU-140"),
    (["--output=/proc/none"], 1, "CPU-140"),
    (["--singleop=/nonexistent.json"], 1, "CPU-140"),
])
def test_options_that_do_not_go_together(tmp_path, options, status, code):
    done = convert(tmp_path, [ADD], *options)
    assert done.returncode == status, done.stdout
    assert done.stdout.splitlines()[2].startswith(code + ": "), done.stdout
    assert not (tmp_path / "models").exists()


def test_options_without_effect_are_warned_of(tmp_path):
    done = convert(tmp_path, [ADD], "--framework=5", "--input_format=ND", "--log=warning")
    assert done.returncode == 0
    assert "The option --framework [5] has no effect with --singleop." in done.stderr
