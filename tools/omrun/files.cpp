// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "failure.h"
#include "npy.h"

namespace omrun {
namespace {

namespace fs = std::filesystem;

std::vector<int64_t> without_ones(std::vector<int64_t> dims) {
    dims.erase(std::remove(dims.begin(), dims.end(), 1), dims.end());
    return dims;
}

bool is_blank(char letter) {
    return std::isspace(static_cast<unsigned char>(letter)) != 0 || letter == ',' || letter == ';';
}

/// Numbers with blanks, commas or line ends between them; integers keep all their digits.
std::vector<uint8_t> parse_numbers(std::vector<uint8_t> file, const std::string& path, aclDataType type) {
    file.push_back(0);
    const char* at = reinterpret_cast<const char*>(file.data());
    const char* const end = at + file.size() - 1;
    std::vector<uint8_t> bytes;
    while (true) {
        at = std::find_if_not(at, end, is_blank);
        if (at == end) {
            return bytes;
        }
        char* stop = nullptr;
        const char* const blank = std::find_if(at, end, is_blank);
        errno = 0;
        const bool is_signed = type == ACL_INT64;
        const bool is_wide = is_signed || type == ACL_UINT64;
        if (is_wide && std::find_if(at, blank, [](char c) { return c == '.' || c == 'e' || c == 'E'; }) == blank) {
            const uint64_t number = is_signed ? static_cast<uint64_t>(std::strtoll(at, &stop, 10))
                                              : static_cast<uint64_t>(std::strtoull(at, &stop, 10));
            const auto* digits = reinterpret_cast<const uint8_t*>(&number);
            bytes.insert(bytes.end(), digits, digits + sizeof number);
            if (errno == ERANGE) {
                stop = nullptr;
            }
        } else {
            append_number(bytes, type, std::strtod(at, &stop));
        }
        if (stop != blank) {
            std::string word = std::string(at, blank).substr(0, 40);
            std::replace_if(
                word.begin(), word.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
            fail("The file ", path, " has '", word, "' where a number of ", name_of(type), " is expected.");
        }
        at = blank;
    }
}

std::string number_text(double value, aclDataType type) {
    const bool is_short = type == ACL_FLOAT || type == ACL_FLOAT16 || type == ACL_BF16;
    char digits[40];
    std::snprintf(digits, sizeof digits, is_short ? "%.9g" : "%.17g", value);
    return digits;
}

std::string as_text(const Array& array) {
    std::string out;
    const size_t row = array.dims.empty() ? 1 : static_cast<size_t>(std::max<int64_t>(array.dims.back(), 1));
    const auto add = [&](size_t index, const std::string& word) {
        out += word;
        out += (index + 1) % row == 0 ? '\n' : ' ';
    };
    if (array.type == ACL_INT64 || array.type == ACL_UINT64) {
        for (size_t i = 0; i * sizeof(int64_t) < array.bytes.size(); ++i) {
            int64_t number = 0;
            std::memcpy(&number, array.bytes.data() + i * sizeof number, sizeof number);
            add(i, array.type == ACL_INT64 ? std::to_string(number) : std::to_string(static_cast<uint64_t>(number)));
        }
        return out;
    }
    const std::vector<double> numbers = numbers_of(array);
    for (size_t i = 0; i < numbers.size(); ++i) {
        add(i, number_text(numbers[i], array.type));
    }
    return out;
}

void check_npy(const Array& array, const std::string& path, const Wanted& wanted) {
    const bool shape_fits = wanted.dims.empty() || wanted.open || without_ones(array.dims) == without_ones(wanted.dims);
    if (array.type != wanted.type || !shape_fits) {
        fail("The file ", path, " holds ", shown(array.type, array.dims), "; ", wanted.name, " takes ",
             shown(wanted.type, wanted.dims), ".");
    }
}

}  // namespace

const char* suffix_of(Format format) {
    return format == Format::kNpy ? ".npy" : format == Format::kBin ? ".bin" : ".txt";
}

Array read_tensor(const std::string& path, const Wanted& wanted) {
    const std::string suffix = fs::path(path).extension().string();
    Array array{wanted.type, wanted.dims, read_bytes(path)};
    if (suffix == ".npy") {
        array = parse_npy(array.bytes, path);
        check_npy(array, path, wanted);
    } else if (suffix == ".txt") {
        array.bytes = parse_numbers(std::move(array.bytes), path, wanted.type);
    }
    if (array.bytes.size() != wanted.bytes && !(wanted.open && suffix == ".npy")) {
        fail("The file ", path, " gives ", array.bytes.size(), " bytes; ", wanted.name, " takes ", wanted.bytes,
             " bytes (", shown(wanted.type, wanted.dims), ").");
    }
    return array;
}

void write_tensor(const std::string& path, const Array& array, Format format) {
    if (format == Format::kNpy) {
        const auto file = to_npy(array);
        write_bytes(path, file.data(), file.size());
    } else if (format == Format::kTxt) {
        const std::string file = as_text(array);
        write_bytes(path, file.data(), file.size());
    } else {
        write_bytes(path, array.bytes.data(), array.bytes.size());
    }
}

std::vector<uint8_t> read_bytes(const std::string& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        fail("The file ", path, fs::exists(path, error) ? " is no regular file." : " does not exist.");
    }
    std::ifstream file(path, std::ios::binary);
    std::vector<uint8_t> bytes(file ? fs::file_size(path, error) : 0);
    if (!file || error ||
        !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
        fail("The file ", path, " cannot be read: ", std::strerror(errno), ".");
    }
    return bytes;
}

void write_bytes(const std::string& path, const void* data, size_t size) {
    std::ofstream file(path, std::ios::binary);
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
    file.close();
    if (!file) {
        fail("The file ", path, " cannot be written: ", std::strerror(errno), ".");
    }
}

}  // namespace omrun
