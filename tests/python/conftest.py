# SPDX-License-Identifier: Apache-2.0
"""Finds the modules under test: the folders of SOFTACL_PYTHONPATH, which a build sets for ctest, or PYTHONPATH."""
import os
import sys

import pytest

FOLDERS = [folder for folder in os.environ.get("SOFTACL_PYTHONPATH", "").split(os.pathsep) if folder]
sys.path[:0] = FOLDERS


@pytest.fixture
def run_python():
    """Runs a program in an interpreter of its own, which sees the same modules; returns the finished process."""
    import subprocess
    import textwrap

    def run(program, timeout=30, **environment):
        search = os.pathsep.join(FOLDERS + [os.environ.get("PYTHONPATH", "")])
        return subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=timeout,
                              capture_output=True, text=True, check=False,
                              env=dict(os.environ, PYTHONPATH=search, **environment))
    return run


@pytest.fixture
def last_message():
    """Returns the latest message of this thread; messages from before the test are forgotten."""
    import acl

    acl.get_recent_err_msg()

    def read():
        return (acl.get_recent_err_msg() or "").partition("\n")[0]
    return read


@pytest.fixture
def device():
    """Device 0, set, in an initialised process; everything is released afterwards."""
    import acl

    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    yield 0
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0
    acl.get_recent_err_msg()
