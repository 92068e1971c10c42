// SPDX-License-Identifier: Apache-2.0
// Offline models for people and their tools: the definition as JSON, and a few facts.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace softacl::model {

/// The definition of a file as JSON: fields by the names of the message, maps as lists of {key, value}, enumerations by
/// name, fields that are empty left out, and so are the elements of constants. Also of files made for hardware.
/// As read_om_file: 145002, 145006, 545002, 200006, 100013.
Result<std::string> om_to_json(const std::string& path);

/// The same of a definition by itself, as its message is on the wire. 545002 if it is none.
Result<std::string> definition_to_json(const std::string& serialised);

struct OmFacts {
    std::string command_line;
    std::string atc_version;
    std::string soc_version;
    std::string framework;
    int64_t memory_bytes = 0;  ///< as the file says; 0 if it does not
    int64_t streams = 0;
    int64_t events = 0;
    uint64_t definition_bytes = 0;
    uint64_t weight_bytes = 0;       ///< of the model, wherever they are
    uint64_t weight_data_bytes = 0;  ///< in the file itself
};
Result<OmFacts> facts_of_om(const std::string& path);

}  // namespace softacl::model
