// SPDX-License-Identifier: Apache-2.0
#include "ops/tensorflow/table.h"

#include "ops/op_def.h"
#include "ops/tensorflow/importing.h"

namespace softacl::ops {
namespace {

/// Operators whose inputs and attributes are those of ours under another name.
struct Renamed {
    const char* type;
    const char* op;
};
constexpr Renamed kRenamed[] = {{"AddV2", "Add"},       {"Inv", "Reciprocal"}, {"Roll", "RollV2"},
                                {"TruncateDiv", "Div"}, {"InTopK", "InTopKD"}, {"InTopKV2", "InTopK"}};

const char* name_here(const std::string& type) {
    for (const Renamed& row : kRenamed) {
        if (type == row.type) {
            return row.op;
        }
    }
    return type.c_str();
}

/// Inputs in the same order, attributes by their names.
Imported import_same(Importer& graph, const ForeignNode& node) {
    const OpDef* op = find_op(name_here(node.type));
    size_t least = 0;
    for (const Port& port : op->inputs()) {
        least += port.arity == Arity::kRequired ? 1 : 0;
    }
    SOFTACL_TRY(check_inputs(node, least, op->inputs().size()));
    Attrs attrs;
    for (const AttrDef& declared : op->attrs()) {
        std::visit(
            [&](const auto& fallback) {
                if (const auto* value = node.attrs.find_as<std::decay_t<decltype(fallback)>>(declared.name)) {
                    attrs.set(declared.name, *value);
                }
            },
            declared.value);
    }
    return one(graph.add(op->name(), node.inputs, std::move(attrs)));
}

Imported refuse_variable(Importer& /*graph*/, const ForeignNode& /*node*/) {
    return import_fail("it is a variable, whose values are not in the file. Freeze the network: variables must become ",
                       "constants");
}
Imported refuse_control_flow(Importer& /*graph*/, const ForeignNode& /*node*/) {
    return import_fail("it belongs to a loop or a choice in a form that is not supported. Freeze the network for ",
                       "inference with control flow of functions (If, While), or cut it off with --out_nodes");
}

constexpr const char* kSame[] = {"Abs",
                                 "Acos",
                                 "Acosh",
                                 "Add",
                                 "AddV2",
                                 "ApproximateEqual",
                                 "Asin",
                                 "Asinh",
                                 "Atan",
                                 "Atan2",
                                 "Atanh",
                                 "BesselI0e",
                                 "BesselI1e",
                                 "Bincount",
                                 "BitwiseAnd",
                                 "BitwiseOr",
                                 "BitwiseXor",
                                 "BroadcastArgs",
                                 "BroadcastTo",
                                 "Ceil",
                                 "Cholesky",
                                 "Cos",
                                 "Cosh",
                                 "Cumprod",
                                 "Cumsum",
                                 "DataFormatDimMap",
                                 "DataFormatVecPermute",
                                 "CumulativeLogsumexp",
                                 "Diag",
                                 "DiagPart",
                                 "Digamma",
                                 "Div",
                                 "DivNoNan",
                                 "Elu",
                                 "Equal",
                                 "Erf",
                                 "Erfc",
                                 "Erfinv",
                                 "EuclideanNorm",
                                 "Exp",
                                 "ExpandDims",
                                 "Expm1",
                                 "ExtractImagePatches",
                                 "FakeQuantWithMinMaxArgs",
                                 "FakeQuantWithMinMaxVars",
                                 "FakeQuantWithMinMaxVarsPerChannel",
                                 "Fill",
                                 "Floor",
                                 "FloorDiv",
                                 "FloorMod",
                                 "GatherNd",
                                 "Greater",
                                 "GreaterEqual",
                                 "InplaceAdd",
                                 "InplaceSub",
                                 "InplaceUpdate",
                                 "Igamma",
                                 "Igammac",
                                 "InTopK",
                                 "InTopKV2",
                                 "Inv",
                                 "Invert",
                                 "InvertPermutation",
                                 "IsFinite",
                                 "IsInf",
                                 "IsNan",
                                 "LeftShift",
                                 "Less",
                                 "LessEqual",
                                 "Lgamma",
                                 "LinSpace",
                                 "Log",
                                 "Log1p",
                                 "LogicalAnd",
                                 "LogicalNot",
                                 "LogicalOr",
                                 "MatrixBandPart",
                                 "MatrixDiag",
                                 "MatrixDiagPart",
                                 "MatrixInverse",
                                 "MatrixSetDiag",
                                 "MatrixSolve",
                                 "MatrixTriangularSolve",
                                 "Maximum",
                                 "Minimum",
                                 "MirrorPad",
                                 "Mod",
                                 "Mul",
                                 "MulNoNan",
                                 "Neg",
                                 "NextAfter",
                                 "NotEqual",
                                 "OneHot",
                                 "OnesLike",
                                 "Pad",
                                 "PadV2",
                                 "PopulationCount",
                                 "Pow",
                                 "RandomShuffle",
                                 "RandomStandardNormal",
                                 "RandomUniform",
                                 "RandomUniformInt",
                                 "Range",
                                 "RealDiv",
                                 "Reciprocal",
                                 "Relu",
                                 "Relu6",
                                 "Reshape",
                                 "ReverseSequence",
                                 "ReverseV2",
                                 "RightShift",
                                 "Rint",
                                 "Roll",
                                 "Round",
                                 "Rsqrt",
                                 "SegmentMax",
                                 "SegmentSum",
                                 "Select",
                                 "SelectV2",
                                 "Selu",
                                 "Sigmoid",
                                 "Sign",
                                 "Sin",
                                 "Sinh",
                                 "Slice",
                                 "Softplus",
                                 "Softsign",
                                 "Sqrt",
                                 "Square",
                                 "SquaredDifference",
                                 "StatelessRandomGetAlg",
                                 "StatelessRandomNormalV2",
                                 "StatelessRandomUniformFullIntV2",
                                 "StatelessRandomUniformIntV2",
                                 "StatelessRandomUniformV2",
                                 "StatelessTruncatedNormalV2",
                                 "StridedSlice",
                                 "Sub",
                                 "Tan",
                                 "Tanh",
                                 "TensorScatterAdd",
                                 "TensorScatterMax",
                                 "TensorScatterMin",
                                 "TensorScatterSub",
                                 "TensorScatterUpdate",
                                 "Tile",
                                 "TruncateDiv",
                                 "TruncateMod",
                                 "TruncatedNormal",
                                 "UnravelIndex",
                                 "UnsortedSegmentMax",
                                 "UnsortedSegmentMin",
                                 "UnsortedSegmentProd",
                                 "UnsortedSegmentSum",
                                 "Xdivy",
                                 "Xlog1py",
                                 "Xlogy",
                                 "ZerosLike",
                                 "Zeta"};

constexpr const char* kVariables[] = {"Variable",          "VariableV2",     "AutoReloadVariable",
                                      "TemporaryVariable", "VarHandleOp",    "VarIsInitializedOp",
                                      "ReadVariableOp",    "ResourceGather", "AssignVariableOp"};
constexpr const char* kControlFlow[] = {"Switch",
                                        "RefSwitch",
                                        "Merge",
                                        "Enter",
                                        "RefEnter",
                                        "Exit",
                                        "NextIteration",
                                        "LoopCond",
                                        "Case",
                                        "StatelessCase",
                                        "TensorArrayV3",
                                        "TensorArrayReadV3",
                                        "TensorArrayWriteV3",
                                        "TensorArrayGatherV3",
                                        "TensorArrayScatterV3",
                                        "TensorArraySizeV3",
                                        "TensorListReserve",
                                        "TensorListStack",
                                        "TensorListFromTensor"};

std::vector<TensorFlowRow> make_rows() {
    std::vector<TensorFlowRow> rows = {
        {"AccumulateNV2", "AccumulateNV2", import_tf_list},
        {"AddN", "AddN", import_tf_list},
        {"All", "ReduceAll", import_tf_reduce},
        {"Any", "ReduceAny", import_tf_reduce},
        {"ArgMax", "ArgMaxV2", import_tf_arg},
        {"ArgMin", "ArgMin", import_tf_arg},
        {"AvgPool", "AvgPoolV2", import_tf_pool},
        {"AvgPool3D", "AvgPool3D", import_tf_pool},
        {"BatchMatMul", "BatchMatMulV2", import_tf_batch_matmul},
        {"BatchMatMulV2", "BatchMatMulV2", import_tf_batch_matmul},
        {"BatchMatMulV3", "BatchMatMulV2", import_tf_batch_matmul},
        {"BatchToSpaceND", "TransposeD", import_tf_batch_to_space},
        {"BiasAdd", "Add", import_tf_bias_add},
        {"BiasAddV1", "Add", import_tf_bias_add},
        {"Cast", "Cast", import_tf_cast},
        {"CheckNumerics", "Identity", import_tf_identity},
        {"ClipByValue", "ClipByValueV2", import_tf_clip},
        {"CombinedNonMaxSuppression", "CombinedNonMaxSuppression", import_tf_combined_suppression},
        {"Concat", "ConcatD", import_tf_concat},
        {"ConcatV2", "ConcatD", import_tf_concat},
        {"Const", "", import_tf_const},
        {"Conv2D", "Conv2D", import_tf_convolution},
        {"Conv2DBackpropInput", "Conv2DTranspose", import_tf_conv_backprop},
        {"Conv3D", "Conv3D", import_tf_convolution},
        {"Conv3DBackpropInputV2", "Conv3DTranspose", import_tf_conv_backprop},
        {"CropAndResize", "CropAndResizeD", import_tf_crop_and_resize},
        {"DepthToSpace", "DepthToSpace", import_tf_depth_space},
        {"DepthwiseConv2dNative", "Conv2D", import_tf_depthwise},
        {"Dilation2D", "Dilation2D", import_tf_dilation},
        {"Einsum", "Einsum", import_tf_list},
        {"EnsureShape", "Identity", import_tf_identity},
        {"FusedBatchNorm", "BNInference", import_tf_batch_norm},
        {"FusedBatchNormV2", "BNInference", import_tf_batch_norm},
        {"FusedBatchNormV3", "BNInference", import_tf_batch_norm},
        {"Gather", "GatherV2", import_tf_gather},
        {"GatherV2", "GatherV2", import_tf_gather},
        {"Identity", "Identity", import_tf_identity},
        {"IdentityN", "Identity", import_tf_identities},
        {"L2Loss", "SquareSumV1", import_tf_l2_loss},
        {"LRN", "LRN", import_tf_lrn},
        {"LeakyRelu", "LeakyRelu", import_tf_leaky_relu},
        {"LogSoftmax", "LogSoftmaxV2", import_tf_softmax},
        {"MatMul", "MatMulV2", import_tf_matmul},
        {"Max", "ReduceMax", import_tf_reduce},
        {"MaxPool", "MaxPoolV3", import_tf_pool},
        {"MaxPool3D", "MaxPool3D", import_tf_pool},
        {"MaxPoolV2", "MaxPoolV3", import_tf_pool},
        {"Mean", "ReduceMean", import_tf_reduce},
        {"Min", "ReduceMin", import_tf_reduce},
        {"Multinomial", "Multinomial", import_tf_multinomial},
        {"NonMaxSuppression", "NonMaxSuppressionV5", import_tf_non_max_suppression},
        {"NonMaxSuppressionV2", "NonMaxSuppressionV5", import_tf_non_max_suppression},
        {"NonMaxSuppressionV3", "NonMaxSuppressionV5", import_tf_non_max_suppression},
        {"NonMaxSuppressionV4", "NonMaxSuppressionV5", import_tf_non_max_suppression},
        {"NonMaxSuppressionV5", "NonMaxSuppressionV5", import_tf_non_max_suppression},
        {"Pack", "Pack", import_tf_list},
        {"PreventGradient", "Identity", import_tf_identity},
        {"Prod", "ReduceProd", import_tf_reduce},
        {"Rank", "Rank", import_tf_shape},
        {"ResizeBilinear", "Resize", import_tf_resize},
        {"ResizeNearestNeighbor", "Resize", import_tf_resize},
        {"ScatterNd", "TensorScatterAdd", import_tf_scatter_nd},
        {"Shape", "Shape", import_tf_shape},
        {"ShapeN", "Shape", import_tf_shape},
        {"Size", "Size", import_tf_shape},
        {"Snapshot", "Identity", import_tf_identity},
        {"Softmax", "SoftmaxV2", import_tf_softmax},
        {"SpaceToBatchND", "TransposeD", import_tf_space_to_batch},
        {"SpaceToDepth", "SpaceToDepth", import_tf_depth_space},
        {"Split", "Split", import_tf_split},
        {"SplitV", "SplitV", import_tf_split},
        {"Squeeze", "Squeeze", import_tf_squeeze},
        {"StatelessRandomGetKeyCounter", "StatelessRandomGetKeyCounter", import_tf_key_counter},
        {"StatelessRandomGetKeyCounterAlg", "StatelessRandomGetKeyCounterAlg", import_tf_key_counter},
        {"StopGradient", "Identity", import_tf_identity},
        {"Sum", "ReduceSum", import_tf_reduce},
        {"TopK", "TopKV2", import_tf_top_k},
        {"TopKV2", "TopKV2", import_tf_top_k},
        {"Transpose", "TransposeD", import_tf_transpose},
        {"Unpack", "Unpack", import_tf_split},
    };
    for (const char* type : kSame) {
        rows.push_back({type, name_here(type), import_same});
    }
    for (const char* type : kVariables) {
        rows.push_back({type, "", refuse_variable});
    }
    for (const char* type : kControlFlow) {
        rows.push_back({type, "", refuse_control_flow});
    }
    return rows;
}

}  // namespace

const std::vector<TensorFlowRow>& tensorflow_rows() {
    static const std::vector<TensorFlowRow>& rows = *new std::vector<TensorFlowRow>(make_rows());
    return rows;
}

}  // namespace softacl::ops
