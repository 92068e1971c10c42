# SPDX-License-Identifier: Apache-2.0
"""Structures as dicts, on the structures of ext/types.toml."""
import shutil
import sys
from pathlib import Path

import acl
import acl_probe
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

DIMS = {"name": "images", "dimCount": 3, "dims": [3, -1, 2**40]}
PICTURE = {
    "flag": 255, "shape": DIMS, "colour": 5, "address": 2**63, "scale": 0.5,
    "cornerPoints": [[-1, 2], [3, -32768]], "count": 2, "levels": [1.25, -2.5],
}


def test_rows_are_what_the_emitter_makes_of_the_table(tmp_path):
    pytest.importorskip("tomllib")
    shutil.copytree(ROOT / "spec", tmp_path / "spec", ignore=shutil.ignore_patterns("*.toml"))
    shutil.copy(ROOT / "spec/errors.toml", tmp_path / "spec")
    shutil.copy(HERE / "ext/types.toml", tmp_path / "spec")
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from gen import spec, structs
    finally:
        sys.path.pop(0)
    assert (HERE / "ext/probe_structs.inc").read_text().endswith(structs.rows(spec.load(tmp_path)))


def test_round_trip():
    assert acl_probe.dims(DIMS) == (DIMS, 0)
    assert acl_probe.picture(PICTURE) == (PICTURE, 0)


def test_keys_stand_in_the_order_of_the_members():
    assert list(acl_probe.picture(PICTURE)[0]) == list(PICTURE)


def test_only_counted_elements_are_read_and_shown():
    longer = dict(DIMS, dimCount=1, dims=(7, 8))
    assert acl_probe.dims(longer)[0] == dict(DIMS, dimCount=1, dims=[7])


def test_what_the_library_hands_out_is_never_read_beyond_the_array():
    dims, code = acl_probe.broken_dims()
    assert (dims["name"], dims["dimCount"], len(dims["dims"]), code) == ("x" * 128, 1000, 128, 0)


def test_text_is_cut_nowhere():
    assert acl_probe.dims(dict(DIMS, name="ü" * 63))[0]["name"] == "ü" * 63
    assert rejected(acl_probe.dims, dict(DIMS, name="ü" * 64)).endswith("expected at most 127 bytes of UTF-8")


@pytest.mark.parametrize("dims, error, message", [
    ([1], TypeError, "acl_probe.dims(): dims must be dict (ProbeDims), not list"),
    (dict(DIMS, name=3), TypeError, "acl_probe.dims(): dims['name'] must be str, not int"),
    (dict(DIMS, dims=3), TypeError, "acl_probe.dims(): dims['dims'] must be list, not int"),
    (dict(DIMS, dims=[1, 2.0, 3]), TypeError, "acl_probe.dims(): dims['dims'][1] must be int, not float"),
    ({"name": "x"}, KeyError, "acl_probe.dims(): dims (ProbeDims) lacks the key 'dimCount'"),
])
def test_wrong_types_and_missing_keys_raise(dims, error, message):
    with pytest.raises(error) as raised:
        acl_probe.dims(dims)
    assert raised.value.args[0] == message


def test_messages_name_the_way_into_nested_structures():
    with pytest.raises(TypeError, match=r"picture\['shape'\]\['dims'\]\[0\] must be int, not str"):
        acl_probe.picture(dict(PICTURE, shape=dict(DIMS, dims=["1", 2, 3])))
    with pytest.raises(TypeError, match=r"picture\['cornerPoints'\]\[1\]\[0\] must be int"):
        acl_probe.picture(dict(PICTURE, cornerPoints=[[0, 0], [None, 0]]))


@pytest.mark.parametrize("change, place, expected", [
    ({"dims": [1, 2, 2**63]}, "dims['dims'][2]", "an int from -9223372036854775808 to 9223372036854775807"),
    ({"dimCount": -1}, "dims['dimCount']", "an int from 0 to 18446744073709551615"),
    ({"dimCount": 129}, "dims['dims']", "at most 128"),
    ({"dims": [1, 2]}, "dims['dims']", "3 elements"),
    ({"dims": [0] * 129}, "dims['dims']", "at most 128"),
])
def test_wrong_values_are_a_code_and_a_sentence(change, place, expected):
    message = rejected(acl_probe.dims, dict(DIMS, **change))
    assert place in message and message.endswith(f"expected {expected}")


def test_a_list_without_count_must_be_complete():
    assert "picture['cornerPoints'][1]" in rejected(acl_probe.picture, dict(PICTURE, cornerPoints=[[0, 0], [1]]))


def rejected(function, argument):
    """The message of a call that answers with code 100000 and an empty structure."""
    acl.get_recent_err_msg()
    result, code = function(argument)
    assert code == 100000 and set(result) == set(argument)
    return acl.get_recent_err_msg().splitlines()[0]
