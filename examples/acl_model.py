# SPDX-License-Identifier: Apache-2.0
"""A model on the device, as the manual's inference chapter does it: arrays go in, arrays come out."""
import acl
import numpy as np

MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
NUMPY_TYPES = {0: np.float32, 1: np.float16, 2: np.int8, 3: np.int32, 4: np.uint8, 6: np.int16, 7: np.uint16,
               8: np.uint32, 9: np.int64, 10: np.uint64, 11: np.float64, 12: np.bool_}


def check(ret):
    """Stops the program with the library's own sentence if a call failed."""
    if ret != 0:
        raise SystemExit(acl.get_recent_err_msg() or f"error {ret}")


def checked(result):
    """The value of a call that answers (value, code)."""
    *values, ret = result
    check(ret)
    return values[0] if len(values) == 1 else values


class Device:
    """The library, a device and a context, for the length of a `with`."""

    def __enter__(self):
        check(acl.init())
        check(acl.rt.set_device(0))
        self.context = checked(acl.rt.create_context(0))
        return self

    def __exit__(self, *_):
        acl.rt.destroy_context(self.context)
        acl.rt.reset_device(0)
        acl.finalize()


class Model:
    """A loaded model with device memory for its inputs and outputs."""

    def __init__(self, path):
        self.id = checked(acl.mdl.load_from_file(str(path)))
        self.desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.desc, self.id))
        self.inputs, self.input_memory = self._dataset(acl.mdl.get_num_inputs(self.desc),
                                                       acl.mdl.get_input_size_by_index)
        self.outputs, self.output_memory = self._dataset(acl.mdl.get_num_outputs(self.desc),
                                                         acl.mdl.get_output_size_by_index)
        self.output_shapes = [checked(acl.mdl.get_output_dims(self.desc, i))["dims"]
                              for i in range(len(self.output_memory))]
        self.output_types = [NUMPY_TYPES[acl.mdl.get_output_data_type(self.desc, i)]
                             for i in range(len(self.output_memory))]

    def input_shape(self, index=0):
        return checked(acl.mdl.get_input_dims(self.desc, index))["dims"]

    def _dataset(self, count, size_of):
        dataset, memory = acl.mdl.create_dataset(), []
        for i in range(count):
            size = size_of(self.desc, i)
            address = checked(acl.rt.malloc(size, MALLOC_HUGE_FIRST))
            checked(acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(address, size)))
            memory.append((address, size))
        return dataset, memory

    def load(self, *arrays):
        """Copies the inputs to the device."""
        for array, (address, size) in zip(arrays, self.input_memory):
            array = np.ascontiguousarray(array)
            if array.nbytes != size:
                raise ValueError(f"the model wants {size} bytes, the array has {array.nbytes}")
            check(acl.rt.memcpy(address, size, acl.util.numpy_to_ptr(array), array.nbytes, HOST_TO_DEVICE))

    def execute(self):
        check(acl.mdl.execute(self.id, self.inputs, self.outputs))

    def fetch(self):
        """Copies the outputs back."""
        arrays = []
        for (address, _), shape, kind in zip(self.output_memory, self.output_shapes, self.output_types):
            array = np.empty(shape, kind)
            check(acl.rt.memcpy(acl.util.numpy_to_ptr(array), array.nbytes, address, array.nbytes, DEVICE_TO_HOST))
            arrays.append(array)
        return arrays

    def __call__(self, *arrays):
        self.load(*arrays)
        self.execute()
        return self.fetch()

    def close(self):
        for dataset, memory in ((self.inputs, self.input_memory), (self.outputs, self.output_memory)):
            for i in range(acl.mdl.get_dataset_num_buffers(dataset)):
                check(acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, i)))
            check(acl.mdl.destroy_dataset(dataset))
            for address, _ in memory:
                check(acl.rt.free(address))
        check(acl.mdl.destroy_desc(self.desc))
        check(acl.mdl.unload(self.id))
