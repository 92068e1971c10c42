// SPDX-License-Identifier: Apache-2.0
#include "convert/aipp/insert.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "aipp/processor.h"
#include "ops/op_def.h"

namespace softacl::convert {
namespace {

using graph::ValueId;

// ITU-R BT.601 with the limited range, in 1/256.
constexpr std::array<int32_t, 9> kYuvToBgr = {298, 516, 0, 298, -100, -208, 298, 0, 409};
constexpr std::array<int32_t, 9> kRgbToYuv = {66, 129, 25, -38, -74, 112, 112, -94, -18};
constexpr std::array<int32_t, 3> kBias = {16, 128, 128};

template <class... Parts>
void complain(Problems& problems, const AippBlock& block, const std::string& field, const Parts&... parts) {
    problems.add(code::kAipp, "insert_op_conf [", block.place(field), "] ", parts..., ".");
}

size_t height_axis(const TensorType& target) { return target.format == ACL_FORMAT_NCHW ? 2 : 1; }

bool has_open_size(const TensorType& target) {
    const size_t height = height_axis(target);
    return target.shape[height] < 0 || target.shape[height + 1] < 0;
}

/// Completes one block; see complete_aipp.
class Completion {
   public:
    Completion(const AippBlock& block, const std::string& input, const TensorType& target, Problems& problems)
        : block_(block), input_(input), target_(target), problems_(problems), params_(block.params) {}

    aipp::Params run_colours() {
        if (params_.csc && params_.format != aipp::Format::kYuv400) {
            colours();
        }
        return params_;
    }

    aipp::Params run() {
        const size_t before = problems_.list().size();
        const size_t axis = height_axis(target_);
        const auto height = static_cast<int32_t>(target_.shape[axis]);
        const auto width = static_cast<int32_t>(target_.shape[axis + 1]);
        params_.source_width = params_.source_width == 0 ? width : params_.source_width;
        params_.source_height = params_.source_height == 0 ? height : params_.source_height;
        crop_size("crop_size_w", params_.crop_width, width);
        crop_size("crop_size_h", params_.crop_height, height);
        run_colours();
        for (const aipp::Complaint& complaint : aipp::check(params_)) {
            complain(problems_, block_, complaint.field, complaint.sentence);
        }
        if (problems_.list().size() == before) {
            TensorType one = target_;
            one.shape[0] = 1;  // a gear may choose how many there are
            if (const auto complaint = aipp::check_target(params_, one)) {
                complain(problems_, block_, complaint->field, "input [", input_, "]: ", complaint->sentence);
            }
        }
        return params_;
    }

   private:
    void crop_size(const char* field, int32_t& size, int32_t network) {
        if (!params_.crop || size != 0) {
            return;
        }
        if (params_.padding || params_.resize) {
            complain(problems_, block_, field, field, " is missing; it must be given where a crop is followed by ",
                     params_.resize ? "a resize" : "padding");
            return;
        }
        size = network;
    }

    void colours() {
        const bool is_yuv = aipp::facts_of(params_.format).is_yuv;
        std::vector<std::string> missing;
        for (int i = 0; i < 9; ++i) {
            const std::string field = text("matrix_r", i / 3, "c", i % 3);
            if (!block_.gives(field)) {
                missing.push_back(field);
            }
        }
        if (missing.size() == params_.matrix.size()) {
            params_.matrix = is_yuv ? kYuvToBgr : kRgbToYuv;
            note("a matrix",
                 is_yuv ? "BT.601 from YUV (limited range) to BGR" : "BT.601 from RGB to YUV (limited range)");
        } else if (!missing.empty()) {
            complain(problems_, block_, "csc_switch", missing.front(),
                     " is missing; give all of the matrix or nothing");
        }
        const std::string name = is_yuv ? "input_bias_" : "output_bias_";
        auto& bias = is_yuv ? params_.input_bias : params_.output_bias;
        bool filled = false;
        for (size_t i = 0; i < bias.size(); ++i) {
            if (!block_.gives(name + std::to_string(i))) {
                bias[i] = kBias[i];
                filled = true;
            }
        }
        if (filled) {
            note("all of " + name + "0 to " + name + "2", text(bias[0], ", ", bias[1], ", ", bias[2]));
        }
    }

    void note(const std::string& what, const std::string& instead) {
        problems_.warn(code::kAipp, "insert_op_conf [", block_.place("csc_switch"),
                       "] converts colours but does not give ", what, ". Used: ", instead, ".");
    }

    const AippBlock& block_;
    const std::string& input_;
    const TensorType& target_;
    Problems& problems_;
    aipp::Params params_;
};

std::string inputs_of(const graph::Graph& graph) {
    std::string names;
    for (const ValueId id : graph.inputs) {
        names += (names.empty() ? "" : "; ") + graph.value(id).name;
    }
    return names;
}

/// Which input of the graph the block is for.
std::optional<size_t> find_input(const graph::Graph& graph, const AippBlock& block, Problems& problems) {
    if (block.input.empty()) {
        const int rank = block.rank.value_or(0);
        if (rank < 0 || static_cast<size_t>(rank) >= graph.inputs.size()) {
            complain(problems, block, "related_input_rank", "related_input_rank [", rank, "] is none of the model's ",
                     graph.inputs.size(), " inputs [", inputs_of(graph), "], counted from 0");
            return std::nullopt;
        }
        return static_cast<size_t>(rank);
    }
    const auto at = std::find_if(graph.inputs.begin(), graph.inputs.end(),
                                 [&](ValueId id) { return graph.value(id).name == block.input; });
    if (at == graph.inputs.end()) {
        complain(problems, block, "related_input_name", "related_input_name [", block.input,
                 "] names an input that the model does not have. Its inputs are [", inputs_of(graph), "]");
        return std::nullopt;
    }
    return static_cast<size_t>(at - graph.inputs.begin());
}

/// What the network reads must be pictures.
bool takes_pictures(const graph::Value& input, aclFormat format, const model::Gears& gears, const AippBlock& block,
                    Problems& problems) {
    const TensorType& type = input.type;
    if (type.shape.rank() != 4) {
        complain(problems, block, "related_input_rank", "input [", input.name, "] has the shape ", type.shape,
                 ", but pictures have four dimensions");
        return false;
    }
    if (format != ACL_FORMAT_NCHW && format != ACL_FORMAT_NHWC) {
        complain(problems, block, "related_input_rank", "input [", input.name,
                 "] needs --input_format NCHW or NHWC, not ", name_of(format));
        return false;
    }
    TensorType pictures = type;
    pictures.format = format;
    const bool open = block.dynamic ? !type.shape.is_known() : has_open_size(pictures);
    if (!gears.any() && open) {
        complain(problems, block, "related_input_rank", "input [", input.name, "] has the shape ", type.shape,
                 ", but AIPP needs to know all of it, or gears that do (dynamic_batch_size, dynamic_image_size)");
        return false;
    }
    return true;
}

/// The same where sizes are open: only colours are completed.
aipp::Params complete_colours(const AippBlock& block, const TensorType& target, Problems& problems) {
    return Completion(block, "", target, problems).run_colours();
}

/// What one input gets.
struct Wish {
    TensorType target;
    aipp::Params params;
    std::optional<aipp::DynamicSetup> dynamic;
};

/// Static AIPP where a gear chooses the size of pictures: as it is, the same for all of them (manual 7.6.1).
void check_gears(const AippBlock& block, const std::string& input, const Wish& wish, const model::Gears& gears,
                 Problems& problems) {
    for (const char* field : {"crop", "padding", "resize"}) {
        const bool on = field == std::string("crop")      ? block.params.crop
                        : field == std::string("padding") ? block.params.padding
                                                          : block.params.resize;
        if (on) {
            complain(problems, block, field, field, " must be off where dynamic_image_size chooses the size of input [",
                     input, "]");
        }
    }
    for (const char* field : {"src_image_size_w", "src_image_size_h"}) {
        const int32_t value =
            field == std::string("src_image_size_w") ? block.params.source_width : block.params.source_height;
        if (value != 0) {
            complain(problems, block, field, field, " [", value,
                     "] must be 0 where dynamic_image_size chooses the size of input [", input, "]");
        }
    }
    if (!problems.empty()) {
        return;
    }
    for (const auto& gear : gears.values) {
        aipp::Params params = wish.params;
        TensorType target = wish.target;
        const size_t height = height_axis(target);
        for (size_t i = 0; i < 2; ++i) {
            int64_t& side = target.shape[height + i];
            side = side < 0 ? gear[i] : side;
        }
        target.shape[0] = 1;
        aipp::set_source(params, target.shape[height], target.shape[height + 1]);
        const auto complaints = aipp::check(params);
        const auto complaint = complaints.empty() ? aipp::check_target(params, target) : complaints.front();
        if (complaint) {
            complain(problems, block, complaint->field, "input [", input, "] in the gear ", Shape(gear), ": ",
                     complaint->sentence);
        }
    }
}

/// What can be said of dynamic AIPP before its parameters are known.
void check_dynamic(const AippBlock& block, const std::string& input, const TensorType& target, Problems& problems) {
    const int64_t channels = target.shape[target.format == ACL_FORMAT_NCHW ? 1 : 3];
    if (channels != 1 && channels != 3 && channels != 4) {
        complain(problems, block, "aipp_mode", "input [", input, "] has ", channels,
                 " channels, but pictures have 1, 3 or 4");
    }
    if (target.dtype != ACL_FLOAT && target.dtype != ACL_FLOAT16 && target.dtype != ACL_UINT8) {
        complain(problems, block, "aipp_mode", "input [", input, "] is of type ", name_of(target.dtype),
                 ", but pictures become float32, float16 or uint8");
    }
}

TensorType pictures_of(const Wish& wish) {
    TensorType pictures;
    pictures.dtype = ACL_UINT8;
    pictures.format = ACL_FORMAT_NHWC;
    const aipp::Params& params = wish.params;
    if (wish.dynamic) {  // how many bytes there are follows from elsewhere
        pictures.shape = wish.target.shape;
        pictures.format = wish.target.format;
    } else if (aipp::takes_any_size(params)) {
        const size_t height = height_axis(wish.target);
        pictures.shape = aipp::picture_shape(params.format, wish.target.shape[0], wish.target.shape[height],
                                             wish.target.shape[height + 1]);
    } else {
        pictures.shape =
            aipp::memory_shape(params.format, wish.target.shape[0], params.source_height, params.source_width);
    }
    return pictures;
}

/// Pictures are NHWC, whatever the network's input was.
void move_slots(model::Gears& gears, size_t input) {
    for (auto& slots : gears.slots) {
        for (model::Gears::Slot& slot : slots) {
            slot.axis -= slot.input == input && slot.axis > 1 ? 1 : 0;
        }
    }
}

Status insert(graph::Graph& graph, size_t index, const Wish& wish, ValueId params) {
    const ValueId old = graph.inputs[index];
    const std::string name = graph.value(old).name;
    const TensorType& target = wish.target;
    const ValueId input = graph.add_value({name, pictures_of(wish), std::nullopt});
    const size_t channel = target.format == ACL_FORMAT_NCHW ? 1 : 3;
    SOFTACL_ASSIGN(
        const auto made,
        graph.add_node(name + "_aipp", *ops::find_op("Aipp"), {input, params},
                       {{"aipp_config_path", wish.dynamic ? aipp::to_text(*wish.dynamic) : aipp::to_text(wish.params)},
                        {"channels", target.shape[channel]},
                        {"data_format", std::string(name_of(target.format))},
                        {"dst_type", static_cast<int64_t>(target.dtype)}},
                       1, 0));
    graph.replace_uses(old, made[0]);
    graph.inputs[index] = input;
    return {};
}

}  // namespace

aipp::Params complete_aipp(const AippBlock& block, const std::string& input, const TensorType& target,
                           Problems& problems) {
    return Completion(block, input, target, problems).run();
}

AippRecord insert_aipp(graph::Graph& graph, const std::vector<AippBlock>& blocks, aclFormat format, model::Gears& gears,
                       const std::set<std::string>& float16_inputs, Problems& problems) {
    std::map<size_t, Wish> wishes;  // by input
    for (const AippBlock& block : blocks) {
        const auto index = find_input(graph, block, problems);
        if (!index) {
            continue;
        }
        const graph::Value& input = graph.value(graph.inputs[*index]);
        if (wishes.count(*index) != 0) {
            complain(problems, block, "", "is the second block for input [", input.name, "]. Give one for each input");
            continue;
        }
        if (float16_inputs.count(input.name) != 0) {
            problems.add(code::kOptionsExclude, "input_fp16_nodes names the input [", input.name,
                         "], for which insert_op_conf [", block.place(""),
                         "] says that pictures come as bytes. Take it out of one of them.");
        }
        Wish& wish = wishes[*index];
        if (!takes_pictures(input, format, gears, block, problems)) {
            continue;
        }
        wish.target = input.type;
        wish.target.format = format;
        wish.dynamic = block.dynamic;
        if (wish.dynamic) {
            check_dynamic(block, input.name, wish.target, problems);
        } else if (has_open_size(wish.target)) {
            wish.params = complete_colours(block, wish.target, problems);
            check_gears(block, input.name, wish, gears, problems);
        } else {
            wish.params = complete_aipp(block, input.name, wish.target, problems);
        }
    }
    AippRecord record;
    if (!problems.empty()) {
        return record;
    }
    const auto largest =
        static_cast<int64_t>(gears.kind == model::Gears::Kind::kBatch ? gears.values[gears.largest()][0] : 0);
    std::string name = aipp::kParamsInput;
    int count = 0;
    for (const auto& [index, wish] : wishes) {
        ValueId params = graph::kNoValue;
        if (wish.dynamic) {
            const int64_t pictures = wish.target.shape[0] < 0 ? largest : wish.target.shape[0];
            params = graph.add_input(
                name, {ACL_UINT8, Shape{static_cast<int64_t>(aipp::block_bytes(pictures))}, ACL_FORMAT_ND});
            name = text(aipp::kParamsInput, "_", ++count);
            record.links.resize(graph.inputs.size(), -1);
            record.links[index] = static_cast<int64_t>(graph.inputs.size()) - 1;
        }
        if (!wish.dynamic && wish.target.format == ACL_FORMAT_NCHW) {
            move_slots(gears, index);
        }
        record.settings.resize(graph.inputs.size());
        record.settings[index] = wish.dynamic ? aipp::to_json(*wish.dynamic) : aipp::to_json(wish.params);
        if (const Status status = insert(graph, index, wish, params); !status.ok()) {
            problems.add(code::kInternal, "AIPP cannot be put into the graph: ", status.message(),
                         ". This is a defect of the converter: please report it with the file.");
        }
    }
    record.settings.resize(graph.inputs.size());
    record.links.resize(graph.inputs.size(), -1);
    return record;
}

}  // namespace softacl::convert
