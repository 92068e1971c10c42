// SPDX-License-Identifier: Apache-2.0
// Products of matrices (manual 10.10): results by hand, and every refusal. test_blas.py has the random ones.
#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <limits>

#include "acl/ops/acl_cblas.h"
#include "api/fixture.h"

namespace softacl::test {
namespace {

constexpr aclTransType kN = ACL_TRANS_N;
constexpr aclComputeType kHigh = ACL_COMPUTE_HIGH_PRECISION;

// Numbers in device memory, of the types of products.
template <class T>
T number(double value) {
    if constexpr (std::is_same_v<T, aclFloat16>) {
        return aclFloatToFloat16(static_cast<float>(value));
    } else {
        return static_cast<T>(value);
    }
}
template <class T>
T* on_device(const std::vector<double>& values) {
    auto* const memory = reinterpret_cast<T*>(device_memory(values.size() * sizeof(T)));
    for (size_t i = 0; i < values.size(); ++i) {
        memory[i] = number<T>(values[i]);
    }
    return memory;
}
template <class T>
void expect_numbers(const T* memory, const std::vector<double>& expected) {
    for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(memory[i], number<T>(expected[i])) << i;
    }
}

// [1 2 3; 4 5 6] by [1 0; 0 1; 2 -1] is [7 -1; 16 -1], by (1, 1, 2) it is (9, 21). alpha is 2, beta is -1.
const std::vector<double> kA = {1, 2, 3, 4, 5, 6};
const std::vector<double> kB = {1, 0, 0, 1, 2, -1};
const std::vector<double> kC = {1, 2, 3, 4};
const std::vector<double> kProduct = {13, -4, 29, -6};
const std::vector<double> kX = {1, 1, 2};
const std::vector<double> kY = {5, 6};
const std::vector<double> kVector = {13, 36};

template <class In, class Out>
struct Numbers {
    In* a = on_device<In>(kA);
    In* b = on_device<In>(kB);
    In* x = on_device<In>(kX);
    Out* c = on_device<Out>(kC);
    Out* y = on_device<Out>(kY);
    Out* alpha = on_device<Out>({2});
    Out* beta = on_device<Out>({-1});
};

class Blas : public Runtime {
   protected:
    aclrtStream stream_ = new_stream();

    void finish() const { EXPECT_OK(aclrtSynchronizeStream(stream_)); }
    static aclDataBuffer* buffer(const void* memory, size_t size) {
        return aclCreateDataBuffer(const_cast<void*>(memory), size);
    }
    // The inputs are A, B, C, alpha and beta; C is the output.
    template <class In, class Out>
    void execute(aclopHandle* handle, const In* a, const In* b, Out* c, const Out* alpha, const Out* beta,
                 size_t sizes[3], Out* result) {
        const aclDataBuffer* inputs[] = {buffer(a, sizes[0] * sizeof(In)), buffer(b, sizes[1] * sizeof(In)),
                                         buffer(c, sizes[2] * sizeof(Out)), buffer(alpha, sizeof(Out)),
                                         buffer(beta, sizeof(Out))};
        aclDataBuffer* outputs[] = {buffer(result, sizes[2] * sizeof(Out))};
        EXPECT_OK(aclopExecWithHandle(handle, 5, inputs, 1, outputs, stream_));
        finish();
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopExecWithHandle(handle, 4, inputs, 1, outputs, stream_));
        inputs[1] = buffer(b, sizes[1] * sizeof(In) - 1);
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopExecWithHandle(handle, 5, inputs, 1, outputs, stream_));
        aclopDestroyHandle(handle);
        EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclopExecWithHandle(handle, 5, inputs, 1, outputs, stream_));
    }
    template <class In, class Out>
    void expect_gemm(aclDataType in, aclDataType out) {
        const Numbers<In, Out> of;
        EXPECT_OK(aclblasGemmEx(kN, kN, kN, 2, 2, 3, of.alpha, of.a, 3, in, of.b, 2, in, of.beta, of.c, 2, out, kHigh,
                                stream_));
        finish();
        expect_numbers(of.c, kProduct);
        EXPECT_OK(aclblasGemvEx(kN, 2, 3, of.alpha, of.a, 3, in, of.x, 1, in, of.beta, of.y, 1, out, kHigh, stream_));
        finish();
        expect_numbers(of.y, kVector);
        const Numbers<In, Out> again;
        Out* const result = on_device<Out>({0, 0, 0, 0});
        aclopHandle* handle = nullptr;
        ASSERT_OK(aclblasCreateHandleForGemmEx(kN, kN, kN, 2, 2, 3, in, in, out, kHigh, &handle));
        size_t matrices[] = {6, 6, 4};
        execute<In, Out>(handle, again.a, again.b, again.c, again.alpha, again.beta, matrices, result);
        expect_numbers(result, kProduct);
        expect_numbers(again.c, kC);
        ASSERT_OK(aclblasCreateHandleForGemvEx(kN, 2, 3, in, in, out, kHigh, &handle));
        size_t vectors[] = {6, 3, 2};
        execute<In, Out>(handle, again.a, again.x, again.y, again.alpha, again.beta, vectors, again.y);
        expect_numbers(again.y, kVector);
    }
};

TEST_F(Blas, MultipliesEveryPairOfTypes) {
    expect_gemm<aclFloat16, aclFloat16>(ACL_FLOAT16, ACL_FLOAT16);
    expect_gemm<aclFloat16, float>(ACL_FLOAT16, ACL_FLOAT);
    expect_gemm<int8_t, float>(ACL_INT8, ACL_FLOAT);
    expect_gemm<int8_t, int32_t>(ACL_INT8, ACL_INT32);
}

TEST_F(Blas, FormsOfOneType) {
    const Numbers<aclFloat16, aclFloat16> half;
    EXPECT_OK(
        aclblasHgemm(kN, kN, kN, 2, 2, 3, half.alpha, half.a, 3, half.b, 2, half.beta, half.c, 2, kHigh, stream_));
    EXPECT_OK(aclblasHgemv(kN, 2, 3, half.alpha, half.a, 3, half.x, 1, half.beta, half.y, 1, kHigh, stream_));
    const Numbers<int8_t, int32_t> byte;
    EXPECT_OK(
        aclblasS8gemm(kN, kN, kN, 2, 2, 3, byte.alpha, byte.a, -1, byte.b, -1, byte.beta, byte.c, -1, kHigh, stream_));
    EXPECT_OK(aclblasS8gemv(kN, 2, 3, byte.alpha, byte.a, -1, byte.x, 1, byte.beta, byte.y, 1, kHigh, stream_));
    finish();
    expect_numbers(half.c, kProduct);
    expect_numbers(half.y, kVector);
    expect_numbers(byte.c, kProduct);
    expect_numbers(byte.y, kVector);
}

TEST_F(Blas, HandlesOfOneType) {
    size_t matrices[] = {6, 6, 4};
    size_t vectors[] = {6, 3, 2};
    aclopHandle* handle = nullptr;
    const Numbers<aclFloat16, aclFloat16> half;
    ASSERT_OK(aclblasCreateHandleForHgemm(kN, kN, kN, 2, 2, 3, kHigh, &handle));
    execute<aclFloat16, aclFloat16>(handle, half.a, half.b, half.c, half.alpha, half.beta, matrices, half.c);
    expect_numbers(half.c, kProduct);
    ASSERT_OK(aclblasCreateHandleForHgemv(kN, 2, 3, kHigh, &handle));
    execute<aclFloat16, aclFloat16>(handle, half.a, half.x, half.y, half.alpha, half.beta, vectors, half.y);
    expect_numbers(half.y, kVector);
    const Numbers<int8_t, int32_t> byte;
    ASSERT_OK(aclblasCreateHandleForS8gemm(kN, kN, kN, 2, 2, 3, kHigh, &handle));
    execute<int8_t, int32_t>(handle, byte.a, byte.b, byte.c, byte.alpha, byte.beta, matrices, byte.c);
    expect_numbers(byte.c, kProduct);
    ASSERT_OK(aclblasCreateHandleForS8gemv(kN, 2, 3, kHigh, &handle));
    execute<int8_t, int32_t>(handle, byte.a, byte.x, byte.y, byte.alpha, byte.beta, vectors, byte.y);
    expect_numbers(byte.y, kVector);
}

TEST_F(Blas, ReadsAllWhenTheStreamGetsThere) {
    const Numbers<int8_t, int32_t> of;
    {
        Gate gate(stream_);
        EXPECT_OK(aclblasS8gemm(kN, kN, kN, 2, 2, 3, of.alpha, of.a, 3, of.b, 2, of.beta, of.c, 2, kHigh, stream_));
        expect_held(stream_);
        *of.alpha = 1;
        *of.beta = 0;
        of.a[0] = 2;
    }
    finish();
    expect_numbers(of.c, {8, -1, 16, -1});
}

TEST_F(Blas, TakesFactorsAndMatricesOfTheHost) {
    const Numbers<int8_t, int32_t> of;
    const int32_t alpha = 2;
    const int32_t beta = -1;
    std::array<int32_t, 4> c = {1, 2, 3, 4};
    EXPECT_OK(aclblasS8gemm(kN, kN, kN, 2, 2, 3, &alpha, of.a, 3, of.b, 2, &beta, c.data(), 2, kHigh, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    expect_numbers(c.data(), kProduct);
}

TEST_F(Blas, OnlyWritesWhereBetaIsZero) {
    const Numbers<aclFloat16, float> of;
    *of.beta = 0;
    std::fill_n(of.c, 4, std::numeric_limits<float>::quiet_NaN());
    EXPECT_OK(aclblasGemmEx(kN, kN, kN, 2, 2, 3, of.alpha, of.a, 3, ACL_FLOAT16, of.b, 2, ACL_FLOAT16, of.beta, of.c, 2,
                            ACL_FLOAT, kHigh, stream_));
    finish();
    expect_numbers(of.c, {14, -2, 32, -2});
}

TEST_F(Blas, LeavesWhatLiesBetweenElementsAlone) {
    auto* const a = on_device<int8_t>({1, 2, 3, 99, 4, 5, 6, 99});
    auto* const x = on_device<int8_t>({1, 99, 1, 99, 2});
    auto* const y = on_device<int32_t>({5, 99, 98, 6});
    const Numbers<int8_t, int32_t> of;
    EXPECT_OK(aclblasS8gemv(kN, 2, 3, of.alpha, a, 4, x, 2, of.beta, y, 3, kHigh, stream_));
    finish();
    expect_numbers(y, {13, 99, 98, 36});
}

TEST_F(Blas, Saturates) {
    EXPECT_OK(aclrtSetDeviceSatMode(ACL_RT_OVERFLOW_MODE_SATURATION));
    aclrtStream const saturating = new_stream();
    EXPECT_OK(aclrtSetStreamOverflowSwitch(saturating, 1));
    const Numbers<aclFloat16, aclFloat16> of;
    *of.alpha = number<aclFloat16>(10000);
    EXPECT_OK(aclblasHgemm(kN, kN, kN, 2, 2, 3, of.alpha, of.a, 3, of.b, 2, of.beta, of.c, 2, kHigh, saturating));
    EXPECT_OK(aclrtSynchronizeStream(saturating));
    EXPECT_NE(recent_message().find("GEMM overflowed: 2 float16 results"), std::string::npos);
    expect_numbers(of.c, {65504, -10000, 65504, -10000});
}

// One of the functions with arguments that a case can change.
struct Arguments {
    aclTransType trans = kN;
    aclTransType trans_c = kN;
    int m = 2;
    int n = 3;
    int k = 3;
    int lda = 3;
    int other = 3;  // ldb or incx
    int incy = 1;
    aclDataType a = ACL_FLOAT16;
    aclDataType c = ACL_FLOAT16;
    aclComputeType type = kHigh;
    void* memory = nullptr;
    void* alpha = nullptr;
    aclrtStream stream = nullptr;
    aclopHandle** handle = nullptr;
};
struct Form {
    std::string name;
    bool is_of_matrices;
    bool is_of_any_type;
    std::function<aclError(const Arguments&)> multiply;
    std::function<aclError(const Arguments&)> make_handle;
};
template <class T>
T* as(void* memory) {
    return static_cast<T*>(memory);
}
const std::vector<Form>& forms() {
    using A = Arguments;
    static const std::vector<Form> kForms = {
        {"GemmEx", true, true,
         [](const A& a) {
             return aclblasGemmEx(a.trans, kN, a.trans_c, a.m, a.n, a.k, a.alpha, a.memory, a.lda, a.a, a.memory,
                                  a.other, a.a, a.alpha, a.memory, 0, a.c, a.type, a.stream);
         },
         [](const A& a) {
             return aclblasCreateHandleForGemmEx(a.trans, kN, a.trans_c, a.m, a.n, a.k, a.a, a.a, a.c, a.type,
                                                 a.handle);
         }},
        {"Hgemm", true, false,
         [](const A& a) {
             return aclblasHgemm(a.trans, kN, a.trans_c, a.m, a.n, a.k, as<aclFloat16>(a.alpha),
                                 as<aclFloat16>(a.memory), a.lda, as<aclFloat16>(a.memory), a.other,
                                 as<aclFloat16>(a.alpha), as<aclFloat16>(a.memory), 0, a.type, a.stream);
         },
         [](const A& a) {
             return aclblasCreateHandleForHgemm(a.trans, kN, a.trans_c, a.m, a.n, a.k, a.type, a.handle);
         }},
        {"S8gemm", true, false,
         [](const A& a) {
             return aclblasS8gemm(a.trans, kN, a.trans_c, a.m, a.n, a.k, as<int32_t>(a.alpha), as<int8_t>(a.memory),
                                  a.lda, as<int8_t>(a.memory), a.other, as<int32_t>(a.alpha), as<int32_t>(a.memory), 0,
                                  a.type, a.stream);
         },
         [](const A& a) {
             return aclblasCreateHandleForS8gemm(a.trans, kN, a.trans_c, a.m, a.n, a.k, a.type, a.handle);
         }},
        {"GemvEx", false, true,
         [](const A& a) {
             return aclblasGemvEx(a.trans, a.m, a.n, a.alpha, a.memory, a.lda, a.a, a.memory, a.other, a.a, a.alpha,
                                  a.memory, a.incy, a.c, a.type, a.stream);
         },
         [](const A& a) { return aclblasCreateHandleForGemvEx(a.trans, a.m, a.n, a.a, a.a, a.c, a.type, a.handle); }},
        {"Hgemv", false, false,
         [](const A& a) {
             return aclblasHgemv(a.trans, a.m, a.n, as<aclFloat16>(a.alpha), as<aclFloat16>(a.memory), a.lda,
                                 as<aclFloat16>(a.memory), a.other, as<aclFloat16>(a.alpha), as<aclFloat16>(a.memory),
                                 a.incy, a.type, a.stream);
         },
         [](const A& a) { return aclblasCreateHandleForHgemv(a.trans, a.m, a.n, a.type, a.handle); }},
        {"S8gemv", false, false,
         [](const A& a) {
             return aclblasS8gemv(a.trans, a.m, a.n, as<int32_t>(a.alpha), as<int8_t>(a.memory), a.lda,
                                  as<int8_t>(a.memory), a.other, as<int32_t>(a.alpha), as<int32_t>(a.memory), a.incy,
                                  a.type, a.stream);
         },
         [](const A& a) { return aclblasCreateHandleForS8gemv(a.trans, a.m, a.n, a.type, a.handle); }},
    };
    return kForms;
}

class BlasForms : public Runtime, public testing::WithParamInterface<Form> {
   protected:
    BlasForms() {
        good_.memory = device_memory(64);
        good_.alpha = device_memory(64);
        good_.handle = &handle_;
        EXPECT_OK(aclrtMemset(good_.memory, 64, 0, 64));
        EXPECT_OK(aclrtMemset(good_.alpha, 64, 0, 64));
    }

    using Change = std::function<void(Arguments&)>;
    Arguments changed(const Change& change) const {
        Arguments arguments = good_;
        change(arguments);
        return arguments;
    }
    static void expect_refused(aclError code, aclError actual, const std::string& sentence) {
        const std::string message = recent_message();
        EXPECT_EQ(actual, code) << message;
        EXPECT_NE(message.find(sentence), std::string::npos) << message << "\nlacks: " << sentence;
    }
    void multiplying(const Change& change, const std::string& sentence, aclError code = ACL_ERROR_INVALID_PARAM) {
        expect_refused(code, GetParam().multiply(changed(change)), sentence);
    }
    void both(const Change& change, const std::string& sentence) {
        multiplying(change, sentence);
        handle_ = reinterpret_cast<aclopHandle*>(1);
        expect_refused(ACL_ERROR_INVALID_PARAM, GetParam().make_handle(changed(change)), sentence);
    }

    Arguments good_;
    aclopHandle* handle_ = nullptr;
};

TEST_P(BlasForms, RefuseWhatIsWrong) {
    const Form& form = GetParam();
    EXPECT_OK(form.multiply(good_));
    EXPECT_OK(form.make_handle(good_));
    aclopDestroyHandle(handle_);
    for (const int size : {0, -1, std::numeric_limits<int>::min()}) {
        both([=](Arguments& a) { a.m = size; }, "m is " + std::to_string(size) + "; expected at least 1");
        both([=](Arguments& a) { a.n = size; }, "n is " + std::to_string(size) + "; expected at least 1");
        if (form.is_of_matrices) {
            both([=](Arguments& a) { a.k = size; }, "k is " + std::to_string(size) + "; expected at least 1");
        }
    }
    both([](Arguments& a) { a.trans = ACL_TRANS_NZ_T; }, "transA is 3; expected ACL_TRANS_N (0)");
    both([](Arguments& a) { a.trans = static_cast<aclTransType>(4); }, "transA");
    both([](Arguments& a) { a.trans = static_cast<aclTransType>(-1); }, "transA");
    both([](Arguments& a) { a.type = ACL_COMPUTE_LOW_PRECISION; }, "type is 1; expected ACL_COMPUTE_HIGH_PRECISION");
    multiplying([](Arguments& a) { a.lda = 2; }, "lda is 2; expected at least 3");
    multiplying([](Arguments& a) { a.lda = -2; }, "lda is -2; expected at least 3");
    multiplying(
        [](Arguments& a) {
            a.trans = ACL_TRANS_T;
            a.lda = 1;
        },
        "lda is 1; expected at least 2");
    if (form.is_of_matrices) {
        multiplying([](Arguments& a) { a.other = 2; }, "ldb is 2; expected at least 3");
        for (const aclTransType layout : {ACL_TRANS_T, ACL_TRANS_NZ}) {
            both([=](Arguments& a) { a.trans_c = layout; }, "; expected ACL_TRANS_N (0)");
        }
    } else {
        multiplying([](Arguments& a) { a.other = 0; }, "incx is 0; expected at least 1");
        multiplying([](Arguments& a) { a.incy = -1; }, "incy is -1; expected at least 1");
    }
    multiplying([](Arguments& a) { a.memory = nullptr; }, "is null");
    multiplying([](Arguments& a) { a.alpha = nullptr; }, "alpha is null");
    expect_refused(ACL_ERROR_INVALID_PARAM, form.make_handle(changed([](Arguments& a) { a.handle = nullptr; })),
                   "handle is null");
}

class BlasFormsOfAnyType : public BlasForms {};

TEST_P(BlasFormsOfAnyType, RefuseTypesThatDoNotGoTogether) {
    constexpr aclDataType kAll[] = {ACL_DT_UNDEFINED, ACL_FLOAT,  ACL_FLOAT16, ACL_INT8, ACL_INT32,
                                    ACL_UINT8,        ACL_DOUBLE, ACL_BOOL,    ACL_BF16};
    int refused = 0;
    for (const aclDataType in : kAll) {
        for (const aclDataType out : kAll) {
            if ((in == ACL_FLOAT16 && (out == ACL_FLOAT16 || out == ACL_FLOAT)) ||
                (in == ACL_INT8 && (out == ACL_INT32 || out == ACL_FLOAT))) {
                continue;
            }
            both(
                [=](Arguments& a) {
                    a.a = in;
                    a.c = out;
                },
                "expected two of float16 with a result of float16 or float32, or two of int8");
            ++refused;
        }
    }
    EXPECT_EQ(refused, 77);
}

TEST_P(BlasForms, RefuseMemoryThatIsNotThere) {
    multiplying([](Arguments& a) { a.m = 100000; }, "bytes to the end of its memory", ACL_ERROR_RT_PARAM_INVALID);
    void* const freed = device_memory(64);
    EXPECT_OK(aclrtFree(freed));
    multiplying([=](Arguments& a) { a.alpha = freed; }, "alpha", ACL_ERROR_RT_PARAM_INVALID);
    multiplying(
        [](Arguments& a) {
            a.m = a.n = a.k = std::numeric_limits<int>::max();
            a.lda = -1;
            a.other = GetParam().is_of_matrices ? -1 : 1;
        },
        "", ACL_ERROR_RT_PARAM_INVALID);
    // What is wrong with host memory shows when the stream gets there.
    EXPECT_EQ(GetParam().multiply(changed([](Arguments& a) { a.alpha = reinterpret_cast<void*>(4096); })), ACL_SUCCESS);
    expect_refused(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(nullptr), "alpha");
    const bool bytes = GetParam().name[0] == 'S';
    EXPECT_EQ(GetParam().multiply(changed([](Arguments& a) { a.memory = static_cast<char*>(a.memory) + 1; })),
              ACL_SUCCESS);
    expect_refused(ACL_ERROR_RT_ADDR_UNALIGNED, aclrtSynchronizeStream(nullptr),
                   bytes ? "the size of int32" : "the size of float16");
}

TEST_P(BlasForms, RefuseStreamsThatAreNone) {
    aclrtStream const destroyed = new_stream();
    EXPECT_OK(aclrtDestroyStream(destroyed));
    multiplying([=](Arguments& a) { a.stream = destroyed; }, "stream", ACL_ERROR_RT_INVALID_HANDLE);
    in_new_thread([&] { multiplying([](Arguments&) {}, "context", ACL_ERROR_RT_CONTEXT_NULL); });
}

std::vector<Form> forms_of_any_type() {
    std::vector<Form> some;
    std::copy_if(forms().begin(), forms().end(), std::back_inserter(some),
                 [](const Form& form) { return form.is_of_any_type; });
    return some;
}

INSTANTIATE_TEST_SUITE_P(, BlasForms, testing::ValuesIn(forms()), case_name<Form>);
INSTANTIATE_TEST_SUITE_P(, BlasFormsOfAnyType, testing::ValuesIn(forms_of_any_type()), case_name<Form>);

}  // namespace
}  // namespace softacl::test
