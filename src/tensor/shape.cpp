// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.h"

#include <algorithm>
#include <ostream>

namespace softacl {

bool Shape::is_known() const {
    return std::all_of(begin(), end(), [](int64_t dim) { return dim >= 0; });
}

int64_t Shape::elements(size_t first, size_t last) const {
    int64_t count = 1;
    for (size_t axis = first; axis < last; ++axis) {
        count *= std::max<int64_t>(dims_[axis], 0);
    }
    return count;
}

bool Shape::fits(size_t element_size) const {
    constexpr int64_t kLimit = int64_t{1} << 62;
    int64_t count = static_cast<int64_t>(std::max<size_t>(element_size, 1));
    for (const int64_t dim : dims_) {
        const int64_t factor = std::max<int64_t>(dim, 1);  // a zero must not hide an overflow of partial products
        if (count > kLimit / factor) {
            return false;
        }
        count *= factor;
    }
    return true;
}

std::string Shape::text() const {
    std::string text = "[";
    for (const int64_t dim : dims_) {
        text += (text.size() > 1 ? "," : "") + std::to_string(dim);
    }
    return text + "]";
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.text(); }

}  // namespace softacl
