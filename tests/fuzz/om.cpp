// SPDX-License-Identifier: Apache-2.0
// Any bytes given as an offline model are read or refused with a code; what was read can be written. An input is a
// choice byte and then a file (even) or only a definition (odd), around which a container without checksum is made:
// a mutator would not find its way through the checksum.
#include "model/om.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/container.h"

namespace {

using namespace softacl;
using namespace softacl::model;

std::string contained(const std::string& definition) {
    const ContainerPlan plan = plan_container({"fuzz", definition.size(), 0, false});
    std::string file = plan.head + definition;
    file[81] = 0;  // no checksum
    return file;
}

void check(const std::string& file) {
    // In a block of its own, so that the sanitizer sees every read beyond it.
    std::shared_ptr<char[]> bytes(new char[file.size()]);
    file.copy(bytes.get(), file.size());
    const auto model = read_om(bytes.get(), file.size(), bytes, "the input");
    if (!model.ok()) {
        if (model.status().code() == 0 || model.status().message().find("the input: ") != 0) {
            std::abort();
        }
        return;
    }
    const std::string path = "/tmp/softacl-fuzz-om-" + std::to_string(::getpid());
    if (write_om(*model, path).ok() && !read_om_file(path).ok()) {
        std::abort();  // what is written is read
    }
    ::unlink(path.c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    if (size != 0) {
        const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
        check(data[0] % 2 == 0 ? bytes : contained(bytes));
    }
    return 0;
}
