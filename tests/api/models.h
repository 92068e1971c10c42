// SPDX-License-Identifier: Apache-2.0
// The models of tests/models/make_models.cpp, and datasets for them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/fixture.h"

namespace softacl::test {

inline std::string model_path(const std::string& name) { return std::string(SOFTACL_TEST_MODELS) + "/" + name + ".om"; }

inline uint32_t load(const std::string& name) {
    uint32_t id = 0;
    EXPECT_OK(aclmdlLoadFromFile(model_path(name).c_str(), &id));
    return id;
}

inline aclmdlDataset* dataset(const std::vector<std::pair<void*, size_t>>& buffers) {
    aclmdlDataset* made = aclmdlCreateDataset();
    for (const auto& [data, size] : buffers) {
        EXPECT_OK(aclmdlAddDatasetBuffer(made, aclCreateDataBuffer(data, size)));
    }
    return made;
}

}  // namespace softacl::test
