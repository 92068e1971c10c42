// SPDX-License-Identifier: Apache-2.0
// Names that are told apart by "_1", "_2", ...
#pragma once

#include <string>
#include <unordered_set>

namespace softacl::model {

class Names {
   public:
    bool take(const std::string& name) { return used_.insert(name).second; }
    std::string unique(const std::string& wanted) {
        std::string candidate = wanted;
        for (int number = 1; !take(candidate); ++number) {
            candidate = wanted + "_" + std::to_string(number);
        }
        return candidate;
    }

   private:
    std::unordered_set<std::string> used_;
};

}  // namespace softacl::model
