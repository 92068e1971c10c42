# SPDX-License-Identifier: Apache-2.0
"""If, loops and sequences of ONNX networks, as ONNX Runtime runs them."""
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402 (after what may be missing)

ROOT = Path(__file__).parents[2]
ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"
sys.path.append(str(ROOT / "examples"))
from acl_model import Device, Model  # noqa: E402 (after the path)

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
TYPES = {np.float32: FLOAT, np.int64: INT64, np.bool_: BOOL}
node = helper.make_node
RANDOM = np.random.default_rng(11)


@pytest.fixture(scope="module")
def device():
    with Device() as device:
        yield device


def tensor(name, kind=FLOAT, dims=None):
    return helper.make_tensor_value_info(name, kind, dims)


def graph(nodes, inputs=(), outputs=(), constants=None, name="body"):
    return helper.make_graph(nodes, name, list(inputs), list(outputs),
                             [numpy_helper.from_array(np.asarray(value), key)
                              for key, value in (constants or {}).items()])


def atc(folder, model, *options):
    onnx.save(model, str(folder / "net.onnx"))
    return subprocess.run([str(ATC), f"--model={folder / 'net.onnx'}", "--framework=5", f"--output={folder / 'net'}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)


def network(nodes, feeds, outputs, constants=None):
    """`feeds`: name to an example array; `outputs`: tensors, or names of float ones."""
    inputs = [tensor(name, TYPES[array.dtype.type], array.shape) for name, array in feeds.items()]
    outputs = [tensor(output) if isinstance(output, str) else output for output in outputs]
    return helper.make_model(graph(nodes, inputs, outputs, constants, "net"),
                             opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def check(folder, nodes, outputs, *runs, constants=None):
    """All runs give what ONNX Runtime gives."""
    model = network(nodes, runs[0], outputs, constants)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    done = atc(folder, model)
    assert done.returncode == 0, done.stdout + done.stderr
    ours = Model(str(folder / "net.om"))
    for feeds in runs:
        expected = session.run(None, feeds)
        results = ours(*feeds.values())
        for result, wanted in zip(results, expected):
            wanted = np.asarray(wanted)
            np.testing.assert_allclose(np.frombuffer(result.tobytes(), wanted.dtype).reshape(wanted.shape), wanted,
                                       rtol=1e-5, atol=1e-6)
    ours.close()


def refused(folder, nodes, feeds, outputs, *sentences, constants=None):
    done = atc(folder, network(nodes, feeds, outputs, constants))
    assert done.returncode != 0
    for sentence in sentences:
        assert sentence in done.stdout + done.stderr


def floats(*dims):
    return RANDOM.standard_normal(dims, dtype=np.float32)


# --- If

def test_if_runs_the_branch_that_the_condition_names(device, tmp_path):
    weights = floats(4, 4)
    then_branch = graph([node("MatMul", ["x", "w"], ["m"]), node("Relu", ["m"], ["r"])], [], [tensor("r")],
                        {"w": weights})
    else_branch = graph([node("Neg", ["x"], ["n"]), node("Add", ["n", "z"], ["s"])], [], [tensor("s")])
    nodes = [node("If", ["c"], ["i"], then_branch=then_branch, else_branch=else_branch), node("Mul", ["i", "x"], ["y"])]
    x, z = floats(3, 4), floats(3, 4)
    check(tmp_path, nodes, ["y"], *({"c": np.array([value]), "x": x, "z": z} for value in (True, False, True)))


def test_the_condition_may_be_computed_and_branches_nested(device, tmp_path):
    inner = node("If", ["big"], ["k"],
                 then_branch=graph([node("Exp", ["x"], ["a"])], [], [tensor("a")]),
                 else_branch=graph([node("Sqrt", ["p"], ["b"])], [], [tensor("b")]))
    nodes = [node("ReduceSum", ["x"], ["sum"], keepdims=0), node("Greater", ["sum", "zero"], ["positive"]),
             node("Greater", ["sum", "ten"], ["big"]), node("Abs", ["x"], ["p"]),
             node("If", ["positive"], ["y", "again"],
                  then_branch=graph([inner, node("Add", ["k", "p"], ["t"])], [], [tensor("t"), tensor("k")]),
                  else_branch=graph([node("Identity", ["x"], ["e"]), node("Identity", ["p"], ["q"])], [],
                                    [tensor("e"), tensor("q")]))]
    constants = {"zero": np.float32(0), "ten": np.float32(10)}
    check(tmp_path, nodes, ["y", "again"], {"x": np.full((2, 3), -1, np.float32)},
          {"x": np.full((2, 3), 1, np.float32)}, {"x": np.full((2, 3), 4, np.float32)}, constants=constants)


def test_a_branch_may_be_a_constant_or_an_input(device, tmp_path):
    nodes = [node("If", ["c"], ["y"], then_branch=graph([], [], [tensor("k")], {"k": np.arange(4, dtype=np.float32)}),
                  else_branch=graph([node("Identity", ["x"], ["i"])], [], [tensor("i")]))]
    check(tmp_path, nodes, ["y"], *({"c": np.array(value), "x": floats(4)} for value in (True, False)))


def test_branches_of_different_shapes_are_refused(tmp_path):
    nodes = [node("If", ["c"], ["y"], then_branch=graph([node("Neg", ["x"], ["a"])], [], [tensor("a")]),
                  else_branch=graph([node("ReduceSum", ["x"], ["b"], keepdims=1)], [], [tensor("b")]))]
    feeds = {"c": np.array(True), "x": floats(4)}
    done = atc(tmp_path, network(nodes, feeds, ["y"]))
    if done.returncode == 0:  # then the model says why it cannot run
        _, ret = acl.mdl.load_from_file(str(tmp_path / "net.om"))
        assert ret != 0
        assert "depends on data" in acl.get_recent_err_msg()
    else:
        assert "depends on data" in done.stdout + done.stderr


def test_branches_of_different_types_are_refused(tmp_path):
    nodes = [node("If", ["c"], ["y"], then_branch=graph([node("Neg", ["x"], ["a"])], [], [tensor("a")]),
                  else_branch=graph([node("Cast", ["x"], ["b"], to=INT64)], [], [tensor("b", INT64)]))]
    refused(tmp_path, nodes, {"c": np.array(True), "x": floats(4)}, ["y"],
            "output 0 is float32[4] of then_branch and int64[4] of else_branch")


def test_a_node_that_a_branch_cannot_have_is_named(tmp_path):
    nodes = [node("If", ["c"], ["y"], then_branch=graph([node("Nonsense", ["x"], ["a"], name="odd")], [], [tensor("a")]),
                  else_branch=graph([node("Neg", ["x"], ["b"])], [], [tensor("b")]))]
    refused(tmp_path, nodes, {"c": np.array(True), "x": floats(4)}, ["y"], "E19010", "[odd, optype")


# --- loops

def counting_body(*extra):
    """x grows by w; goes on while its sum is below limit."""
    return graph([node("Add", ["v", "w"], ["next"]), node("ReduceSum", ["next"], ["sum"], keepdims=0),
                  node("Less", ["sum", "limit"], ["more"]), *extra],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v", FLOAT, [4])],
                 [tensor("more", BOOL, []), tensor("next", FLOAT, [4])])


def test_a_loop_that_data_end(device, tmp_path):
    nodes = [node("Loop", ["", "first", "x"], ["y"], body=counting_body())]
    constants = {"first": np.array(True), "limit": np.float32(50)}
    w = np.abs(floats(4)) + 0.1
    check(tmp_path, nodes, ["y"], *({"x": x, "w": w} for x in (floats(4), floats(4) + 5, floats(4) + 100)),
          constants=constants)


def test_a_loop_whose_number_of_turns_is_an_input(device, tmp_path):
    body = graph([node("Cast", ["i"], ["f"], to=FLOAT), node("Mul", ["v", "w"], ["p"]), node("Add", ["p", "f"], ["n"]),
                  node("Identity", ["go"], ["more"])],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v", FLOAT, [2, 3])],
                 [tensor("more", BOOL, []), tensor("n", FLOAT, [2, 3])])
    nodes = [node("Loop", ["turns", "", "x"], ["y"], body=body), node("Neg", ["y"], ["z"])]
    x, w = floats(2, 3), floats(2, 3)
    check(tmp_path, nodes, ["y", "z"], *({"turns": np.array(turns), "x": x, "w": w} for turns in (3, 0, 1, 4, 17)))


def test_a_loop_that_never_begins(device, tmp_path):
    nodes = [node("Loop", ["", "first", "x"], ["y"], body=counting_body())]
    feeds = [{"first": np.array(value), "x": floats(4), "w": floats(4) + 9} for value in (False, True)]
    check(tmp_path, nodes, ["y"], *feeds, constants={"limit": np.float32(50)})


def test_a_loop_in_a_loop(device, tmp_path):
    inner = graph([node("Add", ["b", "v"], ["b2"]), node("Identity", ["go2"], ["more2"])],
                  [tensor("j", INT64, []), tensor("go2", BOOL, []), tensor("b", FLOAT, [3])],
                  [tensor("more2", BOOL, []), tensor("b2", FLOAT, [3])])
    outer = graph([node("Loop", ["i", "", "v"], ["w"], body=inner), node("Mul", ["w", "half"], ["n"]),
                   node("Identity", ["go"], ["more"])],
                  [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v", FLOAT, [3])],
                  [tensor("more", BOOL, []), tensor("n", FLOAT, [3])])
    nodes = [node("Loop", ["turns", "", "x"], ["y"], body=outer)]
    x = floats(3)
    check(tmp_path, nodes, ["y"], *({"turns": np.array(turns), "x": x} for turns in (4, 2)),
          constants={"half": np.float32(0.5)})


def test_a_loop_of_known_turns_collects_rows(device, tmp_path):
    body = graph([node("MatMul", ["h", "w"], ["m"]), node("Tanh", ["m"], ["n"]), node("Identity", ["go"], ["more"]),
                  node("ReduceMean", ["n"], ["mean"], keepdims=0)],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("h", FLOAT, [2, 4])],
                 [tensor("more", BOOL, []), tensor("n", FLOAT, [2, 4]), tensor("n", FLOAT, [2, 4]), tensor("mean")])
    nodes = [node("Loop", ["turns", "", "x"], ["y", "rows", "means"], body=body)]
    check(tmp_path, nodes, ["y", "rows", "means"], {"x": floats(2, 4)},
          constants={"turns": np.array(5), "w": floats(4, 4)})


def test_a_loop_of_known_turns_may_change_shapes_and_keep_a_sequence(device, tmp_path):
    body = graph([node("Concat", ["v", "x"], ["longer"], axis=0), node("SequenceInsert", ["s", "longer"], ["t"]),
                  node("Less", ["i", "two"], ["more"])],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v"),
                  helper.make_tensor_sequence_value_info("s", FLOAT, None)],
                 [tensor("more", BOOL, []), tensor("longer"),
                  helper.make_tensor_sequence_value_info("t", FLOAT, None)])
    nodes = [node("SequenceEmpty", [], ["none"]),
             node("Loop", ["", "first", "x", "none"], ["last", "all"], body=body),
             node("ConcatFromSequence", ["all"], ["y"], axis=0), node("SequenceLength", ["all"], ["n"])]
    check(tmp_path, nodes, ["y", "last", tensor("n", INT64)], {"x": floats(1, 2)},
          constants={"first": np.array(True), "two": np.array(2)})


def test_rows_of_a_loop_that_data_end_are_refused(tmp_path):
    body = counting_body()
    body.output.append(tensor("sum"))
    refused(tmp_path, [node("Loop", ["", "first", "x"], ["y", "sums"], body=body)], {"x": floats(4), "w": floats(4)},
            ["y", "sums"], "CPU-152", "have a row for each time",
            constants={"first": np.array(True), "limit": np.float32(50)})


def test_a_state_that_changes_its_shape_is_refused(tmp_path):
    body = graph([node("Concat", ["v", "v"], ["n"], axis=0), node("Identity", ["go"], ["more"])],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v")], [tensor("more", BOOL, []), tensor("n")])
    refused(tmp_path, [node("Loop", ["turns", "", "x"], ["y"], body=body)], {"turns": np.array(3), "x": floats(4)},
            ["y"], "makes float32[8] of its input 2, which is float32[4]")


def test_a_loop_without_end_is_not_unrolled(tmp_path):
    body = graph([node("Neg", ["v"], ["n"]), node("Identity", ["go"], ["more"])],
                 [tensor("i", INT64, []), tensor("go", BOOL, []), tensor("v")],
                 [tensor("more", BOOL, []), tensor("n"), tensor("n")])
    refused(tmp_path, [node("Loop", ["turns", "", "x"], ["y", "all"], body=body)], {"x": floats(4)}, ["y", "all"],
            "at most 20000", constants={"turns": np.array(1 << 40)})


@pytest.mark.parametrize("options", [{}, {"scan_input_axes": [1], "scan_output_axes": [-1]},
                                     {"scan_input_directions": [1], "scan_output_directions": [0, 1]}])
def test_scan(device, tmp_path, options):
    body = graph([node("MatMul", ["part", "w"], ["p"]), node("Add", ["h", "p"], ["n"]), node("Relu", ["n"], ["row"]),
                  node("Neg", ["p"], ["other"])], [tensor("h", FLOAT, [3]), tensor("part", FLOAT, [3])],
                 [tensor("n", FLOAT, [3]), tensor("row", FLOAT, [3]), tensor("other", FLOAT, [3])])
    options = {key: value * 2 if key == "scan_output_axes" else value for key, value in options.items()}
    nodes = [node("Scan", ["h0", "x"], ["h", "rows", "others"], body=body, num_scan_inputs=1, **options)]
    x = floats(3, 5) if "scan_input_axes" in options else floats(5, 3)
    check(tmp_path, nodes, ["h", "rows", "others"], {"h0": floats(3), "x": x}, constants={"w": floats(3, 3)})


# --- sequences

def test_sequences_are_resolved(device, tmp_path):
    nodes = [node("SequenceConstruct", ["a", "b"], ["s1"]), node("SequenceInsert", ["s1", "a", "zero"], ["s2"]),
             node("SequenceInsert", ["s2", "b", "three"], ["s3"]), node("SequenceErase", ["s3", "minus"], ["s4"]),
             node("SequenceErase", ["s3"], ["s5"]), node("SequenceAt", ["s3", "minus"], ["at"]),
             node("SequenceLength", ["s4"], ["n"]), node("Identity", ["s4"], ["s6"]),
             node("ConcatFromSequence", ["s6"], ["flat"], axis=1),
             node("ConcatFromSequence", ["s5"], ["stack"], axis=-1, new_axis=1)]
    check(tmp_path, nodes, ["at", tensor("n", INT64), "flat", "stack"], {"a": floats(2, 3), "b": floats(2, 3)},
          constants={"zero": np.array(0), "three": np.array(3), "minus": np.array(-2)})


@pytest.mark.parametrize("split, keepdims", [(None, 1), (None, 0), (np.array(2), 1), (np.array([1, 3, 1]), 1)])
def test_split_to_sequence(device, tmp_path, split, keepdims):
    nodes = [node("SplitToSequence", ["x"] + ([] if split is None else ["split"]), ["s"], axis=-2, keepdims=keepdims),
             node("SequenceAt", ["s", "one"], ["y"]), node("SequenceAt", ["s", "last"], ["z"]),
             node("SequenceLength", ["s"], ["n"])]
    constants = {"one": np.array(1), "last": np.array(-1), **({} if split is None else {"split": split})}
    check(tmp_path, nodes, ["y", "z", tensor("n", INT64)], {"x": floats(2, 5, 3)}, constants=constants)


def test_sequence_map(device, tmp_path):
    body = graph([node("Mul", ["e", "w"], ["p"]), node("ReduceSum", ["p"], ["t"], keepdims=1)],
                 [tensor("e"), tensor("w")], [tensor("p"), tensor("t")])
    nodes = [node("SequenceConstruct", ["a", "b"], ["s"]), node("SequenceMap", ["s", "f"], ["ps", "ts"], body=body),
             node("ConcatFromSequence", ["ps"], ["y"], axis=0), node("SequenceAt", ["ts", "one"], ["z"])]
    check(tmp_path, nodes, ["y", "z"], {"a": floats(2, 3), "b": floats(4, 3), "f": floats(3)},
          constants={"one": np.array(1)})


@pytest.mark.parametrize("nodes, sentence", [
    ([node("SequenceConstruct", ["x"], ["s"]), node("SequenceAt", ["s", "p"], ["y"])], "computed when the model runs"),
    ([node("SequenceConstruct", ["x"], ["s"]), node("SequenceAt", ["s", "nine"], ["y"])], "position 9 is outside [-1, 1)"),
    ([node("SequenceConstruct", ["x"], ["s"]), node("Neg", ["s"], ["y"])], "its input 0 is a sequence; expected a tensor"),
    ([node("SequenceAt", ["x", "nine"], ["y"])], "its input 0 is no sequence"),
    ([node("SequenceEmpty", [], ["s"]), node("ConcatFromSequence", ["s"], ["y"], axis=0)], "the sequence is empty"),
    ([node("SequenceEmpty", [], ["s"]), node("SequenceErase", ["s"], ["t"]),
      node("SequenceLength", ["t"], ["y"])], "there is nothing to erase"),
    ([node("SplitToSequence", ["x"], ["s"], axis=7), node("SequenceAt", ["s", "nine"], ["y"])], "axis 7 is outside [-1, 1)"),
])
def test_sequences_that_cannot_be_resolved(tmp_path, nodes, sentence):
    refused(tmp_path, nodes, {"x": floats(4), "p": np.array(0)}, ["y"], "CPU-152", sentence,
            constants={"nine": np.array(9)})


def test_an_output_that_is_a_sequence_is_refused(tmp_path):
    refused(tmp_path, [node("SequenceConstruct", ["x"], ["s"])], {"x": floats(4)},
            [helper.make_tensor_sequence_value_info("s", FLOAT, None)], "CPU-152", "is a sequence")
