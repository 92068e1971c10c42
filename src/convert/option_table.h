// SPDX-License-Identifier: Apache-2.0
// Every option that atc knows.
#pragma once

#include <string>
#include <vector>

namespace softacl::convert {

enum class Effect {
    kUsed,     ///< does what it says
    kNone,     ///< accepted: changes nothing here
    kDoubtful  ///< accepted with a warning: somebody may have expected something
};

struct OptionDef {
    const char* name;
    Effect effect;
    const char* values;  ///< allowed ones, separated by blanks; null: any text
    const char* help;
};

const std::vector<OptionDef>& option_table();
const OptionDef* find_option(const std::string& name);
/// The known name that looks most like it; empty if none does.
std::string similar_option(const std::string& name);

}  // namespace softacl::convert
