// SPDX-License-Identifier: Apache-2.0
#include "probe_structs.h"

#include <algorithm>
#include <iterator>

aclError probe_dims(const ProbeDims* dims, ProbeDims* copy) {
    *copy = *dims;
    return ACL_SUCCESS;
}

aclError probe_picture(ProbePicture* picture, ProbePicture* copy) {
    *copy = *picture;
    return ACL_SUCCESS;
}

aclError probe_broken_dims(ProbeDims* dims) {
    std::fill(std::begin(dims->name), std::end(dims->name), 'x');
    dims->dimCount = 1000;
    return ACL_SUCCESS;
}
