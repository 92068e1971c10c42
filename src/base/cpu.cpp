// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

namespace softacl {
namespace {

// Control groups nest: every level up to the root may set a limit. Calls `see(folder)` for each.
template <class See>
void for_each_cgroup(See see) {
    std::ifstream self("/proc/self/cgroup");
    std::string line;
    while (std::getline(self, line)) {
        if (line.rfind("0::", 0) != 0) {
            continue;
        }
        std::string path = line.substr(3);
        while (true) {
            see("/sys/fs/cgroup" + path);
            const size_t slash = path.find_last_of('/');
            if (path.empty() || slash == std::string::npos) {
                break;
            }
            path.resize(slash);
        }
        return;
    }
}

}  // namespace

size_t usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    size_t cpus = 1;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        cpus = static_cast<size_t>(std::max(1, CPU_COUNT(&set)));
    } else if (const long online = sysconf(_SC_NPROCESSORS_ONLN); online > 0) {
        cpus = static_cast<size_t>(online);
    }
    for_each_cgroup([&cpus](const std::string& folder) {
        std::ifstream file(folder + "/cpu.max");
        double quota = 0;
        double period = 0;
        if (file >> quota >> period && quota > 0 && period > 0) {  // "max" does not read as a number
            cpus = std::min(cpus, static_cast<size_t>(std::max(1.0, std::ceil(quota / period))));
        }
    });
    return cpus;
}

uint64_t usable_memory() {
    uint64_t bytes = std::numeric_limits<uint64_t>::max();
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) {
        bytes = static_cast<uint64_t>(pages) * static_cast<uint64_t>(page);
    }
    for_each_cgroup([&bytes](const std::string& folder) {
        std::ifstream file(folder + "/memory.max");
        uint64_t limit = 0;
        if (file >> limit && limit > 0) {
            bytes = std::min(bytes, limit);
        }
    });
    return bytes;
}

}  // namespace softacl
