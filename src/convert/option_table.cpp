// SPDX-License-Identifier: Apache-2.0
#include "convert/option_table.h"

#include <algorithm>
#include <numeric>

namespace softacl::convert {
namespace {

constexpr const char* kSwitch = "0 1";
constexpr const char* kTruth = "true false 0 1";

std::vector<OptionDef> make_table() {
    using E = Effect;
    std::vector<OptionDef> table = {
        {"model", E::kUsed, nullptr, "path of the network"},
        {"weight", E::kUsed, nullptr, "path of the weights of a Caffe network"},
        {"framework", E::kUsed, "0 1 3 5", "0: Caffe, 3: TensorFlow (frozen graph), 5: ONNX; never: 1 MindSpore"},
        {"output", E::kUsed, nullptr, "path of the offline model; .om is added"},
        {"soc_version", E::kUsed, nullptr, "name of the device, recorded in the model; default Ascend310B4"},
        {"soc", E::kUsed, nullptr, "the same"},
        {"input_shape", E::kUsed, nullptr, "\"name:1,3,224,224;other:-1,1~10\" (-1: any size, 1~10: a range)"},
        {"input_shape_range", E::kUsed, nullptr, "the same in its older form: \"name:[1~8,3,-1,-1]\""},
        {"dynamic_batch_size", E::kUsed, nullptr, "\"1,2,4\": what the open first dimension (-1) may be"},
        {"dynamic_image_size", E::kUsed, nullptr, "\"224,224;448,448\": the same for height and width"},
        {"dynamic_dims", E::kUsed, nullptr, "\"20,1;40,2\": the same for all open dimensions, in their order"},
        {"input_format", E::kUsed, "NCHW NHWC ND NCDHW NDHWC",
         "what the dimensions of input pictures are; default NCHW, of TensorFlow NHWC"},
        {"out_nodes", E::kUsed, nullptr, "outputs: \"node:0;other:1\" or \"tensor;tensor\""},
        {"output_type", E::kUsed, nullptr, "of all outputs: FP32, FP16, UINT8, ...; or \"node:0:FP16;other:1:UINT8\""},
        {"input_fp16_nodes", E::kUsed, nullptr, "inputs that become float16: \"name;other\""},
        {"insert_op_conf", E::kUsed, nullptr, "file of AIPP: how the model turns pictures into its inputs"},
        {"precision_mode", E::kUsed,
         "force_fp16 allow_fp32_to_fp16 must_keep_origin_dtype allow_mix_precision force_fp32 cube_fp16in_fp32out",
         "recorded; float32 networks are computed in float32"},
        {"precision_mode_v2", E::kUsed, "fp16 origin cube_fp16in_fp32out mixed_float16 mixed_bfloat16", "the same"},
        {"log", E::kUsed, "null debug info warning error",
         "messages on standard error, with info each step; default warning"},
        {"mode", E::kUsed, "0 1 3 5 6",
         "0: convert, 1: --om as --json, 3: only check the network, 5: text of a graph as --json, 6: show --om"},
        {"om", E::kUsed, nullptr, "the offline model of modes 1 and 6, the text of mode 5"},
        {"json", E::kUsed, nullptr, "the file that modes 1 and 5 write"},
        {"check_report", E::kUsed, nullptr,
         "the file that gets what was found of each node, also in mode 0; default of mode 3: check_result.json"},
        {"external_weight", E::kUsed, kSwitch,
         "1: weights go to a folder \"weight\" beside the model, which must stay there"},
        {"display_model_info", E::kUsed, kSwitch, "1: what mode 6 shows, of the model that was made"},
        {"singleop", E::kUsed, nullptr,
         "file that describes operators, instead of a network; output is then the folder of their models"},
        {"status_check", E::kUsed, kSwitch, "1: the model asks for overflow checks (recorded)"},

        {"op_name_map", E::kDoubtful, nullptr, ""},

        {"save_original_model", E::kNone, kTruth, ""},
        {"op_select_implmode", E::kNone,
         "high_precision high_performance high_precision_for_all high_performance_for_all", ""},
        {"disable_reuse_memory", E::kNone, kSwitch, ""},
        {"dump_mode", E::kNone, kSwitch, ""},
        {"enable_small_channel", E::kNone, kSwitch, ""},
        {"enable_single_stream", E::kNone, kTruth, ""},
        {"enable_compress_weight", E::kNone, kTruth, ""},
        {"sparsity", E::kNone, kSwitch, ""},
        {"deterministic", E::kNone, kSwitch, ""},
        {"tiling_schedule_optimize", E::kNone, kSwitch, ""},
        {"buffer_optimize", E::kNone, "l1_optimize l2_optimize off_optimize l1_and_l2_optimize", ""},
        {"op_compiler_cache_mode", E::kNone, "disable enable force", ""},
    };
    for (const char* name : {"optypelist_for_implmode",
                             "fusion_switch_file",
                             "auto_tune_mode",
                             "core_type",
                             "aicore_num",
                             "op_debug_level",
                             "debug_dir",
                             "op_compiler_cache_dir",
                             "compress_weight_conf",
                             "compression_optimize_conf",
                             "mdl_bank_path",
                             "op_bank_path",
                             "customize_dtypes",
                             "keep_dtype",
                             "op_precision_mode",
                             "modify_mixlist",
                             "input_hint_shape",
                             "enable_scope_fusion_passes",
                             "host_env_os",
                             "host_env_cpu",
                             "virtual_type",
                             "is_input_adjust_hw_layout",
                             "is_output_adjust_hw_layout",
                             "cluster_config",
                             "device",
                             "jit_compile",
                             "h2d_overlapped_with_compute"}) {
        table.push_back({name, E::kNone, nullptr, ""});
    }
    return table;
}

/// How many letters must be changed, added or taken away.
size_t distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

const std::vector<OptionDef>& option_table() {
    static const std::vector<OptionDef> kTable = make_table();
    return kTable;
}

const OptionDef* find_option(const std::string& name) {
    const auto& table = option_table();
    const auto at = std::find_if(table.begin(), table.end(), [&](const OptionDef& row) { return name == row.name; });
    return at == table.end() ? nullptr : &*at;
}

std::string similar_option(const std::string& name) {
    constexpr size_t kLongest = 64;
    std::string best;
    size_t changes = name.size() / 3 + 1;
    for (const OptionDef& row : option_table()) {
        const size_t needed = name.size() > kLongest ? changes : distance(name, row.name);
        if (needed < changes) {
            changes = needed;
            best = row.name;
        }
    }
    return best;
}

}  // namespace softacl::convert
