// SPDX-License-Identifier: Apache-2.0
#include "dump/dump_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "acl/acl_base.h"
#include "dump/dump_data.pb.h"
#include "model/type_number.h"

namespace softacl::dump {
namespace {

namespace fs = std::filesystem;
namespace message = toolkit::dumpdata;

constexpr size_t kLongestName = 255;

std::string plain(std::string name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    std::replace_if(
        name.begin(), name.end(), [&](char c) { return !is_plain(c); }, '_');
    return name;
}

size_t size_of(const TensorRecord& tensor) { return tensor.data == nullptr ? 0 : tensor.type.bytes(); }

template <class Tensor>
void describe(const TensorRecord& record, Tensor* tensor) {
    tensor->set_data_type(model::type_number(record.type.dtype));
    tensor->set_format(record.type.format == ACL_FORMAT_UNDEFINED ? ACL_FORMAT_ND : record.type.format);
    for (const int64_t dim : record.type.shape) {
        tensor->mutable_shape()->add_dim(static_cast<uint64_t>(dim));
        tensor->mutable_original_shape()->add_dim(static_cast<uint64_t>(dim));
    }
    tensor->set_size(size_of(record));
    tensor->set_address(reinterpret_cast<uintptr_t>(record.address));
}

std::string head(const OpRecord& record, uint64_t microseconds) {
    message::DumpData data;
    data.set_version("2.0");
    data.set_dump_time(microseconds);
    data.set_op_name(record.name);
    for (const TensorRecord& input : record.inputs) {
        describe(input, data.add_input());
    }
    for (size_t i = 0; i < record.outputs.size(); ++i) {
        auto* output = data.add_output();
        describe(record.outputs[i], output);
        output->mutable_original_op()->set_name(record.origins.empty() ? record.name : record.origins.back());
        output->mutable_original_op()->set_output_index(static_cast<uint32_t>(i));
        output->mutable_original_op()->set_data_type(output->data_type());
        output->mutable_original_op()->set_format(output->format());
    }
    return data.SerializeAsString();
}

Status cannot_write(const fs::path& path) {
    return fail(ACL_ERROR_WRITE_FILE, "the dump file \"", path.string(), "\" cannot be written");
}

/// Beside the files with long names.
Result<std::string> number_for(const fs::path& folder, const std::string& name) {
    uint64_t number = 0;
    std::error_code error;
    while (fs::exists(folder / std::to_string(number), error)) {
        ++number;
    }
    std::ofstream mapping(folder / "mapping.csv", std::ios::app);
    mapping << number << ',' << name << '\n';
    mapping.flush();
    if (!mapping) {
        return cannot_write(folder / "mapping.csv");
    }
    return std::to_string(number);
}

}  // namespace

std::string file_name(const OpRecord& record, uint64_t microseconds) {
    return text(plain(record.type), '.', plain(record.name), '.', record.task, '.', record.stream, '.', microseconds);
}

Status write_file(const std::string& folder, const OpRecord& record, uint64_t microseconds) {
    std::string name = file_name(record, microseconds);
    if (name.size() > kLongestName) {
        SOFTACL_ASSIGN(name, number_for(folder, name));
    }
    const fs::path path = fs::path(folder) / name;
    const std::string start = head(record, microseconds);
    const auto size = static_cast<uint64_t>(start.size());
    std::ofstream file(path, std::ios::binary);
    for (size_t byte = 0; byte < sizeof size; ++byte) {  // the least significant one first
        file.put(static_cast<char>(size >> (8 * byte)));
    }
    file << start;
    for (const auto* tensors : {&record.inputs, &record.outputs}) {
        for (const TensorRecord& tensor : *tensors) {
            file.write(static_cast<const char*>(tensor.data), static_cast<std::streamsize>(size_of(tensor)));
        }
    }
    file.close();
    return file ? Status() : cannot_write(path);
}

}  // namespace softacl::dump
