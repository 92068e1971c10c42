// SPDX-License-Identifier: Apache-2.0
// Files for other readers: tests/python/test_om_netron.py names a folder in SOFTACL_OM_SAMPLES and looks at what is
// there.
#include <cstdlib>

#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

// Every element type, inputs and constants, free dimensions, names that need care.
OmModel sample_of_types() {
    OmModel model;
    Graph& graph = model.graph;
    graph.name = "types";
    for (const aclDataType type : {ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_DOUBLE, ACL_INT8, ACL_UINT8, ACL_INT16,
                                   ACL_UINT16, ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64, ACL_BOOL}) {
        const std::string name = name_of(type);
        const ValueId input = graph.add_input("in:" + name, {type, {-1, 2}, ACL_FORMAT_NCHW});
        void* data = nullptr;
        const ValueId constant =
            graph.add_constant("const:" + name, Tensor::zeros({type, {50, 2}, ACL_FORMAT_ND}, &data));
        graph.outputs.push_back(add(graph, name + ":" + name, "Identity", {input}));
        graph.outputs.push_back(constant);
        graph.output_names.insert(graph.output_names.end(), {name, "const " + name});
    }
    graph.outputs.push_back(graph.add_constant("scalar", Tensor::scalar<float>(1.5F)));
    graph.outputs.push_back(graph.add_constant("empty", Tensor::of<int64_t>({0, 3}, {})));
    graph.output_names.insert(graph.output_names.end(), {"scalar", "empty"});
    return model;
}

TEST(OmSamples, AreWritten) {
    const char* folder = std::getenv("SOFTACL_OM_SAMPLES");
    if (folder == nullptr) {
        GTEST_SKIP() << "SOFTACL_OM_SAMPLES names no folder";
    }
    const std::string place = std::string(folder) + "/";
    EXPECT_TRUE(write_om(small_model(), place + "small.om").ok());
    EXPECT_TRUE(write_om(rich_model(), place + "rich.om").ok());
    EXPECT_TRUE(write_om(sample_of_types(), place + "types.om").ok());
}

}  // namespace
}  // namespace softacl::model
