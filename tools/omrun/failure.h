// SPDX-License-Identifier: Apache-2.0
// How this program ends early: a sentence, thrown to main.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace omrun {

class Failure : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

template <class... Parts>
std::string text(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
    throw Failure(text(parts...));
}

}  // namespace omrun
