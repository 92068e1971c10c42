// SPDX-License-Identifier: Apache-2.0
// What descriptions of channels of video have in common: parameters that are set by number or by a function each.
#pragma once

#include <functional>
#include <vector>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"

namespace softacl::test {

/// `Calls` names the types Desc and Param and the functions create, destroy, set and get.
template <class Calls>
class ChannelDescTest : public Library {
   protected:
    using Desc = typename Calls::Desc;
    using Param = typename Calls::Param;

    struct Parameter {
        const char* name;
        Param type;
        std::function<aclError(Desc*, uint32_t)> set;  ///< null: by number only
        std::function<uint32_t(const Desc*)> get;
        uint32_t initial;
        std::vector<uint32_t> good;
        std::vector<uint32_t> bad;
    };

    ~ChannelDescTest() override { EXPECT_OK(Calls::destroy(desc_)); }

    aclError set(Param type, uint32_t value) { return Calls::set(desc_, type, sizeof value, &value); }
    uint32_t get(Param type) {
        uint32_t value = 0;
        size_t size = 0;
        EXPECT_OK(Calls::get(desc_, type, sizeof value, &size, &value));
        EXPECT_EQ(size, sizeof value);
        return value;
    }

    /// In both ways: the default, what is taken, and that what is refused changes nothing.
    void expect_range(const Parameter& parameter) {
        SCOPED_TRACE(parameter.name);
        EXPECT_EQ(get(parameter.type), parameter.initial);
        for (const uint32_t value : parameter.good) {
            EXPECT_OK(set(parameter.type, value));
            EXPECT_EQ(get(parameter.type), value);
        }
        for (const uint32_t value : parameter.bad) {
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(parameter.type, value));
        }
        EXPECT_EQ(get(parameter.type), parameter.good.back());
        if (parameter.set == nullptr) {
            return;
        }
        for (const uint32_t value : parameter.good) {
            EXPECT_EQ(parameter.set(desc_, value), ACL_SUCCESS);
            EXPECT_EQ(parameter.get(desc_), value);
            EXPECT_EQ(get(parameter.type), value);
        }
        for (const uint32_t value : parameter.bad) {
            EXPECT_EQ(parameter.set(desc_, value), ACL_ERROR_INVALID_PARAM) << value;
        }
        EXPECT_EQ(get(parameter.type), parameter.good.back());
    }

    Desc* const desc_ = Calls::create();
};

}  // namespace softacl::test
