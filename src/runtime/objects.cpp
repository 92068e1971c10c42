// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects.h"

#include "base/log.h"
#include "runtime/end_observer.h"

namespace softacl::runtime {
namespace {

constexpr Kind kKinds[] = {
    Kind::kDataset,         Kind::kDataBuffer,  Kind::kModelDesc,
    Kind::kModelConfig,     Kind::kTensorDesc,  Kind::kAipp,
    Kind::kDvppChannel,     Kind::kPicDesc,     Kind::kBatchPicDesc,
    Kind::kStreamDesc,      Kind::kRoiConfig,   Kind::kResizeConfig,
    Kind::kBorderConfig,    Kind::kJpegeConfig, Kind::kVdecChannel,
    Kind::kVdecFrameConfig, Kind::kVencChannel, Kind::kVencFrameConfig,
    Kind::kOpAttr,          Kind::kOpHandle,    Kind::kKernelDesc,
};

class Leftovers final : public EndObserver {
   public:
    void process_ends() override {
        for (const Kind kind : kKinds) {
            if (const size_t count = retire_handles(kind); count != 0) {
                log(LogLevel::kWarning, SOFTACL_HERE,
                    text(count, " objects of kind ", kind_name(kind), " were left alive; they are destroyed now"));
            }
        }
    }
};

}  // namespace

void end_objects_with_process() {
    static Leftovers& leftovers = []() -> Leftovers& {
        auto* made = new Leftovers;  // leaked: threads may use it while the process exits
        observe_ends(*made);
        return *made;
    }();
    static_cast<void>(leftovers);
}

}  // namespace softacl::runtime
