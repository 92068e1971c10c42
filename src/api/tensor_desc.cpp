// SPDX-License-Identifier: Apache-2.0
// acl_base.h: descriptions of tensors, and 16-bit floats.
#include "exec/tensor_desc.h"

#include <cstring>

#include "acl/acl_base.h"
#include "api/entry.h"
#include "api/handles.h"
#include "base/probe.h"
#include "runtime/objects.h"
#include "tensor/dtype.h"

using namespace softacl;
using namespace softacl::api;
using exec::TensorDesc;
using exec::TensorFacts;

namespace {

// Runs `work(facts)` on what a description says and gives its Result or Status.
template <class Work>
auto with(const aclTensorDesc* desc, Work work) -> std::invoke_result_t<Work, TensorFacts&> {
    SOFTACL_ASSIGN(const Pin<TensorDesc> live, pin<TensorDesc>(desc, "desc"));
    return live->with(std::move(work));
}

// A fact of it, or `otherwise`.
template <const Row& R, class T, class Work>
T value_of(const aclTensorDesc* desc, T otherwise, Work work) {
    return entry<R>(desc).value(otherwise, [&] {
        return with(desc, [&](const TensorFacts& facts) -> Result<T> { return static_cast<T>(work(facts)); });
    });
}

Status set_shape(aclTensorDesc* desc, exec::Layout TensorFacts::*layout, int count, const int64_t* dims) {
    return with(desc, [&](TensorFacts& facts) -> Status {
        SOFTACL_ASSIGN((facts.*layout).shape, exec::read_dims(count, dims));
        if (layout == &TensorFacts::layout) {
            facts.source.reset();
            facts.ranges.clear();
        }
        return {};
    });
}

Status set_format(aclTensorDesc* desc, exec::Layout TensorFacts::*layout, aclFormat format) {
    return with(desc, [&](TensorFacts& facts) -> Status {
        (facts.*layout).format = format;
        if (layout == &TensorFacts::layout) {
            facts.source.reset();
        }
        return {};
    });
}

}  // namespace

float aclFloat16ToFloat(aclFloat16 value) {
    return entry<row::aclFloat16ToFloat>(value).value(0.0F, [&]() -> Result<float> {
        Half half;
        half.bits = value;
        return static_cast<float>(half);
    });
}

aclFloat16 aclFloatToFloat16(float value) {
    return entry<row::aclFloatToFloat16>(value).value<aclFloat16>(
        0, [&]() -> Result<aclFloat16> { return Half(value).bits; });
}

aclTensorDesc* aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t* dims, aclFormat format) {
    return entry<row::aclCreateTensorDesc>(dataType, numDims, dims, format)
        .value<aclTensorDesc*>(nullptr, [&]() -> Result<aclTensorDesc*> {
            TensorFacts facts;
            facts.dtype = dataType;
            facts.layout.format = format;
            SOFTACL_ASSIGN(facts.layout.shape, exec::read_dims(numDims, dims));
            return as_pointer<aclTensorDesc>(runtime::make_object(std::make_shared<TensorDesc>(std::move(facts))));
        });
}

void aclDestroyTensorDesc(const aclTensorDesc* desc) {
    static_cast<void>(entry<row::aclDestroyTensorDesc>(desc)([&] { return destroy<TensorDesc>(desc, "desc"); }));
}

aclDataType aclGetTensorDescType(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescType>(desc, ACL_DT_UNDEFINED, [](auto& facts) { return facts.dtype; });
}

aclFormat aclGetTensorDescFormat(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescFormat>(desc, ACL_FORMAT_UNDEFINED,
                                                 [](auto& facts) { return facts.layout.format; });
}

size_t aclGetTensorDescSize(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescSize>(desc, size_t{0}, [](auto& facts) { return facts.bytes(); });
}

size_t aclGetTensorDescElementCount(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescElementCount>(desc, size_t{0}, [](auto& facts) { return facts.elements(); });
}

size_t aclGetTensorDescNumDims(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescNumDims>(desc, size_t{0}, [](auto& facts) {
        return facts.layout.shape ? facts.layout.shape->rank() : size_t{ACL_UNKNOWN_RANK};
    });
}

int64_t aclGetTensorDescDim(const aclTensorDesc* desc, size_t index) {
    return entry<row::aclGetTensorDescDim>(desc, index).value<int64_t>(-1, [&] {
        return with(desc, [&](const TensorFacts& facts) { return facts.dim(index); });
    });
}

aclError aclGetTensorDescDimV2(const aclTensorDesc* desc, size_t index, int64_t* dimSize) {
    return entry<row::aclGetTensorDescDimV2>(desc, index, dimSize)([&]() -> Status {
        *dimSize = 0;
        SOFTACL_ASSIGN(*dimSize, with(desc, [&](const TensorFacts& facts) { return facts.dim(index); }));
        return {};
    });
}

aclError aclGetTensorDescDimRange(const aclTensorDesc* desc, size_t index, size_t dimRangeNum, int64_t* dimRange) {
    return entry<row::aclGetTensorDescDimRange>(desc, index, dimRangeNum, dimRange)([&]() -> Status {
        SOFTACL_ASSIGN(const exec::Range range,
                       with(desc, [&](const TensorFacts& facts) { return facts.range(index); }));
        if (dimRangeNum < range.size()) {
            return fail(ACL_ERROR_INVALID_PARAM, "dimRangeNum is ", dimRangeNum, "; expected at least 2");
        }
        dimRange[0] = range[0];
        dimRange[1] = range[1];
        return {};
    });
}

void aclSetTensorDescName(aclTensorDesc* desc, const char* name) {
    static_cast<void>(entry<row::aclSetTensorDescName>(desc, name)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            constexpr size_t kMost = 1023;
            const std::string given(name, strnlen(name, kMost + 1));
            if (given.size() > kMost) {
                return fail(ACL_ERROR_INVALID_PARAM, "name has more than ", kMost, " bytes");
            }
            facts.name = given;
            return {};
        });
    }));
}

const char* aclGetTensorDescName(aclTensorDesc* desc) {
    return entry<row::aclGetTensorDescName>(desc).value<const char*>("", [&] {
        return with(desc, [](const TensorFacts& facts) -> Result<const char*> { return facts.name.c_str(); });
    });
}

aclError aclSetTensorStorageShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
    return entry<row::aclSetTensorStorageShape>(
        desc, numDims, dims)([&] { return set_shape(desc, &TensorFacts::storage, numDims, dims); });
}

aclError aclSetTensorStorageFormat(aclTensorDesc* desc, aclFormat format) {
    return entry<row::aclSetTensorStorageFormat>(
        desc, format)([&] { return set_format(desc, &TensorFacts::storage, format); });
}

aclError aclSetTensorShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
    return entry<row::aclSetTensorShape>(desc, numDims,
                                         dims)([&] { return set_shape(desc, &TensorFacts::storage, numDims, dims); });
}

aclError aclSetTensorFormat(aclTensorDesc* desc, aclFormat format) {
    return entry<row::aclSetTensorFormat>(desc,
                                          format)([&] { return set_format(desc, &TensorFacts::storage, format); });
}

aclError aclSetTensorOriginShape(aclTensorDesc* desc, int numDims, const int64_t* dims) {
    return entry<row::aclSetTensorOriginShape>(
        desc, numDims, dims)([&] { return set_shape(desc, &TensorFacts::layout, numDims, dims); });
}

aclError aclSetTensorOriginFormat(aclTensorDesc* desc, aclFormat format) {
    return entry<row::aclSetTensorOriginFormat>(desc,
                                                format)([&] { return set_format(desc, &TensorFacts::layout, format); });
}

aclError aclSetTensorConst(aclTensorDesc* desc, void* dataBuffer, size_t length) {
    return entry<row::aclSetTensorConst>(desc, dataBuffer, length)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            if (dataBuffer == nullptr) {
                return fail(ACL_ERROR_INVALID_PARAM, "dataBuffer is null; expected an address");
            }
            if (readable_bytes(dataBuffer, length) < length) {
                return fail(ACL_ERROR_RT_PARAM_INVALID, "dataBuffer is ", dataBuffer, ", where ", length,
                            " bytes cannot be read");
            }
            const auto* bytes = static_cast<const uint8_t*>(dataBuffer);
            facts.constant = std::make_shared<const std::vector<uint8_t>>(bytes, bytes + length);
            return {};
        });
    });
}

aclError aclSetTensorShapeRange(aclTensorDesc* desc, size_t dimsCount, int64_t dimsRange[][2]) {
    return entry<row::aclSetTensorShapeRange>(desc, dimsCount, dimsRange)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            const auto& shape = facts.layout.shape;
            if (shape && dimsCount != shape->rank()) {
                return fail(ACL_ERROR_INVALID_PARAM, "dimsCount is ", dimsCount, ", but desc has ", shape->rank(),
                            " dimensions");
            }
            SOFTACL_ASSIGN(facts.ranges, exec::read_ranges(dimsCount, dimsRange, "dimsRange"));
            return {};
        });
    });
}

aclError aclSetTensorDynamicInput(aclTensorDesc* desc, const char* dynamicInputName) {
    return entry<row::aclSetTensorDynamicInput>(desc, dynamicInputName)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            facts.dynamic_input = dynamicInputName;
            return {};
        });
    });
}

aclTensorDesc* aclGetTensorDescByIndex(aclTensorDesc* desc, size_t index) {
    return entry<row::aclGetTensorDescByIndex>(desc, index)
        .value<aclTensorDesc*>(nullptr, [&]() -> Result<aclTensorDesc*> {
            SOFTACL_ASSIGN(const Pin<TensorDesc> live, pin<TensorDesc>(desc, "desc"));
            const size_t count = live->parts().empty() ? 1 : live->parts().size();
            if (index >= count) {
                return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, ", but desc describes ", count, " tensors");
            }
            return live->parts().empty() ? desc : static_cast<aclTensorDesc*>(to_client(live->parts()[index]));
        });
}

void* aclGetTensorDescAddress(const aclTensorDesc* desc) {
    return value_of<row::aclGetTensorDescAddress>(desc, static_cast<void*>(nullptr),
                                                  [](auto& facts) { return facts.address; });
}

aclError aclSetTensorPlaceMent(aclTensorDesc* desc, aclMemType memType) {
    return entry<row::aclSetTensorPlaceMent>(desc, memType)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            facts.placement = memType;
            return {};
        });
    });
}

aclError aclSetTensorValueRange(aclTensorDesc* desc, size_t valueCount, int64_t valueRange[][2]) {
    return entry<row::aclSetTensorValueRange>(desc, valueCount, valueRange)([&] {
        return with(desc, [&](TensorFacts& facts) -> Status {
            SOFTACL_ASSIGN(facts.value_ranges, exec::read_ranges(valueCount, valueRange, "valueRange"));
            return {};
        });
    });
}

aclError aclTransTensorDescFormat(const aclTensorDesc* srcDesc, aclFormat dstFormat, aclTensorDesc** dstDesc) {
    return entry<row::aclTransTensorDescFormat>(srcDesc, dstFormat, dstDesc)([&]() -> Status {
        *dstDesc = nullptr;
        SOFTACL_ASSIGN(const Pin<TensorDesc> live, pin<TensorDesc>(srcDesc, "srcDesc"));
        auto facts = exec::in_format(live->facts(), dstFormat);
        if (!facts.ok()) {
            return fail(ACL_ERROR_INVALID_PARAM, "dstFormat is ", name_of(dstFormat), ": ", facts.status().message());
        }
        SOFTACL_ASSIGN(
            *dstDesc, as_pointer<aclTensorDesc>(runtime::make_object(std::make_shared<TensorDesc>(*std::move(facts)))));
        return {};
    });
}
