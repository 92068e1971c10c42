// SPDX-License-Identifier: Apache-2.0
// A reference to something callable, for parameters that are only called: no allocation, no ownership.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace softacl {

template <class Signature>
class FunctionRef;

/// Valid as long as what it was made of.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
   public:
    FunctionRef() = default;
    template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, FunctionRef>>>
    FunctionRef(F&& function)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
        : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
          call_([](void* object, Args... args) -> R {
              return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
          }) {}

    R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

   private:
    void* object_ = nullptr;
    R (*call_)(void*, Args...) = nullptr;
};

}  // namespace softacl
