// SPDX-License-Identifier: Apache-2.0
// Rows that contradict the prototype or the structure must not compile. CASE chooses one; 0 is a row that is right.
#include <acl/acl_base.h>

#include "struct_codec.h"
#include "table.h"

aclError two(int32_t* result, int32_t value);
int64_t number();
aclError take_callback(void (*function)(void*));
struct Pair {
    int first;
    int second;
};

namespace softacl::python {

#define METHOD DECLARE_METHOD
#if CASE == 0
METHOD(Row, "m.two", two, kCode, kKeepGil, (out(), in("value")), "")
STRUCT(Pair, (FIELD("first", first), FIELD("second", second)))
LAYOUT_SIZE(Pair, 8)
LAYOUT_OFFSET(Pair, second, 4)
#elif CASE == 1
METHOD(Row, "m.two", two, kCode, kKeepGil, (out()), "")
#elif CASE == 2
METHOD(Row, "m.two", two, kCode, kKeepGil, (in("result"), out()), "")
#elif CASE == 3
METHOD(Row, "m.number", number, kCode, kKeepGil, (), "")
#elif CASE == 4
METHOD(Row, "m.two", two, kCode, kKeepGil, (out(), path("value")), "")
#elif CASE == 5
METHOD(Row, "m.take_callback", take_callback, kCode, kKeepGil, (in("function")), "")
#elif CASE == 6
METHOD(Row, "m.two", two, kCode, kKeepGil, (out(), in("value")), "")
LAYOUT_SIZE(Pair, 16)
#endif

Method method = bound<Row>();

}  // namespace softacl::python
