// SPDX-License-Identifier: Apache-2.0
// Looking into a failure (manual 7.10, 10.6.1.12, 10.3.31, 10.3.32): the model lookup, y = (x + x)[indices].
#include <algorithm>
#include <array>
#include <functional>

#include "api/models.h"

namespace softacl::test {
namespace {

struct Op {
    std::string name = std::string(64, '?');
    aclTensorDesc* inputs = nullptr;
    size_t input_count = 99;
    aclTensorDesc* outputs = nullptr;
    size_t output_count = 99;

    aclError create(uint32_t device, uint32_t stream, uint32_t task) {
        name.assign(64, '?');
        const aclError code = aclmdlCreateAndGetOpDesc(device, stream, task, name.data(), name.size(), &inputs,
                                                       &input_count, &outputs, &output_count);
        name.resize(std::strlen(name.c_str()));
        return code;
    }
    const void* input(size_t index) const { return aclGetTensorDescAddress(aclGetTensorDescByIndex(inputs, index)); }
    void destroy() const {
        aclDestroyTensorDesc(inputs);
        aclDestroyTensorDesc(outputs);
    }
};

struct Place {
    uint32_t device;
    uint32_t stream;
    uint32_t task;
};
Place place_of(const aclrtExceptionInfo* info) {
    return {aclrtGetDeviceIdFromExceptionInfo(info), aclrtGetStreamIdFromExceptionInfo(info),
            aclrtGetTaskIdFromExceptionInfo(info)};
}

std::vector<Place> g_places;
std::function<void(const Op&)> g_look;

void look(aclrtExceptionInfo* info) {
    g_places.push_back(place_of(info));
    const Place& place = g_places.back();
    Op op;
    EXPECT_OK(aclmdlCreateAndGetOpDesc(place.device, place.stream, place.task, op.name.data(), op.name.size(),
                                       &op.inputs, &op.input_count, &op.outputs, &op.output_count));
    op.name.resize(std::strlen(op.name.c_str()));
    g_look(op);
    op.destroy();
}

class FailedOp : public Runtime {
   protected:
    FailedOp() : Runtime({{"SOFTACL_DEVICES", "2"}}) {
        EXPECT_OK(aclrtSetExceptionInfoCallback(look));
        g_look = [this](const Op& op) { expect_lookup(op); };
    }

    std::array<float, 12> x_ = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    std::array<int32_t, 2> indices_ = {3, 4};  // there is no row 4
    std::array<float, 6> y_{};
    uint32_t id_ = load("lookup");
    aclmdlDataset* inputs_ = dataset({{x_.data(), sizeof x_}, {indices_.data(), sizeof indices_}});
    aclmdlDataset* outputs_ = dataset({{y_.data(), sizeof y_}});

    void expect_lookup(const Op& op) const {
        EXPECT_EQ(op.name, "look_up");
        ASSERT_EQ(op.input_count, 3U);
        ASSERT_EQ(op.output_count, 1U);
        const aclTensorDesc* rows = aclGetTensorDescByIndex(op.inputs, 0);
        EXPECT_EQ(aclGetTensorDescType(rows), ACL_FLOAT);
        EXPECT_EQ(aclGetTensorDescFormat(rows), ACL_FORMAT_ND);
        ASSERT_EQ(aclGetTensorDescNumDims(rows), 2U);
        int64_t dim = 0;
        EXPECT_OK(aclGetTensorDescDimV2(rows, 1, &dim));
        EXPECT_EQ(dim, 3);
        const auto* doubled = static_cast<const float*>(op.input(0));
        ASSERT_NE(doubled, nullptr);
        for (size_t i = 0; i < x_.size(); ++i) {
            EXPECT_EQ(doubled[i], 2 * x_[i]) << "what the operator before has computed";
        }
        EXPECT_EQ(op.input(1), indices_.data()) << "memory of the program";
        EXPECT_EQ(*static_cast<const int64_t*>(op.input(2)), 0) << "a constant of the model";
        EXPECT_EQ(aclGetTensorDescAddress(aclGetTensorDescByIndex(op.outputs, 0)), y_.data());
        EXPECT_EQ(aclGetTensorDescByIndex(op.inputs, 3), nullptr);
        EXPECT_EQ(aclGetTensorDescByIndex(op.outputs, 1), nullptr);
        recent_message();
    }
    aclError run_in(aclrtStream stream) {
        EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
        return aclrtSynchronizeStream(stream);
    }
};

TEST_F(FailedOp, OfATaskIsDescribed) {
    const aclrtStream stream = new_stream();
    Cells cells(1);
    cells.fill(0, 1, stream);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run_in(stream));
    ASSERT_EQ(g_places.size(), 1U);
    EXPECT_EQ(g_places[0].task, 1U);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run_in(new_stream()));
    ASSERT_EQ(g_places.size(), 2U);
    EXPECT_EQ(g_places[1].task, 0U);
    EXPECT_NE(g_places[1].stream, g_places[0].stream);
}

TEST_F(FailedOp, OfASynchronousExecutionIsDescribed) {
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    ASSERT_EQ(g_places.size(), 2U);
    EXPECT_NE(g_places[0].task, g_places[1].task);
    indices_ = {0, 3};
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_EQ(y_, (std::array<float, 6>{2, 4, 6, 20, 22, 24}));
    EXPECT_EQ(g_places.size(), 2U);
}

TEST_F(FailedOp, IsStillKnownAfterTheFunction) {
    const aclrtStream stream = new_stream();
    g_look = [](const Op&) {};
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run_in(stream));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    for (const Place& place : g_places) {
        Op op;
        EXPECT_OK(op.create(place.device, place.stream, place.task));
        EXPECT_EQ(op.name, "look_up");
        op.destroy();
    }
}

// Memory that the library itself had put in the place of the program's is not shown: it is gone.
TEST_F(FailedOp, HasTheAddressesOfTheProgram) {
    std::array<char, 64> room{};
    std::memcpy(room.data() + 1, indices_.data(), sizeof indices_);
    aclmdlDataset* unaligned = dataset({{x_.data(), sizeof x_}, {room.data() + 1, sizeof indices_}});
    g_look = [&](const Op& op) { EXPECT_EQ(op.input(1), room.data() + 1); };
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, unaligned, outputs_));
    // The second index reads as zero.
    indices_ = {4, 4};
    aclmdlDataset* short_one = dataset({{x_.data(), sizeof x_}, {indices_.data(), sizeof indices_[0]}});
    g_look = [&](const Op& op) { EXPECT_EQ(op.input(1), indices_.data()); };
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, short_one, outputs_));
    EXPECT_EQ(g_places.size(), 2U);
}

TEST_F(FailedOp, OnlyTheLastAreKept) {
    g_look = [](const Op&) {};
    for (int i = 0; i < 65; ++i) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    }
    Op op;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(g_places[0].device, g_places[0].stream, g_places[0].task));
    EXPECT_OK(op.create(g_places[1].device, g_places[1].stream, g_places[1].task));
    op.destroy();
}

// Other tasks fail, too.
TEST_F(FailedOp, IsNoneWhereNoneRan) {
    EXPECT_OK(aclrtSetExceptionInfoCallback([](aclrtExceptionInfo* info) {
        const Place place = place_of(info);
        Op op;
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(place.device, place.stream, place.task));
        EXPECT_EQ(op.name, "");
        EXPECT_TRUE(op.inputs == nullptr && op.outputs == nullptr && op.input_count == 0 && op.output_count == 0);
    }));
    const aclrtStream stream = new_stream();
    queue_failure(stream);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
    aclmdlDataset* nowhere =
        dataset({{reinterpret_cast<void*>(0x1240), sizeof x_}, {indices_.data(), sizeof indices_}});
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclmdlExecute(id_, nowhere, outputs_));
}

TEST_F(FailedOp, RefusesWhatIsWrong) {
    g_look = [](const Op&) {};
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    const auto [device, stream, task] = g_places.at(0);
    Op op;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(device + 1, stream, task));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(device, stream + 1, task));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(device, stream, task - 1));
    char name[] = "??????????";
    const auto get = [&, device = device, stream = stream, task = task](char* to, size_t room) {
        return aclmdlCreateAndGetOpDesc(device, stream, task, to, room, &op.inputs, &op.input_count, &op.outputs,
                                        &op.output_count);
    };
    EXPECT_NE(get(name, 0), ACL_SUCCESS);
    EXPECT_NE(get(nullptr, 8), ACL_SUCCESS);
    EXPECT_EQ(std::string(name), "??????????");
    recent_message();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, get(name, 7));
    EXPECT_EQ(std::string(name), "") << "'look_up' and its zero need 8";
    EXPECT_EQ(name[7], '?');
    EXPECT_EQ(op.inputs, nullptr);
    EXPECT_OK(get(name, 8));
    EXPECT_EQ(std::string(name), "look_up");
    op.destroy();
}

TEST_F(FailedOp, IsForgottenByFinalizing) {
    g_look = [](const Op&) {};
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_OK(aclFinalize());
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclrtSetDevice(0));
    Op op;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, op.create(g_places[0].device, g_places[0].stream, g_places[0].task));
}

// A wave of failures in two streams of two devices.
TEST_F(FailedOp, AreToldApart) {
    const aclrtStream first = new_stream();
    EXPECT_OK(aclrtSetDevice(1));
    const aclrtStream second = new_stream();
    const uint32_t other = load("lookup");
    g_look = [](const Op& op) { EXPECT_EQ(op.name, "look_up"); };
    EXPECT_OK(aclmdlExecuteAsync(other, inputs_, outputs_, second));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtSynchronizeStream(second));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run_in(first));
    ASSERT_EQ(g_places.size(), 2U);
    EXPECT_EQ(g_places[0].device, 1U);
    EXPECT_EQ(g_places[1].device, 0U);
    const auto [device, stream, task] = g_places[0];
    Op op;
    EXPECT_OK(op.create(device, stream, task));
    op.destroy();
}

}  // namespace
}  // namespace softacl::test
