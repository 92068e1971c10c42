// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "dump/session.h"

namespace softacl::dump {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> arguments() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    std::vector<std::string> words;
    for (size_t begin = 0; begin < all.size(); begin = all.find('\0', begin) + 1) {
        words.emplace_back(all.c_str() + begin);
    }
    return words;
}

}  // namespace

// An interpreter's own folder is nobody's: its first argument that is a file counts.
std::string program_folder() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path here = fs::current_path(error);
    if (program.filename().string().rfind("python", 0) != 0) {
        return program.empty() ? here.string() : program.parent_path().string();
    }
    const auto words = arguments();
    for (size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "-c" || words[i] == "-m") {
            break;
        }
        if (words[i][0] != '-' && fs::is_regular_file(words[i], error)) {
            return fs::absolute(words[i]).parent_path().string();
        }
    }
    return here.string();
}

}  // namespace softacl::dump
