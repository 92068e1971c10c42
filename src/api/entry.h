// SPDX-License-Identifier: Apache-2.0
// The door every C function enters through.
//
//     aclError aclrtFree(void* devPtr) {
//         return entry<row::aclrtFree>(devPtr)([&] { return runtime::free_on_device(devPtr); });
//     }
//
//     size_t aclGetDataBufferSizeV2(const aclDataBuffer* dataBuffer) {
//         return entry<row::aclGetDataBufferSizeV2>(dataBuffer).value(size_t{0}, [&]() -> Result<size_t> { ... });
//     }
//
// It checks the arguments as the function's row says, runs the body, keeps exceptions inside, stores the sentence of
// a failure for aclGetRecentErrMsg and passes the trace hook.
#pragma once

#include <exception>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

#include "acl/acl_base.h"
#include "api/generated/rows.h"
#include "api/row.h"
#include "base/fork.h"
#include "base/recent_errors.h"
#include "base/status.h"
#include "base/trace.h"

namespace softacl::api {

/// Reports begin and end of a call to the trace sink, if there is one.
class CallTrace {
   public:
    explicit CallTrace(const Row& row) : row_(row), sink_(trace_sink()) {
        if (sink_ != nullptr) {
            begin_ = Clock::now();
        }
    }
    ~CallTrace() {
        if (sink_ != nullptr) {
            sink_->on_call({row_.id, row_.name, code_, begin_, Clock::now()});
        }
    }
    CallTrace(const CallTrace&) = delete;
    CallTrace& operator=(const CallTrace&) = delete;
    void set_code(int code) { code_ = code; }

   private:
    const Row& row_;
    TraceSink* const sink_;
    int code_ = 0;
    Clock::time_point begin_;
};

/// The sentence for a value that the row's check refuses. Out of line: failing calls only.
Status refuse_argument(const Param& param, long long value);
Status refuse_forked_child();
/// With SOFTACL_STRICT_PRODUCT=1: what the documented product answers.
Status refuse_as_the_product(const Row& row);

template <class T>
Status check_argument(const Param& param, const T& value) {
    if constexpr (std::is_pointer_v<T>) {
        if (param.check == Check::kNonNull && value == nullptr) {
            return refuse_argument(param, 0);
        }
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
        if ((param.check == Check::kPositive && value == T{}) ||
            (param.check == Check::kRange &&
             (static_cast<long long>(value) < param.min || static_cast<long long>(value) > param.max))) {
            return refuse_argument(param, static_cast<long long>(value));
        }
    }
    return {};
}

template <const Row& R, class... Args>
class Entry {
   public:
    explicit Entry(const Args&... args) : args_(args...) {}

    /// Runs the body, a callable that returns Status, and gives the caller its code.
    template <class Body>
    aclError operator()(Body&& body) const {
        CallTrace trace(R);
        const Status status = run(std::forward<Body>(body));
        if (status.ok()) {
            return ACL_SUCCESS;
        }
        remember_error(R.name, status.code(), status.message());
        trace.set_code(status.code());
        return status.code();
    }

    /// The same for a function that returns a value: the body returns Result, and a failure gives `otherwise`.
    template <class T, class Body>
    T value(T otherwise, Body&& body) const {
        T answer = otherwise;
        static_cast<void>((*this)([&]() -> Status {
            SOFTACL_ASSIGN(answer, body());
            return {};
        }));
        return answer;
    }

   private:
    template <class Body>
    Status run(Body&& body) const {
        try {
            if (is_forked_child()) {
                return refuse_forked_child();
            }
            SOFTACL_TRY(check(std::index_sequence_for<Args...>()));
            if constexpr (R.missing != Missing::kNowhere) {
                SOFTACL_TRY(refuse_as_the_product(R));
            }
            return body();
        } catch (const std::bad_alloc&) {
            return fail(ACL_ERROR_BAD_ALLOC, "the host ran out of memory");
        } catch (const std::exception& error) {
            return fail(ACL_ERROR_INTERNAL_ERROR, "internal error: ", error.what());
        }
    }

    template <size_t... I>
    Status check(std::index_sequence<I...>) const {
        Status status;
        static_cast<void>(((status = check_argument(R.params[I], std::get<I>(args_)), status.ok()) && ...));
        return status;
    }

    std::tuple<const Args&...> args_;
};

template <const Row& R, class... Args>
Entry<R, Args...> entry(const Args&... args) {
    static_assert(sizeof...(Args) == R.count, "pass the function's arguments in order");
    return Entry<R, Args...>(args...);
}

}  // namespace softacl::api
