// SPDX-License-Identifier: Apache-2.0
// What operators that select, scatter and transform say of calls that do not go together.
#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::HasSubstr;

Tensor ints(std::vector<int32_t> values) { return Tensor::list(values); }
Tensor mask(std::vector<int> values) {
    std::vector<int8_t> bytes(values.begin(), values.end());
    return Tensor::list(bytes).viewed_as({ACL_BOOL, {static_cast<int64_t>(bytes.size())}, ACL_FORMAT_ND});
}
const Tensor kTwelve = counting({3, 4});
const Tensor kList = counting({4});

struct Refusal {
    TestCall call;
    const char* says;
};

TEST(ShapeRefusals, NameWhatDoesNotFit) {
    const Refusal refusals[] = {
        {{"ScatterAdd", {kTwelve, ints({3}), counting({1, 4})}}, "index 3 (element 0 of the indices) is out of range"},
        {{"ScatterAdd", {kTwelve, ints({1}), counting({1, 3})}}, "need [1,4]"},
        {{"ScatterAdd", {counting({}), ints({0}), counting({1})}}, "is a scalar"},
        {{"ScatterDiv", {kList, ints({1}), ints({0})}}, "0, which integers cannot be divided by"},
        {{"ScatterNd", {Tensor::of<int32_t>({1, 1}, {4}), ints({1}), ints({4})}}, "index 4"},
        {{"ScatterNd", {Tensor::of<int32_t>({1, 1}, {0}), ints({1}), ints({-4})}}, "negative dimension"},
        {{"ScatterNdAdd", {kTwelve, Tensor::of<int32_t>({1, 3}, {0, 0, 0}), ints({1})}},
         "a last dimension of at most 2"},
        {{"IndexAdd", {kTwelve, ints({9}), counting({3, 1})}, {{"axis", int64_t{1}}}}, "index 9"},
        {{"IndexAdd", {kTwelve, ints({1}), counting({3, 2})}, {{"axis", int64_t{1}}}}, "need [3,1]"},
        {{"SegmentSum", {kList, ints({0, 1, 0, 2})}}, "0 behind 1"},
        {{"SegmentSum", {kList, ints({-1, 1, 1, 2})}}, "-1 behind 0"},
        {{"SegmentSum", {kTwelve, ints({0, 1})}}, "not the first part"},
        {{"UnsortedSegmentSum", {kList, ints({0, 1, 2, 3}), ints({3})}}, "segment 3 (element 3 of segment_ids)"},
        {{"UnsortedSegmentSum", {kList, ints({0, 1, 2, 3}), ints({-3})}}, "num_segments is -3"},
        {{"MaskedScatter", {kList, mask({1, 1, 0, 1}), ints({1, 2})}}, "true 3 times, but there are 2 updates"},
        {{"MaskedSelect", {kTwelve, mask({1, 0})}}, "do not broadcast"},
        {{"RepeatInterleave", {kList, ints({1, 2})}}, "expected one number, or 4"},
        {{"RepeatInterleave", {kList, ints({-1})}}, "-1, which is not possible"},
        {{"InvertPermutation", {ints({0, 2, 0})}}, "element 2 is 0; expected each number of [0, 3) once"},
        {{"InvertPermutation", {ints({0, 3})}}, "element 1 is 3"},
        {{"BroadcastArgs", {ints({2}), ints({3})}}, "2 against 3 in dimension 0"},
        {{"UnravelIndex", {ints({6}), ints({2, 3})}}, "index 6 (element 0) is out of range of 6 elements"},
        {{"UnravelIndex", {ints({0}), ints({2, 0})}}, "dimension 1 is 0"},
        {{"LowerBound", {kTwelve, kList}}, "two matrices"},
        {{"AsStrided", {kList, ints({3}), ints({2}), ints({0})}}, "beyond the 4 elements"},
        {{"AsStrided", {kList, ints({2}), ints({-1}), ints({3})}}, "beyond the 4 elements"},
        {{"AsStrided", {kList, ints({2}), ints({INT32_MAX}), ints({INT32_MAX})}}, "beyond the 4 elements"},
        {{"AsStrided", {kList, ints({2}), ints({1, 1}), ints({0})}}, "do not make a view"},
        {{"Bitcast", {kList}, {{"type", ACL_INT64}}}, "a last dimension of 2"},
        {{"RollV2", {kTwelve, ints({1, 2}), ints({0})}}, "2 shifts and 1 axes"},
        {{"SpaceToBatchND", {counting({1, 3}), ints({2}), ints({0, 0})}}, "no multiple of 2"},
        {{"SpaceToBatchND", {counting({1, 4}), ints({0}), ints({0, 0})}}, "blocks of 0"},
        {{"SpaceToBatchND", {counting({1, 4}), ints({2}), ints({0, -2})}}, "not possible"},
        {{"BatchToSpaceND", {counting({3, 4}), ints({2}), ints({0, 0})}}, "3 batches, which is no multiple of 2"},
        {{"BatchToSpaceND", {counting({2, 1}), ints({2}), ints({2, 1})}}, "crops 2 and 1"},
        {{"BatchToSpace", {kTwelve, ints({0, 0, 0, 0})}, {{"block_size", int64_t{2}}}}, "four dimensions"},
        {{"ConfusionTransposeD", {kTwelve}, {{"perm", Ints{1, 0}}, {"shape", Ints{5, -1}}, {"transpose_first", false}}},
         "cannot have the shape [5,-1]"},
        {{"Crop", {kTwelve, counting({3, 3})}, {{"axis", int64_t{1}}, {"offsets", Ints{2}}}}, "offset 2 and size 3"},
        {{"EnsureShape", {kTwelve}, {{"shape", Ints{-1, 3}}}}, "ensured is [-1,3]"},
        {{"CheckNumerics", {Tensor::list(Floats{1, NAN})}, {{"message", std::string("bad step")}}},
         "bad step: element 1 is nan"},
        {{"FillDiagonal", {counting({2, 3, 2})}, {{"fill_value", 1.0F}}}, "dimensions of one size"},
        {{"Empty", {ints({2})}, {{"dtype", int64_t{77}}}}, "77, which is no element type"},
        {{"ConcatV2", {kTwelve, counting({2, 4}), ints({1})}}, "cannot be joined along axis 1"},
        {{"ConcatV2", {kTwelve, kTwelve, ints({2})}}, "axis 2 is outside"},
        {{"ParallelConcat", {counting({1, 4})}, {{"shape", Ints{2, 4}}, {"N", int64_t{1}}}}, "the values make [1,4]"},
        {{"GatherD", {kTwelve, ints({1}), counting({3, 1})}, {{"dim", int64_t{-1}}}}, "expected the same"},
        {{"PadD", {kTwelve}, {{"paddings", IntLists{{1, 2}, {3}}}}}, "lists of 2 and of 1 numbers"},
        {{"STFT", {Tensor::list(Floats(8))}, {{"n_fft", int64_t{4}}}}, "there are no complex types"},
        {{"STFT", {Tensor::list(Floats(3))}, {{"n_fft", int64_t{4}}, {"return_complex", false}}}, "no frame of 4"},
        {{"CpuDFT", {Tensor::of<float>({2, 3}, Floats(6))}}, "expected a last dimension of 1 (real) or 2 (complex)"},
        {{"SignBitsPack", {Tensor::list(Floats(9))}, {{"size", int64_t{3}}}}, "2 elements do not make as many rows"},
        {{"ExtractVolumePatches",
          {counting({1, 2, 2, 2, 1})},
          {{"ksizes", Ints{1, 1, 1, 1, 2}}, {"strides", Ints{1, 1, 1, 1, 1}}, {"padding", std::string("SAME")}}},
         "the first and the last being 1"},
        {{"TransData", {kTwelve}, {{"src_format", std::string("NCHW")}, {"dst_format", std::string("NC1HWC0")}}},
         "the shape [3,4] is none of format NCHW"},
        {{"TransData", {kTwelve}, {{"src_format", std::string("ND")}, {"dst_format", std::string("NX")}}},
         "the format 'NX' is not known"},
        {{"TransData",
          {counting({1, 1, 1, 1, 16})},
          {{"src_format", std::string("NC1HWC0")},
           {"dst_format", std::string("NCHW")},
           {"dst_shape", Ints{1, 17, 1, 1}}}},
         "is not the shape [1,17,1,1]"}};
    for (const Refusal& refusal : refusals) {
        TestCall call = refusal.call;
        call.all_known = true;
        const auto result = run(call);
        EXPECT_FALSE(result.ok()) << call.op << ": " << refusal.says;
        EXPECT_THAT(sentence(result), HasSubstr(refusal.says)) << call.op;
    }
}

TEST(ShapeRefusals, UnknownDimensionsStayUnknown) {
    const TensorType open = {ACL_FLOAT, {-1, 4}};
    const auto shape = [](const auto& types) { return types.ok() ? types->front().shape : Shape{-99}; };
    EXPECT_EQ(shape(infer("TileD", {{open}}, {{"multiples", Ints{2, 3}}})), Shape({-1, 12}));
    EXPECT_EQ(shape(infer("ScatterAdd", {{open}, {{ACL_INT32, {2}}}, {{ACL_FLOAT, {2, 4}}}})), Shape({-1, 4}));
    EXPECT_EQ(shape(infer("Roll", {{open}}, {{"shifts", Ints{1}}, {"dims", Ints{0}}})), Shape({-1, 4}));
    EXPECT_EQ(shape(infer("Where", {{open}})), Shape({-1, 2}));
    EXPECT_EQ(shape(infer("SegmentSum", {{open}, {{ACL_INT32, {-1}}}})), Shape({-1, 4}));
    EXPECT_EQ(shape(infer("ConcatV2", {{open}, {open}, {{ACL_INT32, {}}}})), Shape({-1, -1}));
    EXPECT_EQ(shape(infer("ConcatV2D", {{open}, {open}}, {{"concat_dim", int64_t{1}}})), Shape({-1, 8}));
    EXPECT_EQ(shape(infer("TransData", {{{ACL_FLOAT, {-1, 3, 8, -1}}}},
                          {{"src_format", std::string("NCHW")}, {"dst_format", std::string("NC1HWC0")}})),
              Shape({-1, 1, 8, -1, 16}));
    EXPECT_EQ(shape(infer("SpaceToBatchNDD", {{open}}, {{"block_shape", Ints{2}}, {"paddings", Ints{0, 0}}})),
              Shape({-1, 2}));
    EXPECT_EQ(shape(infer("CpuDFT", {{{ACL_FLOAT, {-1, -1, 1}}}})), Shape({-1, -1, 2}));
}

TEST(ShapeRefusals, ValueInputsBehindSeveralTensorsAreFound) {
    EXPECT_EQ(find_op("ConcatV2")->value_inputs(4), std::vector<size_t>{3});
    EXPECT_EQ(find_op("Concat")->value_inputs(4), std::vector<size_t>{0});
}

}  // namespace
}  // namespace softacl::ops
