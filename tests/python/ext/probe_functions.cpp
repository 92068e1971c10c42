// SPDX-License-Identifier: Apache-2.0
#include "probe_functions.h"

#include <chrono>
#include <thread>

namespace {
uint64_t calls = 0;
}

aclError probe_nothing() { return ACL_SUCCESS; }
void probe_void(uint32_t /*value*/) {}
aclError probe_fail(aclError code) { return code; }

int8_t probe_int8(int8_t value) { return value; }
uint8_t probe_uint8(uint8_t value) { return value; }
uint16_t probe_uint16(uint16_t value) { return value; }
int32_t probe_int32(int32_t value) { return value; }
uint32_t probe_uint32(uint32_t value) { return value; }
int64_t probe_int64(int64_t value) { return value; }
uint64_t probe_uint64(uint64_t value) { return value; }
float probe_float(float value) { return value; }
double probe_double(double value) { return value; }
ProbeColour probe_enum(ProbeColour value) { return value; }
void* probe_address(void* value) { return value; }
const char* probe_text(const char* value) { return value; }

ProbeObject* probe_object(const ProbeObject* object) { return const_cast<ProbeObject*>(object); }

size_t probe_reserved(size_t index) { return index; }

aclError probe_through(const ProbeObject* /*object*/, uint32_t* out, aclError code) {
    *out = 7;
    return code;
}

aclError probe_outputs(int32_t* first, uint64_t in, float* second, void** third, const char** fourth) {
    *first = -static_cast<int32_t>(in);
    *second = static_cast<float>(in) / 2;
    *third = reinterpret_cast<void*>(in);
    *fourth = in > 0 ? "text" : nullptr;
    return in > 0 ? ACL_SUCCESS : ACL_ERROR_FAILURE;
}

aclError probe_six(void* /*dst*/, size_t /*dest_max*/, const void* /*src*/, size_t /*count*/, int32_t /*kind*/,
                   void* /*stream*/) {
    return ACL_SUCCESS;
}

aclError probe_count_call(uint32_t /*value*/) {
    ++calls;
    return ACL_SUCCESS;
}

uint64_t probe_calls() { return calls; }

aclError probe_sleep(uint32_t milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return ACL_SUCCESS;
}
