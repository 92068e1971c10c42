// SPDX-License-Identifier: Apache-2.0
// Forms of the YOLO detection outputs that are also given the places of cells, which the results do not depend on.
#include "ops/common/attribute_form.h"

namespace softacl::ops {

OpDef declare_YoloV2DetectionOutput();
OpDef declare_YoloV3DetectionOutput();

namespace {

constexpr AttributeForm kV2 = {"YoloV2DetectionOutput"};
constexpr AttributeForm kV3 = {"YoloV3DetectionOutput"};

OpDef with_places(const char* name, const OpDef& base, std::initializer_list<const char*> places) {
    OpDef op(name, base.name() + " beside lists of the places of cells, which are not needed.");
    for (const Port& port : base.inputs()) {
        op.input(port.name, port.dtypes);
    }
    for (const char* place : places) {
        op.input(place, base.inputs().front().dtypes);
    }
    for (const Port& port : base.outputs()) {
        op.output(port.name, port.dtypes);
    }
    for (const AttrDef& attr : base.attrs()) {
        attr.required ? op.required_attr(attr.name, attr.value) : op.attr(attr.name, attr.value);
    }
    return op;
}

}  // namespace

OpDef declare_YoloV2DetectionOutputD() {
    const OpDef base = declare_YoloV2DetectionOutput();
    return attribute_form<kV2>(base, with_places("YoloV2DetectionOutputD", base, {"windex", "hindex"}));
}
OpDef declare_YoloV3DetectionOutputD() {
    const OpDef base = declare_YoloV3DetectionOutput();
    return attribute_form<kV3>(base, with_places("YoloV3DetectionOutputD", base,
                                                 {"windex1", "windex2", "windex3", "hindex1", "hindex2", "hindex3"}));
}

}  // namespace softacl::ops
