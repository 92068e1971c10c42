// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/engine.h"

#include <algorithm>

#include "kernels/onednn/host.h"

namespace softacl::kernels {

dnnl::engine& engine() {
    static auto& instance = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
    return instance;
}

dnnl::stream& stream() {
    static auto& instance = *new dnnl::stream(engine());
    return instance;
}

int preferred_block() {
    static const int kBlock = [] {
        switch (dnnl::get_effective_cpu_isa()) {
            case dnnl::cpu_isa::all:
            case dnnl::cpu_isa::sse41: return 0;
            case dnnl::cpu_isa::avx:
            case dnnl::cpu_isa::avx2:
            case dnnl::cpu_isa::avx2_vnni: return 8;
            default: return 16;
        }
    }();
    return kBlock;
}

Desc describe(const Shape& shape, Layout layout) {
    using Tag = dnnl::memory::format_tag;
    static constexpr Tag kPlain[] = {Tag::a, Tag::a, Tag::ab, Tag::abc, Tag::abcd, Tag::abcde, Tag::abcdef};
    static constexpr Tag kBlocked16[] = {Tag::undef,   Tag::undef,    Tag::undef, Tag::aBc16b,
                                         Tag::aBcd16b, Tag::aBcde16b, Tag::undef};
    static constexpr Tag kBlocked8[] = {Tag::undef,  Tag::undef,   Tag::undef, Tag::aBc8b,
                                        Tag::aBcd8b, Tag::aBcde8b, Tag::undef};
    const size_t rank = shape.rank();
    if (rank >= std::size(kPlain)) {
        throw dnnl::error(dnnl_invalid_arguments, "too many dimensions");
    }
    const dnnl::memory::dims dims = rank == 0 ? dnnl::memory::dims{1} : shape.dims();
    const Tag tag = layout.is_plain() ? kPlain[rank] : (layout.block == 16 ? kBlocked16 : kBlocked8)[rank];
    return {dims, dnnl::memory::data_type::f32, tag};
}

Desc describe_strided(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides) {
    return {dims, dnnl::memory::data_type::f32, strides};
}

Desc describe_any(const std::vector<int64_t>& dims) {
    return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

std::string key_of(const Desc& desc) {
    const dnnl_memory_desc_t& d = desc.data;
    std::string key = text(d.data_type, ":");
    const auto add = [&key](const dnnl_dims_t& numbers, int count) {
        for (int i = 0; i < count; ++i) {
            key += text(numbers[i], i + 1 < count ? "," : ";");
        }
    };
    add(d.dims, d.ndims);
    add(d.padded_dims, d.ndims);
    if (d.format_kind == dnnl_blocked) {
        const dnnl_blocking_desc_t& blocks = d.format_desc.blocking;
        add(blocks.strides, d.ndims);
        add(blocks.inner_blks, blocks.inner_nblks);
        add(blocks.inner_idxs, blocks.inner_nblks);
        return key;
    }
    if (d.format_kind == dnnl_format_kind_wino) {
        const dnnl_wino_desc_t& wino = d.format_desc.wino_desc;
        return key + text("winograd ", wino.wino_format, " ", wino.r, " ", wino.alpha, " ", wino.ic, " ", wino.oc, " ",
                          wino.ic_block, " ", wino.oc_block, " ", wino.ic2_block, " ", wino.oc2_block, " ",
                          wino.adj_scale);
    }
    return "";
}

dnnl::primitive_attr attributes() {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attr;
}

PrimitiveKernel::PrimitiveKernel(std::vector<Layout> inputs, std::vector<Layout> outputs) {
    packs_input.resize(inputs.size());
    input_layouts = std::move(inputs);
    output_layouts = std::move(outputs);
}

void PrimitiveKernel::bind(int kind, Side side, size_t index, const Desc& desc) {
    const dnnl::memory memory(desc, engine(), DNNL_MEMORY_NONE);
    bound_.push_back({side, index, memory, nullptr});
    bytes_ += desc.get_size();
    arguments_.insert_or_assign(kind, memory);
}

void PrimitiveKernel::set_primitive(dnnl::primitive primitive, const Desc& scratchpad, const char* implementation) {
    primitive_ = std::move(primitive);
    name = implementation;
    scratch_bytes = scratchpad.get_size();
    if (scratch_bytes != 0) {
        bind(DNNL_ARG_SCRATCHPAD, Side::kScratch, 0, scratchpad);
    }
}

void* PrimitiveKernel::address_of(const Bound& bound, const Buffers& buffers) {
    switch (bound.side) {
        case Side::kInput: return const_cast<void*>(buffers.inputs[bound.index]);
        case Side::kOutput: return buffers.outputs[bound.index];
        case Side::kPacked: return static_cast<char*>(const_cast<void*>(buffers.packed)) + bound.index;
        case Side::kScratch: return buffers.scratch;
    }
    return nullptr;
}

void PrimitiveKernel::execute(const Buffers& buffers) {
    for (Bound& bound : bound_) {
        // Setting an address makes the engine write the padding anew: only where it is another one.
        if (void* address = address_of(bound, buffers); address != bound.address) {
            bound.memory.set_data_handle(address);
            bound.address = address;
        }
    }
    primitive_.execute(stream(), arguments_);
}

Status PrimitiveKernel::run(const Buffers& buffers) {
    try {
        execute(buffers);
    } catch (const dnnl::error& error) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "the engine failed: ", error.what());
    }
    return {};
}

Status PassKernel::run(const Buffers& buffers) {
    constexpr size_t kWorth = 64 << 10;  // bytes that are worth a thread
    if (bytes() >= kWorth) {
        return PrimitiveKernel::run(buffers);
    }
    Status status;
    host().serially([&] { status = PrimitiveKernel::run(buffers); });
    return status;
}

}  // namespace softacl::kernels
