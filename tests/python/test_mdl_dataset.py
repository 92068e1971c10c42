# SPDX-License-Identifier: Apache-2.0
"""Data buffers, datasets and the life of model descriptions, as programs use them."""
import acl
import pytest

INVALID_PARAM = 100000
INVALID_RESOURCE_HANDLE = 200005


def test_a_data_buffer_on_host_bytes():
    data = b"twelve bytes"
    pointer = acl.util.bytes_to_ptr(data)
    buffer = acl.create_data_buffer(pointer, len(data))
    assert buffer > 0
    assert acl.get_data_buffer_addr(buffer) == pointer
    assert acl.get_data_buffer_size(buffer) == acl.get_data_buffer_size_v2(buffer) == 12
    assert acl.update_data_buffer(buffer, 0, 0) == 0
    assert (acl.get_data_buffer_addr(buffer), acl.get_data_buffer_size_v2(buffer)) == (0, 0)
    assert acl.destroy_data_buffer(buffer) == 0
    assert acl.destroy_data_buffer(buffer) == INVALID_RESOURCE_HANDLE


def test_values_of_a_missing_buffer_are_zero(last_message):
    for value in (acl.get_data_buffer_addr, acl.get_data_buffer_size, acl.get_data_buffer_size_v2):
        assert value(0) == 0
        assert "100000" in last_message()
        assert value(1234) == 0
        assert "200005" in last_message()


@pytest.mark.parametrize("data_type, size", [(0, 4), (1, 2), (9, 8), (12, 1), (17, 16), (13, 0), (-1, 0), (5, 0), (99, 0)])
def test_data_type_size(data_type, size):
    assert acl.data_type_size(data_type) == size


def test_a_dataset_is_filled_and_taken_apart(device):
    dataset = acl.mdl.create_dataset()
    memory = []
    for size in (64, 128):
        pointer, ret = acl.rt.malloc(size, 0)
        assert ret == 0
        memory.append(pointer)
        same, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(pointer, size))
        assert (same, ret) == (dataset, 0)
    assert acl.mdl.get_dataset_num_buffers(dataset) == 2
    for i, (pointer, size) in enumerate(zip(memory, (64, 128))):
        buffer = acl.mdl.get_dataset_buffer(dataset, i)
        assert (acl.get_data_buffer_addr(buffer), acl.get_data_buffer_size_v2(buffer)) == (pointer, size)
        assert acl.destroy_data_buffer(buffer) == 0
        assert acl.rt.free(pointer) == 0
    assert acl.mdl.destroy_dataset(dataset) == 0


def test_mistakes_with_datasets(last_message):
    dataset = acl.mdl.create_dataset()
    assert acl.mdl.get_dataset_buffer(dataset, 0) == 0
    assert "index is 0; the dataset has 0 buffers" in last_message()
    assert acl.mdl.add_dataset_buffer(dataset, 0) == (dataset, INVALID_PARAM)
    assert acl.mdl.add_dataset_buffer(dataset, dataset) == (dataset, INVALID_RESOURCE_HANDLE)
    assert "a handle of kind dataset; expected a live data buffer" in last_message()
    assert acl.mdl.add_dataset_buffer(1234, 0) == (1234, INVALID_RESOURCE_HANDLE)
    assert acl.mdl.destroy_dataset(dataset) == 0
    assert acl.mdl.get_dataset_num_buffers(dataset) == 0
    assert "destroyed" in last_message()
    with pytest.raises(TypeError, match="data_buffer must be int, not NoneType"):
        acl.mdl.add_dataset_buffer(dataset, None)


def test_a_description_lives_until_it_is_destroyed():
    desc = acl.mdl.create_desc()
    assert desc > 0
    assert acl.mdl.destroy_desc(desc) == 0
    assert acl.mdl.destroy_desc(desc) == INVALID_RESOURCE_HANDLE


def test_destructors_may_come_after_the_end(device):
    objects = [(acl.mdl.destroy_desc, acl.mdl.create_desc()), (acl.mdl.destroy_dataset, acl.mdl.create_dataset()),
               (acl.destroy_data_buffer, acl.create_data_buffer(0, 0))]
    assert acl.finalize() == 0
    for destroy, handle in objects:
        assert destroy(handle) == INVALID_RESOURCE_HANDLE
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
