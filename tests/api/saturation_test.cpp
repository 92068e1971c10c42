// SPDX-License-Identifier: Apache-2.0
// Results that are too large (manual 10.2.6, 10.2.7, 10.5.3.5, 10.5.3.6): the model halves, of type float16, gives
// sum = a + b and rest = sum - b.
#include <array>
#include <cmath>
#include <limits>

#include "api/models.h"

namespace softacl::test {
namespace {

using Row = std::array<float, 6>;
using Halves = std::array<aclFloat16, 6>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Halves halves(const Row& row) {
    Halves result;
    for (size_t i = 0; i < row.size(); ++i) {
        result[i] = aclFloatToFloat16(row[i]);
    }
    return result;
}

void expect_row(const Halves& actual, const Row& expected) {
    for (size_t i = 0; i < expected.size(); ++i) {
        const float number = aclFloat16ToFloat(actual[i]);
        EXPECT_TRUE(number == expected[i] || (std::isnan(number) && std::isnan(expected[i])))
            << i << ": " << number << ", expected " << expected[i];
    }
}

class Saturation : public Runtime {
   protected:
    // Numbers around 65504, the largest of all, are multiples of 32: what is below 65520 rounds to it.
    Halves a_ = halves({60000, -60000, 1, 65504, kNan, kInfinity});
    Halves b_ = halves({60000, -60000, 2, 8, 1, 1});
    Halves sum_{};
    Halves rest_{};
    uint32_t id_ = load("halves");
    aclmdlDataset* inputs_ = dataset({{a_.data(), sizeof a_}, {b_.data(), sizeof b_}});
    aclmdlDataset* outputs_ = dataset({{sum_.data(), sizeof sum_}, {rest_.data(), sizeof rest_}});

    void expect_saturated() const {
        expect_row(sum_, {65504, -65504, 3, 65504, kNan, 65504});
        expect_row(rest_, {5504, -5504, 1, 65504, kNan, 65504});
    }
    void expect_infinite() const {
        expect_row(sum_, {kInfinity, -kInfinity, 3, 65504, kNan, kInfinity});
        expect_row(rest_, {kInfinity, -kInfinity, 1, 65504, kNan, kInfinity});
    }
    void run_in(aclrtStream stream) {
        sum_ = {};
        rest_ = {};
        EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
        EXPECT_OK(aclrtSynchronizeStream(stream));
    }
    static aclrtFloatOverflowMode mode() {
        auto mode = ACL_RT_OVERFLOW_MODE_UNDEF;
        EXPECT_OK(aclrtGetDeviceSatMode(&mode));
        return mode;
    }
    static uint32_t flag(aclrtStream stream) {
        uint32_t flag = 7;
        EXPECT_OK(aclrtGetStreamOverflowSwitch(stream, &flag));
        return flag;
    }
};

TEST_F(Saturation, IsTheDefault) {
    EXPECT_EQ(mode(), ACL_RT_OVERFLOW_MODE_SATURATION);
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_saturated();
    run_in(nullptr);
    expect_saturated();
    run_in(new_stream());
    expect_saturated();
    EXPECT_EQ(recent_message(), "") << "the switch is off at first";
}

TEST_F(Saturation, ConcernsStreamsMadeLater) {
    const aclrtStream before = new_stream();
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
    EXPECT_EQ(mode(), ACL_RT_OVERFLOW_MODE_INFNAN);
    const aclrtStream between = new_stream();
    run_in(before);
    expect_saturated();
    run_in(nullptr);
    expect_saturated();
    run_in(between);
    expect_infinite();
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_infinite();
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_SATURATION));
    run_in(between);
    expect_infinite();
    run_in(new_stream());
    expect_saturated();
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_saturated();
}

TEST_F(Saturation, OfADefaultStreamIsThatOfItsContext) {
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
    const aclrtContext context = new_context();
    EXPECT_OK(aclrtSetCurrentContext(context));
    run_in(nullptr);
    expect_infinite();
}

TEST_F(Saturation, ComesBackWithAReset) {
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_EQ(mode(), ACL_RT_OVERFLOW_MODE_SATURATION);
}

TEST_F(Saturation, RefusesWhatIsNoMode) {
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_UNDEF));
    for (const int wrong : {-1, 3, 1000000}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtSetDeviceSatMode(static_cast<aclrtFloatOverflowMode>(wrong)));
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtGetDeviceSatMode(nullptr));
    EXPECT_EQ(mode(), ACL_RT_OVERFLOW_MODE_INFNAN);
    in_new_thread([] {
        auto mode = ACL_RT_OVERFLOW_MODE_UNDEF;
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetDeviceSatMode(&mode));
    });
}

TEST_F(Saturation, SwitchTellsOfWhatSaturated) {
    const aclrtStream stream = new_stream();
    EXPECT_EQ(flag(stream), 0U);
    EXPECT_OK(aclrtSetStreamOverflowSwitch(stream, 1));
    EXPECT_EQ(flag(stream), 1U);
    EXPECT_EQ(flag(nullptr), 0U) << "another stream";
    run_in(stream);
    expect_saturated();
    const std::string message = recent_message();
    EXPECT_NE(message.find("node 'add' (Add) overflowed: 3 float16 results"), std::string::npos) << message;
    EXPECT_EQ(message.find("'sub'"), std::string::npos) << message;

    a_ = halves({1, 2, 3, 4, 5, 6});
    run_in(stream);
    EXPECT_EQ(recent_message(), "") << "nothing was too large";
}

TEST_F(Saturation, SwitchConcernsTasksQueuedLater) {
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
    EXPECT_OK(aclrtSetStreamOverflowSwitch(stream, 1));
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(recent_message(), "");

    Gate again(stream);
    EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
    EXPECT_OK(aclrtSetStreamOverflowSwitch(stream, 0));
    EXPECT_EQ(flag(stream), 0U);
    again.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_NE(recent_message().find("overflowed"), std::string::npos);
}

TEST_F(Saturation, SwitchOfTheDefaultStreamConcernsSynchronousExecutions) {
    EXPECT_OK(aclrtSetStreamOverflowSwitch(nullptr, 1));
    EXPECT_EQ(flag(nullptr), 1U);
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_NE(recent_message().find("overflowed"), std::string::npos);
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_INFNAN));
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_EQ(recent_message(), "") << "nothing saturates";
}

TEST_F(Saturation, SwitchRefusesWhatIsWrong) {
    const aclrtStream stream = new_stream();
    const aclrtStream gone = new_stream();
    EXPECT_OK(aclrtDestroyStream(gone));
    uint32_t flag = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtSetStreamOverflowSwitch(stream, 2));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtGetStreamOverflowSwitch(stream, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetStreamOverflowSwitch(gone, 1));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtGetStreamOverflowSwitch(gone, &flag));
    const aclrtContext other = new_context();
    EXPECT_OK(aclrtSetCurrentContext(other));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, aclrtSetStreamOverflowSwitch(stream, 1));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, aclrtGetStreamOverflowSwitch(stream, &flag));
    in_new_thread([&] {
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSetStreamOverflowSwitch(nullptr, 1));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetStreamOverflowSwitch(nullptr, &flag));
    });
}

}  // namespace
}  // namespace softacl::test
