// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe_functions.h"

#define ACL_MAX_DIM_CNT 128
#define ACL_MAX_TENSOR_NAME_LEN 128

extern "C" {

struct aclmdlIODims {
    char name[ACL_MAX_TENSOR_NAME_LEN];
    size_t dimCount;
    int64_t dims[ACL_MAX_DIM_CNT];
};

struct ProbePicture {
    uint8_t flag;
    aclmdlIODims shape;
    ProbeColour colour;
    void* address;
    float scale;
    int16_t corners[2][2];
    uint32_t count;
    double levels[4];
};

// Each hands its argument on.
aclError probe_dims(const aclmdlIODims* dims, aclmdlIODims* copy);
aclError probe_picture(ProbePicture* picture, ProbePicture* copy);

// Dimensions that no library should hand out: a count beyond the array, a name without end.
aclError probe_broken_dims(aclmdlIODims* dims);
}
