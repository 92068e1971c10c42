// SPDX-License-Identifier: Apache-2.0
#include "model/op_file.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "acl/acl_base.h"
#include "model/op_file_json.h"

namespace softacl::model {
namespace {

using graph::DimRange;
using graph::TensorRequest;

constexpr size_t kLongestName = 200;
constexpr int64_t kOpen = -1;
constexpr int64_t kOpenRank = -2;

std::string upper(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
    return word;
}

bool is_undefined(const std::string& word) { return word == "UNDEFINED" || word == "RESERVED"; }

class Reader final : public PlacedReader {
   public:
    explicit Reader(std::vector<std::string>& problems) : PlacedReader(problems), attrs_(problems) {}

    std::vector<OpDescription> read(const Json& json) {
        std::vector<OpDescription> ops;
        if (!json.is_array()) {
            ops.push_back(read_op(json, ""));
            return ops;
        }
        std::set<std::string> names;
        for (size_t i = 0; i < json.size(); ++i) {
            ops.push_back(read_op(json[i], item_of("", i)));
            if (!ops.back().name.empty() && !names.insert(ops.back().name).second) {
                add(item_of("", i), ".name is \"", ops.back().name, "\", as that of another operator is");
            }
        }
        if (ops.empty()) {
            add("the list", " is empty; expected an operator");
        }
        return ops;
    }

   private:
    OpDescription read_op(const Json& json, const std::string& path) {
        OpDescription op;
        op.place = path;
        if (!is_object(json, path, {"op", "name", "input_desc", "output_desc", "attr"})) {
            return op;
        }
        if (const Json* type = find(json, path, "op", true)) {
            op.request.type = word(type, key_in(path, "op"));
        }
        if (const Json* name = find(json, path, "name", false)) {
            op.name = word(name, key_in(path, "name"));
            const bool usable = !op.name.empty() && op.name != "." && op.name != ".." &&
                                op.name.find('/') == std::string::npos && op.name.find('\0') == std::string::npos &&
                                op.name.size() <= kLongestName;
            if (name->is_string() && !usable) {
                add_wrong(key_in(path, "name"), *name, "the name of a file, without a folder, of at most 200 bytes");
            }
        }
        read_tensors(json, path, "input_desc", op.request.inputs);
        read_tensors(json, path, "output_desc", op.request.outputs);
        for (size_t i = 0; i < op.request.outputs.size(); ++i) {
            if (op.request.outputs[i].constant) {
                add(item_of(key_in(path, "output_desc"), i), ".is_const is true; only inputs can be constant");
            }
        }
        if (const Json* attrs = find(json, path, "attr", false);
            attrs != nullptr && is_list(*attrs, key_in(path, "attr"))) {
            for (size_t i = 0; i < attrs->size(); ++i) {
                attrs_.read((*attrs)[i], item_of(key_in(path, "attr"), i), op.request.attrs);
            }
        }
        return op;
    }

    void read_tensors(const Json& json, const std::string& path, const char* key, std::vector<TensorRequest>& tensors) {
        const std::string place = key_in(path, key);
        const Json* list = find(json, path, key, false);
        if (list == nullptr || !is_list(*list, place)) {
            return;
        }
        for (size_t i = 0; i < list->size(); ++i) {
            tensors.push_back(read_tensor((*list)[i], item_of(place, i)));
        }
    }

    TensorRequest read_tensor(const Json& json, const std::string& path) {
        TensorRequest tensor;
        if (!is_object(json, path,
                       {"format", "shape", "type", "shape_range", "name", "is_const", "const_value", "param_type",
                        "origin_format", "origin_shape"})) {
            return tensor;
        }
        if (const Json* name = find(json, path, "name", false)) {
            tensor.name = word(name, key_in(path, "name"));
        }
        const Json* type = find(json, path, "type", true);
        const std::string type_word = upper(word(single(type), key_in(path, "type")));
        tensor.dtype = dtype_of_word(type_word);
        if (type != nullptr && single(type)->is_string() && tensor.dtype == ACL_DT_UNDEFINED &&
            !is_undefined(type_word)) {
            add_wrong(key_in(path, "type"), *single(type), "float16, float, int32, ... or UNDEFINED");
        }
        tensor.format = read_format(find(json, path, "format", true), key_in(path, "format"));
        if (const Json* origin = find(json, path, "origin_format", false)) {
            read_format(origin, key_in(path, "origin_format"));
        }
        const Json* shape = find(json, path, "shape", true);
        tensor.shape = shape == nullptr ? Shape() : read_shape(*shape, key_in(path, "shape"));
        if (const Json* origin = find(json, path, "origin_shape", false)) {
            read_shape(*origin, key_in(path, "origin_shape"));
        }
        if (type != nullptr && is_undefined(type_word)) {
            if (!tensor.shape || tensor.shape->rank() != 0) {
                add(key_in(path, "shape"), " has dimensions; a tensor of type UNDEFINED is absent and has none");
            }
            tensor.format = ACL_FORMAT_UNDEFINED;
        } else if (tensor.shape && !tensor.shape->fits(std::max<size_t>(size_of(tensor.dtype), 1))) {
            add(key_in(path, "shape"), " is ", *tensor.shape, ", which is too large");
            tensor.shape = Shape();
        }
        if (const Json* ranges = find(json, path, "shape_range", false)) {
            read_ranges(*ranges, key_in(path, "shape_range"), tensor);
        }
        read_constant(json, path, tensor);
        return tensor;
    }

    /// Files that are written for tests of operators have a list of one name for a name.
    static const Json* single(const Json* json) {
        return json != nullptr && json->is_array() && json->size() == 1 ? &json->front() : json;
    }

    aclFormat read_format(const Json* json, const std::string& path) {
        const std::string name = upper(word(single(json), path));
        const aclFormat format = format_named(name);
        if (json != nullptr && single(json)->is_string() && format == ACL_FORMAT_UNDEFINED && !is_undefined(name)) {
            add_wrong(path, *single(json), "ND, NCHW, NHWC, ... or UNDEFINED");
        }
        return format;
    }

    std::optional<Shape> read_shape(const Json& json, const std::string& path) {
        constexpr size_t kMostDims = 32;
        std::vector<int64_t> dims;
        if (!is_list(json, path)) {
            return Shape();
        }
        if (json.size() > kMostDims) {
            add(path, " has ", json.size(), " dimensions; at most ", kMostDims, " are possible");
            return Shape();
        }
        for (size_t i = 0; i < json.size(); ++i) {
            const auto dim = whole<int64_t>(json[i]);
            const bool open_rank = dim && *dim == kOpenRank && json.size() == 1;
            if (open_rank) {
                return std::nullopt;
            }
            if (!dim || *dim < kOpen) {
                add_wrong(item_of(path, i), json[i], "a size, -1 for any size, or [-2] for any number of dimensions");
                return Shape();
            }
            dims.push_back(*dim);
        }
        return Shape(std::move(dims));
    }

    /// One pair per dimension, or one per open dimension.
    void read_ranges(const Json& json, const std::string& path, TensorRequest& tensor) {
        if (!is_list(json, path) || !tensor.shape) {
            return;
        }
        const Shape& shape = *tensor.shape;
        const auto open = static_cast<size_t>(std::count(shape.begin(), shape.end(), kOpen));
        if (json.size() != shape.rank() && json.size() != open) {
            add(path, " has ", json.size(), " pairs; expected one for each of the ", shape.rank(),
                " dimensions, or for each of the ", open, " open ones");
            return;
        }
        std::vector<DimRange> ranges;
        size_t next = 0;
        for (size_t axis = 0; axis < shape.rank(); ++axis) {
            const bool is_open = shape[axis] < 0;
            if (!is_open && json.size() != shape.rank()) {
                ranges.push_back({shape[axis], shape[axis]});
                continue;
            }
            const auto range = read_range(json[next], item_of(path, next));
            if (!range) {
                return;
            }
            const auto [low, high] = *range;
            if (!is_open && (shape[axis] < low || (high >= 0 && shape[axis] > high))) {
                add_wrong(item_of(path, next), json[next], "a range that its fixed dimension lies in");
            }
            ranges.push_back(is_open ? *range : DimRange{shape[axis], shape[axis]});
            ++next;
        }
        if (!shape.is_known()) {
            tensor.ranges = std::move(ranges);
        }
    }

    std::optional<DimRange> read_range(const Json& json, const std::string& path) {
        if (json.is_array() && json.size() == 2) {
            const auto low = whole<int64_t>(json[0]);
            const auto high = whole<int64_t>(json[1]);
            if (low && high && *low >= 0 && (*high == -1 || *high >= *low)) {
                return DimRange{*low, *high};
            }
        }
        add(path, " is no range; expected [lowest, highest], a highest of -1 means that there is no limit");
        return std::nullopt;
    }

    void read_constant(const Json& json, const std::string& path, TensorRequest& tensor) {
        const Json* flag = find(json, path, "is_const", false);
        const auto is_const = flag == nullptr ? std::optional<bool>(false) : truth(*flag);
        if (!is_const) {
            add_wrong(key_in(path, "is_const"), *flag, "true or false");
            return;
        }
        const Json* values = find(json, path, "const_value", *is_const);
        if (values == nullptr || !is_list(*values, key_in(path, "const_value"))) {
            return;
        }
        if (!*is_const) {
            if (!values->empty()) {
                add(key_in(path, "const_value"), " has values, and is_const is not true");
            }
            return;
        }
        if (tensor.is_absent()) {
            add(key_in(path, "is_const"), " is true; a constant has a type");
            return;
        }
        if (!tensor.shape || !tensor.shape->is_known()) {
            add(key_in(path, "shape"), " has open dimensions; those of a constant are known");
            return;
        }
        if (static_cast<size_t>(tensor.shape->elements()) != values->size()) {
            add(key_in(path, "const_value"), " has ", values->size(), " values; the shape has ",
                tensor.shape->elements());
            return;
        }
        void* data = nullptr;
        Tensor constant = Tensor::zeros({tensor.dtype, *tensor.shape, ACL_FORMAT_ND}, &data);
        const bool known = visit_dtype(tensor.dtype, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            for (size_t i = 0; i < values->size(); ++i) {
                const auto value = element<T>((*values)[i]);
                if (!value) {
                    add(item_of(key_in(path, "const_value"), i), " is ", shown((*values)[i]), ", which is no ",
                        name_of(tensor.dtype));
                    return;
                }
                static_cast<T*>(data)[i] = *value;
            }
        });
        if (!known) {
            add(key_in(path, "const_value"), " cannot be given for the type ", name_of(tensor.dtype));
        }
        tensor.constant = std::move(constant);
    }

    AttrReader attrs_;
};

}  // namespace

Result<std::vector<OpDescription>> read_ops(const std::string& json, std::vector<std::string>& problems) {
    Json parsed;
    try {
        parsed = Json::parse(json);
    } catch (const Json::exception& error) {
        std::string why = error.what();
        const size_t at = why.find("] ");  // the library's number of the error
        return Status(ACL_ERROR_PARSE_MODEL, at == std::string::npos ? why : why.substr(at + 2));
    }
    return Reader(problems).read(parsed);
}

}  // namespace softacl::model
