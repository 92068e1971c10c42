// SPDX-License-Identifier: Apache-2.0
// Classifies prepared pictures: classify MODEL.om INPUT.bin, whose file holds float32 inputs one after the other.
// classify.py --save-input INPUT.bin writes one.
#include <acl/acl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <vector>

namespace {

void check(aclError code, const char* what) {
    if (code == ACL_SUCCESS) return;
    const char* message = aclGetRecentErrMsg();
    std::fprintf(stderr, "%s: %s (%d)\n", what, message != nullptr ? message : "failed", code);
    std::exit(1);
}

// One input or output of a model: a dataset with one buffer of device memory.
struct Slot {
    aclmdlDataset* dataset = aclmdlCreateDataset();
    aclDataBuffer* buffer = nullptr;
    void* memory = nullptr;
    size_t size;

    explicit Slot(size_t bytes) : size(bytes) {
        check(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
        buffer = aclCreateDataBuffer(memory, size);
        check(aclmdlAddDatasetBuffer(dataset, buffer), "aclmdlAddDatasetBuffer");
    }
    ~Slot() {
        aclmdlDestroyDataset(dataset);
        aclDestroyDataBuffer(buffer);
        aclrtFree(memory);
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
};

void show_top(const std::vector<float>& values) {
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto count = std::min<size_t>(5, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](size_t a, size_t b) { return values[a] > values[b]; });
    for (size_t i = 0; i < count; ++i) std::printf("  [%zu]: %f\n", order[i], values[order[i]]);
}

void classify(uint32_t model, aclmdlDesc* desc, std::ifstream& file) {
    Slot input(aclmdlGetInputSizeByIndex(desc, 0));
    Slot output(aclmdlGetOutputSizeByIndex(desc, 0));
    std::vector<char> pixels(input.size);
    std::vector<float> values(output.size / sizeof(float));

    for (int number = 0; file.read(pixels.data(), static_cast<std::streamsize>(pixels.size())); ++number) {
        const auto begin = std::chrono::steady_clock::now();
        check(aclrtMemcpy(input.memory, input.size, pixels.data(), pixels.size(), ACL_MEMCPY_HOST_TO_DEVICE),
              "aclrtMemcpy of the input");
        check(aclmdlExecute(model, input.dataset, output.dataset), "aclmdlExecute");
        check(aclrtMemcpy(values.data(), output.size, output.memory, output.size, ACL_MEMCPY_DEVICE_TO_HOST),
              "aclrtMemcpy of the output");
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
        std::printf("picture %d, %.1f ms\n", number, elapsed.count());
        show_top(values);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s MODEL.om INPUT.bin\n", argv[0]);
        return 2;
    }
    std::ifstream file(argv[2], std::ios::binary);
    if (!file) {
        std::perror(argv[2]);
        return 1;
    }
    check(aclInit(nullptr), "aclInit");
    check(aclrtSetDevice(0), "aclrtSetDevice");
    uint32_t model = 0;
    check(aclmdlLoadFromFile(argv[1], &model), "aclmdlLoadFromFile");
    aclmdlDesc* desc = aclmdlCreateDesc();
    check(aclmdlGetDesc(desc, model), "aclmdlGetDesc");

    classify(model, desc, file);

    check(aclmdlDestroyDesc(desc), "aclmdlDestroyDesc");
    check(aclmdlUnload(model), "aclmdlUnload");
    check(aclrtResetDevice(0), "aclrtResetDevice");
    check(aclFinalize(), "aclFinalize");
}
