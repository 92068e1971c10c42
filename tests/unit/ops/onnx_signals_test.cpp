// SPDX-License-Identifier: Apache-2.0
// What CenterCropPad, MelWeightMatrix and TfIdfVectorizer refuse, and shapes that are known in part.
#include "nn_support.h"

namespace softacl::ops {
namespace {

void expect_failure(NnCall call, const char* part) {
    EXPECT_NE(call.failure().find(part), std::string::npos) << call.failure();
}

NnCall centred(Shape x, Ints sizes, Ints axes = {}) {
    NnCall call("CpuCenterCropPad");
    call.typed(ACL_FLOAT, std::move(x)).input(Tensor::list(sizes)).attr("axes", std::move(axes));
    return call;
}

TEST(CpuCenterCropPad, ShapesAndRefusals) {
    EXPECT_EQ(centred({2, 9}, {4, 5}).shape(), Shape({4, 5}));
    EXPECT_EQ(centred({2, -1, 7}, {4}, {-1}).shape(), Shape({2, -1, 4}));
    NnCall open("CpuCenterCropPad");
    open.typed(ACL_FLOAT, {2, 9}).typed(ACL_INT64, {1}).attr("axes", Ints{1});
    EXPECT_EQ(open.shape(), Shape({2, -1}));
    expect_failure(centred({2, 9}, {4}), "expected one size for each of 2 axes");
    expect_failure(centred({2, 9}, {4, 4}, {0, -2}), "axis -2 stands twice");
    expect_failure(centred({2, 9}, {4}, {2}), "axis 2 is outside");
    expect_failure(centred({2}, {4, 4}, {0, 0}), "there are 2 axes");
    expect_failure(centred({2, 9}, {4, -1}), "[4,-1]; expected sizes");
}

NnCall mel(Tensor bands, Tensor length, int64_t type = 1) {
    NnCall call("CpuMelWeightMatrix");
    call.input(std::move(bands)).input(std::move(length)).variable(Tensor::scalar<int32_t>(8000));
    call.variable(Tensor::scalar(0.0F)).variable(Tensor::scalar(4000.0F)).attr("output_datatype", type);
    return call;
}

TEST(CpuMelWeightMatrix, ShapesAndRefusals) {
    const Tensor two = Tensor::scalar<int64_t>(2);
    EXPECT_EQ(mel(two, Tensor::scalar<int64_t>(9)).shape(), Shape({5, 2}));
    NnCall open("CpuMelWeightMatrix");
    open.input(two).typed(ACL_INT64, {}).typed(ACL_INT64, {}).typed(ACL_FLOAT, {}).typed(ACL_FLOAT, {});
    EXPECT_EQ(open.shape(), Shape({-1, 2}));
    NnCall half = mel(two, two, 10);
    half.shape();
    EXPECT_EQ(half.call().outputs[0].dtype, ACL_FLOAT16);
    expect_failure(mel(Tensor::scalar<int64_t>(0), two), "num_mel_bins is 0");
    expect_failure(mel(two, Tensor::scalar(int64_t{1} << 40)), "dft_length is 1099511627776");
    expect_failure(mel(two, Tensor::list<int64_t>({1, 2})), "dft_length has the shape [2]; expected one number");
    expect_failure(mel(two, two, 8), "output_datatype is 8");
    expect_failure(mel(two, two, 9), "output_datatype is 9");
    const auto run = [&](int32_t rate, float lower, float upper) {
        NnCall call("CpuMelWeightMatrix");
        call.input(two).input(two).variable(Tensor::scalar(rate)).variable(Tensor::scalar(lower));
        return call.variable(Tensor::scalar(upper)).try_run("reference").status().message();
    };
    EXPECT_EQ(run(100, 0, 50), "");
    EXPECT_NE(run(0, 0, 50).find("sample_rate is 0"), std::string::npos);
    for (const auto& [lower, upper] : {std::pair{-1.0F, 5.0F}, {5.0F, 1.0F}, {0.0F, NAN}, {0.0F, INFINITY}}) {
        EXPECT_NE(run(100, lower, upper).find("expected a rate from 1 on and edges in order"), std::string::npos);
    }
}

NnCall vectorizer(Ints counts, Ints places, Ints pool, int64_t shortest = 1, int64_t longest = 2) {
    NnCall call("CpuTfIdfVectorizer");
    call.typed(ACL_INT64, {-1, 4}).attr("mode", std::string("TF")).attr("ngram_counts", std::move(counts));
    call.attr("ngram_indexes", std::move(places)).attr("pool_int64s", std::move(pool));
    call.attr("min_gram_length", shortest).attr("max_gram_length", longest).attr("max_skip_count", int64_t{1});
    return call;
}

TEST(CpuTfIdfVectorizer, ShapesAndRefusals) {
    EXPECT_EQ(vectorizer({0, 1}, {0, 6}, {4, 4, 5}).shape(), Shape({-1, 7}));
    expect_failure(vectorizer({0, 1}, {0}, {4, 4, 5}), "ngram_indexes has 1 entries; expected one for each of 2");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4}), "expected where the n-grams of each length begin");
    expect_failure(vectorizer({0, 5}, {0, 1}, {4, 4}), "ngram_counts is [0,5] for a pool of 2 numbers");
    expect_failure(vectorizer({-1, 1}, {0, 1}, {4, 4}), "ngram_counts is [-1,1]");
    expect_failure(vectorizer({1, 1}, {0, 1}, {4, 4, 5}), "ngram_counts is [1,1]");
    expect_failure(vectorizer({0, 1}, {0, -1}, {4, 4, 5}), "the entry -1");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4, 5}, 0), "min_gram_length is 0");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4, 5}, 1, 3), "max_gram_length 3");
    expect_failure(vectorizer({0, 0}, {}, {}), "the pool has no n-grams");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4, 5}).attr("mode", std::string("FT")), "mode is FT");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4, 5}).attr("max_skip_count", int64_t{-1}), "max_skip_count -1");
    expect_failure(vectorizer({0, 1}, {0, 1}, {4, 4, 5}).attr("weights", Floats{1}), "there are 1 weights");
    NnCall twice("CpuTfIdfVectorizer");
    twice.variable(Tensor::list<int64_t>({1})).attr("mode", std::string("TF")).attr("ngram_counts", Ints{0});
    twice.attr("ngram_indexes", Ints{0, 1}).attr("pool_int64s", Ints{7, 7}).attr("min_gram_length", int64_t{1});
    twice.attr("max_gram_length", int64_t{1}).attr("max_skip_count", int64_t{0});
    EXPECT_NE(twice.try_run("reference").status().message().find("the n-gram [7] stands twice"), std::string::npos);
}

}  // namespace
}  // namespace softacl::ops
