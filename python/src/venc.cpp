// SPDX-License-Identifier: Apache-2.0
// acl.media.venc_*: functions whose Python form is not that of the C function.
#include <softacl/media_callback.h>

#include <memory>

#include "by_hand.h"
#include "media_callbacks.h"
#include "methods.h"

namespace softacl::python {
namespace {

ChannelFunctions& functions() {
    static auto& functions = *new ChannelFunctions;
    return functions;
}

void run(acldvppPicDesc* picture, acldvppStreamDesc* coded, void* call) { ChannelCall::run(call, picture, coded); }

Outcome code_result(Verdict verdict, aclError code) {
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    return {to_python(verdict == Verdict::kRead ? code : ACL_ERROR_INVALID_PARAM),
            verdict == Verdict::kRead && code == ACL_SUCCESS};
}

// Sets the callback by `apply`, which takes a C function.
template <class Row, class Apply>
Outcome set_callback(aclvencChannelDesc* desc, PyObject* function, std::size_t argument, Apply apply) {
    if (function != Py_None && !PyCallable_Check(function)) {
        return refused(place_of<Row>(argument).wrong_type("callable or None", function));
    }
    const aclError code = apply(function == Py_None ? nullptr : run);
    if (code == ACL_SUCCESS) {
        functions().set(desc, function);
    }
    return code_result(Verdict::kRead, code);
}

// None for a C function that is none of ours.
PyObject* function_of(const aclvencChannelDesc* desc, aclvencCallback callback) {
    PyObject* const function = callback == run ? functions().get(desc) : nullptr;
    return function != nullptr ? function : Py_NewRef(Py_None);
}

}  // namespace

Outcome AclMediaVencSetChannelDescCallback::call(PyObject* const* arguments) {
    aclvencChannelDesc* desc = nullptr;
    PyObject* function = nullptr;
    const Verdict verdict = read_arguments<AclMediaVencSetChannelDescCallback>(arguments, desc, function);
    if (verdict != Verdict::kRead) {
        return code_result(verdict, ACL_ERROR_INVALID_PARAM);
    }
    return set_callback<AclMediaVencSetChannelDescCallback>(
        desc, function, 1, [desc](aclvencCallback callback) { return aclvencSetChannelDescCallback(desc, callback); });
}

Outcome AclMediaVencGetChannelDescCallback::call(PyObject* const* arguments) {
    aclvencChannelDesc* desc = nullptr;
    const Verdict verdict = read_arguments<AclMediaVencGetChannelDescCallback>(arguments, desc);
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    return done(function_of(desc, aclvencGetChannelDescCallback(desc)));
}

Outcome AclMediaVencDestroyChannelDesc::call(PyObject* const* arguments) {
    aclvencChannelDesc* desc = nullptr;
    const Verdict verdict = read_arguments<AclMediaVencDestroyChannelDesc>(arguments, desc);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        const GilRelease released;
        code = aclvencDestroyChannelDesc(desc);
    }
    if (code == ACL_SUCCESS) {
        functions().set(desc, nullptr);
    }
    return code_result(verdict, code);
}

Outcome AclMediaVencSendFrame::call(PyObject* const* arguments) {
    aclvencChannelDesc* desc = nullptr;
    acldvppPicDesc* picture = nullptr;
    void* reserve = nullptr;
    aclvencFrameConfig* config = nullptr;
    PyObject* data = nullptr;
    const Verdict verdict = read_arguments<AclMediaVencSendFrame>(arguments, desc, picture, reserve, config, data);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        auto call = std::make_unique<ChannelCall>(functions().get(desc), data);
        const GilRelease released;
        code = softaclVencSendFrame(desc, picture, reserve, config, ChannelCall::dropped, call.release());
    }
    return code_result(verdict, code);
}

Outcome AclMediaVencSetChannelDescParam::call(PyObject* const* arguments) {
    using Row = AclMediaVencSetChannelDescParam;
    aclvencChannelDesc* desc = nullptr;
    aclvencChannelDescParamType type{};
    PyObject* const value = arguments[2];
    Verdict verdict = read_first_arguments<Row>(arguments, desc, type);
    if (verdict != Verdict::kRead) {
        return code_result(verdict, ACL_ERROR_INVALID_PARAM);
    }
    constexpr std::size_t kValue = 3;  // behind the length, which Python does not pass
    if (type == ACL_VENC_CALLBACK_PTR) {
        return set_callback<Row>(desc, value, kValue, [desc](aclvencCallback callback) {
            return aclvencSetChannelDescParam(desc, ACL_VENC_CALLBACK_PTR, sizeof callback, &callback);
        });
    }
    std::size_t size = sizeof(std::uint32_t);
    if (type == ACL_VENC_THREAD_ID_UINT64 || type == ACL_VENC_BUF_ADDR_PTR) {
        size = sizeof(std::uint64_t);
    }
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (size == sizeof(std::uint32_t)) {
        std::uint32_t number = 0;
        verdict = from_python(value, place_of<Row>(kValue), number);
        if (verdict == Verdict::kRead) {
            code = aclvencSetChannelDescParam(desc, type, sizeof number, &number);
        }
    } else {
        std::uint64_t number = 0;
        verdict = from_python(value, place_of<Row>(kValue), number);
        if (verdict == Verdict::kRead) {
            code = aclvencSetChannelDescParam(desc, type, sizeof number, &number);
        }
    }
    return code_result(verdict, code);
}

Outcome AclMediaVencGetChannelDescParam::call(PyObject* const* arguments) {
    aclvencChannelDesc* desc = nullptr;
    aclvencChannelDescParamType type{};
    const Verdict verdict = read_first_arguments<AclMediaVencGetChannelDescParam>(arguments, desc, type);
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    std::uint64_t bits = 0;  // devices and hosts are little-endian
    std::size_t size = 0;
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        code = aclvencGetChannelDescParam(desc, type, sizeof bits, &size, &bits);
    }
    PyObject* items[] = {nullptr, to_python(code)};
    if (type == ACL_VENC_CALLBACK_PTR) {
        aclvencCallback callback = nullptr;
        static_assert(sizeof callback == sizeof bits);
        __builtin_memcpy(&callback, &bits, sizeof bits);
        items[0] = function_of(desc, callback);
    } else {
        items[0] = to_python(bits);
    }
    return {pack(items, 2), code == ACL_SUCCESS};
}

}  // namespace softacl::python
