// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <acl/acl_base.h>

#include <cstddef>
#include <cstdint>

// C functions with the shapes that occur in the interface, but no meaning: the binding is tested on them.

extern "C" {

enum ProbeColour { kProbeRed = 0, kProbeBlue = 5 };
struct ProbeObject;

aclError probe_nothing();
void probe_void(uint32_t value);
aclError probe_fail(aclError code);

// Each hands its argument back.
int8_t probe_int8(int8_t value);
uint8_t probe_uint8(uint8_t value);
uint16_t probe_uint16(uint16_t value);
int32_t probe_int32(int32_t value);
uint32_t probe_uint32(uint32_t value);
int64_t probe_int64(int64_t value);
uint64_t probe_uint64(uint64_t value);
float probe_float(float value);
double probe_double(double value);
ProbeColour probe_enum(ProbeColour value);
void* probe_address(void* value);
const char* probe_text(const char* value);

// An object created at an address, or null; and its address read back.
ProbeObject* probe_object(const ProbeObject* object);

// -1 in Python.
size_t probe_reserved(size_t index);
// An argument that comes back.
aclError probe_through(const ProbeObject* object, uint32_t* out, aclError code);

aclError probe_outputs(int32_t* first, uint64_t in, float* second, void** third, const char** fourth);
aclError probe_six(void* dst, size_t dest_max, const void* src, size_t count, int32_t kind, void* stream);

// Counts its calls, so that a test sees whether C was reached.
aclError probe_count_call(uint32_t value);
uint64_t probe_calls();

aclError probe_sleep(uint32_t milliseconds);
}
