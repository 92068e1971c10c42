// SPDX-License-Identifier: Apache-2.0
// acl.media.dvpp_vpc_batch_*: lists in Python are arrays in C, which reads as many entries as the counts say.
#include <cstdint>
#include <string>

#include "list.h"
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

template <class T>
Verdict read(PyObject* object, const Place& place, T& value) {
    return from_python(object, place, value);
}
template <class T>
Verdict read(PyObject* object, const Place& place, List<T>& list) {
    return list.read(object, place);
}

// Reads argument after argument, up to the first that does not fit.
template <class Row>
class Reader {
   public:
    explicit Reader(PyObject* const* arguments) : arguments_(arguments) {}

    template <class T>
    void next(T& value) {
        if (verdict == Verdict::kRead) {
            verdict = read(arguments_[argument_], place(), value);
        }
        ++argument_;
    }
    void next(None& /*nothing*/) {}
    // A list with an entry for each part.
    template <class T>
    void next(List<T>& list, std::size_t parts) {
        const Place here = place();
        next(list);
        if (verdict == Verdict::kRead && list.size() != parts) {
            verdict = here.wrong_value("a list of " + std::to_string(list.size()),
                                       std::to_string(parts) + " entries, the sum of roi_nums_list");
        }
    }
    void next(None& /*nothing*/, std::size_t /*parts*/) {}

    Verdict verdict = Verdict::kRead;

   private:
    // In the row the number of pictures stands behind their counts.
    Place place() const { return Place(Row::kName, Row::kParameters[argument_ < 3 ? argument_ : argument_ + 1].name); }

    PyObject* const* arguments_;
    std::size_t argument_ = 0;
};

template <class Row, class Second, class Config>
Verdict read_batch(PyObject* const* arguments, Batch<Second, Config>& batch) {
    Reader<Row> reader(arguments);
    reader.next(batch.channel);
    reader.next(batch.sources);
    reader.next(batch.counts);
    reader.next(batch.results);
    std::size_t parts = 0;
    for (std::size_t i = 0; i < batch.counts.size(); ++i) {
        parts += batch.counts.data()[i];
    }
    reader.next(batch.crops, parts);
    reader.next(batch.second, parts);
    reader.next(batch.config);
    reader.next(batch.stream);
    return reader.verdict;
}

enum class Answer { kCode, kResultsAndCode };

template <class Row, class Second, class Config, Answer kAnswer, class Call>
Outcome call_batch(PyObject* const* arguments, Call call) {
    Batch<Second, Config> batch;
    const Verdict verdict = read_batch<Row>(arguments, batch);
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    const aclError code = verdict == Verdict::kRead ? call(batch) : ACL_ERROR_INVALID_PARAM;
    PyObject* items[] = {to_python(batch.results), to_python(code)};
    if constexpr (kAnswer == Answer::kCode) {
        Py_XDECREF(items[0]);
        return {items[1], items[1] != nullptr && code == ACL_SUCCESS};
    }
    return {pack(items, 2), code == ACL_SUCCESS};
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
