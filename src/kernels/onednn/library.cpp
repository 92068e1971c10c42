// SPDX-License-Identifier: Apache-2.0
// What the library of fast kernels exports.
#include "kernels/onednn/convolution.h"
#include "kernels/onednn/gemm.h"
#include "kernels/onednn/host.h"
#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

HostServices g_host;

class EngineKernels final : public FastKernels {
   public:
    int block() const override { return preferred_block(); }

    Result<KernelPtr> convolution(const ConvParams& params) const override { return make_convolution(params); }
    Result<KernelPtr> pool(const PoolParams& params) const override { return make_pool(params); }
    Result<KernelPtr> matmul(const MatMulParams& params) const override { return make_matmul(params); }
    Result<KernelPtr> gemm(const GemmParams& params) const override { return make_gemm(params); }
    Result<KernelPtr> binary(const BinaryParams& params) const override { return make_binary(params); }
    Result<KernelPtr> elementwise(const ElementwiseParams& params) const override { return make_elementwise(params); }
    Result<KernelPtr> softmax(const SoftmaxParams& params) const override { return make_softmax(params); }
    Result<KernelPtr> concat(const ConcatParams& params) const override { return make_concat(params); }
    Result<KernelPtr> resize(const ResizeParams& params) const override { return make_resize(params); }
    Result<KernelPtr> lrn(const LrnParams& params) const override { return make_lrn(params); }
    Result<KernelPtr> transpose(const TensorType& type, const std::vector<int64_t>& permutation) const override {
        return make_transpose(type, permutation);
    }
    Result<KernelPtr> convert(aclDataType from, aclDataType to, int64_t count) const override {
        return make_convert(from, to, count);
    }
    Result<KernelPtr> reorder(const TensorType& type, Layout from, Layout to) const override {
        return make_reorder(type, from, to);
    }
};

}  // namespace

const HostServices& host() { return g_host; }
void set_host(const HostServices& services) { g_host = services; }

}  // namespace softacl::kernels

extern "C" __attribute__((visibility("default"))) const softacl::kernels::FastKernels* softacl_open_fast_kernels(
    const softacl::kernels::HostServices& services);

const softacl::kernels::FastKernels* softacl_open_fast_kernels(const softacl::kernels::HostServices& services) {
    softacl::kernels::set_host(services);
    static const auto& kernels = *new softacl::kernels::EngineKernels;
    return &kernels;
}
