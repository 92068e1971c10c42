// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: rectangles, and how pictures are resized.
#include "acl/ops/acl_dvpp.h"
#include "api/fields.h"
#include "media/v1/descs.h"

using namespace softacl;
using namespace softacl::api;
using media::ResizeConfig;
using media::RoiConfig;
using media::RoiFields;

acldvppRoiConfig* acldvppCreateRoiConfig(uint32_t left, uint32_t right, uint32_t top, uint32_t bottom) {
    return entry<row::acldvppCreateRoiConfig>(left, right, top, bottom).value<acldvppRoiConfig*>(nullptr, [&] {
        const RoiFields fields{left, right, top, bottom};
        return as_pointer<acldvppRoiConfig>(runtime::make_object(std::make_shared<RoiConfig>(fields)));
    });
}

aclError acldvppDestroyRoiConfig(acldvppRoiConfig* roiConfig) {
    return destroy_desc<row::acldvppDestroyRoiConfig, RoiConfig>(roiConfig);
}

aclError acldvppSetRoiConfig(acldvppRoiConfig* config, uint32_t left, uint32_t right, uint32_t top, uint32_t bottom) {
    return entry<row::acldvppSetRoiConfig>(config, left, right, top, bottom)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<RoiConfig> live, pin<RoiConfig>(config, "config"));
        live->change([&](RoiFields& fields) { fields = {left, right, top, bottom}; });
        return {};
    });
}

aclError acldvppSetRoiConfigLeft(acldvppRoiConfig* config, uint32_t left) {
    return set_field<row::acldvppSetRoiConfigLeft, RoiConfig>(config, left, &RoiConfig::FieldsType::left);
}

aclError acldvppSetRoiConfigRight(acldvppRoiConfig* config, uint32_t right) {
    return set_field<row::acldvppSetRoiConfigRight, RoiConfig>(config, right, &RoiConfig::FieldsType::right);
}

aclError acldvppSetRoiConfigTop(acldvppRoiConfig* config, uint32_t top) {
    return set_field<row::acldvppSetRoiConfigTop, RoiConfig>(config, top, &RoiConfig::FieldsType::top);
}

aclError acldvppSetRoiConfigBottom(acldvppRoiConfig* config, uint32_t bottom) {
    return set_field<row::acldvppSetRoiConfigBottom, RoiConfig>(config, bottom, &RoiConfig::FieldsType::bottom);
}

acldvppResizeConfig* acldvppCreateResizeConfig(void) {
    return make_desc<row::acldvppCreateResizeConfig, acldvppResizeConfig, ResizeConfig>();
}

aclError acldvppDestroyResizeConfig(acldvppResizeConfig* resizeConfig) {
    return destroy_desc<row::acldvppDestroyResizeConfig, ResizeConfig>(resizeConfig);
}

aclError acldvppSetResizeConfigInterpolation(acldvppResizeConfig* resizeConfig, uint32_t interpolation) {
    return set_field<row::acldvppSetResizeConfigInterpolation, ResizeConfig>(resizeConfig, interpolation,
                                                                             &ResizeConfig::FieldsType::interpolation);
}

uint32_t acldvppGetResizeConfigInterpolation(const acldvppResizeConfig* resizeConfig) {
    return get_field<row::acldvppGetResizeConfigInterpolation, ResizeConfig, uint32_t>(
        resizeConfig, &ResizeConfig::FieldsType::interpolation);
}
