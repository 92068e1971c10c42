// SPDX-License-Identifier: Apache-2.0
// Counts which operators ran in tests: scripts/ledger.py holds that each does.
#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "base/status.h"

namespace softacl::ops {

/// Lines "op <name> <times> 0", appended to the file SOFTACL_LEDGER when the process ends.
class OpLedger {
   public:
    ~OpLedger() {
        if (const char* path = std::getenv("SOFTACL_LEDGER")) {
            std::string lines;
            for (const auto& [op, count] : succeeded_) {
                lines += text("op ", op, " ", count, " 0\n");
            }
            std::ofstream(path, std::ios::app) << lines << std::flush;
        }
    }
    void add(const std::string& op) { ++succeeded_[op]; }

   private:
    std::map<std::string, int> succeeded_;
};

inline void note_success(const std::string& op) {
    static OpLedger ledger;
    ledger.add(op);
}

}  // namespace softacl::ops
