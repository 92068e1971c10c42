// SPDX-License-Identifier: Apache-2.0
// acl.media.dvpp_vpc_batch_*: lists in Python are arrays in C, which reads as many entries as the counts say.
#include <cstdint>
#include <type_traits>

#include "argument_reader.h"
#include "methods.h"

namespace softacl::python {
namespace {

using Rois = List<acldvppRoiConfig*>;
using Borders = List<acldvppBorderConfig*>;
struct None {};

// What all of them take. `Second` is the list beside that of the parts to crop, `Config` the configuration of resizing;
// None where a function has none.
template <class Second, class Config>
struct Batch {
    acldvppChannelDesc* channel = nullptr;
    acldvppBatchPicDesc* sources = nullptr;
    List<std::uint32_t> counts;
    acldvppBatchPicDesc* results = nullptr;
    Rois crops;
    Second second;
    Config config{};
    aclrtStream stream = nullptr;

    std::uint32_t size() const { return static_cast<std::uint32_t>(counts.size()); }
};

// What a function does not have is not read.
template <class Reader, class T, class... Size>
void read_if_any(Reader& reader, std::size_t parameter, T& value, Size... size) {
    if constexpr (!std::is_same_v<T, None>) {
        reader.read(parameter, value, size...);
    }
}

// In the row the number of pictures stands behind their counts.
template <class Row, class Second, class Config>
ArgumentReader<Row> read_batch(PyObject* const* arguments, Batch<Second, Config>& batch) {
    ArgumentReader<Row> reader(arguments);
    reader.read(0, batch.channel).read(1, batch.sources).read(2, batch.counts).read(4, batch.results);
    Py_ssize_t parts = 0;
    for (std::size_t i = 0; i < batch.counts.size(); ++i) {
        parts += batch.counts.data()[i];
    }
    constexpr std::size_t kSecond = 6;
    constexpr std::size_t kConfig = kSecond + !std::is_same_v<Second, None>;
    constexpr std::size_t kStream = kConfig + !std::is_same_v<Config, None>;
    reader.read(5, batch.crops, parts);
    read_if_any(reader, kSecond, batch.second, parts);
    read_if_any(reader, kConfig, batch.config);
    reader.read(kStream, batch.stream);
    return reader;
}

enum class Answer { kCode, kResultsAndCode };

template <class Row, class Second, class Config, Answer kAnswer, class Call>
Outcome call_batch(PyObject* const* arguments, Call call) {
    Batch<Second, Config> batch;
    const ArgumentReader<Row> reader = read_batch<Row>(arguments, batch);
    const aclError code = reader.ok() ? call(batch) : ACL_SUCCESS;
    if constexpr (kAnswer == Answer::kCode) {
        return reader.code(code);
    } else {
        return reader.value_and_code(batch.results, code);
    }
}

}  // namespace

Outcome AclMediaDvppVpcBatchCropAsync::call(PyObject* const* arguments) {
    return call_batch<AclMediaDvppVpcBatchCropAsync, None, None, Answer::kResultsAndCode>(arguments, [](const auto& b) {
        return acldvppVpcBatchCropAsync(b.channel, b.sources, b.counts.data(), b.size(), b.results, b.crops.data(),
                                        b.stream);
    });
}

Outcome AclMediaDvppVpcBatchCropResizeAsync::call(PyObject* const* arguments) {
    return call_batch<AclMediaDvppVpcBatchCropResizeAsync, None, acldvppResizeConfig*, Answer::kResultsAndCode>(
        arguments, [](const auto& b) {
            return acldvppVpcBatchCropResizeAsync(b.channel, b.sources, b.counts.data(), b.size(), b.results,
                                                  b.crops.data(), b.config, b.stream);
        });
}

Outcome AclMediaDvppVpcBatchCropAndPasteAsync::call(PyObject* const* arguments) {
    return call_batch<AclMediaDvppVpcBatchCropAndPasteAsync, Rois, None, Answer::kResultsAndCode>(
        arguments, [](const auto& b) {
            return acldvppVpcBatchCropAndPasteAsync(b.channel, b.sources, b.counts.data(), b.size(), b.results,
                                                    b.crops.data(), b.second.data(), b.stream);
        });
}

Outcome AclMediaDvppVpcBatchCropResizePasteAsync::call(PyObject* const* arguments) {
    return call_batch<AclMediaDvppVpcBatchCropResizePasteAsync, Rois, acldvppResizeConfig*, Answer::kCode>(
        arguments, [](const auto& b) {
            return acldvppVpcBatchCropResizePasteAsync(b.channel, b.sources, b.counts.data(), b.size(), b.results,
                                                       b.crops.data(), b.second.data(), b.config, b.stream);
        });
}

Outcome AclMediaDvppVpcBatchCropResizeMakeBorderAsync::call(PyObject* const* arguments) {
    return call_batch<AclMediaDvppVpcBatchCropResizeMakeBorderAsync, Borders, acldvppResizeConfig*, Answer::kCode>(
        arguments, [](const auto& b) {
            return acldvppVpcBatchCropResizeMakeBorderAsync(b.channel, b.sources, b.counts.data(), b.size(), b.results,
                                                            b.crops.data(), b.second.data(), b.config, b.stream);
        });
}

}  // namespace softacl::python
