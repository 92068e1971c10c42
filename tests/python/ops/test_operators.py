# SPDX-License-Identifier: Apache-2.0
"""Every operator, called by itself (manual 6, 10.9.5), against NumPy or another engine."""
import collections
import importlib
import os
from pathlib import Path

import pytest

import acl
from single_op import check

FAMILIES = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
CASES = [pytest.param(case, id=str(case)) for family in FAMILIES for case in importlib.import_module(family).CASES]


@pytest.fixture(scope="module", autouse=True)
def one_device():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    succeeded = collections.Counter()
    yield succeeded
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0
    if "SOFTACL_LEDGER" in os.environ:
        with open(os.environ["SOFTACL_LEDGER"], "a", encoding="ascii") as ledger:
            ledger.writelines(f"op {name} {count} 0\n" for name, count in succeeded.items())


@pytest.mark.parametrize("case", CASES)
def test_operator(case, one_device):
    check(case)
    one_device[case.op] += 1
