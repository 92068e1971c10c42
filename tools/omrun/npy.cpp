// SPDX-License-Identifier: Apache-2.0
#include "npy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <limits>

#include "failure.h"

namespace omrun {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = sizeof kMagic - 1;
constexpr size_t kMostDims = 32;

struct TypeRow {
    const char* word;
    aclDataType type;
};
constexpr std::array<TypeRow, 14> kTypes = {{{"<f4", ACL_FLOAT},
                                             {"<f2", ACL_FLOAT16},
                                             {"<f8", ACL_DOUBLE},
                                             {"|i1", ACL_INT8},
                                             {"<i2", ACL_INT16},
                                             {"<i4", ACL_INT32},
                                             {"<i8", ACL_INT64},
                                             {"|u1", ACL_UINT8},
                                             {"<u2", ACL_UINT16},
                                             {"<u4", ACL_UINT32},
                                             {"<u8", ACL_UINT64},
                                             {"|b1", ACL_BOOL},
                                             {"<c8", ACL_COMPLEX64},
                                             {"<c16", ACL_COMPLEX128}}};

/// The header: a Python dictionary with three entries, of which only what NumPy writes is understood.
class Header {
   public:
    Header(std::string words, std::string name) : text_(std::move(words)), name_(std::move(name)) { read(); }

    std::string type;
    bool fortran = false;
    std::vector<int64_t> dims;

   private:
    [[noreturn]] void refuse(const char* what) const { fail("The file ", name_, " is no .npy file: ", what, "."); }

    void skip() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        }
    }
    bool take(char letter) {
        skip();
        const bool there = at_ < text_.size() && text_[at_] == letter;
        at_ += there ? 1 : 0;
        return there;
    }
    void need(char letter) {
        if (!take(letter)) {
            refuse("its header is not the dictionary that NumPy writes");
        }
    }
    std::string word() {
        skip();
        const char quote = at_ < text_.size() ? text_[at_] : ' ';
        const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string::npos;
        if (end == std::string::npos) {
            refuse("its elements have no simple type, or a name in its header has no quotation marks");
        }
        std::string found = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return found;
    }
    bool truth() {
        skip();
        for (const auto& [words, value] :
             {std::pair(std::string("True"), true), std::pair(std::string("False"), false)}) {
            if (text_.compare(at_, words.size(), words) == 0) {
                at_ += words.size();
                return value;
            }
        }
        refuse("fortran_order is neither True nor False");
    }
    void read_dims() {
        need('(');
        while (!take(')')) {
            skip();
            int64_t dim = 0;
            const size_t begin = at_;
            for (; at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0; ++at_) {
                if (dim > std::numeric_limits<int64_t>::max() / 10 - 10) {
                    refuse("a dimension is too large");
                }
                dim = dim * 10 + (text_[at_] - '0');
            }
            if (at_ == begin || dims.size() == kMostDims) {
                refuse("its shape is not a list of at most 32 numbers");
            }
            dims.push_back(dim);
            if (!take(',')) {
                need(')');
                break;
            }
        }
    }
    void read() {
        need('{');
        int found = 0;
        while (!take('}')) {
            const std::string key = word();
            need(':');
            if (key == "descr") {
                type = word();
            } else if (key == "fortran_order") {
                fortran = truth();
            } else if (key == "shape") {
                read_dims();
            } else {
                refuse("its header has an entry that is not known");
            }
            ++found;
            if (!take(',')) {
                need('}');
                break;
            }
        }
        if (found != 3 || type.empty()) {
            refuse("its header lacks descr, fortran_order or shape");
        }
    }

    std::string text_;
    std::string name_;
    size_t at_ = 0;
};

/// From the order in which the first index runs fastest to that in which the last does.
void to_c_order(Array& array, size_t element) {
    std::vector<uint8_t> sorted(array.bytes.size());
    std::vector<int64_t> index(array.dims.size());
    for (size_t to = 0; to < sorted.size(); to += element) {
        size_t from = 0;
        for (size_t d = index.size(); d-- > 0;) {
            from = from * static_cast<size_t>(array.dims[d]) + static_cast<size_t>(index[d]);
        }
        std::memcpy(sorted.data() + to, array.bytes.data() + from * element, element);
        for (size_t d = index.size(); d-- > 0;) {
            if (++index[d] < array.dims[d]) {
                break;
            }
            index[d] = 0;
        }
    }
    array.bytes = std::move(sorted);
}

}  // namespace

Array parse_npy(const std::vector<uint8_t>& file, const std::string& name) {
    const auto byte = [&](size_t index) { return static_cast<size_t>(file[index]); };
    constexpr size_t kShortest = kMagicSize + 6;
    if (file.size() < kShortest || std::memcmp(file.data(), kMagic, kMagicSize) != 0) {
        fail("The file ", name, " is no .npy file: it does not begin with NumPy's signature.");
    }
    const bool is_old = file[kMagicSize] == 1;
    size_t begin = kMagicSize + (is_old ? 4 : 6);
    const size_t length = byte(8) | byte(9) << 8 | (is_old ? 0 : byte(10) << 16 | byte(11) << 24);
    if (file[kMagicSize] < 1 || file[kMagicSize] > 3 || length > file.size() - begin) {
        fail("The file ", name, " is no .npy file: its version is not known, or it ends within its header.");
    }
    const Header header(std::string(file.begin() + static_cast<std::ptrdiff_t>(begin),
                                    file.begin() + static_cast<std::ptrdiff_t>(begin + length)),
                        name);
    begin += length;
    const auto* row =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return header.type == r.word; });
    if (row == kTypes.end()) {
        fail("The file ", name, " has elements of NumPy's type '", header.type, "', which no tensor has.");
    }
    const size_t element = aclDataTypeSize(row->type);
    const int64_t count = elements_of(header.dims);
    const size_t found = file.size() - begin;
    if (count < 0 || static_cast<size_t>(count) > found / element || static_cast<size_t>(count) * element != found) {
        fail("The file ", name, " is damaged: it holds ", found, " bytes for ", shown(row->type, header.dims), ".");
    }
    Array array{row->type, header.dims, {file.begin() + static_cast<std::ptrdiff_t>(begin), file.end()}};
    if (header.fortran && header.dims.size() > 1) {
        to_c_order(array, element);
    }
    return array;
}

std::vector<uint8_t> to_npy(const Array& array) {
    if (array.type == ACL_BF16) {
        Array wide{ACL_FLOAT, array.dims, {}};
        for (const double number : numbers_of(array)) {
            append_number(wide.bytes, ACL_FLOAT, number);
        }
        return to_npy(wide);
    }
    const auto* row = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const TypeRow& candidate) { return candidate.type == array.type; });
    if (row == kTypes.end()) {
        fail("Elements of ", name_of(array.type), " have no place in a .npy file. Choose another --outfmt.");
    }
    std::string header = text("{'descr': '", row->word, "', 'fortran_order': False, 'shape': (");
    for (const int64_t dim : array.dims) {
        header += std::to_string(dim) + ", ";
    }
    if (array.dims.size() > 1) {
        header.resize(header.size() - 2);
    } else if (array.dims.size() == 1) {
        header.resize(header.size() - 1);
    }
    header += "), }";
    constexpr size_t kAlignment = 64;
    constexpr size_t kFixed = kMagicSize + 4;
    header.resize((kFixed + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - kFixed - 1, ' ');
    header += '\n';
    std::vector<uint8_t> file(kMagic, kMagic + kMagicSize);
    file.insert(file.end(),
                {1, 0, static_cast<uint8_t>(header.size() & 255), static_cast<uint8_t>(header.size() >> 8)});
    file.insert(file.end(), header.begin(), header.end());
    file.insert(file.end(), array.bytes.begin(), array.bytes.end());
    return file;
}

}  // namespace omrun
