// SPDX-License-Identifier: Apache-2.0
#include "dump/control.h"

#include <atomic>
#include <mutex>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl::dump {
namespace {

enum class Begun { kNot, kWithProcess, kByProgram };

struct State {
    std::mutex mutex;
    Begun begun = Begun::kNot;
    std::shared_ptr<Session> session;
    std::atomic<bool> has_session{false};

    void set(std::shared_ptr<Session> next) {
        session = std::move(next);
        has_session = session != nullptr;
    }
};

State& state() {
    static State& kState = *new State;  // never destroyed: threads may use it while the process exits
    return kState;
}

Status check(const State& now) {
    return now.begun == Begun::kByProgram
               ? Status()
               : fail(ACL_ERROR_DUMP_NOT_RUN, "dumping was not begun; call aclmdlInitDump first");
}

}  // namespace

std::shared_ptr<Session> current() {
    State& now = state();
    if (!now.has_session) {
        return nullptr;
    }
    const std::lock_guard lock(now.mutex);
    return now.session;
}

Status begin_with_process(const std::optional<DumpConfig>& config) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    if (config) {
        SOFTACL_ASSIGN(auto session, Session::open(*config));
        now.set(std::move(session));
        now.begun = Begun::kWithProcess;
    }
    return {};
}

void end_with_process() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    now.set(nullptr);
    now.begun = Begun::kNot;
}

Status begin() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    if (now.begun != Begun::kNot) {
        return fail(ACL_ERROR_DUMP_ALREADY_RUN, "dumping was begun already, by ",
                    now.begun == Begun::kByProgram ? "aclmdlInitDump" : "the configuration of aclInit");
    }
    now.begun = Begun::kByProgram;
    return {};
}

Status check_begun() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    return check(now);
}

Status configure(std::optional<DumpConfig> config) {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    SOFTACL_TRY(check(now));
    std::shared_ptr<Session> session;
    if (config) {
        SOFTACL_ASSIGN(session, Session::open(std::move(*config)));
    }
    if (now.session) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            "dumping was configured before; the new configuration counts from now on");
    }
    now.set(std::move(session));
    return {};
}

Status end() {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    SOFTACL_TRY(check(now));
    const std::shared_ptr<Session> session = now.session;
    now.set(nullptr);
    now.begun = Begun::kNot;
    return session ? session->failure() : Status();
}

}  // namespace softacl::dump
