# SPDX-License-Identifier: Apache-2.0
"""The examples' helper runs models: arrays in, arrays out, everything given back."""
import sys
from pathlib import Path

import acl
import acl_probe
import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "examples"))
from acl_model import Device, Model  # noqa: E402 (after the path)

SUM_DIFFERENCE = Path(acl_probe.__file__).parent.parent / "models/sum_difference.om"


def test_arrays_in_arrays_out():
    random = np.random.default_rng(3)
    with Device():
        free = acl.rt.get_mem_info(0)[0]
        model = Model(SUM_DIFFERENCE)
        assert model.input_shape() == [2, 3]
        for _ in range(3):
            a, b = random.standard_normal((2, 2, 3), dtype=np.float32)
            total, difference = model(a, b.T.copy().T)  # also what is not contiguous
            np.testing.assert_array_equal(total, a + b)
            np.testing.assert_array_equal(difference, a - b)
        with pytest.raises(ValueError, match="24 bytes, the array has 48"):
            model(a.astype(np.float64), b)
        model.close()
        assert acl.rt.get_mem_info(0)[0] == free


def test_a_failure_ends_the_program_with_the_reason():
    with Device():
        with pytest.raises(SystemExit, match="aclmdlLoadFromFile.*nowhere.om"):
            Model("nowhere.om")
