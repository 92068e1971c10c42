// SPDX-License-Identifier: Apache-2.0
// Status and Result: how every function of the engine reports failure.
#pragma once

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace softacl {

/// Success, or a documented return code with a sentence for the person who reads it.
/// Success carries nothing and is as cheap as a null pointer. Copies share the sentence.
class [[nodiscard]] Status {
   public:
    Status() = default;
    Status(int code, std::string message)
        : failure_(std::make_shared<const Failure>(Failure{code, std::move(message)})) {}

    bool ok() const { return failure_ == nullptr; }
    int code() const { return failure_ ? failure_->code : 0; }
    /// Empty on success.
    const std::string& message() const {
        static const std::string& kNone = *new std::string;  // never destroyed: worker threads outlive main
        return failure_ ? failure_->message : kNone;
    }

   private:
    struct Failure {
        int code;
        std::string message;
    };
    std::shared_ptr<const Failure> failure_;
};

/// Joins its arguments into one text: `text("device ", 3, " is busy")`.
template <class... Parts>
std::string text(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

/// A failure whose sentence is the joined parts.
template <class... Parts>
Status fail(int code, const Parts&... parts) {
    return Status(code, text(parts...));
}

/// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
   public:
    Result(T value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
    Result(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

    bool ok() const { return value_.has_value(); }
    const Status& status() const { return status_; }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }

   private:
    Status status_;
    std::optional<T> value_;
};

}  // namespace softacl

/// Leaves the function with the failure, if there is one.
#define SOFTACL_TRY(expression)                                 \
    do {                                                        \
        if (auto try_status = (expression); !try_status.ok()) { \
            return try_status;                                  \
        }                                                       \
    } while (false)

/// `SOFTACL_ASSIGN(auto stream, find_stream(handle));` binds the value or leaves with the failure.
#define SOFTACL_ASSIGN(declaration, expression) \
    SOFTACL_ASSIGN_NAMED(SOFTACL_JOIN(result_, __LINE__), declaration, expression)
#define SOFTACL_ASSIGN_NAMED(result, declaration, expression) \
    auto result = (expression);                               \
    if (!result.ok()) {                                       \
        return result.status();                               \
    }                                                         \
    declaration = std::move(*result)
#define SOFTACL_JOIN(a, b) SOFTACL_JOIN_TEXT(a, b)
#define SOFTACL_JOIN_TEXT(a, b) a##b
