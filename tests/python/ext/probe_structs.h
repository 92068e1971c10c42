// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe_functions.h"

#define PROBE_DIM_COUNT 128
#define PROBE_NAME_LENGTH 128

extern "C" {

struct ProbeDims {
    char name[PROBE_NAME_LENGTH];
    size_t dimCount;
    int64_t dims[PROBE_DIM_COUNT];
};

struct ProbePicture {
    uint8_t flag;
    ProbeDims shape;
    ProbeColour colour;
    void* address;
    float scale;
    int16_t corners[2][2];
    uint32_t count;
    double levels[4];
};

// Each hands its argument on.
aclError probe_dims(const ProbeDims* dims, ProbeDims* copy);
aclError probe_picture(ProbePicture* picture, ProbePicture* copy);

// Dimensions that no library should hand out: a count beyond the array, a name without end.
aclError probe_broken_dims(ProbeDims* dims);
}
