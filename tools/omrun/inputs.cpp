// SPDX-License-Identifier: Apache-2.0
#include "inputs.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "failure.h"

namespace omrun {
namespace {

namespace fs = std::filesystem;

constexpr char kMadeUp[] = "pure_infer_data";

/// The files of a folder by name, or the file itself.
std::vector<std::string> files_of(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        fail("There is no file or folder ", path, ".");
    }
    if (!fs::is_directory(path, error)) {
        return {path};
    }
    std::vector<std::string> files;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (at->is_regular_file(error) && name[0] != '.') {
            files.push_back(at->path().string());
        }
    }
    if (error || files.empty()) {
        fail("The folder ", path, error ? " cannot be read." : " has no files.");
    }
    std::sort(files.begin(), files.end());
    return files;
}

Array make_up(const Wanted& wanted, bool random, std::mt19937_64& generator) {
    Array array{wanted.type, wanted.dims, {}};
    if (!random) {
        array.bytes.resize(wanted.bytes);
        return array;
    }
    const bool is_byte = wanted.type == ACL_UINT8 || wanted.type == ACL_INT8;
    const bool is_real =
        wanted.type == ACL_FLOAT || wanted.type == ACL_FLOAT16 || wanted.type == ACL_BF16 || wanted.type == ACL_DOUBLE;
    std::uniform_real_distribution<double> real(0, 1);
    std::uniform_int_distribution<int> byte(0, 255);
    while (array.bytes.size() < wanted.bytes) {
        if (is_byte) {
            array.bytes.push_back(static_cast<uint8_t>(byte(generator)));
        } else {
            append_number(array.bytes, wanted.type, is_real ? real(generator) : byte(generator) & 1);
        }
    }
    return array;
}

/// Files of different folders may have one name, as those of one folder may with different suffixes.
void make_unique(std::vector<Item>& items) {
    std::set<std::string> used;
    for (Item& item : items) {
        const std::string stem = item.name;
        for (size_t number = 1; !used.insert(item.name).second; ++number) {
            item.name = text(stem, "-", number);
        }
    }
}

}  // namespace

std::vector<Item> find_items(const std::vector<std::string>& paths, const std::vector<Port>& inputs) {
    if (paths.empty()) {
        return {{kMadeUp, {}}};
    }
    std::vector<std::vector<std::string>> lists;  // by input
    for (const std::string& path : paths) {
        lists.push_back(files_of(path));
    }
    if (inputs.size() == 1) {
        std::vector<std::string> all;
        for (const auto& list : lists) {
            all.insert(all.end(), list.begin(), list.end());
        }
        lists = {std::move(all)};
    }
    if (lists.size() != inputs.size()) {
        fail("--input has ", lists.size(), " files or folders; the model has ", inputs.size(), " inputs.");
    }
    std::vector<Item> items(lists.empty() ? 1 : lists[0].size());
    for (size_t i = 0; i < lists.size(); ++i) {
        if (lists[i].size() != items.size()) {
            fail("The folders of --input hold different numbers of files: ", items.size(), " for ", inputs[0].name,
                 ", ", lists[i].size(), " for ", inputs[i].name, ".");
        }
        for (size_t k = 0; k < items.size(); ++k) {
            items[k].files.push_back(lists[i][k]);
        }
    }
    for (Item& item : items) {
        item.name = fs::path(item.files[0]).stem().string();
    }
    make_unique(items);
    return items;
}

std::vector<Array> load_item(const Item& item, const Model& model, const Options& options, Shapes& shapes) {
    std::vector<Array> arrays;
    std::mt19937_64 generator(options.seed);
    for (size_t i = 0; i < model.inputs().size(); ++i) {
        const Port& port = model.inputs()[i];
        const bool open = elements_of(shapes.dims[i]) < 0;
        const Wanted wanted{"input " + port.name, port.type, shapes.dims[i], shapes.bytes[i], open};
        const bool is_npy = !item.files.empty() && fs::path(item.files[i]).extension() == ".npy";
        if (open && !is_npy) {
            fail("The input ", port.name, " is ", shown(port.type, shapes.dims[i]),
                 ". Give its shape with --dymShape, or a .npy file, which has one.");
        }
        arrays.push_back(item.files.empty() ? make_up(wanted, options.random, generator)
                                            : read_tensor(item.files[i], wanted));
        if (open) {
            if (arrays.back().dims.size() != port.dims.size()) {
                fail("The file ", item.files[i], " holds ", shown(port.type, arrays.back().dims), "; the input ",
                     port.name, " has ", port.dims.size(), " dimensions.");
            }
            shapes.dims[i] = arrays.back().dims;
            shapes.bytes[i] = arrays.back().bytes.size();
        }
    }
    return arrays;
}

}  // namespace omrun
