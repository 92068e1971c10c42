// SPDX-License-Identifier: Apache-2.0
// Models from a file to results, on the device's memory.
#include "exec/model.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <thread>

#include "fake_model.h"
#include "graph/graph.h"
#include "model/om.h"
#include "runtime/process.h"

namespace softacl::exec {
namespace {

runtime::Device& device() { return **runtime::Process::instance().device(0); }

// y = x + w and z = y * x, for x [2, 3].
model::OmModel sums() {
    model::OmModel om;
    graph::Graph& graph = om.graph;
    graph.name = "sums";
    const auto x = graph.add_input("x", {ACL_FLOAT, {2, 3}, ACL_FORMAT_ND});
    const auto w = graph.add_constant("w", Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto y = graph.add_node("add", *ops::find_op("Add"), {x, w}, {}, 1);
    const auto z = graph.add_node("mul", *ops::find_op("Mul"), {y->front(), x}, {}, 1);
    graph.outputs = {y->front(), z->front()};
    graph.output_names = {"add:0:y", "mul:0:z"};
    return om;
}

std::string written(const model::OmModel& om) {
    const std::string path = testing::TempDir() + "model_test_" + std::to_string(getpid()) + ".om";
    const Status status = model::write_om(om, path);
    EXPECT_TRUE(status.ok()) << status.message();
    return path;
}

std::shared_ptr<Model> loaded(const model::OmModel& om) {
    const std::string path = written(om);
    auto model = Model::load(device(), {path.c_str(), nullptr, 0});
    std::remove(path.c_str());
    EXPECT_TRUE(model.ok()) << model.status().message();
    return *model;
}

template <size_t kCount>
Buffer buffer(float (&values)[kCount]) {
    return {values, sizeof values};
}

TEST(ModelTest, DescribesAndComputes) {
    const auto model = loaded(sums());
    const ModelInfo& info = model->info();
    EXPECT_EQ(info.name, "sums");
    ASSERT_EQ(info.inputs.size(), 1U);
    EXPECT_EQ(info.inputs[0].name, "x");
    EXPECT_EQ(info.inputs[0].dims, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(info.inputs[0].bytes, 24U);
    ASSERT_EQ(info.outputs.size(), 2U);
    EXPECT_EQ(info.outputs[1].name, "mul:0:z");
    float x[] = {1, 2, 3, 4, 5, 6};
    float y[6];
    float z[6];
    ASSERT_TRUE(model->execute(*model->info().variants[0], {buffer(x)}, {buffer(y), buffer(z)}, any_run()).ok());
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(y[i], 2 * x[i]);
        EXPECT_EQ(z[i], 2 * x[i] * x[i]);
    }
}

TEST(ModelTest, OutputsMayBeTheInputOrMeet) {
    const auto model = loaded(sums());
    float x[] = {1, 2, 3, 4, 5, 6};
    float z[6];
    ASSERT_TRUE(model->execute(*model->info().variants[0], {buffer(x)}, {buffer(x), buffer(z)}, any_run()).ok());
    EXPECT_EQ(x[5], 12);
    EXPECT_EQ(z[5], 72);
    float both[9] = {};
    float again[] = {1, 1, 1, 1, 1, 1};
    ASSERT_TRUE(
        model->execute(*model->info().variants[0], {buffer(again)}, {{both, 24}, {both + 3, 24}}, any_run()).ok());
    EXPECT_EQ(both[2], 4) << "of the first output";
    EXPECT_EQ(both[8], 7) << "of the second, which is written last";
}

TEST(ModelTest, AddressesNeedNoAlignment) {
    const auto model = loaded(sums());
    const float x[] = {1, 2, 3, 4, 5, 6};
    char in[25];
    char y[25];
    char z[25];
    std::memcpy(in + 1, x, 24);
    ASSERT_TRUE(model->execute(*model->info().variants[0], {{in + 1, 24}}, {{y + 1, 24}, {z + 1, 24}}, any_run()).ok());
    float result[6];
    std::memcpy(result, y + 1, 24);
    EXPECT_EQ(result[5], 12);
}

TEST(ModelTest, FromMemoryThatGoesAway) {
    const std::string path = written(sums());
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    std::remove(path.c_str());
    const auto model = Model::load(device(), {nullptr, bytes.data(), bytes.size()});
    ASSERT_TRUE(model.ok()) << model.status().message();
    std::fill(bytes.begin(), bytes.end(), 0);
    float x[] = {1, 2, 3, 4, 5, 6};
    float y[6];
    float z[6];
    ASSERT_TRUE((*model)->execute(*(*model)->info().variants[0], {buffer(x)}, {buffer(y), buffer(z)}, any_run()).ok());
    EXPECT_EQ(y[5], 12);
}

TEST(ModelTest, SizesAreKnownBeforehandAndReturned) {
    const std::string path = written(sums());
    const auto info = query({path.c_str(), nullptr, 0});
    ASSERT_TRUE(info.ok());
    const uint64_t before = device().memory().free_bytes();
    {
        const auto model = Model::load(device(), {path.c_str(), nullptr, 0});
        ASSERT_TRUE(model.ok());
        EXPECT_EQ((*model)->info().work_bytes, info->work_bytes);
        EXPECT_EQ((*model)->info().weight_bytes, info->weight_bytes);
        EXPECT_GE(before - device().memory().free_bytes(), info->work_bytes + info->weight_bytes);
    }
    EXPECT_EQ(device().memory().free_bytes(), before);
    std::remove(path.c_str());
}

TEST(ModelTest, WhatTheFileLacks) {
    const auto missing = Model::load(device(), {"/nonexistent/model.om", nullptr, 0});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.status().code(), ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID);
    EXPECT_NE(missing.status().message().find("/nonexistent/model.om"), std::string::npos);
    const char text[300] = "this is no model";
    const auto no_model = Model::load(device(), {nullptr, text, sizeof text});
    ASSERT_FALSE(no_model.ok());
    EXPECT_EQ(no_model.status().code(), ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED);
}

// y = x * 2 + w for x [n, 3], n up to 200.
model::OmModel free_rows() {
    model::OmModel om;
    om.graph.name = "rows";
    const auto x = om.graph.add_input("x", {ACL_FLOAT, {-1, 3}, ACL_FORMAT_ND});
    const auto w = om.graph.add_constant("w", Tensor::of<float>({3}, {10, 20, 30}));
    const auto twice = om.graph.add_node("twice", *ops::find_op("Add"), {x, x}, {}, 1);
    const auto y = om.graph.add_node("add", *ops::find_op("Add"), {twice->front(), w}, {}, 1);
    om.graph.outputs = {y->front()};
    om.graph.output_names = {"add:0:y"};
    om.input_ranges = {{{1, 200}, {3, 3}}};
    return om;
}

void expect_rows(Model& model, const Variant& variant, size_t rows) {
    std::vector<float> x(rows * 3);
    std::iota(x.begin(), x.end(), 0.0F);
    std::vector<float> y(x.size(), -1);
    const size_t bytes = x.size() * sizeof x[0];
    ASSERT_EQ(variant.outputs[0].bytes, bytes);
    const Status done = model.execute(variant, {{x.data(), bytes}}, {{y.data(), bytes}}, any_run());
    ASSERT_TRUE(done.ok()) << done.message();
    for (size_t i = 0; i < y.size(); ++i) {
        ASSERT_EQ(y[i], 2 * x[i] + static_cast<float>(10 * (i % 3 + 1))) << i << " of " << rows << " rows";
    }
}

TEST(ModelTest, FreeShapesAreForgottenButNotUnderAUser) {
    const auto model = loaded(free_rows());
    EXPECT_TRUE(model->info().has_free_shapes());
    EXPECT_EQ(model->info().outputs[0].bytes, 200 * 3 * sizeof(float));
    const auto first = model->variant_for({{1, 3}});
    ASSERT_TRUE(first.ok()) << first.status().message();
    EXPECT_EQ(*model->variant_for({{1, 3}}), *first);
    for (int64_t rows = 2; rows <= 200; ++rows) {
        const auto variant = model->variant_for({{rows, 3}});
        ASSERT_TRUE(variant.ok()) << variant.status().message();
        expect_rows(*model, **variant, static_cast<size_t>(rows));
    }
    expect_rows(*model, **first, 1);
    EXPECT_NE(*model->variant_for({{1, 3}}), *first) << "made anew";
    EXPECT_EQ(model->variant_for({{201, 3}}).status().code(), ACL_ERROR_GE_SHAPE_INVALID);
    EXPECT_EQ(model->variant_for({{1, 4}}).status().code(), ACL_ERROR_GE_SHAPE_INVALID);
}

TEST(ModelTest, FreeShapesFromManyThreads) {
    const auto model = loaded(free_rows());
    std::vector<std::thread> threads;
    for (int64_t thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&, thread] {
            for (int64_t i = 0; i < 40; ++i) {
                const int64_t rows = 1 + (i * (thread + 1)) % 100;
                const auto variant = model->variant_for({{rows, 3}});
                ASSERT_TRUE(variant.ok()) << variant.status().message();
                expect_rows(*model, **variant, static_cast<size_t>(rows));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST(ModelTest, FreeShapesGiveTheirMemoryBack) {
    const uint64_t before = device().memory().free_bytes();
    {
        const auto model = loaded(free_rows());
        ASSERT_TRUE(model->variant_for({{7, 3}}).ok());
    }
    EXPECT_EQ(device().memory().free_bytes(), before);
}

TEST(ModelTest, MoreThanTheDeviceHas) {
    model::OmModel om;
    const int64_t much = static_cast<int64_t>(device().memory().capacity() / sizeof(float));
    const auto x = om.graph.add_input("x", {ACL_FLOAT, {much}, ACL_FORMAT_ND});
    const auto y = om.graph.add_node("add", *ops::find_op("Add"), {x, x}, {}, 1);
    const auto z = om.graph.add_node("mul", *ops::find_op("Mul"), {y->front(), x}, {}, 1);
    om.graph.outputs = {om.graph.add_node("sub", *ops::find_op("Sub"), {y->front(), z->front()}, {}, 1)->front()};
    om.graph.output_names = {"sub:0:y"};
    const std::string path = written(om);
    const auto model = Model::load(device(), {path.c_str(), nullptr, 0});
    std::remove(path.c_str());
    ASSERT_FALSE(model.ok());
    EXPECT_EQ(model.status().code(), ACL_ERROR_GE_MEMORY_ALLOCATION);
}

}  // namespace
}  // namespace softacl::exec
