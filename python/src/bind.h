// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <acl/acl_base.h>

#include <tuple>
#include <utility>

#include "convert.h"
#include "ledger.h"
#include "row.h"

// The call of a C function from Python, made of its row (row.h) and of its prototype.

namespace softacl::python {

// Steals the references. None for no item, the item itself for one, else a tuple; null if an item is null.
PyObject* pack(PyObject** items, std::size_t count);

// One C argument that Python gives. (The second parameter is for partial specialisations.)
template <class T, class = void>
struct Input {
    static constexpr bool kIsOut = false;
    T value{};

    Verdict read(PyObject* object, const Place& place, [[maybe_unused]] const Parameter& parameter) {
        if constexpr (std::is_unsigned_v<T> && !std::is_same_v<T, bool>) {
            if (parameter.takes_minus_one) {
                return read_minus_one_too(object, place, value);
            }
        }
        return from_python(object, place, value);
    }
    T pass() const { return value; }
};

template <>
struct Input<const char*, void> {
    static constexpr bool kIsOut = false;
    Text text;

    Verdict read(PyObject* object, const Place& place, const Parameter& parameter) {
        if (parameter.is_optional && object == Py_None) {
            return Verdict::kRead;
        }
        return parameter.is_path ? read_path(object, place, text) : read_text(object, place, text);
    }
    const char* pass() const { return text.data; }
};

// One C argument that the library fills.
template <class T, class = void>
struct Output {
    static_assert(std::is_pointer_v<T>, "an out parameter must be a pointer");
    static constexpr bool kIsOut = true;
    std::remove_pointer_t<T> value{};

    T pass() { return &value; }
    PyObject* take() const { return to_python(value); }
};

// Without exceptions in this library (see CMakeLists.txt) a thread that ends in PyEval_RestoreThread, because the
// interpreter is gone, passes this frame without running it.
class GilRelease {
   public:
    GilRelease() : state_(PyEval_SaveThread()) {}
    ~GilRelease() { PyEval_RestoreThread(state_); }
    GilRelease(const GilRelease&) = delete;
    GilRelease& operator=(const GilRelease&) = delete;

   private:
    PyThreadState* state_;
};

struct NoRelease {};

template <class Row, class Function>
class Binding;

template <class Row, class Return, class... Types>
class Binding<Row, Return (*)(Types...)> {
    static constexpr auto& kList = Row::kParameters;
    static_assert(kList.size() == sizeof...(Types), "the row and the prototype differ in their number of parameters");
    static_assert(Row::kAnswers == kValue || std::is_same_v<Return, aclError>,
                  "the row says that the function returns a code; the prototype does not");
    static constexpr bool kIsVoid = std::is_void_v<Return>;

   public:
    static PyObject* call(PyObject* const* arguments, Py_ssize_t count) {
        bool success = false;
        PyObject* result = nullptr;
        if (count_is_right<Row>(count)) {
            result = call(arguments, static_cast<std::size_t>(count), success, std::index_sequence_for<Types...>());
        }
        count_call(calls_of<Row>, success && result);
        return result;
    }

   private:
    template <std::size_t kIndex, class T>
    struct Slot : std::conditional_t<kList[kIndex].is_out, Output<T>, Input<T>> {
        static_assert(!kList[kIndex].is_path || is_text<T>(), "a path must be const char*");

        Verdict fetch([[maybe_unused]] PyObject* const* arguments, [[maybe_unused]] std::size_t count) {
            if constexpr (!Slot::kIsOut) {
                constexpr std::size_t kArgument = count_inputs(kList, kIndex);
                static constexpr Place kPlace(Row::kName, kList[kIndex].name);
                if (kArgument < count) {
                    return this->read(arguments[kArgument], kPlace, kList[kIndex]);
                }
            }
            return Verdict::kRead;
        }

        void give(PyObject** items, std::size_t& count) {
            if constexpr (Slot::kIsOut) {
                items[count++] = this->take();
            } else if constexpr (kList[kIndex].is_through) {
                items[count++] = to_python(this->value);
            }
        }
    };

    template <std::size_t... kIndex>
    static PyObject* call([[maybe_unused]] PyObject* const* arguments, [[maybe_unused]] std::size_t count,
                          bool& success, std::index_sequence<kIndex...>) {
        std::tuple<Slot<kIndex, Types>...> slots;
        Verdict verdict = Verdict::kRead;
        (void)((verdict = std::get<kIndex>(slots).fetch(arguments, count), verdict == Verdict::kRead) && ...);
        if (verdict == Verdict::kRaised) {
            return nullptr;
        }
        success = verdict == Verdict::kRead;

        PyObject* items[kList.size() + 1];
        std::size_t filled = 0;
        if constexpr (kIsVoid) {
            if (success) {
                run(std::get<kIndex>(slots).pass()...);
            }
            (std::get<kIndex>(slots).give(items, filled), ...);
        } else {
            Return answer = refusal();
            if (success) {
                answer = run(std::get<kIndex>(slots).pass()...);
            }
            if constexpr (Row::kAnswers == kCode) {
                success = answer == ACL_SUCCESS;
            }
            (std::get<kIndex>(slots).give(items, filled), ...);
            items[filled++] = to_python(answer);
        }
        return pack(items, filled);
    }

    static Return run(Types... values) {
        std::conditional_t<Row::kGil == kReleaseGil, GilRelease, NoRelease> gil;
        (void)gil;
        return Row::kFunction(values...);
    }

    static auto refusal() {
        if constexpr (Row::kAnswers == kCode) {
            return ACL_ERROR_INVALID_PARAM;
        } else {
            return Return{};
        }
    }
};

template <class Row>
PyObject* call(PyObject* /*module*/, PyObject* const* arguments, Py_ssize_t count) {
    return Binding<Row, std::remove_const_t<decltype(Row::kFunction)>>::call(arguments, count);
}

}  // namespace softacl::python
