// SPDX-License-Identifier: Apache-2.0
// Operators by name (manual 6.3, 6.6, 10.9).
#include <array>
#include <thread>

#include "op_fixture.h"

namespace softacl::test {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<int32_t>;

class Op : public Runtime {};

OpArguments add_of_three() {
    OpArguments add;
    add.in<float>({3}, {1, 2, 3}).in<float>({3}, {10, 20, 30}).out<float>({3}, 3);
    return add;
}

TEST_F(Op, Adds) {
    OpArguments add = add_of_three();
    aclrtStream const stream = new_stream();
    EXPECT_OK(add.execute("Add", stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
    EXPECT_OK(add.execute_v1("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

TEST_F(Op, RunsInTheOrderOfItsStream) {
    OpArguments add = add_of_three();
    aclrtStream const stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(add.execute("Add", stream));
    // Descriptions and attributes are not needed any more, the data is read when the turn comes.
    for (aclTensorDesc* desc : add.input_descs) {
        aclDestroyTensorDesc(desc);
    }
    aclopDestroyAttr(add.attr);
    const Floats later = {100, 200, 300};
    EXPECT_OK(aclrtMemcpy(aclGetDataBufferAddr(add.inputs[0]), 12, later.data(), 12, ACL_MEMCPY_HOST_TO_DEVICE));
    expect_held(stream);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{110, 220, 330}));
}

TEST_F(Op, MayWriteOverItsInput) {
    OpArguments add = add_of_three();
    add.outputs[0] = add.inputs[0];
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.inputs[0], 3), (Floats{21, 42, 63}));
}

TEST_F(Op, TakesAttributesOfAllKinds) {
    OpArguments sum;
    sum.in<float>({2, 3}, {1, 2, 3, 4, 5, 6}).in<int64_t>({1}, {1}).out<float>({2, 1}, 2);
    EXPECT_OK(aclopSetAttrBool(sum.attr, "keep_dims", 0));
    EXPECT_OK(aclopSetAttrBool(sum.attr, "keep_dims", 1));  // the later value counts
    EXPECT_OK(sum.execute("ReduceSum"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(sum.outputs[0], 2), (Floats{6, 15}));

    OpArguments leaky;
    leaky.in<float>({2}, {-4, 4}).out<float>({2}, 2);
    EXPECT_OK(aclopSetAttrFloat(leaky.attr, "negative_slope", 0.5F));
    EXPECT_OK(leaky.execute("LeakyRelu"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(leaky.outputs[0], 2), (Floats{-2, 4}));

    OpArguments soft;
    soft.in<float>({1, 2, 1}, {5, 5}).out<float>({1, 2, 1}, 2);
    const int64_t axis = 1;
    EXPECT_OK(aclopSetAttrListInt(soft.attr, "axes", 1, &axis));
    EXPECT_OK(soft.execute("SoftmaxV2"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(soft.outputs[0], 2), (Floats{0.5, 0.5}));

    OpArguments pool;
    pool.in<float>({1, 1, 2, 2}, {1, 2, 3, 4}).out<float>({1, 1, 1, 1}, 1);
    const std::array<int64_t, 4> window = {1, 1, 2, 2};
    const std::array<int64_t, 4> none = {};
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "ksize", 4, window.data()));
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "strides", 4, window.data()));
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "pads", 4, none.data()));
    EXPECT_OK(aclopSetAttrString(pool.attr, "data_format", "NCHW"));
    EXPECT_OK(pool.execute("AvgPoolV2"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(pool.outputs[0], 1), (Floats{2.5}));

    OpArguments arg;
    arg.in<float>({3}, {1, 9, 2}).in<int32_t>({}, {0}).out<int32_t>({}, 1);
    EXPECT_OK(aclopSetAttrDataType(arg.attr, "dtype", ACL_INT32));
    EXPECT_OK(arg.execute("ArgMaxV2"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(arg.outputs[0], 1), (Ints{1}));
}

TEST_F(Op, AttributesAreCheckedWhenTheyAreSet) {
    aclopAttr* const attr = aclopCreateAttr();
    ASSERT_NE(attr, nullptr);
    const std::array<uint8_t, 2> bools = {0, 7};
    const std::array<float, 2> floats = {0.5, 1};
    const std::array<const char*, 2> texts = {"a", nullptr};
    const std::array<int64_t, 2> ints = {1, 2};
    const std::array<const int64_t*, 2> lists = {ints.data(), nullptr};
    const std::array<int, 2> counts = {2, 0};
    const std::array<int, 2> wrong_counts = {2, 1};
    const std::array<aclDataType, 2> types = {ACL_FLOAT, ACL_DT_UNDEFINED};
    EXPECT_OK(aclopSetAttrListBool(attr, "a", 2, bools.data()));
    EXPECT_OK(aclopSetAttrListFloat(attr, "a", 2, floats.data()));
    EXPECT_OK(aclopSetAttrListString(attr, "a", 1, const_cast<const char**>(texts.data())));
    EXPECT_OK(aclopSetAttrListListInt(attr, "a", 2, counts.data(), lists.data()));
    EXPECT_OK(aclopSetAttrListDataType(attr, "a", 1, types.data()));
    EXPECT_OK(aclopSetAttrInt(attr, "a", INT64_MIN));
    EXPECT_OK(aclopSetAttrListInt(attr, "a", 0, nullptr));

    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrInt(attr, "", 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrInt(attr, nullptr, 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrBool(nullptr, "a", 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrFloat(attr, "", 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrString(attr, "a", nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListBool(attr, "a", -1, bools.data()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListInt(attr, "a", 1, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListFloat(attr, "a", -5, floats.data()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListString(attr, "a", 2, const_cast<const char**>(texts.data())));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListListInt(attr, "a", 2, wrong_counts.data(), lists.data()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListListInt(attr, "a", 2, nullptr, lists.data()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrDataType(attr, "a", ACL_DT_UNDEFINED));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetAttrListDataType(attr, "a", 2, types.data()));

    aclopDestroyAttr(attr);
    EXPECT_EQ(recent_message(), "");
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclopSetAttrInt(attr, "a", 1));
    aclopDestroyAttr(attr);
    EXPECT_NE(recent_message().find("aclopDestroyAttr"), std::string::npos);
}

// --- what does not suit the operator

TEST_F(Op, UnknownOperatorsAreRefused) {
    OpArguments add = add_of_three();
    EXPECT_EQ(add.execute("Ad"), ACL_ERROR_OP_NOT_FOUND);
    EXPECT_NE(recent_message().find("there is no operator Ad"), std::string::npos);
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.execute_v1("Ad"));
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.infer("Ad"));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.create_handle("Ad", &handle));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.execute(nullptr));
}

// Each way to call it answers the same.
void expect_refused(int code, const char* type, OpArguments& call, const std::string& sentence) {
    EXPECT_EQ(call.execute(type), code);
    EXPECT_NE(recent_message().find(sentence), std::string::npos);
    EXPECT_CODE(code, call.execute_v1(type));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(code, call.create_handle(type, &handle));
    EXPECT_EQ(handle, nullptr);
    if (code != ACL_ERROR_OP_OUTPUT_NOT_MATCH) {
        EXPECT_CODE(code, call.infer(type));
    }
}

TEST_F(Op, InputsMustSuitTheOperator) {
    OpArguments two;
    two.in<float>({2}, {1, 2}).in<float>({3}, {1, 2, 3}).out<float>({3}, 3);
    expect_refused(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", two, "[2]");
    OpArguments one;
    one.in<float>({2}, {1, 2}).out<float>({2}, 2);
    expect_refused(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", one, "1 inputs are given; expected 2");
    OpArguments three = add_of_three();
    three.in<float>({3}, {1, 2, 3});
    expect_refused(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", three, "3 inputs are given; expected 2");
}

TEST_F(Op, OutputsMustBeThoseTheOperatorGives) {
    OpArguments shape;
    shape.in<float>({3}, {1, 2, 3}).in<float>({3}, {1, 2, 3}).out<float>({4}, 4);
    expect_refused(ACL_ERROR_OP_OUTPUT_NOT_MATCH, "Add", shape, "output 0 is described with the shape [4]");
    OpArguments type;
    type.in<float>({3}, {1, 2, 3}).in<float>({3}, {1, 2, 3}).out<int32_t>({3}, 3);
    expect_refused(ACL_ERROR_OP_OUTPUT_NOT_MATCH, "Add", type, "output 0 is described as int32");
    OpArguments many = add_of_three();
    many.out<float>({3}, 3);
    expect_refused(ACL_ERROR_OP_OUTPUT_NOT_MATCH, "Add", many, "2 outputs are given; expected 1");
    EXPECT_CODE(ACL_ERROR_OP_OUTPUT_NOT_MATCH, many.infer("Add"));
}

TEST_F(Op, ElementTypesMustSuitTheOperator) {
    OpArguments sine;
    sine.in<int32_t>({3}, {1, 2, 3}).out<int32_t>({3}, 3);
    expect_refused(ACL_ERROR_UNSUPPORTED_DATA_TYPE, "Sin", sine, "the input x is int32");
}

TEST_F(Op, AttributesMustSuitTheOperator) {
    OpArguments pool;
    pool.in<float>({1, 1, 2, 2}, {1, 2, 3, 4}).out<float>({1, 1, 1, 1}, 1);
    expect_refused(ACL_ERROR_OP_ATTR_NOT_MATCH, "AvgPoolV2", pool, "the attribute ksize (ListInt) is missing");
    EXPECT_OK(aclopSetAttrString(pool.attr, "ksize", "2"));
    expect_refused(ACL_ERROR_OP_ATTR_NOT_MATCH, "AvgPoolV2", pool, "the attribute ksize is a String; expected ListInt");
}

TEST_F(Op, UnknownAttributesAreIgnored) {
    OpArguments add = add_of_three();
    EXPECT_OK(aclopSetAttrInt(add.attr, "performance", 11));
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
}

TEST_F(Op, FormatsMustNotContradict) {
    OpArguments pool;
    pool.in<float>({1, 2, 2, 1}, {1, 2, 3, 4}, ACL_FORMAT_NHWC).out<float>({1, 1, 1, 1}, 1);
    const std::array<int64_t, 4> window = {1, 1, 2, 2};
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "ksize", 4, window.data()));
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "strides", 4, window.data()));
    EXPECT_OK(aclopSetAttrString(pool.attr, "data_format", "NCHW"));
    expect_refused(ACL_ERROR_FORMAT_NOT_MATCH, "AvgPoolV2", pool, "data_format is NCHW");
    OpArguments stored = add_of_three();
    EXPECT_OK(aclSetTensorFormat(stored.input_descs[1], ACL_FORMAT_NC1HWC0));
    expect_refused(ACL_ERROR_FORMAT_NOT_MATCH, "Add", stored, "input 1 is described as format");
}

TEST_F(Op, ChannelsMayBeLast) {
    // Two channels of 2x2, one after the other in each place.
    OpArguments pool;
    pool.in<float>({1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 4, 40}, ACL_FORMAT_NHWC).out<float>({1, 1, 1, 2}, 2);
    const std::array<int64_t, 4> window = {1, 2, 2, 1};
    const std::array<int64_t, 4> none = {};
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "ksize", 4, window.data()));
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "strides", 4, window.data()));
    EXPECT_OK(aclopSetAttrListInt(pool.attr, "pads", 4, none.data()));
    EXPECT_OK(pool.infer("AvgPoolV2"));
    EXPECT_EQ(dims_of(pool.output_descs[0]), (Dims{1, 1, 1, 2}));
    EXPECT_OK(pool.execute("AvgPoolV2"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(pool.outputs[0], 2), (Floats{2.5, 25}));
}

TEST_F(Op, FiltersLieAsTheirFormatSays) {
    // y = x0 * f[0] + x1 * f[1] in each place, for two results of channels 0 and 1.
    const std::array<int64_t, 4> ones = {1, 1, 1, 1};
    const std::array<int64_t, 4> none = {};
    struct Case {
        aclFormat format;
        Dims dims;
        Floats filter;
    };
    const std::vector<Case> cases = {
        {ACL_FORMAT_HWCN, {1, 1, 2, 3}, {1, 2, 3, 10, 20, 30}},
        {ACL_FORMAT_NHWC, {3, 1, 1, 2}, {1, 10, 2, 20, 3, 30}},
        {ACL_FORMAT_NCHW, {3, 2, 1, 1}, {1, 10, 2, 20, 3, 30}},
    };
    for (const Case& each : cases) {
        OpArguments conv;
        conv.in<float>({1, 1, 2, 2}, {1, 1, 2, 1}, ACL_FORMAT_NHWC).in<float>(each.dims, each.filter, each.format);
        conv.out<float>({1, 1, 2, 3}, 6);
        EXPECT_OK(aclopSetAttrListInt(conv.attr, "strides", 4, ones.data()));
        EXPECT_OK(aclopSetAttrListInt(conv.attr, "pads", 4, none.data()));
        EXPECT_OK(conv.execute("Conv2D"));
        EXPECT_OK(aclrtSynchronizeStream(nullptr));
        EXPECT_EQ(values_of<float>(conv.outputs[0], 6), (Floats{11, 22, 33, 12, 24, 36})) << each.format;
    }
}

// --- buffers

TEST_F(Op, BuffersMustHoldTheirTensors) {
    OpArguments add = add_of_three();
    EXPECT_OK(aclUpdateDataBuffer(add.inputs[1], aclGetDataBufferAddr(add.inputs[1]), 11));
    EXPECT_EQ(add.execute("Add"), ACL_ERROR_INVALID_PARAM);
    EXPECT_NE(recent_message().find("operator Add: input 1 'x2' has a buffer of 11 bytes; its description needs 12"),
              std::string::npos);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.execute_v1("Add"));
    OpArguments none = add_of_three();
    EXPECT_OK(aclUpdateDataBuffer(none.outputs[0], nullptr, 12));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, none.execute("Add"));
}

TEST_F(Op, NothingIsMadeOfWhatNoMemoryHolds) {
    OpArguments tile;
    tile.in<float>({1}, {1}).out<float>({int64_t{1} << 50}, 1);
    const int64_t multiples = int64_t{1} << 50;
    EXPECT_OK(aclopSetAttrListInt(tile.attr, "multiples", 1, &multiples));
    EXPECT_EQ(tile.execute("TileD"), ACL_ERROR_BAD_ALLOC);
    EXPECT_NE(recent_message().find("operator TileD: output 0 is float32[1125899906842624]"), std::string::npos);
    EXPECT_CODE(ACL_ERROR_BAD_ALLOC, tile.execute_v1("TileD"));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(ACL_ERROR_BAD_ALLOC, tile.create_handle("TileD", &handle));
    EXPECT_OK(tile.infer("TileD"));
}

TEST_F(Op, DeviceMemoryMustBeAllocated) {
    OpArguments add = add_of_three();
    void* const freed = aclGetDataBufferAddr(add.inputs[0]);
    EXPECT_OK(aclrtFree(freed));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, add.execute("Add"));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, add.execute_v1("Add"));
}

TEST_F(Op, ArgumentsMustBeLiving) {
    OpArguments add = add_of_three();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclopExecuteV2("Add", -1, add.input_descs.data(), add.inputs.data(), 1, add.output_descs.data(),
                               add.outputs.data(), add.attr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclopExecuteV2("Add", 2, nullptr, add.inputs.data(), 1, add.output_descs.data(), add.outputs.data(),
                               add.attr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopInferShape("Add", 2, add.input_descs.data(), add.inputs.data(), -1,
                                                         add.output_descs.data(), add.attr));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclopCreateHandle("Add", 2, nullptr, 1, add.output_descs.data(), add.attr, &handle));
    EXPECT_OK(aclDestroyDataBuffer(add.inputs[0]));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, add.execute("Add"));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, add.execute_v1("Add"));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, add.infer("Add"));
    aclDestroyTensorDesc(add.input_descs[0]);
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, add.create_handle("Add", &handle));
    OpArguments other = add_of_three();
    aclopDestroyAttr(other.attr);
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, other.execute("Add"));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, other.infer("Add"));
    other.attr = nullptr;
    EXPECT_OK(other.execute("Add"));
}

TEST_F(Op, StreamsMustBeLiving) {
    OpArguments add = add_of_three();
    aclrtStream const stream = new_stream();
    EXPECT_OK(aclrtDestroyStream(stream));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, add.execute("Add", stream));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, add.execute_v1("Add", stream));
    aclopHandle* handle = nullptr;
    ASSERT_OK(add.create_handle("Add", &handle));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, add.execute_with(handle, stream));
    OpArguments cast;
    cast.in<float>({2}, {1, 2}).out<int32_t>({2}, 2);
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE,
                aclopCast(cast.input_descs[0], cast.inputs[0], cast.output_descs[0], cast.outputs[0], 0, stream));
    in_new_thread([&] {
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, add.execute("Add"));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, add.execute_v1("Add"));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, add.execute_with(handle));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL,
                    aclopCast(cast.input_descs[0], cast.inputs[0], cast.output_descs[0], cast.outputs[0], 0, nullptr));
    });
}

// --- optional inputs, values, unknown shapes

TEST_F(Op, OptionalInputsMayBeLeftOut) {
    OpArguments product;
    product.in<float>({2, 2}, {1, 2, 3, 4}).in<float>({2, 1}, {1, 1}).in_absent().in_absent().out<float>({2, 1}, 2);
    EXPECT_OK(product.execute("MatMulV2"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(product.outputs[0], 2), (Floats{3, 7}));
}

OpArguments reshape_to(const std::vector<int64_t>& shape, const Dims& described) {
    OpArguments reshape;
    reshape.in<float>({6}, {1, 2, 3, 4, 5, 6}).in<int64_t>({static_cast<int64_t>(shape.size())}, shape);
    reshape.out<float>(described, 6);
    return reshape;
}

TEST_F(Op, ShapesMayDependOnValuesInDeviceMemory) {
    OpArguments reshape = reshape_to({2, -1}, {-1, -1});
    EXPECT_OK(reshape.execute("Reshape"));  // synchronous
    EXPECT_EQ(dims_of(reshape.output_descs[0]), (Dims{2, 3}));
    EXPECT_EQ(values_of<float>(reshape.outputs[0], 6), (Floats{1, 2, 3, 4, 5, 6}));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(ACL_ERROR_OP_INPUT_NOT_MATCH, reshape_to({2, 3}, {2, 3}).create_handle("Reshape", &handle));
    EXPECT_CODE(ACL_ERROR_OP_OUTPUT_NOT_MATCH, reshape_to({2, 3}, {3, 2}).execute_v1("Reshape"));
}

TEST_F(Op, ConstantsMakeItAsynchronous) {
    OpArguments reshape = reshape_to({3, 2}, {-1, 2});
    std::vector<int64_t> shape = {3, 2};
    EXPECT_OK(aclSetTensorConst(reshape.input_descs[1], shape.data(), 16));
    aclrtStream const stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(reshape.execute("Reshape", stream));
    EXPECT_EQ(dims_of(reshape.output_descs[0]), (Dims{3, 2}));
    expect_held(stream);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    aclopHandle* handle = nullptr;
    EXPECT_OK(reshape.create_handle("Reshape", &handle));
    EXPECT_OK(reshape.execute_with(handle));
    EXPECT_OK(aclSetTensorConst(reshape.input_descs[1], shape.data(), 8));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, reshape.execute("Reshape"));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, reshape.create_handle("Reshape", &handle));
}

TEST_F(Op, HostMemoryIsReadAtOnce) {
    OpArguments add = add_of_three();
    Floats values = {1, 2, 3};
    add.inputs[0] = aclCreateDataBuffer(values.data(), 12);
    EXPECT_OK(aclSetTensorPlaceMent(add.input_descs[0], ACL_MEMTYPE_HOST));
    aclrtStream const stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(add.execute("Add", stream));
    values = {0, 0, 0};
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
    aclopHandle* handle = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.create_handle("Add", &handle));

    OpArguments reshape = reshape_to({}, {3, 2});
    std::vector<int64_t> shape = {3, 2};
    aclDestroyTensorDesc(reshape.input_descs[1]);
    reshape.input_descs[1] = tensor_desc(ACL_INT64, {2});
    reshape.inputs[1] = aclCreateDataBuffer(shape.data(), 16);
    EXPECT_OK(aclSetTensorPlaceMent(reshape.input_descs[1], ACL_MEMTYPE_HOST));
    EXPECT_OK(reshape.execute("Reshape", stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(reshape.outputs[0], 6), (Floats{1, 2, 3, 4, 5, 6}));
}

TEST_F(Op, WritesTheTrueShapeIntoTheLargestOne) {
    OpArguments places;
    places.in<int32_t>({2, 2}, {0, 5, 6, 0}).out<int64_t>({4, 2}, 8);
    EXPECT_OK(places.infer("NonZero"));
    EXPECT_EQ(dims_of(places.output_descs[0]), (Dims{2, 2}));  // the values are there to be looked at
    aclDataBuffer* const data = std::exchange(places.inputs[0], aclCreateDataBuffer(nullptr, 0));
    EXPECT_OK(places.infer("NonZero"));
    places.inputs[0] = data;
    EXPECT_EQ(dims_of(places.output_descs[0]), (Dims{-1, 2}));
    std::array<int64_t, 2> range = {};
    EXPECT_OK(aclGetTensorDescDimRange(places.output_descs[0], 0, 2, range.data()));
    EXPECT_EQ(range, (std::array<int64_t, 2>{0, 4}));
    places.output_descs[0] = tensor_desc(ACL_INT64, {range[1], 2});
    EXPECT_OK(places.execute("NonZero"));
    EXPECT_EQ(dims_of(places.output_descs[0]), (Dims{2, 2}));
    EXPECT_EQ(values_of<int64_t>(places.outputs[0], 4), (std::vector<int64_t>{0, 1, 1, 0}));
    places.output_descs[0] = tensor_desc(ACL_INT64, {4, 2});
    EXPECT_EQ(places.execute_v1("NonZero"), ACL_ERROR_OP_OUTPUT_NOT_MATCH);
    EXPECT_NE(recent_message().find("aclopExecuteV2 can write it"), std::string::npos);
}

TEST_F(Op, InfersRangesFromRanges) {
    OpArguments add = add_of_three();
    add.input_descs[0] = tensor_desc(ACL_FLOAT, {-1, 3});
    const int64_t ranges[2][2] = {{2, 9}, {3, 3}};
    EXPECT_OK(aclSetTensorShapeRange(add.input_descs[0], 2, const_cast<int64_t(*)[2]>(ranges)));
    EXPECT_OK(add.infer("Add"));
    EXPECT_EQ(dims_of(add.output_descs[0]), (Dims{-1, 3}));
    std::array<int64_t, 2> range = {};
    EXPECT_OK(aclGetTensorDescDimRange(add.output_descs[0], 0, 2, range.data()));
    EXPECT_EQ(range, (std::array<int64_t, 2>{2, 9}));
    EXPECT_OK(aclGetTensorDescDimRange(add.output_descs[0], 1, 2, range.data()));
    EXPECT_EQ(range, (std::array<int64_t, 2>{3, 3}));
    EXPECT_CODE(ACL_ERROR_OP_INPUT_NOT_MATCH, add.execute("Add"));  // nothing with an unknown input runs
}

TEST_F(Op, UnknownRanksGiveUnknownRanks) {
    OpArguments add = add_of_three();
    add.input_descs[0] = tensor_desc(ACL_FLOAT, {-2});
    EXPECT_OK(add.infer("Add"));
    EXPECT_EQ(aclGetTensorDescNumDims(add.output_descs[0]), size_t{ACL_UNKNOWN_RANK});
    EXPECT_CODE(ACL_ERROR_OP_INPUT_NOT_MATCH, add.execute("Add"));
}

TEST_F(Op, EmptyTensorsNeedNoBytes) {
    OpArguments add;
    add.in<float>({0, 3}, {}).in<float>({3}, {1, 2, 3}).out<float>({0, 3}, 0);
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

// --- failures while it runs

TEST_F(Op, FailuresInTheStreamAreItsError) {
    OpArguments gather;
    gather.in<float>({3}, {1, 2, 3}).in<int32_t>({1}, {7}).in<int64_t>({1}, {0}).out<float>({1}, 1);
    const int64_t axis = 0;
    EXPECT_OK(aclSetTensorConst(gather.input_descs[2], const_cast<int64_t*>(&axis), 8));
    aclrtStream const stream = new_stream();
    EXPECT_OK(gather.execute("GatherV2", stream));
    EXPECT_NE(aclrtSynchronizeStream(stream), ACL_SUCCESS);
    EXPECT_NE(recent_message().find("GatherV2"), std::string::npos);
    EXPECT_OK(aclrtSynchronizeStream(stream));
}

// --- handles and Cast

TEST_F(Op, HandlesRunAgainAndAgain) {
    OpArguments add = add_of_three();
    aclopHandle* handle = nullptr;
    ASSERT_OK(add.create_handle("Add", &handle));
    add.outputs[0] = add.inputs[0];
    for (int i = 0; i < 5; ++i) {
        EXPECT_OK(add.execute_with(handle));
    }
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.inputs[0], 3), (Floats{51, 102, 153}));

    EXPECT_OK(aclUpdateDataBuffer(add.inputs[1], aclGetDataBufferAddr(add.inputs[1]), 4));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.execute_with(handle));
    add.inputs.pop_back();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.execute_with(handle));

    OpArguments freed = add_of_three();
    EXPECT_OK(aclrtFree(aclGetDataBufferAddr(freed.inputs[0])));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, freed.execute_with(handle));
    aclopDestroyHandle(handle);
    EXPECT_EQ(recent_message(), "");
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, add_of_three().execute_with(handle));
    aclopDestroyHandle(handle);
    EXPECT_NE(recent_message().find("aclopDestroyHandle"), std::string::npos);
}

TEST_F(Op, QueuedWorkOutlivesItsHandle) {
    OpArguments add = add_of_three();
    aclopHandle* handle = nullptr;
    ASSERT_OK(add.create_handle("Add", &handle));
    aclrtStream const stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(add.execute_with(handle, stream));
    aclopDestroyHandle(handle);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
}

TEST_F(Op, OneHandleServesManyThreads) {
    OpArguments add = add_of_three();
    aclopHandle* handle = nullptr;
    ASSERT_OK(add.create_handle("Add", &handle));
    aclrtContext const context = current_context();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([=] {
            EXPECT_OK(aclrtSetCurrentContext(context));
            aclrtStream const stream = new_stream();
            OpArguments mine;
            mine.in<float>({3}, {0, 0, 0}).in<float>({3}, {1, 2, 3}).out<float>({3}, 3);
            mine.outputs[0] = mine.inputs[0];
            for (int i = 0; i < 200; ++i) {
                EXPECT_OK(mine.execute_with(handle, stream));
                EXPECT_OK(mine.execute("Add", stream));
            }
            EXPECT_OK(aclrtSynchronizeStream(stream));
            EXPECT_EQ(values_of<float>(mine.inputs[0], 3), (Floats{400, 800, 1200}));
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(Op, CastConverts) {
    OpArguments cast;
    cast.in<float>({2}, {1.9F, -2.9F}).out<int32_t>({2}, 2);
    EXPECT_OK(aclopCast(cast.input_descs[0], cast.inputs[0], cast.output_descs[0], cast.outputs[0], 0, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(cast.outputs[0], 2), (Ints{1, -2}));
    aclopHandle* handle = nullptr;
    ASSERT_OK(aclopCreateHandleForCast(cast.input_descs[0], cast.output_descs[0], 0, &handle));
    EXPECT_OK(cast.execute_with(handle));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<int32_t>(cast.outputs[0], 2), (Ints{1, -2}));
}

TEST_F(Op, CastRefusesWhatDoesNotFit) {
    OpArguments cast;
    cast.in<float>({2}, {1, 2}).out<int32_t>({3}, 3);
    const auto run = [&](aclTensorDesc* from, aclTensorDesc* to) {
        return aclopCast(from, cast.inputs[0], to, cast.outputs[0], 0, nullptr);
    };
    const auto handle = [&](aclTensorDesc* from, aclTensorDesc* to) {
        aclopHandle* made = nullptr;
        return aclopCreateHandleForCast(from, to, 0, &made);
    };
    aclTensorDesc* const floats = cast.input_descs[0];
    const std::vector<std::pair<aclTensorDesc*, aclError>> cases = {
        {cast.output_descs[0], ACL_ERROR_OP_OUTPUT_NOT_MATCH},
        {nullptr, ACL_ERROR_INVALID_PARAM},
    };
    for (const auto& [to, code] : cases) {
        EXPECT_CODE(code, run(floats, to));
        EXPECT_CODE(code, handle(floats, to));
    }
    aclTensorDesc* const open = tensor_desc(ACL_FLOAT, {-1});
    aclTensorDesc* const ints = tensor_desc(ACL_INT32, {2});
    EXPECT_CODE(ACL_ERROR_OP_INPUT_NOT_MATCH, run(open, ints));
    EXPECT_CODE(ACL_ERROR_OP_INPUT_NOT_MATCH, handle(open, ints));
    aclTensorDesc* const complex = tensor_desc(ACL_COMPLEX64, {1});
    EXPECT_CODE(ACL_ERROR_UNSUPPORTED_DATA_TYPE, run(complex, ints));
    EXPECT_CODE(ACL_ERROR_UNSUPPORTED_DATA_TYPE, handle(complex, ints));
    aclTensorDesc* const host = tensor_desc(ACL_FLOAT, {2});
    EXPECT_OK(aclSetTensorPlaceMent(host, ACL_MEMTYPE_HOST));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, handle(host, ints));
    aclDestroyTensorDesc(ints);
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, run(floats, ints));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, handle(floats, ints));
    OpArguments freed;
    freed.in<float>({2}, {1, 2}).out<int32_t>({2}, 2);
    EXPECT_OK(aclrtFree(aclGetDataBufferAddr(freed.outputs[0])));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID,
                aclopCast(freed.input_descs[0], freed.inputs[0], freed.output_descs[0], freed.outputs[0], 0, nullptr));
}

}  // namespace
}  // namespace softacl::test
