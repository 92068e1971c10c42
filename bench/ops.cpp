// SPDX-License-Identifier: Apache-2.0
// Single operators. Products of matrices beside oneDNN's function and OpenBLAS, as shares of what the processor can do;
// operators on elements as shares of what the memory gives.
#include <acl/acl.h>
#include <acl/ops/acl_cblas.h>
#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "lib/paired.h"
#include "lib/peak.h"
#include "lib/session.h"

namespace {

using bench::must;
using bench::Session;

template <class Body>
void on_all_cores(Body body) {
    cpu_set_t cores;
    sched_getaffinity(0, sizeof cores, &cores);
    const int count = CPU_COUNT(&cores);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([=] { body(i, count); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

// Multiply-adds of float32 on all cores, in operations a microsecond.
double peak_flops() {
    static const double kPeak = [] {
        constexpr int kCalls = 20000;
        std::array<double, CPU_SETSIZE> rates{};
        on_all_cores([&](int core, int) {
            std::array<peak::Vector, peak::kChains> sums{};
            const double us = paired::best_us(kCalls, [&] {
                peak::multiply_add(sums, 0.999F, 0.001F);
                benchmark::DoNotOptimize(sums);
            });
            rates[static_cast<size_t>(core)] = peak::kOperations / us;
        });
        double sum = 0;
        for (const double rate : rates) {
            sum += rate;
        }
        return sum;
    }();
    return kPeak;
}

struct Tensor {
    aclDataType type;
    std::vector<int64_t> dims;
    void* data;
};

// An operator behind a handle.
class Operator {
   public:
    Operator(const char* type, const std::vector<Tensor>& inputs, const Tensor& output) {
        std::vector<const aclTensorDesc*> descs;
        for (const Tensor& input : inputs) {
            descs.push_back(describe(input));
            inputs_.push_back(buffer(input));
        }
        const aclTensorDesc* const out = describe(output);
        output_ = buffer(output);
        aclopAttr* const attr = aclopCreateAttr();
        must(aclopCreateHandle(type, static_cast<int>(descs.size()), descs.data(), 1, &out, attr, &handle_));
        aclopDestroyAttr(attr);
    }
    ~Operator() { aclopDestroyHandle(handle_); }
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;

    void start(aclrtStream stream) {
        must(aclopExecWithHandle(handle_, static_cast<int>(inputs_.size()), inputs_.data(), 1, &output_, stream));
    }
    void run(aclrtStream stream) {
        start(stream);
        must(aclrtSynchronizeStream(stream));
    }

   private:
    static aclTensorDesc* describe(const Tensor& tensor) {
        return aclCreateTensorDesc(tensor.type, static_cast<int>(tensor.dims.size()), tensor.dims.data(),
                                   ACL_FORMAT_ND);
    }
    static aclDataBuffer* buffer(const Tensor& tensor) {
        size_t bytes = aclDataTypeSize(tensor.type);
        for (const int64_t dim : tensor.dims) {
            bytes *= static_cast<size_t>(dim);
        }
        return aclCreateDataBuffer(tensor.data, bytes);
    }
    aclopHandle* handle_ = nullptr;
    std::vector<const aclDataBuffer*> inputs_;
    aclDataBuffer* output_ = nullptr;
};

// --- products of matrices

using DnnlSgemm = int (*)(char, char, int64_t, int64_t, int64_t, float, const float*, int64_t, const float*, int64_t,
                          float, float*, int64_t);
using CblasSgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                            int);

// oneDNN as a program has it, with GNU's threads: in a namespace of its own, since ours uses other ones.
void* dnnl() {
    static void* const kLibrary = dlmopen(LM_ID_NEWLM, "libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
    return kLibrary;
}
void* openblas() {
    static void* const kLibrary = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    return kLibrary;
}

struct Sizes {
    int m;
    int n;
    int k;
    double operations() const { return 2.0 * m * n * k; }
    size_t a() const { return static_cast<size_t>(m) * static_cast<size_t>(k); }
    size_t b() const { return static_cast<size_t>(k) * static_cast<size_t>(n); }
    size_t c() const { return static_cast<size_t>(m) * static_cast<size_t>(n); }
    std::string text() const { return std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k); }
};

// GEMM of float32 on a stream.
struct Fp32Product {
    Fp32Product(Session& in, Sizes sizes)
        : session(in),
          a(session.filled(sizes.a(), 0.5F)),
          b(session.filled(sizes.b(), 0.25F)),
          c(session.filled(sizes.c(), 0.0F)),
          gemm("GEMM",
               {{ACL_FLOAT, {sizes.m, sizes.k}, a},
                {ACL_FLOAT, {sizes.k, sizes.n}, b},
                {ACL_FLOAT, {sizes.m, sizes.n}, c},
                {ACL_FLOAT, {}, session.filled(1, 1.0F)},
                {ACL_FLOAT, {}, session.filled(1, 0.0F)}},
               {ACL_FLOAT, {sizes.m, sizes.n}, c}) {}
    void run() { gemm.run(session.stream); }

    Session& session;
    float* const a;
    float* const b;
    float* const c;
    Operator gemm;
};

template <class Ours, class Rival>
void compare_products(benchmark::State& state, Sizes sizes, Ours&& ours, Rival&& rival) {
    constexpr std::chrono::milliseconds kRest{100};
    const int calls = static_cast<int>(std::clamp(2e8 / sizes.operations(), 1.0, 300.0));
    if (sizes.operations() > 1e10) {
        paired::compare<3>(state, calls, ours, rival, kRest);
    } else {
        paired::compare<7>(state, calls, ours, rival, kRest);
    }
    const double rate = sizes.operations() / state.counters["ours_us"];
    state.counters["gflops"] = rate / 1000;
    state.counters["of_peak"] = rate / peak_flops();
}

void fp32_dnnl(benchmark::State& state, Sizes sizes) {
    if (dnnl() == nullptr) {
        return state.SkipWithError("no libdnnl.so.2");
    }
    const auto sgemm = reinterpret_cast<DnnlSgemm>(dlsym(dnnl(), "dnnl_sgemm"));
    Session session;
    Fp32Product ours(session, sizes);
    compare_products(
        state, sizes, [&] { ours.run(); },
        [&] { sgemm('N', 'N', sizes.m, sizes.n, sizes.k, 1, ours.a, sizes.k, ours.b, sizes.n, 0, ours.c, sizes.n); });
}

void fp32_openblas(benchmark::State& state, Sizes sizes) {
    if (openblas() == nullptr) {
        return state.SkipWithError("no libopenblas.so.0");
    }
    const auto sgemm = reinterpret_cast<CblasSgemm>(dlsym(openblas(), "cblas_sgemm"));
    constexpr int kRows = 101;
    constexpr int kAsItIs = 111;
    Session session;
    Fp32Product ours(session, sizes);
    compare_products(
        state, sizes, [&] { ours.run(); },
        [&] {
            sgemm(kRows, kAsItIs, kAsItIs, sizes.m, sizes.n, sizes.k, 1, ours.a, sizes.k, ours.b, sizes.n, 0, ours.c,
                  sizes.n);
        });
}

// The rival is our float32.
void s8_fp32(benchmark::State& state, Sizes sizes) {
    Session session;
    Fp32Product rival(session, sizes);
    const auto* const a = session.filled(sizes.a(), int8_t{3});
    const auto* const b = session.filled(sizes.b(), int8_t{-5});
    auto* const c = session.filled(sizes.c(), int32_t{0});
    const auto* const alpha = session.filled(1, int32_t{1});
    const auto* const beta = session.filled(1, int32_t{0});
    compare_products(
        state, sizes,
        [&] {
            must(aclblasS8gemm(ACL_TRANS_N, ACL_TRANS_N, ACL_TRANS_N, sizes.m, sizes.n, sizes.k, alpha, a, sizes.k, b,
                               sizes.n, beta, c, sizes.n, ACL_COMPUTE_HIGH_PRECISION, session.stream));
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] { rival.run(); });
}

void fp16_fp32(benchmark::State& state, Sizes sizes) {
    Session session;
    Fp32Product rival(session, sizes);
    const auto* const a = session.filled(sizes.a(), aclFloatToFloat16(0.5F));
    const auto* const b = session.filled(sizes.b(), aclFloatToFloat16(0.25F));
    auto* const c = session.filled(sizes.c(), aclFloat16{0});
    const auto* const alpha = session.filled(1, aclFloatToFloat16(1));
    const auto* const beta = session.filled(1, aclFloat16{0});
    compare_products(
        state, sizes,
        [&] {
            must(aclblasHgemm(ACL_TRANS_N, ACL_TRANS_N, ACL_TRANS_N, sizes.m, sizes.n, sizes.k, alpha, a, sizes.k, b,
                              sizes.n, beta, c, sizes.n, ACL_COMPUTE_HIGH_PRECISION, session.stream));
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] { rival.run(); });
}

// --- operators on elements: 64 MiB each

constexpr size_t kElements = (size_t{64} << 20) / sizeof(float);

// c = a + b, or c = a, written past the caches: what the memory gives.
void stream(float* c, const float* a, const float* b) {
    on_all_cores([=](int core, int cores) {
        constexpr size_t kLine = 16;
        const size_t lines = kElements / kLine;
        const auto at = [&](int index) {
            return lines * static_cast<size_t>(index) / static_cast<size_t>(cores) * kLine;
        };
        for (size_t i = at(core); i < at(core + 1); i += kLine) {
            peak::Vector sum;
            std::memcpy(&sum, a + i, sizeof sum);
            if (b != nullptr) {
                peak::Vector other;
                std::memcpy(&other, b + i, sizeof other);
                sum += other;
            }
#if defined(__AVX512F__)
            asm volatile("vmovntps %1, %0" : "=m"(*reinterpret_cast<peak::Vector*>(c + i)) : "v"(sum));
#else
            std::memcpy(c + i, &sum, sizeof sum);
#endif
        }
    });
}

void elementwise(benchmark::State& state, const char* type, int inputs) {
    Session session;
    const std::vector<int64_t> dims = {64, 512, 512};
    auto* const a = session.filled(kElements, 0.5F);
    auto* const b = session.filled(kElements, 0.25F);
    auto* const c = session.filled(kElements, 0.0F);
    std::vector<Tensor> tensors = {{ACL_FLOAT, dims, a}, {ACL_FLOAT, dims, b}};
    tensors.resize(static_cast<size_t>(inputs));
    Operator ours(type, tensors, {ACL_FLOAT, dims, c});
    paired::compare<7>(
        state, 3, [&] { ours.run(session.stream); }, [&] { stream(c, a, inputs == 2 ? b : nullptr); });
    const double bytes = static_cast<double>(inputs + 1) * kElements * sizeof(float);
    state.counters["gb_per_s"] = bytes / state.counters["ours_us"] / 1000;
}

// What a call costs beside its work: 16 numbers are nothing to add. `count` calls are queued before they are waited
// for.
void tiny_add(benchmark::State& state, int count) {
    Session session;
    auto* const a = session.filled(16, 0.5F);
    auto* const b = session.filled(16, 0.25F);
    auto* const c = session.filled(16, 0.0F);
    Operator ours("Add", {{ACL_FLOAT, {16}, a}, {ACL_FLOAT, {16}, b}}, {ACL_FLOAT, {16}, c});
    paired::compare(
        state, 2000 / count,
        [&] {
            for (int i = 0; i < count; ++i) {
                ours.start(session.stream);
            }
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] {
            for (int i = 0; i < count; ++i) {
                peak::Vector sum;
                peak::Vector other;
                std::memcpy(&sum, a, sizeof sum);
                std::memcpy(&other, b, sizeof other);
                sum += other;
                std::memcpy(c, &sum, sizeof sum);
                benchmark::ClobberMemory();
            }
        });
    state.counters["above_us"] = (state.counters["ours_us"] - state.counters["rival_us"]) / count;
}

int register_all() {
    static constexpr Sizes kSizes[] = {{256, 256, 256},    {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
                                       {4096, 4096, 4096}, {1, 4096, 4096}, {4096, 1, 4096},    {16, 4096, 1024},
                                       {4096, 16, 1024},   {4096, 64, 64},  {64, 64, 4096}};
    struct Product {
        const char* name;
        void (*run)(benchmark::State&, Sizes);
    };
    const auto once = [](benchmark::internal::Benchmark* benchmark) {
        benchmark->Iterations(1)->Unit(benchmark::kMillisecond);
    };
    for (const Product product : {Product{"gemm_fp32_dnnl", fp32_dnnl}, Product{"gemm_fp32_openblas", fp32_openblas},
                                  Product{"gemm_s8_fp32", s8_fp32}, Product{"gemm_fp16_fp32", fp16_fp32}}) {
        for (const Sizes sizes : kSizes) {
            once(benchmark::RegisterBenchmark((std::string(product.name) + "/" + sizes.text()).c_str(), product.run,
                                              sizes));
        }
    }
    for (const char* type : {"Add", "Mul", "Maximum"}) {
        once(benchmark::RegisterBenchmark((std::string("elements/") + type).c_str(), elementwise, type, 2));
    }
    for (const char* type : {"Relu", "Abs", "Neg", "Sqrt", "Exp", "Sigmoid"}) {
        once(benchmark::RegisterBenchmark((std::string("elements/") + type).c_str(), elementwise, type, 1));
    }
    for (const int count : {1, 100}) {
        once(benchmark::RegisterBenchmark(("tiny_add/" + std::to_string(count)).c_str(), tiny_add, count));
    }
    return 0;
}
const int kRegistered = register_all();

}  // namespace
