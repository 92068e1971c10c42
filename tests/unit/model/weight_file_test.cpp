// SPDX-License-Identifier: Apache-2.0
// Weights in a file of their own: the same model comes back, and locations lead nowhere else.
#include "model/weight_file.h"

#include "model/attr_code.h"
#include "model/container.h"
#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

using testing::HasSubstr;

class WeightFile : public OmTest {
   protected:
    std::string written_outside(const OmModel& model) {
        const auto file = write_om_and_weights(model, path());
        EXPECT_TRUE(file.ok()) << file.status().message();
        return file.ok() ? *file : "";
    }

    /// Gives each constant in the file another location, offset and length; the file has no checksum then.
    void change(const std::string& location, int64_t offset, int64_t length) {
        ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
        std::string bytes = load(path());
        const auto container =
            parse_container({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, false, "the file");
        ASSERT_TRUE(container.ok());
        ge::ModelDef definition;
        ASSERT_TRUE(definition.ParseFromArray(container->model_def.data, static_cast<int>(container->model_def.size)));
        for (auto& op : *definition.mutable_graph(0)->mutable_op()) {
            if (op.type() == kFileConstant) {
                op.clear_attr();
                add_entry(op.mutable_attr(), kLocation)->set_s(location);
                add_entry(op.mutable_attr(), kOffset)->set_i(offset);
                add_entry(op.mutable_attr(), kLength)->set_i(length);
            }
        }
        const std::string body = definition.SerializeAsString();
        store(path(), plan_container({"changed", body.size(), 0, false}).head + body);
    }
};

TEST_F(WeightFile, TheSameModelComesBack) {
    const OmModel model = small_model();
    const std::string file = written_outside(model);
    EXPECT_THAT(file, HasSubstr("/weight/model-"));
    const auto read = read_om_file(path());
    ASSERT_TRUE(read.ok()) << read.status().message();
    ASSERT_TRUE(write_om(*read, path("inside.om")).ok());
    ASSERT_TRUE(write_om(model, path("original.om")).ok());
    EXPECT_EQ(load(path("inside.om")), load(path("original.om")));
    EXPECT_LT(load(path()).size(), load(path("original.om")).size());
}

TEST_F(WeightFile, AModelInMemoryHasNoFolder) {
    written_outside(small_model());
    expect_refused(read(load(path())), ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, "loaded from its file");
}

TEST_F(WeightFile, LocationsOutsideTheFolderAreRefused) {
    const std::string file = written_outside(small_model());
    const std::string name = file.substr(file.rfind('/') + 1);
    const std::string digits = name.substr(name.size() - 32);
    const std::string elsewhere = path("elsewhere-" + digits);
    store(elsewhere, load(file));
    const std::string locations[] = {elsewhere,
                                     "elsewhere-" + digits,
                                     "../" + name,
                                     "weight/../elsewhere-" + digits,
                                     "weight/a/../" + name,
                                     "weight//" + name,
                                     "weight/" + digits,
                                     "weight/",
                                     "weight/..",
                                     "",
                                     "weight/" + name + std::string(1, '\0'),
                                     "weight/x-" + std::string(31, 'a') + "A"};
    for (const std::string& location : locations) {
        change(location, 0, 400);
        expect_refused(read_om_file(path()), ACL_ERROR_PARSE_MODEL, "expected a file of the folder weight");
    }
    change("weight/" + name, 0, 400);
    EXPECT_TRUE(read_om_file(path()).ok());
}

TEST_F(WeightFile, PlacesOutsideTheFileAreRefused) {
    const std::string file = written_outside(small_model());
    const std::string location = "weight/" + file.substr(file.rfind('/') + 1);
    const auto size = static_cast<int64_t>(load(file).size());
    for (const auto& [offset, length] : {std::pair<int64_t, int64_t>{size, 400},
                                         {-1, 400},
                                         {-64, 400},
                                         {0, size + 1},
                                         {0, -1},
                                         {0, 0},
                                         {0, 396},
                                         {64, 448},
                                         {INT64_MAX, 400},
                                         {400, INT64_MAX},
                                         {INT64_MIN, INT64_MIN}}) {
        change(location, offset, length);
        expect_refused(read_om_file(path()), ACL_ERROR_PARSE_MODEL, "constant");
    }
}

TEST_F(WeightFile, LongNamesAreCut) {
    WeightsPlan weights;
    const std::string location = weight_location(std::string(1000, 'x'), weights);
    EXPECT_LT(location.size(), 220U);
    EXPECT_EQ(location.compare(0, 8, "weight/x"), 0);
}

}  // namespace
}  // namespace softacl::model
