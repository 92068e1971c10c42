// SPDX-License-Identifier: Apache-2.0
// Operators loaded from files, and calls that must match them (manual 6.3, 10.9.1, 10.9.2).
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "api/models.h"
#include "op_fixture.h"

namespace softacl::test {
namespace {

namespace fs = std::filesystem;
using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;

constexpr const char* kAdd = "operators/0_Add_3_2_8_16_3_2_8_16_3_2_8_16";

std::string operators() { return std::string(SOFTACL_TEST_MODELS) + "/operators"; }

std::string content_of(const std::string& model) {
    std::ifstream file(model_path(model), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_FALSE(content.empty()) << model;
    return content;
}

// Its own folder, which ends with the test.
class Folder {
   public:
    Folder() { fs::create_directories(path_); }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void add(const std::string& file, const std::string& content) const {
        fs::create_directories((path_ / file).parent_path());
        std::ofstream(path_ / file, std::ios::binary) << content;
    }
    std::string path() const { return path_.string(); }

   private:
    const fs::path path_ = fs::path(testing::TempDir()) / ("op_library_" + std::to_string(getpid()));
};

bool is_said(const std::string& message, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        EXPECT_NE(message.find(word), std::string::npos) << word << " is not in: " << message;
    }
    return !message.empty();
}

OpArguments add_of(const Dims& dims) {
    OpArguments add;
    const size_t count = static_cast<size_t>(dims[0] * dims[1]);
    add.in<int32_t>(dims, Ints(count, 3)).in<int32_t>(dims, Ints(count, 4)).out<int32_t>(dims, count);
    return add;
}

OpArguments leaky(float slope) {
    OpArguments op;
    op.in<float>({2}, {-4, 4}).out<float>({2}, 2);
    EXPECT_OK(aclopSetAttrFloat(op.attr, "negative_slope", slope));
    return op;
}

// x [rows, 4] + y [4]
OpArguments open_add(int64_t rows) {
    OpArguments add;
    const auto count = static_cast<size_t>(rows) * 4;
    add.in<float>({rows, 4}, Floats(count, 1)).in<float>({4}, {1, 2, 3, 4}).out<float>({rows, 4}, count);
    return add;
}

class OpLibrary : public Runtime {
   protected:
    explicit OpLibrary(const Environment& variables = {}) : Runtime(variables) {}
};

class StrictOps : public OpLibrary {
   protected:
    StrictOps() : OpLibrary({{"SOFTACL_STRICT_OPS", "1"}}) {}
};

TEST_F(OpLibrary, IsNotNeeded) {
    EXPECT_OK(aclopSetModelDir(operators().c_str()));
    OpArguments add = add_of({2, 3});
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(add.outputs[0], 6), Ints(6, 7));
}

TEST_F(StrictOps, NeedsAFile) {
    OpArguments add = add_of({8, 16});
    aclopHandle* handle = nullptr;
    EXPECT_EQ(add.execute("Add"), ACL_ERROR_OP_NOT_FOUND);
    EXPECT_TRUE(is_said(recent_message(), {"operator Add: no operator is loaded", "aclopSetModelDir"}));
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.execute_v1("Add"));
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.create_handle("Add", &handle));
    EXPECT_EQ(handle, nullptr);
    EXPECT_OK(add.infer("Add"));
}

TEST_F(StrictOps, CastsWithoutOne) {
    aclTensorDesc* const from = tensor_desc(ACL_FLOAT, {2});
    aclTensorDesc* const to = tensor_desc(ACL_INT32, {2});
    aclDataBuffer* const result = device_buffer<int32_t>({0, 0});
    EXPECT_OK(aclopCast(from, device_buffer<float>({1.5, -2}), to, result, 0, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(result, 2), (Ints{1, -2}));
    aclopHandle* handle = nullptr;
    EXPECT_OK(aclopCreateHandleForCast(from, to, 0, &handle));
    aclopDestroyHandle(handle);
}

TEST_F(StrictOps, ExecutesWhatIsInThreeLevelsOfFolders) {
    ASSERT_OK(aclopSetModelDir(operators().c_str()));
    OpArguments add = add_of({8, 16});
    EXPECT_OK(add.execute_v1("Add"));
    OpArguments relu = leaky(0.5F);
    aclopHandle* handle = nullptr;
    EXPECT_OK(relu.create_handle("LeakyRelu", &handle));
    EXPECT_OK(relu.execute_with(handle));
    OpArguments open = open_add(8);
    EXPECT_OK(open.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(add.outputs[0], 128), Ints(128, 7));
    EXPECT_EQ(values_of<float>(relu.outputs[0], 2), (Floats{-2, 4}));
    EXPECT_EQ(values_of<float>(open.outputs[0], 4), (Floats{2, 3, 4, 5}));
    OpArguments deeper;
    deeper.in<float>({2}, {1, 2}).out<float>({2}, 2);
    EXPECT_CODE(ACL_ERROR_OP_TYPE_NOT_MATCH, deeper.execute("Neg"));  // in the fourth
}

TEST_F(StrictOps, OutputsOfUnknownShapeMatch) {
    ASSERT_OK(aclopSetModelDir(operators().c_str()));
    OpArguments open = open_add(2);
    open.output_descs[0] = tensor_desc(ACL_FLOAT, {-1, 4});
    EXPECT_OK(open.execute("Add"));
    EXPECT_EQ(dims_of(open.output_descs[0]), (Dims{2, 4}));
}

TEST_F(StrictOps, SayWhichPartDiffers) {
    ASSERT_OK(aclopSetModelDir(operators().c_str()));
    const auto expect = [](aclError code, const char* type, OpArguments call, const std::vector<std::string>& words) {
        EXPECT_EQ(call.execute_v1(type), code) << type;
        EXPECT_TRUE(is_said(recent_message(), words));
        EXPECT_CODE(code, call.execute(type));
        aclopHandle* handle = nullptr;
        EXPECT_CODE(code, call.create_handle(type, &handle));
    };
    expect(ACL_ERROR_OP_TYPE_NOT_MATCH, "Sub", add_of({8, 16}), {"operator Sub: none of the 3 loaded operators"});
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", add_of({16, 8}),
           {"input 0 is int32[16,8] ND; expected", "by model file"});
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", open_add(9),
           {"input 0 is float32[9,4] ND; expected float32[1~8,4] ND"});
    OpArguments format = add_of({8, 16});
    format.input_descs[1] = tensor_desc(ACL_INT32, {8, 16}, ACL_FORMAT_NHWC);
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", format, {"input 1 is int32[8,16] NHWC; expected int32[8,16] ND"});
    OpArguments less = add_of({8, 16});
    less.input_descs.pop_back();
    less.inputs.pop_back();
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", less, {"the number of inputs is 1; expected 2"});
    OpArguments constant = leaky(0.5F);
    Floats values = {1, 2};
    EXPECT_OK(aclSetTensorConst(constant.input_descs[0], values.data(), 8));
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "LeakyRelu", constant, {"input 0 is a constant; expected data"});
    OpArguments output = add_of({8, 16});
    output.output_descs[0] = tensor_desc(ACL_INT32, {128});
    expect(ACL_ERROR_OP_OUTPUT_NOT_MATCH, "Add", output, {"output 0 is int32[128] ND; expected int32[8,16] ND"});
    expect(ACL_ERROR_OP_ATTR_NOT_MATCH, "LeakyRelu", leaky(0.25F),
           {"the attribute negative_slope is 0.25; expected 0.5"});
    OpArguments missing = leaky(0.5F);
    missing.attr = nullptr;  // whose default is another value
    expect(ACL_ERROR_OP_ATTR_NOT_MATCH, "LeakyRelu", missing, {"the attribute negative_slope is 0; expected 0.5"});
}

TEST_F(StrictOps, LoadFromMemory) {
    std::string content = content_of(kAdd);
    EXPECT_OK(aclopLoad(content.data(), content.size()));
    std::fill(content.begin(), content.end(), '\0');  // it is not needed any more
    OpArguments add = add_of({8, 16});
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(add.outputs[0], 128), Ints(128, 7));
    EXPECT_CODE(ACL_ERROR_OP_TYPE_NOT_MATCH, leaky(0.5F).execute("LeakyRelu"));
    EXPECT_OK(aclopSetModelDir(operators().c_str()));
    EXPECT_OK(leaky(0.5F).execute("LeakyRelu"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

TEST_F(StrictOps, EndWithTheLibrary) {
    EXPECT_OK(aclopSetModelDir(operators().c_str()));
    EXPECT_CODE(ACL_ERROR_REPEAT_INITIALIZE, aclopSetModelDir(operators().c_str()));
    EXPECT_OK(aclFinalize());
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add_of({8, 16}).execute("Add"));
    EXPECT_OK(aclopSetModelDir(operators().c_str()));
    EXPECT_OK(add_of({8, 16}).execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

TEST_F(OpLibrary, RefusesWhatIsNoFolder) {
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetModelDir(nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclopSetModelDir("/nonexistent/folder"));
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclopSetModelDir(""));
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclopSetModelDir(model_path(kAdd).c_str()));
    const Folder empty;
    EXPECT_OK(aclopSetModelDir(empty.path().c_str()));
    EXPECT_TRUE(is_said(recent_message(), {"there is no file *.om"}));
    EXPECT_CODE(ACL_ERROR_REPEAT_INITIALIZE, aclopSetModelDir(empty.path().c_str()));
}

TEST_F(OpLibrary, RefusesMemoryThatIsNone) {
    const std::string content = content_of(kAdd);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopLoad(nullptr, content.size()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopLoad(content.data(), 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopLoad(content.data(), size_t{1} << 50));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopLoad(reinterpret_cast<const void*>(64), 4096));
}

// Where the header of a model says what, docs/design/om.md.
constexpr size_t kChecksum = 12;
constexpr size_t kEncrypted = 80;
constexpr size_t kChecked = 81;
constexpr size_t kProducer = 120;

struct BadFile {
    const char* name;
    aclError code;
    const char* words;
    std::function<std::string()> content;
};

std::string changed(size_t position, char value) {
    std::string content = content_of(kAdd);
    content[position] = value;
    return content;
}

std::string damaged() {
    std::string content = content_of(kAdd);
    content[content.size() - 10] ^= 1;
    return content;
}

std::string for_hardware() {
    std::string content = changed(kChecked, 0);
    return content.replace(kProducer, 32, 32, '\0');
}

// The description says something else than the graph; lengths stay.
std::string with_description(const std::string& from, const std::string& to) {
    std::string content = changed(kChecked, 0);
    content.replace(kChecksum, 16, 16, '\0');
    const size_t begin = content.find("{\"op\":\"Add\"");
    const size_t at = content.find(from, begin);
    EXPECT_NE(at, std::string::npos);
    EXPECT_EQ(from.size(), to.size());
    return content.replace(at, from.size(), to);
}

const BadFile kBadFiles[] = {
    {"Short", ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "100 bytes", [] { return content_of(kAdd).substr(0, 100); }},
    {"NoModel", ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, "IMOD", [] { return std::string(1000, 'x'); }},
    {"ExternalWeights", ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, "weights",
     [] { return content_of("external_weights"); }},
    {"ForHardware", ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, "kernels", for_hardware},
    {"Network", ACL_ERROR_MODEL_MISSING_ATTR, "not of a single operator", [] { return content_of("sum_difference"); }},
    {"Encrypted", ACL_ERROR_FEATURE_UNSUPPORTED, "encrypted", [] { return changed(kEncrypted, 1); }},
    {"Damaged", ACL_ERROR_PARSE_MODEL, "checksum", damaged},
    {"AnotherOperator", ACL_ERROR_PARSE_MODEL, "no operator Sub",
     [] { return with_description("\"Add\"", "\"Sub\""); }},
    {"NoJson", ACL_ERROR_PARSE_MODEL, "makes no sense", [] { return with_description("\"op\":", "\"op\"}"); }},
    {"WrongKey", ACL_ERROR_PARSE_MODEL, "input_desc[0].farmat",
     [] { return with_description("\"format\"", "\"farmat\""); }},
};

class BadOperator : public OpLibrary, public testing::WithParamInterface<BadFile> {};

TEST_P(BadOperator, IsNotLoaded) {
    const std::string content = GetParam().content();
    EXPECT_CODE(GetParam().code, aclopLoad(content.data(), content.size()));
    const Folder folder;
    folder.add("a.om", content_of(kAdd));
    folder.add("b/c.om", content);
    folder.add("b/c.txt", "not looked at");
    EXPECT_EQ(aclopSetModelDir(folder.path().c_str()), GetParam().code);
    EXPECT_TRUE(is_said(recent_message(), {"b/c.om", GetParam().words}));
    folder.add("b/c.om", content_of(kAdd));  // nothing was loaded, so it may be named again
    EXPECT_OK(aclopSetModelDir(folder.path().c_str()));
}

INSTANTIATE_TEST_SUITE_P(Files, BadOperator, testing::ValuesIn(kBadFiles), case_name<BadFile>);

TEST_F(OpLibrary, NamesAFileThatCannotBeRead) {
    const Folder folder;
    fs::create_symlink("/nonexistent/a.om", fs::path(folder.path()) / "a.om");
    EXPECT_EQ(aclopSetModelDir(folder.path().c_str()), ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID);
    EXPECT_TRUE(is_said(recent_message(), {"a.om"}));
}

}  // namespace
}  // namespace softacl::test
