# SPDX-License-Identifier: Apache-2.0
"""Products of matrices (manual 6.4, 10.10), with NumPy as the judge."""
import pathlib

import acl
import numpy as np
import pytest

N, T, NZ = range(3)
HIGH_PRECISION = 0
NORMAL_ONLY = 2
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
NUMBERS = {np.dtype(np.float32): 0, np.dtype(np.float16): 1, np.dtype(np.int8): 2, np.dtype(np.int32): 3}
TYPES = [(np.float16, np.float16), (np.float16, np.float32), (np.int8, np.float32), (np.int8, np.int32)]
TYPE_NAMES = [f"{np.dtype(a).name}-{np.dtype(b).name}" for a, b in TYPES]


class OnDevice:
    """Copies of arrays in device memory."""

    def __init__(self):
        self.memory = []

    def put(self, array):
        array = np.ascontiguousarray(array)
        address, ret = acl.rt.malloc(array.nbytes, NORMAL_ONLY)
        assert ret == 0
        self.memory.append(address)
        data = array.tobytes()
        assert acl.rt.memcpy(address, array.nbytes, acl.util.bytes_to_ptr(data), array.nbytes, HOST_TO_DEVICE) == 0
        return address

    @staticmethod
    def get(address, like):
        data = bytes(like.nbytes)
        assert acl.rt.memcpy(acl.util.bytes_to_ptr(data), like.nbytes, address, like.nbytes, DEVICE_TO_HOST) == 0
        return np.frombuffer(data, like.dtype).reshape(like.shape).copy()

    def free(self):
        for address in self.memory:
            assert acl.rt.free(address) == 0


@pytest.fixture
def on_device(device):
    made = OnDevice()
    yield made
    made.free()


def draw(dice, shape, dtype):
    if np.issubdtype(dtype, np.integer):
        return dice.integers(-128, 128, shape).astype(dtype)
    return dice.standard_normal(shape).astype(dtype)


def filler(dtype):
    return dtype(77) if dtype == np.int8 else dtype(np.nan)


def rows_apart(matrix, step):
    """The matrix with `step` elements from row to row, and something between them."""
    apart = np.full((matrix.shape[0], step), filler(matrix.dtype.type))
    apart[:, :matrix.shape[1]] = matrix
    return apart


def padded(matrix, down, across):
    rows, columns = matrix.shape
    full = np.full((-(-rows // down) * down, -(-columns // across) * across), filler(matrix.dtype.type))
    full[:rows, :columns] = matrix
    return full.reshape(full.shape[0] // down, down, full.shape[1] // across, across)


def a_in_blocks(a):  # 10.10.1
    across = 32 if a.dtype == np.int8 else 16
    return padded(a, 16, across).transpose(2, 0, 1, 3)


def b_in_blocks(b):
    if b.dtype == np.int8:
        return padded(b, 32, 16).transpose(0, 2, 1, 3)
    return padded(b, 16, 16).transpose(2, 0, 1, 3)


def stored(dice, matrix, layout, in_blocks):
    """The matrix as it lies in memory, and its leading dimension."""
    if layout == NZ:
        return in_blocks(matrix), int(dice.integers(-5, 5))  # which is not looked at
    rows = matrix.T if layout == T else matrix
    if dice.integers(2):
        return rows, -1 if dice.integers(2) else rows.shape[1]
    step = rows.shape[1] + int(dice.integers(1, 9))
    return rows_apart(rows, step), step


def expect_product(got, a, b, c, alpha, beta, what):
    if got.dtype == np.int32:
        wide = np.int64(alpha) * (a.astype(np.int64) @ b.astype(np.int64)) + np.int64(beta) * c.astype(np.int64)
        np.testing.assert_array_equal(got, wide.astype(np.int32), what)  # wraps around
        return
    left, right = a.astype(np.float64), b.astype(np.float64)
    rest = 0 if beta == 0 else float(beta) * c.astype(np.float64)
    wanted = float(alpha) * (left @ right) + rest
    size = abs(float(alpha)) * (abs(left) @ abs(right)) + abs(rest)
    rounding = abs(wanted) / 2048 + 1e-7 if got.dtype == np.float16 else 0
    wrong = ~(abs(got.astype(np.float64) - wanted) <= size * 1e-6 + rounding)
    assert not wrong.any(), f"{what}: {got[wrong][:4]} instead of {wanted[wrong][:4]}"


def draw_factor(dice, dtype):
    value = [0, 1, -3, 100000 if dtype == np.int32 else 0.375][dice.integers(4)]
    return np.array([value], dtype)


def check_gemm(dice, on_device, stream, types, sizes):
    operand, result = types
    m, n, k = sizes
    a, b, c = draw(dice, (m, k), operand), draw(dice, (k, n), operand), draw(dice, (m, n), result)
    alpha, beta = draw_factor(dice, result), draw_factor(dice, result)
    if beta[0] == 0 and result != np.int32:
        c[...] = np.nan
    trans_a, trans_b = (int(layout) for layout in dice.integers(0, 3, 2))
    a_memory, lda = stored(dice, a, trans_a, a_in_blocks)
    b_memory, ldb = stored(dice, b, trans_b, b_in_blocks)
    pointers = [on_device.put(array) for array in (a_memory, b_memory, c, alpha, beta)]
    at_a, at_b, at_c, at_alpha, at_beta = pointers
    in_type, out_type = NUMBERS[np.dtype(operand)], NUMBERS[np.dtype(result)]
    if types == (np.float16, np.float16) and dice.integers(2):
        ret = acl.blas.hgemm(trans_a, trans_b, N, m, n, k, at_alpha, at_a, lda, at_b, ldb, at_beta, at_c, n,
                             HIGH_PRECISION, stream)
    elif types == (np.int8, np.int32) and dice.integers(2):
        ret = acl.blas.s8gemm(trans_a, trans_b, N, m, n, k, at_alpha, at_a, lda, at_b, ldb, at_beta, at_c, n,
                              HIGH_PRECISION, stream)
    else:
        ret = acl.blas.gemm_ex(trans_a, trans_b, N, m, n, k, at_alpha, at_a, lda, in_type, at_b, ldb, in_type, at_beta,
                               at_c, n, out_type, HIGH_PRECISION, stream)
    assert ret == 0, acl.get_recent_err_msg()
    assert acl.rt.synchronize_stream(stream) == 0, acl.get_recent_err_msg()
    expect_product(on_device.get(at_c, c), a, b, c, alpha[0], beta[0],
                   f"{m}x{n}x{k} {trans_a}{trans_b} {lda} {ldb} {alpha[0]} {beta[0]}")


def check_gemv(dice, on_device, stream, types, m, n):
    operand, result = types
    a, x, y = draw(dice, (m, n), operand), draw(dice, (n, 1), operand), draw(dice, (m, 1), result)
    alpha, beta = draw_factor(dice, result), draw_factor(dice, result)
    trans_a = int(dice.integers(0, 3))
    a_memory, lda = stored(dice, a, trans_a, a_in_blocks)
    incx, incy = (int(step) for step in dice.integers(1, 4, 2))
    y_memory = np.full((m, incy), result(55))
    y_memory[:, :1] = y
    pointers = [on_device.put(array) for array in (a_memory, rows_apart(x, incx), y_memory, alpha, beta)]
    at_a, at_x, at_y, at_alpha, at_beta = pointers
    in_type, out_type = NUMBERS[np.dtype(operand)], NUMBERS[np.dtype(result)]
    if types == (np.float16, np.float16) and dice.integers(2):
        ret = acl.blas.hgemv(trans_a, m, n, at_alpha, at_a, lda, at_x, incx, at_beta, at_y, incy, HIGH_PRECISION, stream)
    elif types == (np.int8, np.int32) and dice.integers(2):
        ret = acl.blas.s8gemv(trans_a, m, n, at_alpha, at_a, lda, at_x, incx, at_beta, at_y, incy, HIGH_PRECISION,
                              stream)
    else:
        ret = acl.blas.gemv_ex(trans_a, m, n, at_alpha, at_a, lda, in_type, at_x, incx, in_type, at_beta, at_y, incy,
                               out_type, HIGH_PRECISION, stream)
    assert ret == 0, acl.get_recent_err_msg()
    assert acl.rt.synchronize_stream(stream) == 0, acl.get_recent_err_msg()
    got = on_device.get(at_y, y_memory)
    expect_product(got[:, :1], a, x, y, alpha[0], beta[0], f"{m}x{n} {trans_a} {lda} {incx} {incy}")
    assert (got[:, 1:] == 55).all()


def check_random(on_device, types, rounds):
    dice = np.random.default_rng(7)
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    for turn in range(rounds):
        largest = 20 if turn % 2 else 90
        m, n, k = (int(size) for size in dice.integers(1, largest, 3))
        check_gemm(dice, on_device, stream, types, (m, n, k))
        check_gemv(dice, on_device, stream, types, m, n)
    assert acl.rt.destroy_stream(stream) == 0


@pytest.mark.parametrize("types", TYPES, ids=TYPE_NAMES)
def test_random_products(on_device, types):
    check_random(on_device, types, 80)


@pytest.mark.parametrize("isa", ["AVX512_CORE", "AVX2", "SSE41"])
def test_processors_without_instructions_for_bytes(run_python, isa):
    """They compute bytes in another way."""
    ran = run_python(f"""
        import sys
        sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r})
        import acl, test_blas
        assert acl.init() == 0 and acl.rt.set_device(0) == 0
        memory = test_blas.OnDevice()
        for types in test_blas.TYPES[2:]:
            test_blas.check_random(memory, types, 10)
        dice = test_blas.np.random.default_rng(8)
        test_blas.check_gemm(dice, memory, 0, test_blas.TYPES[3], (5, 6, 3000))
    """, ONEDNN_MAX_CPU_ISA=isa)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("types", TYPES, ids=TYPE_NAMES)
@pytest.mark.parametrize("vector", [False, True], ids=["gemm", "gemv"])
def test_handles(on_device, types, vector):
    dice = np.random.default_rng(9)
    operand, result = types
    m, n, k = 19, 1 if vector else 34, 41
    layout_a, layout_b = (int(layout) for layout in dice.integers(0, 3, 2))
    layout_b = N if vector else layout_b
    a, b = draw(dice, (m, k), operand), draw(dice, (k, n), operand)
    in_type, out_type = NUMBERS[np.dtype(operand)], NUMBERS[np.dtype(result)]
    of_one_type = {(np.float16, np.float16): "h", (np.int8, np.int32): "s8"}.get(types)
    makers = [(f"create_handle_for_{'gemv' if vector else 'gemm'}_ex", (in_type, in_type, out_type))]
    if of_one_type:
        makers.append((f"create_handle_for_{of_one_type}{'gemv' if vector else 'gemm'}", ()))
    for name, type_arguments in makers:
        where = (layout_a, m, k) if vector else (layout_a, layout_b, N, m, n, k)
        handle, ret = getattr(acl.blas, name)(*where, *type_arguments, HIGH_PRECISION)
        assert ret == 0 and handle != 0
        as_stored = [a.T if layout_a == T else a_in_blocks(a) if layout_a == NZ else a,
                     b.T if layout_b == T else b_in_blocks(b) if layout_b == NZ else b]
        for _ in range(3):
            c = draw(dice, (m, n), result)
            alpha, beta = np.array([2], result), np.array([-1], result)
            arrays = [*as_stored, c, alpha, beta]
            buffers = [acl.create_data_buffer(on_device.put(array), array.nbytes) for array in arrays]
            output = acl.create_data_buffer(on_device.put(np.zeros_like(c)), c.nbytes)
            assert acl.op.execute_with_handle(handle, buffers, [output], 0) == 0, acl.get_recent_err_msg()
            assert acl.rt.synchronize_stream(0) == 0
            got = on_device.get(acl.get_data_buffer_addr(output), c)
            expect_product(got, a, b, c, 2, -1, name)
            for buffer in [*buffers, output]:
                assert acl.destroy_data_buffer(buffer) == 0
        acl.op.destroy_handle(handle)


def test_errors(device, last_message):
    handle, ret = acl.blas.create_handle_for_gemm_ex(N, N, N, 1, 1, 1, 1, 1, 3, HIGH_PRECISION)
    assert (handle, ret) == (0, 100000)
    assert "float16, float16 and int32" in last_message()
    assert acl.blas.hgemm(3, N, N, 1, 1, 1, 64, 64, 1, 64, 1, 64, 64, 1, HIGH_PRECISION, 0) == 100000
    assert "transA is 3" in last_message()


def test_the_example_of_the_manual(tmp_path):
    """Manual 6.4 with what it leaves out."""
    m, n, k = 64, 48, 32
    dice = np.random.default_rng(3)
    a = dice.standard_normal((m, k)).astype(np.float16)
    b = dice.standard_normal((k, n)).astype(np.float16)
    (tmp_path / "acl.json").write_text("{}")
    (tmp_path / "op_models").mkdir()

    assert acl.init(str(tmp_path / "acl.json")) == 0
    if hasattr(acl.op, "set_model_dir"):
        assert acl.op.set_model_dir(str(tmp_path / "op_models")) == 0
    device_id = 0
    assert acl.rt.set_device(device_id) == 0
    input_type = output_type = 1
    size_a = m * k * acl.data_type_size(input_type)
    size_b = k * n * acl.data_type_size(input_type)
    size_c = m * n * acl.data_type_size(output_type)
    dev_matrix_a, ret = acl.rt.malloc(size_a, NORMAL_ONLY)
    assert ret == 0
    dev_matrix_b, ret = acl.rt.malloc(size_b, NORMAL_ONLY)
    assert ret == 0
    dev_matrix_c, ret = acl.rt.malloc(size_c, NORMAL_ONLY)
    assert ret == 0
    dev_alpha, ret = acl.rt.malloc(2, NORMAL_ONLY)
    assert ret == 0
    dev_beta, ret = acl.rt.malloc(2, NORMAL_ONLY)
    assert ret == 0
    host_matrix_c, ret = acl.rt.malloc_host(size_c)
    assert ret == 0
    for target, array in ((dev_matrix_a, a), (dev_matrix_b, b), (dev_alpha, np.array([1], np.float16)),
                          (dev_beta, np.array([0], np.float16))):
        data = array.tobytes()
        assert acl.rt.memcpy(target, len(data), acl.util.bytes_to_ptr(data), len(data), HOST_TO_DEVICE) == 0

    stream, ret = acl.rt.create_stream()
    assert ret == 0
    ret = acl.blas.gemm_ex(N, N, N, m, n, k, dev_alpha,
                           dev_matrix_a, k, input_type, dev_matrix_b, n, input_type, dev_beta,
                           dev_matrix_c, n, output_type, HIGH_PRECISION, stream)
    assert ret == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert acl.rt.memcpy(host_matrix_c, size_c, dev_matrix_c, size_c, DEVICE_TO_HOST) == 0
    c = np.frombuffer(acl.util.ptr_to_bytes(host_matrix_c, size_c), np.float16).reshape(m, n)
    expect_product(c, a, b, np.zeros((m, n)), 1, 0, "the example")

    for address in (dev_matrix_a, dev_matrix_b, dev_matrix_c, dev_alpha, dev_beta):
        assert acl.rt.free(address) == 0
    assert acl.rt.free_host(host_matrix_c) == 0
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.rt.reset_device(device_id) == 0
    assert acl.finalize() == 0
