// SPDX-License-Identifier: Apache-2.0
// Passes that need to know little of operators: constants, no-ops, shapes, transposes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/text.h"
#include "unit/graph/pass_tester.h"

namespace softacl::graph {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FoldConstants, ComputesWhatIsKnown) {
    EXPECT_EQ(after(fold_constants, network("float32[2]", R"(
        %a = const float32[2] {1, -2}
        %b = const float32[2] {3, 4}
        %sum = Add(%a, %b)
        %r = Relu(%sum)
        %y = Mul(%x, %r)
        return %y)")),
              normal(network("float32[2]", R"(
        %r = const float32[2] {4, 2}
        %y = Mul(%x, %r)
        return %y)")));
}

TEST(FoldConstants, ANodeThatMakesAnOutputStays) {
    const std::string text = network("float32[2]", R"(
        %a = const float32[2] {1, -2}
        %r = Relu(%a)
        %y = Mul(%x, %r)
        return %y, %r)");
    EXPECT_EQ(after(fold_constants, text), normal(text));
}

TEST(FoldConstants, WhatGrowsStays) {
    const std::string text = network("float32[1]", R"(
        %dims = const int64[1] {262148}
        %value = const float32[] {1}
        %f = Fill(%dims, %value)
        %y = Add(%x, %f)
        return %y)");
    EXPECT_EQ(after(fold_constants, text), normal(text));
}

TEST(FoldConstants, WhatFailsFailsLater) {
    const std::string text = network("float32[1]", R"(
        %data = const float32[2] {1, 2}
        %index = const int64[1] {7}
        %axis = const int64[1] {0}
        %g = GatherV2(%data, %index, %axis)
        %y = Add(%x, %g)
        return %y)");
    Graph graph = parsed(text);
    EXPECT_FALSE(*fold_constants(graph));
}

TEST(FoldConstants, ShapesNeedNoElements) {
    EXPECT_EQ(after(fold_constants, network("float32[2,3]", R"(
        %s = Shape(%x) {dtype=9}
        %n = Size(%x)
        %r = Rank(%x)
        %nr = Mul(%n, %r)
        %one = const int32[1] {1}
        %y = Add(%nr, %one)
        %i = Identity(%s)
        %out = Identity(%i)
        return %y, %out)")),
              normal(network("float32[2,3]", R"(
        %nr = const int32[] {12}
        %one = const int32[1] {1}
        %y = Add(%nr, %one)
        %i = const int64[2] {2, 3}
        %out = Identity(%i)
        return %y, %out)")));
    EXPECT_THAT(after(fold_constants, network("float32[2,-1]", "%s = Shape(%x) %y = Identity(%s) return %y")),
                HasSubstr("Shape(%x)"));
}

TEST(RemoveNoOps, RemovesWhatChangesNothing) {
    EXPECT_EQ(after(remove_no_ops, network("float32[2,3]", R"(
        %shape = const int64[2] {2, -1}
        %zeros = const int64[4] {0, 0, 0, 0}
        %ones = const int64[2] {1, 1}
        %zeros2 = const int64[2] {0, 0}
        %ends = const int64[2] {5, 5}
        %r = Relu(%x)
        %a = Identity(%r)
        %b = Cast(%a) {dst_type=0}
        %c = Reshape(%b, %shape)
        %d = TransposeD(%c) {perm=[0,1]}
        %e = PadV3(%d, %zeros)
        %f = ConcatD(%e) {concat_dim=0}
        %g = Tile(%f, %ones)
        %h = StridedSliceV2(%g, %zeros2, %ends, _, %ones)
        %y = Relu(%h)
        return %y)")),
              normal(network("float32[2,3]", R"(
        %r = Relu(%x) from "r", "a", "b", "c", "d", "e", "f", "g", "h"
        %y = Relu(%r)
        return %y)")));
}

TEST(RemoveNoOps, KeepsWhatChangesSomething) {
    for (const char* line :
         {"%n = Cast(%r) {dst_type=1}", "%s = const int64[1] {9} %n = Reshape(%r, %s)",
          "%n = TransposeD(%r) {perm=[1,0]}", "%p = const int64[4] {1, -1, 0, 0} %n = PadV3(%r, %p)",
          "%n = ConcatD(%r, %r) {concat_dim=0}", "%m = const int64[2] {2, 1} %n = Tile(%r, %m)",
          "%b = const int64[1] {2} %e = const int64[1] {-9} %a = const int64[1] {0} %s = const int64[1] {-1} "
          "%n = StridedSliceV2(%r, %b, %e, %a, %s)"}) {
        const std::string text = network("float32[3,3]", std::string("%r = Relu(%x) ") + line + " return %n \"n\"");
        Graph graph = parsed(text);
        const auto changed = remove_no_ops(graph);
        ASSERT_TRUE(changed.ok()) << changed.status().message();
        EXPECT_FALSE(*changed) << line;
    }
}

TEST(RemoveNoOps, NeutralOperands) {
    for (const char* line : {"%y = Add(%r, %zero)", "%y = Add(%zero, %r)", "%y = Sub(%r, %zero)", "%y = Mul(%ones, %r)",
                             "%y = Mul(%r, %ones)", "%y = RealDiv(%r, %ones)"}) {
        EXPECT_EQ(after(remove_no_ops, network("float32[2]", std::string(R"(
            %zero = const float32[] {0}
            %ones = const float32[2] {1, 1}
            %r = Relu(%x)
            )") + line + " %z = Relu(%y) return %z")),
                  normal(network("float32[2]", "%r = Relu(%x) from \"r\", \"y\" %z = Relu(%r) return %z")));
    }
    for (const char* line : {"%y = Sub(%zero, %r)", "%y = RealDiv(%ones, %r)", "%y = Mul(%r, %zero)",
                             "%y = Add(%r, %ones)", "%y = Add(%r, %wide)"}) {
        const std::string text = network("float32[2]", std::string(R"(
            %zero = const float32[] {0}
            %ones = const float32[2] {1, 1}
            %wide = const float32[2,2] {0, 0, 0, 0}
            %r = Relu(%x)
            )") + line + " %z = Relu(%y) return %z");
        EXPECT_EQ(after(remove_no_ops, text), normal(text));
    }
}

TEST(RemoveNoOps, UnknownDimensionsMayDiffer) {
    EXPECT_THAT(after(remove_no_ops, network("float32[-1,-1]", R"(
        %r = Relu(%x)
        %multiples = const int64[2] {2, 2}
        %t = Tile(%r, %multiples)
        %y = Relu(%t) return %y)")),
                HasSubstr("Tile"));
    EXPECT_THAT(after(remove_no_ops, network("float32[-1,-1]", "%r = Relu(%x) %i = Identity(%r) return %i")),
                Not(HasSubstr("Identity")));
}

TEST(RemoveNoOps, AnOutputKeepsItsNameAndItsMaker) {
    EXPECT_EQ(after(remove_no_ops, network("float32[2]", "%r = Relu(%x) %y = Identity(%r) return %y \"y:0:y\"")),
              normal(network("float32[2]", "%y = Relu(%x) @\"r\" from \"r\", \"y\" return %y \"y:0:y\"")));
    // Two outputs need two tensors, and an input or a constant is not an output.
    for (const char* lines : {"%r = Relu(%x) %y = Identity(%r) return %y, %r", "%y = Identity(%x) return %y",
                              "%c = const float32[1] {1} %y = Identity(%c) return %y"}) {
        EXPECT_EQ(after(remove_no_ops, network("float32[2]", lines)), normal(network("float32[2]", lines)));
    }
    EXPECT_EQ(
        after(remove_no_ops, network("float32[2]", "%r = Relu(%x) %y = Identity(%r) %z = Identity(%r) return %y, %z")),
        normal(network("float32[2]", "%y = Relu(%x) @\"r\" from \"r\", \"y\" %z = Identity(%y) return %y, %z")));
}

TEST(MergeReshapes, OneIsEnough) {
    EXPECT_EQ(after(merge_reshapes, network("float32[2,3,4]", R"(
        %shape = const int64[2] {6, 4}
        %a = Reshape(%x, %shape)
        %b = Unsqueeze(%a) {axes=[0]}
        %c = Flatten(%b)
        return %c)")),
              normal(network("float32[2,3,4]", R"(
        %c_shape = const int64[2] {1, 24}
        %c = Reshape(%x, %c_shape) from "a", "b", "c"
        return %c)")));
}

TEST(MergeReshapes, WhatOthersReadStays) {
    EXPECT_EQ(after(merge_reshapes, network("float32[2,3,4]", R"(
        %a = Flatten(%x)
        %b = Unsqueeze(%a) {axes=[0]}
        return %a, %b)")),
              normal(network("float32[2,3,4]", R"(
        %a = Flatten(%x)
        %b_shape = const int64[3] {1, 2, 12}
        %b = Reshape(%x, %b_shape)
        return %a, %b)")));
}

TEST(MergeReshapes, OneDimensionMayBeOpen) {
    EXPECT_EQ(
        after(merge_reshapes, network("float32[-1,3,4]", "%a = Flatten(%x) %b = Unsqueeze(%a) {axes=[2]} return %b")),
        normal(network("float32[-1,3,4]", R"(
        %b_shape = const int64[3] {-1, 12, 1}
        %b = Reshape(%x, %b_shape) from "a", "b"
        return %b)")));
    const std::string two =
        network("float32[-1,-1,4]", "%a = Unsqueeze(%x) {axes=[0]} %b = Unsqueeze(%a) {axes=[0]} return %b");
    EXPECT_EQ(after(merge_reshapes, two), normal(two));
}

TEST(MergeTransposes, ConsecutiveOnesBecomeOne) {
    EXPECT_EQ(after(merge_transposes, network("float32[2,3,4]", R"(
        %a = TransposeD(%x) {perm=[2,0,1]}
        %b = TransposeD(%a) {perm=[0,2,1]}
        return %b)")),
              normal(network("float32[2,3,4]", "%b = TransposeD(%x) {perm=[2,1,0]} from \"a\", \"b\" return %b")));
}

TEST(MergeTransposes, APairAroundElementwiseNodesGoes) {
    const std::string before = network("float32[1,3,4,5]", R"(
        %two = const float32[1] {2}
        %a = TransposeD(%x) {perm=[0,2,3,1]}
        %b = Relu(%a)
        %c = Mul(%b, %two)
        %d = TransposeD(%c) {perm=[0,3,1,2]}
        %e = Relu(%d)
        return %e)");
    EXPECT_EQ(after(merge_transposes, before), normal(network("float32[1,3,4,5]", R"(
        %two = const float32[1] {2}
        %b = Relu(%x)
        %c = Mul(%b, %two)
        %d = TransposeD(%c) {perm=[0,1,2,3]}
        %e = Relu(%d)
        return %e)")));
}

TEST(MergeTransposes, APairThatOthersSeeStays) {
    for (const char* lines :
         {"%a = TransposeD(%x) {perm=[1,0]} %b = Relu(%a) %c = TransposeD(%b) {perm=[1,0]} return %c, %b",
          "%a = TransposeD(%x) {perm=[1,0]} %b = Relu(%a) %c = TransposeD(%b) {perm=[1,0]} %d = Relu(%b) return %c, %d",
          "%k = const float32[2] {1, 2} %a = TransposeD(%x) {perm=[1,0]} %b = Mul(%a, %k) "
          "%c = TransposeD(%b) {perm=[1,0]} return %c"}) {
        EXPECT_EQ(after(merge_transposes, network("float32[2,3]", lines)), normal(network("float32[2,3]", lines)));
    }
    EXPECT_EQ(after(merge_transposes, network("float32[2,3,4]", R"(
        %a = TransposeD(%x) {perm=[2,0,1]} %b = Relu(%a) %c = TransposeD(%b) {perm=[2,0,1]} return %c)")),
              normal(network("float32[2,3,4]", R"(
        %a = TransposeD(%x) {perm=[2,0,1]} %b = Relu(%a) %c = TransposeD(%b) {perm=[2,0,1]} return %c)")))
        << "not inverse to each other";
}

TEST(ConversionPasses, PassesMakeRoomForEachOther) {
    Graph graph = parsed(network("float32[2,3]", R"(
        %r = Relu(%x)
        %s = Shape(%r)
        %t = Reshape(%r, %s)
        %a = TransposeD(%t) {perm=[1,0]}
        %b = Relu(%a)
        %c = TransposeD(%b) {perm=[1,0]}
        %unused = Relu(%c)
        return %c)"));
    const Status status = run_conversion_passes(graph);
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(print(graph), normal(network("float32[2,3]", R"(
        %r = Relu(%x) from "r", "t"
        %c = Relu(%r) @"b" from "b", "c"
        return %c)")));
}

}  // namespace
}  // namespace softacl::graph
