// SPDX-License-Identifier: Apache-2.0
// acl.media.vdec_*: functions whose Python form is not that of the C function.
#include <softacl/media_callback.h>

#include <memory>

#include "channel_params.h"
#include "media_callbacks.h"

namespace softacl::python {
namespace {

ChannelFunctions& functions() {
    static auto& functions = *new ChannelFunctions;
    return functions;
}

void run(acldvppStreamDesc* coded, acldvppPicDesc* picture, void* call) { ChannelCall::run(call, coded, picture); }

Outcome code_result(Verdict verdict, aclError code) {
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    return {to_python(verdict == Verdict::kRead ? code : ACL_ERROR_INVALID_PARAM),
            verdict == Verdict::kRead && code == ACL_SUCCESS};
}

bool is_function(PyObject* object) { return object == Py_None || PyCallable_Check(object) != 0; }

aclError set_callback(aclvdecChannelDesc* desc, PyObject* function) {
    const aclError code = aclvdecSetChannelDescCallback(desc, function == Py_None ? nullptr : run);
    if (code == ACL_SUCCESS) {
        functions().set(desc, function);
    }
    return code;
}

// None for a C function that is none of ours.
PyObject* function_of(const aclvdecChannelDesc* desc, aclvdecCallback callback) {
    PyObject* const function = callback == run ? functions().get(desc) : nullptr;
    return function != nullptr ? function : Py_NewRef(Py_None);
}

}  // namespace

Outcome AclMediaVdecSetChannelDescCallback::call(PyObject* const* arguments) {
    using Row = AclMediaVdecSetChannelDescCallback;
    aclvdecChannelDesc* desc = nullptr;
    PyObject* function = nullptr;
    const Verdict verdict = read_arguments<Row>(arguments, desc, function);
    if (verdict == Verdict::kRead && !is_function(function)) {
        return refused(place_of<Row>(1).wrong_type("callable or None", function));
    }
    return code_result(verdict, verdict == Verdict::kRead ? set_callback(desc, function) : ACL_ERROR_INVALID_PARAM);
}

Outcome AclMediaVdecGetChannelDescCallback::call(PyObject* const* arguments) {
    aclvdecChannelDesc* desc = nullptr;
    const Verdict verdict = read_arguments<AclMediaVdecGetChannelDescCallback>(arguments, desc);
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    return done(function_of(desc, aclvdecGetChannelDescCallback(desc)));
}

Outcome AclMediaVdecDestroyChannelDesc::call(PyObject* const* arguments) {
    aclvdecChannelDesc* desc = nullptr;
    const Verdict verdict = read_arguments<AclMediaVdecDestroyChannelDesc>(arguments, desc);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        const GilRelease released;
        code = aclvdecDestroyChannelDesc(desc);
    }
    if (code == ACL_SUCCESS) {
        functions().set(desc, nullptr);
    }
    return code_result(verdict, code);
}

Outcome AclMediaVdecSendFrame::call(PyObject* const* arguments) {
    aclvdecChannelDesc* desc = nullptr;
    acldvppStreamDesc* coded = nullptr;
    acldvppPicDesc* picture = nullptr;
    aclvdecFrameConfig* config = nullptr;
    PyObject* data = nullptr;
    const Verdict verdict = read_arguments<AclMediaVdecSendFrame>(arguments, desc, coded, picture, config, data);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        auto call = std::make_unique<ChannelCall>(functions().get(desc), data);
        const GilRelease released;
        code = softaclVdecSendFrame(desc, coded, picture, config, ChannelCall::dropped, call.release());
    }
    return code_result(verdict, code);
}

Outcome AclMediaVdecSendSkippedFrame::call(PyObject* const* arguments) {
    aclvdecChannelDesc* desc = nullptr;
    acldvppStreamDesc* coded = nullptr;
    aclvdecFrameConfig* config = nullptr;
    PyObject* data = nullptr;
    const Verdict verdict = read_arguments<AclMediaVdecSendSkippedFrame>(arguments, desc, coded, config, data);
    aclError code = ACL_ERROR_INVALID_PARAM;
    if (verdict == Verdict::kRead) {
        auto call = std::make_unique<ChannelCall>(functions().get(desc), data);
        const GilRelease released;
        code = softaclVdecSendSkippedFrame(desc, coded, config, ChannelCall::dropped, call.release());
    }
    return code_result(verdict, code);
}

Outcome AclMediaVdecSetChannelDescParam::call(PyObject* const* arguments) {
    using Row = AclMediaVdecSetChannelDescParam;
    aclvdecChannelDesc* desc = nullptr;
    aclvdecChannelDescParamType type{};
    const bool read = from_python(arguments[0], place_of<Row>(0), desc) == Verdict::kRead &&
                      from_python(arguments[1], place_of<Row>(1), type) == Verdict::kRead;
    PyErr_Clear();  // what does not fit is read, and told, once more below
    if (!read || type != ACL_VDEC_CALLBACK_PTR) {
        return set_channel_param<Row>(arguments, aclvdecSetChannelDescParam, [](aclvdecChannelDescParamType param) {
            return param == ACL_VDEC_THREAD_ID_UINT64 ? sizeof(std::uint64_t) : sizeof(std::uint32_t);
        });
    }
    constexpr std::size_t kValue = 3;  // behind the length, which Python does not pass
    if (!is_function(arguments[2])) {
        return refused(place_of<Row>(kValue).wrong_type("callable or None", arguments[2]));
    }
    const aclError code = set_callback(desc, arguments[2]);
    PyObject* items[] = {to_python(desc), to_python(code)};
    return {pack(items, 2), code == ACL_SUCCESS};
}

Outcome AclMediaVdecGetChannelDescParam::call(PyObject* const* arguments) {
    using Row = AclMediaVdecGetChannelDescParam;
    aclvdecChannelDesc* desc = nullptr;
    aclvdecChannelDescParamType type{};
    const bool read = from_python(arguments[0], place_of<Row>(0), desc) == Verdict::kRead &&
                      from_python(arguments[1], place_of<Row>(1), type) == Verdict::kRead;
    PyErr_Clear();
    if (!read || type != ACL_VDEC_CALLBACK_PTR) {
        return get_channel_param<Row>(arguments, aclvdecGetChannelDescParam);
    }
    aclvdecCallback callback = nullptr;
    std::size_t size = 0;
    const aclError code = aclvdecGetChannelDescParam(desc, type, sizeof callback, &size, &callback);
    PyObject* items[] = {to_python(size), function_of(desc, callback), to_python(code)};
    return {pack(items, 3), code == ACL_SUCCESS};
}

}  // namespace softacl::python
