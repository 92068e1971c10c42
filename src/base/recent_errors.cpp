// SPDX-License-Identifier: Apache-2.0
#include "base/recent_errors.h"

#include <deque>

#include "base/errors.h"
#include "base/log.h"

namespace softacl {
namespace {

constexpr size_t kKept = 32;

struct Messages {
    std::deque<std::string> newest_first;
    std::string handed_out;
};

// A plain pointer with a separate reaper: calls from destructors that run after the thread's own
// objects are gone get a fresh (then leaked) store instead of a destroyed one.
thread_local Messages* t_messages = nullptr;
struct Reaper {
    bool needed = false;
    ~Reaper() {
        delete t_messages;
        t_messages = nullptr;
    }
};
thread_local Reaper t_reaper;

Messages& messages() {
    if (t_messages == nullptr) {
        t_messages = new Messages;
        t_reaper.needed = true;  // the first touch in a thread is what makes the destructor run at its end
    }
    return *t_messages;
}

std::string format(const char* function, int code, const std::string& message) {
    if (code == 0) {
        return text("WARNING: ", function, ": ", message, "\n");
    }
    const ErrorEntry* entry = find_error(code);
    if (entry == nullptr) {
        return text(code, ": ", function, ": ", message, "\n");
    }
    return text(code, " ", entry->name, ": ", function, ": ", message, "\n    Possible Cause: ", entry->sentence,
                "\n    Solution: ", entry->remedy, "\n");
}

}  // namespace

void remember_error(const char* function, int code, const std::string& message) {
    log(code == 0 ? LogLevel::kWarning : LogLevel::kError, SOFTACL_HERE, text(function, ": ", code, ": ", message));
    auto& stored = messages().newest_first;
    stored.push_front(format(function, code, message));
    if (stored.size() > kKept) {
        stored.pop_back();
    }
}

const char* take_recent_errors() {
    Messages& mine = messages();
    if (mine.newest_first.empty()) {
        return nullptr;
    }
    mine.handed_out.clear();
    for (const std::string& message : mine.newest_first) {
        mine.handed_out += message;
    }
    mine.newest_first.clear();
    return mine.handed_out.c_str();
}

}  // namespace softacl
