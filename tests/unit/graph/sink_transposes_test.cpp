// SPDX-License-Identifier: Apache-2.0
// Transposes from channels first to channels last go below what works in either order.
#include <gtest/gtest.h>

#include "graph/text.h"
#include "pass_tester.h"

namespace softacl::graph {
namespace {

size_t count(const std::string& text, const std::string& word) {
    size_t found = 0;
    for (size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) {
        ++found;
    }
    return found;
}

constexpr const char* kTransposed = "%a = TransposeD(%x) {perm=[0,2,3,1]} ";

/// The operator that reads %a is moved: one transpose is left, of its result. after() compares the results.
void expect_moved(const std::string& lines, size_t transposes = 1) {
    SCOPED_TRACE(lines);
    const std::string text = after(sink_transposes, network("float32[2,3,4,5]", kTransposed + lines));
    EXPECT_EQ(count(text, "TransposeD(%"), transposes) << text;
    EXPECT_EQ(count(text, "TransposeD(%x)"), 0U) << text;
}

void expect_as_before(const std::string& lines) {
    const std::string before = network("float32[2,3,4,5]", lines);
    EXPECT_EQ(after(sink_transposes, before), normal(before));
}

TEST(SinkTransposes, BelowElementwiseNodes) {
    expect_moved("%b = Relu(%a) return %b");
    expect_moved("%b = Relu(%a) %c = Sigmoid(%b) %d = Mul(%b, %c) return %d");
    expect_moved("%k = const float32[3] {1, 2, 3} %b = Mul(%a, %k) return %b");
    expect_moved("%k = const float32[] {2} %b = Add(%k, %a) return %b");
    expect_moved("%k = const float32[2,1,1,3] {1, 2, 3, 4, 5, 6} %b = Sub(%k, %a) return %b");
    expect_moved("%k = const float32[1,4,1,3] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} %b = Mul(%a, %k) return %b",
                 2);  // that of the constant is computed by the next pass
    expect_moved("%k = const float32[5,1] {1, 2, 3, 4, 5} %b = Mul(%a, %k) return %b");
}

TEST(SinkTransposes, BelowConcatPadAndReductions) {
    expect_moved("%b = ConcatD(%a, %a) {concat_dim=-1, N=2} return %b");
    expect_moved("%b = ConcatD(%a, %a) {concat_dim=1, N=2} return %b");
    expect_moved("%p = const int32[4,2] {0, 0, 1, 2, 3, 0, 0, 1} %b = Pad(%a, %p) return %b");
    expect_moved("%p = const int64[4,2] {0, 0, 1, 2, 2, 0, 0, 1} %b = MirrorPad(%a, %p) {mode=\"REFLECT\"} return %b");
    expect_moved("%r = const int64[2] {1, 2} %b = ReduceMean(%a, %r) {keep_dims=true} return %b");
    expect_moved("%r = const int64[2] {1, -2} %b = ReduceSum(%a, %r) return %b", 0);
    expect_moved("%r = const int64[1] {3} %b = ReduceMax(%a, %r) return %b", 0);
}

TEST(SinkTransposes, StaysWhereItWouldBeOneMore) {
    const std::string a = kTransposed;
    expect_as_before(a + "%s = const int64[1] {-1} %b = Relu(%a) %c = Reshape(%a, %s) return %b, %c");
    expect_as_before(a + "%b = Relu(%a) return %b, %a");
    expect_as_before("%a = TransposeD(%x) {perm=[0,3,2,1]} %b = Relu(%a) return %b");
    expect_as_before(a + "%r = const int64[1] {1} %b = ReduceMean(%a, %r) return %b");
}

}  // namespace
}  // namespace softacl::graph
