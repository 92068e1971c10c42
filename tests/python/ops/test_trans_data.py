# SPDX-License-Identifier: Apache-2.0
"""TransData back from blocks: the description of the output says what of them is padding."""
import numpy as np
import pytest

import acl
from single_op import Case, OpError, execute

BACK = {"src_format": "NC1HWC0", "dst_format": "NCHW"}


@pytest.fixture(scope="module", autouse=True)
def one_device():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    yield
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0


@pytest.mark.parametrize("channels", (17, 31, 32))
def test_the_description_says_the_shape(channels):
    blocks = np.arange(2 * 2 * 3 * 16, dtype="float32").reshape(1, 2, 2, 3, 16)
    case = Case("TransData", [blocks], None, BACK)
    result, = execute(case, [np.empty((1, channels, 2, 3), "float32")])
    expected = blocks.transpose(0, 1, 4, 2, 3).reshape(1, 32, 2, 3)[:, :channels]
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("shape", ((1, 16, 2, 3), (1, 33, 2, 3), (1, 20, 3, 2), (2, 20, 2, 3)))
def test_a_shape_of_other_blocks_is_refused(shape):
    case = Case("TransData", [np.zeros((1, 2, 2, 3, 16), "float32")], None, BACK)
    with pytest.raises(OpError, match="is not the shape"):
        execute(case, [np.empty(shape, "float32")])
